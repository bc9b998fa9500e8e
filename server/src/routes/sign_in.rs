//! Log in and out, the second factor, sign up, a forgotten password.

use app::{language::Language, pages::sign_in, permissions::Role};
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post as post_to},
};
use axum_extra::extract::{CookieJar, Form};
use tower_sessions::Session;

use super::{
    client::Client,
    pages::html,
    reader::{Reader, language_cookie, local_path},
    session,
};
use crate::{
    accounts::{self, Login, PASSWORD, check_code, link_digest, log_in, mail_link},
    db::Account,
    entry::Entry,
    error::AppError,
    mail::Kind,
    state::{AppState, SharedState},
};

/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

pub(super) fn router() -> Router<SharedState> {
    Router::new()
        .route("/login", get(login_page).post(login))
        .route("/login/code", get(code_page).post(code))
        .route("/logout", post_to(logout))
        .route("/signup", get(signup_page).post(signup))
        .route("/password", get(forgotten_page).post(forgotten))
        .route("/password/{secret}", get(reset_page).post(reset))
}

async fn login_page(Reader(frame): Reader, uri: axum::http::Uri) -> Response {
    let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|query| query.0);
    let entry = Entry::new(query.unwrap_or_default(), frame.format.language());
    html(StatusCode::OK, sign_in::login(&frame, &entry.shown()))
}

async fn login(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    headers: HeaderMap,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = Entry::new(fields, frame.format.language());
    let problem = match log_in(&state, entry.raw("email"), entry.whole("password")).await? {
        Login::Welcome(account) => {
            let next = local_path(entry.raw("next"));
            return welcome(&state, &session, jar, &headers, &account, next).await;
        }
        Login::NeedsCode(account) => {
            session::ask_code(&session, &account).await?;
            return Ok(Redirect::to("/login/code").into_response());
        }
        Login::Wrong => "login-wrong",
        Login::Locked => "login-locked",
    };
    entry.refuse(problem);
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, sign_in::login(&frame, &entry.shown())))
}

async fn welcome(
    state: &AppState,
    session: &Session,
    jar: CookieJar,
    headers: &HeaderMap,
    account: &Account,
    next: Option<&str>,
) -> Result<Response, AppError> {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    session::begin(state, session, account, agent).await?;
    let next = next.unwrap_or(if account.role.is_staff() { "/admin" } else { "/living-photos" });
    let jar = match Language::parse(&account.language) {
        Some(language) => jar.add(language_cookie(language)),
        None => jar,
    };
    Ok((jar, Redirect::to(next)).into_response())
}

async fn code_page(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    session: Session,
) -> Result<Response, AppError> {
    if session::pending(&state, &session).await?.is_none() {
        return Ok(Redirect::to("/login").into_response());
    }
    let entry = Entry::new(vec![], frame.format.language());
    Ok(html(StatusCode::OK, sign_in::code(&frame, &entry.shown())))
}

async fn code(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    headers: HeaderMap,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let Some(account) = session::pending(&state, &session).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    let mut entry = Entry::new(fields, frame.format.language());
    let problem = match check_code(&state, account, entry.raw("code")).await? {
        Login::Welcome(account) => {
            return welcome(&state, &session, jar, &headers, &account, None).await;
        }
        Login::Locked => "login-locked",
        Login::Wrong | Login::NeedsCode(_) => "login-code-wrong",
    };
    entry.refuse(problem);
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, sign_in::code(&frame, &entry.shown())))
}

async fn logout(session: Session) -> Result<Redirect, AppError> {
    session.flush().await.map_err(anyhow::Error::from)?;
    Ok(Redirect::to("/login?said=said-logged-out"))
}

async fn signup_page(Reader(frame): Reader) -> Response {
    let entry = Entry::new(vec![], frame.format.language());
    html(StatusCode::OK, sign_in::signup(&frame, &entry.shown()))
}

async fn signup(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    headers: HeaderMap,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = Entry::new(fields, frame.format.language());
    let name = entry.text("name", 120);
    let email = entry.email("email");
    let password = entry.password("password");
    if entry.is_good() {
        match accounts::create(&state, &email, &name, Role::Customer, Some(&password), None).await? {
            Some(id) => {
                let account = state.db.account(&id).await?.ok_or_else(AppError::not_found)?;
                let language = frame.format.language().code();
                state.db.profile_of(&account, language, entry.ticked("consent")).await?;
                return welcome(&state, &session, jar, &headers, &account, None).await;
            }
            None => {
                entry.wrong("email", "problem-taken");
            }
        }
    }
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, sign_in::signup(&frame, &entry.shown())))
}

async fn forgotten_page(Reader(frame): Reader) -> Response {
    let entry = Entry::new(vec![], frame.format.language());
    html(StatusCode::OK, sign_in::forgotten(&frame, &entry.shown()))
}

/// Answers alike whether there is such an account or not.
async fn forgotten(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = Entry::new(fields, frame.format.language());
    let email = entry.email("email");
    if !entry.is_good() {
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, sign_in::forgotten(&frame, &entry.shown())));
    }
    if let Some(account) = state.db.account_of(&email).await?.filter(|account| account.is_active) {
        mail_link(&state, &account, Kind::Password, frame.format.language(), None).await?;
    }
    Ok(html(StatusCode::OK, sign_in::message(&frame, "password-forgotten", "password-link-sent")))
}

async fn reset_page(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    Path(secret): Path<String>,
) -> Result<Response, AppError> {
    if state.db.link_owner(&link_digest(&secret), PASSWORD).await?.is_none() {
        return Ok(html(StatusCode::GONE, sign_in::message(&frame, "password-new-title", "password-link-over")));
    }
    let entry = Entry::new(vec![], frame.format.language());
    Ok(html(StatusCode::OK, sign_in::reset(&frame, &entry.shown())))
}

async fn reset(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    Path(secret): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let password = entry.password("password");
    if !entry.is_good() {
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, sign_in::reset(&frame, &entry.shown())));
    }
    let owner = state.db.use_link(&link_digest(&secret), PASSWORD).await?;
    let account = match owner {
        Some(id) => state.db.account(&id).await?,
        None => None,
    };
    let Some(account) = account else {
        return Ok(html(StatusCode::GONE, sign_in::message(&frame, "password-new-title", "password-link-over")));
    };
    accounts::set_password(&state, &account, &password, None).await?;
    Ok(Redirect::to("/login?said=said-password-set").into_response())
}
