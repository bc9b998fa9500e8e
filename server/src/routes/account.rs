//! `/account`: everybody's own name, language, password, sessions and second factor, for staff and customers alike.

use app::{
    crm::users::{Person, SessionLine},
    form::FormState,
    frame::{Frame, Staff},
    language::Language,
    listing::Listing,
    pages::account as page,
};
use axum::{
    Extension, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::{CookieJar, Form};
use tower_sessions::Session;

use super::{
    admin::customers::NAME_CHARS_MAX,
    client::Client,
    pages::html,
    reader::{Reader, forgotten_language, frame, language_cookie},
    session,
};
use crate::{
    accounts::{self, Login, confirm, matching_step, new_totp_secret, totp},
    db::{Account, Actor, ProfileFields, SessionRow},
    entry::Entry,
    error::AppError,
    qr::{QrCode, QrFormat},
    state::{AppState, SharedState},
};

/// The key of a second factor that is being set up: it stays in the session until a code has proved it.
const FACTOR: &str = "factor";

/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

pub(super) fn router() -> Router<SharedState> {
    Router::new()
        .route("/account", get(show).post(edit))
        .route("/account/password", post(set_password))
        .route("/account/sessions", post(end_others))
        .route("/account/sessions/{id}", post(end_one))
        .route("/account/second-factor", get(factor_page).post(prove_factor))
        .route("/account/second-factor/begin", post(begin_factor))
        .route("/account/second-factor/off", post(drop_factor))
}

/// Whoever is logged in, and the frame of their page.
struct Own {
    account: Account,
    session: Session,
    frame: Frame,
}

impl FromRequestParts<SharedState> for Own {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let account = session::account(state, &session).await.map_err(IntoResponse::into_response)?;
        let Some(account) = account else {
            let login = Listing { path: "/login".to_owned(), ..Listing::default() };
            return Err(Redirect::to(&login.with("next", "/account")).into_response());
        };
        let Reader(mut own) = Reader::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if let Some(language) = Language::parse(&account.language) {
            own = frame(state, language, own.path, own.said);
        }
        if account.role.is_staff() {
            own.staff = Some(Staff { name: account.name.clone(), role: account.role });
        }
        Ok(Self { account, session, frame: own })
    }
}

impl Own {
    fn actor(&self) -> Actor {
        Actor { account_id: Some(self.account.id.clone()), name: self.account.name.clone() }
    }

    fn entry(&self, fields: Vec<(String, String)>) -> Entry {
        Entry::new(fields, self.frame.format.language())
    }

    /// The page with what is wrong in one of its forms; the others are filled in with what is.
    async fn refused(&self, state: &AppState, entry: Entry) -> Result<Response, AppError> {
        let mut form = entry.shown();
        for (name, value) in form_of(&self.account).values {
            form.values.entry(name).or_insert(value);
        }
        self.page(state, StatusCode::UNPROCESSABLE_ENTITY, &form).await
    }

    async fn page(&self, state: &AppState, status: StatusCode, form: &FormState) -> Result<Response, AppError> {
        let sessions = state.db.sessions(&self.account.id).await?;
        let sessions = lines(sessions, session::digest(&self.session).as_deref());
        Ok(html(status, page::account(&self.frame, &person(state, &self.account), sessions, form)))
    }

    /// Whether this is the password in a field; if not, the field says so.
    async fn knows(&self, state: &AppState, entry: &mut Entry, field: &str) -> Result<bool, AppError> {
        let problem = match confirm(state, &self.account, entry.whole(field)).await? {
            Login::Welcome(_) => return Ok(true),
            Login::Locked => "login-locked",
            Login::Wrong | Login::NeedsCode(_) => "mine-password-wrong",
        };
        entry.wrong(field, problem);
        Ok(false)
    }
}

/// An account as its pages show it.
pub(super) fn person(state: &AppState, account: &Account) -> Person {
    Person {
        id: account.id.clone(),
        email: account.email.clone(),
        name: account.name.clone(),
        role: account.role,
        has_password: account.password_hash.is_some(),
        has_factor: account.totp_secret.is_some(),
        is_active: account.is_active,
        is_locked: account.locked_until_ms > state.clock.now_ms(),
        created_ms: account.created_ms,
        seen_ms: account.seen_ms,
    }
}

/// Sessions as pages show them; `this` is the reader's own.
pub(super) fn lines(sessions: Vec<SessionRow>, this: Option<&str>) -> Vec<SessionLine> {
    let line = |SessionRow { id, agent, created_ms, seen_ms }: SessionRow| {
        let is_this = this == Some(id.as_str());
        SessionLine { id, agent, created_ms, seen_ms, is_this }
    };
    sessions.into_iter().map(line).collect()
}

/// The form of a name and a language, as they are.
pub(super) fn form_of(account: &Account) -> FormState {
    FormState::of([("name", account.name.clone()), ("language", account.language.clone())])
}

/// The name and the language that a form says; the language is empty for the browser's.
pub(super) fn name_and_language(entry: &mut Entry) -> (String, String) {
    let name = entry.text("name", NAME_CHARS_MAX);
    let language = if entry.raw("language").is_empty() {
        String::new()
    } else {
        entry.choice("language", Language::parse).map_or(String::new(), |language| language.code().to_owned())
    };
    (name, language)
}

