//! How projects end, and come back: trials, the trash, what the store has yet to show.

use std::time::Duration;

use app::model::ProjectStatus;
use sqlx::{Connection, Row};

use super::{
    By, Db, Project,
    projects::{change, read_project, select},
    words,
};

/// How many rows one look takes at most; the next look takes the rest.
const AT_A_TIME: i64 = 100;
/// What is left of a project that was deleted for good, as of `$2`; a size below zero marks it.
pub(super) const PURGED: &str = "status = 'archived', name = '', customer = '', finish = NULL, published = NULL, \
    targets = NULL, overlays = NULL, mind_bytes = NULL, version = 0, bytes = -1, is_open = 0, expires_ms = NULL, \
    purge_ms = NULL, claim = claim + 1, lease_until_ms = 0, front = front + 1, settled = 0, updated_ms = $2";

/// What the sweep needs to know of a project.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it stands.
    pub status: ProjectStatus,
    /// The published version, 0 for none.
    pub version: i64,
    /// The version that somebody is making, if anybody is.
    pub in_making: Option<i64>,
    /// Whether files may be sent.
    pub is_open: bool,
    /// Whether the store shows its last change.
    pub is_settled: bool,
    /// Whether its files are to be kept: not for what was deleted for good.
    pub keeps_files: bool,
    /// The last edit of how its videos lie and play.
    pub edit: i64,
}

/// Why a project's files are deleted for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// Its time in the trash, or after its expiry, is over.
    Due,
    /// Its owner says so.
    Now,
}

