//! A whole server without a socket, its files in memory, and the requests of one sequence.

use std::sync::Arc;

use app::model::{CreateProject, Problem, ProjectCreated};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, request::Builder},
};
use futures::TryStreamExt;
use http_body_util::BodyExt;
use object_store::memory::InMemory;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use server::{
    clock::Clock,
    config::Config,
    projects::{Change, change},
    router,
    state::AppState,
    storage::Storage,
};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt;

use super::{
    model::{Model, PROJECT_BYTES_MAX},
    operation::{Manners, Odd, Operation, Part, Token, operations},
};

/// Requests of a sequence.
const OPERATIONS_MAX: usize = 24;

/// The server and its projects, for as many sequences as wanted, one at a time.
pub struct Shop {
    runtime: Runtime,
    state: Arc<AppState>,
    router: Router,
    /// The one that a model follows.
    mine: ProjectCreated,
    others: ProjectCreated,
    _folder: TempDir,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn number(&self, name: &str) -> Option<u64> {
        self.headers.get(name)?.to_str().ok()?.parse().ok()
    }

    /// Holds what every answer must be: nothing that is the server's fault, and refusals in the form of problems.
    fn check(&self, method: &Method) {
        assert!(!self.status.is_server_error(), "{method} answered {}: {}", self.status, self.text());
        if !self.status.is_client_error() {
            return;
        }
        assert_eq!(self.headers.get(header::CONTENT_TYPE), Some(&HeaderValue::from_static("application/problem+json")));
        if method == Method::HEAD {
            return;
        }
        let problem: Problem = serde_json::from_slice(&self.body).expect("a refusal is a problem");
        assert_eq!(problem.status, self.status.as_u16());
        assert!(!problem.code.is_empty() && !problem.title.is_empty() && !problem.detail.is_empty());
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(problem.code.bytes().all(is_code), "the code is {}", problem.code);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Shop {
    /// Opens it, on a database of its own.
    ///
    /// # Panics
    /// When it can't be opened.
    #[must_use]
    pub fn open() -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::in_folder(folder.path().to_owned());
        config.database_url = None;
        // Nobody is to be told to wait: the fuzzer asks thousands of times a second.
        (config.rate_per_second, config.rate_burst, config.quota_upload_mb) = (1_000_000, 1_000_000, 1_000_000);
        config.quota_project_mb = u32::try_from(PROJECT_BYTES_MAX / 1_000_000).expect("few megabytes");
        config.compile_threads = Some(1);
        let storage = Storage::with_store(Arc::new(InMemory::new()));
        let state = runtime.block_on(AppState::assemble(&config, config.listen, Clock::System, storage));
        let state = Arc::new(state.expect("a server"));
        let router = router(Arc::clone(&state));
        let begin = || runtime.block_on(begin(&router));
        let (mine, others) = (begin(), begin());
        Self { runtime, state, router, mine, others, _folder: folder }
    }

    /// Makes a sequence of requests from bytes and sends them.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn check(&self, bytes: &[u8]) {
        self.runtime.block_on(async {
            let mut model = Model::new();
            for operation in operations(bytes, OPERATIONS_MAX) {
                self.operate(&mut model, &operation).await;
            }
            self.hold_stored(&model).await;
            self.clean(&mut model).await;
        });
    }

    async fn operate(&self, model: &mut Model, operation: &Operation<'_>) {
        let (name, answer, is_taken) = match operation {
            Operation::Announce { name, length, metadata, part, manners } => {
                let (name, length) = (name.text(), length.value());
                let request = self.request(Method::POST, "/files", manners);
                let request = with(request, "upload-length", length.clone());
                let request = with(request, "upload-metadata", metadata.value(&name));
                let answer = send(&self.router, with_part(request, part)).await;
                let is_taken = model.announce(&name, length.as_ref(), metadata, part, manners);
                (metadata.tells(&name).unwrap_or(name), answer, is_taken)
            }
            Operation::Append { name, offset, part, manners } => {
                let name = name.text();
                let next = model.next(&name);
                let request = self.request(Method::PATCH, &file(&name), manners);
                let request = with(request, "upload-offset", offset.value(next));
                let answer = send(&self.router, with_part(request, part)).await;
                if answer.status == StatusCode::CONFLICT && model.is_open {
                    assert_eq!(answer.number("upload-offset"), Some(next), "a client is told where to go on");
                }
                let is_taken = model.append(&name, offset, part, manners);
                if is_taken {
                    assert_eq!(answer.number("upload-offset"), Some(model.next(&name)));
                }
                (name, answer, is_taken)
            }
            Operation::Put { name, part, manners } => {
                let name = name.text();
                let request = self.request(Method::PUT, &file(&name), manners);
                let answer = send(&self.router, with_part(request, part)).await;
                let is_taken = model.put(&name, part, manners);
                (name, answer, is_taken)
            }
            Operation::Look { name, manners } => {
                let name = name.text();
                let answer = self.send_empty(Method::HEAD, &file(&name), manners).await;
                let is_taken = model.look(&name, manners);
                (name, answer, is_taken)
            }
            Operation::Forget { name, manners } => {
                let name = name.text();
                let answer = self.send_empty(Method::DELETE, &file(&name), manners).await;
                let is_taken = model.forget(&name, manners);
                (name, answer, is_taken)
            }
            Operation::Close => return self.open_project(model, false).await,
            Operation::Reopen => return self.open_project(model, true).await,
            Operation::Odd(odd) => return self.send_odd(odd).await,
        };
        assert_eq!(answer.status.is_success(), is_taken, "{operation:?} answered {}: {}", answer.status, answer.text());
        self.hold_told(model, &name).await;
    }

