//! Where a QR code leads. Asks the object store only, never the database: a printed code can't be recalled.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    error::{AppError, Notice},
    id::is_id,
    state::{AppState, SharedState},
    storage::published,
};

/// Seconds after which an unfinished album is worth another look.
const RETRY_AFTER_S: u16 = 5;

pub(super) async fn view(State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, AppError> {
    if !is_id(&id) {
        return Ok(unknown());
    }
    let is_gone = state.storage.head(&published(&id, "gone.html")).await?.is_some();
    if !is_gone && state.storage.head(&published(&id, "index.html")).await?.is_some() {
        let location = format!("/objects/{}", published(&id, "index.html"));
        return Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response());
    }
    absent(&state, &id).await
}

/// The page for an album that is not there.
pub(super) async fn absent(state: &AppState, id: &str) -> Result<Response, AppError> {
    if state.storage.head(&published(id, "gone.html")).await?.is_some() {
        let notice = Notice {
            title: "This album has been removed",
            message: "Whoever made this living photo has taken it down. Your printed photo is still yours to keep.",
            refresh: false,
        };
        return Ok(notice.response(StatusCode::GONE));
    }
    if state.storage.head(&published(id, "pending")).await?.is_some() {
        let notice = Notice {
            title: "Almost there",
            message: "This living photo is still being prepared. Please try again in a moment.",
            refresh: true,
        };
        let mut response = notice.response(StatusCode::NOT_FOUND);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        return Ok(response);
    }
    Ok(unknown())
}

fn unknown() -> Response {
    let notice = Notice {
        title: "We can't find this album",
        message: "The link may be cut short or mistyped. Scan the QR code again, or compare each letter with the print.",
        refresh: false,
    };
    notice.response(StatusCode::NOT_FOUND)
}
