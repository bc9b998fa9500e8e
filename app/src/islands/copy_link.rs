//! The link on the clipboard.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::language::Language;

/// Puts the link on the clipboard.
#[island]
pub(crate) fn CopyLink(link: String, language: Language) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let says = RwSignal::new(language.text("copy-link"));
    Effect::new(move || is_awake.set(true));
    let copy = move |_| {
        let Some(window) = web_sys::window() else { return };
        let written = window.navigator().clipboard().write_text(&link);
        spawn_local(async move {
            let outcome = if JsFuture::from(written).await.is_ok() { "copied" } else { "copy-failed" };
            says.set(language.text(outcome));
        });
    };
    view! { <button type="button" class="button" disabled=move || !is_awake.get() on:click=copy aria-live="polite">{says}</button> }
}
