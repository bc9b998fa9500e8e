//! What an operator chooses, by flags or environment.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser};
use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use crate::db::LEASE;

/// Options of `kinora serve`, and of the commands that work on the same data.
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
    /// Object store, `s3://bucket/prefix`, with AWS_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY in the
    /// environment; by default a folder in the data folder
    #[arg(long, env = "KINORA_STORAGE")]
    pub storage: Option<Url>,
    /// Address that printed QR codes hold, such as `https://photos.example`; by default `http://` and the address listened on
    #[arg(long, env = "KINORA_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// Photos compiled on the server at a time; by default one less than the processors
    #[arg(long, env = "KINORA_COMPILE_THREADS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub compile_threads: Option<u16>,
    /// Seconds that a compile's process may be silent before another one takes the compile over
    #[arg(long, env = "KINORA_COMPILE_LEASE_S", default_value_t = LEASE.as_secs(), value_parser = clap::value_parser!(u64).range(3..=3600))]
    pub compile_lease_s: u64,
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
    /// Hours that a trial works; 0 makes every project permanent
    #[arg(long, env = "KINORA_DEMO_HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=87_600))]
    pub demo_hours: u32,
    /// How often the owner of a trial may extend it by as many hours
    #[arg(long, env = "KINORA_DEMO_EXTENSIONS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub demo_extensions: u32,
    /// Days that removed and expired projects can be brought back
    #[arg(long, env = "KINORA_TRASH_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub trash_days: u32,
    /// Most projects that one address may begin in a day
    #[arg(long, env = "KINORA_QUOTA_PROJECTS", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub quota_projects: u32,
    /// Most megabytes that one address may upload in a day
    #[arg(long, env = "KINORA_QUOTA_UPLOAD_MB", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub quota_upload_mb: u32,
    /// Most megabytes of one project
    #[arg(long, env = "KINORA_QUOTA_PROJECT_MB", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub quota_project_mb: u32,
    /// Requests a second that one address, or one project's owner, may make to pages and API in the long run
    #[arg(long, env = "KINORA_RATE_PER_SECOND", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_per_second: u32,
    /// And how many at once
    #[arg(long, env = "KINORA_RATE_BURST", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_burst: u32,
    /// Tries a minute that one address has to log in, to sign up, or to have a mail sent
    #[arg(long, env = "KINORA_LOGINS_PER_MINUTE", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub logins_per_minute: u32,
    /// Network of a proxy whose X-Forwarded-For and X-Request-Id headers are believed, such as `10.0.0.0/8`; may be repeated
    #[arg(long = "trusted-proxy", env = "KINORA_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// Bearer token that `/metrics` asks for, of 16 characters or more; without one there are no metrics
    #[arg(long, env = "KINORA_METRICS_TOKEN", hide_env_values = true, value_parser = metrics_token)]
    pub metrics_token: Option<String>,
    /// Where mails go: `smtp://user:password@host:587?tls=required`, `smtps://…`, `file:///folder` for a file each, or `log:`
    #[arg(long, env = "KINORA_MAIL_URL", hide_env_values = true, default_value = "log:")]
    pub mail_url: Url,
    /// Whom mails are from, such as `Our shop <photos@shop.example>`
    #[arg(long, env = "KINORA_MAIL_FROM", default_value = "Kinora <kinora@localhost>")]
    pub mail_from: Mailbox,
    /// Seconds that a client has to send the headers of a request, and each next piece of its body
    #[arg(long, env = "KINORA_READ_TIMEOUT_S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub read_timeout_s: u64,
    /// Seconds that open requests have to finish when the server is asked to stop
    #[arg(long, env = "KINORA_SHUTDOWN_S", default_value_t = 10)]
    pub shutdown_s: u64,
}

fn metrics_token(text: &str) -> Result<String, String> {
    if text.len() >= 16 {
        Ok(text.to_owned())
    } else {
        Err("at least 16 characters, so that it can't be guessed".to_owned())
    }
}

/// A `Config` alone on a command line.
#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    config: Config,
}

