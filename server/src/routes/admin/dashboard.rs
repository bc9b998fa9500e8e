//! `/admin`, and its numbers as JSON.

use app::crm::dashboard::{Stats, dashboard};
use axum::{Json, extract::State, http::StatusCode, response::Response};

use super::Crm;
use crate::{dashboard::stats, error::AppError, routes::pages::html, state::SharedState};

pub(super) async fn page(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    Ok(html(StatusCode::OK, dashboard(&frame, stats(&state).await?)))
}

pub(super) async fn numbers(State(state): State<SharedState>) -> Result<Json<Stats>, AppError> {
    Ok(Json(stats(&state).await?))
}
