//! `complete`: a browser has compiled. `compile`: the server shall.

use app::model::{Finish, ProjectView};
use axum::{Json, body::Bytes, extract::State, http::StatusCode};

use super::{owner::Owner, projects::view_of};
use crate::{
    error::AppError,
    projects::{self, Change, change},
    state::SharedState,
};

/// Publishes what a browser has compiled. The same request again gets the same answer.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/complete", tag = "projects", security(("owner" = [])),
    request_body = Finish, responses((status = 200, body = ProjectView))
)]
pub(super) async fn complete(
    State(state): State<SharedState>,
    Owner(id): Owner,
    body: Bytes,
) -> Result<Json<ProjectView>, AppError> {
    let project = projects::complete(&state, &id, &read_finish(&body)?).await?;
    Ok(Json(view_of(&state, project)?))
}

/// Queues a compile on the server. A failed one is tried again with an empty body.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/compile", tag = "projects", security(("owner" = [])),
    request_body = Option<Finish>, responses((status = 202, body = ProjectView))
)]
pub(super) async fn compile(
    State(state): State<SharedState>,
    Owner(id): Owner,
    body: Bytes,
) -> Result<(StatusCode, Json<ProjectView>), AppError> {
    let finish = if body.is_empty() { None } else { Some(read_finish(&body)?) };
    let project = projects::compile(&state, &id, finish).await?;
    Ok((StatusCode::ACCEPTED, Json(view_of(&state, project)?)))
}

/// Cancels a compile that waits or runs; the project takes files again.
#[utoipa::path(
    delete, path = "/api/ar/projects/{id}/compile", tag = "projects", security(("owner" = [])),
    responses((status = 200, body = ProjectView))
)]
pub(super) async fn cancel(State(state): State<SharedState>, Owner(id): Owner) -> Result<Json<ProjectView>, AppError> {
    let project = change(&state, &id, Change::CancelCompile).await?;
    Ok(Json(view_of(&state, project)?))
}

/// Reads a finishing request.
fn read_finish(body: &[u8]) -> Result<Finish, AppError> {
    serde_json::from_slice(body).map_err(|error| {
        AppError::refused(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("This is not the JSON that is asked for: {error}."),
        )
    })
}
