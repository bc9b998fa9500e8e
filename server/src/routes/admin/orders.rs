//! `/admin/orders`: the list and moving several at once; one order; files of their own for the export and for a new order.

mod export;
mod new;

use app::{
    crm::orders::{self as page, Detail, MailLine, Moved, Page, ProjectLine, Sheet, Step},
    form::FormState,
    format::Format,
    frame::Frame,
    listing::Listing,
    order::{Order, OrderStatus},
};
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use serde::Deserialize;

pub(super) use self::{
    export::export,
    new::{form as new_form, place},
};
use super::{Crm, List, Staff};
use crate::{
    db::{ORDER_SORTS, OrderFilter, PAGE_ROWS, Place, Sort},
    entry::Entry,
    error::AppError,
    orders::{REASON_CHARS_MAX, TRACKING_CHARS_MAX, find, project_unavailable, transition},
    prices::refusal_text,
    routes::pages::html,
    state::{AppState, SharedState},
};

pub(super) type Fields = Form<Vec<(String, String)>>;

/// Longest note about an order, in characters.
const NOTES_CHARS_MAX: usize = 5000;
/// Steps of an order's history that are shown.
const STEPS_MAX: i64 = 100;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What the address says was just done.
#[derive(Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    moved: String,
    #[serde(default)]
    left: String,
}

pub(super) async fn list(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    list: List,
    Query(told): Query<Told>,
) -> Result<Response, AppError> {
    let left = told.left.split('.').filter_map(|number| number.parse().ok()).take(PAGE_ROWS).collect();
    let moved = told.moved.parse().ok().map(|count| Moved { count, left });
    let page = page_of(&state, &frame, list, moved).await?;
    Ok(html(StatusCode::OK, page::list(&frame, page)))
}

