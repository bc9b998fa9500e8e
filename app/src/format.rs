//! Numbers, money and times as a reader writes them: by language (Unicode CLDR, through ICU4X) and time zone.

use icu_calendar::{Date, Gregorian};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::{Locale, locale};
use icu_time::{DateTime, Time};
use iso_currency::Currency;
use jiff::{Timestamp, civil, tz::TimeZone};

use crate::language::Language;

/// Keeps an amount and its currency on one line.
const NO_BREAK: char = '\u{a0}';

/// How a reader writes.
#[derive(Clone, Debug)]
pub struct Format {
    language: Language,
    zone: TimeZone,
}

impl Format {
    /// `zone` is a name of the IANA time zone database; an unknown one means UTC.
    #[must_use]
    pub fn new(language: Language, zone: &str) -> Self {
        Self { language, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    fn locale(&self) -> Locale {
        match self.language {
            Language::En => locale!("en-GB"),
            Language::Ru => locale!("ru"),
            Language::Hy => locale!("hy"),
        }
    }

    fn local(&self, ms: i64) -> civil::DateTime {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(at)
    }

    /// A day, such as "24 Nov 2026".
    #[must_use]
    pub fn date(&self, ms: i64) -> String {
        let formatter = FixedCalendarDateTimeFormatter::try_new(self.locale().into(), fieldsets::YMD::medium());
        let date = gregorian(self.local(ms));
        formatter.ok().zip(date).map(|(formatter, date)| formatter.format(&date).to_string()).unwrap_or_default()
    }

    /// A day and the time of day to the minute.
    #[must_use]
    pub fn date_time(&self, ms: i64) -> String {
        let fields = fieldsets::YMD::medium().with_time_hm();
        let formatter = FixedCalendarDateTimeFormatter::try_new(self.locale().into(), fields);
        let local = self.local(ms);
        let (hour, minute) = (local.hour().unsigned_abs(), local.minute().unsigned_abs());
        let parts = gregorian(local).zip(Time::try_new(hour, minute, 0, 0).ok());
        let at = parts.map(|(date, time)| DateTime { date, time });
        formatter.ok().zip(at).map(|(formatter, at)| formatter.format(&at).to_string()).unwrap_or_default()
    }

    /// A time for programs, as HTML's `datetime` takes it.
    #[must_use]
    pub fn stamp(&self, ms: i64) -> String {
        Timestamp::from_millisecond(ms).map(|at| at.to_string()).unwrap_or_default()
    }

    /// The day of a time, as a field of HTML's type `date` takes it.
    #[must_use]
    pub fn day(&self, ms: i64) -> String {
        self.local(ms).date().to_string()
    }

    /// When a day begins here, from a field of HTML's type `date`; `None` when it is none.
    #[must_use]
    pub fn day_begins_ms(&self, day: &str) -> Option<i64> {
        let day: civil::Date = day.parse().ok()?;
        Some(self.zone.to_zoned(day.to_datetime(civil::Time::midnight())).ok()?.timestamp().as_millisecond())
    }

    /// When the day of a time begins here, and so many days before.
    #[must_use]
    pub fn days_before_ms(&self, ms: i64, days: i32) -> i64 {
        let day = self.local(ms).date();
        let day = day.checked_sub(jiff::Span::new().days(days)).unwrap_or(day);
        let begins = self.zone.to_zoned(day.to_datetime(civil::Time::midnight()));
        begins.map_or(ms, |begins| begins.timestamp().as_millisecond())
    }

    /// A whole number with its groups.
    #[must_use]
    pub fn number(&self, number: i64) -> String {
        self.decimal(number, 0)
    }

    /// A number of so many digits behind the point, given without the point.
    #[must_use]
    pub fn decimal(&self, number: i64, digits: u32) -> String {
        let mut decimal = Decimal::from(number);
        decimal.multiply_pow10(-i16::try_from(digits).unwrap_or(0));
        let formatter = DecimalFormatter::try_new(self.locale().into(), Default::default());
        formatter.map(|formatter| formatter.format(&decimal).to_string()).unwrap_or_default()
    }

    /// A decimal that is given as text with a point; what is none stays as it is.
    #[must_use]
    pub fn written(&self, decimal: &str) -> String {
        let formatter = DecimalFormatter::try_new(self.locale().into(), Default::default()).ok();
        let parsed = decimal.parse::<Decimal>().ok();
        formatter.zip(parsed).map_or(decimal.to_owned(), |(formatter, decimal)| formatter.format(&decimal).to_string())
    }

    /// A change in hundredths of a per cent, with its sign.
    #[must_use]
    pub fn per_cent(&self, hundredths: i64) -> String {
        let sign = if hundredths > 0 { "+" } else { "" };
        format!("{sign}{}{NO_BREAK}%", self.decimal(hundredths, 2))
    }

    /// An amount in the smallest unit of a currency (ISO 4217), such as "12.50 USD" or "12,50 ₽".
    #[must_use]
    pub fn money(&self, minor: i64, currency: &str) -> String {
        let amount = self.decimal(minor, minor_digits(currency));
        let symbol = Currency::from_code(currency).map_or(currency.to_owned(), |currency| {
            // A symbol that several currencies share says too little.
            match currency {
                Currency::RUB => "₽".to_owned(),
                Currency::AMD => "֏".to_owned(),
                Currency::EUR => "€".to_owned(),
                Currency::USD => "$".to_owned(),
                other => other.code().to_owned(),
            }
        });
        match self.language {
            Language::En if symbol.chars().count() == 1 => match amount.strip_prefix('-') {
                Some(positive) => format!("-{symbol}{positive}"),
                None => format!("{symbol}{amount}"),
            },
            _ => format!("{amount}{NO_BREAK}{symbol}"),
        }
    }

    /// A size in bytes, in units of a thousand.
    #[must_use]
    pub fn bytes(&self, bytes: i64) -> String {
        let (number, digits, unit) = match bytes {
            1_000_000_000.. => (bytes / 10_000_000, 2, "size-gb"),
            1_000_000.. => (bytes / 100_000, 1, "size-mb"),
            1000.. => (bytes / 1000, 0, "size-kb"),
            _ => (bytes, 0, "size-b"),
        };
        let number = self.decimal(number, digits);
        self.language.text_with(unit, &[("number", number.into())]).replace(' ', "\u{a0}")
    }
}

/// Digits behind the point of a currency (ISO 4217); two where it is unknown.
#[must_use]
pub fn minor_digits(currency: &str) -> u32 {
    Currency::from_code(currency).and_then(Currency::exponent).map_or(2, u32::from)
}

fn gregorian(at: civil::DateTime) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(i32::from(at.year()), at.month().unsigned_abs(), at.day().unsigned_abs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_MS: i64 = 1_795_563_457_000;

    #[test]
    fn times_follow_language_and_zone() {
        let english = Format::new(Language::En, "Asia/Yerevan");
        assert_eq!(english.date_time(AT_MS), "25 Nov 2026, 03:37");
        assert_eq!(Format::new(Language::En, "UTC").date(AT_MS), "24 Nov 2026");
        assert_eq!(Format::new(Language::Ru, "Europe/Moscow").date_time(AT_MS), "25 нояб. 2026\u{202f}г., 02:37");
        assert!(Format::new(Language::Hy, "Asia/Yerevan").date(AT_MS).contains("նոյ"));
        assert_eq!(Format::new(Language::En, "Nowhere/Here").date(AT_MS), "24 Nov 2026", "an unknown zone is UTC");
        assert_eq!(english.stamp(AT_MS), "2026-11-24T23:37:37Z");
    }

    #[test]
    fn days_begin_at_midnight_here() {
        let yerevan = Format::new(Language::En, "Asia/Yerevan");
        assert_eq!(yerevan.day(AT_MS), "2026-11-25");
        let begins = yerevan.day_begins_ms("2026-11-25").unwrap();
        assert_eq!(yerevan.stamp(begins), "2026-11-24T20:00:00Z");
        assert_eq!(yerevan.days_before_ms(AT_MS, 0), begins);
        assert_eq!(yerevan.stamp(yerevan.days_before_ms(AT_MS, 6)), "2026-11-18T20:00:00Z");
        assert_eq!(yerevan.day_begins_ms("tomorrow"), None);
    }

    #[test]
    fn money_has_the_digits_of_its_currency() {
        let (english, russian) = (Format::new(Language::En, "UTC"), Format::new(Language::Ru, "UTC"));
        assert_eq!(english.money(123_456, "USD"), "$1,234.56");
        assert_eq!(english.money(-50, "USD"), "-$0.50");
        assert_eq!(russian.money(123_456, "RUB"), "1\u{a0}234,56\u{a0}₽");
        assert_eq!(english.money(1500, "JPY"), "1,500\u{a0}JPY", "no digits behind the point");
        assert_eq!(english.money(1500, "KWD"), "1.500\u{a0}KWD", "three of them");
        assert_eq!(english.money(1500, "???"), "15.00\u{a0}???");
        assert_eq!(russian.written("0.0025"), "0,0025");
        assert_eq!(english.written("1234567.123456789012"), "1,234,567.123456789012");
        assert_eq!(english.written("soon"), "soon");
        assert_eq!([english.per_cent(150), english.per_cent(-25)], ["+1.50\u{a0}%", "-0.25\u{a0}%"]);
        assert_eq!(english.bytes(1_234_567), "1.2\u{a0}MB");
        assert_eq!(russian.bytes(1_234_567), "1,2\u{a0}МБ");
    }
}
