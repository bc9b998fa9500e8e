//! What the pages ask of the server. The one trait between them; given to every page through Leptos' context.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::model::ProjectView;

/// A boxed future: the trait is used as an object.
pub type BackendFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BackendError>> + Send + 'a>>;

/// The server could not answer; it has logged why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the server could not answer; try again in a moment (request {request_id})")]
pub struct BackendError {
    /// Find the log line by it.
    pub request_id: String,
}

/// The server's side of the pages.
pub trait Backend: Send + Sync {
    /// The project with this public id, `None` where there is none.
    fn project<'a>(&'a self, id: &'a str) -> BackendFuture<'a, Option<ProjectView>>;
}

/// How pages get it: `expect_context::<SharedBackend>()`.
pub type SharedBackend = Arc<dyn Backend>;
