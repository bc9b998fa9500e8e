//! Many rows at once, for a shop to try out and for benchmarks.

use sqlx::{AssertSqlSafe, Connection};

use super::{
    Actor, Db,
    currencies::keep_rate,
    list::{Bind, bound},
    words,
};

/// Most values of one statement: SQLite looks for each among all that come before it.
const BINDS_MAX: usize = 600;

/// A value of a row.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Nothing.
    Null,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Db {
    /// Adds rows to a table, all or none; rows whose key is there already are left as they are. Table and columns are ours.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_rows(&self, table: &str, columns: &[&str], rows: &[Vec<Cell>]) -> Result<(), sqlx::Error> {
        let mut held = self.hold("add_rows").await?;
        let mut transaction = held.begin().await?;
        for rows in rows.chunks((BINDS_MAX / columns.len()).max(1)) {
            let mut binds = Vec::new();
            let mut values = Vec::with_capacity(rows.len());
            for row in rows {
                let places = row.iter().map(|cell| {
                    binds.push(match cell {
                        Cell::Null => return "NULL".to_owned(),
                        Cell::Text(text) => Bind::Text(text.clone()),
                        Cell::Int(number) => Bind::Int(*number),
                        Cell::Bytes(bytes) => Bind::Bytes(bytes.clone()),
                    });
                    format!("${}", binds.len())
                });
                values.push(format!("({})", places.collect::<Vec<_>>().join(", ")));
            }
            let (columns, values) = (columns.join(", "), values.join(", "));
            let insert = format!("INSERT INTO {table} ({columns}) VALUES {values} ON CONFLICT DO NOTHING");
            bound(sqlx::query(AssertSqlSafe(insert)), &binds).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// Sets a currency's rate, and takes the currency into use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_rate(&self, code: &str, rate: &str, source: &str, at_ms: i64) -> Result<(), sqlx::Error> {
        let update =
            "UPDATE currencies SET rate = $2, rate_source = $3, updated_ms = $4, is_active = 1 WHERE code = $1";
        let mut held = self.hold("put_rate").await?;
        let mut transaction = held.begin().await?;
        sqlx::query(update).bind(code).bind(rate).bind(source).bind(at_ms).execute(&mut *transaction).await?;
        keep_rate(&mut transaction, code, rate, source, &Actor::system(), at_ms).await?;
        transaction.commit().await
    }

    /// Takes so many numbers of a counter; gives the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_numbers(&self, counter: &str, count: i64) -> Result<i64, sqlx::Error> {
        let update = "UPDATE counters SET value = value + $2 WHERE name = $1 RETURNING value";
        let mut held = self.hold("take_numbers").await?;
        let last: i64 = sqlx::query_scalar(update).bind(counter).bind(count).fetch_one(&mut *held).await?;
        Ok(last - count + 1)
    }

    /// Lets the database look at its tables, so that it knows which index serves a list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn analyze(&self) -> Result<(), sqlx::Error> {
        let mut held = self.hold("analyze").await?;
        sqlx::query("ANALYZE").execute(&mut *held).await.map(drop)
    }
}

/// The rows of `words` by which a thing is found.
#[must_use]
pub fn word_rows(entity: &str, id: &str, texts: &[&str], phone: &str) -> Vec<Vec<Cell>> {
    let row = |word| vec![entity.into(), id.into(), Cell::Bytes(word)];
    words::all(texts, phone).into_iter().map(row).collect()
}
