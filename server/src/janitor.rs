//! What happens by itself: trials end and their owners are told before, the trash is emptied, the store catches up with the database, orphans are swept.
//!
//! Of several processes one does it at a time, by a lease; every step may be done again.

use std::{sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    db::Purge,
    error::AppError,
    mail,
    settle::settle,
    state::AppState,
    sweep::{Sweep, sweep},
    visits::write_down,
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(30);
/// Looks between two sweeps: an hour.
const LOOKS_A_SWEEP: u32 = 120;
/// How old an orphan is when it is swept: longer than any request takes.
pub const SWEEP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// What was never published and nobody has touched for so long is put in the trash.
const ABANDONED_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);

/// Starts it in `tasks`; it ends when `stop` is cancelled.
pub fn start(state: &Arc<AppState>, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(run(Arc::clone(state), stop.clone()));
}

async fn run(state: Arc<AppState>, stop: CancellationToken) {
    let mut looks = 0;
    while !stop.is_cancelled() {
        if let Err(error) = look(&state, looks).await {
            tracing::warn!(?error, "the janitor was interrupted; it tries again");
        }
        if let Err(error) = write_down(&state).await {
            tracing::warn!(?error, "scans and plays can't be written down; they count on");
        }
        state.limits.forget_quiet();
        match state.db.shop_settings().await {
            Ok(stored) => state.settings.set(stored.settings),
            Err(error) => tracing::warn!(?error, "the settings can't be read; the last ones stay in force"),
        }
        looks += 1;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn look(state: &AppState, looks: u32) -> Result<(), AppError> {
    // At the start without asking: the last process may have died with the lease, and with what is due.
    if !state.db.take_lease("janitor", EVERY / 2).await? && looks > 0 {
        return Ok(());
    }
    while looks == 0 && state.db.index_projects().await? {}
    tidy(state).await?;
    state.db.forget_sessions().await?;
    state.metrics.stored(state.db.bytes_stored().await?);
    if looks % LOOKS_A_SWEEP == 1 {
        let found = sweep(state, Sweep { dry_run: false, older_than: SWEEP_AFTER }).await?;
        tracing::info!(orphans = found.orphans.len(), bytes = found.bytes(), "swept");
    }
    Ok(())
}

/// Everything that is due, but for the sweep.
///
/// # Errors
/// When the database or the store fails; what is not done is done next time.
pub async fn tidy(state: &AppState) -> Result<(), AppError> {
    let keep = state.options.trash;
    state.db.expire_due(keep).await?;
    state.db.trash_abandoned(ABANDONED_AFTER, keep).await?;
    mail::warn_of_ends(state).await?;
    for id in state.db.due_for_purge().await? {
        state.db.purge(&id, Purge::Due, None).await?;
    }
    loop {
        let unsettled = state.db.unsettled().await?;
        if unsettled.is_empty() {
            return Ok(());
        }
        for project in unsettled {
            settle(state, &project.id).await?;
        }
    }
}