impl Db {
    /// Puts a project in the trash, whatever it was; its runner, if any, works in vain.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash(&self, id: &str, keep: Duration, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'archived', purge_ms = COALESCE(purge_ms, $3), claim = claim + 1, \
                      lease_until_ms = 0, front = front + 1, settled = 0, updated_ms = $2 \
                      WHERE id = $1 AND status <> 'archived'";
        let update = sqlx::query(update).bind(id).bind(self.clock.now_ms()).bind(self.clock.in_ms(keep));
        self.change_project("trash", id, by, update).await
    }

    /// Takes a project off the web and keeps it for as long as the shop likes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn archive(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'archived', purge_ms = NULL, claim = claim + 1, lease_until_ms = 0, \
                      front = front + 1, settled = 0, updated_ms = $2 \
                      WHERE id = $1 AND bytes >= 0 AND (status <> 'archived' OR purge_ms IS NOT NULL)";
        self.change_project("archive", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Brings an archived or trashed project back: published if it was, else open for files. A trial that has ended
    /// meanwhile is expired, and kept no longer than it would have been in the trash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = CASE WHEN version = 0 THEN 'draft' \
                      WHEN expires_ms < $2 THEN 'expired' ELSE 'ready' END, \
                      is_open = CASE WHEN version > 0 THEN 0 ELSE 1 END, finish_digest = CASE WHEN version > 0 \
                      THEN finish_digest ELSE NULL END, purge_ms = CASE WHEN version > 0 AND expires_ms < $2 \
                      THEN purge_ms ELSE NULL END, front = front + 1, settled = 0, updated_ms = $2 \
                      WHERE id = $1 AND status = 'archived' AND bytes >= 0";
        self.change_project("restore", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Deletes a project for good: nothing but its id is kept, so that its link goes on answering. Its files follow when the
    /// store is settled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge(&self, id: &str, why: Purge, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update =
            format!("UPDATE ar_projects SET {PURGED} WHERE id = $1 AND bytes >= 0 AND ($3 = 1 OR purge_ms < $2)");
        let now = i64::from(why == Purge::Now);
        let mut held = self.hold("purge").await?;
        let mut transaction = held.begin().await?;
        let update = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id).bind(self.clock.now_ms()).bind(now);
        let done = change(&mut transaction, self.clock.now_ms(), id, by, update).await?;
        if done {
            words::index(&mut transaction, "project", id, &[id], "").await?;
        }
        transaction.commit().await?;
        Ok(done)
    }

    /// Puts a trial's end off, counted from now or from its end if that is later; an expired one is ready again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn extend(
        &self,
        id: &str,
        length: Duration,
        extensions_max: i64,
        by: Option<By<'_>>,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET expires_ms = CASE WHEN expires_ms > $2 THEN expires_ms ELSE $2 END + $3, \
                      extensions = extensions + 1, is_warned = 0, status = CASE WHEN status = 'expired' THEN 'ready' ELSE status END, \
                      purge_ms = NULL, front = front + 1, settled = 0, updated_ms = $2 \
                      WHERE id = $1 AND expires_ms IS NOT NULL AND version > 0 AND status <> 'archived' AND extensions < $4";
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let update = sqlx::query(update).bind(id).bind(self.clock.now_ms()).bind(length).bind(extensions_max);
        self.change_project("extend", id, by, update).await
    }

    /// Makes a trial permanent, with the same link; an expired one is ready again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn make_permanent(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET expires_ms = NULL, is_warned = 0, status = CASE WHEN status = 'expired' THEN 'ready' \
                      ELSE status END, purge_ms = NULL, front = front + 1, settled = 0, updated_ms = $2 \
                      WHERE id = $1 AND expires_ms IS NOT NULL AND status <> 'archived'";
        self.change_project("make_permanent", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Ends the published trials whose time is over; gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_due(&self, keep: Duration) -> Result<u64, sqlx::Error> {
        // One whose new version failed goes on showing the old one until then.
        let update = "UPDATE ar_projects SET status = 'expired', is_open = 0, purge_ms = $2, front = front + 1, settled = 0, \
                      updated_ms = $1 WHERE expires_ms < $1 AND version > 0 AND status IN ('ready', 'failed')";
        let mut held = self.hold("expire_due").await?;
        let done = sqlx::query(update).bind(self.clock.now_ms()).bind(self.clock.in_ms(keep));
        Ok(done.execute(&mut *held).await?.rows_affected())
    }

    /// Some of the projects whose files are due to be deleted for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_for_purge(&self) -> Result<Vec<String>, sqlx::Error> {
        let select = "SELECT id FROM ar_projects WHERE purge_ms < $1 ORDER BY purge_ms, id LIMIT $2";
        let mut held = self.hold("due_for_purge").await?;
        sqlx::query_scalar(select).bind(self.clock.now_ms()).bind(AT_A_TIME).fetch_all(&mut *held).await
    }

    /// Puts in the trash what was never published and nobody has touched for so long.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash_abandoned(&self, untouched: Duration, keep: Duration) -> Result<u64, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'archived', purge_ms = $3, claim = claim + 1, lease_until_ms = 0, \
                      front = front + 1, settled = 0, updated_ms = $1 \
                      WHERE version = 0 AND status IN ('draft', 'failed') AND updated_ms < $2";
        let since = self.clock.now_ms().saturating_sub(i64::try_from(untouched.as_millis()).unwrap_or(i64::MAX));
        let mut held = self.hold("trash_abandoned").await?;
        let done = sqlx::query(update).bind(self.clock.now_ms()).bind(since).bind(self.clock.in_ms(keep));
        Ok(done.execute(&mut *held).await?.rows_affected())
    }

    /// Some of the projects whose last change the store does not show yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettled(&self) -> Result<Vec<Project>, sqlx::Error> {
        let mut held = self.hold("unsettled").await?;
        let rows = sqlx::query(select("WHERE settled = 0 ORDER BY updated_ms, id LIMIT $1")).bind(AT_A_TIME);
        let rows = rows.fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read_project).collect()
    }

    /// The store shows what it must since that change; `false` when there was another one meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settled(&self, id: &str, front: i64) -> Result<bool, sqlx::Error> {
        let mut held = self.hold("settled").await?;
        let done = sqlx::query("UPDATE ar_projects SET settled = 1 WHERE id = $1 AND front = $2").bind(id).bind(front);
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// The store shows something else than it should: it is to be settled again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettle(&self, id: &str) -> Result<(), sqlx::Error> {
        let mut held = self.hold("unsettle").await?;
        let done = sqlx::query("UPDATE ar_projects SET front = front + 1, settled = 0 WHERE id = $1").bind(id);
        done.execute(&mut *held).await.map(drop)
    }

    /// What the sweep needs to know of a project; `None` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self, id: &str) -> Result<Option<Standing>, sqlx::Error> {
        let select = "SELECT status, version, claim, lease_until_ms, is_open, settled, bytes, edit FROM ar_projects WHERE id = $1";
        let mut held = self.hold("standing").await?;
        let row = sqlx::query(select).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        let now = self.clock.now_ms();
        row.map(|row| {
            let status: String = row.try_get("status")?;
            Ok(Standing {
                status: serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?,
                version: row.try_get("version")?,
                in_making: (row.try_get::<i64, _>("lease_until_ms")? >= now)
                    .then(|| row.try_get("claim"))
                    .transpose()?,
                is_open: row.try_get::<i64, _>("is_open")? == 1,
                is_settled: row.try_get::<i64, _>("settled")? == 1,
                keeps_files: row.try_get::<i64, _>("bytes")? >= 0,
                edit: row.try_get("edit")?,
            })
        })
        .transpose()
    }

    /// Bytes that all projects keep in the store.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bytes_stored(&self) -> Result<i64, sqlx::Error> {
        let sum = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM ar_projects WHERE bytes > 0";
        let mut held = self.hold("bytes_stored").await?;
        sqlx::query_scalar(sum).fetch_one(&mut *held).await
    }
}
