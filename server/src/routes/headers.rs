//! Security headers of every answer. A handler that needs another policy sets its own, which stays.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use crate::state::SharedState;

/// What an answer gets when its handler says nothing else.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
/// Two years.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(super) async fn secure(State(state): State<SharedState>, mut response: Response) -> Response {
    if state.public_url.starts_with("https:") {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    // Its headers would replace those of the answer that the browser has kept, the viewer's policy among them.
    if response.status() == StatusCode::NOT_MODIFIED {
        return response;
    }
    for (name, value) in DEFAULTS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
