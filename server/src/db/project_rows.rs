//! Projects as the CRM lists them.

use app::{
    crm::projects::{ProjectRow, status_name},
    model::{ProjectStatus, TargetView},
};
use sqlx::{Connection, Row, any::AnyRow};

use super::{
    Db, from_json,
    list::{Bind, Conditions, Page, Paged, Place, Sort},
    words::{self, FOUND_MAX},
};

/// Projects that are made searchable at a time.
const INDEX_AT_A_TIME: i64 = 100;

/// What the list is sorted by; the first is meant where nothing is said. By their end only trials are listed.
pub const PROJECT_SORTS: [Sort; 8] = [
    Sort { name: "newest", column: "t.created_ms", descending: true },
    Sort { name: "oldest", column: "t.created_ms", descending: false },
    Sort { name: "largest", column: "t.bytes", descending: true },
    Sort { name: "smallest", column: "t.bytes", descending: false },
    Sort { name: "most-scanned", column: "t.scans", descending: true },
    Sort { name: "least-scanned", column: "t.scans", descending: false },
    Sort { name: "ends-first", column: "t.expires_ms", descending: false },
    Sort { name: "ends-last", column: "t.expires_ms", descending: true },
];

/// What the list is narrowed by; empty for all.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    /// Words of id, name or owner, or an order's number.
    pub search: String,
    /// Where they stand.
    pub status: Option<ProjectStatus>,
    /// Trials that end from this time on, and before that.
    pub ends_ms: Option<(i64, i64)>,
    /// With an order, or without.
    pub has_order: Option<bool>,
}

/// What a project belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectLinks {
    /// Name of the customer whose it is.
    pub owner: Option<String>,
    /// Number of its order.
    pub order: Option<i64>,
    /// Scans.
    pub scans: i64,
    /// Visits on which a video was played.
    pub plays: i64,
    /// When it was last scanned.
    pub scanned_ms: Option<i64>,
}

const SELECT: &str = "SELECT t.id, t.name, t.status, t.targets, t.created_ms, t.bytes, t.scans, t.scanned_ms, t.expires_ms, \
                      t.owner_id, t.order_id, c.name AS owner, o.number AS order_number FROM ar_projects t \
                      LEFT JOIN customers c ON c.id = t.owner_id LEFT JOIN orders o ON o.id = t.order_id";

impl Db {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_page(
        &self,
        filter: &ProjectFilter,
        sort: Sort,
        place: Place,
    ) -> Result<Page<ProjectRow>, sqlx::Error> {
        let mut conditions = Conditions::default();
        search(&mut conditions, &filter.search);
        if let Some(status) = filter.status {
            conditions.and("t.status = ?", [Bind::from(status_name(status))]);
        }
        if let Some((from, before)) = filter.ends_ms {
            let ends = "t.expires_ms >= ? AND t.expires_ms < ? AND t.status IN ('ready', 'failed')";
            conditions.and(ends, [from.into(), before.into()]);
        }
        match filter.has_order {
            Some(true) => conditions.and("t.order_id IS NOT NULL", []),
            Some(false) => conditions.and("t.order_id IS NULL", []),
            None => {}
        }
        if sort.column == "t.expires_ms" {
            conditions.and("t.expires_ms IS NOT NULL", []);
        }
        let paged = Paged::new(SELECT, conditions, sort, place);
        let rows = self.rows_of("project_page", &paged).await?;
        paged.page(&rows, read, |row| {
            let value = match sort.column {
                "t.bytes" => row.bytes,
                "t.scans" => row.scans,
                "t.expires_ms" => row.expires_ms.unwrap_or_default(),
                _ => row.created_ms,
            };
            (value, row.id.clone())
        })
    }

