//! `/admin/users`: who works here. Customers' accounts are not found here.

use app::{
    crm::{
        customers::Deed,
        users::{self as page, Record},
    },
    form::FormState,
    frame::Frame,
    permissions::Role,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use serde_json::Value;
use tower_sessions::Session;

use super::{Crm, List, Staff};
use crate::{
    accounts::mail_link,
    db::{Account, AuditEntry, NewAccount, RoleChange},
    entry::Entry,
    error::AppError,
    id::new_id,
    mail::Kind,
    routes::{
        account::{form_of, lines, name_and_language, person},
        client::Client,
        pages::html,
        session,
    },
    state::{AppState, SharedState},
};

/// Changes that an account's page shows.
const HISTORY_ROWS: i64 = 50;

/// What a form sends.
type Fields = Form<Vec<(String, String)>>;

/// A role of those who work here.
fn staff_role(name: &str) -> Option<Role> {
    Role::parse(name).filter(|role| role.is_staff())
}

pub(super) async fn list(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let found = state.db.accounts_page(listing.get("q"), staff_role(listing.get("role")), place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    let people = found.rows.iter().map(|account| person(&state, account)).collect();
    Ok(html(StatusCode::OK, page::list(&frame, &listing, people)))
}

pub(super) async fn new(State(state): State<SharedState>, Crm(frame): Crm) -> Response {
    let language = state.settings.get().language.code().to_owned();
    html(StatusCode::OK, page::invite(&frame, &FormState::of([("language", language)])))
}

pub(super) async fn invite(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Extension(Client(address)): Extension<Client>,
    Crm(frame): Crm,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let mut entry = Entry::new(fields, frame.format.language());
    let (name, language) = name_and_language(&mut entry);
    let email = entry.email("email");
    let role = entry.choice("role", staff_role);
    if let (true, Some(role)) = (entry.is_good(), role) {
        let id = new_id(false)?;
        let new = NewAccount { id: &id, email: &email, name: &name, role, password_hash: None, language: &language };
        if state.db.create_account(&new, &staff.actor()).await? {
            let account = find(&state, &id).await?;
            let shop = state.settings.get().language;
            mail_link(&state, &account, Kind::Invitation, shop, Some(&staff.actor())).await?;
            return Ok(Redirect::to(&format!("/admin/users/{id}?said=said-people-invited")).into_response());
        }
        entry.wrong("email", "people-taken");
    }
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page::invite(&frame, &entry.shown())))
}

/// One of the staff.
async fn find(state: &AppState, id: &str) -> Result<Account, AppError> {
    let account = state.db.account(id).await?.filter(|account| account.role.is_staff());
    account.ok_or_else(AppError::not_found)
}

/// Whose page it is, and who looks at it.
struct Seen<'a> {
    frame: &'a Frame,
    staff: &'a Staff,
    session: &'a Session,
}

impl Seen<'_> {
    /// The page with what is wrong in one of its forms; the others are filled in with what is.
    async fn refused(&self, state: &AppState, account: Account, entry: Entry) -> Result<Response, AppError> {
        let mut form = entry.shown();
        for (name, value) in full_form(&account).values {
            form.values.entry(name).or_insert(value);
        }
        self.page(state, account, StatusCode::UNPROCESSABLE_ENTITY, &form).await
    }

    async fn page(
        &self,
        state: &AppState,
        account: Account,
        status: StatusCode,
        form: &FormState,
    ) -> Result<Response, AppError> {
        let sessions = state.db.sessions(&account.id).await?;
        let history = state.db.history("account", &account.id, HISTORY_ROWS).await?;
        let record = Record {
            person: person(state, &account),
            is_self: self.staff.0.id == account.id,
            sessions: lines(sessions, session::digest(self.session).as_deref()),
            history: history.into_iter().map(deed).collect(),
        };
        Ok(html(status, page::detail(self.frame, record, form)))
    }
}

fn full_form(account: &Account) -> FormState {
    let mut form = form_of(account);
    form.values.insert("role".to_owned(), account.role.name().to_owned());
    form
}

fn deed(entry: AuditEntry) -> Deed {
    const SHOWN: [(&str, &str); 10] = [
        ("name", "name"),
        ("email", "email"),
        ("role", "role"),
        ("language", "language"),
        ("is_active", "access"),
        ("second_factor", "factor"),
        ("is_locked", "lock"),
        ("mail", "mail"),
        ("browser", "browser"),
        ("sessions", "sessions"),
    ];
    let AuditEntry { at_ms, actor, action, before, after, .. } = entry;
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
        _ => String::new(),
    };
    let fields = SHOWN.into_iter().map(|(key, name)| (name.to_owned(), text(before.get(key)), text(after.get(key))));
    Deed { at_ms, actor, action, fields: fields.filter(|(_, before, after)| before != after).collect() }
}

