//! The predecessor died of it: connections held while files were read and photos compiled. Here the pool has one connection,
//! and whenever the server touches a file, or compiles, a query must be answered.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use app::model::{Finish, ProjectStatus};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use futures::{FutureExt, StreamExt, stream::BoxStream};
use image::{ImageFormat, RgbImage};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, local::LocalFileSystem, path::Path,
};
use server::{
    backup,
    config::Config,
    janitor::tidy,
    state::AppState,
    storage::Storage,
    sweep::{Sweep, sweep},
};

use crate::shop::{Shop, described, encode, mind, photo, target, video};

/// A store that asks the database before everything it does, and notes where there was no answer.
#[derive(Clone, Debug)]
struct Probing(Arc<Probe>);

struct Probe {
    store: LocalFileSystem,
    state: OnceLock<Weak<AppState>>,
    asked: AtomicUsize,
    unanswered: Mutex<Vec<String>>,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

impl fmt::Display for Probing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probing")
    }
}

impl Probe {
    async fn ask(&self, what: &str) {
        let Some(state) = self.state.get().and_then(Weak::upgrade) else { return };
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = state.db.ping().await {
            self.unanswered.lock().unwrap().push(format!("{what}: {error}"));
        }
    }
}

#[async_trait::async_trait]
impl ObjectStore for Probing {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.0.ask(&format!("write {path}")).await;
        self.0.store.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.0.ask(&format!("write {path}")).await;
        self.0.store.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.ask(&format!("read {path}")).await;
        self.0.store.get_opts(path, options).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (before, probe) = (Arc::clone(&self.0), Arc::clone(&self.0));
        let asked = async move { before.ask("delete").await }.into_stream().filter_map(|()| async { None });
        asked.chain(probe.store.delete_stream(paths)).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (before, what) = (Arc::clone(&self.0), format!("list {prefix:?}"));
        let asked = async move { before.ask(&what).await }.into_stream().filter_map(|()| async { None });
        asked.chain(self.0.store.list(prefix)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.ask(&format!("list {prefix:?}")).await;
        self.0.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.ask(&format!("copy {from}")).await;
        self.0.store.copy_opts(from, to, options).await
    }
}

fn one_connection(config: &mut Config) {
    (config.db_connections, config.db_acquire_ms) = (1, 2000);
    (config.rate_per_second, config.rate_burst) = (1_000_000, 1_000_000);
}

/// A shop with one connection, whose store asks the database before everything it does.
async fn probed_shop(files: &std::path::Path) -> (Shop, Probing) {
    let probe = Probe {
        store: LocalFileSystem::new_with_prefix(files).unwrap(),
        state: OnceLock::new(),
        asked: AtomicUsize::new(0),
        unanswered: Mutex::default(),
    };
    let probing = Probing(Arc::new(probe));
    let shop = Shop::with_storage(Storage::with_store(Arc::new(probing.clone())), one_connection).await;
    probing.0.state.set(Arc::downgrade(&shop.state)).unwrap();
    (shop, probing)
}

#[tokio::test]
async fn no_connection_is_held_while_a_file_is_touched() {
    let files = tempfile::tempdir().unwrap();
    let (shop, probing) = probed_shop(files.path()).await;
    let everything = async {
        let project = shop.publish().await;
        shop.owner(Method::POST, &project, "/revision").await;
        let new_photo = photo(2);
        let files = vec![
            shop.upload(&project, "photo-0", &new_photo).await,
            described("video-0", &video(90)),
            shop.upload(&project, "targets.mind", &mind(&[&new_photo])).await,
        ];
        let finish = Finish { targets: vec![target()], files, replaces: shop.project(&project.id).await.version };
        assert_eq!(shop.finish(&project, "complete", &finish).await.status, StatusCode::OK);
        for path in ["/ar/view/", "/living-photos/", "/api/ar/projects/"] {
            assert!(shop.get(&format!("{path}{}", project.id)).await.status.as_u16() < 400);
        }
        shop.owner(Method::DELETE, &project, "").await;
        shop.owner(Method::POST, &project, "/restore").await;

        let compiled = shop.create().await;
        let finish = shop.upload_album(&compiled, &[&photo(3)]).await;
        shop.finish(&compiled, "compile", &finish).await;
        shop.owner(Method::DELETE, &compiled, "/compile").await;
        shop.finish(&compiled, "compile", &finish).await;
        let stop = shop.start_runners();
        assert_eq!(shop.wait_for_end(&compiled.id).await.status, ProjectStatus::Ready);
        stop.cancel();

        let form = Request::post("/living-photos").header("content-type", "multipart/form-data; boundary=B");
        let body = "--B\r\ncontent-disposition: form-data; name=\"photo\"\r\n\r\nno photo\r\n--B--\r\n";
        shop.send(form.body(Body::from(body)).unwrap()).await;
        backup::write(&shop.state, &shop.folder.path().join("backup.tar")).await.unwrap();
        shop.owner(Method::DELETE, &compiled, "?forever=true").await;
        tidy(&shop.state).await.unwrap();
        sweep(&shop.state, Sweep { dry_run: false, older_than: std::time::Duration::ZERO }).await.unwrap();
        assert_eq!(shop.get("/readyz").await.status, StatusCode::OK);
    };
    everything.await;
    assert!(probing.0.asked.load(Ordering::Relaxed) > 100, "the store was used");
    assert_eq!(*probing.0.unanswered.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn no_connection_is_held_while_a_photo_is_compiled() {
    let shop = Shop::with(|config| {
        one_connection(config);
        config.compile_threads = Some(1);
    })
    .await;
    let project = shop.create().await;
    let level = |x: u32, y: u32, part: u32| ((x / 9 * 7919 + y / 7 * 104_729 + part * 31) % 251) as u8;
    let large = RgbImage::from_fn(1400, 1000, |x, y| image::Rgb([level(x, y, 0), level(x, y, 1), level(x, y, 2)]));
    let finish = shop.upload_album(&project, &[&encode(&large.into(), ImageFormat::Jpeg)]).await;
    shop.finish(&project, "compile", &finish).await;
    let stop = shop.start_runners();
    let mut answered = 0;
    // As often as there is time for while the one compile runs.
    while shop.project(&project.id).await.status != ProjectStatus::Ready {
        let was_running = shop.state.metrics.compiles_running() == 1;
        assert_eq!(shop.get("/api/currencies").await.status, StatusCode::OK);
        assert_eq!(shop.get("/api/products").await.status, StatusCode::OK);
        answered += usize::from(was_running && shop.state.metrics.compiles_running() == 1);
    }
    stop.cancel();
    assert!(answered > 0, "answers came while the compile ran");
}
