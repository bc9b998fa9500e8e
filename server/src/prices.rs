//! What an order costs: computed here, from the price list and the rates in force. A customer says which products, how many and
//! whether with a living photo, and nothing else.
//!
//! A product's price in another currency is the one entered for that currency, else its own converted through the base:
//! `price / rate of its currency × rate of the order's`, rounded half away from zero to the smallest unit. What a living photo
//! adds is converted in the same way. A line is its quantity times the rounded price of a piece, so that lines add up as printed.

use std::collections::{BTreeMap, BTreeSet};

use app::{crm::currencies::CurrencyRow, format::minor_digits, language::Language};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::{db::Priced, error::AppError, state::AppState};

/// Most lines of an order.
pub const LINES_MAX: usize = 50;
/// Most pieces of a line.
pub const QUANTITY_MAX: i64 = 999;
/// Largest total in the smallest unit: far above any order, and a million of them still add up.
const TOTAL_MAX: i64 = 1_000_000_000_000;

/// A line that somebody would like to order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The product.
    pub product_id: String,
    /// 1..=[`QUANTITY_MAX`].
    pub quantity: i64,
    /// Whether each piece comes with a living photo.
    pub has_ar: bool,
}

/// What it costs; all amounts in the smallest unit of their currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// ISO 4217.
    pub currency: String,
    /// The base currency.
    pub base: String,
    /// Units of `currency` for one of `base`, a decimal.
    pub rate: String,
    /// In the order of the wishes.
    pub lines: Vec<QuotedLine>,
    /// In `currency`.
    pub total_minor: i64,
    /// In `base`.
    pub base_minor: i64,
}

/// A line with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedLine {
    /// The product.
    pub product_id: String,
    /// Stock keeping unit.
    pub sku: String,
    /// In the customer's language.
    pub name: String,
    /// Pieces.
    pub quantity: i64,
    /// A piece without its living photo.
    pub unit_minor: i64,
    /// The living photo of a piece; 0 without one.
    pub ar_minor: i64,
    /// Whether there is one.
    pub has_ar: bool,
    /// All pieces.
    pub total_minor: i64,
}

/// Prices wishes in a currency, with names in a language.
///
/// # Errors
/// Refusals, by code: `order_empty`, `order_too_long` above [`LINES_MAX`] lines, `quantity_out_of_range`, `product_unavailable`
/// (unknown, inactive or archived), `stock_too_low`, `currency_unavailable` (unknown or not in use), `rate_missing`,
/// `total_too_large`. The text `order-refused-…` says each to people, with `-` for `_` ([`refusal_text`]).
pub async fn quote(state: &AppState, wishes: &[Wish], currency: &str, language: Language) -> Result<Quote, AppError> {
    if wishes.is_empty() {
        return Err(AppError::invalid("order_empty", "Choose at least one product."));
    }
    if wishes.len() > LINES_MAX {
        return Err(AppError::invalid("order_too_long", format!("An order has at most {LINES_MAX} lines.")));
    }
    if wishes.iter().any(|wish| !(1..=QUANTITY_MAX).contains(&wish.quantity)) {
        let detail = format!("A quantity is between 1 and {QUANTITY_MAX}.");
        return Err(AppError::invalid("quantity_out_of_range", detail));
    }
    let rates = Rates::new(state.db.all_currencies().await?);
    let rate = rates.in_use(currency)?;
    let ids: BTreeSet<&str> = wishes.iter().map(|wish| wish.product_id.as_str()).collect();
    let products = state.db.priced(&ids, currency, language).await?;
    let products: BTreeMap<&str, &Priced> = products.iter().map(|product| (product.id.as_str(), product)).collect();
    for id in ids {
        let product = products.get(id).filter(|product| product.is_sold).ok_or_else(unavailable)?;
        let wanted: i64 = wishes.iter().filter(|wish| wish.product_id == id).map(|wish| wish.quantity).sum();
        if product.stock.is_some_and(|stock| stock < wanted) {
            return Err(stock_too_low());
        }
    }
    let settings = state.settings.get();
    let mut lines = Vec::with_capacity(wishes.len());
    let mut total_minor = 0_i64;
    for wish in wishes {
        let product = products.get(wish.product_id.as_str()).ok_or_else(unavailable)?;
        let unit_minor = match product.own_minor {
            Some(own) => own,
            None => rates.convert(product.price_minor, &product.currency, currency)?,
        };
        let ar_minor = if wish.has_ar {
            rates.convert(settings.ar_price_minor, &settings.ar_price_currency, currency)?
        } else {
            0
        };
        let line = unit_minor.checked_add(ar_minor).and_then(|piece| piece.checked_mul(wish.quantity));
        let line = line.ok_or_else(too_large)?;
        total_minor = total_minor.checked_add(line).filter(|total| *total <= TOTAL_MAX).ok_or_else(too_large)?;
        lines.push(QuotedLine {
            product_id: product.id.clone(),
            sku: product.sku.clone(),
            name: product.name.clone(),
            quantity: wish.quantity,
            unit_minor,
            ar_minor,
            has_ar: wish.has_ar,
            total_minor: line,
        });
    }
    let base_minor = rates.convert(total_minor, currency, &rates.base)?;
    Ok(Quote {
        currency: currency.to_owned(),
        base: rates.base,
        rate: rate.normalize().to_string(),
        lines,
        total_minor,
        base_minor,
    })
}

