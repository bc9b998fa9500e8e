//! Whole tables out and in, for backups: the same for both databases, so that a backup of one can be restored to the other.

use sqlx::{Column, Connection, Row, any::AnyRow};

use super::Db;

/// Every table but the sessions and the links that work once, each after those it refers to.
pub const TABLES: [&str; 18] = [
    "settings",
    "leases",
    "counters",
    "accounts",
    "customers",
    "currencies",
    "rates",
    "products",
    "product_prices",
    "product_pictures",
    "orders",
    "order_items",
    "ar_projects",
    "visits",
    "visit_days",
    "mails",
    "audit",
    "words",
];

/// A row as JSON: texts, whole numbers, arrays of bytes and nulls by column.
pub type Value = serde_json::Map<String, serde_json::Value>;

impl Db {
    /// All rows of all tables, as of one moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dump(&self) -> Result<Vec<(&'static str, Vec<Value>)>, sqlx::Error> {
        let mut held = self.hold("dump").await?;
        let mut transaction = match self.engine {
            super::Engine::Sqlite => held.begin().await?,
            super::Engine::Postgres => held.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        };
        let mut tables = Vec::new();
        for table in TABLES {
            let select = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
            let rows = sqlx::query(select).fetch_all(&mut *transaction).await?;
            tables.push((table, rows.iter().map(read_row).collect::<Result<_, _>>()?));
        }
        transaction.commit().await?;
        Ok(tables)
    }

    /// Whether nothing has been kept here yet but what every new database has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_new(&self) -> Result<bool, sqlx::Error> {
        let count = "SELECT CAST((SELECT COUNT(*) FROM ar_projects) + (SELECT COUNT(*) FROM products) + (SELECT COUNT(*) FROM orders) \
                     AS BIGINT)";
        let mut held = self.hold("is_new").await?;
        Ok(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *held).await? == 0)
    }

    /// Puts a dump in place of what is there, all or nothing.
    ///
    /// # Errors
    /// When the database fails, or a table or column is unknown.
    pub async fn load(&self, tables: &[(String, Vec<Value>)]) -> Result<(), sqlx::Error> {
        let mut held = self.hold("load").await?;
        let mut transaction = held.begin().await?;
        for table in TABLES.iter().rev() {
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *transaction).await?;
        }
        for table in TABLES {
            let rows = tables.iter().filter(|(name, _)| name == table).flat_map(|(_, rows)| rows);
            for row in rows {
                if let Some(column) = row.keys().find(|column| !is_name(column)) {
                    return Err(sqlx::Error::ColumnNotFound(column.clone()));
                }
                let columns: Vec<&str> = row.keys().map(String::as_str).collect();
                let places: Vec<String> = row
                    .values()
                    .enumerate()
                    .map(|(index, value)| match value {
                        serde_json::Value::Null => "NULL".to_owned(),
                        _ => format!("${}", 1 + row.values().take(index).filter(|value| !value.is_null()).count()),
                    })
                    .collect();
                let insert = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
                let mut insert = sqlx::query(sqlx::AssertSqlSafe(insert));
                for value in row.values().filter(|value| !value.is_null()) {
                    insert = match value {
                        serde_json::Value::Number(number) => insert.bind(number.as_i64().unwrap_or_default()),
                        serde_json::Value::Array(bytes) => insert.bind(read_bytes(bytes)?),
                        other => insert.bind(other.as_str().unwrap_or_default().to_owned()),
                    };
                }
                insert.execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await
    }
}

fn is_name(column: &str) -> bool {
    !column.is_empty() && column.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn read_bytes(bytes: &[serde_json::Value]) -> Result<Vec<u8>, sqlx::Error> {
    let byte = |value: &serde_json::Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
    bytes.iter().map(byte).collect::<Option<_>>().ok_or_else(|| sqlx::Error::Decode("no bytes".into()))
}

pub(super) fn read_row(row: &AnyRow) -> Result<Value, sqlx::Error> {
    let mut value = Value::new();
    for column in row.columns() {
        let at = column.ordinal();
        let cell = if let Ok(number) = row.try_get::<Option<i64>, _>(at) {
            number.map_or(serde_json::Value::Null, Into::into)
        } else if let Ok(text) = row.try_get::<Option<String>, _>(at) {
            text.map_or(serde_json::Value::Null, Into::into)
        } else {
            row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(serde_json::Value::Null, Into::into)
        };
        value.insert(column.name().to_owned(), cell);
    }
    Ok(value)
}
