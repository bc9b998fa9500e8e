//! How long an album works, and until when it can be brought back.

use leptos::prelude::*;

use super::ForOwner;
use crate::{
    islands::times::{EndsSoon, Moment},
    life::{Tool, extensions_text},
};

/// When a published trial ends, and how that is put off.
#[component]
pub(super) fn Term(id: String, expires_ms: i64, extensions_left: u32, tools: Vec<Tool>) -> impl IntoView {
    view! {
        <section class="term" aria-label="How long it works">
            <p>"This is a trial. It works until " <strong><Moment at_ms=expires_ms/></strong> ". " {extensions_text(extensions_left)}</p>
            <EndsSoon at_ms=expires_ms/>
            <ForOwner id tools/>
        </section>
    }
}

/// What becomes of an album that is off the web: `purge_ms` is when it is deleted.
#[component]
pub(super) fn Kept(purge_ms: i64) -> impl IntoView {
    view! {
        <p>"It can be brought back until " <strong><Moment at_ms=purge_ms/></strong> ". After that its photos and videos are deleted for good."</p>
    }
}
