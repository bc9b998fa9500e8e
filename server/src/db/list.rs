//! Lists of any length: filtered, sorted and paged by keys, never by counting rows.
//!
//! A page is asked for by the place where it begins: the sort value and the id of a row. Whatever the page's number, an index
//! finds that place at once.

use std::sync::{Mutex, PoisonError};

use sqlx::{Any, AssertSqlSafe, Row, any::AnyArguments, any::AnyRow, query::Query};

use super::{Db, Engine};

/// Rows of a page.
pub const PAGE_ROWS: usize = 50;

/// What a statement is filled in with.
#[derive(Clone, Debug)]
pub(super) enum Bind {
    Text(String),
    Int(i64),
    Bytes(Vec<u8>),
}

impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Bind {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Vec<u8>> for Bind {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// Conditions that must all hold. Their text is ours; what readers say is only ever bound.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    sql: Vec<String>,
    binds: Vec<Bind>,
}

impl Conditions {
    /// One more; each `?` stands for the next of `binds`.
    pub(super) fn and(&mut self, sql: &str, binds: impl IntoIterator<Item = Bind>) {
        let mut text = String::new();
        let mut number = self.binds.len();
        for part in sql.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(before) => {
                    number += 1;
                    text.push_str(&format!("{before}${number}"));
                }
                None => text.push_str(part),
            }
        }
        self.sql.push(text);
        self.binds.extend(binds);
        debug_assert_eq!(number, self.binds.len(), "{sql}");
    }

    fn where_clause(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!("WHERE {}", self.sql.join(" AND ")) }
    }
}

/// What a list is sorted by: a column of whole numbers, then the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What its address says.
    pub name: &'static str,
    /// The column, or an expression that has an index.
    pub column: &'static str,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Where a page begins: before or after a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first page.
    First,
    /// What follows the row with this value and id.
    After(i64, String),
    /// What comes before it.
    Before(i64, String),
}

impl Place {
    /// From an address's parameters `before` and `after`; what can't be understood means the first page.
    #[must_use]
    pub fn parse(before: &str, after: &str) -> Self {
        let parse = |text: &str| {
            let (value, id) = text.split_once('~')?;
            Some((value.parse().ok()?, id.to_owned()))
        };
        match (parse(after), parse(before)) {
            (Some((value, id)), _) => Self::After(value, id),
            (None, Some((value, id))) => Self::Before(value, id),
            (None, None) => Self::First,
        }
    }
}

/// Rows, and where the pages around them begin.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// For the parameter `before`.
    pub before: Option<String>,
    /// For the parameter `after`.
    pub after: Option<String>,
}

/// A page of a list that is to be read: its statement ends in conditions, order and limit.
pub(super) struct Paged {
    sql: String,
    binds: Vec<Bind>,
    place: Place,
    length: usize,
}

impl Paged {
    /// `select` goes up to and with `FROM`; the table's alias is `t`, its key `t.id`.
    pub(super) fn new(select: &str, conditions: Conditions, sort: Sort, place: Place) -> Self {
        Self::of_length(select, conditions, sort, place, PAGE_ROWS)
    }

    /// A page of another length.
    pub(super) fn of_length(select: &str, mut conditions: Conditions, sort: Sort, place: Place, length: usize) -> Self {
        let column = sort.column;
        // Before a row means after it in the reverse order.
        let descending = sort.descending != matches!(place, Place::Before(..));
        if let Place::After(value, id) | Place::Before(value, id) = &place {
            let sign = if descending { "<" } else { ">" };
            let after = format!("({column}, t.id) {sign} (?, ?)");
            conditions.and(&after, [Bind::Int(*value), Bind::Text(id.clone())]);
        }
        let direction = if descending { "DESC" } else { "ASC" };
        let sql = format!(
            "{select} {} ORDER BY {column} {direction}, t.id {direction} LIMIT {}",
            conditions.where_clause(),
            length + 1
        );
        Self { sql, binds: conditions.binds, place, length }
    }

