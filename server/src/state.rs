//! What the handlers share.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    config::Config,
    db::Db,
    id::{TokenKey, new_id},
    qr::QrCode,
    storage::Storage,
};

/// Albums checked and published at a time; each may hold a photo in memory.
const FINISHES_MAX: usize = 4;

/// Handles to everything a request may need.
pub struct AppState {
    /// All SQL.
    pub db: Db,
    /// All files.
    pub storage: Storage,
    /// Signs upload tokens.
    pub key: TokenKey,
    /// The address that QR codes hold, without a slash at the end.
    pub public_url: String,
    /// Least width in print of every project's QR code: their links are equally long.
    pub(crate) qr_least_mm: u32,
    /// Permits to decode and publish.
    pub(crate) finishes: Semaphore,
    /// Compiles at a time.
    pub(crate) compile_threads: usize,
    /// Cancelled when the server is asked to stop.
    pub stopping: CancellationToken,
    /// Wakes a runner.
    pub(crate) queued: Notify,
    /// Wakes whoever watches a project.
    pub(crate) changed: watch::Sender<()>,
}

impl AppState {
    /// Opens database and files; `listen` is the address that is listened on.
    ///
    /// # Errors
    /// When one of them can't be opened.
    pub async fn open(config: &Config, listen: SocketAddr) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("can't make the data folder {}", config.data.display()))?;
        let db = Db::open(config).await?;
        let storage = Storage::local(&config.data.join("objects"))?;
        let key = TokenKey::from_text(&db.setting("token_key", TokenKey::generate()?).await?);
        let public_url = config.public_url.as_ref().map_or(format!("http://{listen}"), Url::to_string);
        let public_url = public_url.trim_end_matches('/').to_owned();
        let qr_least_mm = QrCode::new(&link(&public_url, &new_id()?)).context("the public URL is too long")?.least_mm();
        Ok(Self {
            db,
            storage,
            key,
            public_url,
            qr_least_mm,
            finishes: Semaphore::new(FINISHES_MAX),
            compile_threads: config.compile_threads(),
            stopping: CancellationToken::new(),
            queued: Notify::new(),
            changed: watch::Sender::new(()),
        })
    }

    /// The link that a project's QR code holds.
    #[must_use]
    pub fn link(&self, id: &str) -> String {
        link(&self.public_url, id)
    }

    pub(crate) fn announce_change(&self) {
        self.changed.send_replace(());
    }
}

fn link(public_url: &str, id: &str) -> String {
    format!("{public_url}/ar/view/{id}")
}

/// As handlers take it.
pub type SharedState = Arc<AppState>;
