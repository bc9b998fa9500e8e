//! `/admin/customers`.

use leptos::prelude::*;

use super::{
    page,
    parts::{Column, badge, facts, filters, table, time},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    language::Language,
    listing::Listing,
    model::ProjectStatus,
    order::{Order, OrderStatus},
    permissions::Permission,
};

/// Orders that a profile shows; the rest is a link away.
pub const ORDERS_SHOWN: usize = 20;

/// A customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: String,
    /// What they are called; this and the following are empty once erased.
    pub name: String,
    /// Lower case.
    pub email: String,
    /// As it was written.
    pub phone: String,
    /// Where orders go.
    pub address: String,
    /// ISO 639-1; empty for unknown.
    pub language: String,
    /// What the staff notes.
    pub notes: String,
    /// When they agreed to get offers, milliseconds since 1970 UTC.
    pub consent_ms: Option<i64>,
    /// Since when there is a profile.
    pub created_ms: i64,
    /// When everything personal was erased.
    pub erased_ms: Option<i64>,
}

/// A customer's living photo in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoLine {
    /// Its public id.
    pub id: String,
    /// The album's name; may be empty.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// When it was begun, milliseconds since 1970 UTC.
    pub created_ms: i64,
    /// A trial's end.
    pub expires_ms: Option<i64>,
    /// How often its code was scanned.
    pub scans: i64,
}

/// What was done to a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who; empty for somebody who was erased since.
    pub actor: String,
    /// Such as `customer.edit`.
    pub action: String,
    /// The fields that changed, as they were and as they are since.
    pub fields: Vec<(String, String, String)>,
}

/// Everything that a profile shows.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The customer.
    pub customer: Customer,
    /// The address that they log in with, if they do, and when they did last.
    pub account: Option<(String, Option<i64>)>,
    /// The last orders.
    pub orders: Vec<Order>,
    /// The last living photos.
    pub photos: Vec<PhotoLine>,
    /// Other profiles of the same e-mail address: ids and names.
    pub namesakes: Vec<(String, String)>,
    /// Last first.
    pub history: Vec<Deed>,
}

/// What to think of before everything of a customer is erased.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeftOver {
    /// Orders that are not sent yet.
    pub open_orders: i64,
    /// Living photos that go with the orders and are nobody's: they stay.
    pub unowned_photos: i64,
}

/// Where an order stands, in one word.
pub(crate) fn order_badge(frame: &Frame, status: OrderStatus) -> AnyView {
    badge(status.tone(), frame.text(&format!("order-status-{}", status.name())))
}

/// Where a living photo stands, in one word.
pub(crate) fn photo_badge(frame: &Frame, status: ProjectStatus) -> AnyView {
    let (tone, text) = match status {
        ProjectStatus::Draft => ("plain", "customer-photo-draft"),
        ProjectStatus::Queued => ("busy", "customer-photo-queued"),
        ProjectStatus::Compiling => ("busy", "customer-photo-compiling"),
        ProjectStatus::Ready => ("good", "customer-photo-ready"),
        ProjectStatus::Failed => ("bad", "customer-photo-failed"),
        ProjectStatus::Expired => ("plain", "customer-photo-expired"),
        ProjectStatus::Archived => ("plain", "customer-photo-archived"),
    };
    badge(tone, frame.text(text))
}

/// The list.
#[must_use]
pub fn list(frame: &Frame, list: &Listing, customers: Vec<Customer>) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("nav-customers"), || {
        let columns = vec![
            Column::text(t("customer-name")),
            Column::text(t("customer-email")),
            Column::text(t("customer-phone")),
            Column::text(t("customer-language")),
            Column::text(t("customer-since")).sorted("oldest", "newest"),
        ];
        let rows = customers.into_iter().map(|customer| row(frame, customer)).collect();
        let may_add = frame.may(Permission::EditCustomers);
        let add = move |frame: &Frame| {
            may_add.then(|| view! { <p><a class="button primary" href="/admin/customers/new">{frame.text("customer-add")}</a></p> })
        };
        let empty = view! { <p>{t("customers-empty")}</p> {add(frame)} }.into_any();
        view! {
            {add(frame)}
            {filters(frame, list, Some(t("customers-search")), vec![])}
            {table(frame, list, columns, rows, empty)}
        }
        .into_any()
    })
}

