//! What the things are called that logs tell of.

use std::collections::BTreeMap;

use sqlx::Row;

use super::Db;

/// A thing that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called: an order's number, the name of anything else; may be empty.
    pub name: String,
    /// The customer whose account it is.
    pub customer_id: Option<String>,
}

/// The kinds of things that have a table, with what they are called in it.
const TABLES: [(&str, &str); 5] = [
    ("order", "CAST(number AS TEXT) AS name, NULL AS customer_id FROM orders"),
    ("project", "name, NULL AS customer_id FROM ar_projects"),
    ("customer", "name, NULL AS customer_id FROM customers"),
    ("product", "name, NULL AS customer_id FROM products"),
    ("account", "name, customer_id FROM accounts"),
];

impl Db {
    /// Those of so many things, by kind and id, that there are; kinds without a table are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn named(&self, things: &[(&str, &str)]) -> Result<BTreeMap<(String, String), Named>, sqlx::Error> {
        let (mut parts, mut ids) = (Vec::new(), Vec::new());
        for (kind, columns) in TABLES {
            let mut places = Vec::new();
            for (_, id) in things.iter().filter(|(of, _)| *of == kind) {
                ids.push(*id);
                places.push(format!("${}", ids.len()));
            }
            if !places.is_empty() {
                parts.push(format!("SELECT '{kind}' AS kind, id, {columns} WHERE id IN ({})", places.join(", ")));
            }
        }
        if parts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut query = sqlx::query(sqlx::AssertSqlSafe(parts.join(" UNION ALL ")));
        for id in ids {
            query = query.bind(id);
        }
        let mut held = self.hold("named").await?;
        let rows = query.fetch_all(&mut *held).await?;
        drop(held);
        rows.iter()
            .map(|row| {
                let named = Named { name: row.try_get("name")?, customer_id: row.try_get("customer_id")? };
                Ok(((row.try_get("kind")?, row.try_get("id")?), named))
            })
            .collect()
    }
}
