//! For operators and load balancers.

use std::any::Any;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{error::AppError, state::SharedState};

/// The process lives. Asks nobody.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// The database answers.
pub(super) async fn ready(State(state): State<SharedState>) -> Result<&'static str, AppError> {
    match state.db.ping().await {
        Ok(()) => Ok("ok"),
        Err(error) => {
            tracing::warn!(error = %error, "not ready");
            Err(AppError::refused(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The database does not answer."))
        }
    }
}

/// A handler that panicked: as any other internal error.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    AppError::Internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}