fn row(frame: &Frame, customer: Customer) -> Vec<AnyView> {
    let address = format!("/admin/customers/{}", customer.id);
    let name = called(frame, &customer);
    vec![
        view! { <a href=address>{name}</a> }.into_any(),
        customer.email.into_any(),
        customer.phone.into_any(),
        spoken(&customer.language).into_any(),
        time(frame, customer.created_ms),
    ]
}

/// What a customer is called on our pages.
fn called(frame: &Frame, customer: &Customer) -> String {
    match (customer.erased_ms, customer.name.is_empty()) {
        (Some(_), _) => frame.text("customer-erased"),
        (None, true) => frame.text("customer-nameless"),
        (None, false) => customer.name.clone(),
    }
}

fn spoken(language: &str) -> String {
    Language::parse(language).map_or("", Language::own_name).to_owned()
}

/// `/admin/customers/new`.
#[must_use]
pub fn new(frame: &Frame, form: &FormState) -> String {
    page(frame, &frame.text("customer-add"), || {
        view! { <div class="sheet">{fields(frame, form, "/admin/customers", "add")}</div> }.into_any()
    })
}

fn fields(frame: &Frame, form: &FormState, action: &str, submit: &str) -> AnyView {
    let t = |id: &str| frame.text(id);
    let languages = [(String::new(), t("customer-language-unknown"))].into_iter();
    let languages =
        languages.chain(Language::ALL.map(|language| (language.code().to_owned(), language.own_name().to_owned())));
    view! {
        <form method="post" action=action.to_owned()>
            {form::summary(form)}
            {form::input(form, Input::text("name", t("customer-name")).required())}
            {form::input(form, Input::of("email", "email", t("customer-email")))}
            {form::input(form, Input::of("tel", "phone", t("customer-phone")))}
            {form::area(form, "address", t("customer-address"), 3)}
            {form::select(form, "language", t("customer-language"), languages.collect())}
            {form::area(form, "notes", t("customer-notes"), 3)}
            {form::tick(form, "consent", t("customer-consent-given"))}
            <button class="button primary">{t(submit)}</button>
        </form>
    }
    .into_any()
}

/// A profile; `form` is shown to those who may change it.
#[must_use]
pub fn detail(frame: &Frame, record: Record, form: &FormState) -> String {
    let title = called(frame, &record.customer);
    page(frame, &title, || {
        let Record { customer, account, orders, photos, namesakes, history } = record;
        let id = customer.id.clone();
        let is_erased = customer.erased_ms.is_some();
        let may_edit = frame.may(Permission::EditCustomers) && !is_erased;
        let about = if may_edit {
            fields(frame, form, &format!("/admin/customers/{id}"), "save")
        } else {
            profile(frame, &customer)
        };
        view! {
            {namesakes_of(frame, namesakes)}
            <div class="columns">
                <section class="sheet" aria-labelledby="profile">
                    <h2 id="profile">{frame.text("customer-profile")}</h2>
                    {standing(frame, &customer, account)}
                    {about}
                </section>
                <div>
                    {orders_of(frame, &id, orders)}
                    {photos_of(frame, photos)}
                    {history_of(frame, history)}
                </div>
            </div>
            {frame.may(Permission::EraseCustomers).then(|| privacy(frame, &id, is_erased))}
        }
        .into_any()
    })
}

