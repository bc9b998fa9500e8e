//! The pages of `app`, rendered on the server.

use axum::Router;

use crate::{error::AppError, state::SharedState};

pub(super) fn router(_state: SharedState) -> Router {
    Router::new().fallback(async || AppError::not_found())
}
