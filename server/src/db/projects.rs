//! Projects: begun, read, published.

use std::time::Duration;

use app::model::{Failure, Finish, ProjectStatus, TargetView};
use sqlx::{Row, any::AnyRow};

use super::{Db, from_json, json};

/// How long a publication may be alone with a draft: longer than any request is allowed to take.
const PUBLISH_LEASE: Duration = Duration::from_secs(600);

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
    /// That request, where the server compiles.
    pub finish: Option<Finish>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Size of the published `targets.mind`.
    pub mind_bytes: Option<i64>,
    /// What was published.
    pub targets: Vec<TargetView>,
    /// The published version, 0 for none.
    pub version: i64,
    /// The request that it was made from.
    pub published: Option<Finish>,
    /// Whether files may be sent.
    pub is_open: bool,
    /// Pseudonym of whoever made it.
    pub customer: String,
    /// A trial's end.
    pub expires_ms: Option<i64>,
    /// How often that was put off.
    pub extensions: i64,
    /// Bytes that it keeps in the store.
    pub bytes: i64,
    /// When its files are deleted for good.
    pub purge_ms: Option<i64>,
    /// Counts what the store must show.
    pub front: i64,
    /// Whether it shows that.
    pub is_settled: bool,
}

impl Project {
    /// Whether it was deleted for good.
    #[must_use]
    pub fn is_purged(&self) -> bool {
        self.bytes < 0
    }
}

/// What a publication records.
#[derive(Clone, Debug)]
pub struct Published {
    /// The request that it was made from.
    pub finish: Finish,
    /// Size of `targets.mind`.
    pub mind_bytes: i64,
    /// Bytes kept in the store.
    pub bytes: i64,
    /// The targets in order.
    pub targets: Vec<TargetView>,
}

const COLUMNS: &str = "id, name, status, created_ms, finish_digest, finish, failure_code, failure_detail, mind_bytes, targets, \
                       version, published, is_open, customer, expires_ms, extensions, bytes, purge_ms, front, settled";

/// `SELECT` of whole projects, with what follows.
pub(super) fn select(rest: &str) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM ar_projects {rest}"))
}

