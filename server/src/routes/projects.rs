//! A project: begun, looked at, watched, taken away, and its QR code.

use std::{convert::Infallible, time::Duration};

use app::model::{CreateProject, NAME_CHARS_MAX, ProjectCreated, ProjectStatus, ProjectView};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response, Sse, sse::Event},
};
use bytes::Bytes;
use futures::Stream;
use serde::Deserialize;

use super::uploads::{Token, authorize};
use crate::{
    db::Project,
    error::AppError,
    finish::mind_path,
    id::{is_id, new_id},
    qr::{QrCode, QrFormat},
    state::{AppState, SharedState},
    storage::published,
};

/// How often a watched project is read without news, for changes made by other processes.
const WATCH_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn create(
    State(state): State<SharedState>,
    body: Result<Json<CreateProject>, JsonRejection>,
) -> Result<(StatusCode, Json<ProjectCreated>), AppError> {
    let CreateProject { name } = read_json(body)?;
    let name = name.trim();
    if name.chars().count() > NAME_CHARS_MAX {
        let detail = format!("A name has at most {NAME_CHARS_MAX} characters.");
        return Err(AppError::invalid("name_too_long", detail));
    }
    let id = new_id()?;
    state.storage.put(&published(&id, "pending"), Bytes::new()).await?;
    state.db.create_project(&id, name).await?;
    let token = state.key.token(&id);
    Ok((StatusCode::CREATED, Json(ProjectCreated { id, token })))
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<ProjectView>), AppError> {
    let project = find(&state, &id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view_of(&state, project))))
}

pub(super) async fn remove(
    State(state): State<SharedState>,
    Path(id): Path<String>,
    token: Token,
) -> Result<StatusCode, AppError> {
    authorize(&state, &id, token)?;
    find(&state, &id).await?;
    // The database first, so that whoever is publishing it learns of it; doing it again finds what is left to do.
    state.db.archive(&id).await?;
    state.storage.bury(&id).await?;
    state.announce_change();
    Ok(StatusCode::NO_CONTENT)
}

/// Tells a project's state now and at every change, until it will not change by itself.
pub(super) async fn events(
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, AppError> {
    let first = view_of(&state, find(&state, &id).await?);
    let mut changed = state.changed.subscribe();
    changed.mark_unchanged();
    let stream = futures::stream::unfold((Some(first), None, changed), move |(mut next, mut told, mut changed)| {
        let (state, id) = (SharedState::clone(&state), id.clone());
        async move {
            loop {
                if let Some(view) = next.take().filter(|view| told.as_ref() != Some(view)) {
                    let event = Event::default().event("status").json_data(&view).ok()?;
                    told = Some(view);
                    return Some((Ok(event), (None, told, changed)));
                }
                if told.as_ref().is_some_and(|view| !moves(view.status)) {
                    return None;
                }
                tokio::select! {
                    () = state.stopping.cancelled() => return None,
                    // Both outcomes mean to look again; the sender lives as long as the state.
                    _ = tokio::time::timeout(WATCH_EVERY, changed.changed()) => {}
                }
                next = find(&state, &id).await.ok().map(|project| view_of(&state, project));
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(axum::response::sse::KeepAlive::default()))
}

/// Whether a project in this state changes without its owner doing anything.
fn moves(status: ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Draft | ProjectStatus::Queued | ProjectStatus::Compiling)
}

#[derive(Deserialize)]
pub(super) struct QrQuery {
    download: Option<String>,
}

/// `qr.svg`, `qr.png`, `qr.pdf`. Public, since the code holds nothing but the public link.
pub(super) async fn qr(
    State(state): State<SharedState>,
    Path((id, file)): Path<(String, String)>,
    Query(query): Query<QrQuery>,
) -> Result<Response, AppError> {
    let format = file.strip_prefix("qr.").and_then(QrFormat::from_ending).ok_or_else(AppError::not_found)?;
    if !is_id(&id) {
        return Err(AppError::not_found());
    }
    let code = QrCode::new(&state.link(&id)).map_err(anyhow::Error::from)?;
    let headers = [(header::CONTENT_TYPE, format.media_type()), (header::CACHE_CONTROL, "public, max-age=3600")];
    let mut response = (headers, code.render(format)?).into_response();
    if query.download.is_some() {
        let disposition = HeaderValue::from_str(&format!("attachment; filename=\"kinora-{id}.{}\"", &file[3..]));
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition.map_err(anyhow::Error::from)?);
    }
    Ok(response)
}

/// A project by its public id.
pub(super) async fn find(state: &AppState, id: &str) -> Result<Project, AppError> {
    if !is_id(id) {
        return Err(AppError::not_found());
    }
    state.db.project(id).await?.ok_or_else(AppError::not_found)
}

/// As pages and clients see it.
pub(crate) fn view_of(state: &AppState, project: Project) -> ProjectView {
    let is_ready = project.status == ProjectStatus::Ready;
    ProjectView {
        link: state.link(&project.id),
        qr_least_mm: state.qr_least_mm,
        mind: is_ready.then(|| mind_path(&project.id)),
        mind_bytes: project.mind_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        id: project.id,
        name: project.name,
        status: project.status,
        failure: project.failure,
        created_ms: project.created_ms,
        targets: project.targets,
    }
}

/// A JSON body, or what is wrong with it.
pub(super) fn read_json<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, AppError> {
    body.map(|Json(value)| value)
        .map_err(|rejection| AppError::refused(rejection.status(), "invalid_json", rejection.body_text()))
}
