//! What an operator chooses, by flags or environment.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use url::Url;

/// Options of `kinora serve`.
#[derive(Args, Clone)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "KINORA_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Folder of the database and the files; made when missing
    #[arg(long, env = "KINORA_DATA", default_value = "./data")]
    pub data: PathBuf,
    /// Database, `sqlite://…` or `postgres://…`; by default a SQLite file in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Url>,
    /// Address that printed QR codes hold, such as `https://photos.example`; by default `http://` and the address listened on
    #[arg(long, env = "KINORA_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// Photos compiled on the server at a time; by default one less than the processors
    #[arg(long, env = "KINORA_COMPILE_THREADS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub compile_threads: Option<u16>,
    /// Most database connections
    #[arg(long, env = "KINORA_DB_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub db_connections: u32,
    /// Milliseconds to wait for a database connection before answering "busy"
    #[arg(long, env = "KINORA_DB_ACQUIRE_MS", default_value_t = 5000)]
    pub db_acquire_ms: u64,
    /// Seconds after which an idle database connection is closed
    #[arg(long, env = "KINORA_DB_IDLE_S", default_value_t = 600)]
    pub db_idle_s: u64,
    /// Milliseconds that SQLite waits for another writer
    #[arg(long, env = "KINORA_DB_BUSY_MS", default_value_t = 5000)]
    pub db_busy_ms: u64,
    /// Milliseconds after which PostgreSQL gives up a statement
    #[arg(long, env = "KINORA_DB_STATEMENT_MS", default_value_t = 45_000)]
    pub db_statement_ms: u64,
    /// Seconds that open requests have to finish when the server is asked to stop
    #[arg(long, env = "KINORA_SHUTDOWN_S", default_value_t = 10)]
    pub shutdown_s: u64,
}

impl Config {
    /// The defaults, in another data folder: what tests start from.
    #[must_use]
    pub fn in_folder(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data,
            database_url: None,
            public_url: None,
            compile_threads: None,
            db_connections: 8,
            db_acquire_ms: 5000,
            db_idle_s: 600,
            db_busy_ms: 5000,
            db_statement_ms: 45_000,
            shutdown_s: 10,
        }
    }

    /// Compiles at a time.
    #[must_use]
    pub fn compile_threads(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        self.compile_threads.map_or(processors.saturating_sub(1).max(1), usize::from)
    }

    pub(crate) fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_s)
    }
}
