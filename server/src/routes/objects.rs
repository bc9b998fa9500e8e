//! Published files: static, with ETag and ranges (RFC 9110 §13-14), straight from the object store.

use std::ops::Bound;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::{
    TypedHeader,
    headers::{ContentRange, HeaderMapExt, IfNoneMatch, IfRange, Range},
};
use sha2::{Digest, Sha256};

use super::{assets::media_type, view::absent};
use crate::{
    error::AppError,
    id::{hex, is_id},
    state::{AppState, SharedState},
    storage::{Opened, published, shop_picture},
};

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "public, no-cache";
/// What the viewer's page may do: our scripts, worker and WebAssembly, the camera's picture.
const VIEWER_POLICY: &str = include_str!("../../viewer/policy.txt");

pub(super) async fn object(
    State(state): State<SharedState>,
    Path((id, file)): Path<(String, String)>,
    method: Method,
    range: Option<TypedHeader<Range>>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    if !is_id(&id) || !is_published(&file) {
        return Err(AppError::not_found());
    }
    let path = published(&id, &file);
    if !is_index(&file) && state.storage.head(&published(&id, "index.html")).await?.is_none() {
        return absent(&state, &id, &headers).await;
    }
    let Some(opened) = state.storage.open_file(&path).await? else {
        return absent(&state, &id, &headers).await;
    };
    let mut fixed = HeaderMap::new();
    let caching = if file.contains('/') { FOREVER } else { ASK_AGAIN };
    fixed.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    fixed.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    if is_index(&file) {
        fixed.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(VIEWER_POLICY.trim_ascii()));
        fixed.insert("permissions-policy", HeaderValue::from_static("camera=(self), microphone=(), geolocation=()"));
    }
    send(&state, opened, &file, fixed, &Asked { method, range, headers }).await
}

/// A picture of a product.
pub(super) async fn picture(
    State(state): State<SharedState>,
    Path(file): Path<String>,
    method: Method,
    range: Option<TypedHeader<Range>>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let id = file.strip_suffix(".jpg").filter(|id| is_id(id)).ok_or_else(AppError::not_found)?;
    let opened = state.storage.open_file(&shop_picture(id)).await?.ok_or_else(AppError::not_found)?;
    let mut fixed = HeaderMap::new();
    fixed.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    send(&state, opened, &file, fixed, &Asked { method, range, headers }).await
}

/// How a file is asked for.
struct Asked {
    method: Method,
    range: Option<TypedHeader<Range>>,
    headers: HeaderMap,
}

/// A file, or what is asked for of it, with the headers that are told with it.
async fn send(
    state: &AppState,
    opened: Opened,
    file: &str,
    fixed: HeaderMap,
    asked: &Asked,
) -> Result<Response, AppError> {
    let Asked { method, range, headers } = asked;
    let meta = &opened.meta;
    let mut answer = fixed;
    // The store's own tag may tell of inodes; ours only says whether the file is the same.
    let told = format!("{:?} {} {}", meta.e_tag, meta.size, meta.last_modified);
    let tag = format!("\"{}\"", &hex(&Sha256::digest(told))[..32]);
    answer.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(anyhow::Error::from)?);
    let etag = tag.parse().map_err(|_| anyhow::anyhow!("not an entity tag: {tag}"))?;
    if headers.typed_get::<IfNoneMatch>().is_some_and(|condition| !condition.precondition_passes(&etag)) {
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(file)));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A range of another version than the one at hand is answered with the whole file.
    let is_current = headers.typed_get::<IfRange>().is_none_or(|condition| !condition.is_modified(Some(&etag), None));
    let range =
        range.as_ref().filter(|_| is_current && meta.size > 0).and_then(|TypedHeader(range)| wanted(range, meta.size));
    let (status, bytes) = match range {
        None => (StatusCode::OK, 0..meta.size),
        Some(Wanted::Bytes(bytes)) => {
            let content = ContentRange::bytes(bytes.clone(), meta.size).map_err(anyhow::Error::from)?;
            answer.typed_insert(content);
            (StatusCode::PARTIAL_CONTENT, bytes)
        }
        Some(Wanted::Nothing) => {
            answer.typed_insert(ContentRange::unsatisfied_bytes(meta.size));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, answer).into_response());
        }
    };
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.end - bytes.start));
    if *method == Method::HEAD {
        return Ok((status, answer).into_response());
    }
    let stream = state.storage.stream(opened, bytes).await?;
    Ok((status, answer, Body::from_stream(stream)).into_response())
}

/// The page that shows which version is published; without it none is.
fn is_index(file: &str) -> bool {
    file == "index.html"
}

/// Whether a project may have such a file: its page, or one of a version.
fn is_published(file: &str) -> bool {
    let is_name = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
    };
    match file.split_once('/') {
        None => is_index(file),
        Some((version, name)) => {
            let number = version.strip_prefix('v').unwrap_or_default();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && is_name(name)
        }
    }
}

enum Wanted {
    Bytes(std::ops::Range<u64>),
    Nothing,
}

/// The one range that is asked for. Several at once are answered with the whole file, which is allowed.
fn wanted(range: &Range, size: u64) -> Option<Wanted> {
    let mut ranges = range.satisfiable_ranges(size);
    let Some((start, end)) = ranges.next() else { return Some(Wanted::Nothing) };
    if ranges.next().is_some() {
        return None;
    }
    let start = match start {
        Bound::Included(start) => start,
        Bound::Excluded(start) => start + 1,
        Bound::Unbounded => 0,
    };
    let end = match end {
        Bound::Included(end) => (end + 1).min(size),
        Bound::Excluded(end) => end.min(size),
        Bound::Unbounded => size,
    };
    Some(if start < end { Wanted::Bytes(start..end) } else { Wanted::Nothing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_published_names_are_served() {
        for file in ["index.html", "v1/targets.mind", "v12/photo-0.jpg", "v1/manifest.json"] {
            assert!(is_published(file), "{file}");
        }
        for file in ["", "pending", "gone", "v1/", "v/x", "v1/../secret", "v1/.hidden", "v1/a/b", "x1/a", "v1/A b"] {
            assert!(!is_published(file), "{file}");
        }
    }
}
