//! The route table.

mod account;
pub mod admin;
mod assets;
mod catalog;
mod client;
mod finish;
mod headers;
mod health;
mod mine;
mod objects;
mod openapi;
mod owner;
mod pages;
mod projects;
pub(crate) mod reader;
mod session;
mod shop;
mod sign_in;
mod uploads;
mod view;

use std::{future::ready, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn_with_state, map_response, map_response_with_state},
    routing::get,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    csrf::CsrfLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::{RequestBodyTimeoutLayer, TimeoutLayer},
    trace::TraceLayer,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::{REQUEST_ID, render},
    sessions,
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
    let (api, document) = api().split_for_parts();
    let document = openapi::complete(document);
    let limited = api
        .route("/api/openapi.json", get(move || ready(openapi::answer(document.clone()))))
        .merge(pages::router())
        .merge(sign_in::router())
        .merge(shop::router())
        .merge(mine::router())
        .merge(account::router())
        .merge(admin::router(&state))
        .layer(sessions::layer(&state))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(SharedState::clone(&state), client::limit));
    // A printed code can't be recalled: whoever scans it is never told to wait.
    let unlimited = Router::new()
        .route("/ar/view/{id}", get(view::view))
        .route("/api/ar/view/{id}", get(view::view))
        .route("/objects/ar-storage/{id}/{*file}", get(objects::object))
        .route("/objects/shop/{file}", get(objects::picture))
        .route("/assets/{build}/{*file}", get(assets::asset))
        .route("/viewer/{*file}", get(assets::viewer))
        .route("/favicon.ico", get(assets::icon))
        .route("/robots.txt", get(assets::robots))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));
    limited
        .merge(unlimited)
        .with_state(SharedState::clone(&state))
        .layer(CatchPanicLayer::custom(health::panicked))
        .layer(from_fn_with_state(SharedState::clone(&state), render))
        .layer(from_fn_with_state(SharedState::clone(&state), client::count))
        .layer(map_response_with_state(SharedState::clone(&state), headers::secure))
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
        .layer(from_fn_with_state(SharedState::clone(&state), client::identify))
        .layer(RequestBodyTimeoutLayer::new(state.options.read_timeout))
}

/// What programs talk to, with its description.
fn api() -> OpenApiRouter<SharedState> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(uploads::create, uploads::options))
        .routes(routes!(uploads::status, uploads::append, uploads::put, uploads::delete))
        .layer(DefaultBodyLimit::max(UPLOAD_BODY_BYTES_MAX))
        .layer(map_response(uploads::tus));
    let answered = OpenApiRouter::with_openapi(openapi::document())
        .routes(routes!(projects::create))
        .routes(routes!(projects::show, projects::remove))
        .routes(routes!(projects::restore))
        .routes(routes!(projects::extend))
        .routes(routes!(projects::revise))
        .routes(routes!(finish::complete))
        .routes(routes!(finish::compile, finish::cancel))
        .routes(routes!(projects::qr))
        .routes(routes!(view::played))
        .routes(routes!(catalog::currencies))
        .routes(routes!(catalog::products))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .merge(uploads)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_TIMEOUT));
    answered.routes(routes!(projects::events))
}
