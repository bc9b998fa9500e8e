//! The frame around every page: head, navigation, footer.

use std::sync::Arc;

use fluent_templates::fluent_bundle::FluentValue;
use hydration_context::SsrSharedContext;
use leptos::{prelude::*, reactive::owner::Owner};

use crate::{
    format::Format,
    language::Language,
    permissions::{Permission, Role},
};

/// Who reads a page, and how.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The reader's language and time zone.
    pub format: Format,
    /// The path of the page, with its query, to come back to.
    pub path: String,
    /// The path below which this build's assets are found.
    pub assets: String,
    /// Somebody who works in the CRM.
    pub staff: Option<Staff>,
    /// Id of the text that says what was just done.
    pub said: Option<String>,
}

/// Somebody who works in the CRM.
#[derive(Clone, Debug)]
pub struct Staff {
    /// What they are called.
    pub name: String,
    /// What they work as.
    pub role: Role,
}

impl Frame {
    /// A text in the reader's language.
    #[must_use]
    pub fn text(&self, id: &str) -> String {
        self.format.language().text(id)
    }

    /// A text in the reader's language, filled in. Numbers choose plural forms; give them as numbers.
    #[must_use]
    pub fn text_with(&self, id: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        self.format.language().text_with(id, arguments)
    }

    /// What stands before and after the one place of a text that is filled in with more than words.
    pub(crate) fn around(&self, id: &str, name: &'static str) -> (String, String) {
        // Unicode's own mark for an object among the letters.
        let text = self.text_with(id, &[(name, "\u{fffc}".into())]);
        let (before, after) = text.split_once('\u{fffc}').unwrap_or((&text, ""));
        (before.to_owned(), after.to_owned())
    }

    /// Whether the reader may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.staff.as_ref().is_some_and(|staff| staff.role.may(permission))
    }

    /// The path of the page without its query.
    #[must_use]
    pub fn place(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// What a page says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) title: String,
    /// Whether search engines may list it.
    pub(crate) is_public: bool,
    /// Whether parts of it wake in the browser.
    pub(crate) has_islands: bool,
    /// Whether it looks again by itself where there are no scripts.
    pub(crate) reloads: bool,
}

/// A whole document for customers.
pub(crate) fn public(frame: &Frame, head: Head, content: impl FnOnce() -> AnyView) -> String {
    html(frame, head, || {
        view! {
            <header class="top">
                <a class="brand" href="/">"Kinora"</a>
                <nav aria-label=frame.text("nav-main")>
                    <a href="/living-photos">{frame.text("nav-studio")}</a>
                    <a href="/shop">{frame.text("nav-shop")}</a>
                    <a href="/account/orders">{frame.text("nav-account")}</a>
                </nav>
            </header>
            <main id="content">{said(frame)}{content()}</main>
            <footer class="bottom">
                <p>{frame.text("footer")}</p>
                {languages(frame)}
            </footer>
        }
        .into_any()
    })
}

/// A whole document, body and all. Everything is rendered at once: nothing waits.
pub(crate) fn html(frame: &Frame, head: Head, body: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| document(frame, head, body()).to_html());
    owner.unset_with_forced_cleanup();
    format!("<!doctype html>{html}")
}

fn document(frame: &Frame, head: Head, body: AnyView) -> impl IntoView {
    let Head { title, is_public, has_islands, reloads } = head;
    let asset = |name: &str| format!("{}/{name}", frame.assets);
    let is_crm = frame.staff.is_some();
    view! {
        <html lang=frame.format.language().code() class=is_crm.then_some("crm")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                {(!is_public).then(|| view! { <meta name="robots" content="noindex"/> })}
                {reloads.then(|| view! { <noscript><meta http-equiv="refresh" content="5"/></noscript> })}
                <title>{title}</title>
                <link rel="icon" href=asset("icon.svg") type="image/svg+xml"/>
                <link rel="stylesheet" href=asset("style.css")/>
                {is_crm.then(|| view! { <link rel="stylesheet" href=asset("crm.css")/> })}
                {has_islands.then(|| view! { <script type="module" src=asset("start.js")></script> })}
            </head>
            <body>
                <a class="skip" href="#content">{frame.text("skip")}</a>
                {body}
            </body>
        </html>
    }
}

/// What was just done.
pub(crate) fn said(frame: &Frame) -> Option<AnyView> {
    let words = frame.format.language().find(frame.said.as_deref()?)?;
    Some(view! { <p class="notice said" role="status">{words}</p> }.into_any())
}

/// The choice of the language, for readers without an account as well.
pub(crate) fn languages(frame: &Frame) -> AnyView {
    let now = frame.format.language();
    let choices = Language::ALL.map(|language| {
        view! {
            <button class="link" name="language" value=language.code() lang=language.code() aria-current=(language == now).then_some("true")>
                {language.own_name()}
            </button>
        }
    });
    view! {
        <form class="languages" method="post" action="/language" aria-label=frame.text("languages")>
            <input type="hidden" name="back" value=frame.path.clone()/>
            {choices.collect_view()}
        </form>
    }
    .into_any()
}
