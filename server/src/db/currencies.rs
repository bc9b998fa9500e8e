//! Currencies and the history of their rates.

use app::crm::currencies::{CurrencyRow, RateRow, Rebased};
use iso_currency::Currency as Iso;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, json};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};
use utoipa::ToSchema;

use super::{
    Actor, Db,
    audit::{Change, record},
    list::{Bind, Conditions, Page, Paged, Place, Sort},
};
use crate::id::new_id;

/// Most currencies that are listed: ISO 4217 has fewer.
const CURRENCIES_MAX: i64 = 300;
/// Where a rate comes from that somebody entered without saying where they have it from.
pub const MANUAL: &str = "manual";
/// Where a rate comes from that was read from a table.
pub const CSV: &str = "csv";
/// Where a rate comes from that follows from another base currency.
const NEW_BASE: &str = "base";
/// Most digits behind the point of a rate.
pub const RATE_DIGITS_MAX: u32 = 12;

const COLUMNS: &str = "code, name, minor_digits, rate, rate_source, is_base, is_active, updated_ms";
const NEWEST: Sort = Sort { name: "", column: "t.at_ms", descending: true };

/// A currency that prices are shown in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Currency {
    /// ISO 4217.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// Digits behind the point.
    pub minor_digits: i64,
    /// Units of it for one unit of the base currency, a decimal.
    pub rate: Option<String>,
    /// Whether the others' rates count from it.
    pub is_base: bool,
}

/// What became of another base currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebase {
    /// All rates count from it.
    Done,
    /// The base or a rate is not as it was shown; nothing was changed.
    Outdated,
}

/// Rates as they become when they count from another currency; `None` when that has no rate, or one of them would come to nothing.
/// Exact up to [`RATE_DIGITS_MAX`] digits behind the point, half to even.
#[must_use]
pub fn rebased(currencies: &[CurrencyRow], code: &str) -> Option<Vec<Rebased>> {
    let rate = |currency: &CurrencyRow| currency.rate.as_deref().and_then(|rate| Decimal::from_str_exact(rate).ok());
    let base =
        currencies.iter().find(|currency| currency.code == code).and_then(rate).filter(|rate| !rate.is_zero())?;
    let counted = |currency: &CurrencyRow| {
        let after = match rate(currency) {
            None => None,
            Some(_) if currency.code == code => Some(Decimal::ONE),
            Some(rate) => {
                Some(rate.checked_div(base)?.round_dp(RATE_DIGITS_MAX)).filter(|rate| !rate.is_zero()).map(Some)?
            }
        };
        Some(Rebased {
            code: currency.code.clone(),
            before: currency.rate.clone(),
            after: after.map(|rate| rate.normalize().to_string()),
        })
    };
    currencies.iter().map(counted).collect()
}

