//! Projects: begun, read, published.

use std::{collections::BTreeMap, time::Duration};

use app::model::{Failure, Finish, Overlay, ProjectStatus, TargetView};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, Connection, Row, any::AnyArguments, any::AnyRow, query::Query};

use super::{
    Actor, Db,
    audit::{self, record},
    from_json, json as to_json,
    orders::IS_FREE,
    words,
};
use crate::id::hex;

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
    /// Counts the edits of how the videos lie and play.
    pub edit: i64,
    /// What was edited, by the SHA-256 of the photo.
    pub overlays: BTreeMap<String, Overlay>,
    /// The profile of the customer whose it is.
    pub owner_id: Option<String>,
    /// The order that it belongs to.
    pub order_id: Option<String>,
}

impl Project {
    /// Whether it was deleted for good.
    #[must_use]
    pub fn is_purged(&self) -> bool {
        self.bytes < 0
    }
}

/// Who makes a change of a project, and what the log calls it.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Such as `project.trash`.
    pub action: &'static str,
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
                       version, published, is_open, customer, expires_ms, extensions, bytes, purge_ms, front, settled, edit, overlays, \
                       owner_id, order_id";

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
        let mut transaction = held.begin().await?;
        let done = sqlx::query(insert).bind(id).bind(name).bind(self.clock.now_ms()).bind(customer).bind(expires);
        done.execute(&mut *transaction).await?;
        words::index(&mut transaction, "project", id, &[id, name], "").await?;
        transaction.commit().await
    }

    /// Names a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), sqlx::Error> {
        let update = "UPDATE ar_projects SET name = $2, updated_ms = $3 WHERE id = $1 AND status = 'draft'";
        let mut held = self.hold("rename").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(update).bind(id).bind(name).bind(self.clock.now_ms()).execute(&mut *transaction).await?;
        if done.rows_affected() == 1 {
            words::index(&mut transaction, "project", id, &[id, name], "").await?;
        }
        transaction.commit().await
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
        by: Option<By<'_>>,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET status = 'ready', version = $2, published = $3, mind_bytes = $4, bytes = $5, \
                      expires_ms = CASE WHEN version = 0 AND expires_ms IS NOT NULL THEN $8 ELSE expires_ms END, \
                      targets = $6, lease_until_ms = 0, is_open = 0, finish = NULL, failure_code = NULL, \
                      failure_detail = NULL, front = front + 1, settled = 0, updated_ms = $7 \
                      WHERE id = $1 AND claim = $2 AND ((is_open = 1 AND status IN ('draft', 'ready')) OR status = 'compiling')";
        let (finish, targets) = (to_json(&published.finish)?, to_json(&published.targets)?);
        let update = sqlx::query(update).bind(id).bind(claim).bind(finish).bind(published.mind_bytes);
        let update = update.bind(published.bytes).bind(targets).bind(self.clock.now_ms());
        let update = update.bind(trial.map(|trial| self.clock.in_ms(trial)));
        self.change_project("record_publication", id, by, update).await
    }

    /// Opens a published project for the files of a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_revision(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET is_open = 1, finish_digest = NULL, front = front + 1, settled = 0, \
                      updated_ms = $2 WHERE id = $1 AND status = 'ready' AND is_open = 0";
        self.change_project("open_revision", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Takes no more files for a new version, and forgets those that arrived.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_revision(&self, id: &str, by: Option<By<'_>>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET is_open = 0, claim = claim + 1, lease_until_ms = 0, front = front + 1, settled = 0, \
                      updated_ms = $2 WHERE id = $1 AND status = 'ready' AND is_open = 1";
        self.change_project("close_revision", id, by, sqlx::query(update).bind(id).bind(self.clock.now_ms())).await
    }

    /// Changes how the videos of a published project lie and play, unless it was edited or published anew meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn edit_overlays(
        &self,
        project: &Project,
        overlays: &BTreeMap<String, Overlay>,
        by: By<'_>,
    ) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET overlays = $2, edit = edit + 1, front = front + 1, settled = 0, updated_ms = $5 \
                      WHERE id = $1 AND edit = $3 AND version = $4 AND version > 0 AND status <> 'archived'";
        let update = sqlx::query(update).bind(&project.id).bind(to_json(overlays)?).bind(project.edit);
        let update = update.bind(project.version).bind(self.clock.now_ms());
        self.change_project("edit_overlays", &project.id, Some(by), update).await
    }

    /// Gives a project to a customer, or to nobody; `false` when there is no such customer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_project(&self, id: &str, customer: Option<&str>, by: By<'_>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET owner_id = $2, updated_ms = $3 WHERE id = $1 AND bytes >= 0 \
                      AND ($2 IS NULL OR EXISTS (SELECT 1 FROM customers c WHERE c.id = $2 AND c.erased_ms IS NULL))";
        let update = sqlx::query(update).bind(id).bind(customer).bind(self.clock.now_ms());
        self.change_project("give_project", id, Some(by), update).await
    }

    /// Puts a project to the order of a number; `false` when there is none, or it belongs to another one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_to_order(&self, id: &str, number: i64, by: By<'_>) -> Result<bool, sqlx::Error> {
        let update = format!(
            "UPDATE ar_projects SET order_id = (SELECT o.id FROM orders o WHERE o.number = $2), updated_ms = $3 \
             WHERE id = $1 AND {IS_FREE} AND EXISTS (SELECT 1 FROM orders o WHERE o.number = $2)"
        );
        let update = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id).bind(number).bind(self.clock.now_ms());
        self.change_project("put_to_order", id, Some(by), update).await
    }

    /// Takes a project off its order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_off_order(&self, id: &str, by: By<'_>) -> Result<bool, sqlx::Error> {
        let update = "UPDATE ar_projects SET order_id = NULL, updated_ms = $2 WHERE id = $1 AND order_id IS NOT NULL";
        let update = sqlx::query(update).bind(id).bind(self.clock.now_ms());
        self.change_project("take_off_order", id, Some(by), update).await
    }

    /// One conditional update of a project, written down where somebody is said to make it; whether it happened.
    pub(super) async fn change_project(
        &self,
        what: &'static str,
        id: &str,
        by: Option<By<'_>>,
        update: Query<'_, Any, AnyArguments>,
    ) -> Result<bool, sqlx::Error> {
        let mut held = self.hold(what).await?;
        if by.is_none() {
            return Ok(update.execute(&mut *held).await?.rows_affected() == 1);
        }
        let mut transaction = held.begin().await?;
        let done = change(&mut transaction, self.clock.now_ms(), id, by, update).await?;
        transaction.commit().await?;
        Ok(done)
    }
}

