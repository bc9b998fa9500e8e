//! The CRM's routes: the table of who may what, and its guard. A route that is not in the table is not reachable.

mod audit;
mod currencies;
pub(super) mod customers;
mod dashboard;
mod mails;
mod orders;
mod products;
mod projects;
mod sent;
mod settings;
mod things;
mod users;

use app::{
    frame::{Frame, Staff as StaffView},
    language::Language,
    listing::Listing,
    permissions::Permission,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State},
    http::{Method, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tower_sessions::Session;

use super::{
    pages::html,
    reader::{frame, language},
    session,
};
use crate::{
    db::{Account, Actor, Place},
    error::AppError,
    state::SharedState,
};

use Permission::{
    EditCurrencies, EditCustomers, EditOrders, EditProducts, EditProjects, EditSettings, EraseCustomers, ManageUsers,
    MoveOrders, ResendMail, SeeAudit, SeeCurrencies, SeeCustomers, SeeDashboard, SeeMail, SeeOrders, SeeProducts,
    SeeProjects,
};

/// Every route of the CRM, and what it asks for.
#[rustfmt::skip]
pub const ROUTES: &[(Method, &str, Permission)] = &[
    (Method::GET, "/admin", SeeDashboard),
    (Method::GET, "/api/admin/dashboard/stats", SeeDashboard),

    (Method::GET, "/admin/currencies", SeeCurrencies),
    (Method::POST, "/admin/currencies", EditCurrencies),
    (Method::GET, "/admin/currencies/import", EditCurrencies),
    (Method::POST, "/admin/currencies/import", EditCurrencies),
    (Method::POST, "/admin/currencies/import/confirm", EditCurrencies),
    (Method::GET, "/admin/currencies/{code}", SeeCurrencies),
    (Method::POST, "/admin/currencies/{code}", EditCurrencies),
    (Method::POST, "/admin/currencies/{code}/activate", EditCurrencies),
    (Method::POST, "/admin/currencies/{code}/deactivate", EditCurrencies),
    (Method::GET, "/admin/currencies/{code}/base", EditCurrencies),
    (Method::POST, "/admin/currencies/{code}/base", EditCurrencies),

    (Method::GET, "/admin/ar-projects", SeeProjects),
    (Method::POST, "/admin/ar-projects", EditProjects),
    (Method::GET, "/admin/ar-projects/new", EditProjects),
    (Method::GET, "/admin/ar-projects/{id}", SeeProjects),
    (Method::POST, "/admin/ar-projects/{id}/do/{act}", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/owner", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/order", EditProjects),
    (Method::GET, "/admin/ar-projects/{id}/overlay/{target}", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/overlay/{target}", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/overlay/{target}/cutout", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/overlay/{target}/cutout/remove", EditProjects),
    (Method::POST, "/admin/ar-projects/{id}/video/{target}", EditProjects),

    (Method::GET, "/admin/products", SeeProducts),
    (Method::GET, "/admin/products/new", EditProducts),
    (Method::POST, "/admin/products/new", EditProducts),
    (Method::GET, "/admin/products/{id}", SeeProducts),
    (Method::POST, "/admin/products/{id}", EditProducts),
    (Method::POST, "/admin/products/{id}/archive", EditProducts),
    (Method::POST, "/admin/products/{id}/restore", EditProducts),
    (Method::POST, "/admin/products/{id}/delete", EditProducts),
    (Method::POST, "/admin/products/{id}/pictures", EditProducts),
    (Method::POST, "/admin/products/{id}/pictures/{picture}/up", EditProducts),
    (Method::POST, "/admin/products/{id}/pictures/{picture}/down", EditProducts),
    (Method::POST, "/admin/products/{id}/pictures/{picture}/remove", EditProducts),

    (Method::GET, "/admin/customers", SeeCustomers),
    (Method::POST, "/admin/customers", EditCustomers),
    (Method::GET, "/admin/customers/new", EditCustomers),
    (Method::GET, "/admin/customers/{id}", SeeCustomers),
    (Method::POST, "/admin/customers/{id}", EditCustomers),
    (Method::GET, "/admin/customers/{id}/export.json", EraseCustomers),
    (Method::GET, "/admin/customers/{id}/erase", EraseCustomers),
    (Method::POST, "/admin/customers/{id}/erase", EraseCustomers),
    (Method::GET, "/admin/orders", SeeOrders),
    (Method::POST, "/admin/orders", MoveOrders),
    (Method::GET, "/admin/orders.csv", SeeOrders),
    (Method::GET, "/admin/orders/new", EditOrders),
    (Method::POST, "/admin/orders/new", EditOrders),
    (Method::GET, "/admin/orders/{id}", SeeOrders),
    (Method::POST, "/admin/orders/{id}/status", MoveOrders),
    (Method::POST, "/admin/orders/{id}/tracking", MoveOrders),
    (Method::POST, "/admin/orders/{id}/notes", EditOrders),
    (Method::POST, "/admin/orders/{id}/attach", EditOrders),
    (Method::POST, "/admin/orders/{id}/detach", EditOrders),
    (Method::GET, "/admin/orders/{id}/sheet", SeeOrders),

    (Method::GET, "/admin/mail", SeeMail),
    (Method::GET, "/admin/mail/{id}", SeeMail),
    (Method::POST, "/admin/mail/{id}/resend", ResendMail),
    (Method::GET, "/admin/audit", SeeAudit),
    (Method::GET, "/admin/settings", EditSettings),
    (Method::POST, "/admin/settings", EditSettings),

    (Method::GET, "/admin/users", ManageUsers),
    (Method::POST, "/admin/users", ManageUsers),
    (Method::GET, "/admin/users/new", ManageUsers),
    (Method::GET, "/admin/users/{id}", ManageUsers),
    (Method::POST, "/admin/users/{id}", ManageUsers),
    (Method::POST, "/admin/users/{id}/role", ManageUsers),
    (Method::POST, "/admin/users/{id}/deactivate", ManageUsers),
    (Method::POST, "/admin/users/{id}/activate", ManageUsers),
    (Method::POST, "/admin/users/{id}/link", ManageUsers),
    (Method::POST, "/admin/users/{id}/second-factor", ManageUsers),
    (Method::POST, "/admin/users/{id}/unlock", ManageUsers),
    (Method::POST, "/admin/users/{id}/sessions", ManageUsers),
    (Method::POST, "/admin/users/{id}/sessions/{session}", ManageUsers),
];

/// Somebody who works here and may do what they ask for.
#[derive(Clone, Debug)]
pub(super) struct Staff(pub(super) Account);

impl Staff {
    /// As the audit log knows them.
    pub(super) fn actor(&self) -> Actor {
        Actor { account_id: Some(self.0.id.clone()), name: self.0.name.clone() }
    }
}

/// The frame of a page of the CRM.
pub(super) struct Crm(pub(super) Frame);

impl FromRequestParts<SharedState> for Crm {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, AppError> {
        let super::reader::Reader(mut frame) = super::reader::Reader::from_request_parts(parts, state).await?;
        let Extension(Staff(account)) =
            Extension::<Staff>::from_request_parts(parts, state).await.map_err(|_| AppError::not_found())?;
        if let Some(language) = Language::parse(&account.language) {
            frame = super::reader::frame(state, language, frame.path, frame.said);
        }
        frame.staff = Some(StaffView { name: account.name, role: account.role });
        Ok(Self(frame))
    }
}

/// What a list's address says.
pub(super) struct List {
    pub(super) listing: Listing,
    pub(super) place: Place,
}

/// Longest value of a list's address that is looked at.
const QUERY_CHARS_MAX: usize = 100;

impl<S: Send + Sync> FromRequestParts<S> for List {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let query = query.map(|axum::extract::Query(query)| query).unwrap_or_default();
        // PostgreSQL takes no NUL.
        let cut = |value: String| {
            value.trim().chars().filter(|letter| *letter != '\0').take(QUERY_CHARS_MAX).collect::<String>()
        };
        let query: Vec<(String, String)> = query.into_iter().map(|(name, value)| (name, cut(value))).collect();
        let value =
            |wanted: &str| query.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
        let place = Place::parse(value("before"), value("after"));
        let query = query
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && !["before", "after", "said"].contains(&name.as_str()));
        let listing = Listing { path: parts.uri.path().to_owned(), query: query.collect(), before: None, after: None };
        Ok(Self { listing, place })
    }
}

