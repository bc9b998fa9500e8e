//! A project: begun, looked at, watched, taken away and brought back, and its QR code.

use std::{convert::Infallible, time::Duration};

use app::model::{CreateProject, ProjectCreated, ProjectStatus, ProjectView};
use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response, Sse, sse::Event},
};
use axum_extra::extract::CookieJar;
use futures::{Stream, StreamExt};
use serde::Deserialize;
use tower_sessions::Session;

use super::{client::Client, mine::keep, owner::Owner, reader::language};
use crate::{
    db::Project,
    error::AppError,
    finish::mind_path,
    id::is_id,
    projects::{Change, begin, change, find},
    qr::{QrCode, QrFormat},
    state::{AppState, SharedState},
};

/// How often a watched project is read without news, for changes made by other processes.
const WATCH_EVERY: Duration = Duration::from_secs(5);
/// How long one connection watches.
const WATCH_AT_MOST: Duration = Duration::from_secs(600);

/// Begins a project, open for files.
#[utoipa::path(
    post, path = "/api/ar/projects", tag = "projects", request_body = CreateProject,
    responses((status = 201, body = ProjectCreated))
)]
pub(super) async fn create(
    State(state): State<SharedState>,
    Extension(Client(address)): Extension<Client>,
    session: Session,
    jar: CookieJar,
    headers: HeaderMap,
    body: Result<Json<CreateProject>, JsonRejection>,
) -> Result<(CookieJar, (StatusCode, Json<ProjectCreated>)), AppError> {
    let Json(wish) =
        body.map_err(|rejection| AppError::refused(rejection.status(), "invalid_json", rejection.body_text()))?;
    let id = begin(&state, address, &wish.name).await?;
    let jar = keep(&state, &session, jar, language(&state, &headers), &id).await?;
    let token = state.key.token(&id);
    Ok((jar, (StatusCode::CREATED, Json(ProjectCreated { id, token }))))
}

/// Where a project stands.
#[utoipa::path(get, path = "/api/ar/projects/{id}", tag = "projects", responses((status = 200, body = ProjectView)))]
pub(super) async fn show(
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<ProjectView>), AppError> {
    let project = find(&state, &id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view_of(&state, project)?)))
}

#[derive(Deserialize)]
pub(super) struct RemoveQuery {
    #[serde(default)]
    forever: bool,
}

/// Puts a project in the trash, or deletes it for good, which can't be undone. Its link says at once that it is gone.
#[utoipa::path(
    delete, path = "/api/ar/projects/{id}", tag = "projects", security(("owner" = [])),
    params(("forever" = Option<bool>, Query, description = "For good; no undo")),
    responses((status = 200, body = ProjectView))
)]
pub(super) async fn remove(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Query(RemoveQuery { forever }): Query<RemoveQuery>,
) -> Result<Json<ProjectView>, AppError> {
    changed(&state, &id, if forever { Change::Purge } else { Change::Trash }).await
}

/// Takes a project out of the trash.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/restore", tag = "projects", security(("owner" = [])),
    responses((status = 200, body = ProjectView))
)]
pub(super) async fn restore(State(state): State<SharedState>, Owner(id): Owner) -> Result<Json<ProjectView>, AppError> {
    changed(&state, &id, Change::Restore).await
}

/// Puts the end of a trial off; an expired one is ready again.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/extend", tag = "projects", security(("owner" = [])),
    responses((status = 200, body = ProjectView))
)]
pub(super) async fn extend(State(state): State<SharedState>, Owner(id): Owner) -> Result<Json<ProjectView>, AppError> {
    changed(&state, &id, Change::Extend).await
}

/// Opens a published project for the files of a new version, which its link will lead to.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/revision", tag = "projects", security(("owner" = [])),
    responses((status = 200, body = ProjectView))
)]
pub(super) async fn revise(State(state): State<SharedState>, Owner(id): Owner) -> Result<Json<ProjectView>, AppError> {
    changed(&state, &id, Change::OpenRevision).await
}

async fn changed(state: &AppState, id: &str, wish: Change) -> Result<Json<ProjectView>, AppError> {
    let project = change(state, id, wish).await?;
    Ok(Json(view_of(state, project)?))
}

/// Tells a project's state now and at every change, until it will not change by itself.
#[utoipa::path(
    get, path = "/api/ar/projects/{id}/events", tag = "projects",
    responses((status = 200, body = ProjectView, content_type = "text/event-stream"))
)]
pub(super) async fn events(
    State(state): State<SharedState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, AppError> {
    let room = state.room.watcher()?;
    let watch = state.changes.watch(&id);
    let first = view_of(&state, find(&state, &id).await?)?;
    let stream =
        futures::stream::unfold((Some(first), None, watch, room), move |(mut next, mut told, mut watch, room)| {
            let (state, id) = (SharedState::clone(&state), id.clone());
            async move {
                loop {
                    if let Some(view) = next.take().filter(|view| told.as_ref() != Some(view)) {
                        let event = Event::default().event("status").json_data(&view).ok()?;
                        told = Some(view);
                        return Some((Ok(event), (None, told, watch, room)));
                    }
                    if told.as_ref().is_some_and(|view| !moves(view.status)) {
                        return None;
                    }
                    tokio::select! {
                        () = state.stopping.cancelled() => return None,
                        // Both outcomes mean to look again.
                        _ = tokio::time::timeout(WATCH_EVERY, watch.changed()) => {}
                    }
                    next = find(&state, &id).await.ok().and_then(|project| view_of(&state, project).ok());
                }
            }
        });
    // A browser comes again by itself when the stream ends.
    let stream = stream.take_until(tokio::time::sleep(WATCH_AT_MOST));
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

/// The QR code of the public link, as `qr.svg`, `qr.png` or `qr.pdf`.
#[utoipa::path(
    get, path = "/api/ar/projects/{id}/{code}", tag = "projects",
    params(("download" = Option<String>, Query, description = "As a file to keep")), responses((status = 200))
)]
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

/// As pages and clients see it.
pub(super) fn view_of(state: &AppState, project: Project) -> Result<ProjectView, AppError> {
    let link = state.link(&project.id);
    let is_ready = project.status == ProjectStatus::Ready && project.version > 0;
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let extensions_left = project.expires_ms.map_or(0, |_| state.options.extensions_max - project.extensions);
    Ok(ProjectView {
        qr_least_mm: QrCode::new(&link).map_err(anyhow::Error::from)?.least_mm(),
        link,
        mind: is_ready.then(|| mind_path(&project.id, project.version)),
        mind_bytes: project.mind_bytes.map(positive),
        id: project.id,
        name: project.name,
        status: project.status,
        failure: project.failure,
        created_ms: project.created_ms,
        targets: project.targets,
        version: u32::try_from(project.version).unwrap_or(u32::MAX),
        bytes: positive(project.bytes),
        expires_ms: project.expires_ms,
        extensions_left: u32::try_from(extensions_left).unwrap_or(0),
        purge_ms: project.purge_ms,
    })
}
