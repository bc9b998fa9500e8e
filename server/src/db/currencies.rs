//! Currencies and the history of their rates.

use app::crm::currencies::CurrencyRow;
use iso_currency::Currency as Iso;
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::{
    Actor, Db,
    audit::{Change, record},
};
use crate::id::new_id;

/// Most currencies that are listed: ISO 4217 has fewer.
const CURRENCIES_MAX: i64 = 300;
/// Where a rate comes from that somebody entered.
pub const MANUAL: &str = "manual";

impl Db {
    /// All currencies, base first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_currencies(&self) -> Result<Vec<CurrencyRow>, sqlx::Error> {
        let select = "SELECT code, name, minor_digits, rate, rate_source, is_base, is_active, updated_ms FROM currencies \
                      ORDER BY is_base DESC, is_active DESC, code LIMIT $1";
        let mut held = self.hold("all_currencies").await?;
        let rows = sqlx::query(select).bind(CURRENCIES_MAX).fetch_all(&mut *held).await?;
        drop(held);
        rows.iter().map(read).collect()
    }

    /// Adds a currency, in use at once where a rate is given; `false` when there is one of the code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_currency(&self, currency: Iso, rate: Option<Decimal>, actor: &Actor) -> Result<bool, sqlx::Error> {
        let insert = "INSERT INTO currencies (code, name, minor_digits, rate, rate_source, is_base, is_active, updated_ms) \
                      VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT DO NOTHING";
        let now = self.clock.now_ms();
        let code = currency.code();
        let digits = i64::from(currency.exponent().unwrap_or(2));
        let text = rate.map(|rate| rate.normalize().to_string());
        let mut held = self.hold("add_currency").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(insert).bind(code).bind(currency.name()).bind(digits).bind(&text).bind(MANUAL);
        let done = done.bind(i64::from(rate.is_some())).bind(now);
        if done.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(rate) = &text {
            keep_rate(&mut transaction, code, rate, MANUAL, actor, now).await?;
        }
        let after = json!({ "code": code, "rate": text });
        let change = Change { action: "currency.add", entity: "currency", entity_id: code, before: json!({}), after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Writes a rate into the history.
pub(super) async fn keep_rate(
    connection: &mut AnyConnection,
    currency: &str,
    rate: &str,
    source: &str,
    actor: &Actor,
    at_ms: i64,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO rates (id, currency, base, rate, source, account_id, at_ms) \
                  SELECT $1, $2, code, $3, $4, $5, $6 FROM currencies WHERE is_base = 1";
    let id = new_id(false).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let done = sqlx::query(insert).bind(id).bind(currency).bind(rate).bind(source).bind(&actor.account_id).bind(at_ms);
    done.execute(connection).await.map(drop)
}

fn read(row: &AnyRow) -> Result<CurrencyRow, sqlx::Error> {
    Ok(CurrencyRow {
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        minor_digits: u32::try_from(row.try_get::<i64, _>("minor_digits")?).unwrap_or(2),
        rate: row.try_get("rate")?,
        rate_source: row.try_get("rate_source")?,
        updated_ms: row.try_get("updated_ms")?,
        is_base: row.try_get::<i64, _>("is_base")? == 1,
        is_active: row.try_get::<i64, _>("is_active")? == 1,
    })
}
