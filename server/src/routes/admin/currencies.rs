//! `/admin/currencies`.

use app::{crm::currencies as page, form::FormState};
use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use iso_currency::Currency;
use rust_decimal::Decimal;

use super::{Crm, Staff};
use crate::{entry::Entry, error::AppError, routes::pages::html, state::SharedState};

/// Largest rate.
const RATE_MAX: i64 = 1_000_000_000;

pub(super) async fn list(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    let rows = state.db.all_currencies().await?;
    Ok(html(StatusCode::OK, page::list(&frame, rows, &FormState::default())))
}

pub(super) async fn add(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let currency = Currency::from_code(&entry.raw("code").to_uppercase());
    if currency.is_none() {
        entry.wrong("code", "currency-unknown");
    }
    let rate = if entry.raw("rate").is_empty() {
        None
    } else {
        Some(entry.decimal("rate", Decimal::new(1, 9), Decimal::from(RATE_MAX)))
    };
    if let (true, Some(currency)) = (entry.is_good(), currency) {
        if state.db.add_currency(currency, rate, &staff.actor()).await? {
            return Ok(Redirect::to("/admin/currencies?said=said-added").into_response());
        }
        entry.wrong("code", "problem-taken");
    }
    let rows = state.db.all_currencies().await?;
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::list(&frame, rows, &entry.shown())))
}
