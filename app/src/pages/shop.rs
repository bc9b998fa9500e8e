//! The shop: what is on sale, the form to order it, and what became of an order.

use leptos::prelude::*;

use crate::{
    crm::{
        customers::{order_badge, photo_badge},
        parts::{facts, time},
    },
    form::{self, FormState, Input},
    frame::{Frame, Head, public},
    listing::Listing,
    model::ProjectStatus,
    order::{Order, OrderItem, OrderStatus},
};

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its file's name in the store.
    pub id: String,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// A product on sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ware {
    /// Its id.
    pub id: String,
    /// In the reader's language.
    pub name: String,
    /// In the reader's language; may be empty.
    pub description: String,
    /// A piece, in the smallest unit of the reader's currency; `None` where it has no price in that.
    pub price_minor: Option<i64>,
    /// Days until it is made; 0 for at once.
    pub production_days: i64,
    /// Whether there is none left.
    pub is_sold_out: bool,
    /// First one first.
    pub pictures: Vec<Picture>,
}

/// In which currency prices are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Till {
    /// ISO 4217.
    pub currency: String,
    /// The codes that may be chosen.
    pub currencies: Vec<String>,
}

/// What the form to order a product shows.
#[derive(Clone, Debug)]
pub struct Counter {
    /// The product.
    pub ware: Ware,
    /// The currency.
    pub till: Till,
    /// What a living photo adds to a piece; `None` where it has no price in the currency.
    pub ar_minor: Option<i64>,
    /// The reader's own living photos: ids and names.
    pub photos: Vec<(String, String)>,
    /// Whether the reader is logged in.
    pub is_known: bool,
    /// What was asked for costs so much.
    pub total: Option<Total>,
}

/// What an order costs, in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Pieces.
    pub quantity: i64,
    /// A piece.
    pub unit_minor: i64,
    /// The living photo of a piece; 0 without one.
    pub ar_minor: i64,
    /// All of it.
    pub total_minor: i64,
}

/// An order as its customer sees it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The order.
    pub order: Order,
    /// What was ordered.
    pub items: Vec<OrderItem>,
    /// The living photos that go with it: id, name, state and link.
    pub photos: Vec<(String, String, ProjectStatus, String)>,
}

/// `/shop`.
#[must_use]
pub fn shelf(frame: &Frame, list: &Listing, till: &Till, wares: Vec<Ware>) -> String {
    let title = frame.text("shop-title");
    let head = Head { title: format!("{title} · Kinora"), is_public: true, ..Head::default() };
    public(frame, head, || {
        let (previous, next) = (list.previous(), list.next());
        let content = if wares.is_empty() {
            view! { <p class="lead">{frame.text("shop-empty")}</p> }.into_any()
        } else {
            let wares = wares.into_iter().map(|ware| view! { <li class="card">{card(frame, till, ware)}</li> });
            view! { <ul class="wares">{wares.collect_view()}</ul> }.into_any()
        };
        view! {
            <h1>{title}</h1>
            {choose_currency(frame, till)}
            {content}
            <nav class="buttons" aria-label=frame.text("list-pages")>
                {previous.map(|address| view! { <a class="button" rel="prev" href=address>{frame.text("list-previous")}</a> })}
                {next.map(|address| view! { <a class="button" rel="next" href=address>{frame.text("list-next")}</a> })}
            </nav>
        }
        .into_any()
    })
}

fn card(frame: &Frame, till: &Till, ware: Ware) -> AnyView {
    let address = format!("/shop/{}", ware.id);
    let picture = ware.pictures.first().map(|shown| picture(shown, ware.name.clone()));
    let (price, time) = (price(frame, till, &ware), making(frame, &ware));
    view! {
        {picture}
        <h2><a class="tall" href=address>{ware.name}</a></h2>
        <p>{ware.description}</p>
        {price}
        {time}
    }
    .into_any()
}

fn picture(picture: &Picture, alt: String) -> AnyView {
    let source = format!("/objects/shop/{}.jpg", picture.id);
    let (width, height) = (picture.width, picture.height);
    view! { <img class="ware" src=source width=width height=height alt=alt loading="lazy"/> }.into_any()
}

fn price(frame: &Frame, till: &Till, ware: &Ware) -> AnyView {
    let words = match (ware.is_sold_out, ware.price_minor) {
        (true, _) => frame.text("shop-sold-out"),
        (false, Some(price)) => frame.format.money(price, &till.currency),
        (false, None) => frame.text("shop-no-price"),
    };
    view! { <p class="price">{words}</p> }.into_any()
}

