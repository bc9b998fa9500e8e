//! All SQL. A method is one statement or one short transaction; nothing else is awaited while a connection is held.
//!
//! Every change of a project's state is one conditional UPDATE whose affected rows say whether it happened, so that of two
//! who try, one wins. Times are milliseconds since 1970 UTC, given by the program.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::Context;
use app::model::{Failure, Finish, ProjectStatus, TargetView};
use sqlx::{
    AnyPool, Row,
    any::{AnyPoolOptions, AnyRow, install_default_drivers},
};

use url::Url;

use crate::config::Config;

/// Compiles of one project before it fails for good.
pub const ATTEMPTS_MAX: i64 = 3;
/// How long a compile may be silent before another runner takes over.
pub const LEASE: Duration = Duration::from_secs(120);
/// How long a publication may be alone with a draft: longer than any request is allowed to take.
pub const PUBLISH_LEASE: Duration = Duration::from_secs(600);

/// The database.
pub struct Db {
    pool: AnyPool,
}

/// A row of `ar_projects`.
#[derive(Clone, Debug)]
pub struct Project {
    /// The public id.
    pub id: String,
    /// The album's name.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// When it was begun.
    pub created_ms: i64,
    /// Digest of the request that finished it, or is about to.
    pub finish_digest: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Size of the published `targets.mind`.
    pub mind_bytes: Option<i64>,
    /// What was published.
    pub targets: Vec<TargetView>,
}

/// A compile that a runner has taken on.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The project.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What to compile.
    pub finish: Finish,
    /// Which try this is; the later steps of an older one no longer count.
    pub attempt: i64,
}

/// The URL of the SQLite file in a folder, whatever its name.
fn sqlite_url(folder: &Path) -> anyhow::Result<String> {
    let file = std::path::absolute(folder)?.join("kinora.db");
    let url = Url::from_file_path(&file).map_err(|()| anyhow::anyhow!("{} is no path of a file", file.display()))?;
    Ok(format!("sqlite://{}?mode=rwc", url.path()))
}

/// Milliseconds since 1970 UTC.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn lease_until_ms(lease: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}