impl Db {
    /// All currencies, base first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_currencies(&self) -> Result<Vec<CurrencyRow>, sqlx::Error> {
        let mut held = self.hold("all_currencies").await?;
        all(&mut held).await
    }

    /// The currencies that customers may choose, base first: those in use that have a rate.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn currencies(&self) -> Result<Vec<Currency>, sqlx::Error> {
        let shown = |currency: &CurrencyRow| currency.is_base || (currency.is_active && currency.rate.is_some());
        let currencies = self.all_currencies().await?.into_iter().filter(shown).map(|currency| Currency {
            code: currency.code,
            name: currency.name,
            minor_digits: i64::from(currency.minor_digits),
            rate: currency.rate,
            is_base: currency.is_base,
        });
        Ok(currencies.collect())
    }

    /// The history of a currency's rates, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rates_page(&self, code: &str, place: Place) -> Result<Page<RateRow>, sqlx::Error> {
        let mut conditions = Conditions::default();
        conditions.and("t.currency = ?", [Bind::from(code)]);
        let select = "SELECT t.id, t.base, t.rate, t.source, t.at_ms, a.name FROM rates t \
                      LEFT JOIN accounts a ON a.id = t.account_id";
        let paged = Paged::new(select, conditions, NEWEST, place);
        let rows = self.rows_of("rates_page", &paged).await?;
        let read = |row: &AnyRow| {
            Ok(RateRow {
                id: row.try_get("id")?,
                base: row.try_get("base")?,
                rate: row.try_get("rate")?,
                source: row.try_get("source")?,
                at_ms: row.try_get("at_ms")?,
                who: row.try_get("name")?,
            })
        };
        paged.page(&rows, read, |rate| (rate.at_ms, rate.id.clone()))
    }

    /// Sets rates, all or none; `false` when they count from another currency than the base, or one of them is not a currency of
    /// the shop that has a rate.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_rates(
        &self,
        base: &str,
        rates: &[(String, Decimal)],
        source: &str,
        actor: &Actor,
    ) -> Result<bool, sqlx::Error> {
        let update =
            "UPDATE currencies SET rate = $2, rate_source = $3, updated_ms = $4 WHERE code = $1 AND is_base = 0";
        let now = self.clock.now_ms();
        let mut held = self.hold("set_rates").await?;
        let mut transaction = held.begin().await?;
        if !keep_base(&mut transaction, base).await? {
            return Ok(false);
        }
        let before = all(&mut transaction).await?;
        for (code, rate) in rates {
            let text = rate.normalize().to_string();
            let done = sqlx::query(update).bind(code).bind(&text).bind(source).bind(now);
            if done.execute(&mut *transaction).await?.rows_affected() == 0 {
                transaction.rollback().await?;
                return Ok(false);
            }
            keep_rate(&mut transaction, code, &text, source, actor, now).await?;
            let before = before.iter().find(|currency| currency.code == *code);
            let change = Change {
                action: "currency.rate",
                entity: "currency",
                entity_id: code,
                before: before.map_or(json!({}), |before| json!({ "rate": before.rate, "source": before.rate_source })),
                after: json!({ "rate": text, "source": source }),
            };
            record(&mut transaction, now, actor, change).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a currency into use, or out of it; `false` where nothing changed: it is so already, or the base, or has no rate.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_currency_active(&self, code: &str, is_active: bool, actor: &Actor) -> Result<bool, sqlx::Error> {
        let update = if is_active {
            "UPDATE currencies SET is_active = 1, updated_ms = $2 WHERE code = $1 AND is_active = 0 AND rate IS NOT NULL"
        } else {
            "UPDATE currencies SET is_active = 0, updated_ms = $2 WHERE code = $1 AND is_active = 1 AND is_base = 0"
        };
        let now = self.clock.now_ms();
        let mut held = self.hold("set_currency_active").await?;
        let mut transaction = held.begin().await?;
        let done = sqlx::query(update).bind(code).bind(now).execute(&mut *transaction).await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let change = Change {
            action: "currency.active",
            entity: "currency",
            entity_id: code,
            before: json!({ "is_active": !is_active }),
            after: json!({ "is_active": is_active }),
        };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Makes all rates count from another currency, if they become what was shown. Orders keep the rates they were made with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_base(
        &self,
        from: &str,
        to: &str,
        shown: &[Rebased],
        actor: &Actor,
    ) -> Result<Rebase, sqlx::Error> {
        let update = "UPDATE currencies SET rate = $2, rate_source = $3, is_base = $4, is_active = $5, updated_ms = $6 WHERE code = $1";
        let now = self.clock.now_ms();
        let mut held = self.hold("set_base").await?;
        let mut transaction = held.begin().await?;
        if from == to || !keep_base(&mut transaction, from).await? {
            return Ok(Rebase::Outdated);
        }
        let currencies = all(&mut transaction).await?;
        if rebased(&currencies, to).as_deref() != Some(shown) {
            transaction.rollback().await?;
            return Ok(Rebase::Outdated);
        }
        let (mut before, mut after) = (Map::new(), Map::new());
        before.insert("base".to_owned(), from.into());
        after.insert("base".to_owned(), to.into());
        for (currency, new) in currencies.iter().zip(shown) {
            let Some(rate) = &new.after else { continue };
            let is_base = currency.code == to;
            let done = sqlx::query(update).bind(&currency.code).bind(rate).bind(NEW_BASE).bind(i64::from(is_base));
            let done = done.bind(i64::from(is_base || currency.is_active)).bind(now);
            done.execute(&mut *transaction).await?;
            before.insert(currency.code.clone(), currency.rate.clone().into());
            after.insert(currency.code.clone(), rate.clone().into());
        }
        for new in shown {
            let Some(rate) = &new.after else { continue };
            keep_rate(&mut transaction, &new.code, rate, NEW_BASE, actor, now).await?;
        }
        let (before, after) = (before.into(), after.into());
        let change = Change { action: "currency.base", entity: "currency", entity_id: to, before, after };
        record(&mut transaction, now, actor, change).await?;
        transaction.commit().await?;
        Ok(Rebase::Done)
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

/// Whether this is the base currency; it stays so until the transaction ends.
async fn keep_base(connection: &mut AnyConnection, code: &str) -> Result<bool, sqlx::Error> {
    let update = "UPDATE currencies SET is_base = 1 WHERE code = $1 AND is_base = 1";
    Ok(sqlx::query(update).bind(code).execute(connection).await?.rows_affected() == 1)
}

async fn all(connection: &mut AnyConnection) -> Result<Vec<CurrencyRow>, sqlx::Error> {
    let select =
        format!("SELECT {COLUMNS} FROM currencies ORDER BY is_base DESC, is_active DESC, code LIMIT {CURRENCIES_MAX}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(connection).await?;
    rows.iter().map(read).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str, rate: Option<&str>) -> CurrencyRow {
        CurrencyRow {
            code: code.to_owned(),
            name: String::new(),
            minor_digits: 2,
            rate: rate.map(str::to_owned),
            rate_source: String::new(),
            updated_ms: 0,
            is_base: code == "USD",
            is_active: true,
        }
    }

    #[test]
    fn rates_follow_the_base() {
        let rows = [
            currency("USD", Some("1")),
            currency("AMD", Some("400")),
            currency("RUB", Some("90.5")),
            currency("EUR", None),
        ];
        let told = rebased(&rows, "AMD").unwrap();
        let after: Vec<_> = told.iter().map(|rate| rate.after.as_deref()).collect();
        assert_eq!(after, [Some("0.0025"), Some("1"), Some("0.22625"), None]);
        let third = rebased(&[currency("USD", Some("1")), currency("RUB", Some("3"))], "RUB").unwrap();
        assert_eq!(third[0].after.as_deref(), Some("0.333333333333"), "twelve digits");
    }

    #[test]
    fn no_rate_becomes_nothing() {
        assert_eq!(rebased(&[currency("USD", Some("1")), currency("EUR", None)], "EUR"), None, "it has no rate");
        let far =
            [currency("USD", Some("1")), currency("AAA", Some("1000000000")), currency("BBB", Some("0.000000001"))];
        assert_eq!(rebased(&far, "AAA"), None);
        assert!(rebased(&far, "BBB").is_some());
    }
}
