//! The pages of `app`: data from the database, then HTML in one go.

use std::{convert::Infallible, time::Duration};

use app::{Page, render};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use tower_http::timeout::TimeoutLayer;

use super::{assets, client::Client, projects::view_of};
use crate::{error::AppError, forms::publish_form, projects::find, state::SharedState};

/// Our scripts and WebAssembly; pictures and videos that the page itself has opened.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
                      media-src 'self' blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Longest time that a form's files may take to arrive.
const FORM_TIMEOUT: Duration = Duration::from_secs(3600);

pub(super) fn router() -> Router<SharedState> {
    let time = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, FORM_TIMEOUT);
    let form: MethodRouter<SharedState> = post(form).layer::<_, Infallible>(DefaultBodyLimit::disable()).layer(time);
    Router::new()
        .route("/", get(home))
        .route("/living-photos", get(studio).merge(form))
        .route("/living-photos/{id}", get(status))
        .fallback(not_found)
}

async fn home() -> Response {
    page(StatusCode::OK, Page::Home)
}

async fn studio() -> Response {
    page(StatusCode::OK, Page::Studio)
}

async fn status(State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, AppError> {
    match find(&state, &id).await {
        Ok(project) => Ok(page(StatusCode::OK, Page::Status(Box::new(view_of(&state, project)?)))),
        Err(AppError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(not_found_page()),
        Err(error) => Err(error),
    }
}

/// The studio's plain form: one pair, compiled here.
async fn form(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    form: Multipart,
) -> Result<Redirect, AppError> {
    let id = publish_form(&state, address, form).await?;
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
