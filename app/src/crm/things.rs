//! The things that the logs tell of: what they are called, and the pages that they have.

use leptos::prelude::*;

use crate::{frame::Frame, permissions::Permission};

/// The kinds of things, as the logs keep them and in the ids of texts (`thing-…`).
pub const KINDS: [&str; 8] = ["order", "project", "customer", "product", "currency", "account", "mail", "settings"];

/// A thing that a log tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thing {
    /// One of [`KINDS`].
    pub kind: String,
    /// Which.
    pub id: String,
    /// What it is called; `None` when it is not there any more. May be empty.
    pub name: Option<String>,
    /// The customer whose account it is.
    pub customer_id: Option<String>,
}

/// The kind in the reader's language.
pub(crate) fn kind_text(frame: &Frame, kind: &str) -> String {
    frame.format.language().find(&format!("thing-{kind}")).unwrap_or_else(|| kind.to_owned())
}

/// Kind and name, which lead to its page, where there is one that the reader may see.
pub(crate) fn thing_link(frame: &Frame, thing: &Thing) -> AnyView {
    let kind = kind_text(frame, &thing.kind);
    let name = match (&thing.name, thing.kind.as_str()) {
        (_, "settings") => None,
        (Some(number), "order") => Some(format!("№ {number}").into_any()),
        (Some(name), _) if !name.is_empty() => Some(name.clone().into_any()),
        _ => Some(view! { <code>{thing.id.clone()}</code> }.into_any()),
    };
    let words = view! { {kind} {name.map(|name| view! { " " {name} })} };
    match address(frame, thing) {
        Some(address) => view! { <a class="tall" href=address>{words}</a> }.into_any(),
        None => view! { <span>{words}</span> }.into_any(),
    }
}

fn address(frame: &Frame, thing: &Thing) -> Option<String> {
    use Permission::{
        EditSettings, ManageUsers, SeeCurrencies, SeeCustomers, SeeMail, SeeOrders, SeeProducts, SeeProjects,
    };
    let Thing { kind, id, name, customer_id } = thing;
    let (section, id, permission) = match (kind.as_str(), customer_id) {
        ("order", _) => ("orders", id, SeeOrders),
        ("project", _) => ("ar-projects", id, SeeProjects),
        ("customer", _) => ("customers", id, SeeCustomers),
        ("product", _) => ("products", id, SeeProducts),
        ("currency", _) => ("currencies", id, SeeCurrencies),
        ("account", Some(customer)) => ("customers", customer, SeeCustomers),
        ("account", None) => ("users", id, ManageUsers),
        ("mail", _) => ("mail", id, SeeMail),
        ("settings", _) => return frame.may(EditSettings).then(|| "/admin/settings".to_owned()),
        _ => return None,
    };
    let is_there = name.is_some() || matches!(kind.as_str(), "currency" | "mail");
    (is_there && frame.may(permission)).then(|| format!("/admin/{section}/{id}"))
}
