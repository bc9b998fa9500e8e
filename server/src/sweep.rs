//! The sweep: finds what nothing refers to any more, and fronts that show something else than the database says.
//!
//! An orphan is harmless, it only takes room: a file of a project that was never recorded, an upload that was published, a
//! version that another has taken the place of, a write that was cut off. What is younger than a limit is left alone, since
//! whoever wrote it may be about to record it. An album that is published and not recorded is never touched: a printed code
//! may lead to it.

use std::time::Duration;

use app::model::ProjectStatus;
use object_store::{ObjectMeta, path::Path};

use crate::{
    db::Standing,
    error::AppError,
    finish::manifest_name,
    settle::{is_visible, settle},
    state::AppState,
    storage::{SHOP, originals, published, uploads},
};

/// Pictures that the database is asked for at a time.
const PICTURES_AT_A_TIME: usize = 200;

/// How to sweep.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// Only look.
    pub dry_run: bool,
    /// Leave what is younger.
    pub older_than: Duration,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Files that nothing refers to, with their sizes.
    pub orphans: Vec<(String, u64)>,
    /// Projects whose link showed something else than the database says.
    pub unsettled: Vec<String>,
    /// Published albums that the database does not know; kept.
    pub unknown: Vec<String>,
}

impl Found {
    /// Bytes of the orphans.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.orphans.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// Sweeps once.
///
/// # Errors
/// When the database or the store fails.
pub async fn sweep(state: &AppState, how: Sweep) -> Result<Found, AppError> {
    let mut found = Found::default();
    for path in state.storage.cut_off(how.older_than).await? {
        let bytes = tokio::fs::metadata(&path).await.map_or(0, |metadata| metadata.len());
        if !how.dry_run {
            // Another sweep may have been faster.
            let _ = tokio::fs::remove_file(&path).await;
        }
        found.orphans.push((path.display().to_string(), bytes));
    }
    let mut ids = Vec::new();
    for folder in ["uploads", "originals", "ar-storage"] {
        ids.extend(state.storage.folders(&Path::from(folder)).await?);
    }
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        sweep_project(state, &id, how, &mut found).await?;
    }
    sweep_shop(state, how, &mut found).await?;
    Ok(found)
}

/// Pictures that no product has.
async fn sweep_shop(state: &AppState, how: Sweep, found: &mut Found) -> Result<(), AppError> {
    // The files first, as below.
    let files = state.storage.list(&Path::from(SHOP)).await?;
    let old: Vec<&ObjectMeta> = files.iter().filter(|meta| is_older(meta, how)).collect();
    for files in old.chunks(PICTURES_AT_A_TIME) {
        let ids: Vec<&str> = files.iter().filter_map(|meta| picture_id(&meta.location)).collect();
        let known = state.db.known_pictures(&ids).await?;
        let is_known = |meta: &ObjectMeta| picture_id(&meta.location).is_some_and(|id| known.contains(id));
        let orphans: Vec<&ObjectMeta> = files.iter().filter(|meta| !is_known(meta)).copied().collect();
        remove(state, &orphans, how, found).await?;
    }
    Ok(())
}

fn picture_id(path: &Path) -> Option<&str> {
    path.filename()?.strip_suffix(".jpg")
}

fn is_older(meta: &ObjectMeta, how: Sweep) -> bool {
    let limit_ms = now_ms().saturating_sub(i64::try_from(how.older_than.as_millis()).unwrap_or(i64::MAX));
    meta.last_modified.timestamp_millis() <= limit_ms
}

async fn sweep_project(state: &AppState, id: &str, how: Sweep, found: &mut Found) -> Result<(), AppError> {
    let is_old = |meta: &ObjectMeta| is_older(meta, how);
    // The files first: what is recorded after this look is not taken for an orphan by the next.
    let front = state.storage.list(&published(id, "")).await?;
    let mut files = front.clone();
    files.extend(state.storage.list(&originals(id)).await?);
    files.extend(state.storage.list(&uploads(id)).await?);
    let index = front.iter().find(|meta| meta.location == published(id, "index.html"));
    let standing = state.db.standing(id).await?;
    let Some(standing) = standing else {
        if index.is_some() {
            found.unknown.push(id.to_owned());
            return Ok(());
        }
        let orphans: Vec<&ObjectMeta> = files.iter().collect();
        // All or none: half of what is being begun is not to be taken away.
        return if files.iter().all(is_old) { remove(state, &orphans, how, found).await } else { Ok(()) };
    };
    let shows = is_visible(standing.status, standing.version);
    // One that is not settled may show a version that another has taken the place of.
    if shows != index.is_some() || !standing.is_settled {
        found.unsettled.push(id.to_owned());
        if !how.dry_run {
            state.db.unsettle(id).await?;
            settle(state, id).await?;
        }
    }
    // A version that was replaced just now may still be playing somewhere.
    let switched_lately = index.is_some_and(|index| !is_old(index));
    let orphans: Vec<&ObjectMeta> =
        files.iter().filter(|meta| is_old(meta) && is_orphan(&meta.location, id, &standing, switched_lately)).collect();
    remove(state, &orphans, how, found).await
}

fn is_orphan(path: &Path, id: &str, standing: &Standing, switched_lately: bool) -> bool {
    if path.prefix_matches(&uploads(id)) {
        let is_mark = path.filename() == Some("open");
        let is_done = standing.status == ProjectStatus::Ready && !standing.is_open;
        return !standing.keeps_files || (is_done && !is_mark);
    }
    let version = path.parts().nth(2).and_then(|part| part.as_ref().strip_prefix('v')?.parse::<i64>().ok());
    match version {
        Some(version) if !standing.keeps_files => version > 0,
        Some(version) if version == standing.version => !switched_lately && is_older_edit(path, standing.edit),
        Some(version) => Some(version) != standing.in_making && !(switched_lately && version < standing.version),
        None => false,
    }
}

/// Whether it is the manifest of an edit that another has taken the place of. The one that was published first stays with its
/// version.
fn is_older_edit(path: &Path, edit: i64) -> bool {
    let name = path.filename().unwrap_or_default();
    name.starts_with("manifest-") && name != manifest_name(edit)
}

async fn remove(state: &AppState, orphans: &[&ObjectMeta], how: Sweep, found: &mut Found) -> Result<(), AppError> {
    for meta in orphans {
        if !how.dry_run {
            state.storage.delete(&meta.location).await?;
        }
        found.orphans.push((meta.location.to_string(), meta.size));
    }
    Ok(())
}

/// The store has a clock of its own, which tests can't set.
fn now_ms() -> i64 {
    crate::clock::Clock::System.now_ms()
}
