//! `complete`: a browser has compiled. `compile`: the server shall.

use app::model::{Finish, ProjectStatus, ProjectView};
use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};

use super::{
    projects::{find, read_json, view_of},
    uploads::{Token, authorize},
};
use crate::{
    db::Project,
    error::AppError,
    finish::{Compiled, bury_removed, check, digest, publish},
    state::{AppState, SharedState},
};

pub(super) async fn complete(
    State(state): State<SharedState>,
    Path(id): Path<String>,
    token: Token,
    body: Result<Json<Finish>, JsonRejection>,
) -> Result<Json<ProjectView>, AppError> {
    authorize(&state, &id, token)?;
    let finish = read_json(body)?;
    let digest = digest(&finish);
    let project = find(&state, &id).await?;
    if project.status != ProjectStatus::Draft {
        return repeated(&state, project, &digest).map(Json);
    }
    let outcome = check_and_publish(&state, &project, &finish, &digest).await;
    let project = find(&state, &id).await?;
    if project.status == ProjectStatus::Draft {
        outcome?;
    }
    // Else it is finished, perhaps by the same request, sent twice, whose first has taken the uploads from the second.
    repeated(&state, project, &digest).map(Json)
}

async fn check_and_publish(
    state: &SharedState,
    project: &Project,
    finish: &Finish,
    digest: &str,
) -> Result<(), AppError> {
    let id = &project.id;
    let checked = check(state, id, finish, Compiled::InBrowser).await?;
    if !state.db.claim_draft(id, digest).await? {
        return Ok(());
    }
    let publication = publish(state, id, &project.name, finish, checked).await?;
    if state.db.publish_draft(id, digest, publication.mind_bytes, &publication.targets).await? {
        state.announce_change();
        state.storage.delete_uploads(id).await?;
    } else {
        bury_removed(state, id).await?;
    }
    Ok(())
}

pub(super) async fn compile(
    State(state): State<SharedState>,
    Path(id): Path<String>,
    token: Token,
    body: Result<Json<Finish>, JsonRejection>,
) -> Result<(StatusCode, Json<ProjectView>), AppError> {
    authorize(&state, &id, token)?;
    let finish = read_json(body)?;
    let digest = digest(&finish);
    let project = find(&state, &id).await?;
    if matches!(project.status, ProjectStatus::Draft | ProjectStatus::Failed) {
        check(&state, &id, &finish, Compiled::Here).await?;
        if state.db.enqueue(&id, &digest, &finish).await? {
            state.queued.notify_one();
            state.announce_change();
        }
    }
    let view = repeated(&state, find(&state, &id).await?, &digest)?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// The answer to whoever finishes: the project, if it was this request that finished it.
fn repeated(state: &AppState, project: Project, digest: &str) -> Result<ProjectView, AppError> {
    if project.finish_digest.as_deref() == Some(digest) {
        return Ok(view_of(state, project));
    }
    let detail = "This album has been finished in another way, perhaps in another tab; open its page.";
    Err(AppError::conflict("already_finished", detail))
}