/// The id of the text that says a refusal of [`quote`] or of an order to people; `None` for any other error.
#[must_use]
pub fn refusal_text(error: &AppError) -> Option<String> {
    let AppError::Refused(refusal) = error else { return None };
    let id = format!("order-refused-{}", refusal.code.replace('_', "-"));
    Language::En.find(&id).map(|_| id)
}

pub(crate) fn stock_too_low() -> AppError {
    AppError::conflict("stock_too_low", "There are not that many pieces left.")
}

pub(crate) fn unavailable() -> AppError {
    AppError::invalid("product_unavailable", "This product is not sold; choose another one.")
}

fn too_large() -> AppError {
    AppError::invalid("total_too_large", "This is more than one order may come to; make several of it.")
}

fn rate_missing(currency: &str) -> AppError {
    AppError::invalid("rate_missing", format!("There is no rate for {currency} yet; choose another currency."))
}

/// The rates in force.
pub(crate) struct Rates {
    base: String,
    currencies: Vec<CurrencyRow>,
}

impl Rates {
    pub(crate) fn new(currencies: Vec<CurrencyRow>) -> Self {
        let base =
            currencies.iter().find(|currency| currency.is_base).map(|base| base.code.clone()).unwrap_or_default();
        Self { base, currencies }
    }

    /// The base currency.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The codes of the currencies that may be chosen and have a rate.
    pub(crate) fn usable(&self) -> Vec<String> {
        let codes = self.currencies.iter().map(|currency| &currency.code);
        codes.filter(|code| self.in_use(code).is_ok()).cloned().collect()
    }

    /// The rate of a currency that may be chosen.
    fn in_use(&self, code: &str) -> Result<Decimal, AppError> {
        if !self.currencies.iter().any(|currency| currency.code == code && currency.is_active) {
            return Err(AppError::invalid("currency_unavailable", "Prices are not given in this currency."));
        }
        self.rate(code)
    }

    fn rate(&self, code: &str) -> Result<Decimal, AppError> {
        if code == self.base {
            return Ok(Decimal::ONE);
        }
        let known = self.currencies.iter().find(|currency| currency.code == code);
        let rate = known.and_then(|currency| Decimal::from_str_exact(currency.rate.as_deref()?).ok());
        rate.filter(|rate| *rate > Decimal::ZERO).ok_or_else(|| rate_missing(code))
    }

    /// An amount in another currency, rounded to its smallest unit.
    pub(crate) fn convert(&self, minor: i64, from: &str, to: &str) -> Result<i64, AppError> {
        if from == to {
            return Ok(minor);
        }
        let (from_rate, to_rate) = (self.rate(from)?, self.rate(to)?);
        convert(minor, (from_rate, minor_digits(from)), (to_rate, minor_digits(to))).ok_or_else(too_large)
    }
}

/// An amount in another currency; each is given by its rate and its digits behind the point. `None` when it is too large.
fn convert(minor: i64, from: (Decimal, u32), to: (Decimal, u32)) -> Option<i64> {
    // Multiplied first and divided last, so that what can come out even does.
    let amount = Decimal::from(minor).checked_mul(to.0)?.checked_mul(Decimal::from(10_i64.checked_pow(to.1)?))?;
    let amount = amount.checked_div(from.0.checked_mul(Decimal::from(10_i64.checked_pow(from.1)?))?)?;
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn amounts_are_rounded_half_away_from_zero_to_the_digits_of_their_currency() {
        for (minor, from, to, wanted) in [
            // $12.50 at 387.25 drams.
            (1250, ("1", 2), ("387.25", 2), Some(484_063)),
            // Back: 4840.63 / 387.25 = 12.500013.
            (484_063, ("387.25", 2), ("1", 2), Some(1250)),
            // Through the base: 100.00 roubles at 92.5 into drams at 387.25 = 418.648648…
            (10_000, ("92.5", 2), ("387.25", 2), Some(41_865)),
            // Half a unit goes up: $0.05 at 1.1 = 0.055.
            (5, ("1", 2), ("1.1", 2), Some(6)),
            (-5, ("1", 2), ("1.1", 2), Some(-6)),
            // Without digits behind the point, and with three.
            (1999, ("1", 2), ("149.5", 0), Some(2989)),
            (1999, ("1", 2), ("0.3075", 3), Some(6147)),
            (i64::MAX, ("1", 2), ("1000", 2), None),
        ] {
            let (from, to) = ((decimal(from.0), from.1), (decimal(to.0), to.1));
            assert_eq!(convert(minor, from, to), wanted, "{minor} {from:?} {to:?}");
        }
    }
}
