//! The pages of `app`: data from the database, then HTML in one go.

use app::{Page, render};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};

use super::{
    assets,
    projects::{find, view_of},
};
use crate::{error::AppError, forms::publish_form, state::SharedState};

/// Our scripts and WebAssembly; pictures and videos that the page itself has opened.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
                      media-src 'self' blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

pub(super) fn router(state: SharedState) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/living-photos", get(studio).post(form).layer(DefaultBodyLimit::disable()))
        .route("/living-photos/{id}", get(status))
        .fallback(not_found)
        .with_state(state)
}

async fn home() -> Response {
    page(StatusCode::OK, Page::Home)
}

async fn studio() -> Response {
    page(StatusCode::OK, Page::Studio)
}

async fn status(State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, AppError> {
    match find(&state, &id).await {
        Ok(project) => Ok(page(StatusCode::OK, Page::Status(Box::new(view_of(&state, project))))),
        Err(AppError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(not_found_page()),
        Err(error) => Err(error),
    }
}

/// The studio's plain form: one pair, compiled here.
async fn form(State(state): State<SharedState>, form: Multipart) -> Result<Redirect, AppError> {
    let id = publish_form(&state, form).await?;
    Ok(Redirect::to(&format!("/living-photos/{id}")))
}

async fn not_found(uri: axum::http::Uri) -> Result<Response, AppError> {
    if uri.path().starts_with("/api/") { Err(AppError::not_found()) } else { Ok(not_found_page()) }
}

fn not_found_page() -> Response {
    page(StatusCode::NOT_FOUND, Page::NotFound)
}

fn page(status: StatusCode, page: Page) -> Response {
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Html(render(page, &assets::base()))).into_response()
}
