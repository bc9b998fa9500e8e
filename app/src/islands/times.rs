//! Times as the reader's browser knows them.

use js_sys::{Date, JSON};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{
    language::Language,
    life::{Day, moment_text, utc_stamp, utc_text, warning},
};

/// The time of day and the name of the zone: "03:37 GMT+4". Digits and such a name are the same in all our languages; the
/// rest is a text of ours, because not every browser knows Armenian (Chromium's `Intl` does not).
const CLOCK_LOCALE: &str = "en-GB";
const CLOCK_STYLE: &str = r#"{"hour":"2-digit","minute":"2-digit","timeZoneName":"short"}"#;

/// A time: in UTC as the server writes it, then in the reader's own zone.
#[island]
pub(crate) fn Moment(at_ms: i64, language: Language) -> impl IntoView {
    let text = RwSignal::new(utc_text(language, at_ms));
    Effect::new(move || {
        if let Ok(style) = JSON::parse(CLOCK_STYLE) {
            let at = date(at_ms);
            let day = Day {
                year: i64::from(at.get_full_year()),
                month: i64::from(at.get_month()) + 1,
                day: i64::from(at.get_date()),
            };
            let clock: String = at.to_locale_string(CLOCK_LOCALE, &style).into();
            text.set(moment_text(language, day, &clock));
        }
    });
    view! { <time datetime=utc_stamp(at_ms)>{text}</time> }
}

/// Warns when a trial will end soon; says nothing before.
#[island]
pub(crate) fn EndsSoon(at_ms: i64, language: Language) -> impl IntoView {
    let words = RwSignal::new(None::<String>);
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    Effect::new(move || words.set(warning(language, at_ms - Date::now() as i64)));
    view! { <p class="notice" role="status" hidden=move || words.with(Option::is_none)>{move || words.get()}</p> }
}

#[expect(clippy::cast_precision_loss, reason = "a time of these millennia is exact")]
fn date(ms: i64) -> Date {
    Date::new(&JsValue::from_f64(ms as f64))
}