async fn page_of(state: &AppState, frame: &Frame, list: List, moved: Option<Moved>) -> Result<Page, AppError> {
    let List { mut listing, place } = list;
    listing.query.retain(|(name, _)| name != "moved" && name != "left");
    let here = match &place {
        Place::First => listing.first(),
        Place::After(value, id) => listing.with("after", &format!("{value}~{id}")),
        Place::Before(value, id) => listing.with("before", &format!("{value}~{id}")),
    };
    let (filter, sort) = narrowed(&listing, &frame.format);
    let found = state.db.orders_page(&filter, sort, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    Ok(Page { listing, here, orders: found.rows, moved, ticked: vec![], form: FormState::default() })
}

/// What an address asks for; what can't be understood is not asked for.
fn narrowed(listing: &Listing, format: &Format) -> (OrderFilter, Sort) {
    let sort = ORDER_SORTS.into_iter().find(|sort| sort.name == listing.get("sort")).unwrap_or(ORDER_SORTS[0]);
    let filter = OrderFilter {
        search: listing.get("q").to_owned(),
        status: OrderStatus::parse(listing.get("status")),
        customer_id: listing.get("customer").to_owned(),
        from_ms: format.day_begins_ms(listing.get("from")),
        // A day before one day less is the day after.
        to_ms: format.day_begins_ms(listing.get("to")).map(|begins| format.days_before_ms(begins, -1)),
    };
    (filter, sort)
}

/// Moves the orders that are ticked, each by the rules for one.
pub(super) async fn move_several(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    list: List,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let mut ticked: Vec<String> = entry.all("order").into_iter().map(str::to_owned).collect();
    ticked.sort();
    ticked.dedup();
    ticked.truncate(PAGE_ROWS);
    let to = entry.choice("to", OrderStatus::parse);
    let reason =
        if to == Some(OrderStatus::Cancelled) { entry.text("reason", REASON_CHARS_MAX) } else { String::new() };
    if ticked.is_empty() {
        entry.refuse("order-none-ticked");
    }
    let Some(to) = to.filter(|_| entry.is_good()) else {
        let page = page_of(&state, &frame, list, None).await?;
        let page = Page { ticked, form: entry.shown(), ..page };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::list(&frame, page)));
    };
    let (mut count, mut left) = (0, Vec::new());
    for id in &ticked {
        match transition(&state, id, to, &reason, "", &staff.actor()).await {
            Ok(_) => count += 1,
            Err(AppError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => {}
            Err(AppError::Refused(refusal)) if refusal.status.is_client_error() => {
                left.push(find(&state, id).await?.number.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    left.sort();
    let page = page_of(&state, &frame, list, None).await?;
    let mark = if page.here.contains('?') { '&' } else { '?' };
    let there = format!("{}{mark}moved={count}&left={}", page.here, left.join("."));
    Ok(Redirect::to(&there).into_response())
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let order = find(&state, &id).await?;
    let form = filled_in(&order);
    Ok(html(StatusCode::OK, page::detail(&frame, detail_of(&state, order).await?, &form)))
}

fn filled_in(order: &Order) -> FormState {
    FormState::of([("notes", order.notes.clone()), ("tracking", order.tracking.clone())])
}

async fn detail_of(state: &AppState, order: Order) -> Result<Detail, AppError> {
    let id = order.id.as_str();
    let items = state.db.order_items(id).await?;
    let projects = projects_of(state, id).await?;
    let steps = state.db.history("order", id, STEPS_MAX).await?.into_iter().map(|entry| Step {
        at_ms: entry.at_ms,
        actor: entry.actor,
        action: entry.action,
        before: entry.before,
        after: entry.after,
    });
    let mails = state.db.mails_about("order", id).await?.into_iter().map(|mail| MailLine {
        id: mail.id,
        subject: mail.subject,
        recipient: mail.recipient,
        status: mail.status,
        created_ms: mail.created_ms,
    });
    let (steps, mails) = (steps.collect(), mails.collect());
    Ok(Detail { order, items, projects, steps, mails })
}

async fn projects_of(state: &AppState, order_id: &str) -> Result<Vec<ProjectLine>, AppError> {
    let projects = state.db.projects_of_order(order_id).await?.into_iter();
    Ok(projects.map(|project| ProjectLine { id: project.id, name: project.name, status: project.status }).collect())
}

/// The page of an order with a form on it that can't be done.
async fn refused(state: &AppState, frame: &Frame, id: &str, entry: Entry) -> Result<Response, AppError> {
    let order = find(state, id).await?;
    let sent = entry.shown();
    let mut form = filled_in(&order);
    form.values.extend(sent.values);
    (form.problems, form.problem) = (sent.problems, sent.problem);
    let page = page::detail(frame, detail_of(state, order).await?, &form);
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page))
}

/// Leads back to an order.
fn back(id: &str, said: &str) -> Response {
    Redirect::to(&format!("/admin/orders/{id}?said={said}")).into_response()
}

/// Says a refusal above or beside the form; any other error passes on.
fn say(entry: &mut Entry, field: Option<&str>, error: AppError) -> Result<(), AppError> {
    let is_absent = matches!(&error, AppError::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND);
    match (refusal_text(&error).filter(|_| !is_absent), field) {
        (Some(text), Some(field)) => entry.wrong(field, &text),
        (Some(text), None) => entry.refuse(&text),
        (None, _) => return Err(error),
    }
    Ok(())
}

pub(super) async fn move_one(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let to = entry.choice("to", OrderStatus::parse);
    let tracking = entry.optional("tracking", TRACKING_CHARS_MAX);
    let reason =
        if to == Some(OrderStatus::Cancelled) { entry.text("reason", REASON_CHARS_MAX) } else { String::new() };
    if let Some(to) = to.filter(|_| entry.is_good()) {
        match transition(&state, &id, to, &reason, &tracking, &staff.actor()).await {
            Ok(_) => return Ok(back(&id, "said-order-moved")),
            Err(error) => say(&mut entry, None, error)?,
        }
    }
    refused(&state, &frame, &id, entry).await
}

pub(super) async fn set_notes(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let order = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let notes = entry.optional("notes", NOTES_CHARS_MAX);
    if !entry.is_good() {
        return refused(&state, &frame, &id, entry).await;
    }
    state.db.set_order_notes(&order, &notes, &staff.actor()).await?;
    Ok(back(&id, "said-saved"))
}

pub(super) async fn set_tracking(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let order = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let tracking = entry.optional("tracking", TRACKING_CHARS_MAX);
    if !entry.is_good() {
        return refused(&state, &frame, &id, entry).await;
    }
    state.db.set_order_tracking(&order, &tracking, &staff.actor()).await?;
    Ok(back(&id, "said-saved"))
}

pub(super) async fn attach(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    // A link that was copied ends in the id.
    let entered = entry.text("project", 300);
    let project = entered.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if entry.is_good() {
        if state.db.attach_project(&id, project, &staff.actor()).await? {
            return Ok(back(&id, "said-order-attached"));
        }
        say(&mut entry, Some("project"), project_unavailable())?;
    }
    refused(&state, &frame, &id, entry).await
}

pub(super) async fn detach(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    let entry = Entry::new(fields, app::language::Language::default());
    if !state.db.detach_project(&id, entry.raw("project"), &staff.actor()).await? {
        return Err(AppError::not_found());
    }
    Ok(back(&id, "said-order-detached"))
}

pub(super) async fn sheet(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let order = find(&state, &id).await?;
    let production_days = state.db.production_days(&id).await?;
    let sheet = Sheet {
        shop: state.settings.get().shop_name.clone(),
        items: state.db.order_items(&id).await?,
        projects: projects_of(&state, &id).await?,
        production_days,
        due_ms: order.created_ms.saturating_add(production_days.saturating_mul(DAY_MS)),
        order,
    };
    Ok(html(StatusCode::OK, page::sheet(&frame, sheet)))
}
