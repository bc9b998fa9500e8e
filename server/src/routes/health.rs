//! For operators and load balancers.

use std::any::Any;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::{
    TypedHeader,
    headers::{Authorization, authorization::Bearer},
    typed_header::TypedHeaderRejection,
};
use object_store::path::Path;
use subtle::ConstantTimeEq;

use crate::{error::AppError, state::SharedState};

/// The process lives. Asks nobody.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// The database and the object store answer, and the server is not about to stop.
pub(super) async fn ready(State(state): State<SharedState>) -> Result<&'static str, AppError> {
    let not_ready = |detail: &str| AppError::refused(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail);
    if state.stopping.is_cancelled() {
        return Err(not_ready("The server is stopping."));
    }
    if let Err(error) = state.db.ping().await {
        tracing::warn!(error = %error, "not ready");
        return Err(not_ready("The database does not answer."));
    }
    if let Err(error) = state.storage.folders(&Path::default()).await {
        tracing::warn!(error = %error, "not ready");
        return Err(not_ready("The object store does not answer."));
    }
    Ok("ok")
}

/// For Prometheus, if it has the token; nobody else learns that there is anything.
pub(super) async fn metrics(
    State(state): State<SharedState>,
    token: Result<TypedHeader<Authorization<Bearer>>, TypedHeaderRejection>,
) -> Result<Response, AppError> {
    let told = token.as_ref().map_or("", |TypedHeader(Authorization(token))| token.token());
    let is_known =
        state.options.metrics_token.as_ref().is_some_and(|token| token.as_bytes().ct_eq(told.as_bytes()).into());
    if !is_known {
        return Err(AppError::not_found());
    }
    // Without the database the rest is wanted all the more.
    if let Ok((queued, compiling)) = state.db.queue_depth().await {
        state.metrics.queue(queued, compiling);
    }
    if let Ok(queued) = state.db.mails_waiting().await {
        state.metrics.mails_waiting(queued);
    }
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")], state.metrics.text())
        .into_response())
}

/// A handler that panicked: as any other internal error.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    AppError::Internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}
