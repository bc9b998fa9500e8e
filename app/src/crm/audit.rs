//! `/admin/audit`: who changed what, and when.

use leptos::prelude::*;
use serde_json::{Map, Value};

use super::{
    orders::{Step, step_text},
    page,
    parts::{Column, Filter, filters, table, time},
    things::{KINDS, Thing, kind_text, thing_link},
};
use crate::{frame::Frame, language::Language, listing::Listing, permissions::Role};

/// Most fields of a change that are shown at once; of one with more they are a touch away.
const FIELDS_OPEN: usize = 4;
/// Longest value that is shown, in characters.
const VALUE_CHARS_MAX: usize = 300;

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The account of whoever did it; `None` for what happens by itself.
    pub account_id: Option<String>,
    /// What they were called; empty once erased.
    pub actor: String,
    /// Such as `order.status`.
    pub action: String,
    /// What it was done to.
    pub thing: Thing,
    /// The fields that changed, as they were.
    pub before: Map<String, Value>,
    /// And as they are since.
    pub after: Map<String, Value>,
}

/// The list; `who` is the account that it is narrowed to, if it is: its id and name.
#[must_use]
pub fn list(frame: &Frame, list: &Listing, who: Option<(String, String)>, entries: Vec<Entry>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-audit"), || {
        let columns = vec![
            Column::text(t("audit-action")),
            Column::text(t("audit-thing")),
            Column::text(t("audit-changes")),
            Column::text(t("audit-who")),
            Column::text(t("audit-when")),
        ];
        let kinds = KINDS.map(|kind| (kind.to_owned(), kind_text(frame, kind)));
        let mut narrowed_by = vec![
            Filter::Choice { name: "kind", label: t("audit-thing"), choices: kinds.into() },
            Filter::Day { name: "from", label: t("audit-from") },
            Filter::Day { name: "to", label: t("audit-to") },
        ];
        if let Some(who) = who {
            narrowed_by.insert(0, Filter::Choice { name: "who", label: t("audit-who"), choices: vec![who] });
        }
        let rows = entries.into_iter().map(|entry| row(frame, list, entry)).collect();
        let empty = view! { <p>{t("audit-empty")}</p> }.into_any();
        view! {
            {filters(frame, list, Some(t("audit-search")), narrowed_by)}
            {table(frame, list, columns, rows, empty)}
        }
        .into_any()
    })
}

fn row(frame: &Frame, list: &Listing, entry: Entry) -> Vec<AnyView> {
    let actor = if entry.actor.is_empty() { frame.text("customer-erased") } else { entry.actor.clone() };
    let who = match &entry.account_id {
        Some(id) => view! { <a href=list.with("who", id)>{actor}</a> }.into_any(),
        None => actor.into_any(),
    };
    vec![
        view! { <div>{action_text(frame, &entry)} <br/> <code>{entry.action.clone()}</code></div> }.into_any(),
        thing_link(frame, &entry.thing),
        changes(frame, &entry),
        who,
        time(frame, entry.at_ms),
    ]
}

/// The id of the text that says what was done: the same as on the thing's own page, where that has a history.
#[must_use]
pub fn action_id(action: &str) -> String {
    let (entity, verb) = action.split_once('.').unwrap_or((action, ""));
    let verb = verb.replace('_', "-");
    match entity {
        "order" | "customer" => format!("{entity}-did-{verb}"),
        "project" => format!("ar-did-{verb}"),
        "account" => format!("people-did-{verb}"),
        _ => format!("audit-did-{entity}-{verb}"),
    }
}

fn action_text(frame: &Frame, entry: &Entry) -> String {
    let Entry { at_ms, actor, action, before, after, .. } = entry.clone();
    if action.starts_with("order.") {
        return step_text(frame, &Step { at_ms, actor, action, before, after });
    }
    frame.format.language().find(&action_id(&action)).unwrap_or(action)
}

/// The fields that changed, before and after.
fn changes(frame: &Frame, entry: &Entry) -> AnyView {
    let t = |id: &str| frame.text(id);
    let gone = entry.before.keys().filter(|name| !entry.after.contains_key(*name));
    let names: Vec<&String> = entry.after.keys().chain(gone).collect();
    if names.is_empty() {
        return view! { <span class="quiet">"–"</span> }.into_any();
    }
    let (before, after) = (t("audit-before"), t("audit-after"));
    let rows = names.iter().map(|name| {
        let value = |fields: &Map<String, Value>| value(frame, entry, name, fields.get(*name));
        view! {
            <tr>
                <th scope="row">{field_text(frame, name)}</th>
                <td data-title=before.clone()>{value(&entry.before)}</td>
                <td data-title=after.clone()>{value(&entry.after)}</td>
            </tr>
        }
    });
    let table = view! {
        <table class="changes">
            <thead><tr>
                <th scope="col">{t("audit-field")}</th>
                <th scope="col">{before.clone()}</th>
                <th scope="col">{after.clone()}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    };
    if names.len() <= FIELDS_OPEN {
        return table.into_any();
    }
    let count = i64::try_from(names.len()).unwrap_or(i64::MAX);
    let words = frame.text_with("audit-fields", &[("count", count.into())]);
    view! { <details class="changes"><summary>{words}</summary> {table}</details> }.into_any()
}

