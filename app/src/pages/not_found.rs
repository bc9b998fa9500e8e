//! Any address without a page.

use leptos::prelude::*;

#[component]
pub(super) fn NotFound() -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"There is nothing here"</h1>
            <p class="lead">"The address may be mistyped or cut short."</p>
            <a class="button primary" href="/">"To the start page"</a>
        </section>
    }
}
