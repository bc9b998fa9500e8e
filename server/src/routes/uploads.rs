//! Files that arrive, by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>) with its extensions creation,
//! creation-with-upload, checksum and termination. Asks the object store only, never the database.

use app::model::{CHUNK_BYTES_MAX, TUS_VERSION, VIDEO_BYTES_MAX};
use axum::{
    Extension,
    extract::{FromRequest, Path, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking};

use super::{UPLOAD_BODY_BYTES_MAX, client::Client, owner::Owner};
use crate::{
    error::{AppError, TUS_RESUMABLE, TUS_VERSIONS, UPLOAD_OFFSET},
    state::SharedState,
    uploads::{announced, append as append_part, begin, still_open},
};

const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const EXTENSIONS: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const OCTETS: &str = "application/offset+octet-stream";
/// tus' own status.
const CHECKSUM_MISMATCH: u16 = 460;

/// A part that has arrived, and its room in memory.
pub(super) struct Part {
    bytes: Result<Bytes, BytesRejection>,
    _room: OwnedSemaphorePermit,
}

impl Part {
    /// The bytes, unless they were too many or cut off.
    fn bytes(&self) -> Result<Bytes, AppError> {
        self.bytes.as_ref().cloned().map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                AppError::refused(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Send less at a time.")
            }
            _ => AppError::refused(
                StatusCode::BAD_REQUEST,
                "body_cut_off",
                "The bytes did not arrive whole; send them again.",
            ),
        })
    }
}

impl FromRequest<SharedState> for Part {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, AppError> {
        let most = UPLOAD_BODY_BYTES_MAX as u64;
        let bytes = number(request.headers(), &header::CONTENT_LENGTH).map_or(most, |length| length.min(most));
        let room = state.room.upload(bytes).await?;
        Ok(Self { bytes: Bytes::from_request(request, state).await, _room: room })
    }
}

/// What the server takes.
#[utoipa::path(options, path = "/api/ar/projects/{id}/files", tag = "uploads", responses((status = 204)))]
pub(super) async fn options() -> Response {
    let headers = [
        (EXTENSIONS, HeaderValue::from_static("creation,creation-with-upload,checksum,termination")),
        (MAX_SIZE, HeaderValue::from(VIDEO_BYTES_MAX)),
        (CHECKSUM_ALGORITHM, HeaderValue::from_static("sha256")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Announces a file, named by `filename` in `Upload-Metadata`, perhaps with its first bytes. One of the same name is forgotten.
#[utoipa::path(
    post, path = "/api/ar/projects/{id}/files", tag = "uploads", security(("owner" = [])),
    params(("Tus-Resumable", Header), ("Upload-Length" = u64, Header), ("Upload-Metadata", Header)),
    responses((status = 201, headers(("Location", description = "Where its bytes go"), ("Upload-Offset" = u64))))
)]
pub(super) async fn create(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Extension(Client(address)): Extension<Client>,
    headers: HeaderMap,
    part: Part,
) -> Result<Response, AppError> {
    speaks_tus(&headers)?;
    let length = number(&headers, &UPLOAD_LENGTH).ok_or_else(|| {
        AppError::refused(StatusCode::BAD_REQUEST, "upload_length", "Say with Upload-Length how many bytes will come.")
    })?;
    let name = file_name(&headers).ok_or_else(|| {
        let detail = "Name the file with Upload-Metadata: filename and the name in Base64.";
        AppError::refused(StatusCode::BAD_REQUEST, "upload_metadata", detail)
    })?;
    let bytes = part.bytes()?;
    begin(&state, &id, &name, length).await?;
    let mut offset = 0;
    if !bytes.is_empty() {
        is_octets(&headers)?;
        let bytes = check_sum(&headers, bytes).await?;
        state.limits.upload(address, bytes.len() as u64)?;
        offset = append_part(&state, &id, &name, 0, bytes).await?;
    }
    let location = format!("/api/ar/projects/{id}/files/{name}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], [(UPLOAD_OFFSET, offset)]).into_response())
}

/// How much of a file is there.
#[utoipa::path(
    head, path = "/api/ar/projects/{id}/files/{name}", tag = "uploads", security(("owner" = [])),
    responses((status = 200, headers(("Upload-Offset" = u64), ("Upload-Length" = u64))))
)]
pub(super) async fn status(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    speaks_tus(&headers)?;
    let upload = announced(&state, &id, &name).await?;
    let headers = [(UPLOAD_OFFSET, upload.file.bytes), (UPLOAD_LENGTH, upload.length)];
    Ok((StatusCode::OK, headers, [(header::CACHE_CONTROL, "no-store")]).into_response())
}

