//! `/admin/ar-projects`: the list, one living photo and what is done to it; files of their own for how its videos lie, and for
//! forms with files.

mod files;
mod overlay;

use std::convert::Infallible;

use app::{
    crm::{
        customers::Deed,
        projects::{self as page, Act, DayCount, Detail},
    },
    form::FormState,
    frame::Frame,
    model::ProjectStatus,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::Form;
use tower_http::timeout::TimeoutLayer;

use super::{Crm, List, Staff, sent::UPLOAD_BYTES_MAX};
use crate::{
    care::recompile,
    db::{AuditEntry, By, PROJECT_SORTS, ProjectFilter},
    entry::Entry,
    error::AppError,
    projects::{Change, change_by, compile_by, find},
    routes::{
        pages::{FORM_TIMEOUT, html},
        projects::view_of,
    },
    state::{AppState, SharedState},
};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Days of the chart.
const DAYS: i64 = 30;
/// Steps of the history that are shown.
const HISTORY_ROWS: i64 = 50;
/// What is about to end.
const SOON_MS: i64 = 2 * DAY_MS;
/// Longest id of a customer that is looked up.
const ID_CHARS_MAX: usize = 40;

type Fields = Form<Vec<(String, String)>>;

pub(super) fn router() -> Router<SharedState> {
    let files = || {
        let time = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, FORM_TIMEOUT);
        (DefaultBodyLimit::disable(), time)
    };
    Router::new()
        .route("/admin/ar-projects", get(list).merge(post(files::make).layer::<_, Infallible>(files())))
        .route("/admin/ar-projects/new", get(files::form))
        .route("/admin/ar-projects/{id}", get(show))
        .route("/admin/ar-projects/{id}/do/{act}", post(act))
        .route("/admin/ar-projects/{id}/owner", post(give))
        .route("/admin/ar-projects/{id}/order", post(put_to_order))
        .route("/admin/ar-projects/{id}/overlay/{target}", get(overlay::show).post(overlay::edit))
        .route(
            "/admin/ar-projects/{id}/overlay/{target}/cutout",
            post(overlay::put_cutout).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .route("/admin/ar-projects/{id}/overlay/{target}/cutout/remove", post(overlay::remove_cutout))
        .route("/admin/ar-projects/{id}/video/{target}", post(files::replace).layer::<_, Infallible>(files()))
}

async fn list(State(state): State<SharedState>, Crm(frame): Crm, list: List) -> Result<Response, AppError> {
    let List { mut listing, place } = list;
    let ends_soon = listing.get("ends") == "soon";
    let wanted = if ends_soon && listing.get("sort").is_empty() { "ends-first" } else { listing.get("sort") };
    let sort = PROJECT_SORTS.into_iter().find(|sort| sort.name == wanted).unwrap_or(PROJECT_SORTS[0]);
    let now = state.clock.now_ms();
    let filter = ProjectFilter {
        search: listing.get("q").to_owned(),
        status: page::parse_status(listing.get("status")),
        ends_ms: ends_soon.then(|| (now, now + SOON_MS)),
        has_order: match listing.get("order") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    let found = state.db.project_page(&filter, sort, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    Ok(html(StatusCode::OK, page::list(&frame, &listing, found.rows)))
}

async fn show(State(state): State<SharedState>, Crm(frame): Crm, Path(id): Path<String>) -> Result<Response, AppError> {
    detail(&state, &frame, &id, StatusCode::OK, FormState::default()).await
}

async fn detail(
    state: &AppState,
    frame: &Frame,
    id: &str,
    status: StatusCode,
    form: FormState,
) -> Result<Response, AppError> {
    let project = find(state, id).await?;
    let today = state.clock.now_ms().div_euclid(DAY_MS);
    let links = state.db.project_links(id).await?;
    let counted = state.db.visits_of(id, today - DAYS + 1).await?;
    let days = (today - DAYS + 1..=today).map(|day| {
        let count = counted.iter().find(|count| count.day == day);
        DayCount {
            noon_ms: day * DAY_MS + DAY_MS / 2,
            scans: count.map_or(0, |count| count.scans),
            plays: count.map_or(0, |count| count.plays),
        }
    });
    let history = state.db.history("project", id, HISTORY_ROWS).await?;
    let detail = Detail {
        is_open: project.is_open && project.status == ProjectStatus::Ready,
        is_purged: project.is_purged(),
        has_trials: state.options.trial.is_some(),
        owner: project.owner_id.clone().zip(links.owner),
        order: project.order_id.clone().zip(links.order),
        scans: links.scans,
        plays: links.plays,
        scanned_ms: links.scanned_ms,
        days: days.collect(),
        history: history.into_iter().map(|entry| deed(frame, entry)).collect(),
        form,
        project: view_of(state, project)?,
    };
    Ok(html(status, page::detail(frame, detail)))
}

fn deed(frame: &Frame, entry: AuditEntry) -> Deed {
    let AuditEntry { at_ms, actor, action, before, after, .. } = entry;
    let text = |fields: &serde_json::Map<String, serde_json::Value>, name: &str| match (name, fields.get(name)) {
        ("status", Some(status)) => frame.text(&format!("project-status-{}", status.as_str().unwrap_or_default())),
        ("expires_ms", Some(ms)) => {
            ms.as_i64().map_or_else(|| frame.text("ar-permanent"), |ms| frame.format.date_time(ms))
        }
        (_, Some(serde_json::Value::String(text))) => text.clone(),
        (_, Some(serde_json::Value::Number(number))) => number.to_string(),
        _ => String::new(),
    };
    let fields = [("name", "name"), ("status", "status"), ("version", "version"), ("expires_ms", "expires")];
    let fields = fields.into_iter().map(|(name, shown)| (shown.to_owned(), text(&before, name), text(&after, name)));
    let fields = fields.filter(|(_, before, after)| before != after).collect();
    Deed { at_ms, actor, action, fields }
}

fn back(id: &str, said: &str) -> Response {
    Redirect::to(&format!("/admin/ar-projects/{id}?said={said}")).into_response()
}

/// A refusal in the reader's words; any other error goes on.
fn told(frame: &Frame, error: AppError) -> Result<(StatusCode, String), AppError> {
    match error {
        AppError::Refused(refusal) if refusal.status != StatusCode::NOT_FOUND => {
            let language = frame.format.language();
            let known = language.find(&format!("ar-refused-{}", refusal.code.replace('_', "-")));
            let other = || language.text_with("ar-refused-other", &[("code", refusal.code.clone().into())]);
            Ok((refusal.status, known.unwrap_or_else(other)))
        }
        error => Err(error),
    }
}

/// The page again, with what was refused.
async fn refused(state: &AppState, frame: &Frame, id: &str, error: AppError) -> Result<Response, AppError> {
    let (status, words) = told(frame, error)?;
    detail(state, frame, id, status, FormState { problem: Some(words), ..FormState::default() }).await
}

async fn act(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let act = Act::parse(&name).ok_or_else(AppError::not_found)?;
    let actor = staff.actor();
    let change = match act {
        Act::Retry => {
            let by = By { actor: &actor, action: "project.retry" };
            return match compile_by(&state, &id, None, Some(by)).await {
                Ok(_) => Ok(back(&id, "said-ar-retry")),
                Err(error) => refused(&state, &frame, &id, error).await,
            };
        }
        Act::Recompile => {
            return match recompile(&state, &id, &actor).await {
                Ok(()) => Ok(back(&id, "said-ar-recompile")),
                Err(error) => refused(&state, &frame, &id, error).await,
            };
        }
        Act::Cancel => Change::CancelCompile,
        Act::Close => Change::CloseRevision,
        Act::Extend => Change::Extend,
        Act::Permanent => Change::MakePermanent,
        Act::Archive => Change::Archive,
        Act::Trash => Change::Trash,
        Act::Restore => Change::Restore,
        Act::Purge => Change::Purge,
    };
    match change_by(&state, &id, change, Some(&actor)).await {
        Ok(_) => Ok(back(&id, &format!("said-ar-{}", act.name()))),
        Err(error) => refused(&state, &frame, &id, error).await,
    }
}

/// Gives it to the customer of the form, or, without one, to nobody.
async fn give(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let actor = staff.actor();
    let by = By { actor: &actor, action: "project.owner" };
    let owner = entry.optional("owner", ID_CHARS_MAX);
    let owner = Some(owner.as_str()).filter(|owner| !owner.is_empty());
    if entry.is_good() && state.db.give_project(&id, owner, by).await? {
        return Ok(back(&id, "said-saved"));
    }
    entry.wrong("owner", "ar-owner-unknown");
    detail(&state, &frame, &id, StatusCode::UNPROCESSABLE_ENTITY, entry.shown()).await
}

/// Puts it to the order of the form, or, without one, takes it off its order.
async fn put_to_order(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let actor = staff.actor();
    let by = By { actor: &actor, action: "project.order" };
    match entry.optional_number("order", 1, i64::MAX) {
        None => drop(state.db.take_off_order(&id, by).await?),
        Some(number) => {
            if entry.is_good() && !state.db.put_to_order(&id, number, by).await? {
                entry.wrong("order", "ar-order-unknown");
            }
        }
    }
    if entry.is_good() {
        return Ok(back(&id, "said-saved"));
    }
    detail(&state, &frame, &id, StatusCode::UNPROCESSABLE_ENTITY, entry.shown()).await
}
