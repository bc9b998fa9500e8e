//! `/admin/mail`: the log, a mail, and the same mail once more.

use app::{
    crm::{
        mails::{self as page, MailRow, MailView, STATUSES, Text},
        things::Thing,
    },
    form::FormState,
    frame::Frame,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;

use super::{Crm, List, Staff, things::named};
use crate::{
    db::{Mail, MailFilter},
    entry::Entry,
    error::AppError,
    id::{is_id, new_id},
    mail::Kind,
    routes::pages::html,
    state::{AppState, SharedState},
};

/// What the id of a mail that is sent once more is a signature of.
const COPY: &str = "mail";

pub(super) async fn list(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let one_of = |names: &[&str], name: &str| if names.contains(&name) { name.to_owned() } else { String::new() };
    let kinds = Kind::ALL.map(Kind::name);
    let filter = MailFilter {
        search: listing.get("q").to_owned(),
        status: one_of(&STATUSES, listing.get("status")),
        kind: one_of(&kinds, listing.get("kind")),
    };
    let found = state.db.mails_page(&filter, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    Ok(html(StatusCode::OK, page::list(&frame, &listing, &kinds, found.rows.into_iter().map(row).collect())))
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mail = find(&state, &id).await?;
    let form = FormState::of([("recipient", mail.recipient.clone()), ("once", new_id(false)?)]);
    shown(&state, &frame, mail, &form, StatusCode::OK).await
}

pub(super) async fn resend(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let mail = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let has_ended = matches!(mail.status.as_str(), "sent" | "failed");
    if !has_ended || !matches!(text_of(&mail), Text::Kept(_)) {
        entry.refuse("mails-not-resendable");
        return shown(&state, &frame, mail, &entry.shown(), StatusCode::CONFLICT).await;
    }
    let recipient = entry.email("recipient");
    if entry.is_good() {
        // The same form, sent twice, writes one mail.
        let once = entry.raw("once");
        let copy = if is_id(once) { state.key.id(COPY, once) } else { new_id(false)? };
        let is_written = state.db.resend_mail(&copy, &mail, &recipient, &staff.actor()).await?;
        if is_written || state.db.mail(&copy).await?.is_some() {
            state.mailed.notify_one();
            return Ok(Redirect::to(&format!("/admin/mail/{copy}?said=said-mails-resent")).into_response());
        }
        // Erased since it was looked up.
        entry.refuse("mails-not-resendable");
    }
    shown(&state, &frame, mail, &entry.shown(), StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn find(state: &AppState, id: &str) -> Result<Mail, AppError> {
    if !is_id(id) {
        return Err(AppError::not_found());
    }
    state.db.mail(id).await?.ok_or_else(AppError::not_found)
}

async fn shown(
    state: &AppState,
    frame: &Frame,
    mail: Mail,
    form: &FormState,
    status: StatusCode,
) -> Result<Response, AppError> {
    let about = named(state, vec![(mail.entity.clone(), mail.entity_id.clone())]).await?.pop();
    let view = MailView {
        text: text_of(&mail),
        about: about.unwrap_or_else(|| Thing { kind: mail.entity.clone(), ..Thing::default() }),
        language: mail.language.clone(),
        sent_ms: mail.sent_ms,
        row: row(mail),
    };
    Ok(html(status, page::detail(frame, view, form)))
}

fn text_of(mail: &Mail) -> Text {
    if Kind::parse(&mail.kind).is_none_or(Kind::is_secret) {
        Text::Secret
    } else if mail.recipient.is_empty() || mail.body.is_empty() {
        Text::Erased
    } else {
        Text::Kept(mail.body.clone())
    }
}

fn row(mail: Mail) -> MailRow {
    MailRow {
        id: mail.id,
        kind: mail.kind,
        recipient: mail.recipient,
        subject: mail.subject,
        status: mail.status,
        error: mail.error,
        attempts: mail.attempts,
        created_ms: mail.created_ms,
    }
}
