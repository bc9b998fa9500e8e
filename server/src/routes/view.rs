//! Where a QR code leads. Asks the object store only, never the database: a printed code can't be recalled.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    error::{AppError, Notice},
    id::is_id,
    settle::EXPIRED,
    state::{AppState, SharedState},
    storage::published,
};

/// Seconds after which an unfinished album is worth another look.
const RETRY_AFTER_S: u16 = 5;

pub(super) async fn view(State(state): State<SharedState>, Path(id): Path<String>) -> Result<Response, AppError> {
    if !is_id(&id) {
        return Ok(unknown());
    }
    let index = published(&id, "index.html");
    // What takes the place of something is written before that is taken away: who finds none of them looks once again.
    for _ in 0..2 {
        if state.storage.head(&index).await?.is_some() {
            return Ok((StatusCode::FOUND, [(header::LOCATION, format!("/objects/{index}"))]).into_response());
        }
        if let Some(page) = stand_in(&state, &id).await? {
            return Ok(page);
        }
    }
    Ok(unknown())
}

/// The page for an album that is not there.
pub(super) async fn absent(state: &AppState, id: &str) -> Result<Response, AppError> {
    Ok(stand_in(state, id).await?.unwrap_or_else(unknown))
}

/// The page of a project that is gone or not published yet.
async fn stand_in(state: &AppState, id: &str) -> Result<Option<Response>, AppError> {
    if let Some(why) = state.storage.get(&published(id, "gone")).await? {
        let (title, message) = if why == EXPIRED.as_bytes() {
            let message =
                "This living photo was a trial, and its time is over. Whoever made it can bring it back from its page.";
            ("This trial has ended", message)
        } else {
            let message =
                "Whoever made this living photo has taken it down. Your printed photo is still yours to keep.";
            ("This album has been removed", message)
        };
        return Ok(Some(Notice { title, message, refresh: false, reference: None }.response(StatusCode::GONE)));
    }
    if state.storage.head(&published(id, "pending")).await?.is_some() {
        let notice = Notice {
            title: "Almost there",
            message: "This living photo is still being prepared. Please try again in a moment.",
            refresh: true,
            reference: None,
        };
        let mut response = notice.response(StatusCode::NOT_FOUND);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        return Ok(Some(response));
    }
    Ok(None)
}

fn unknown() -> Response {
    let notice = Notice {
        title: "We can't find this album",
        message: "The link may be cut short or mistyped. Scan the QR code again, or compare each letter with the print.",
        refresh: false,
        reference: None,
    };
    notice.response(StatusCode::NOT_FOUND)
}