fn standing(frame: &Frame, customer: &Customer, account: Option<(String, Option<i64>)>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let when = |ms: Option<i64>, none: &str| match ms {
        Some(ms) => time(frame, ms),
        None => t(none).into_any(),
    };
    let mut lines = vec![(t("customer-since"), time(frame, customer.created_ms))];
    match customer.erased_ms {
        Some(at) => lines.push((t("customer-erased-at"), time(frame, at))),
        None => {
            lines.push((t("customer-consent"), when(customer.consent_ms, "customer-no-consent")));
            match account {
                Some((email, seen_ms)) => {
                    lines.push((t("customer-account"), email.into_any()));
                    lines.push((t("customer-seen"), when(seen_ms, "customer-never-seen")));
                }
                None => lines.push((t("customer-account"), t("customer-no-account").into_any())),
            }
        }
    }
    facts(lines)
}

fn profile(frame: &Frame, customer: &Customer) -> AnyView {
    let t = |id: &str| frame.text(id);
    if customer.erased_ms.is_some() {
        return view! { <p>{t("customer-erased-lead")}</p> }.into_any();
    }
    let text = |value: &str| value.to_owned().into_any();
    facts(vec![
        (t("customer-email"), text(&customer.email)),
        (t("customer-phone"), text(&customer.phone)),
        (t("customer-address"), text(&customer.address)),
        (t("customer-language"), spoken(&customer.language).into_any()),
        (t("customer-notes"), text(&customer.notes)),
    ])
}

fn namesakes_of(frame: &Frame, namesakes: Vec<(String, String)>) -> Option<AnyView> {
    (!namesakes.is_empty()).then(|| {
        let links = namesakes.into_iter().map(|(id, name)| {
            let name = if name.is_empty() { frame.text("customer-nameless") } else { name };
            view! { <li><a class="tall" href=format!("/admin/customers/{id}")>{name}</a></li> }
        });
        view! {
            <div class="notice">
                <p>{frame.text("customer-namesakes")}</p>
                <ul>{links.collect_view()}</ul>
            </div>
        }
        .into_any()
    })
}

fn orders_of(frame: &Frame, id: &str, orders: Vec<Order>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let all = format!("/admin/orders?customer={id}");
    let columns = vec![
        Column::text(t("customer-order-number")),
        Column::text(t("customer-order-placed")),
        Column::text(t("state")),
        Column::number(t("customer-order-total")),
    ];
    let has_some = !orders.is_empty();
    let rows = orders.into_iter().take(ORDERS_SHOWN).map(|order| {
        vec![
            view! { <a href=format!("/admin/orders/{}", order.id)>{order.number}</a> }.into_any(),
            time(frame, order.created_ms),
            order_badge(frame, order.status),
            frame.format.money(order.total_minor, &order.currency).into_any(),
        ]
    });
    let empty = view! { <p>{t("customer-no-orders")}</p> }.into_any();
    view! {
        <section aria-labelledby="orders">
            <h2 id="orders">{t("nav-orders")}</h2>
            {table(frame, &Listing::default(), columns, rows.collect(), empty)}
            {has_some.then(|| view! { <p><a class="button" href=all>{t("customer-all-orders")}</a></p> })}
        </section>
    }
    .into_any()
}

fn photos_of(frame: &Frame, photos: Vec<PhotoLine>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let columns = vec![
        Column::text(t("customer-photo-name")),
        Column::text(t("customer-photo-begun")),
        Column::text(t("state")),
        Column::number(t("customer-photo-scans")),
    ];
    let rows = photos.into_iter().map(|photo| {
        let name = if photo.name.is_empty() { photo.id.clone() } else { photo.name };
        vec![
            view! { <a href=format!("/admin/ar-projects/{}", photo.id)>{name}</a> }.into_any(),
            time(frame, photo.created_ms),
            photo_badge(frame, photo.status),
            frame.format.number(photo.scans).into_any(),
        ]
    });
    let empty = view! { <p>{t("customer-no-photos")}</p> }.into_any();
    view! {
        <section aria-labelledby="photos">
            <h2 id="photos">{t("nav-projects")}</h2>
            {table(frame, &Listing::default(), columns, rows.collect(), empty)}
        </section>
    }
    .into_any()
}