    /// Without the router, whose answer holds a QR code: that takes as long as all else together.
    async fn open_project(&self, model: &mut Model, is_open: bool) {
        let wish = if is_open { Change::Restore } else { Change::Trash };
        change(&self.state, &self.mine.id, wish).await.expect("a project comes and goes as often as wanted");
        model.is_open = is_open;
    }

    /// `HEAD` tells what the model says.
    async fn hold_told(&self, model: &Model, name: &str) {
        let answer = self.send_empty(Method::HEAD, &file(name), &Manners::good()).await;
        let told = answer.status.is_success().then(|| (answer.number("upload-offset"), answer.number("upload-length")));
        let expected = model.files.get(name).map(|file| (Some(file.bytes.len() as u64), Some(file.length)));
        assert_eq!(told, expected, "{name:?}");
    }

    /// The store holds the bytes of the model.
    async fn hold_stored(&self, model: &Model) {
        for (name, file) in &model.files {
            let upload = self.state.storage.upload(&self.mine.id, name).await.expect("memory can be read");
            let upload = upload.expect("an announced file");
            assert_eq!(upload.is_whole(), file.length == file.bytes.len() as u64);
            let stored: Vec<_> = self.state.storage.read(&upload.file).try_collect().await.expect("memory can be read");
            assert_eq!(stored.concat(), file.bytes, "{name}");
        }
    }

    /// Leaves everything as it was before the sequence.
    async fn clean(&self, model: &mut Model) {
        if !model.is_open {
            self.open_project(model, true).await;
        }
        for project in [&self.mine, &self.others] {
            self.state.storage.delete_uploads(&project.id).await.expect("memory can be written");
        }
    }

    async fn send_odd(&self, odd: &Odd<'_>) {
        let mut path = format!("/api/ar/projects/{}/files", self.others.id).into_bytes();
        path.extend_from_slice(odd.path.0);
        let mut request = Request::builder().method(odd.method()).uri(path);
        if odd.has_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.others.token));
        }
        for (name, value) in odd.headers() {
            request = request.header(name, value);
        }
        // Some bytes are no path.
        if let Ok(request) = request.body(odd.body.0.to_vec().into()) {
            send(&self.router, request).await;
        }
    }

    async fn send_empty(&self, method: Method, rest: &str, manners: &Manners<'_>) -> Answer {
        let request = self.request(method, rest, manners).body(Body::empty());
        send(&self.router, request.expect("a request")).await
    }

    fn request(&self, method: Method, rest: &str, manners: &Manners<'_>) -> Builder {
        let request = Request::builder().method(method).uri(format!("/api/ar/projects/{}{rest}", self.mine.id));
        let bearer = |token: &str| HeaderValue::from_str(&format!("Bearer {token}")).ok();
        let token = match manners.token {
            Token::Mine => bearer(&self.mine.token),
            Token::Others => bearer(&self.others.token),
            Token::Missing => None,
            Token::Odd(bytes) => HeaderValue::from_bytes(bytes.0).ok(),
        };
        let request = with(request, "authorization", token);
        let request = with(request, "tus-resumable", manners.version());
        with(request, "content-type", manners.media_type())
    }
}

async fn begin(router: &Router) -> ProjectCreated {
    let wish = serde_json::to_vec(&CreateProject { name: String::new() }).expect("a name is JSON");
    let request = Request::post("/api/ar/projects").header(header::CONTENT_TYPE, "application/json");
    let answer = send(router, request.body(wish.into()).expect("a request")).await;
    serde_json::from_slice(&answer.body).expect("a new project")
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let method = request.method().clone();
    let Ok(response) = router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes().to_vec();
    let answer = Answer { status: parts.status, headers: parts.headers, body };
    answer.check(&method);
    answer
}

fn with(request: Builder, name: &str, value: Option<HeaderValue>) -> Builder {
    match value {
        Some(value) => request.header(name, value),
        None => request,
    }
}

fn with_part(request: Builder, part: &Part<'_>) -> Request<Body> {
    with(request, "upload-checksum", part.checksum()).body(part.bytes().into()).expect("a request")
}

fn file(name: &str) -> String {
    format!("/files/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}
