//! The queue of fallback compiles, shared by all processes on one database.
//!
//! A claim has a number that no other claim of the project ever had; whatever is recorded names it, so that a runner that
//! comes late changes nothing.

use std::time::Duration;

use app::model::{Failure, Finish};
use sqlx::Row;

use super::{By, Db, Engine, from_json, json};

/// Compiles of one project before it fails for good.
pub const ATTEMPTS_MAX: i64 = 3;

/// How long a compile may be silent, by default, before another runner takes over.
pub const LEASE: Duration = Duration::from_secs(120);

/// A compile that a runner has taken on.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The project.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What to compile.
    pub finish: Finish,
    /// Which claim of this project it is.
    pub number: i64,
    /// Which try this is, from 1.
    pub attempt: i64,
}

impl Db {
    /// Queues a draft, a new version of a published project, or a failed one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(
        &self,
        id: &str,
        digest: &str,
        finish: &Finish,
        by: Option<By<'_>>,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'queued', finish_digest = $2, finish = $3, attempts = 0, \
                      claim = claim + 1, is_open = 0, lease_until_ms = 0, failure_code = NULL, failure_detail = NULL, \
                      queued_ms = $4, updated_ms = $4, front = front + 1, settled = 0 \
                      WHERE id = $1 AND version = $5 AND (status = 'failed' OR (is_open = 1 AND status IN ('draft', 'ready') \
                      AND (finish_digest IS NULL OR finish_digest = $2 OR lease_until_ms < $4)))";
        let finish_json = json(finish)?;
        let update = sqlx::query(update).bind(id).bind(digest).bind(finish_json).bind(self.clock.now_ms());
        self.change_project("enqueue", id, by, update.bind(i64::from(finish.replaces))).await
    }

    /// Takes a compile that waits, or whose runner has not been heard of until its lease ended. Customers take turns: the
    /// one with the fewest compiles running or ahead in the queue is next, then whoever waits longest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_compile(&self) -> Result<Option<Claim>, sqlx::Error> {
        let skip = match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE OF p SKIP LOCKED",
        };
        let update = format!(
            "UPDATE ar_projects SET status = 'compiling', attempts = attempts + 1, claim = claim + 1, lease_until_ms = $1, \
             updated_ms = $2 WHERE id = (SELECT p.id FROM ar_projects p WHERE p.status = 'queued' \
             OR (p.status = 'compiling' AND p.lease_until_ms < $2) \
             ORDER BY (SELECT COUNT(*) FROM ar_projects o WHERE o.customer = p.customer AND o.id <> p.id \
             AND ((o.status = 'compiling' AND o.lease_until_ms >= $2) OR (o.status = 'queued' AND (o.queued_ms < p.queued_ms \
             OR (o.queued_ms = p.queued_ms AND o.id < p.id))))), p.queued_ms, p.id LIMIT 1 {skip}) \
             AND (status = 'queued' OR (status = 'compiling' AND lease_until_ms < $2)) \
             RETURNING id, name, finish, claim, attempts"
        );
        let mut held = self.hold("claim_compile").await?;
        let update = sqlx::query(sqlx::AssertSqlSafe(update))
            .bind(self.clock.in_ms(self.compile_lease))
            .bind(self.clock.now_ms());
        let row = update.fetch_optional(&mut *held).await?;
        drop(held);
        row.map(|row| {
            Ok(Claim {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                finish: from_json(&row.try_get::<String, _>("finish")?)?,
                number: row.try_get("claim")?,
                attempt: row.try_get("attempts")?,
            })
        })
        .transpose()
    }

    /// Keeps a claim while its work goes on; `false` when it counts no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET lease_until_ms = $3 WHERE id = $1 AND status = 'compiling' AND claim = $2";
        let mut held = self.hold("renew").await?;
        let done = sqlx::query(update).bind(&claim.id).bind(claim.number).bind(self.clock.in_ms(self.compile_lease));
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// A claimed compile failed for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fail_compile(&self, claim: &Claim, failure: &Failure) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'failed', failure_code = $3, failure_detail = $4, lease_until_ms = 0, \
                      updated_ms = $5 WHERE id = $1 AND status = 'compiling' AND claim = $2";
        let mut held = self.hold("fail_compile").await?;
        let done = sqlx::query(update).bind(&claim.id).bind(claim.number).bind(&failure.code).bind(&failure.detail);
        Ok(done.bind(self.clock.now_ms()).execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Gives a claimed compile back that was interrupted by a stop; the try does not count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hand_back(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'queued', attempts = attempts - 1, lease_until_ms = 0, \
                      updated_ms = $3 WHERE id = $1 AND status = 'compiling' AND claim = $2";
        let mut held = self.hold("hand_back").await?;
        let done = sqlx::query(update).bind(&claim.id).bind(claim.number).bind(self.clock.now_ms());
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Leaves a claimed compile, that something else than its photos has interrupted, until its lease ends; the try does not
    /// count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn postpone(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET attempts = attempts - 1, lease_until_ms = $3 \
                      WHERE id = $1 AND status = 'compiling' AND claim = $2";
        let mut held = self.hold("postpone").await?;
        let done = sqlx::query(update).bind(&claim.id).bind(claim.number).bind(self.clock.in_ms(self.compile_lease));
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Takes a project out of the queue, or from its runner: it is open for files again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_compile(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = CASE WHEN version > 0 THEN 'ready' ELSE 'draft' END, is_open = 1, \
                      claim = claim + 1, finish_digest = NULL, finish = NULL, lease_until_ms = 0, front = front + 1, \
                      settled = 0, updated_ms = $2 WHERE id = $1 AND status IN ('queued', 'compiling')";
        self.change_project("cancel_compile", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Projects that wait, and that are being compiled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_depth(&self) -> Result<(i64, i64), sqlx::Error> {
        let count = "SELECT CAST(COALESCE(SUM(CASE WHEN status = 'queued' THEN 1 ELSE 0 END), 0) AS BIGINT) AS queued, \
                     CAST(COALESCE(SUM(CASE WHEN status = 'compiling' THEN 1 ELSE 0 END), 0) AS BIGINT) AS compiling \
                     FROM ar_projects WHERE status IN ('queued', 'compiling')";
        let mut held = self.hold("queue_depth").await?;
        let row = sqlx::query(count).fetch_one(&mut *held).await?;
        Ok((row.try_get("queued")?, row.try_get("compiling")?))
    }
}
