//! `/admin/orders/new`: an order that staff enter for a customer.

use app::{
    crm::orders::{self as page, Buyer, Choices, LINES_MAX, Line, Priced, line_field},
    form::FormState,
    frame::Frame,
    language::Language,
    order::Origin,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::extract::Form;
use serde::Deserialize;

use super::{Fields, back, say};
use crate::{
    db::Contact,
    entry::Entry,
    error::AppError,
    id::{is_id, new_id},
    orders::{NewOrder, place as place_order},
    prices::{QUANTITY_MAX, Quote, Wish, quote},
    routes::{
        admin::{Crm, Staff},
        pages::html,
    },
    state::{AppState, SharedState},
};

#[derive(Deserialize)]
pub(in crate::routes::admin) struct For {
    #[serde(default)]
    customer: String,
}

pub(in crate::routes::admin) async fn form(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Query(For { customer }): Query<For>,
) -> Result<Response, AppError> {
    let buyer = buyer(&state, &customer).await?;
    let shop = state.settings.get().language;
    let currencies = state.db.currencies().await?;
    let currency = currencies.first().map(|base| base.code.clone()).unwrap_or_default();
    let once = ("once", new_id(false)?);
    let (person, values) = match buyer {
        Some((person, contact)) => {
            let language = contact.language.unwrap_or(shop).code().to_owned();
            let Contact { name, email, phone, address, .. } = contact;
            let values = [("name", name), ("email", email), ("phone", phone), ("address", address)];
            (
                Some(person),
                FormState::of(values.into_iter().chain([("language", language), ("currency", currency), once])),
            )
        }
        None => (None, FormState::of([("language", shop.code().to_owned()), ("currency", currency), once])),
    };
    shown(&state, &frame, StatusCode::OK, person, values, None).await
}

/// A customer's profile by its id; none without one.
async fn buyer(state: &AppState, id: &str) -> Result<Option<(Buyer, Contact)>, AppError> {
    if id.is_empty() {
        return Ok(None);
    }
    let contact = if is_id(id) { state.db.buyer(id).await? } else { None };
    let contact = contact.ok_or_else(AppError::not_found)?;
    Ok(Some((Buyer { id: id.to_owned(), name: contact.name.clone() }, contact)))
}

/// Says what the order costs, or places it.
pub(in crate::routes::admin) async fn place(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let buyer = buyer(&state, entry.raw("customer")).await?.map(|(buyer, _)| buyer);
    let currency = entry.raw("currency").to_owned();
    let language = entry.choice("language", Language::parse).unwrap_or_default();
    let wishes = wishes(&mut entry);
    if entry.raw("act") == "price" {
        let mut priced = None;
        if entry.is_good() {
            match quote(&state, &wishes, &currency, language).await {
                Ok(quote) => priced = Some(priced_of(quote)),
                Err(error) => say(&mut entry, None, error)?,
            }
        }
        let status = if priced.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return shown(&state, &frame, status, buyer, entry.shown(), priced).await;
    }
    let order = NewOrder {
        once: entry.raw("once").to_owned(),
        customer_id: buyer.as_ref().map(|buyer| buyer.id.clone()),
        name: entry.text("name", 120),
        email: entry.optional_email("email"),
        phone: entry.optional("phone", 40),
        address: entry.optional("address", 500),
        language,
        currency,
        wishes,
        message: entry.optional("message", 2000),
        origin: Origin::Staff,
        project_ids: vec![],
    };
    if entry.is_good() {
        match place_order(&state, order, &staff.actor()).await {
            Ok(order) => return Ok(back(&order.id, "said-order-placed")),
            Err(error) => say(&mut entry, None, error)?,
        }
    }
    shown(&state, &frame, StatusCode::UNPROCESSABLE_ENTITY, buyer, entry.shown(), None).await
}

/// The lines that have a product.
fn wishes(entry: &mut Entry) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for [product, quantity, ar] in (0..LINES_MAX).map(line_field) {
        let product_id = entry.raw(product).to_owned();
        if !product_id.is_empty() {
            wishes.push(Wish {
                product_id,
                quantity: entry.number(quantity, 1, QUANTITY_MAX),
                has_ar: entry.ticked(ar),
            });
        }
    }
    wishes
}

fn priced_of(quote: Quote) -> Priced {
    let lines = quote.lines.into_iter().map(|line| Line {
        name: line.name,
        quantity: line.quantity,
        piece_minor: line.unit_minor.saturating_add(line.ar_minor),
        total_minor: line.total_minor,
    });
    Priced {
        lines: lines.collect(),
        currency: quote.currency,
        base: quote.base,
        total_minor: quote.total_minor,
        base_minor: quote.base_minor,
    }
}

async fn shown(
    state: &AppState,
    frame: &Frame,
    status: StatusCode,
    buyer: Option<Buyer>,
    form: FormState,
    priced: Option<Priced>,
) -> Result<Response, AppError> {
    let products = state.db.offers(frame.format.language()).await?;
    let currencies = state.db.currencies().await?.into_iter().map(|currency| currency.code).collect();
    let choices = Choices { products, currencies };
    Ok(html(status, page::new(frame, choices, buyer, &form, priced)))
}
