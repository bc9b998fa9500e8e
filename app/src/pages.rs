//! The pages, a file each, and the frame around them.

mod home;
mod not_found;
mod status;
mod studio;

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::{prelude::*, reactive::owner::Owner};

use crate::model::ProjectView;

/// A page with what it shows.
pub enum Page {
    /// `/`.
    Home,
    /// `/living-photos`.
    Studio,
    /// `/living-photos/{id}`.
    Status(Box<ProjectView>),
    /// Any address without a page.
    NotFound,
}

/// A whole HTML document. `assets` is the path below which this build's assets are found.
#[must_use]
pub fn render(page: Page, assets: &str) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| document(page, assets).to_html());
    owner.unset_with_forced_cleanup();
    format!("<!doctype html>{html}")
}

fn document(page: Page, assets: &str) -> impl IntoView {
    let title = match &page {
        Page::Home => "Kinora: living photos".to_owned(),
        Page::Studio => "Make a living photo · Kinora".to_owned(),
        Page::Status(project) if !project.name.is_empty() => format!("{} · Kinora", project.name),
        Page::Status(_) => "Your living photo · Kinora".to_owned(),
        Page::NotFound => "Nothing here · Kinora".to_owned(),
    };
    let (is_public, has_islands) = match &page {
        Page::Home => (true, false),
        Page::Studio => (true, true),
        Page::Status(_) => (false, true),
        Page::NotFound => (false, false),
    };
    let reloads = matches!(&page, Page::Status(project) if status::moves(project.status));
    let style = format!("{assets}/style.css");
    let icon = format!("{assets}/icon.svg");
    let start = format!("{assets}/start.js");
    let content = match page {
        Page::Home => view! { <home::Home/> }.into_any(),
        Page::Studio => view! { <studio::StudioPage assets=assets.to_owned()/> }.into_any(),
        Page::Status(project) => view! { <status::Status project=*project/> }.into_any(),
        Page::NotFound => view! { <not_found::NotFound/> }.into_any(),
    };
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                {(!is_public).then(|| view! { <meta name="robots" content="noindex"/> })}
                {reloads.then(|| view! { <noscript><meta http-equiv="refresh" content="5"/></noscript> })}
                <title>{title}</title>
                <link rel="icon" href=icon type="image/svg+xml"/>
                <link rel="stylesheet" href=style/>
                {has_islands.then(|| view! { <script type="module" src=start></script> })}
            </head>
            <body>
                <a class="skip" href="#content">"Skip to the content"</a>
                <header class="top">
                    <a class="brand" href="/">"Kinora"</a>
                    <nav aria-label="Main"><a href="/living-photos">"Make a living photo"</a></nav>
                </header>
                <main id="content">{content}</main>
                <footer class="bottom"><p>"Kinora: print a photo, scan it, watch it live."</p></footer>
            </body>
        </html>
    }
}
