//! The pages of `app`: data from the database, then HTML in one go.

use std::{convert::Infallible, time::Duration};

use app::{frame::Frame, pages};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use axum_extra::extract::CookieJar;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::Session;

use super::{
    client::Client,
    mine::keep,
    projects::view_of,
    reader::{Reader, choose_language},
};
use crate::{error::AppError, forms::publish_form, projects::find, state::SharedState};

/// Our scripts and WebAssembly; pictures and videos that the page itself has opened.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
                      media-src 'self' blob:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Longest time that a form's files may take to arrive.
pub(super) const FORM_TIMEOUT: Duration = Duration::from_secs(3600);

pub(super) fn router() -> Router<SharedState> {
    let time = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, FORM_TIMEOUT);
    let form: MethodRouter<SharedState> = post(form).layer::<_, Infallible>(DefaultBodyLimit::disable()).layer(time);
    Router::new()
        .route("/", get(home))
        .route("/language", post(choose_language))
        .route("/living-photos", get(studio).merge(form))
        .route("/living-photos/{id}", get(status))
        .fallback(not_found)
}

async fn home(Reader(frame): Reader) -> Response {
    html(StatusCode::OK, pages::home(&frame))
}

async fn studio(Reader(frame): Reader) -> Response {
    html(StatusCode::OK, pages::studio(&frame))
}

async fn status(
    State(state): State<SharedState>,
    Reader(frame): Reader,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    match find(&state, &id).await {
        Ok(project) => Ok(html(StatusCode::OK, pages::status(&frame, view_of(&state, project)?))),
        Err(AppError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(not_found_page(&frame)),
        Err(error) => Err(error),
    }
}

/// The studio's plain form: one pair, compiled here.
async fn form(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    Reader(frame): Reader,
    session: Session,
    jar: CookieJar,
    form: Multipart,
) -> Result<(CookieJar, Redirect), AppError> {
    let id = publish_form(&state, address, form).await?;
    let jar = keep(&state, &session, jar, frame.format.language(), &id).await?;
    Ok((jar, Redirect::to(&format!("/living-photos/{id}"))))
}

async fn not_found(uri: Uri, Reader(frame): Reader) -> Result<Response, AppError> {
    if uri.path().starts_with("/api/") { Err(AppError::not_found()) } else { Ok(not_found_page(&frame)) }
}

fn not_found_page(frame: &Frame) -> Response {
    html(StatusCode::NOT_FOUND, pages::not_found(frame))
}

/// A page, with its policy. Its forms say where they come from, so that those of other sites are told apart.
pub(super) fn html(status: StatusCode, page: String) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (status, headers, Html(page)).into_response()
}
