//! `/admin/orders`: the list; what one order looks like, its job sheet and the form for a new one are in files of their own.

mod detail;
mod new;
mod sheet;

use leptos::prelude::*;

pub(crate) use self::detail::step_text;
pub use self::{
    detail::{Detail, MailLine, ProjectLine, Step, detail},
    new::{Buyer, Choices, LINES_MAX, Line, Priced, line_field, new},
    sheet::{Sheet, sheet},
};
use super::{
    page,
    parts::{Column, Filter, badge, filters, table, time},
};
use crate::{
    form::{self, FormState, Input},
    frame::Frame,
    listing::Listing,
    order::{Order, OrderStatus},
    permissions::Permission,
};

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Page {
    /// Search, filters, sorting and the places around.
    pub listing: Listing,
    /// The page's own address, without what was just said on it.
    pub here: String,
    /// Its rows.
    pub orders: Vec<Order>,
    /// What moving several orders at once came to.
    pub moved: Option<Moved>,
    /// Ids of the orders that are ticked.
    pub ticked: Vec<String>,
    /// The form that moves them, with what is wrong with it.
    pub form: FormState,
}

/// What moving several orders at once came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How many were moved.
    pub count: i64,
    /// The numbers of those that were not.
    pub left: Vec<i64>,
}

/// The list.
#[must_use]
pub fn list(frame: &Frame, page: Page) -> String {
    let t = |id: &str| frame.text(id);
    let Page { listing, here, orders, moved, ticked, form } = page;
    let may_move = frame.may(Permission::MoveOrders) && !orders.is_empty();
    super::page(frame, &t("nav-orders"), || {
        let columns = vec![
            Column::text(t("order-number")),
            Column::text(t("order-customer")),
            Column::text(t("state")),
            Column::number(t("order-total")),
            Column::number(t("order-base-total")).sorted("least", "most"),
            Column::text(t("order-date")).sorted("oldest", "newest"),
        ];
        let rows = orders.into_iter().map(|order| row(frame, may_move, &ticked, order)).collect();
        let empty = view! {
            <p>{t("orders-empty")}</p>
            {frame.may(Permission::EditOrders).then(|| new_button(frame))}
        };
        let narrowed_by = vec![
            Filter::Choice { name: "status", label: t("state"), choices: statuses(frame) },
            Filter::Day { name: "from", label: t("order-from") },
            Filter::Day { name: "to", label: t("order-to") },
        ];
        let csv = Listing { path: "/admin/orders.csv".to_owned(), ..listing.clone() }.first();
        let table = table(frame, &listing, columns, rows, empty.into_any());
        view! {
            {moved.map(|moved| told(frame, &moved))}
            <div class="actions">
                {frame.may(Permission::EditOrders).then(|| new_button(frame))}
                <a class="button" href=csv download="orders.csv">{t("order-export")}</a>
            </div>
            {filters(frame, &listing, Some(t("order-search")), narrowed_by)}
            {if may_move { movable(frame, &here, table, &form) } else { table }}
        }
        .into_any()
    })
}

/// The badge of a status.
pub(crate) fn status_badge(frame: &Frame, status: OrderStatus) -> AnyView {
    badge(status.tone(), status_text(frame, status))
}

fn status_text(frame: &Frame, status: OrderStatus) -> String {
    frame.text(&format!("order-status-{}", status.name()))
}

fn statuses(frame: &Frame) -> Vec<(String, String)> {
    OrderStatus::ALL.map(|status| (status.name().to_owned(), status_text(frame, status))).into()
}

fn new_button(frame: &Frame) -> AnyView {
    view! { <a class="button primary" href="/admin/orders/new">{frame.text("order-new")}</a> }.into_any()
}

fn row(frame: &Frame, may_move: bool, ticked: &[String], order: Order) -> Vec<AnyView> {
    let money = |minor: i64, currency: &str| frame.format.money(minor, currency);
    let number = order.number.to_string();
    let tick = may_move.then(|| {
        let is_ticked = ticked.contains(&order.id);
        let label = frame.format.language().text_with("order-choose", &[("number", number.clone().into())]);
        view! {
            <label class="pick">
                <input type="checkbox" name="order" value=order.id.clone() checked=is_ticked aria-label=label/>
            </label>
        }
    });
    vec![
        view! { {tick} <a href=format!("/admin/orders/{}", order.id)>{number}</a> }.into_any(),
        order.name.into_any(),
        status_badge(frame, order.status),
        money(order.total_minor, &order.currency).into_any(),
        money(order.base_minor, &order.base).into_any(),
        time(frame, order.created_ms),
    ]
}

/// The table as part of a form that moves the orders that are ticked.
fn movable(frame: &Frame, here: &str, table: AnyView, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let choices = [(String::new(), t("order-choose-status"))].into_iter();
    let choices = choices.chain(statuses(frame).into_iter().filter(|(name, _)| name != "pending")).collect();
    let reason = Input::text("reason", t("order-reason")).hint(t("order-reason-when"));
    view! {
        <form method="post" action=here.to_owned()>
            {form::summary(form)}
            {table}
            <fieldset class="sheet">
                <legend>{t("order-move-several")}</legend>
                {form::select(form, "to", t("order-move-to"), choices)}
                {form::input(form, reason)}
                <button class="button">{t("order-move")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

fn told(frame: &Frame, moved: &Moved) -> AnyView {
    let language = frame.format.language();
    let count = language.text_with("order-moved", &[("count", moved.count.into())]);
    let left: Vec<String> = moved.left.iter().map(i64::to_string).collect();
    let left =
        (!left.is_empty()).then(|| language.text_with("order-not-moved", &[("numbers", left.join(", ").into())]));
    view! { <p class="notice said" role="status">{count} {left.map(|left| format!(" {left}"))}</p> }.into_any()
}