fn making(frame: &Frame, ware: &Ware) -> Option<AnyView> {
    (ware.production_days > 0).then(|| {
        let words = frame.format.language().text_with("shop-days", &[("days", ware.production_days.into())]);
        view! { <p class="quiet">{words}</p> }.into_any()
    })
}

fn choose_currency(frame: &Frame, till: &Till) -> Option<AnyView> {
    (till.currencies.len() > 1).then(|| {
        let choices = till.currencies.iter().map(|code| {
            let is_chosen = *code == till.currency;
            view! {
                <button class="link" name="currency" value=code.clone() aria-current=is_chosen.then_some("true")>{code.clone()}</button>
            }
        });
        view! {
            <form class="languages" method="post" action="/shop/currency" aria-label=frame.text("shop-currency")>
                <input type="hidden" name="back" value=frame.place().to_owned()/>
                {choices.collect_view()}
            </form>
        }
        .into_any()
    })
}

/// `/shop/{id}`.
#[must_use]
pub fn product(frame: &Frame, counter: Counter, form: &FormState) -> String {
    let name = counter.ware.name.clone();
    let head = Head { title: format!("{name} · Kinora"), is_public: true, ..Head::default() };
    public(frame, head, || {
        let pictures: Vec<AnyView> =
            counter.ware.pictures.iter().map(|shown| picture(shown, counter.ware.name.clone())).collect();
        let (price, time) = (price(frame, &counter.till, &counter.ware), making(frame, &counter.ware));
        let can_be_ordered = !counter.ware.is_sold_out && counter.ware.price_minor.is_some();
        view! {
            <p><a class="tall" href="/shop">{frame.text("shop-back")}</a></p>
            <h1>{name}</h1>
            {choose_currency(frame, &counter.till)}
            <div class="halves">
                <div class="half">
                    {pictures}
                    <p>{counter.ware.description.clone()}</p>
                    {price}
                    {time}
                </div>
                {can_be_ordered.then(|| order_form(frame, counter, form))}
            </div>
        }
        .into_any()
    })
}

