//! Where a QR code leads. Asks the object store only, never the database: a printed code can't be recalled. The language is
//! that of the cookie or the browser, not that of an account. Scans and plays are counted in memory.

use app::language::Language;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::reader::language;
use crate::{
    error::{AppError, Notice},
    id::is_id,
    settle::EXPIRED,
    state::{AppState, SharedState},
    storage::published,
};

/// Seconds after which an unfinished album is worth another look.
const RETRY_AFTER_S: u16 = 5;

pub(super) async fn view(
    State(state): State<SharedState>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let language = language(&state, &headers);
    if !is_id(&id) {
        return Ok(unknown(language));
    }
    let index = published(&id, "index.html");
    // What takes the place of something is written before that is taken away: who finds none of them looks once again.
    for _ in 0..2 {
        if state.storage.head(&index).await?.is_some() {
            if method == Method::GET {
                state.visits.scanned(&id, state.clock.now_ms());
            }
            return Ok((StatusCode::FOUND, [(header::LOCATION, format!("/objects/{index}"))]).into_response());
        }
        if let Some(page) = stand_in(&state, &id, language).await? {
            return Ok(page);
        }
    }
    Ok(unknown(language))
}

/// Counts a video that a visitor plays; the viewer says so once for each visit.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/played", tag = "projects",
    responses((status = 204, description = "Counted"))
)]
pub(super) async fn played(State(state): State<SharedState>, Path(id): Path<String>) -> Result<StatusCode, AppError> {
    if !is_id(&id) || state.storage.head(&published(&id, "index.html")).await?.is_none() {
        return Err(AppError::not_found());
    }
    state.visits.played(&id, state.clock.now_ms());
    Ok(StatusCode::NO_CONTENT)
}

/// The page for an album that is not there.
pub(super) async fn absent(state: &AppState, id: &str, headers: &HeaderMap) -> Result<Response, AppError> {
    let language = language(state, headers);
    Ok(stand_in(state, id, language).await?.unwrap_or_else(|| unknown(language)))
}

/// The page of a project that is gone or not published yet.
async fn stand_in(state: &AppState, id: &str, language: Language) -> Result<Option<Response>, AppError> {
    if let Some(why) = state.storage.get(&published(id, "gone")).await? {
        let (title, message) = if why == EXPIRED.as_bytes() {
            ("notice-expired", "notice-expired-lead")
        } else {
            ("notice-removed", "notice-removed-lead")
        };
        return Ok(Some(notice(language, title, message).response(StatusCode::GONE)));
    }
    if state.storage.head(&published(id, "pending")).await?.is_some() {
        let notice = Notice { refresh: true, ..notice(language, "notice-pending", "notice-pending-lead") };
        let mut response = notice.response(StatusCode::NOT_FOUND);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        return Ok(Some(response));
    }
    Ok(None)
}

fn unknown(language: Language) -> Response {
    notice(language, "notice-unknown", "notice-unknown-lead").response(StatusCode::NOT_FOUND)
}

fn notice(language: Language, title: &str, message: &str) -> Notice {
    let (title, message) = (language.text(title), language.text(message));
    Notice { language, title, message, refresh: false, reference: None }
}
