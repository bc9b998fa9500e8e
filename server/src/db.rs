//! All SQL. A method is one statement or one short transaction; nothing else is awaited while a connection is held.
//!
//! Every change of a project's state is one conditional UPDATE whose affected rows say whether it happened, so that of two
//! who try, one wins. Times are milliseconds since 1970 UTC, given by the program. Every use of the pool goes through
//! [`Db::hold`], which measures how long connections are waited for and held.

mod accounts;
mod audit;
mod currencies;
mod customers;
mod dashboard;
mod demo;
mod dump;
mod list;
mod lives;
mod mails;
mod orders;
mod prices;
mod products;
mod project_rows;
mod projects;
mod queue;
mod settings;
mod storefront;
mod things;
mod visits;
mod words;

use std::{
    ops::{Deref, DerefMut},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use sqlx::{
    Any, AnyConnection, AnyPool, Connection,
    any::{AnyPoolOptions, install_default_drivers},
    pool::PoolConnection,
};
use url::Url;

pub(crate) use self::{
    accounts::StoredSession,
    customers::{KEPT_ROWS, Kept},
    orders::{Contact, Placed, PlacedOrder},
    prices::Priced,
    storefront::OnSale,
};
pub use self::{
    accounts::{Account, FAILURES_MAX, NewAccount, RoleChange, SessionRow},
    audit::{Actor, AuditEntry, AuditFilter},
    currencies::{CSV, Currency, MANUAL, RATE_DIGITS_MAX, Rebase, rebased},
    customers::ProfileFields,
    dashboard::{Numbers, QUARTER_MS, Quarter},
    demo::{Cell, word_rows},
    dump::{TABLES, Value},
    list::{PAGE_ROWS, Page, Place, Plan, Sort},
    lives::{Purge, Standing},
    mails::{Mail, MailFilter, NewMail, ProjectOwner},
    orders::{Attached, ORDER_SORTS, OrderFilter},
    products::{
        Added, Deleted, ListedProduct, PICTURES_MAX, PRODUCT_SORTS, Product, ProductEntry, ProductFilter, ProductState,
        Saved, picture_url,
    },
    project_rows::{PROJECT_SORTS, ProjectFilter, ProjectLinks},
    projects::{By, Project, Published},
    queue::{ATTEMPTS_MAX, Claim, LEASE},
    settings::StoredSettings,
    things::Named,
    visits::{DayVisits, Visit},
    words::FOUND_MAX,
};
use crate::{clock::Clock, config::Config, metrics::Metrics};

/// How long a connection that was just used is taken to be alive without asking it.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The database.
pub struct Db {
    pool: AnyPool,
    engine: Engine,
    clock: Clock,
    metrics: Arc<Metrics>,
    plans: list::Plans,
    /// How long a compile may be silent before another runner takes over.
    pub(crate) compile_lease: Duration,
}

/// Which database it is; the SQL is the same but for where that would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A connection at work; measured until it goes back to the pool.
struct Held<'a> {
    connection: PoolConnection<Any>,
    what: &'static str,
    since: Instant,
    metrics: &'a Metrics,
}

impl Deref for Held<'_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.metrics.connection_held(self.what, self.since.elapsed());
    }
}

/// The URL of the SQLite file in a folder, whatever its name.
fn sqlite_url(folder: &Path) -> anyhow::Result<String> {
    let file = std::path::absolute(folder)?.join("kinora.db");
    let url = Url::from_file_path(&file).map_err(|()| anyhow::anyhow!("{} is no path of a file", file.display()))?;
    Ok(format!("sqlite://{}?mode=rwc", url.path()))
}

impl Db {
    /// Connects and applies the migrations.
    ///
    /// # Errors
    /// When the database can't be reached or a migration fails.
    pub async fn open(config: &Config, clock: Clock, metrics: Arc<Metrics>) -> anyhow::Result<Self> {
        install_default_drivers();
        let url = match &config.database_url {
            Some(url) => url.to_string(),
            None => sqlite_url(&config.data)?,
        };
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let set_up = match engine {
            // 32 MB of pages are kept in memory.
            Engine::Sqlite => format!(
                "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
                 PRAGMA cache_size = -32768",
                config.db_busy_ms
            ),
            // Our joins lead from few rows to others by their keys: never by reading a table whole to look a few up in it,
            // which the planner prefers while it believes in spinning disks. Filters are planned by their values: a kind that
            // nothing is of is found by its index, not by reading on and on in time.
            Engine::Postgres => format!(
                "SET statement_timeout = {}; SET random_page_cost = 1.1; SET enable_hashjoin = off; \
                 SET enable_mergejoin = off; SET plan_cache_mode = force_custom_plan",
                config.db_statement_ms
            ),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(config.db_connections)
            .acquire_timeout(Duration::from_millis(config.db_acquire_ms))
            .idle_timeout(Duration::from_secs(config.db_idle_s))
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUSTED_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| {
                let set_up = set_up.clone();
                Box::pin(async move {
                    for statement in set_up.split(';') {
                        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await
            .context("can't open the database")?;
        sqlx::migrate!("../migrations").run(&pool).await.context("can't apply the migrations")?;
        metrics.watch_pool(pool.clone(), config);
        let compile_lease = Duration::from_secs(config.compile_lease_s);
        Ok(Self { pool, engine, clock, metrics, plans: list::Plans::default(), compile_lease })
    }

    /// Which database it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Takes a connection for one statement or one short transaction.
    async fn hold(&self, what: &'static str) -> Result<Held<'_>, sqlx::Error> {
        let asked = Instant::now();
        let connection = self.pool.acquire().await;
        self.metrics.connection_waited(asked.elapsed());
        Ok(Held { connection: connection?, what, since: Instant::now(), metrics: &self.metrics })
    }

    /// Waits for open connections and closes them.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        let mut held = self.hold("ping").await?;
        sqlx::query("SELECT 1").execute(&mut *held).await.map(drop)
    }

    /// The value kept under a name; the first of several that propose one wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, name: &str, proposed: String) -> Result<String, sqlx::Error> {
        let insert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        let mut held = self.hold("setting").await?;
        sqlx::query(insert).bind(name).bind(proposed).execute(&mut *held).await?;
        sqlx::query_scalar("SELECT value FROM settings WHERE name = $1").bind(name).fetch_one(&mut *held).await
    }

    /// Takes on what one process does at a time, for as long as given; `false` when another has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_lease(&self, name: &str, lease: Duration) -> Result<bool, sqlx::Error> {
        let upsert = "INSERT INTO leases (name, until_ms) VALUES ($1, $2) \
                      ON CONFLICT (name) DO UPDATE SET until_ms = $2 WHERE leases.until_ms < $3";
        let mut held = self.hold("take_lease").await?;
        let done = sqlx::query(upsert).bind(name).bind(self.clock.in_ms(lease)).bind(self.clock.now_ms());
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}