/// The same in a transaction.
pub(super) async fn change(
    connection: &mut AnyConnection,
    now_ms: i64,
    id: &str,
    by: Option<By<'_>>,
    update: Query<'_, Any, AnyArguments>,
) -> Result<bool, sqlx::Error> {
    let Some(By { actor, action }) = by else {
        return Ok(update.execute(connection).await?.rows_affected() == 1);
    };
    let Some(before) = fields(connection, id).await? else { return Ok(false) };
    if update.execute(&mut *connection).await?.rows_affected() != 1 {
        return Ok(false);
    }
    let after = fields(connection, id).await?.unwrap_or_default();
    let change = audit::Change { action, entity: "project", entity_id: id, before, after };
    record(connection, now_ms, actor, change).await?;
    Ok(true)
}

/// What the log tells of a project. It is read by a statement that writes, so that nobody changes it until the transaction
/// ends.
async fn fields(connection: &mut AnyConnection, id: &str) -> Result<Option<Value>, sqlx::Error> {
    let update = "UPDATE ar_projects SET front = front WHERE id = $1 RETURNING name, status, version, is_open, expires_ms, \
                  purge_ms, owner_id, order_id, overlays";
    let row = sqlx::query(update).bind(id).fetch_optional(connection).await?;
    row.map(|row| {
        let text = |column: &str| row.try_get::<Option<String>, _>(column);
        let number = |column: &str| row.try_get::<Option<i64>, _>(column);
        let mut overlays = text("overlays")?.as_deref().map(from_json::<Value>).transpose()?;
        // The log tells one picture from another; it does not keep them.
        for overlay in overlays.iter_mut().filter_map(Value::as_object_mut).flat_map(|all| all.values_mut()) {
            if let Some(alpha) = overlay.get_mut("alpha") {
                *alpha = hex(&Sha256::digest(alpha.to_string())).into();
            }
        }
        Ok(json!({
            "name": text("name")?, "status": text("status")?, "version": number("version")?, "is_open": number("is_open")?,
            "expires_ms": number("expires_ms")?, "purge_ms": number("purge_ms")?, "owner_id": text("owner_id")?,
            "order_id": text("order_id")?, "overlays": overlays,
        }))
    })
    .transpose()
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
        edit: row.try_get("edit")?,
        overlays: row
            .try_get::<Option<String>, _>("overlays")?
            .as_deref()
            .map(from_json)
            .transpose()?
            .unwrap_or_default(),
        owner_id: row.try_get("owner_id")?,
        order_id: row.try_get("order_id")?,
    })
}
