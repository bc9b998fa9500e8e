//! A whole server in a folder of its own, and what a customer would send to it.

use std::sync::Arc;

use app::model::{CreateProject, Finish, Problem, ProjectCreated, ProjectView, UploadedFile};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use server::{clock::Clock, config::Config, router, runner, state::AppState, storage::Storage};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use self::files::files_below;
pub(crate) use self::{
    album::{described, encode, mind, photo, target, video},
    database::new_database,
};

#[path = "../fixtures/album.rs"]
mod album;
#[path = "../fixtures/database.rs"]
mod database;
#[path = "../fixtures/files.rs"]
pub(crate) mod files;

/// A server without a socket, on a database of its own: SQLite, or PostgreSQL where the environment names a server.
pub(crate) struct Shop {
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
    pub(crate) state: Arc<AppState>,
    router: Router,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The stable code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        problem.code
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// As an operator chose.
    pub(crate) async fn with(choose: impl FnOnce(&mut Config)) -> Self {
        // A name that would mean something else in a URL.
        let folder = tempfile::Builder::new().prefix("our data %41?#").tempdir().unwrap();
        let mut config = Config::in_folder(folder.path().to_owned());
        config.public_url = Some("https://photos.example/".parse().unwrap());
        config.database_url = new_database().await;
        choose(&mut config);
        Self::start(folder, config).await
    }

    /// With a clock of its own.
    pub(crate) async fn with_clock(clock: Clock) -> Self {
        let Self { folder, config, .. } = Self::open().await;
        let storage = Storage::open(&config).unwrap();
        let state = Arc::new(AppState::assemble(&config, config.listen, clock, storage).await.unwrap());
        let router = router(Arc::clone(&state));
        Self { folder, config, state, router }
    }

    /// Serves another state than it was opened with.
    pub(crate) fn serve(&mut self, state: AppState) {
        self.state = Arc::new(state);
        self.router = router(Arc::clone(&self.state));
    }

    /// What no route does yet, straight in the database.
    pub(crate) async fn sql(&self, statement: &str) {
        sqlx::any::install_default_drivers();
        let url = match &self.config.database_url {
            Some(url) => url.to_string(),
            None => {
                format!("sqlite://{}", url::Url::from_file_path(self.folder.path().join("kinora.db")).unwrap().path())
            }
        };
        let pool = sqlx::AnyPool::connect(&url).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// With a store of its own.
    pub(crate) async fn with_storage(storage: Storage, choose: impl FnOnce(&mut Config)) -> Self {
        let Self { folder, config, .. } = Self::with(choose).await;
        let state = Arc::new(AppState::assemble(&config, config.listen, Clock::System, storage).await.unwrap());
        let router = router(Arc::clone(&state));
        Self { folder, config, state, router }
    }

    /// Another process, as it were, on the same data.
    pub(crate) async fn again(self) -> Self {
        Self::start(self.folder, self.config).await
    }

    async fn start(folder: TempDir, config: Config) -> Self {
        let state = Arc::new(AppState::open(&config, config.listen).await.unwrap());
        let router = router(Arc::clone(&state));
        Self { folder, config, state, router }
    }

    /// Starts the runners; they stop when the token is cancelled.
    pub(crate) fn start_runners(&self) -> CancellationToken {
        let stop = CancellationToken::new();
        drop(runner::start(&self.state, &stop));
        stop
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(Request::get(path).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn create(&self) -> ProjectCreated {
        let answer = self.post("/api/ar/projects", None, &CreateProject { name: "Summer".into() }).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(serde_json::to_vec(body).unwrap().into()).unwrap()).await
    }

    /// A request of whoever has the token.
    pub(crate) async fn owner(&self, method: Method, project: &ProjectCreated, rest: &str) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/ar/projects/{}{rest}", project.id));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", project.token));
        self.send(request.header("tus-resumable", "1.0.0").body(Body::empty()).unwrap()).await
    }

    /// Announces a file.
    pub(crate) async fn announce(&self, project: &ProjectCreated, name: &str, length: usize) -> Answer {
        let request = Request::post(format!("/api/ar/projects/{}/files", project.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", project.token))
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length)
            .header("upload-metadata", format!("filename {}", STANDARD.encode(name)));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn patch(&self, project: &ProjectCreated, name: &str, offset: usize, bytes: &[u8]) -> Answer {
        let request = Request::patch(format!("/api/ar/projects/{}/files/{name}", project.id))
            .header(header::AUTHORIZATION, format!("Bearer {}", project.token))
            .header(header::CONTENT_TYPE, "application/offset+octet-stream")
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", offset);
        self.send(request.body(bytes.to_vec().into()).unwrap()).await
    }

    pub(crate) async fn upload(&self, project: &ProjectCreated, name: &str, bytes: &[u8]) -> UploadedFile {
        let announced = self.announce(project, name, bytes.len()).await;
        assert_eq!(announced.status, StatusCode::CREATED, "{name}: {}", announced.text());
        let answer = self.patch(project, name, 0, bytes).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{name}: {}", answer.text());
        described(name, bytes)
    }

    pub(crate) async fn finish(&self, project: &ProjectCreated, verb: &str, finish: &Finish) -> Answer {
        self.post(&format!("/api/ar/projects/{}/{verb}", project.id), Some(&project.token), finish).await
    }

    pub(crate) async fn project(&self, id: &str) -> ProjectView {
        self.get(&format!("/api/ar/projects/{id}")).await.json()
    }

    /// Uploads photos with the good video each, and says how to finish.
    pub(crate) async fn upload_album(&self, project: &ProjectCreated, photos: &[&[u8]]) -> Finish {
        let mut files = Vec::new();
        for (number, photo) in photos.iter().enumerate() {
            files.push(self.upload(project, &format!("photo-{number}"), photo).await);
            files.push(self.upload(project, &format!("video-{number}"), &video(90)).await);
        }
        Finish { targets: photos.iter().map(|_| target()).collect(), files, replaces: 0 }
    }

    /// The same with the bundle that a browser has compiled.
    pub(crate) async fn upload_browser_album(&self, project: &ProjectCreated, photos: &[&[u8]]) -> Finish {
        let mut finish = self.upload_album(project, photos).await;
        finish.files.push(self.upload(project, "targets.mind", &mind(photos)).await);
        finish
    }

    /// An album of one photo, published as a browser would.
    pub(crate) async fn publish(&self) -> ProjectCreated {
        let project = self.create().await;
        let finish = self.upload_browser_album(&project, &[&photo(1)]).await;
        let answer = self.finish(&project, "complete", &finish).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        project
    }

    /// Every file of the store, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        files_below(&self.folder.path().join("objects"))
    }

    /// Follows a project's events until it is in a state that does not pass by itself.
    pub(crate) async fn wait_for_end(&self, id: &str) -> ProjectView {
        // The stream ends with such a state.
        let events = self.get(&format!("/api/ar/projects/{id}/events")).await.text();
        let last = events.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap().to_owned();
        serde_json::from_str(&last).unwrap()
    }
}
