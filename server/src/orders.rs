//! An order's way through the shop: placed, made, sent; or cancelled. Every step is one short transaction, then a mail.

use app::{
    format::Format,
    language::Language,
    order::{Order, OrderItem, OrderStatus, Origin},
};
use fluent_templates::fluent_bundle::FluentValue;

use crate::{
    db::{Actor, Placed, PlacedOrder},
    error::AppError,
    id::{is_id, new_id},
    mail::{Kind, Letter, post},
    prices::{Wish, quote, stock_too_low},
    state::AppState,
};

/// Longest reason for cancelling an order, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// Longest tracking number, in characters.
pub const TRACKING_CHARS_MAX: usize = 100;
/// Most living photos of a new order.
pub const PROJECTS_MAX: usize = 20;

/// An order as it is asked for. Nothing here says what anything costs.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// What the form held that was sent; sent twice, it places one order. Empty for none.
    pub once: String,
    /// The customer's profile, if there is one; must exist.
    pub customer_id: Option<String>,
    /// Whom it goes to.
    pub name: String,
    /// Lower case; may be empty, then no mail is sent.
    pub email: String,
    /// May be empty.
    pub phone: String,
    /// May be empty.
    pub address: String,
    /// In which its items are named and mails about it are written.
    pub language: Language,
    /// ISO 4217; must be in use.
    pub currency: String,
    /// What is ordered.
    pub wishes: Vec<Wish>,
    /// What the customer wrote.
    pub message: String,
    /// Who enters it.
    pub origin: Origin,
    /// Living photos that go with it. Whether they are the customer's is for the caller to know.
    pub project_ids: Vec<String>,
}

/// The id of the order that a form places, whatever else is in it; `None` when it says nothing about that.
fn id_of(state: &AppState, once: &str) -> Option<String> {
    is_id(once).then(|| state.key.id(ORDER, once))
}

/// The order that this form has placed already.
///
/// # Errors
/// When the database fails.
pub async fn placed_by(state: &AppState, once: &str) -> Result<Option<Order>, AppError> {
    match id_of(state, once) {
        Some(id) => Ok(state.db.order(&id).await?),
        None => Ok(None),
    }
}

/// Places an order at the prices and rates of now, which it keeps; or gives the one that the same form has placed.
///
/// # Errors
/// The refusals of [`quote`]; `stock_too_low` when somebody else was faster; `project_unavailable` when a living photo is
/// unknown or belongs to another order that was not cancelled, or with more than [`PROJECTS_MAX`] of them.
pub async fn place(state: &AppState, new: NewOrder, actor: &Actor) -> Result<Order, AppError> {
    let mut project_ids = new.project_ids;
    project_ids.sort();
    project_ids.dedup();
    if project_ids.len() > PROJECTS_MAX || !project_ids.iter().all(|id| is_id(id)) {
        return Err(project_unavailable());
    }
    if let Some(order) = placed_by(state, &new.once).await? {
        return Ok(order);
    }
    let quote = quote(state, &new.wishes, &new.currency, new.language).await?;
    let id = match id_of(state, &new.once) {
        Some(id) => id,
        None => new_id(false)?,
    };
    let placed = PlacedOrder {
        id: &id,
        customer_id: new.customer_id.as_deref(),
        name: &new.name,
        email: &new.email,
        phone: &new.phone,
        address: &new.address,
        language: new.language,
        message: &new.message,
        origin: new.origin,
        project_ids: &project_ids,
        quote: &quote,
    };
    match state.db.place_order(&placed, actor).await? {
        Placed::Done => {}
        Placed::Before => return find(state, &id).await,
        Placed::StockTooLow => return Err(stock_too_low()),
        Placed::ProjectTaken => return Err(project_unavailable()),
    }
    let order = find(state, &id).await?;
    tell(state, &order, Kind::OrderReceived).await;
    Ok(order)
}

/// An order by its id.
///
/// # Errors
/// A refusal when there is none.
pub async fn find(state: &AppState, id: &str) -> Result<Order, AppError> {
    if !is_id(id) {
        return Err(AppError::not_found());
    }
    state.db.order(id).await?.ok_or_else(AppError::not_found)
}

