//! `/admin/audit`.

use app::crm::{
    audit::{self as page, Entry},
    things::KINDS,
};
use axum::{extract::State, http::StatusCode, response::Response};

use super::{Crm, List, things::named};
use crate::{db::AuditFilter, error::AppError, id::is_id, routes::pages::html, state::SharedState};

pub(super) async fn list(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    List { mut listing, place }: List,
) -> Result<Response, AppError> {
    let kind = listing.get("kind");
    let who = Some(listing.get("who")).filter(|who| is_id(who)).unwrap_or_default().to_owned();
    let filter = AuditFilter {
        search: listing.get("q").to_owned(),
        entity: if KINDS.contains(&kind) { kind.to_owned() } else { String::new() },
        from_ms: frame.format.day_begins_ms(listing.get("from")),
        // A day before one day less is the day after.
        to_ms: frame.format.day_begins_ms(listing.get("to")).map(|begins| frame.format.days_before_ms(begins, -1)),
        account_id: who.clone(),
    };
    let found = state.db.audit_page(&filter, place).await?;
    (listing.before, listing.after) = (found.before, found.after);
    let mut wanted: Vec<(String, String)> =
        found.rows.iter().map(|entry| (entry.entity.clone(), entry.entity_id.clone())).collect();
    let is_narrowed_to_one = !who.is_empty();
    wanted.extend(is_narrowed_to_one.then(|| ("account".to_owned(), who)));
    let mut things = named(&state, wanted).await?;
    let who = if is_narrowed_to_one { things.pop() } else { None };
    let who = who.map(|account| (account.id.clone(), account.name.unwrap_or(account.id)));
    let entries = found.rows.into_iter().zip(things).map(|(entry, thing)| Entry {
        at_ms: entry.at_ms,
        account_id: entry.account_id,
        actor: entry.actor,
        action: entry.action,
        thing,
        before: entry.before,
        after: entry.after,
    });
    Ok(html(StatusCode::OK, page::list(&frame, &listing, who, entries.collect())))
}
