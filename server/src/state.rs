//! What the handlers share.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use ipnet::IpNet;
use lettre::message::Mailbox;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    changes::Changes,
    clock::Clock,
    config::Config,
    db::Db,
    id::{TokenKey, new_id},
    limits::Limits,
    mailer::Outlet,
    metrics::Metrics,
    qr::QrCode,
    room::Room,
    settings::Current,
    storage::Storage,
    visits::Visits,
    workers::Workers,
};

/// Threads that look at photos which browsers have compiled.
const CHECK_THREADS: usize = 2;

/// Threads that hash passwords: each takes 19 MiB while it does.
const PASSWORD_THREADS: usize = 2;

/// Handles to everything a request may need.
pub struct AppState {
    /// All SQL.
    pub db: Db,
    /// All files.
    pub storage: Storage,
    /// The time of day.
    pub clock: Clock,
    /// Signs upload tokens.
    pub key: TokenKey,
    /// What an operator changes while the server runs.
    pub settings: Current,
    /// What operators watch.
    pub metrics: Arc<Metrics>,
    /// How much one customer may ask for.
    pub(crate) limits: Limits,
    /// The address that QR codes hold, without a slash at the end.
    pub public_url: String,
    /// How much is taken on at a time.
    pub(crate) room: Room,
    /// Looks at photos.
    pub(crate) checks: Workers,
    /// Hashes passwords.
    pub(crate) passwords: Workers,
    /// Compiles photos.
    pub(crate) compiles: Workers,
    /// Compiles at a time.
    pub(crate) compile_threads: usize,
    pub(crate) options: Options,
    /// Cancelled when the server is asked to stop.
    pub stopping: CancellationToken,
    /// Wakes a runner.
    pub(crate) queued: Notify,
    /// Where mails go.
    pub(crate) outlet: Outlet,
    /// Wakes whoever sends mails.
    pub(crate) mailed: Notify,
    /// Wakes whoever watches a project.
    pub(crate) changes: Changes,
    /// Counts scans and plays.
    pub(crate) visits: Visits,
}

/// What handlers need of the operator's choices.
pub(crate) struct Options {
    pub(crate) trial: Option<Duration>,
    pub(crate) extensions_max: i64,
    pub(crate) trash: Duration,
    pub(crate) mail_from: Mailbox,
    pub(crate) project_bytes_max: u64,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) metrics_token: Option<String>,
    pub(crate) read_timeout: Duration,
}

impl AppState {
    /// Opens database and files; `listen` is the address that is listened on.
    ///
    /// # Errors
    /// When one of them can't be opened.
    pub async fn open(config: &Config, listen: SocketAddr) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("can't make the data folder {}", config.data.display()))?;
        Self::assemble(config, listen, Clock::System, Storage::open(config)?).await
    }

    /// The same with a clock and a store of the caller's.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub async fn assemble(config: &Config, listen: SocketAddr, clock: Clock, storage: Storage) -> anyhow::Result<Self> {
        let metrics = Arc::new(Metrics::default());
        let db = Db::open(config, clock.clone(), Arc::clone(&metrics)).await?;
        let key = TokenKey::from_text(&db.setting("token_key", TokenKey::generate()?).await?);
        let settings = Current::default();
        settings.set(db.shop_settings().await?.settings);
        let public_url = config.public_url.as_ref().map_or(format!("http://{listen}"), Url::to_string);
        let public_url = public_url.trim_end_matches('/').to_owned();
        QrCode::new(&link(&public_url, &new_id(true)?)).context("the public URL is too long")?;
        Ok(Self {
            db,
            storage,
            clock,
            key,
            settings,
            metrics,
            limits: Limits::new(config),
            public_url,
            room: Room::default(),
            checks: Workers::new("check", CHECK_THREADS)?,
            passwords: Workers::new("password", PASSWORD_THREADS)?,
            compiles: Workers::new("compile", config.compile_threads())?,
            compile_threads: config.compile_threads(),
            options: Options {
                trial: config.trial(),
                extensions_max: i64::from(config.demo_extensions),
                trash: config.trash(),
                mail_from: config.mail_from.clone(),
                project_bytes_max: u64::from(config.quota_project_mb) * 1_000_000,
                trusted_proxies: config.trusted_proxies.clone(),
                metrics_token: config.metrics_token.clone(),
                read_timeout: config.read_timeout(),
            },
            stopping: CancellationToken::new(),
            queued: Notify::new(),
            outlet: Outlet::open(&config.mail_url)?,
            mailed: Notify::new(),
            changes: Changes::default(),
            visits: Visits::default(),
        })
    }

    /// The link that a project's QR code holds.
    #[must_use]
    pub fn link(&self, id: &str) -> String {
        link(&self.public_url, id)
    }
}

fn link(public_url: &str, id: &str) -> String {
    format!("{public_url}/ar/view/{id}")
}

/// As handlers take it.
pub type SharedState = Arc<AppState>;