/// Moves an order along. `reason` is why it is cancelled, `tracking` the carrier's number when it is shipped; either is ignored
/// for other steps.
///
/// # Errors
/// `not_found`; `transition_not_allowed` when [`OrderStatus::next`] has no such step or somebody else was faster;
/// `reason_required` when it is cancelled without one; `text_too_long`.
pub async fn transition(
    state: &AppState,
    id: &str,
    to: OrderStatus,
    reason: &str,
    tracking: &str,
    actor: &Actor,
) -> Result<Order, AppError> {
    let order = find(state, id).await?;
    if !order.status.next().contains(&to) {
        return Err(not_allowed());
    }
    let reason = if to == OrderStatus::Cancelled { reason.trim() } else { "" };
    if to == OrderStatus::Cancelled && reason.is_empty() {
        return Err(AppError::invalid("reason_required", "Say why the order is cancelled."));
    }
    let tracking = if to == OrderStatus::Shipped { tracking.trim() } else { &order.tracking };
    if reason.chars().count() > REASON_CHARS_MAX || tracking.chars().count() > TRACKING_CHARS_MAX {
        return Err(AppError::invalid("text_too_long", "This is too long."));
    }
    if !state.db.move_order(&order, to, reason, tracking, actor).await? {
        return Err(not_allowed());
    }
    let order = find(state, id).await?;
    if to == OrderStatus::Shipped {
        tell(state, &order, Kind::OrderShipped).await;
    }
    Ok(order)
}

/// What the key in an order's link is a signature of.
pub(crate) const ORDER: &str = "order";

/// The path of the customer's page of an order, with the key that opens it.
#[must_use]
pub fn path(state: &AppState, id: &str) -> String {
    format!("/orders/{id}?key={}", state.key.sign(ORDER, id))
}

/// The customer's page of an order; whoever has the link sees it.
#[must_use]
pub fn link(state: &AppState, id: &str) -> String {
    format!("{}{}", state.public_url, path(state, id))
}

pub(crate) fn project_unavailable() -> AppError {
    AppError::invalid("project_unavailable", "There is no such living photo, or it belongs to another order.")
}

fn not_allowed() -> AppError {
    AppError::conflict("transition_not_allowed", "The order can't go there from where it stands now.")
}

/// Writes to the customer; whatever goes wrong stops nobody.
async fn tell(state: &AppState, order: &Order, kind: Kind) {
    let items = match state.db.order_items(&order.id).await {
        Ok(items) => items,
        Err(error) => {
            tracing::error!(error = %error, order = order.id, "the items of a mail were not read");
            return;
        }
    };
    let format = Format::new(order.language, &state.settings.get().zone);
    let tracking = if order.tracking.is_empty() {
        order.language.text("order-mail-no-tracking")
    } else {
        order.language.text_with("order-mail-tracking", &[("tracking", FluentValue::from(order.tracking.as_str()))])
    };
    let arguments = [
        ("name", order.name.clone()),
        ("number", order.number.to_string()),
        ("total", format.money(order.total_minor, &order.currency)),
        ("items", items.iter().map(|item| item_line(&format, item, &order.currency)).collect::<Vec<_>>().join("\n")),
        ("link", link(state, &order.id)),
        ("tracking", tracking),
    ];
    let letter = Letter { kind, to: &order.email, language: order.language, entity: "order", entity_id: &order.id };
    post(state, letter, &arguments).await;
}

/// Such as "2 × Print 10×15 + living photo: $35.00".
fn item_line(format: &Format, item: &OrderItem, currency: &str) -> String {
    let language = format.language();
    let id = if item.has_ar { "order-mail-item-ar" } else { "order-mail-item" };
    let values = [
        ("quantity", FluentValue::from(format.number(item.quantity))),
        ("name", FluentValue::from(item.name.as_str())),
        ("total", FluentValue::from(format.money(item.total_minor(), currency))),
    ];
    language.text_with(id, &values)
}