fn history_of(frame: &Frame, history: Vec<Deed>) -> AnyView {
    let empty = history.is_empty().then(|| view! { <p class="quiet">{frame.text("history-empty")}</p> });
    let entries = history.into_iter().map(|deed| {
        let actor = if deed.actor.is_empty() { frame.text("customer-erased") } else { deed.actor };
        let fields = deed.fields.into_iter().map(|(name, before, after)| {
            let name = frame.text(&format!("customer-{name}"));
            view! { <p>{name} ": " <del>{before}</del> " " <ins>{after}</ins></p> }
        });
        view! {
            <li>
                <strong>{frame.text(&format!("customer-did-{}", deed.action.trim_start_matches("customer.")))}</strong>
                <p class="quiet">{time(frame, deed.at_ms)} " · " {actor}</p>
                {fields.collect_view()}
            </li>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="history">
            <h2 id="history">{frame.text("customer-history")}</h2>
            {empty}
            <ol class="timeline">{entries.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn privacy(frame: &Frame, id: &str, is_erased: bool) -> AnyView {
    let t = |id: &str| frame.text(id);
    view! {
        <section class="sheet" aria-labelledby="privacy">
            <h2 id="privacy">{t("customer-privacy")}</h2>
            <p>{t("customer-privacy-lead")}</p>
            <div class="actions">
                <a class="button" href=format!("/admin/customers/{id}/export.json") download="">{t("customer-export")}</a>
                {(!is_erased).then(|| view! {
                    <a class="button danger" href=format!("/admin/customers/{id}/erase")>{t("customer-erase")}</a>
                })}
            </div>
        </section>
    }
    .into_any()
}

/// `/admin/customers/{id}/erase`: what happens, and the question; `word` is to be typed.
#[must_use]
pub fn erase(frame: &Frame, customer: &Customer, word: &str, left: LeftOver, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("customer-erase-title"), || {
        let address = format!("/admin/customers/{}", customer.id);
        let label = frame.format.language().text_with("customer-erase-type", &[("word", word.into())]);
        view! {
            <div class="sheet">
                <p class="lead">{called(frame, customer)}</p>
                {what_is_erased(frame, left)}
                <form method="post" action=format!("{address}/erase")>
                    {form::summary(form)}
                    {form::input(form, Input::text("word", label).required().autocomplete("off"))}
                    <div class="buttons">
                        <button class="button danger">{t("customer-erase-yes")}</button>
                        <a class="button" href=address.clone()>{t("customer-erase-no")}</a>
                    </div>
                </form>
            </div>
        }
        .into_any()
    })
}

/// What erasing does, for staff and for customers alike.
pub(crate) fn what_is_erased(frame: &Frame, left: LeftOver) -> AnyView {
    let t = |id: &str| frame.text(id);
    let counted =
        |count: i64, id: &str| (count > 0).then(|| frame.format.language().text_with(id, &[("count", count.into())]));
    let warnings =
        [counted(left.open_orders, "customer-erase-open"), counted(left.unowned_photos, "customer-erase-unowned")];
    let warnings = warnings.into_iter().flatten().map(|words| view! { <p class="notice error">{words}</p> });
    view! {
        <p>{t("customer-erase-lead")}</p>
        <ul>
            <li>{t("customer-erase-profile")}</li>
            <li>{t("customer-erase-orders")}</li>
            <li>{t("customer-erase-mails")}</li>
            <li>{t("customer-erase-photos")}</li>
        </ul>
        <p>{t("customer-erase-kept")}</p>
        {warnings.collect_view()}
        <p><strong>{t("customer-erase-final")}</strong></p>
    }
    .into_any()
}
