//! What things cost, as the price list says.

use std::collections::BTreeSet;

use app::language::Language;
use sqlx::Row;

use super::{
    Db,
    list::{Bind, bound},
};

/// A product as far as its price goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Priced {
    pub(crate) id: String,
    pub(crate) sku: String,
    /// In the language that was asked for; English where that is missing.
    pub(crate) name: String,
    pub(crate) price_minor: i64,
    pub(crate) currency: String,
    /// Its price in the currency that was asked for, where it has one of its own.
    pub(crate) own_minor: Option<i64>,
    /// `None` for what is made to order.
    pub(crate) stock: Option<i64>,
    /// Whether it is sold.
    pub(crate) is_sold: bool,
}

/// Most products that can be chosen from.
const OFFERS_MAX: i64 = 500;

/// A product's name in a language; English where it has none.
fn name_in(language: Language) -> &'static str {
    match language {
        Language::En => "t.name",
        Language::Ru => "CASE WHEN t.name_ru = '' THEN t.name ELSE t.name_ru END",
        Language::Hy => "CASE WHEN t.name_hy = '' THEN t.name ELSE t.name_hy END",
    }
}

impl Db {
    /// The products on sale, each with its name and SKU, by name.
    pub(crate) async fn offers(&self, language: Language) -> Result<Vec<(String, String)>, sqlx::Error> {
        let name = name_in(language);
        let select = format!(
            "SELECT t.id, t.sku, {name} AS called FROM products t WHERE t.is_active = 1 AND t.archived_ms IS NULL \
             ORDER BY t.name, t.id LIMIT $1"
        );
        let mut held = self.hold("offers").await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(OFFERS_MAX).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &sqlx::any::AnyRow| {
            let (name, sku): (String, String) = (row.try_get("called")?, row.try_get("sku")?);
            Ok((row.try_get("id")?, format!("{name} ({sku})")))
        };
        rows.iter().map(read).collect()
    }

    /// The products of these ids, with their own prices in a currency.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn priced(
        &self,
        ids: &BTreeSet<&str>,
        currency: &str,
        language: Language,
    ) -> Result<Vec<Priced>, sqlx::Error> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let name = name_in(language);
        let places: Vec<String> = (0..ids.len()).map(|index| format!("${}", index + 2)).collect();
        let select = format!(
            "SELECT t.id, t.sku, {name} AS called, t.price_minor, t.currency, t.stock, p.price_minor AS own_minor, \
             t.is_active, t.archived_ms FROM products t \
             LEFT JOIN product_prices p ON p.product_id = t.id AND p.currency = $1 WHERE t.id IN ({})",
            places.join(", ")
        );
        let binds: Vec<Bind> = [currency].into_iter().chain(ids.iter().copied()).map(Bind::from).collect();
        let mut held = self.hold("priced").await?;
        let rows = bound(sqlx::query(sqlx::AssertSqlSafe(select)), &binds).fetch_all(&mut *held).await?;
        drop(held);
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Priced {
                id: row.try_get("id")?,
                sku: row.try_get("sku")?,
                name: row.try_get("called")?,
                price_minor: row.try_get("price_minor")?,
                currency: row.try_get("currency")?,
                own_minor: row.try_get("own_minor")?,
                stock: row.try_get("stock")?,
                is_sold: row.try_get::<i64, _>("is_active")? == 1
                    && row.try_get::<Option<i64>, _>("archived_ms")?.is_none(),
            })
        };
        rows.iter().map(read).collect()
    }
}
