//! What goes wrong in a request: one type, answered and logged in one place.
//!
//! A handler's error becomes a [`Problem`] (RFC 9457) for programs, or a kind page for people; which of the two, and the
//! request id, only [`render`] knows. An internal error shows nothing but that id.

use app::model::Problem;
use askama::Template;
use axum::{
    Json,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use compiler_wasm::error::{BundleError, CompileError};

/// Where a resumed upload goes on.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// Set on every request and answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum AppError {
    /// The request can't be met; the client can do something about it.
    Refused(Refusal),
    /// An upload goes on elsewhere.
    OffsetMismatch(u64),
    /// Nothing the client did.
    Internal(anyhow::Error),
}

/// A refusal in words.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable, snake case.
    pub code: String,
    /// A sentence that says what to do.
    pub detail: String,
    /// The uploaded file it is about.
    pub file: Option<String>,
}

impl AppError {
    /// A refusal with this status.
    pub(crate) fn refused(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal { status, code: code.to_owned(), detail: detail.into(), file: None })
    }

    pub(crate) fn invalid(code: &str, detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address; check the link.")
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "This project can only be changed from the browser that made it.";
        Self::refused(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub(crate) fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::refused(StatusCode::CONFLICT, code, detail)
    }

    /// The same, about this file.
    pub(crate) fn about(self, file: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { file: Some(file.to_owned()), ..refusal }),
            other => other,
        }
    }
}

impl From<CompileError> for AppError {
    fn from(error: CompileError) -> Self {
        Self::invalid(error.code(), error.to_string())
    }
}

impl From<BundleError> for AppError {
    fn from(error: BundleError) -> Self {
        Self::invalid(error.code(), error.to_string())
    }
}

impl From<app::video::VideoError> for AppError {
    fn from(error: app::video::VideoError) -> Self {
        Self::invalid(error.code(), error.to_string())
    }
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            let detail = "The server is busy; try again in a few seconds.";
            return Self::refused(StatusCode::SERVICE_UNAVAILABLE, "busy", detail);
        }
        Self::Internal(anyhow::Error::new(error).context("the database failed"))
    }
}

impl From<object_store::Error> for AppError {
    fn from(error: object_store::Error) -> Self {
        Self::Internal(anyhow::Error::new(error).context("the object store failed"))
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl IntoResponse for AppError {
    /// The status, and the error itself for [`render`].
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Refused(refusal) => refusal.status,
            Self::OffsetMismatch(_) => StatusCode::CONFLICT,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// A page without the studio's machinery: what is wrong, kindly.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice<'a> {
    pub(crate) title: &'a str,
    pub(crate) message: &'a str,
    pub(crate) refresh: bool,
}

impl Notice<'_> {
    pub(crate) fn response(&self, status: StatusCode) -> Response {
        let page = Template::render(self).unwrap_or_else(|_| self.message.to_owned());
        (status, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
    }
}

fn is_unworded(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok());
    media_type.is_none_or(|media_type| media_type.starts_with("text/plain"))
}

fn unworded(status: StatusCode) -> AppError {
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This address takes other methods."),
        StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "Send less at a time."),
        StatusCode::REQUEST_TIMEOUT => ("timed_out", "This took too long; try again."),
        _ => ("invalid_request", "The request can't be understood."),
    };
    AppError::refused(status, code, detail)
}

/// Middleware: gives an [`AppError`] its body and its one line in the log.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let for_people = !request.uri().path().starts_with("/api/");
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let request_id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let error = match response.extensions().get::<std::sync::Arc<AppError>>() {
        Some(error) => std::sync::Arc::clone(error),
        // What the framework refuses by itself, such as a method or a size, is worded alike.
        None if status.is_client_error() && is_unworded(&response) => std::sync::Arc::new(unworded(status)),
        None => return response,
    };
    let mut offset = None;
    let (code, detail, file) = match &*error {
        AppError::Refused(refusal) => (refusal.code.clone(), refusal.detail.clone(), refusal.file.clone()),
        AppError::OffsetMismatch(expected) => {
            offset = Some(*expected);
            ("offset_mismatch".to_owned(), format!("The upload goes on at byte {expected}."), None)
        }
        AppError::Internal(error) => {
            tracing::error!(%request_id, %method, path, error = format!("{error:#}"), "the request failed");
            let detail = format!("Something went wrong on our side; try again. Request {request_id}.");
            ("internal".to_owned(), detail, None)
        }
    };
    let title = status.canonical_reason().unwrap_or("Error").to_owned();
    if for_people {
        return Notice { title: &title, message: &detail, refresh: false }.response(status);
    }
    let request_id = Some(request_id);
    let problem = Problem { title, status: status.as_u16(), code, detail, file, request_id };
    let mut answer = (status, Json(problem)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(offset) = offset {
        headers.insert(UPLOAD_OFFSET, offset.into());
    }
    answer
}
