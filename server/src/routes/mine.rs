//! What customers find under their account: their orders, their living photos, a copy of their data, the way out. And the
//! cookie by which a browser knows the living photos that were made in it without an account.

use app::{
    crm::customers::Customer,
    form::FormState,
    frame::Frame,
    language::Language,
    pages::{mine as page, shop::receipt},
};
use axum::{
    Extension, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::{
    CookieJar, Form,
    cookie::{Cookie, SameSite},
};
use tower_sessions::Session;

use super::{
    admin::{
        List,
        customers::{copy, left_over},
    },
    client::Client,
    pages::html,
    reader::{Reader, frame},
    session,
    shop::receipt_of,
};
use crate::{
    accounts::{Login, log_in},
    customers::{erase as erase_all, export as export_all},
    db::{Account, Actor},
    entry::Entry,
    error::AppError,
    id::is_id,
    orders,
    state::{AppState, SharedState},
};

/// Holds the ids of the living photos that were made in this browser without an account, signed.
const COOKIE: &str = "kinora_mine";
/// What it is a signature of, and how long it is kept.
const MINE: &str = "mine";
const COOKIE_DAYS: i64 = 30;
/// Most of them; the last ones are kept.
const MINE_MAX: usize = 10;

pub(super) fn router() -> Router<SharedState> {
    Router::new()
        .route("/account/orders", get(orders_page))
        .route("/account/orders/{id}", get(order_page))
        .route("/account/photos", get(photos))
        .route("/account/photos/claim", post(claim))
        .route("/account/export.json", get(export))
        .route("/account/erase", get(erase_page).post(erase))
}

/// A customer who is logged in.
pub(super) struct Known {
    pub(super) account: Account,
    pub(super) customer: Customer,
    frame: Frame,
}

impl FromRequestParts<SharedState> for Known {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Response> {
        let Ok(Reader(mut own)) = Reader::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)
        else {
            return Err(AppError::not_found().into_response());
        };
        let session = Session::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let account = session::account(state, &session).await.map_err(IntoResponse::into_response)?;
        let Some(account) = account else {
            let login = app::listing::Listing { path: "/login".to_owned(), ..Default::default() };
            return Err(Redirect::to(&login.with("next", own.place())).into_response());
        };
        if let Some(language) = Language::parse(&account.language) {
            own = frame(state, language, own.path, own.said);
        }
        let customer = profile(state, &account, own.format.language()).await.map_err(IntoResponse::into_response)?;
        let customer = customer.ok_or_else(|| AppError::not_found().into_response())?;
        Ok(Self { account, customer, frame: own })
    }
}

/// The profile of an account; `None` for staff.
async fn profile(state: &AppState, account: &Account, language: Language) -> Result<Option<Customer>, AppError> {
    Ok(match state.db.profile_of(account, language.code(), false).await? {
        Some(id) => state.db.customer(&id).await?,
        None => None,
    })
}

/// The customer of a session, if it is one's. Whoever brings no session costs no question to the database.
pub(super) async fn customer_of(
    state: &AppState,
    session: &Session,
    language: Language,
) -> Result<Option<(Account, Customer)>, AppError> {
    let Some(account) = session::account(state, session).await? else { return Ok(None) };
    Ok(profile(state, &account, language).await?.map(|customer| (account, customer)))
}

/// A new living photo is its customer's; one of somebody without an account is remembered in their browser.
pub(super) async fn keep(
    state: &AppState,
    session: &Session,
    jar: CookieJar,
    language: Language,
    project_id: &str,
) -> Result<CookieJar, AppError> {
    if let Some((_, customer)) = customer_of(state, session, language).await? {
        state.db.own_project(project_id, &customer.id).await?;
        return Ok(jar);
    }
    let mut ids = made_here(state, &jar);
    ids.push(project_id.to_owned());
    let ids = ids[ids.len().saturating_sub(MINE_MAX)..].join(".");
    let value = format!("{ids}.{}", state.key.sign(MINE, &ids));
    let cookie = Cookie::build((COOKIE, value)).path("/").same_site(SameSite::Lax).http_only(true);
    let cookie = cookie.secure(state.public_url.starts_with("https:"));
    Ok(jar.add(cookie.max_age(tower_sessions::cookie::time::Duration::days(COOKIE_DAYS)).build()))
}

