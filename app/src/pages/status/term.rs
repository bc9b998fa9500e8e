//! How long an album works, and until when it can be brought back.

use leptos::prelude::*;

use crate::{
    frame::Frame,
    islands::times::{EndsSoon, Moment},
};

/// When a published trial ends, and how that is put off.
pub(super) fn term(frame: &Frame, expires_ms: i64, extensions_left: u32, owner: Option<AnyView>) -> AnyView {
    let language = frame.format.language();
    let (before, after) = frame.around("term-until", "moment");
    view! {
        <section class="term" aria-label=frame.text("term-label")>
            <p>{before}<strong><Moment at_ms=expires_ms language/></strong>{after} " " {extensions(frame, extensions_left)}</p>
            <EndsSoon at_ms=expires_ms language/>
            {owner}
        </section>
    }
    .into_any()
}

/// How often a trial may still be extended.
pub(super) fn extensions(frame: &Frame, left: u32) -> String {
    frame.text_with("term-extensions", &[("left", left.into())])
}

/// What becomes of an album that is off the web: `purge_ms` is when it is deleted.
pub(super) fn kept(frame: &Frame, purge_ms: i64) -> AnyView {
    let language = frame.format.language();
    let (before, after) = frame.around("term-kept", "moment");
    view! { <p>{before}<strong><Moment at_ms=purge_ms language/></strong>{after}</p> }.into_any()
}