    /// What a project belongs to, and how often it was seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project_links(&self, id: &str) -> Result<ProjectLinks, sqlx::Error> {
        let select = "SELECT c.name AS owner, o.number AS order_number, t.scans, t.plays, t.scanned_ms FROM ar_projects t \
                      LEFT JOIN customers c ON c.id = t.owner_id LEFT JOIN orders o ON o.id = t.order_id WHERE t.id = $1";
        let mut held = self.hold("project_links").await?;
        let row = sqlx::query(select).bind(id).fetch_optional(&mut *held).await?;
        drop(held);
        row.map_or(Ok(ProjectLinks::default()), |row| {
            Ok(ProjectLinks {
                owner: row.try_get("owner")?,
                order: row.try_get("order_number")?,
                scans: row.try_get("scans")?,
                plays: row.try_get("plays")?,
                scanned_ms: row.try_get("scanned_ms")?,
            })
        })
    }

    /// Makes some projects searchable that were there before projects were searched; whether there may be more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn index_projects(&self) -> Result<bool, sqlx::Error> {
        let select = "SELECT p.id, p.name FROM ar_projects p WHERE NOT EXISTS \
                      (SELECT 1 FROM words w WHERE w.entity = 'project' AND w.entity_id = p.id) ORDER BY p.id LIMIT $1";
        let mut held = self.hold("index_projects").await?;
        let rows = sqlx::query(select).bind(INDEX_AT_A_TIME).fetch_all(&mut *held).await?;
        let mut transaction = held.begin().await?;
        for row in &rows {
            let (id, name): (String, String) = (row.try_get("id")?, row.try_get("name")?);
            words::index(&mut transaction, "project", &id, &[&id, &name], "").await?;
        }
        transaction.commit().await?;
        Ok(!rows.is_empty())
    }
}

/// Each word is one of the project's own, or of its owner's, or begins the number of its order. The rarest is looked up first.
fn search(conditions: &mut Conditions, text: &str) {
    for (index, word) in words::searched(text).iter().enumerate() {
        let [own, owners] = ["project", "customer"].map(|entity| words::range(entity, word));
        let number: i64 = word.parse().unwrap_or(-1);
        let binds = own.into_iter().chain(owners).chain([Bind::Int(number)]);
        let sql = if index == 0 {
            format!(
                "t.id IN (SELECT w.entity_id FROM words w WHERE w.entity = ? AND w.word >= ? AND w.word < ? UNION ALL \
                 SELECT p.id FROM ar_projects p WHERE p.owner_id IN (SELECT w.entity_id FROM words w \
                 WHERE w.entity = ? AND w.word >= ? AND w.word < ? LIMIT {FOUND_MAX}) UNION ALL \
                 SELECT p.id FROM ar_projects p JOIN orders n ON n.id = p.order_id WHERE n.number = ? LIMIT {FOUND_MAX})"
            )
        } else {
            "(EXISTS (SELECT 1 FROM words w WHERE w.entity = ? AND w.entity_id = t.id AND w.word >= ? AND w.word < ?) \
             OR EXISTS (SELECT 1 FROM words w WHERE w.entity = ? AND w.entity_id = t.owner_id AND w.word >= ? AND w.word < ?) \
             OR EXISTS (SELECT 1 FROM orders n WHERE n.id = t.order_id AND n.number = ?))"
                .to_owned()
        };
        conditions.and(&sql, binds);
    }
}

fn read(row: &AnyRow) -> Result<ProjectRow, sqlx::Error> {
    let status: String = row.try_get("status")?;
    let targets: Option<String> = row.try_get("targets")?;
    let targets: Vec<TargetView> = targets.as_deref().map(from_json).transpose()?.unwrap_or_default();
    Ok(ProjectRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        status: serde_json::from_value(status.into()).map_err(|error| sqlx::Error::Decode(error.into()))?,
        targets,
        created_ms: row.try_get("created_ms")?,
        bytes: row.try_get("bytes")?,
        scans: row.try_get("scans")?,
        scanned_ms: row.try_get("scanned_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        owner_id: row.try_get("owner_id")?,
        owner: row.try_get("owner")?,
        order_id: row.try_get("order_id")?,
        order_number: row.try_get("order_number")?,
    })
}
