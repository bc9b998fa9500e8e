//! The link on the clipboard.

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Puts the link on the clipboard.
#[island]
pub(crate) fn CopyLink(link: String) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let says = RwSignal::new("Copy the link");
    Effect::new(move || is_awake.set(true));
    let copy = move |_| {
        let Some(window) = web_sys::window() else { return };
        let written = window.navigator().clipboard().write_text(&link);
        spawn_local(async move {
            says.set(if JsFuture::from(written).await.is_ok() { "Copied" } else { "Select and copy the link above" });
        });
    };
    view! { <button type="button" class="button" disabled=move || !is_awake.get() on:click=copy aria-live="polite">{says}</button> }
}
