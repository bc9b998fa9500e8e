//! Who changed what: written in the transaction of the change itself.

use serde_json::{Map, Value};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    Db, json,
    list::{Bind, Conditions, Page, Paged, Place, Sort},
    words,
};
use crate::id::new_id;

/// Who makes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Their account; `None` for what happens by itself, or by a command.
    pub account_id: Option<String>,
    /// What they are called.
    pub name: String,
}

impl Actor {
    /// The server itself.
    #[must_use]
    pub fn system() -> Self {
        Self { account_id: None, name: "Kinora".to_owned() }
    }
}

/// A change: what it is of, and the fields that differ, before and after.
#[derive(Clone, Debug)]
pub(super) struct Change<'a> {
    /// Such as `order.status`.
    pub(super) action: &'static str,
    /// Such as `order`.
    pub(super) entity: &'static str,
    pub(super) entity_id: &'a str,
    pub(super) before: Value,
    pub(super) after: Value,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: String,
    /// When.
    pub at_ms: i64,
    /// Their account.
    pub account_id: Option<String>,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub entity: String,
    /// To which.
    pub entity_id: String,
    /// The fields that changed, as they were.
    pub before: Map<String, Value>,
    /// And as they are since.
    pub after: Map<String, Value>,
}

/// What the log is narrowed by; empty for all.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Words of actor, action or fields.
    pub search: String,
    /// An account.
    pub account_id: String,
    /// A kind of thing.
    pub entity: String,
    /// From this time on.
    pub from_ms: Option<i64>,
    /// Before this time.
    pub to_ms: Option<i64>,
}

const COLUMNS: &str = "t.id, t.at_ms, t.account_id, t.actor, t.action, t.entity, t.entity_id, t.before, t.after";
/// Newest first.
const NEWEST: Sort = Sort { name: "", column: "t.at_ms", descending: true };

/// Writes a change down, unless nothing changed.
pub(super) async fn record(
    connection: &mut AnyConnection,
    at_ms: i64,
    actor: &Actor,
    change: Change<'_>,
) -> Result<(), sqlx::Error> {
    let Change { action, entity, entity_id, before, after } = change;
    let (before, after) = differences(before, after);
    if before.is_empty() && after.is_empty() {
        return Ok(());
    }
    let id = new_id(false).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let insert = "INSERT INTO audit (id, at_ms, account_id, actor, action, entity, entity_id, before, after) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (before, after) = (json(&before)?, json(&after)?);
    let done = sqlx::query(insert).bind(&id).bind(at_ms).bind(&actor.account_id).bind(&actor.name).bind(action);
    done.bind(entity).bind(entity_id).bind(&before).bind(&after).execute(&mut *connection).await?;
    words::index(connection, "audit", &id, &[&actor.name, action, entity_id, &before, &after], "").await
}

/// The fields of two objects that differ.
fn differences(before: Value, after: Value) -> (Map<String, Value>, Map<String, Value>) {
    let fields = |value: Value| if let Value::Object(fields) = value { fields } else { Map::new() };
    let (mut before, mut after) = (fields(before), fields(after));
    let same: Vec<String> =
        before.iter().filter(|(name, value)| after.get(*name) == Some(value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (before, after)
}

impl Db {
    /// The log, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_page(&self, filter: &AuditFilter, place: Place) -> Result<Page<AuditEntry>, sqlx::Error> {
        let mut conditions = Conditions::default();
        words::search(&mut conditions, "audit", &filter.search);
        if !filter.account_id.is_empty() {
            conditions.and("t.account_id = ?", [Bind::from(filter.account_id.as_str())]);
        }
        if !filter.entity.is_empty() {
            conditions.and("t.entity = ?", [Bind::from(filter.entity.as_str())]);
        }
        if let Some(from) = filter.from_ms {
            conditions.and("t.at_ms >= ?", [from.into()]);
        }
        if let Some(to) = filter.to_ms {
            conditions.and("t.at_ms < ?", [to.into()]);
        }
        let paged = Paged::new(&format!("SELECT {COLUMNS} FROM audit t"), conditions, NEWEST, place);
        let rows = self.rows_of("audit_page", &paged).await?;
        paged.page(&rows, read, |entry| (entry.at_ms, entry.id.clone()))
    }

    /// What was done to one thing, newest first, at most so much.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history(&self, entity: &str, entity_id: &str, at_most: i64) -> Result<Vec<AuditEntry>, sqlx::Error> {
        let select = format!(
            "SELECT {COLUMNS} FROM audit t WHERE t.entity = $1 AND t.entity_id = $2 ORDER BY t.at_ms DESC, t.id DESC LIMIT $3"
        );
        let mut held = self.hold("history").await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(entity).bind(entity_id).bind(at_most);
        let rows = rows.fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<AuditEntry, sqlx::Error> {
    let fields = |column: &str| super::from_json(&row.try_get::<String, _>(column)?);
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at_ms: row.try_get("at_ms")?,
        account_id: row.try_get("account_id")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        entity: row.try_get("entity")?,
        entity_id: row.try_get("entity_id")?,
        before: fields("before")?,
        after: fields("after")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_written_down() {
        let (before, after) = differences(json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3, "c": 4}));
        assert_eq!((Value::from(before), Value::from(after)), (json!({"b": 2}), json!({"b": 3, "c": 4})));
    }
}