pub(super) fn router(state: &SharedState) -> Router<SharedState> {
    Router::new()
        .route("/admin", get(dashboard::page))
        .route("/api/admin/dashboard/stats", get(dashboard::numbers))
        .route("/admin/currencies", get(currencies::list).post(currencies::add))
        .route("/admin/currencies/import", get(currencies::import).post(currencies::preview_import))
        .route("/admin/currencies/import/confirm", post(currencies::confirm_import))
        .route("/admin/currencies/{code}", get(currencies::show).post(currencies::set_rate))
        .route("/admin/currencies/{code}/activate", post(currencies::activate))
        .route("/admin/currencies/{code}/deactivate", post(currencies::deactivate))
        .route("/admin/currencies/{code}/base", get(currencies::preview_base).post(currencies::set_base))
        .merge(projects::router())
        .route("/admin/products", get(products::list))
        .route("/admin/products/new", get(products::new).post(products::create))
        .route("/admin/products/{id}", get(products::show).post(products::change))
        .route("/admin/products/{id}/archive", post(products::archive))
        .route("/admin/products/{id}/restore", post(products::restore))
        .route("/admin/products/{id}/delete", post(products::delete))
        .route(
            "/admin/products/{id}/pictures",
            post(products::add_picture).layer(DefaultBodyLimit::max(sent::UPLOAD_BYTES_MAX)),
        )
        .route("/admin/products/{id}/pictures/{picture}/up", post(products::picture_up))
        .route("/admin/products/{id}/pictures/{picture}/down", post(products::picture_down))
        .route("/admin/products/{id}/pictures/{picture}/remove", post(products::remove_picture))
        .route("/admin/customers", get(customers::list).post(customers::add))
        .route("/admin/customers/new", get(customers::new))
        .route("/admin/customers/{id}", get(customers::detail).post(customers::edit))
        .route("/admin/customers/{id}/export.json", get(customers::export))
        .route("/admin/customers/{id}/erase", get(customers::erase_page).post(customers::erase))
        .route("/admin/orders", get(orders::list).post(orders::move_several))
        .route("/admin/orders.csv", get(orders::export))
        .route("/admin/orders/new", get(orders::new_form).post(orders::place))
        .route("/admin/orders/{id}", get(orders::show))
        .route("/admin/orders/{id}/status", post(orders::move_one))
        .route("/admin/orders/{id}/tracking", post(orders::set_tracking))
        .route("/admin/orders/{id}/notes", post(orders::set_notes))
        .route("/admin/orders/{id}/attach", post(orders::attach))
        .route("/admin/orders/{id}/detach", post(orders::detach))
        .route("/admin/orders/{id}/sheet", get(orders::sheet))
        .route("/admin/mail", get(mails::list))
        .route("/admin/mail/{id}", get(mails::show))
        .route("/admin/mail/{id}/resend", post(mails::resend))
        .route("/admin/audit", get(audit::list))
        .route("/admin/settings", get(settings::show).post(settings::change))
        .route("/admin/users", get(users::list).post(users::invite))
        .route("/admin/users/new", get(users::new))
        .route("/admin/users/{id}", get(users::detail).post(users::edit))
        .route("/admin/users/{id}/role", post(users::set_role))
        .route("/admin/users/{id}/deactivate", post(users::deactivate))
        .route("/admin/users/{id}/activate", post(users::activate))
        .route("/admin/users/{id}/link", post(users::send_link))
        .route("/admin/users/{id}/second-factor", post(users::drop_factor))
        .route("/admin/users/{id}/unlock", post(users::unlock))
        .route("/admin/users/{id}/sessions", post(users::end_sessions))
        .route("/admin/users/{id}/sessions/{session}", post(users::end_session))
        .route_layer(from_fn_with_state(SharedState::clone(state), guard))
}

