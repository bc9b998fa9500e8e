//! Resumable uploads, after the IETF draft "Resumable Uploads for HTTP": `HEAD` tells where a file goes on, `PATCH` adds to
//! it, `PUT` sends a small one at once, `DELETE` forgets it. Only the object store is touched.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::{
    TypedHeader,
    headers::{Authorization, authorization::Bearer},
    typed_header::TypedHeaderRejection,
};
use bytes::Bytes;

use crate::{
    error::{AppError, UPLOAD_OFFSET},
    id::is_id,
    state::{AppState, SharedState},
    storage::published,
    uploads::{UploadName, append as append_part},
};

const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// The owner's token, as a header; any other header counts as none.
pub(super) type Token = Result<TypedHeader<Authorization<Bearer>>, TypedHeaderRejection>;

/// Whether the token opens the project.
pub(super) fn authorize(state: &AppState, id: &str, token: Token) -> Result<(), AppError> {
    let TypedHeader(Authorization(token)) = token.map_err(|_| AppError::unauthorized())?;
    if is_id(id) && state.key.accepts(id, token.token()) { Ok(()) } else { Err(AppError::unauthorized()) }
}

pub(super) async fn status(
    State(state): State<SharedState>,
    Path((id, name)): Path<(String, String)>,
    token: Token,
) -> Result<Response, AppError> {
    authorize(&state, &id, token)?;
    UploadName::parse(&name).ok_or_else(AppError::not_found)?;
    let upload = state.storage.upload(&id, &name).await?;
    Ok(upload.map_or_else(|| progress(0, false), |upload| progress(upload.bytes, upload.complete)))
}

pub(super) async fn append(
    State(state): State<SharedState>,
    Path((id, name)): Path<(String, String)>,
    token: Token,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, AppError> {
    authorize(&state, &id, token)?;
    still_open(&state, &id).await?;
    let offset = headers.get(UPLOAD_OFFSET).and_then(|offset| offset.to_str().ok()?.parse().ok());
    let offset = offset.ok_or_else(|| {
        AppError::refused(StatusCode::BAD_REQUEST, "upload_offset", "Say with Upload-Offset where the bytes begin.")
    })?;
    let complete = headers.get(UPLOAD_COMPLETE).is_some_and(|complete| complete == "?1");
    let there = append_part(&state, &id, &name, offset, body, complete).await?;
    Ok(progress(there, complete))
}

pub(super) async fn put(
    State(state): State<SharedState>,
    Path((id, name)): Path<(String, String)>,
    token: Token,
    body: Bytes,
) -> Result<Response, AppError> {
    authorize(&state, &id, token)?;
    still_open(&state, &id).await?;
    UploadName::parse(&name).ok_or_else(AppError::not_found)?;
    state.storage.delete_upload(&id, &name).await?;
    let there = append_part(&state, &id, &name, 0, body, true).await?;
    Ok(progress(there, true))
}

pub(super) async fn delete(
    State(state): State<SharedState>,
    Path((id, name)): Path<(String, String)>,
    token: Token,
) -> Result<StatusCode, AppError> {
    authorize(&state, &id, token)?;
    UploadName::parse(&name).ok_or_else(AppError::not_found)?;
    state.storage.delete_upload(&id, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Files go to drafts only. The mark of a draft is in the store, so that uploads need no database.
async fn still_open(state: &AppState, id: &str) -> Result<(), AppError> {
    match state.storage.head(&published(id, "pending")).await? {
        Some(_) => Ok(()),
        None => Err(AppError::conflict("already_finished", "This album is finished; make a new one.")),
    }
}

fn progress(bytes: u64, complete: bool) -> Response {
    let complete = HeaderValue::from_static(if complete { "?1" } else { "?0" });
    let no_store = HeaderValue::from_static("no-store");
    let headers =
        [(UPLOAD_OFFSET, HeaderValue::from(bytes)), (UPLOAD_COMPLETE, complete), (header::CACHE_CONTROL, no_store)];
    (StatusCode::NO_CONTENT, headers).into_response()
}
