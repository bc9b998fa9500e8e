//! Times as the reader's browser knows them.

use js_sys::{Date, JSON};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::life::{utc_stamp, utc_text, warning};

/// How a time is written, as the browser takes it; the pages are in English.
const LOCALE: &str = "en-GB";
const STYLE: &str =
    r#"{"day":"numeric","month":"long","year":"numeric","hour":"2-digit","minute":"2-digit","timeZoneName":"short"}"#;

/// A time: in UTC as the server writes it, then in the reader's own zone.
#[island]
pub(crate) fn Moment(at_ms: i64) -> impl IntoView {
    let text = RwSignal::new(utc_text(at_ms));
    Effect::new(move || {
        if let Ok(style) = JSON::parse(STYLE) {
            text.set(date(at_ms).to_locale_string(LOCALE, &style).into());
        }
    });
    view! { <time datetime=utc_stamp(at_ms)>{text}</time> }
}

/// Warns when a trial will end soon; says nothing before.
#[island]
pub(crate) fn EndsSoon(at_ms: i64) -> impl IntoView {
    let words = RwSignal::new(None::<String>);
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    Effect::new(move || words.set(warning(at_ms - Date::now() as i64)));
    view! { <p class="notice" role="status" hidden=move || words.with(Option::is_none)>{move || words.get()}</p> }
}

#[expect(clippy::cast_precision_loss, reason = "a time of these millennia is exact")]
fn date(ms: i64) -> Date {
    Date::new(&JsValue::from_f64(ms as f64))
}