impl Db {
    /// Connects and applies the migrations.
    ///
    /// # Errors
    /// When the database can't be reached or a migration fails.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        install_default_drivers();
        let url = match &config.database_url {
            Some(url) => url.to_string(),
            None => sqlite_url(&config.data)?,
        };
        let set_up = if url.starts_with("sqlite:") {
            format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = {}",
                config.db_busy_ms
            )
        } else {
            format!("SET statement_timeout = {}", config.db_statement_ms)
        };
        let pool = AnyPoolOptions::new()
            .max_connections(config.db_connections)
            .acquire_timeout(Duration::from_millis(config.db_acquire_ms))
            .idle_timeout(Duration::from_secs(config.db_idle_s))
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
        Ok(Self { pool })
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
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }

    /// The value kept under a name; the first of several that propose one wins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, name: &str, proposed: String) -> Result<String, sqlx::Error> {
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(proposed)
            .execute(&self.pool)
            .await?;
        sqlx::query_scalar("SELECT value FROM settings WHERE name = $1").bind(name).fetch_one(&self.pool).await
    }

    /// Begins a project.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_project(&self, id: &str, name: &str) -> Result<(), sqlx::Error> {
        let insert = "INSERT INTO ar_projects (id, name, status, created_ms, updated_ms, lease_until_ms, attempts) \
                      VALUES ($1, $2, 'draft', $3, $3, 0, 0)";
        sqlx::query(insert).bind(id).bind(name).bind(now_ms()).execute(&self.pool).await.map(drop)
    }

    /// A project, `None` where there is none.
    ///
    /// # Errors
    /// When the database fails or a row can't be understood.
    pub async fn project(&self, id: &str) -> Result<Option<Project>, sqlx::Error> {
        let select = "SELECT id, name, status, created_ms, finish_digest, failure_code, failure_detail, mind_bytes, targets \
                      FROM ar_projects WHERE id = $1";
        sqlx::query(select).bind(id).fetch_optional(&self.pool).await?.as_ref().map(read_project).transpose()
    }

    /// Takes a draft for publishing, or for the same publication again; another one has to wait until the lease ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_draft(&self, id: &str, digest: &str) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET finish_digest = $2, lease_until_ms = $3, updated_ms = $4 \
                      WHERE id = $1 AND status = 'draft' \
                      AND (finish_digest IS NULL OR finish_digest = $2 OR lease_until_ms < $4)";
        let done = sqlx::query(update).bind(id).bind(digest).bind(lease_until_ms(PUBLISH_LEASE)).bind(now_ms());
        Ok(done.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// A claimed draft is published.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn publish_draft(
        &self,
        id: &str,
        digest: &str,
        mind_bytes: i64,
        targets: &[TargetView],
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'ready', mind_bytes = $3, targets = $4, lease_until_ms = 0, \
                      updated_ms = $5 WHERE id = $1 AND status = 'draft' AND finish_digest = $2";
        let done = sqlx::query(update).bind(id).bind(digest).bind(mind_bytes).bind(json(targets)?).bind(now_ms());
        Ok(done.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Queues a draft or a failed project for a compile on the server.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(&self, id: &str, digest: &str, finish: &Finish) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'queued', finish_digest = $2, finish = $3, attempts = 0, \
                      lease_until_ms = 0, failure_code = NULL, failure_detail = NULL, updated_ms = $4 \
                      WHERE id = $1 AND (status = 'failed' OR (status = 'draft' AND (finish_digest IS NULL \
                      OR finish_digest = $2 OR lease_until_ms < $4)))";
        let done = sqlx::query(update).bind(id).bind(digest).bind(json(finish)?).bind(now_ms());
        Ok(done.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Takes the oldest project that waits for a compile, or whose runner has not been heard of until its lease ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_compile(&self) -> Result<Option<Claim>, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'compiling', attempts = attempts + 1, lease_until_ms = $1, updated_ms = $2 \
                      WHERE id = (SELECT id FROM ar_projects WHERE status = 'queued' \
                      OR (status = 'compiling' AND lease_until_ms < $2) ORDER BY created_ms, id LIMIT 1) \
                      AND (status = 'queued' OR lease_until_ms < $2) RETURNING id, name, finish, attempts";
        let row = sqlx::query(update).bind(lease_until_ms(LEASE)).bind(now_ms()).fetch_optional(&self.pool).await?;
        row.map(|row| {
            let finish: String = row.try_get("finish")?;
            let finish = serde_json::from_str(&finish).map_err(|error| sqlx::Error::Decode(error.into()))?;
            Ok(Claim { id: row.try_get("id")?, name: row.try_get("name")?, finish, attempt: row.try_get("attempts")? })
        })
        .transpose()
    }

    /// Keeps a claim while its work goes on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        let update =
            "UPDATE ar_projects SET lease_until_ms = $3 WHERE id = $1 AND status = 'compiling' AND attempts = $2";
        let done = sqlx::query(update).bind(&claim.id).bind(claim.attempt).bind(lease_until_ms(LEASE));
        Ok(done.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// A claimed compile is published.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn publish_compiled(
        &self,
        claim: &Claim,
        mind_bytes: i64,
        targets: &[TargetView],
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'ready', mind_bytes = $3, targets = $4, lease_until_ms = 0, \
                      updated_ms = $5 WHERE id = $1 AND status = 'compiling' AND attempts = $2";
        let done = sqlx::query(update).bind(&claim.id).bind(claim.attempt).bind(mind_bytes);
        Ok(done.bind(json(targets)?).bind(now_ms()).execute(&self.pool).await?.rows_affected() == 1)
    }

    /// A claimed compile failed for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fail_compile(&self, claim: &Claim, failure: &Failure) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'failed', failure_code = $3, failure_detail = $4, lease_until_ms = 0, \
                      updated_ms = $5 WHERE id = $1 AND status = 'compiling' AND attempts = $2";
        let done = sqlx::query(update).bind(&claim.id).bind(claim.attempt).bind(&failure.code).bind(&failure.detail);
        Ok(done.bind(now_ms()).execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Gives a claimed compile back that was interrupted by a stop; the try does not count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hand_back(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'queued', attempts = attempts - 1, lease_until_ms = 0, \
                      updated_ms = $3 WHERE id = $1 AND status = 'compiling' AND attempts = $2";
        let done = sqlx::query(update).bind(&claim.id).bind(claim.attempt).bind(now_ms());
        Ok(done.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Takes a project away, whatever it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn archive(&self, id: &str) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'archived', name = '', finish = NULL, targets = NULL, \
                      mind_bytes = NULL, updated_ms = $2 WHERE id = $1 AND status <> 'archived'";
        Ok(sqlx::query(update).bind(id).bind(now_ms()).execute(&self.pool).await?.rows_affected() == 1)
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn read_project(row: &AnyRow) -> Result<Project, sqlx::Error> {
    let status: String = row.try_get("status")?;
    let status = serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let code: Option<String> = row.try_get("failure_code")?;
    let detail: Option<String> = row.try_get("failure_detail")?;
    let targets: Option<String> = row.try_get("targets")?;
    let targets = targets.as_deref().map(serde_json::from_str).transpose();
    Ok(Project {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        status,
        created_ms: row.try_get("created_ms")?,
        finish_digest: row.try_get("finish_digest")?,
        failure: code.zip(detail).map(|(code, detail)| Failure { code, detail }),
        mind_bytes: row.try_get("mind_bytes")?,
        targets: targets.map_err(|error| sqlx::Error::Decode(error.into()))?.unwrap_or_default(),
    })
}
