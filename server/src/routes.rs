//! The route table.

mod assets;
mod finish;
mod headers;
mod health;
mod objects;
mod pages;
mod projects;
mod uploads;
mod view;

use std::time::Duration;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, map_response},
    routing::{get, post},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{
    error::{REQUEST_ID, render},
    state::SharedState,
};

/// Largest body of a request that is no upload.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Room for one part of an upload, and a little more, so that one too large is answered and not cut off.
const UPLOAD_BODY_BYTES_MAX: usize = app::model::CHUNK_BYTES_MAX as usize + (1 << 20);
/// Longest time to answer; publishing an album copies all its videos.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// Everything that the server answers.
pub fn router(state: SharedState) -> Router {
    let uploads = Router::new()
        .route(
            "/api/ar/projects/{id}/files/{name}",
            get(uploads::status).patch(uploads::append).put(uploads::put).delete(uploads::delete),
        )
        .layer(DefaultBodyLimit::max(UPLOAD_BODY_BYTES_MAX));
    let answered = Router::new()
        .route("/api/ar/projects", post(projects::create))
        .route("/api/ar/projects/{id}", get(projects::show).delete(projects::remove))
        .route("/api/ar/projects/{id}/complete", post(finish::complete))
        .route("/api/ar/projects/{id}/compile", post(finish::compile))
        .route("/api/ar/projects/{id}/{code}", get(projects::qr))
        .route("/ar/view/{id}", get(view::view))
        .route("/api/ar/view/{id}", get(view::view))
        .route("/assets/{build}/{*file}", get(assets::asset))
        .route("/viewer/{*file}", get(assets::viewer))
        .route("/favicon.ico", get(assets::icon))
        .route("/robots.txt", get(assets::robots))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .merge(uploads)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_TIMEOUT));
    let streamed = Router::new()
        .route("/api/ar/projects/{id}/events", get(projects::events))
        .route("/objects/ar-storage/{id}/{*file}", get(objects::object));
    answered
        .merge(streamed)
        .with_state(SharedState::clone(&state))
        .merge(pages::router(state))
        .layer(CatchPanicLayer::custom(health::panicked))
        .layer(from_fn(render))
        .layer(map_response(headers::secure))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &axum::extract::Request| {
                    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
                    tracing::info_span!("request", request_id = id, method = %request.method(), path = request.uri().path())
                })
                // Failures are logged once, where they are answered.
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}
