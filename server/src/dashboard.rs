//! How the shop is doing: the database's numbers by the days of the shop's time zone.

use std::collections::BTreeMap;

use app::{
    crm::dashboard::{Day, Spans, Stats},
    format::{Format, minor_digits},
    language::Language,
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::{
    db::{Currency, Numbers, QUARTER_MS},
    error::AppError,
    state::AppState,
};

/// Days of the charts.
const DAYS: i32 = 30;
const WEEK: usize = 7;
const DAY_MS: i64 = 24 * 3_600_000;

/// The numbers as of now.
///
/// # Errors
/// When the database fails.
pub async fn stats(state: &AppState) -> Result<Stats, AppError> {
    let now_ms = state.clock.now_ms();
    let zone = Format::new(Language::En, &state.settings.get().zone);
    let numbers = state.db.numbers(zone.days_before_ms(now_ms, DAYS - 1)).await?;
    let currencies = state.db.currencies().await?;
    Ok(sum_up(numbers, &currencies, &zone, now_ms))
}

fn sum_up(numbers: Numbers, currencies: &[Currency], zone: &Format, now_ms: i64) -> Stats {
    let base = currencies.iter().find(|currency| currency.is_base).map_or("USD", |currency| &currency.code);
    let begins: Vec<i64> = (0..DAYS).rev().map(|days| zone.days_before_ms(now_ms, days)).collect();
    let mut days: Vec<Day> = begins.iter().map(|begins| Day { day: zone.day(*begins), ..Day::default() }).collect();
    for quarter in &numbers.quarters {
        let at_ms = quarter.quarter * QUARTER_MS;
        let index = begins.partition_point(|begins| *begins <= at_ms);
        let Some(day) = index.checked_sub(1).and_then(|index| days.get_mut(index)) else { continue };
        day.orders += quarter.orders;
        day.revenue_minor += in_base(quarter.total_minor, &quarter.base, base, currencies).unwrap_or(0);
    }
    let visits: BTreeMap<String, _> = numbers
        .visits
        .iter()
        .map(|visits| (Format::new(Language::En, "UTC").day(visits.day * DAY_MS), visits))
        .collect();
    for day in &mut days {
        if let Some(visits) = visits.get(&day.day) {
            (day.scans, day.plays) = (visits.scans, visits.plays);
        }
    }
    let spans = |value: fn(&Day) -> i64| {
        let last = |count: usize| days.iter().rev().take(count).map(value).sum();
        Spans { today: last(1), week: last(WEEK), month: last(days.len()) }
    };
    let count =
        |status: &str| numbers.projects.iter().find(|state| state.status == status).map_or(0, |state| state.count);
    Stats {
        base: base.to_owned(),
        orders: spans(|day| day.orders),
        revenue_minor: spans(|day| day.revenue_minor),
        scans: spans(|day| day.scans),
        plays: spans(|day| day.plays),
        queued: count("queued"),
        compiling: count("compiling"),
        projects: numbers.projects,
        stored_bytes: numbers.stored_bytes,
        failures: numbers.failures,
        failed_mails: numbers.failed_mails,
        latest: numbers.latest,
        days,
    }
}

/// An amount that was frozen in one base currency, in that of today; `None` where there is no rate any more.
fn in_base(minor: i64, from: &str, base: &str, currencies: &[Currency]) -> Option<i64> {
    if from == base {
        return Some(minor);
    }
    let rate: Decimal = currencies.iter().find(|currency| currency.code == from)?.rate.as_deref()?.parse().ok()?;
    let shift = Decimal::from(10_i64.pow(minor_digits(base))) / Decimal::from(10_i64.pow(minor_digits(from)));
    let amount = Decimal::from(minor).checked_div(rate)?.checked_mul(shift)?;
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{DayVisits, Quarter};

    /// 24 November 2026, 23:37:37 UTC: the 25th in Yerevan.
    const NOW_MS: i64 = 1_795_563_457_000;

    fn currencies() -> Vec<Currency> {
        let currency = |code: &str, rate: &str, is_base| Currency {
            code: code.to_owned(),
            name: code.to_owned(),
            minor_digits: 2,
            rate: Some(rate.to_owned()),
            is_base,
        };
        vec![currency("AMD", "1", true), currency("USD", "0.0025", false)]
    }

    fn quarter(at_ms: i64, base: &str, orders: i64, total_minor: i64) -> Quarter {
        Quarter { quarter: at_ms / QUARTER_MS, base: base.to_owned(), orders, total_minor }
    }

    #[test]
    fn days_are_those_of_the_shop() {
        let zone = Format::new(Language::En, "Asia/Yerevan");
        let midnight = zone.days_before_ms(NOW_MS, 0);
        let quarters = vec![
            quarter(midnight, "AMD", 1, 100_000),
            quarter(midnight - 1, "AMD", 2, 50_000),
            quarter(zone.days_before_ms(NOW_MS, 7), "AMD", 4, 1),
        ];
        let stats = sum_up(Numbers { quarters, ..Numbers::default() }, &currencies(), &zone, NOW_MS);
        assert_eq!(stats.orders, Spans { today: 1, week: 3, month: 7 });
        assert_eq!(stats.revenue_minor, Spans { today: 100_000, week: 150_000, month: 150_001 });
        assert_eq!((stats.days.len(), stats.days[29].day.as_str()), (30, "2026-11-25"));
    }

    #[test]
    fn totals_of_another_base_are_converted() {
        let zone = Format::new(Language::En, "UTC");
        let quarters =
            vec![quarter(NOW_MS, "USD", 1, 1000), quarter(NOW_MS, "AMD", 1, 200), quarter(NOW_MS, "XXX", 1, 5)];
        let visits = vec![DayVisits { day: NOW_MS / DAY_MS, scans: 3, plays: 2 }];
        let stats = sum_up(Numbers { quarters, visits, ..Numbers::default() }, &currencies(), &zone, NOW_MS);
        assert_eq!(stats.revenue_minor.today, 400_000 + 200, "10 USD are 4000 AMD");
        assert_eq!((stats.scans.today, stats.plays.month), (3, 2));
    }
}
