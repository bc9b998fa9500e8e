//! The web assets that the binary carries. Those of the pages are found below the name of their build and never change;
//! those of the viewer keep their addresses, so that an album printed years ago gets today's viewer.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{error::AppError, id::hex};

#[derive(RustEmbed)]
#[folder = "$KINORA_WEB_DIR"]
struct Web;

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "public, no-cache";

/// A worker goes by the policy of its own script: ours loads its module, and nothing else.
const SCRIPT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// The URL path below which this build's page assets are.
pub(crate) fn base() -> String {
    let build = Web::get("BUILD").map_or("none".into(), |file| String::from_utf8_lossy(&file.data).into_owned());
    format!("/assets/{build}")
}

/// A page asset. A page of an older build that is still open somewhere gets today's file.
pub(super) async fn asset(
    Path((build, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    if file.starts_with("viewer/") || file == "BUILD" {
        return Err(AppError::not_found());
    }
    let caching = if base().ends_with(&format!("/{build}")) { FOREVER } else { ASK_AGAIN };
    answer(&file, caching, &headers)
}

pub(super) async fn viewer(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, AppError> {
    answer(&format!("viewer/{file}"), ASK_AGAIN, &headers)
}

pub(super) async fn icon(headers: HeaderMap) -> Result<Response, AppError> {
    answer("icon.svg", ASK_AGAIN, &headers)
}

/// Albums are private: nothing but the front page is for search engines.
pub(super) async fn robots() -> &'static str {
    "User-agent: *\nAllow: /$\nDisallow: /\n"
}

fn answer(path: &str, caching: &'static str, headers: &HeaderMap) -> Result<Response, AppError> {
    let plain = Web::get(path).filter(|_| !path.ends_with(".br")).ok_or_else(AppError::not_found)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let takes_brotli =
        accepted.split(',').any(|coding| coding.split(';').next().is_some_and(|name| name.trim() == "br"));
    let compressed = if takes_brotli { Web::get(&format!("{path}.br")) } else { None };
    let is_compressed = compressed.is_some();
    let EmbeddedFile { data, metadata, .. } = compressed.unwrap_or(plain);
    let tag = format!("\"{}\"", &hex(&metadata.sha256_hash())[..32]);
    let fixed = [(header::CACHE_CONTROL, caching), (header::VARY, "accept-encoding")];
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, fixed, [(header::ETAG, tag)]).into_response());
    }
    let media_type = [(header::CONTENT_TYPE, media_type(path))];
    let mut response = (fixed, media_type, [(header::ETAG, tag)], data.into_owned()).into_response();
    if path.ends_with(".js") {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SCRIPT_POLICY));
    }
    if is_compressed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Ok(response)
}

/// By the ending of a name that we gave.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("jpg") => "image/jpeg",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("mp4") => "video/mp4",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