/// The id of a field's name; `None` for one that is its own name, such as a currency's code.
#[must_use]
pub fn field_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" | "name_ru" | "name_hy" => "name",
        "email" => "email",
        "phone" => "order-phone",
        "address" => "order-address",
        "language" => "order-language",
        "notes" => "order-notes",
        "consent" => "customer-consent",
        "exported_ms" => "customer-did-export",
        "erased_ms" => "customer-erased-at",
        "status" => "state",
        "number" => "order-number",
        "currency" | "ar_price_currency" => "order-currency",
        "rate" => "order-rate",
        "base" => "order-base",
        "total_minor" => "order-total",
        "items" => "order-items",
        "projects" => "nav-projects",
        "project" => "thing-project",
        "origin" => "order-origin",
        "tracking" => "order-tracking",
        "cancel_reason" => "order-reason",
        "owner_id" => "ar-owner",
        "order_id" => "ar-order",
        "version" => "ar-version",
        "expires_ms" => "ar-ends",
        "purge_ms" => "ar-purged-at",
        "is_open" => "audit-field-is-open",
        "overlays" => "ar-overlay",
        "sku" => "product-sku",
        "description" | "description_ru" | "description_hy" => "product-description",
        "price_minor" => "product-price",
        "own_prices" => "product-own",
        "stock" => "product-stock",
        "production_days" => "product-days",
        "pictures" => "product-pictures",
        "is_archived" => "product-archived",
        "is_active" => "audit-field-is-active",
        "code" => "currency-code",
        "source" => "currency-source",
        "role" => "people-field-role",
        "second_factor" => "people-field-factor",
        "is_locked" => "people-field-lock",
        "mail" => "people-field-mail",
        "browser" => "people-field-browser",
        "sessions" => "people-field-sessions",
        "password_set_ms" => "password-new-title",
        "copy_of" => "audit-field-copy-of",
        "other_address" => "audit-field-other-address",
        "shop_name" => "settings-shop-name",
        "contact_email" => "settings-contact-email",
        "contact_phone" => "settings-contact-phone",
        "zone" => "settings-zone",
        "ar_price_minor" => "settings-ar-price",
        "warn_hours" => "settings-warn-hours",
        _ => return None,
    })
}

fn field_text(frame: &Frame, name: &str) -> AnyView {
    let Some(id) = field_id(name) else { return view! { <code>{name.to_owned()}</code> }.into_any() };
    let words = frame.text(id);
    let language = name.rsplit_once('_').and_then(|(_, code)| Language::parse(code));
    match language {
        Some(language) => format!("{words} ({})", language.own_name()).into_any(),
        None => words.into_any(),
    }
}

/// A value as people read it.
fn value(frame: &Frame, entry: &Entry, name: &str, value: Option<&Value>) -> AnyView {
    let yes_or_no = |yes: bool| frame.text(if yes { "people-yes" } else { "people-no" });
    let known = |id: String, raw: &str| frame.format.language().find(&id).unwrap_or_else(|| raw.to_owned());
    let words = match (name, value) {
        (_, None | Some(Value::Null)) => return view! { <span class="quiet">"–"</span> }.into_any(),
        (_, Some(Value::Bool(yes))) => yes_or_no(*yes),
        ("is_open", Some(Value::Number(number))) => yes_or_no(number.as_i64() != Some(0)),
        (_, Some(Value::Number(number))) => match number.as_i64() {
            Some(ms) if name.ends_with("_ms") => frame.format.date_time(ms),
            Some(minor) if name.ends_with("_minor") => money(frame, entry, name, minor),
            _ => number.to_string(),
        },
        ("status", Some(Value::String(status))) => match entry.thing.kind.as_str() {
            "order" => known(format!("order-status-{status}"), status),
            _ => known(format!("project-status-{status}"), status),
        },
        ("origin", Some(Value::String(origin))) => known(format!("order-origin-{origin}"), origin),
        ("role", Some(Value::String(role))) if Role::parse(role).is_some() => frame.text(&format!("role-{role}")),
        ("mail", Some(Value::String(kind))) => known(format!("people-mail-{kind}"), kind),
        ("language", Some(Value::String(code))) => {
            Language::parse(code).map_or_else(|| code.clone(), |language| language.own_name().to_owned())
        }
        ("own_prices", Some(Value::Object(prices))) => {
            let money = |(code, minor): (&String, &Value)| Some(frame.format.money(minor.as_i64()?, code));
            prices.iter().filter_map(money).collect::<Vec<String>>().join(", ")
        }
        (_, Some(Value::String(text))) => text.clone(),
        (_, Some(Value::Array(items))) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        (_, Some(other)) => return view! { <code>{cut(&other.to_string())}</code> }.into_any(),
    };
    cut(&words).into_any()
}

/// An amount in its currency, where the same change tells it.
fn money(frame: &Frame, entry: &Entry, name: &str, minor: i64) -> String {
    let field = if name.starts_with("ar_price") { "ar_price_currency" } else { "currency" };
    let currency = [&entry.after, &entry.before].into_iter().find_map(|fields| fields.get(field)?.as_str());
    match currency {
        Some(currency) => frame.format.money(minor, currency),
        None => frame.text_with("audit-minor", &[("number", frame.format.number(minor).into())]),
    }
}

fn cut(text: &str) -> String {
    let is_long = text.chars().count() > VALUE_CHARS_MAX;
    text.chars().take(VALUE_CHARS_MAX).chain(is_long.then_some('…')).collect()
}