/// The ids of the living photos that were made in this browser without an account.
pub(super) fn made_here(state: &AppState, jar: &CookieJar) -> Vec<String> {
    let value = jar.get(COOKIE).map(Cookie::value).unwrap_or_default();
    match value.rsplit_once('.') {
        Some((ids, signature)) if state.key.is_signed(MINE, ids, signature) => {
            ids.split('.').filter(|id| is_id(id)).take(MINE_MAX).map(str::to_owned).collect()
        }
        _ => vec![],
    }
}

/// Those of them that are still nobody's: ids and names.
pub(super) async fn unclaimed(state: &AppState, jar: &CookieJar) -> Result<Vec<(String, String)>, AppError> {
    let mut found = Vec::new();
    for id in made_here(state, jar) {
        if let Some(name) = state.db.unowned(&id).await? {
            found.push((id, name));
        }
    }
    Ok(found)
}

async fn orders_page(
    State(state): State<SharedState>,
    known: Known,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let found = state.db.orders_of_customer(&known.customer.id, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    Ok(html(StatusCode::OK, page::orders(&known.frame, &listing, found.rows)))
}

async fn order_page(
    State(state): State<SharedState>,
    known: Known,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let order = orders::find(&state, &id).await?;
    if order.customer_id.as_ref() != Some(&known.customer.id) {
        return Err(AppError::not_found());
    }
    let shown = receipt_of(&state, order).await?;
    Ok(html(StatusCode::OK, receipt(&known.frame, shown, Some(page::links(&known.frame)))))
}

async fn photos(
    State(state): State<SharedState>,
    known: Known,
    jar: CookieJar,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let found = state.db.photos_of(&known.customer.id, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    let unclaimed = unclaimed(&state, &jar).await?.into_iter().map(|(_, name)| name).collect();
    let rows = found.rows.into_iter().map(|photo| {
        let link = state.link(&photo.id);
        (photo, link)
    });
    Ok(html(StatusCode::OK, page::photos(&known.frame, &listing, rows.collect(), unclaimed)))
}

/// Makes what was made in this browser before logging in the customer's.
async fn claim(State(state): State<SharedState>, known: Known, jar: CookieJar) -> Result<Response, AppError> {
    for id in made_here(&state, &jar) {
        state.db.own_project(&id, &known.customer.id).await?;
    }
    let jar = jar.remove(Cookie::build(COOKIE).path("/").build());
    Ok((jar, Redirect::to("/account/photos?said=said-claimed")).into_response())
}

async fn export(State(state): State<SharedState>, known: Known) -> Result<Response, AppError> {
    let actor = Actor { account_id: Some(known.account.id), name: known.account.name };
    Ok(copy(&export_all(&state, &known.customer.id, &actor).await?))
}

async fn erase_page(State(state): State<SharedState>, known: Known) -> Result<Response, AppError> {
    let left = left_over(&state, &known.customer.id).await?;
    Ok(html(StatusCode::OK, page::erase(&known.frame, left, &FormState::default())))
}

async fn erase(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    session: Session,
    known: Known,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = Entry::new(fields, known.frame.format.language());
    let problem = match log_in(&state, &known.account.email, entry.whole("password")).await? {
        Login::Welcome(_) | Login::NeedsCode(_) => None,
        Login::Locked => Some("login-locked"),
        Login::Wrong => Some("mine-password-wrong"),
    };
    if let Some(problem) = problem {
        entry.wrong("password", problem);
        let left = left_over(&state, &known.customer.id).await?;
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::erase(&known.frame, left, &entry.shown())));
    }
    // Their name is not to stay in the log.
    let nobody = Actor { account_id: None, name: String::new() };
    erase_all(&state, &known.customer.id, &nobody).await?;
    session.flush().await.map_err(anyhow::Error::from)?;
    Ok(Redirect::to("/?said=said-customer-erased").into_response())
}