/// Middleware: lets through who is logged in and may. Strangers are led to the login, and back.
async fn guard(
    State(state): State<SharedState>,
    session: Session,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let is_page = !request.uri().path().starts_with("/api/");
    let Some(account) = session::account(&state, &session).await? else {
        if !is_page {
            return Err(AppError::refused(StatusCode::UNAUTHORIZED, "not_logged_in", "Log in first."));
        }
        let back = request.uri().path_and_query().map_or("/admin", |path| path.as_str());
        let back = if request.method() == Method::GET { back } else { "/admin" };
        let login = Listing { path: "/login".to_owned(), ..Listing::default() };
        return Ok(Redirect::to(&login.with("next", back)).into_response());
    };
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let wanted = ROUTES.iter().find(|(known, pattern, _)| known == method && *pattern == path.as_str());
    let Some((_, _, permission)) = wanted.filter(|_| account.role.is_staff()) else {
        return Err(AppError::not_found());
    };
    if !account.role.may(*permission) {
        let detail = "Your role does not include this; ask an administrator.";
        if !is_page {
            return Err(AppError::refused(StatusCode::FORBIDDEN, "forbidden", detail));
        }
        let spoken = Language::parse(&account.language).unwrap_or_else(|| language(&state, request.headers()));
        let mut frame = frame(&state, spoken, "/admin".to_owned(), None);
        frame.staff = Some(StaffView { name: account.name, role: account.role });
        return Ok(html(StatusCode::FORBIDDEN, app::crm::forbidden(&frame)));
    }
    request.extensions_mut().insert(Staff(account));
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
    Ok(response)
}
