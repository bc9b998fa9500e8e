//! What an operator changes while the server runs. Kept in the database, read from memory; another process hears of a change
//! within its janitor's next look.

use std::sync::{Arc, PoisonError, RwLock};

use app::language::Language;
use serde::{Deserialize, Serialize};

/// The shop's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What the shop is called, in mails and on job sheets.
    pub shop_name: String,
    /// Where customers write to; empty for none.
    pub contact_email: String,
    /// Where customers call; empty for none.
    pub contact_phone: String,
    /// IANA time zone in which days begin and times are shown.
    pub zone: String,
    /// For readers whose browser speaks none of ours.
    pub language: Language,
    /// What a living photo adds to the price of a print, in the smallest unit of its currency: the one place where it stands.
    pub ar_price_minor: i64,
    /// ISO 4217.
    pub ar_price_currency: String,
    /// Hours before a trial's end at which its owner is told.
    pub warn_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shop_name: "Kinora".to_owned(),
            contact_email: String::new(),
            contact_phone: String::new(),
            zone: "UTC".to_owned(),
            language: Language::En,
            ar_price_minor: 500,
            ar_price_currency: "USD".to_owned(),
            warn_hours: 6,
        }
    }
}

/// The time zones to choose from: those of the IANA database that are named after places, and UTC.
#[must_use]
pub fn zones() -> Vec<String> {
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    names.filter(|name| name == "UTC" || (name.contains('/') && !name.starts_with("Etc/"))).collect()
}

/// The settings in force, shared by all requests.
#[derive(Debug, Default)]
pub struct Current(RwLock<Arc<Settings>>);

impl Current {
    /// As they are now.
    #[must_use]
    pub fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// As they are from now on.
    pub fn set(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
