//! The numbers of the dashboard: small sums that indexes answer, read one after another on one connection.

use app::{
    crm::dashboard::{FailedProject, LatestOrder, StateCount},
    model::Failure,
};
use sqlx::{Row, any::AnyRow};

use super::{
    Db,
    visits::{DayVisits, read_day},
};

/// Most failures and orders that are listed.
const FAILURES_MAX: i64 = 8;
const LATEST_MAX: i64 = 8;
/// Orders are summed up by quarters of an hour, of which every time zone's days are made.
pub const QUARTER_MS: i64 = 15 * 60_000;

/// Orders of a quarter of an hour, cancelled ones aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// Quarters since 1970 UTC.
    pub quarter: i64,
    /// The base currency that their totals were frozen in.
    pub base: String,
    /// How many.
    pub orders: i64,
    /// Their totals, in the smallest unit of that currency.
    pub total_minor: i64,
}

/// What the dashboard is made of.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Orders by quarters of an hour.
    pub quarters: Vec<Quarter>,
    /// Visits by days.
    pub visits: Vec<DayVisits>,
    /// Projects by state.
    pub projects: Vec<StateCount>,
    /// Bytes of all projects.
    pub stored_bytes: i64,
    /// The last failures.
    pub failures: Vec<FailedProject>,
    /// Mails given up.
    pub failed_mails: i64,
    /// The last orders.
    pub latest: Vec<LatestOrder>,
}

impl Db {
    /// The numbers since a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn numbers(&self, since_ms: i64) -> Result<Numbers, sqlx::Error> {
        let quarters = "SELECT created_ms / 900000 AS quarter, base, COUNT(*) AS orders, \
                        CAST(SUM(base_minor) AS BIGINT) AS total_minor FROM orders \
                        WHERE created_ms >= $1 AND status <> 'cancelled' GROUP BY created_ms / 900000, base";
        let visits = "SELECT day, scans, plays FROM visit_days WHERE day >= $1";
        let projects = "SELECT status, COUNT(*) AS count FROM ar_projects GROUP BY status ORDER BY status";
        let stored = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM ar_projects WHERE bytes > 0";
        let failures = "SELECT id, name, failure_code, failure_detail FROM ar_projects WHERE status = 'failed' \
                        ORDER BY created_ms DESC, id DESC LIMIT $1";
        let failed_mails = "SELECT COUNT(*) FROM mails WHERE status = 'failed'";
        let latest = "SELECT id, number, status, name, currency, total_minor, created_ms FROM orders \
                      ORDER BY created_ms DESC, id DESC LIMIT $1";
        let first_day = since_ms.div_euclid(24 * 3_600_000);
        let mut held = self.hold("numbers").await?;
        let quarters = sqlx::query(quarters).bind(since_ms).fetch_all(&mut *held).await?;
        let visits = sqlx::query(visits).bind(first_day).fetch_all(&mut *held).await?;
        let projects = sqlx::query(projects).fetch_all(&mut *held).await?;
        let stored_bytes = sqlx::query_scalar(stored).fetch_one(&mut *held).await?;
        let failures = sqlx::query(failures).bind(FAILURES_MAX).fetch_all(&mut *held).await?;
        let failed_mails = sqlx::query_scalar(failed_mails).fetch_one(&mut *held).await?;
        let latest = sqlx::query(latest).bind(LATEST_MAX).fetch_all(&mut *held).await?;
        drop(held);
        Ok(Numbers {
            quarters: quarters.iter().map(read_quarter).collect::<Result<_, _>>()?,
            visits: visits.iter().map(read_day).collect::<Result<_, _>>()?,
            projects: projects.iter().map(read_state).collect::<Result<_, _>>()?,
            stored_bytes,
            failures: failures.iter().map(read_failure).collect::<Result<_, _>>()?,
            failed_mails,
            latest: latest.iter().map(read_order).collect::<Result<_, _>>()?,
        })
    }
}

fn read_quarter(row: &AnyRow) -> Result<Quarter, sqlx::Error> {
    Ok(Quarter {
        quarter: row.try_get("quarter")?,
        base: row.try_get("base")?,
        orders: row.try_get("orders")?,
        total_minor: row.try_get("total_minor")?,
    })
}

fn read_state(row: &AnyRow) -> Result<StateCount, sqlx::Error> {
    Ok(StateCount { status: row.try_get("status")?, count: row.try_get("count")? })
}

fn read_failure(row: &AnyRow) -> Result<FailedProject, sqlx::Error> {
    let [code, detail]: [Option<String>; 2] = [row.try_get("failure_code")?, row.try_get("failure_detail")?];
    let failure = Failure { code: code.unwrap_or_default(), detail: detail.unwrap_or_default() };
    Ok(FailedProject { id: row.try_get("id")?, name: row.try_get("name")?, failure })
}

fn read_order(row: &AnyRow) -> Result<LatestOrder, sqlx::Error> {
    Ok(LatestOrder {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        status: row.try_get("status")?,
        name: row.try_get("name")?,
        currency: row.try_get("currency")?,
        total_minor: row.try_get("total_minor")?,
        created_ms: row.try_get("created_ms")?,
    })
}
