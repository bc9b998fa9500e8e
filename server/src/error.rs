//! What goes wrong in a request: one type, answered and logged in one place.
//!
//! A handler's error becomes a [`Problem`] (RFC 9457) for programs, or a kind page for people; which of the two, and the
//! request id, only [`render`] knows. An internal error shows nothing but that id.

use std::{error::Error as _, io, time::Duration};

use app::{language::Language, model::Problem};
use askama::Template;
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use compiler_wasm::error::{BundleError, CompileError};

use crate::{routes::reader::language, state::SharedState};

/// Where a resumed upload goes on.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// tus' headers, which its answers carry whatever happens.
pub(crate) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(crate) const TUS_VERSIONS: HeaderName = HeaderName::from_static("tus-version");
/// Set on every request and answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// When to come again if something does not answer, and if the storage is full.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(2);
const FULL_RETRY: Duration = Duration::from_secs(60);

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
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl AppError {
    /// A refusal with this status.
    pub(crate) fn refused(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal { status, code: code.to_owned(), detail: detail.into(), file: None, retry_after: None })
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

    /// Too much was asked for; the sentence goes on with when to try again.
    pub(crate) fn too_many(code: &str, what: &str, wait: Duration) -> Self {
        let wait = Duration::from_secs(wait.as_secs() + 1);
        let detail = match wait.as_secs() {
            seconds @ 0..=90 => format!("{what}; try again in {seconds} s."),
            seconds @ 91..=5400 => format!("{what}; try again in {} minutes.", seconds.div_ceil(60)),
            seconds => format!("{what}; try again in {} hours.", seconds.div_ceil(3600)),
        };
        Self::refused(StatusCode::TOO_MANY_REQUESTS, code, detail).retry_after(wait)
    }

    /// Something that the server needs does not answer just now.
    fn unavailable(code: &str, detail: &str) -> Self {
        Self::refused(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(UNAVAILABLE_RETRY)
    }

    /// Too much is asked at a time.
    pub(crate) fn busy() -> Self {
        Self::unavailable("busy", "The server is busy; try again in a few seconds.")
    }

    fn storage_full() -> Self {
        let detail = "Our storage is full; nothing that arrived is lost. Try again later.";
        Self::refused(StatusCode::INSUFFICIENT_STORAGE, "storage_full", detail).retry_after(FULL_RETRY)
    }

    fn read_only() -> Self {
        let detail = "Our storage takes no changes at the moment; nothing that arrived is lost. Try again later.";
        Self::unavailable("storage_read_only", detail)
    }

    fn retry_after(self, wait: Duration) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { retry_after: Some(wait), ..refusal }),
            other => other,
        }
    }

    /// Whether it is nobody's fault and may pass by itself.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.status.is_server_error(),
            Self::OffsetMismatch(_) => false,
            Self::Internal(_) => true,
        }
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
        let away = || {
            tracing::error!(error = %error, "the database does not answer");
            Self::unavailable(
                "database_unavailable",
                "Our database does not answer at the moment; try again in a few seconds.",
            )
        };
        match &error {
            sqlx::Error::PoolTimedOut => return Self::busy(),
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => {
                return away();
            }
            sqlx::Error::Protocol(_) => return away(),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // SQLite: SQLITE_FULL; PostgreSQL: disk_full.
                Some("13" | "53100") => return Self::storage_full(),
                // SQLITE_READONLY and its kinds, SQLITE_CANTOPEN, SQLITE_IOERR_WRITE; read_only_sql_transaction.
                Some("8" | "264" | "520" | "776" | "1032" | "1544" | "14" | "25006") => return Self::read_only(),
                // SQLITE_IOERR and its kinds end in ten.
                Some(code) if code.parse::<u32>().is_ok_and(|code| code % 256 == 10) && code.len() < 5 => {
                    return away();
                }
                // SQLITE_BUSY; query_canceled, too_many_connections, lock_not_available.
                Some("5" | "517" | "57014" | "53300" | "55P03") => return Self::busy(),
                // Connection exceptions and operator intervention.
                Some(code) if code.len() == 5 && (code.starts_with("08") || code.starts_with("57P")) => return away(),
                _ => {}
            },
            _ => {}
        }
        Self::Internal(anyhow::Error::new(error).context("the database failed"))
    }
}

impl From<object_store::Error> for AppError {
    fn from(error: object_store::Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            if let Some(cause) = cause.downcast_ref::<io::Error>() {
                match cause.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => return Self::storage_full(),
                    io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                        tracing::error!(error = %error, "the object store takes no changes");
                        return Self::read_only();
                    }
                    _ => {}
                }
            }
            source = cause.source();
        }
        if matches!(error, object_store::Error::Generic { store: "S3", .. }) {
            tracing::error!(error = format!("{error:#}"), "the object store does not answer");
            return Self::unavailable(
                "storage_unavailable",
                "Our storage does not answer at the moment; try again in a few seconds.",
            );
        }
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
pub(crate) struct Notice {
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) refresh: bool,
    /// A failure's stable code and the request's id, for whoever is asked for help.
    pub(crate) reference: Option<String>,
}

impl Notice {
    pub(crate) fn response(&self, status: StatusCode) -> Response {
        let page = Template::render(self).unwrap_or_else(|_| self.message.clone());
        (status, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
    }
}

/// What a language has for a code, instead of the error's own English sentence.
fn words_for(code: &str, language: Language) -> Option<String> {
    let of_order = || language.find(&format!("order-refused-{}", code.replace('_', "-")));
    language.find(&format!("error-{code}")).or_else(|| of_order().filter(|_| language != Language::En))
}

/// What a status is called on a page.
fn title_of(status: StatusCode, language: Language) -> String {
    let own = language.find(&format!("notice-title-{}", status.as_u16()));
    own.unwrap_or_else(|| language.text("notice-title-other"))
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

/// Middleware: gives an [`AppError`] its body, in the reader's language, and its one line in the log.
pub(crate) async fn render(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let language = language(&state, request.headers());
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
    let mut retry_after = None;
    let (code, detail, file) = match &*error {
        AppError::Refused(refusal) => {
            retry_after = refusal.retry_after;
            (refusal.code.clone(), refusal.detail.clone(), refusal.file.clone())
        }
        AppError::OffsetMismatch(expected) => {
            offset = Some(*expected);
            ("offset_mismatch".to_owned(), format!("The upload goes on at byte {expected}."), None)
        }
        AppError::Internal(error) => {
            tracing::error!(%request_id, %method, path, error = format!("{error:#}"), "the request failed");
            let detail = "Something went wrong on our side; try again.".to_owned();
            ("internal".to_owned(), detail, None)
        }
    };
    let detail = words_for(&code, language).unwrap_or(detail);
    let mut answer = if for_people {
        let reference = [("code", code.into()), ("request", request_id.into())];
        let reference = Some(language.text_with("notice-reference", &reference));
        let title = title_of(status, language);
        Notice { language, title, message: detail, refresh: false, reference }.response(status)
    } else {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let request_id = Some(request_id);
        let problem = Problem { title, status: status.as_u16(), code, detail, file, request_id };
        let mut answer = (status, Json(problem)).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, json);
        answer
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for name in [TUS_RESUMABLE, TUS_VERSIONS] {
        if let Some(value) = response.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if let Some(wait) = retry_after {
        headers.insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    if let Some(offset) = offset {
        headers.insert(UPLOAD_OFFSET, offset.into());
    }
    answer
}
