//! What customers have a right to: a copy of everything that is kept about them (GDPR, articles 15 and 20), and to have it
//! erased (article 17).

use app::crm::customers::Customer;
use serde_json::{Value, json};

use crate::{
    db::{Actor, KEPT_ROWS, Kept},
    error::AppError,
    id::is_id,
    settle::settle,
    state::AppState,
};

/// Reads of one kind of thing for a copy; what is beyond them is said to be left out.
const READS_MAX: i64 = 100;

/// A customer by their id.
///
/// # Errors
/// A refusal when there is none.
pub async fn find(state: &AppState, id: &str) -> Result<Customer, AppError> {
    if !is_id(id) {
        return Err(AppError::not_found());
    }
    state.db.customer(id).await?.ok_or_else(AppError::not_found)
}

/// Everything that is kept about a customer, but for secrets, as JSON. That it was given out is written down first.
///
/// # Errors
/// A refusal when there is no such customer.
pub async fn export(state: &AppState, id: &str, actor: &Actor) -> Result<Value, AppError> {
    let customer = find(state, id).await?;
    state.db.record_export(id, actor).await?;
    let account = state.db.account_of_customer(id).await?;
    let sessions = match &account {
        Some(account) => state.db.sessions(&account.id).await?,
        None => vec![],
    };
    let sessions = sessions.iter().map(
        |session| json!({ "browser": session.agent, "created_ms": session.created_ms, "seen_ms": session.seen_ms }),
    );
    let account = account.as_ref().map(|account| {
        json!({
            "email": account.email, "name": account.name, "language": account.language,
            "has_second_factor": account.totp_secret.is_some(), "created_ms": account.created_ms,
            "seen_ms": account.seen_ms, "sessions": sessions.collect::<Vec<_>>(),
        })
    });
    let mut is_whole = true;
    let mut orders = read(state, id, Kept::Orders, &mut is_whole).await?;
    for item in read(state, id, Kept::Items, &mut is_whole).await? {
        let order = orders.iter_mut().find(|order| order["id"] == item["order_id"]);
        if let Some(items) = order.and_then(|order| order.as_object_mut()) {
            let items = items.entry("items").or_insert_with(|| json!([]));
            items.as_array_mut().into_iter().for_each(|items| items.push(item.clone()));
        }
    }
    let mut photos = read(state, id, Kept::Photos, &mut is_whole).await?;
    for photo in &mut photos {
        photo["link"] = photo["id"].as_str().map(|id| state.link(id)).into();
        photo["targets"] = photo["targets"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()).into();
    }
    Ok(json!({
        "exported_ms": state.clock.now_ms(),
        "profile": {
            "id": customer.id, "name": customer.name, "email": customer.email, "phone": customer.phone,
            "address": customer.address, "language": customer.language, "notes": customer.notes,
            "consent_ms": customer.consent_ms, "created_ms": customer.created_ms, "erased_ms": customer.erased_ms,
        },
        "account": account,
        "orders": orders,
        "living_photos": photos,
        "mails": read(state, id, Kept::Mails, &mut is_whole).await?,
        "is_whole": is_whole,
    }))
}

async fn read(state: &AppState, id: &str, what: Kept, is_whole: &mut bool) -> Result<Vec<Value>, AppError> {
    let mut all = Vec::new();
    for number in 0..READS_MAX {
        let rows = state.db.kept_of(id, what, number * KEPT_ROWS).await?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|rows| rows < KEPT_ROWS);
        all.extend(rows.into_iter().map(Value::Object));
        if is_last {
            return Ok(all);
        }
    }
    *is_whole = false;
    Ok(all)
}

/// Erases everything personal of a customer for good. It can be done again where it was interrupted; what is then left of
/// their files is the janitor's.
///
/// # Errors
/// A refusal when there is no such customer.
pub async fn erase(state: &AppState, id: &str, actor: &Actor) -> Result<(), AppError> {
    if !is_id(id) || !state.db.erase_customer(id, actor).await? {
        return Err(AppError::not_found());
    }
    loop {
        let unsettled = state.db.unsettled_of(id).await?;
        if unsettled.is_empty() {
            return Ok(());
        }
        for project in unsettled {
            settle(state, &project).await?;
        }
    }
}