pub(super) async fn detail(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    let form = full_form(&account);
    Seen { frame: &frame, staff: &staff, session: &session }.page(&state, account, StatusCode::OK, &form).await
}

fn back(id: &str, said: &str) -> Response {
    Redirect::to(&format!("/admin/users/{id}?said={said}")).into_response()
}

pub(super) async fn edit(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let (name, language) = name_and_language(&mut entry);
    if !entry.is_good() {
        let seen = Seen { frame: &frame, staff: &staff, session: &session };
        return seen.refused(&state, account, entry).await;
    }
    state.db.set_profile(&account, &name, &language, &staff.actor()).await?;
    Ok(back(&id, "said-saved"))
}

pub(super) async fn set_role(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    let seen = Seen { frame: &frame, staff: &staff, session: &session };
    let mut entry = Entry::new(fields, frame.format.language());
    let Some(role) = entry.choice("role", staff_role) else {
        return seen.refused(&state, account, entry).await;
    };
    if role == account.role {
        return Ok(back(&id, "said-saved"));
    }
    if staff.0.id == account.id && !entry.ticked("sure") {
        entry.wrong("sure", "people-own-unsure");
        return seen.refused(&state, account, entry).await;
    }
    match changed(&mut entry, "role", state.db.set_role(&account, role, account.is_active, &staff.actor()).await?) {
        true => Ok(back(&id, "said-people-role")),
        false => seen.refused(&state, find(&state, &id).await?, entry).await,
    }
}

/// Whether a change was made; if not, its form says why.
fn changed(entry: &mut Entry, field: &str, change: RoleChange) -> bool {
    match change {
        RoleChange::Done => return true,
        RoleChange::LastAdmin => entry.wrong(field, "people-last-admin"),
        RoleChange::Meanwhile => entry.wrong(field, "people-meanwhile"),
    }
    false
}

pub(super) async fn deactivate(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    let seen = Seen { frame: &frame, staff: &staff, session: &session };
    let mut entry = Entry::new(fields, frame.format.language());
    if staff.0.id == account.id && !entry.ticked("leave") {
        entry.wrong("leave", "people-leave-unsure");
        return seen.refused(&state, account, entry).await;
    }
    match changed(&mut entry, "leave", state.db.set_role(&account, account.role, false, &staff.actor()).await?) {
        true => Ok(back(&id, "said-people-deactivated")),
        false => seen.refused(&state, find(&state, &id).await?, entry).await,
    }
}

pub(super) async fn activate(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    if !account.is_active {
        state.db.set_role(&account, account.role, true, &staff.actor()).await?;
    }
    Ok(back(&id, "said-people-activated"))
}

/// Mails a link by which they choose a password; nobody chooses one for somebody else.
pub(super) async fn send_link(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Extension(Client(address)): Extension<Client>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    state.limits.login(address)?;
    let account = find(&state, &id).await?;
    if !account.is_active {
        let mut entry = Entry::new(vec![], frame.format.language());
        entry.refuse("people-activate-first");
        let seen = Seen { frame: &frame, staff: &staff, session: &session };
        return seen.refused(&state, account, entry).await;
    }
    let kind = if account.password_hash.is_some() { Kind::Password } else { Kind::Invitation };
    mail_link(&state, &account, kind, state.settings.get().language, Some(&staff.actor())).await?;
    Ok(back(&id, "said-people-link"))
}

pub(super) async fn drop_factor(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    session: Session,
    Crm(frame): Crm,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    if account.id == staff.0.id {
        // There it asks for the password.
        let mut entry = Entry::new(vec![], frame.format.language());
        entry.refuse("people-factor-own");
        let seen = Seen { frame: &frame, staff: &staff, session: &session };
        return seen.refused(&state, account, entry).await;
    }
    state.db.set_totp(&account.id, None, &staff.actor()).await?;
    Ok(back(&id, "said-people-factor-dropped"))
}

pub(super) async fn unlock(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    state.db.unlock(&account.id, &staff.actor()).await?;
    Ok(back(&id, "said-people-unlocked"))
}

pub(super) async fn end_sessions(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    state.db.revoke_sessions(&account.id, None, &staff.actor()).await?;
    Ok(back(&id, "said-people-sessions"))
}

pub(super) async fn end_session(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Path((id, session)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let account = find(&state, &id).await?;
    if !state.db.revoke_session(&account.id, &session, &staff.actor()).await? {
        return Err(AppError::not_found());
    }
    Ok(back(&id, "said-people-session"))
}
