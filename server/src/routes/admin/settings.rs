//! `/admin/settings`.

use app::{
    crm::settings::{self as page, Choices, Started},
    form::FormState,
    format::minor_digits,
    frame::Frame,
    language::Language,
};
use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use rust_decimal::Decimal;

use super::{
    Crm, Staff,
    customers::{NAME_CHARS_MAX, PHONE_CHARS_MAX},
};
use crate::{
    db::{Engine, StoredSettings},
    entry::Entry,
    error::AppError,
    mailer::Outlet,
    routes::pages::html,
    settings::{Settings, zones},
    state::{AppState, SharedState},
};

/// Most hours before a trial's end at which its owner is told: thirty days.
const WARN_HOURS_MAX: i64 = 720;
const HOUR_S: u64 = 3600;

pub(super) async fn show(State(state): State<SharedState>, Crm(frame): Crm) -> Result<Response, AppError> {
    let form = form_of(&state.db.shop_settings().await?);
    shown(&state, &frame, &form, StatusCode::OK).await
}

pub(super) async fn change(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let mut entry = Entry::new(fields, frame.format.language());
    let after = read(&mut entry, &currencies(&state).await?);
    let before = state.db.shop_settings().await?;
    let is_seen = entry.raw("seen") == before.digest();
    let Some(after) = after.filter(|_| is_seen) else {
        if !is_seen {
            return outdated(&state, &frame, entry).await;
        }
        return shown(&state, &frame, &entry.shown(), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    if !state.db.set_shop_settings(&before, &after, &staff.actor()).await? {
        return outdated(&state, &frame, entry).await;
    }
    state.settings.set(after);
    Ok(Redirect::to("/admin/settings?said=said-saved").into_response())
}

/// The form with what was entered, to be compared with what somebody else has set meanwhile and sent again.
async fn outdated(state: &AppState, frame: &Frame, mut entry: Entry) -> Result<Response, AppError> {
    entry.refuse("settings-changed-meanwhile");
    let mut form = entry.shown();
    let seen = state.db.shop_settings().await?.digest();
    form.values.insert("seen".to_owned(), seen);
    shown(state, frame, &form, StatusCode::CONFLICT).await
}

async fn shown(state: &AppState, frame: &Frame, form: &FormState, status: StatusCode) -> Result<Response, AppError> {
    let choices = Choices { zones: zones(), currencies: currencies(state).await? };
    Ok(html(status, page::settings(frame, &choices, &started(state), form)))
}

async fn currencies(state: &AppState) -> Result<Vec<String>, AppError> {
    Ok(state.db.currencies().await?.into_iter().map(|currency| currency.code).collect())
}

fn started(state: &AppState) -> Started {
    let hours = |time: std::time::Duration| i64::try_from(time.as_secs() / HOUR_S).unwrap_or(i64::MAX);
    Started {
        public_url: state.public_url.clone(),
        outlet: match state.outlet {
            Outlet::Smtp(_) => "smtp",
            Outlet::Folder(_) => "folder",
            Outlet::Log => "log",
        },
        mail_from: state.options.mail_from.to_string(),
        database: match state.db.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        },
        storage: if state.storage.is_folder() { "folder" } else { "bucket" },
        trial_hours: state.options.trial.map(hours),
        trash_days: hours(state.options.trash) / 24,
    }
}

fn form_of(stored: &StoredSettings) -> FormState {
    let settings = stored.settings.clone();
    let price = Decimal::new(settings.ar_price_minor, minor_digits(&settings.ar_price_currency)).to_string();
    FormState::of([
        ("seen", stored.digest()),
        ("shop_name", settings.shop_name),
        ("contact_email", settings.contact_email),
        ("contact_phone", settings.contact_phone),
        ("zone", settings.zone),
        ("language", settings.language.code().to_owned()),
        ("ar_price", price),
        ("ar_currency", settings.ar_price_currency),
        ("warn_hours", settings.warn_hours.to_string()),
    ])
}

/// What a form says; `None` where something is wrong.
fn read(entry: &mut Entry, currencies: &[String]) -> Option<Settings> {
    let known = |code: &str| currencies.iter().find(|known| *known == code).cloned();
    let zones = zones();
    let currency = entry.choice("ar_currency", known);
    let settings = Settings {
        shop_name: entry.text("shop_name", NAME_CHARS_MAX),
        contact_email: entry.optional_email("contact_email"),
        contact_phone: entry.optional("contact_phone", PHONE_CHARS_MAX),
        zone: entry.choice("zone", |name| zones.iter().find(|known| *known == name).cloned()).unwrap_or_default(),
        language: entry.choice("language", Language::parse).unwrap_or_default(),
        ar_price_minor: entry.money("ar_price", currency.as_deref().unwrap_or_default()),
        ar_price_currency: currency.unwrap_or_default(),
        warn_hours: u32::try_from(entry.number("warn_hours", 0, WARN_HOURS_MAX)).unwrap_or_default(),
    };
    entry.is_good().then_some(settings)
}
