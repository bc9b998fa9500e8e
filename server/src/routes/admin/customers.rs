//! `/admin/customers`.

use app::{
    crm::customers::{self as page, Customer, Deed, LeftOver, Record},
    form::FormState,
    frame::Frame,
    language::Language,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;

use super::{Crm, List, Staff};
use crate::{
    customers::{erase as erase_all, export as export_all, find},
    db::{AuditEntry, Place, ProfileFields},
    entry::Entry,
    error::AppError,
    id::new_id,
    routes::pages::html,
    state::{AppState, SharedState},
};

/// Longest name, phone number, address and notes, in characters.
pub(in crate::routes) const NAME_CHARS_MAX: usize = 120;
/// As above.
pub(in crate::routes) const PHONE_CHARS_MAX: usize = 40;
/// As above.
pub(in crate::routes) const ADDRESS_CHARS_MAX: usize = 500;
const NOTES_CHARS_MAX: usize = 5000;
/// Changes that a profile shows.
const HISTORY_ROWS: i64 = 50;
/// Living photos that a profile shows.
const PHOTOS_SHOWN: usize = 20;

/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

pub(super) async fn list(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let found = state.db.customers_page(listing.get("q"), listing.get("sort"), place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    Ok(html(StatusCode::OK, page::list(&frame, &listing, found.rows)))
}

pub(super) async fn new(Crm(frame): Crm) -> Response {
    html(StatusCode::OK, page::new(&frame, &FormState::default()))
}

pub(super) async fn add(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let profile = read(&mut entry);
    if !entry.is_good() {
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::new(&frame, &entry.shown())));
    }
    let id = new_id(false)?;
    state.db.add_customer(&id, &profile, &staff.actor()).await?;
    Ok(Redirect::to(&format!("/admin/customers/{id}?said=said-added")).into_response())
}

pub(super) async fn detail(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let customer = find(&state, &id).await?;
    let form = form_of(&customer);
    shown(&state, &frame, customer, &form, StatusCode::OK).await
}

pub(super) async fn edit(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let customer = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let profile = read(&mut entry);
    if !entry.is_good() {
        return shown(&state, &frame, customer, &entry.shown(), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if !state.db.edit_customer(&customer, &profile, &staff.actor()).await? {
        return Err(AppError::not_found());
    }
    Ok(Redirect::to(&format!("/admin/customers/{id}?said=said-saved")).into_response())
}

pub(super) async fn export(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    Ok(copy(&export_all(&state, &id, &staff.actor()).await?))
}

/// A customer's copy as a file to keep.
pub(in crate::routes) fn copy(value: &serde_json::Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"kinora-customer.json\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, format!("{value:#}")).into_response()
}

pub(super) async fn erase_page(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let customer = find(&state, &id).await?;
    ask(&state, &frame, &customer, &FormState::default(), StatusCode::OK).await
}

pub(super) async fn erase(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let customer = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    // One that was interrupted is done again without asking.
    if customer.erased_ms.is_none() && entry.raw("word").to_lowercase() != word(&frame, &customer) {
        entry.wrong("word", "customer-erase-wrong");
        return ask(&state, &frame, &customer, &entry.shown(), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    erase_all(&state, &id, &staff.actor()).await?;
    Ok(Redirect::to(&format!("/admin/customers/{id}?said=said-customer-erased")).into_response())
}

async fn ask(
    state: &AppState,
    frame: &Frame,
    customer: &Customer,
    form: &FormState,
    status: StatusCode,
) -> Result<Response, AppError> {
    let left = left_over(state, &customer.id).await?;
    Ok(html(status, page::erase(frame, customer, &word(frame, customer), left, form)))
}

/// What to think of before everything of a customer is erased.
pub(in crate::routes) async fn left_over(state: &AppState, id: &str) -> Result<LeftOver, AppError> {
    let open_orders = state.db.open_orders_of(id).await?;
    Ok(LeftOver { open_orders, unowned_photos: state.db.unowned_of(id).await? })
}

/// What is typed to show that it is meant: the customer's address, or a word of the reader's language.
fn word(frame: &Frame, customer: &Customer) -> String {
    if customer.email.is_empty() { frame.text("customer-erase-word") } else { customer.email.clone() }
}

async fn shown(
    state: &AppState,
    frame: &Frame,
    customer: Customer,
    form: &FormState,
    status: StatusCode,
) -> Result<Response, AppError> {
    let id = customer.id.as_str();
    let account = state.db.account_of_customer(id).await?.map(|account| (account.email, account.seen_ms));
    let orders = state.db.orders_of_customer(id, Place::First).await?.rows;
    let mut photos = state.db.photos_of(id, Place::First).await?.rows;
    photos.truncate(PHOTOS_SHOWN);
    let history = state.db.history("customer", id, HISTORY_ROWS).await?;
    let record = Record {
        account,
        orders,
        photos,
        namesakes: state.db.namesakes(&customer).await?,
        history: history.into_iter().map(deed).collect(),
        customer,
    };
    Ok(html(status, page::detail(frame, record, form)))
}

fn deed(entry: AuditEntry) -> Deed {
    const SHOWN: [&str; 7] = ["name", "email", "phone", "address", "language", "notes", "consent"];
    let AuditEntry { at_ms, actor, action, before, after, .. } = entry;
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Bool(yes)) => if *yes { "✓" } else { "–" }.to_owned(),
        _ => String::new(),
    };
    let fields = SHOWN.into_iter().map(|name| (name.to_owned(), text(before.get(name)), text(after.get(name))));
    Deed { at_ms, actor, action, fields: fields.filter(|(_, before, after)| before != after).collect() }
}

fn form_of(customer: &Customer) -> FormState {
    FormState::of([
        ("name", customer.name.clone()),
        ("email", customer.email.clone()),
        ("phone", customer.phone.clone()),
        ("address", customer.address.clone()),
        ("language", customer.language.clone()),
        ("notes", customer.notes.clone()),
        ("consent", if customer.consent_ms.is_some() { "1".to_owned() } else { String::new() }),
    ])
}

fn read(entry: &mut Entry) -> ProfileFields {
    let language = if entry.raw("language").is_empty() {
        String::new()
    } else {
        entry.choice("language", Language::parse).map_or(String::new(), |language| language.code().to_owned())
    };
    ProfileFields {
        name: entry.text("name", NAME_CHARS_MAX),
        email: entry.optional_email("email"),
        phone: entry.optional("phone", PHONE_CHARS_MAX),
        address: entry.optional("address", ADDRESS_CHARS_MAX),
        language,
        notes: entry.optional("notes", NOTES_CHARS_MAX),
        consents: entry.ticked("consent"),
    }
}
