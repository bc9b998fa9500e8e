//! Any address without a page.

use leptos::prelude::*;

use crate::frame::Frame;

pub(super) fn not_found(frame: &Frame) -> AnyView {
    view! {
        <section class="hero">
            <h1>{frame.text("not-found-title")}</h1>
            <p class="lead">{frame.text("not-found-lead")}</p>
            <a class="button primary" href="/">{frame.text("to-start")}</a>
        </section>
    }
    .into_any()
}
