//! What logs tell of, with names.

use app::crm::things::Thing;

use crate::{error::AppError, state::AppState};

/// Things by kind and id, with what they are called, in the same order.
pub(super) async fn named(state: &AppState, things: Vec<(String, String)>) -> Result<Vec<Thing>, AppError> {
    let wanted: Vec<(&str, &str)> = things.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
    let found = state.db.named(&wanted).await?;
    let things = things.into_iter().map(|thing| {
        let (name, customer_id) = match found.get(&thing) {
            Some(named) => (Some(named.name.clone()), named.customer_id.clone()),
            None => (None, None),
        };
        Thing { kind: thing.0, id: thing.1, name, customer_id }
    });
    Ok(things.collect())
}