async fn show(State(state): State<SharedState>, own: Own) -> Result<Response, AppError> {
    own.page(&state, StatusCode::OK, &form_of(&own.account)).await
}

async fn edit(
    State(state): State<SharedState>,
    own: Own,
    jar: CookieJar,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = own.entry(fields);
    let (name, language) = name_and_language(&mut entry);
    if !entry.is_good() {
        return own.refused(&state, entry).await;
    }
    state.db.set_profile(&own.account, &name, &language, &own.actor()).await?;
    keep_profile(&state, &own, &name, &language).await?;
    let jar = match Language::parse(&language) {
        Some(language) => jar.add(language_cookie(language)),
        None => jar.remove(forgotten_language()),
    };
    Ok((jar, Redirect::to("/account?said=said-saved")).into_response())
}

/// A customer is called the same on their orders to come.
async fn keep_profile(state: &AppState, own: &Own, name: &str, language: &str) -> Result<(), AppError> {
    let customer = match &own.account.customer_id {
        Some(id) => state.db.customer(id).await?,
        None => None,
    };
    let Some(customer) = customer else { return Ok(()) };
    let fields = ProfileFields {
        name: name.to_owned(),
        email: customer.email.clone(),
        phone: customer.phone.clone(),
        address: customer.address.clone(),
        language: if language.is_empty() { customer.language.clone() } else { language.to_owned() },
        notes: customer.notes.clone(),
        consents: customer.consent_ms.is_some(),
    };
    state.db.edit_customer(&customer, &fields, &own.actor()).await?;
    Ok(())
}

async fn set_password(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    own: Own,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = own.entry(fields);
    let password = entry.password("password");
    // A new one that can't be taken is no try of the current one.
    if !entry.is_good() || !own.knows(&state, &mut entry, "current").await? {
        return own.refused(&state, entry).await;
    }
    let this = session::digest(&own.session);
    accounts::set_password(&state, &own.account, &password, this.as_deref()).await?;
    Ok(Redirect::to("/account?said=said-people-password").into_response())
}

async fn end_one(State(state): State<SharedState>, own: Own, Path(id): Path<String>) -> Result<Response, AppError> {
    if !state.db.revoke_session(&own.account.id, &id, &own.actor()).await? {
        return Err(AppError::not_found());
    }
    Ok(Redirect::to("/account?said=said-people-session").into_response())
}

async fn end_others(State(state): State<SharedState>, own: Own) -> Result<Response, AppError> {
    let this = session::digest(&own.session);
    state.db.revoke_sessions(&own.account.id, this.as_deref(), &own.actor()).await?;
    Ok(Redirect::to("/account?said=said-people-others").into_response())
}

/// Makes a key and keeps it in the session; asks for the password, so that nobody who finds an open browser locks its owner out.
async fn begin_factor(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    own: Own,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = own.entry(fields);
    if own.account.totp_secret.is_some() {
        entry.refuse("people-factor-there");
        return own.refused(&state, entry).await;
    }
    if !own.knows(&state, &mut entry, "factor_password").await? {
        return own.refused(&state, entry).await;
    }
    own.session.insert(FACTOR, new_totp_secret()).await.map_err(anyhow::Error::from)?;
    Ok(Redirect::to("/account/second-factor").into_response())
}

async fn pending_key(own: &Own) -> Result<Option<String>, AppError> {
    let key = own.session.get::<String>(FACTOR).await.map_err(anyhow::Error::from)?;
    Ok(key.filter(|_| own.account.totp_secret.is_none()))
}

async fn factor_page(own: Own) -> Result<Response, AppError> {
    match pending_key(&own).await? {
        Some(key) => factor_form(&own, StatusCode::OK, &key, &FormState::default()),
        None => Ok(Redirect::to("/account").into_response()),
    }
}

fn factor_form(own: &Own, status: StatusCode, key: &str, form: &FormState) -> Result<Response, AppError> {
    let link = totp(key, &own.account.email)?.get_url();
    let code = QrCode::new(&link).map_err(anyhow::Error::from)?;
    let svg = String::from_utf8(code.render(QrFormat::Svg)?).map_err(anyhow::Error::from)?;
    Ok(html(status, page::second_factor(&own.frame, svg, key, link, form)))
}

async fn prove_factor(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    own: Own,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let Some(key) = pending_key(&own).await? else {
        return Ok(Redirect::to("/account").into_response());
    };
    let mut entry = own.entry(fields);
    let Some(step) = matching_step(&state, &key, &own.account.email, entry.raw("code")) else {
        entry.wrong("code", "people-factor-code-wrong");
        return factor_form(&own, StatusCode::UNPROCESSABLE_ENTITY, &key, &entry.shown());
    };
    let is_on = state.db.set_totp(&own.account.id, Some((&key, step)), &own.actor()).await?;
    own.session.remove::<String>(FACTOR).await.map_err(anyhow::Error::from)?;
    let said = if is_on { "/account?said=said-people-factor-on" } else { "/account" };
    Ok(Redirect::to(said).into_response())
}

async fn drop_factor(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    own: Own,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = own.entry(fields);
    if !own.knows(&state, &mut entry, "factor_password").await? {
        return own.refused(&state, entry).await;
    }
    state.db.set_totp(&own.account.id, None, &own.actor()).await?;
    Ok(Redirect::to("/account?said=said-people-factor-off").into_response())
}
