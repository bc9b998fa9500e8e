//! What a form sends, read field by field: each is taken by name with its limits, and nothing else is ever taken. What is wrong
//! is said beside its field, and what was entered stays.

use std::str::FromStr;

use app::{form::FormState, format::minor_digits, language::Language};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::accounts::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};

/// Longest value that is shown again.
const VALUE_BYTES_MAX: usize = 64 << 10;
/// Most fields of a form.
const FIELDS_MAX: usize = 500;

/// A form that was sent, while it is read.
pub struct Entry {
    fields: Vec<(String, String)>,
    language: Language,
    state: FormState,
}

impl Entry {
    /// The fields as they came.
    #[must_use]
    pub fn new(mut fields: Vec<(String, String)>, language: Language) -> Self {
        // PostgreSQL takes no NUL.
        fields.iter_mut().for_each(|(_, value)| value.retain(|letter| letter != '\0'));
        let mut state = FormState::default();
        for (name, value) in fields.iter().take(FIELDS_MAX).filter(|(_, value)| value.len() <= VALUE_BYTES_MAX) {
            state.values.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Self { fields, language, state }
    }

    /// Whether everything was right so far.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.state.problems.is_empty() && self.state.problem.is_none()
    }

    /// The form as it is shown again: with what was entered, and what is wrong with it.
    #[must_use]
    pub fn shown(mut self) -> FormState {
        if !self.state.problems.is_empty() && self.state.problem.is_none() {
            self.state.problem = Some(self.language.text("form-problem"));
        }
        self.state
    }

    /// A value as it came, spaces and all.
    #[must_use]
    pub fn whole(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Something is wrong with a field; `id` is that of the text that says what.
    pub fn wrong(&mut self, name: &str, id: &str) {
        let words = self.language.text(id);
        self.state.problems.entry(name.to_owned()).or_insert(words);
    }

    /// Something is wrong with the whole.
    pub fn refuse(&mut self, id: &str) {
        self.state.problem = Some(self.language.text(id));
    }

    /// A value as it came, without spaces around it.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.whole(name).trim()
    }

    /// All values of a name, such as of several boxes.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect()
    }

    /// Whether a box is ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// A text of so many characters at most; may be empty.
    pub fn optional(&mut self, name: &str, chars_max: usize) -> String {
        let value = self.raw(name).to_owned();
        if value.chars().count() > chars_max {
            self.wrong(name, "problem-too-long");
        }
        value
    }

    /// A text of so many characters at most, and of one at least.
    pub fn text(&mut self, name: &str, chars_max: usize) -> String {
        let value = self.optional(name, chars_max);
        if value.is_empty() {
            self.wrong(name, "problem-required");
        }
        value
    }

    /// A new password, as it came.
    pub fn password(&mut self, name: &str) -> String {
        let value = self.whole(name).to_owned();
        let chars = value.chars().count();
        if chars == 0 {
            self.wrong(name, "problem-required");
        } else if chars < PASSWORD_CHARS_MIN {
            self.wrong(name, "problem-too-short");
        } else if chars > PASSWORD_CHARS_MAX {
            self.wrong(name, "problem-too-long");
        }
        value
    }

    /// An e-mail address, lower case; may be empty.
    pub fn optional_email(&mut self, name: &str) -> String {
        let value = self.raw(name).to_lowercase();
        if !value.is_empty() && (value.len() > 254 || lettre::Address::from_str(&value).is_err()) {
            self.wrong(name, "problem-email");
        }
        value
    }

    /// An e-mail address, lower case.
    pub fn email(&mut self, name: &str) -> String {
        let value = self.optional_email(name);
        if value.is_empty() {
            self.wrong(name, "problem-required");
        }
        value
    }

    /// A whole number within limits.
    pub fn number(&mut self, name: &str, least: i64, most: i64) -> i64 {
        match self.raw(name).parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => return number,
            Ok(_) => self.wrong(name, "problem-range"),
            Err(_) if self.raw(name).is_empty() => self.wrong(name, "problem-required"),
            Err(_) => self.wrong(name, "problem-number"),
        }
        least
    }

    /// A whole number within limits, or nothing.
    pub fn optional_number(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        if self.raw(name).is_empty() { None } else { Some(self.number(name, least, most)) }
    }

    /// A decimal within limits.
    pub fn decimal(&mut self, name: &str, least: Decimal, most: Decimal) -> Decimal {
        match decimal(self.raw(name)) {
            Some(number) if (least..=most).contains(&number) => return number,
            Some(_) => self.wrong(name, "problem-range"),
            None if self.raw(name).is_empty() => self.wrong(name, "problem-required"),
            None => self.wrong(name, "problem-number"),
        }
        least
    }

    /// An amount in the smallest unit of a currency; not negative.
    pub fn money(&mut self, name: &str, currency: &str) -> i64 {
        if self.raw(name).is_empty() {
            self.wrong(name, "problem-required");
            return 0;
        }
        match minor(self.raw(name), currency) {
            Some(minor) => minor,
            None => {
                self.wrong(name, "problem-amount");
                0
            }
        }
    }

    /// An amount, or nothing.
    pub fn optional_money(&mut self, name: &str, currency: &str) -> Option<i64> {
        if self.raw(name).is_empty() { None } else { Some(self.money(name, currency)) }
    }

    /// One of several.
    pub fn choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let chosen = parse(self.raw(name));
        if chosen.is_none() {
            self.wrong(name, "problem-choice");
        }
        chosen
    }
}

/// A decimal as people write it: with a point or a comma, perhaps with spaces between its groups.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    Decimal::from_str_exact(&plain.replace(',', ".")).ok()
}

/// Largest amount in the smallest unit: nobody's order is larger, and a thousand of them still add up.
const MINOR_MAX: i64 = 1_000_000_000_000;

fn minor(text: &str, currency: &str) -> Option<i64> {
    let digits = minor_digits(currency);
    let amount = decimal(text)?.checked_mul(Decimal::from(10_i64.pow(digits)))?;
    let minor = amount.to_i64().filter(|_| amount.fract().is_zero())?;
    (0..=MINOR_MAX).contains(&minor).then_some(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fields: &[(&str, &str)]) -> Entry {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Entry::new(fields.collect(), Language::En)
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, currency, minor) in [
            ("12.50", "USD", Some(1250)),
            ("1 234,5", "RUB", Some(123_450)),
            ("1500", "JPY", Some(1500)),
            ("0.5", "JPY", None),
            ("12.505", "USD", None),
            ("-1", "USD", None),
            ("12 dollars", "USD", None),
            ("99999999999999", "USD", None),
        ] {
            assert_eq!(super::minor(text, currency), minor, "{text} {currency}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
        let mut entry = entry(&[("name", " Ani "), ("email", "nowhere"), ("age", "old")]);
        assert_eq!(entry.text("name", 10), "Ani");
        entry.email("email");
        entry.number("age", 0, 100);
        entry.text("phone", 10);
        assert!(!entry.is_good());
        let shown = entry.shown();
        assert_eq!(shown.problems.keys().collect::<Vec<_>>(), ["age", "email", "phone"]);
        assert_eq!(shown.value("email"), "nowhere");
        assert!(shown.problem.is_some());
    }

    #[test]
    fn passwords_keep_their_spaces() {
        let mut entry = entry(&[("password", " four plain words ")]);
        assert_eq!(entry.password("password"), " four plain words ");
        assert!(entry.is_good());
    }
}
