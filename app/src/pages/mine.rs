//! What customers find under their account: their orders, their living photos, a copy of their data, the way out.

use leptos::prelude::*;

use super::shop::living;
use crate::{
    crm::{
        customers::{LeftOver, PhotoLine, order_badge, what_is_erased},
        parts::time,
    },
    form::{self, FormState, Input},
    frame::{Frame, Head, public},
    listing::Listing,
    order::Order,
};

/// The pages of an account that are here.
#[must_use]
pub fn links(frame: &Frame) -> AnyView {
    let place = frame.place().to_owned();
    let link = |path: &'static str, text: &str| {
        let is_here = place == path;
        view! { <a class="tall" href=path aria-current=is_here.then_some("page")>{frame.text(text)}</a> }
    };
    view! {
        <nav class="buttons" aria-label=frame.text("mine-pages")>
            {link("/account/orders", "mine-orders")}
            {link("/account/photos", "mine-photos")}
            {link("/account/erase", "mine-data")}
            {link("/account", "people-account")}
        </nav>
    }
    .into_any()
}

fn page(frame: &Frame, title: &str, content: impl FnOnce() -> AnyView) -> String {
    let title = frame.text(title);
    let head = Head { title: format!("{title} · Kinora"), ..Head::default() };
    public(frame, head, || view! { {links(frame)} <h1>{title}</h1> {content()} }.into_any())
}

fn pager(frame: &Frame, list: &Listing) -> AnyView {
    let (previous, next) = (list.previous(), list.next());
    view! {
        <nav class="buttons" aria-label=frame.text("list-pages")>
            {previous.map(|address| view! { <a class="button" rel="prev" href=address>{frame.text("list-previous")}</a> })}
            {next.map(|address| view! { <a class="button" rel="next" href=address>{frame.text("list-next")}</a> })}
        </nav>
    }
    .into_any()
}

/// `/account/orders`.
#[must_use]
pub fn orders(frame: &Frame, list: &Listing, orders: Vec<Order>) -> String {
    page(frame, "mine-orders", || {
        if orders.is_empty() {
            return view! {
                <p class="lead">{frame.text("mine-no-orders")}</p>
                <p><a class="button primary" href="/shop">{frame.text("nav-shop")}</a></p>
            }
            .into_any();
        }
        let cards = orders.into_iter().map(|order| {
            let title =
                frame.format.language().text_with("shop-order-title", &[("number", order.number.to_string().into())]);
            view! {
                <li class="card">
                    <h2><a class="tall" href=format!("/account/orders/{}", order.id)>{title}</a> " " {order_badge(frame, order.status)}</h2>
                    <p>{time(frame, order.created_ms)} " · " {frame.format.money(order.total_minor, &order.currency)}</p>
                </li>
            }
        });
        view! { <ul class="cards">{cards.collect_view()}</ul> {pager(frame, list)} }.into_any()
    })
}

/// `/account/photos`; `unclaimed` are the names of those made in this browser without an account.
#[must_use]
pub fn photos(frame: &Frame, list: &Listing, photos: Vec<(PhotoLine, String)>, unclaimed: Vec<String>) -> String {
    page(frame, "mine-photos", || {
        let empty = photos.is_empty().then(|| {
            view! {
                <p class="lead">{frame.text("mine-no-photos")}</p>
                <p><a class="button primary" href="/living-photos">{frame.text("nav-studio")}</a></p>
            }
        });
        let cards = photos.into_iter().map(|(photo, link)| {
            let scans = frame.format.language().text_with("mine-scans", &[("scans", photo.scans.into())]);
            view! {
                <li>
                    {living(frame, (photo.id, photo.name, photo.status, link))}
                    <p class="quiet">
                        {scans}
                        {photo.expires_ms.map(|ends| view! { " · " {frame.text("mine-until")} " " {time(frame, ends)} })}
                    </p>
                </li>
            }
        });
        view! {
            {claim(frame, unclaimed)}
            {empty}
            <ul class="wares">{cards.collect_view()}</ul>
            {pager(frame, list)}
        }
        .into_any()
    })
}

fn claim(frame: &Frame, unclaimed: Vec<String>) -> Option<AnyView> {
    (!unclaimed.is_empty()).then(|| {
        let names = unclaimed.into_iter().map(|name| {
            let name = if name.is_empty() { frame.text("album-untitled") } else { name };
            view! { <li>{name}</li> }
        });
        view! {
            <form class="notice" method="post" action="/account/photos/claim">
                <p>{frame.text("mine-unclaimed")}</p>
                <ul>{names.collect_view()}</ul>
                <button class="button primary">{frame.text("mine-claim")}</button>
            </form>
        }
        .into_any()
    })
}

/// `/account/erase`: a copy of everything, and the end of it.
#[must_use]
pub fn erase(frame: &Frame, left: LeftOver, form: &FormState) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, "mine-data", || {
        let password = Input::of("password", "password", t("password")).required().autocomplete("current-password");
        view! {
            <section class="card" aria-labelledby="copy">
                <h2 id="copy">{t("mine-copy")}</h2>
                <p>{t("mine-copy-lead")}</p>
                <p><a class="button" href="/account/export.json" download="">{t("customer-export")}</a></p>
            </section>
            <section class="card" aria-labelledby="erase">
                <h2 id="erase">{t("mine-erase")}</h2>
                {what_is_erased(frame, left)}
                <form class="narrow" method="post" action="/account/erase">
                    {form::summary(form)}
                    {form::input(form, password)}
                    <button class="button danger">{t("customer-erase-yes")}</button>
                </form>
            </section>
        }
        .into_any()
    })
}