    fn query(&self) -> Query<'_, Any, AnyArguments> {
        bound(sqlx::query(AssertSqlSafe(self.sql.clone())), &self.binds)
    }

    fn explanation(&self, engine: Engine) -> Query<'_, Any, AnyArguments> {
        let explain = match engine {
            Engine::Sqlite => "EXPLAIN QUERY PLAN",
            Engine::Postgres => "EXPLAIN",
        };
        bound(sqlx::query(AssertSqlSafe(format!("{explain} {}", self.sql))), &self.binds)
    }

    /// The page of the rows that were read; `key` tells a row's sort value and id.
    pub(super) fn page<T>(
        self,
        rows: &[AnyRow],
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
        key: impl Fn(&T) -> (i64, String),
    ) -> Result<Page<T>, sqlx::Error> {
        let has_more = rows.len() > self.length;
        let mut rows = rows.iter().take(self.length).map(read).collect::<Result<Vec<T>, _>>()?;
        let is_reverse = matches!(self.place, Place::Before(..));
        if is_reverse {
            rows.reverse();
        }
        let name = |row: Option<&T>| row.map(&key).map(|(value, id)| format!("{value}~{id}"));
        let (first, last) = (name(rows.first()), name(rows.last()));
        let has_before = if is_reverse { has_more } else { self.place != Place::First };
        let has_after = is_reverse || has_more;
        Ok(Page { before: first.filter(|_| has_before), after: last.filter(|_| has_after), rows })
    }
}

/// How the database goes about lists, for whoever has asked to be told.
#[derive(Debug, Default)]
pub(super) struct Plans(Mutex<Option<Vec<Plan>>>);

/// How the database reads a page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The statement.
    pub sql: String,
    /// The database's own words, a line a step.
    pub steps: Vec<String>,
}

impl Db {
    /// The rows of a page.
    pub(super) async fn rows_of(&self, what: &'static str, paged: &Paged) -> Result<Vec<AnyRow>, sqlx::Error> {
        let mut held = self.hold(what).await?;
        let wants_plan = self.plans.0.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if wants_plan {
            let rows = paged.explanation(self.engine).fetch_all(&mut *held).await?;
            // The last column of both databases is the text.
            let steps = rows.iter().map(|row| row.try_get(row.len() - 1)).collect::<Result<_, _>>()?;
            let plan = Plan { sql: paged.sql.clone(), steps };
            self.plans.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().push(plan);
        }
        paged.query().fetch_all(&mut *held).await
    }

    /// From now on tells how the database goes about each list that is read.
    pub fn explain_lists(&self) {
        *self.plans.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// From now on tells nothing of lists.
    pub fn stop_explaining(&self) {
        *self.plans.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What was told since it was last asked.
    pub fn list_plans(&self) -> Vec<Plan> {
        self.plans.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(std::mem::take).unwrap_or_default()
    }
}

/// A statement, filled in.
pub(super) fn bound<'q>(mut query: Query<'q, Any, AnyArguments>, binds: &[Bind]) -> Query<'q, Any, AnyArguments> {
    for bind in binds {
        query = match bind {
            Bind::Text(text) => query.bind(text.clone()),
            Bind::Int(number) => query.bind(*number),
            Bind::Bytes(bytes) => query.bind(bytes.clone()),
        };
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_say_is_bound() {
        let mut conditions = Conditions::default();
        conditions.and("t.status = ?", [Bind::from("x' OR 1=1")]);
        conditions.and("t.created_ms BETWEEN ? AND ?", [1.into(), 2.into()]);
        assert_eq!(conditions.where_clause(), "WHERE t.status = $1 AND t.created_ms BETWEEN $2 AND $3");
    }

    #[test]
    fn a_place_that_is_none_is_the_first_page() {
        assert_eq!(Place::parse("", ""), Place::First);
        assert_eq!(Place::parse("", "5~abc"), Place::After(5, "abc".to_owned()));
        assert_eq!(Place::parse("-5~abc", "nonsense"), Place::Before(-5, "abc".to_owned()));
    }
}