impl Config {
    /// The defaults, in another data folder and on a free port: what tests start from.
    ///
    /// # Panics
    /// When the environment holds a value that is no option's.
    #[must_use]
    pub fn in_folder(data: PathBuf) -> Self {
        let mut config = Defaults::parse_from(["kinora"]).config;
        config.data = data;
        config.listen.set_port(0);
        config
    }

    /// Compiles at a time.
    #[must_use]
    pub fn compile_threads(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        self.compile_threads.map_or(processors.saturating_sub(1).max(1), usize::from)
    }

    /// How long a trial works; `None` where there are no trials.
    #[must_use]
    pub fn trial(&self) -> Option<Duration> {
        (self.demo_hours > 0).then(|| hours(self.demo_hours))
    }

    /// How long removed projects can be brought back.
    #[must_use]
    pub fn trash(&self) -> Duration {
        hours(self.trash_days * 24)
    }

    pub(crate) fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_s)
    }

    pub(crate) fn read_timeout(&self) -> Duration {
        Duration::from_secs(self.read_timeout_s)
    }

    /// Every option in force, one on a line, secrets hidden.
    #[must_use]
    pub fn describe(&self) -> String {
        let or = |value: Option<String>, otherwise: &str| value.unwrap_or_else(|| otherwise.to_owned());
        let networks: Vec<String> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        let lines = [
            ("listen", self.listen.to_string()),
            ("data", self.data.display().to_string()),
            ("database-url", or(self.database_url.as_ref().map(without_password), "a SQLite file in the data folder")),
            ("storage", or(self.storage.as_ref().map(without_password), "a folder in the data folder")),
            ("public-url", or(self.public_url.as_ref().map(Url::to_string), "http:// and the address listened on")),
            ("compile-threads", self.compile_threads().to_string()),
            ("compile-lease-s", self.compile_lease_s.to_string()),
            ("db-connections", self.db_connections.to_string()),
            ("db-acquire-ms", self.db_acquire_ms.to_string()),
            ("db-idle-s", self.db_idle_s.to_string()),
            ("db-busy-ms", self.db_busy_ms.to_string()),
            ("db-statement-ms", self.db_statement_ms.to_string()),
            ("demo-hours", self.demo_hours.to_string()),
            ("demo-extensions", self.demo_extensions.to_string()),
            ("trash-days", self.trash_days.to_string()),
            ("quota-projects", self.quota_projects.to_string()),
            ("quota-upload-mb", self.quota_upload_mb.to_string()),
            ("quota-project-mb", self.quota_project_mb.to_string()),
            ("rate-per-second", self.rate_per_second.to_string()),
            ("rate-burst", self.rate_burst.to_string()),
            ("logins-per-minute", self.logins_per_minute.to_string()),
            ("trusted-proxy", networks.join(",")),
            ("metrics-token", or(self.metrics_token.as_ref().map(|_| "(hidden)".to_owned()), "none")),
            ("mail-url", without_password(&self.mail_url)),
            ("mail-from", self.mail_from.to_string()),
            ("read-timeout-s", self.read_timeout_s.to_string()),
            ("shutdown-s", self.shutdown_s.to_string()),
        ];
        lines.map(|(name, value)| format!("{name} = {value}")).join("\n")
    }
}

fn hours(hours: u32) -> Duration {
    Duration::from_secs(u64::from(hours) * 3600)
}

/// A URL for people: neither password nor query, which may hold one.
fn without_password(url: &Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() {
        // A URL that has a password can have another one.
        let _ = url.set_password(Some("hidden"));
    }
    if url.query().is_some() {
        url.set_query(Some("hidden"));
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let mut config = Config::in_folder("x".into());
        config.database_url = Some("postgres://shop:pa55word@db.example/kinora?password=pa55word".parse().unwrap());
        config.metrics_token = Some("s3cret-s3cret-s3cret".to_owned());
        config.mail_url = "smtp://shop:pa55word@mail.example:587?tls=required".parse().unwrap();
        let text = config.describe();
        assert!(text.contains("postgres://shop:hidden@db.example/kinora"), "{text}");
        assert!(text.contains("smtp://shop:hidden@mail.example:587"), "{text}");
        assert!(!text.contains("pa55word") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn a_short_metrics_token_is_refused() {
        assert!(metrics_token("guess").is_err());
        assert!(metrics_token("0123456789abcdef").is_ok());
    }
}