impl Db {
    /// Begins a project, open for files.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_project(
        &self,
        id: &str,
        name: &str,
        customer: &str,
        trial: Option<Duration>,
    ) -> Result<(), sqlx::Error> {
        let insert = "INSERT INTO ar_projects (id, name, status, created_ms, updated_ms, lease_until_ms, attempts, is_open, \
                      customer, expires_ms) VALUES ($1, $2, 'draft', $3, $3, 0, 0, 1, $4, $5)";
        let expires = trial.map(|trial| self.clock.in_ms(trial));
        let mut held = self.hold("create_project").await?;
        let done = sqlx::query(insert).bind(id).bind(name).bind(self.clock.now_ms()).bind(customer).bind(expires);
        done.execute(&mut *held).await.map(drop)
    }

    /// Names a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), sqlx::Error> {
        let update = "UPDATE ar_projects SET name = $2, updated_ms = $3 WHERE id = $1 AND status = 'draft'";
        let mut held = self.hold("rename").await?;
        sqlx::query(update).bind(id).bind(name).bind(self.clock.now_ms()).execute(&mut *held).await.map(drop)
    }

    /// A project, `None` where there is none.
    ///
    /// # Errors
    /// When the database fails or a row can't be understood.
    pub async fn project(&self, id: &str) -> Result<Option<Project>, sqlx::Error> {
        let mut held = self.hold("project").await?;
        let row = sqlx::query(select("WHERE id = $1")).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.as_ref().map(read_project).transpose()
    }

    /// Takes on a draft, or a new version of a published project, for publishing it with the files of a browser. The same
    /// publication may be taken on again; another one has to wait until the lease ends. Gives the number of the claim.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_publication(&self, id: &str, digest: &str, replaces: i64) -> Result<Option<i64>, sqlx::Error> {
        let update = "UPDATE ar_projects SET finish_digest = $2, claim = claim + 1, lease_until_ms = $3, updated_ms = $4 \
                      WHERE id = $1 AND is_open = 1 AND version = $5 AND status IN ('draft', 'ready') \
                      AND (finish_digest IS NULL OR finish_digest = $2 OR lease_until_ms < $4) RETURNING claim";
        let mut held = self.hold("claim_publication").await?;
        let done = sqlx::query_scalar(update).bind(id).bind(digest).bind(self.clock.in_ms(PUBLISH_LEASE));
        done.bind(self.clock.now_ms()).bind(replaces).fetch_optional(&mut *held).await
    }

    /// A claimed publication is refused or has failed: another one may begin at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_publication(&self, id: &str, claim: i64) -> Result<(), sqlx::Error> {
        let update = "UPDATE ar_projects SET lease_until_ms = 0 WHERE id = $1 AND claim = $2 AND is_open = 1";
        let mut held = self.hold("release_publication").await?;
        sqlx::query(update).bind(id).bind(claim).execute(&mut *held).await.map(drop)
    }

    /// A claimed publication is done; its version has the claim's number. A trial's time counts from its first publication.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_publication(
        &self,
        id: &str,
        claim: i64,
        published: &Published,
        trial: Option<Duration>,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'ready', version = $2, published = $3, mind_bytes = $4, bytes = $5, \
                      expires_ms = CASE WHEN version = 0 AND expires_ms IS NOT NULL THEN $8 ELSE expires_ms END, \
                      targets = $6, lease_until_ms = 0, is_open = 0, finish = NULL, failure_code = NULL, \
                      failure_detail = NULL, front = front + 1, settled = 0, updated_ms = $7 \
                      WHERE id = $1 AND claim = $2 AND ((is_open = 1 AND status IN ('draft', 'ready')) OR status = 'compiling')";
        let (finish, targets) = (json(&published.finish)?, json(&published.targets)?);
        let mut held = self.hold("record_publication").await?;
        let done = sqlx::query(update).bind(id).bind(claim).bind(finish).bind(published.mind_bytes);
        let done = done.bind(published.bytes).bind(targets).bind(self.clock.now_ms());
        let done = done.bind(trial.map(|trial| self.clock.in_ms(trial)));
        Ok(done.execute(&mut *held).await?.rows_affected() == 1)
    }

    /// Opens a published project for the files of a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_revision(&self, id: &str) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET is_open = 1, finish_digest = NULL, front = front + 1, settled = 0, \
                      updated_ms = $2 WHERE id = $1 AND status = 'ready' AND is_open = 0";
        let mut held = self.hold("open_revision").await?;
        Ok(sqlx::query(update).bind(id).bind(self.clock.now_ms()).execute(&mut *held).await?.rows_affected() == 1)
    }
}

pub(super) fn read_project(row: &AnyRow) -> Result<Project, sqlx::Error> {
    let status: String = row.try_get("status")?;
    let status = serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let code: Option<String> = row.try_get("failure_code")?;
    let detail: Option<String> = row.try_get("failure_detail")?;
    let parsed = |column: &str| -> Result<Option<Finish>, sqlx::Error> {
        row.try_get::<Option<String>, _>(column)?.as_deref().map(from_json).transpose()
    };
    let targets: Option<String> = row.try_get("targets")?;
    Ok(Project {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        status,
        created_ms: row.try_get("created_ms")?,
        finish_digest: row.try_get("finish_digest")?,
        finish: parsed("finish")?,
        failure: code.zip(detail).map(|(code, detail)| Failure { code, detail }),
        mind_bytes: row.try_get("mind_bytes")?,
        targets: targets.as_deref().map(from_json).transpose()?.unwrap_or_default(),
        version: row.try_get("version")?,
        published: parsed("published")?,
        is_open: row.try_get::<i64, _>("is_open")? == 1,
        customer: row.try_get("customer")?,
        expires_ms: row.try_get("expires_ms")?,
        extensions: row.try_get("extensions")?,
        bytes: row.try_get("bytes")?,
        purge_ms: row.try_get("purge_ms")?,
        front: row.try_get("front")?,
        is_settled: row.try_get::<i64, _>("settled")? == 1,
    })
}