/// Takes the bytes that follow, at most 8 MiB of them.
#[utoipa::path(
    patch, path = "/api/ar/projects/{id}/files/{name}", tag = "uploads", security(("owner" = [])),
    params(("Tus-Resumable", Header), ("Upload-Offset" = u64, Header), ("Upload-Checksum" = Option<String>, Header)),
    request_body(content_type = "application/offset+octet-stream"),
    responses((status = 204, headers(("Upload-Offset" = u64))))
)]
pub(super) async fn append(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Extension(Client(address)): Extension<Client>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    part: Part,
) -> Result<Response, AppError> {
    speaks_tus(&headers)?;
    is_octets(&headers)?;
    let offset = number(&headers, &UPLOAD_OFFSET).ok_or_else(|| {
        AppError::refused(StatusCode::BAD_REQUEST, "upload_offset", "Say with Upload-Offset where the bytes begin.")
    })?;
    let bytes = check_sum(&headers, part.bytes()?).await?;
    state.limits.upload(address, bytes.len() as u64)?;
    let offset = append_part(&state, &id, &name, offset, bytes).await?;
    Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, offset)]).into_response())
}

/// Takes a small file in one request.
#[utoipa::path(
    put, path = "/api/ar/projects/{id}/files/{name}", tag = "uploads", security(("owner" = [])),
    request_body(content_type = "application/octet-stream"), responses((status = 204))
)]
pub(super) async fn put(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Extension(Client(address)): Extension<Client>,
    Path((_, name)): Path<(String, String)>,
    part: Part,
) -> Result<StatusCode, AppError> {
    let bytes = part.bytes()?;
    if bytes.len() as u64 > CHUNK_BYTES_MAX {
        let detail = format!("Send files of more than {} MB by tus.", CHUNK_BYTES_MAX >> 20);
        return Err(AppError::refused(StatusCode::PAYLOAD_TOO_LARGE, "chunk_too_large", detail).about(&name));
    }
    state.limits.upload(address, bytes.len() as u64)?;
    begin(&state, &id, &name, bytes.len() as u64).await?;
    append_part(&state, &id, &name, 0, bytes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a file.
#[utoipa::path(
    delete, path = "/api/ar/projects/{id}/files/{name}", tag = "uploads", security(("owner" = [])),
    responses((status = 204))
)]
pub(super) async fn delete(
    State(state): State<SharedState>,
    Owner(id): Owner,
    Path((_, name)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    still_open(&state, &id).await?;
    announced(&state, &id, &name).await?;
    state.storage.delete_upload(&id, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every answer says which protocol this is.
pub(super) async fn tus(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION));
    response.headers_mut().insert(TUS_VERSIONS, HeaderValue::from_static(TUS_VERSION));
    response
}

fn speaks_tus(headers: &HeaderMap) -> Result<(), AppError> {
    if headers.get(TUS_RESUMABLE).is_some_and(|version| version == TUS_VERSION) {
        return Ok(());
    }
    let detail = format!("Send files by tus, with Tus-Resumable: {TUS_VERSION}.");
    Err(AppError::refused(StatusCode::PRECONDITION_FAILED, "tus_version", detail))
}

fn is_octets(headers: &HeaderMap) -> Result<(), AppError> {
    if headers.get(header::CONTENT_TYPE).is_some_and(|media_type| media_type == OCTETS) {
        return Ok(());
    }
    let detail = format!("Send the bytes with Content-Type: {OCTETS}.");
    Err(AppError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "upload_content_type", detail))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// `filename` of `Upload-Metadata`: pairs of a key and Base64, parted by commas.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get(UPLOAD_METADATA)?.to_str().ok()?.split(',');
    let mut names = pairs.filter_map(|pair| pair.trim().split_once(' ')).filter(|(key, _)| *key == "filename");
    String::from_utf8(STANDARD.decode(names.next()?.1.trim()).ok()?).ok()
}

/// The bytes, if they are those of `Upload-Checksum`, where there is one.
async fn check_sum(headers: &HeaderMap, bytes: Bytes) -> Result<Bytes, AppError> {
    let Some(told) = headers.get(UPLOAD_CHECKSUM) else { return Ok(bytes) };
    let told = told.to_str().ok().and_then(|told| STANDARD.decode(told.strip_prefix("sha256 ")?.trim()).ok());
    let told = told.ok_or_else(|| {
        let detail = "Give Upload-Checksum as sha256, a space and the digest in Base64.";
        AppError::refused(StatusCode::BAD_REQUEST, "checksum_algorithm", detail)
    })?;
    let hashed = spawn_blocking(move || (Sha256::digest(&bytes), bytes)).await;
    let (digest, bytes) = hashed.map_err(anyhow::Error::from)?;
    if digest[..] == told[..] {
        return Ok(bytes);
    }
    let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Err(AppError::refused(status, "checksum_mismatch", "The bytes were damaged on their way; send them again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_in_its_metadata() {
        let named = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(UPLOAD_METADATA, value.parse().unwrap());
            file_name(&headers)
        };
        assert_eq!(named("filename cGhvdG8tMA=="), Some("photo-0".to_owned()));
        assert_eq!(named("type aW1hZ2U=, filename cGhvdG8tMA=="), Some("photo-0".to_owned()));
        for bad in ["", "filename", "filename ***", "name cGhvdG8tMA==", "filename /w=="] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }
}