fn order_form(frame: &Frame, counter: Counter, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let Counter { ware, till, ar_minor, photos, is_known, total } = counter;
    let with_ar = ar_minor.map(|minor| {
        let price = frame.format.money(minor, &till.currency);
        form::tick(form, "ar", frame.format.language().text_with("shop-with-ar", &[("price", price.into())]))
    });
    let has_photos = !photos.is_empty();
    let choices = [(String::new(), t("shop-photo-none"))].into_iter().chain(photos.into_iter().map(|(id, name)| {
        let name = if name.is_empty() { id.clone() } else { name };
        (id, name)
    }));
    let choices = choices.collect();
    let seen = total.map(|total| view! { <input type="hidden" name="seen" value=total.total_minor.to_string()/> });
    let login = Listing { path: "/login".to_owned(), ..Listing::default() }.with("next", frame.place());
    view! {
        <section class="half card" aria-labelledby="order">
            <h2 id="order">{t("shop-order")}</h2>
            {(!is_known).then(|| view! { <p class="quiet">{t("shop-guest")} " " <a class="tall" href=login>{t("login")}</a></p> })}
            <form method="post" action=format!("/shop/{}", ware.id)>
                {form::summary(form)}
                <input type="hidden" name="once" value=form.value("once").to_owned()/>
                <input type="hidden" name="currency" value=till.currency.clone()/>
                {form::input(form, Input::of("number", "quantity", t("shop-quantity")).required())}
                {with_ar}
                {has_photos.then(|| form::select(form, "photo", t("shop-photo"), choices))}
                {form::input(form, Input::text("album", t("shop-album")).hint(t("shop-album-hint")))}
                {form::input(form, Input::text("name", t("name")).required().autocomplete("name"))}
                {form::input(form, Input::of("email", "email", t("email")).required().autocomplete("email"))}
                {form::input(form, Input::of("tel", "phone", t("customer-phone")).autocomplete("tel"))}
                {form::area(form, "address", t("shop-address"), 3)}
                {form::area(form, "message", t("shop-message"), 2)}
                {form::tick(form, "consent", t("consent"))}
                {seen}
                {total.map(|total| bill_of(frame, total, &till.currency))}
                <div class="buttons">
                    <button class="button" name="do" value="total" formnovalidate=true>{t("shop-show-total")}</button>
                    {total.map(|_| view! { <button class="button primary" name="do" value="order">{t("shop-place")}</button> })}
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn bill_of(frame: &Frame, total: Total, currency: &str) -> AnyView {
    let money = |minor: i64| frame.format.money(minor, currency);
    let Total { quantity, unit_minor, ar_minor, total_minor } = total;
    let mut lines = vec![(frame.text("shop-unit"), money(unit_minor).into_any())];
    if ar_minor > 0 {
        lines.push((frame.text("shop-ar"), money(ar_minor).into_any()));
    }
    lines.push((frame.text("shop-quantity"), frame.format.number(quantity).into_any()));
    lines.push((frame.text("shop-total"), view! { <strong>{money(total_minor)}</strong> }.into_any()));
    view! { <div class="notice" role="status">{facts(lines)}</div> }.into_any()
}

/// `/orders/{id}`, and the same order at `/account/orders/{id}`.
#[must_use]
pub fn receipt(frame: &Frame, receipt: Receipt, links: Option<AnyView>) -> String {
    let t = |id: &str| frame.text(id);
    let Receipt { order, items, photos } = receipt;
    let title = frame.format.language().text_with("shop-order-title", &[("number", order.number.to_string().into())]);
    let head = Head { title: format!("{title} · Kinora"), ..Head::default() };
    public(frame, head, || {
        let mut lines = vec![
            (t("state"), order_badge(frame, order.status)),
            (t("shop-order-placed"), time(frame, order.created_ms)),
        ];
        let mut say = |id: &str, text: &str| {
            if !text.is_empty() {
                let text = text.to_owned();
                lines.push((t(id), view! { <span class="lines">{text}</span> }.into_any()));
            }
        };
        say("shop-order-tracking", &order.tracking);
        say("shop-order-reason", &order.cancel_reason);
        say("name", &order.name);
        say("shop-address", &order.address);
        say("shop-message", &order.message);
        let can_have_photo = order.status != OrderStatus::Cancelled && items.iter().any(|item| item.has_ar);
        let lacks_photo = photos.is_empty() && can_have_photo;
        view! {
            {links}
            <h1>{title}</h1>
            {facts(lines)}
            {bill(frame, &order, items)}
            {photos.into_iter().map(|photo| living(frame, photo)).collect_view()}
            {lacks_photo.then(|| view! {
                <p class="notice">{t("shop-order-no-photo")} " " <a class="tall" href="/living-photos">{t("nav-studio")}</a></p>
            })}
            <p><a class="button" href="/shop">{t("shop-more")}</a></p>
        }
        .into_any()
    })
}

fn bill(frame: &Frame, order: &Order, items: Vec<OrderItem>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let money = |minor: i64| frame.format.money(minor, &order.currency);
    let rows = items.into_iter().map(|item| {
        let total = money(item.total_minor());
        view! {
            <tr>
                <th scope="row">{item.name} {item.has_ar.then(|| format!(" + {}", t("shop-ar")))}</th>
                <td class="number">{frame.format.number(item.quantity)}</td>
                <td class="number">{total}</td>
            </tr>
        }
    });
    view! {
        <table class="bill">
            <thead><tr>
                <th scope="col">{t("shop-item")}</th>
                <th scope="col" class="number">{t("shop-quantity")}</th>
                <th scope="col" class="number">{t("shop-sum")}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
            <tfoot><tr>
                <th scope="row" colspan="2">{t("shop-total")}</th>
                <td class="number"><strong>{money(order.total_minor)}</strong></td>
            </tr></tfoot>
        </table>
    }
    .into_any()
}

/// A living photo with its link and code.
pub(super) fn living(frame: &Frame, (id, name, status, link): (String, String, ProjectStatus, String)) -> AnyView {
    let name = if name.is_empty() { frame.text("album-untitled") } else { name };
    let code = (status == ProjectStatus::Ready).then(|| {
        let alt = frame.format.language().text_with("shop-code-of", &[("name", name.as_str().into())]);
        view! {
            <img class="qr" src=format!("/api/ar/projects/{id}/qr.svg") width="160" height="160" alt=alt loading="lazy"/>
            <p><a class="tall" href=format!("/ar/view/{id}")>{link}</a></p>
        }
    });
    view! {
        <section class="card">
            <h2><a class="tall" href=format!("/living-photos/{id}")>{name}</a> " " {photo_badge(frame, status)}</h2>
            {code}
        </section>
    }
    .into_any()
}
