//! What the shop does to a living photo that is a customer's: how its videos lie, another video, another compile; and one made
//! for a customer.

use std::{collections::BTreeMap, net::IpAddr};

use app::{
    model::{Finish, Fit, Overlay, TargetManifest},
    overlay::Size,
};
use axum::extract::multipart::Field;

use crate::{
    db::{Actor, By, Project, Purge},
    error::AppError,
    finish::{find_file, photo_digest},
    forms::store,
    projects::{Term, begin_project, compile_by, complete_by, find},
    settle::settle,
    state::AppState,
    uploads::probe_video,
};

const MIND: &str = "targets.mind";

/// The request that the published version was made from.
fn published(project: &Project) -> Result<&Finish, AppError> {
    project.published.as_ref().filter(|_| project.version > 0).ok_or_else(not_published)
}

fn not_published() -> AppError {
    AppError::conflict("not_published", "Only a published album has videos to change.")
}

/// How the video of a published target lies and plays; `None` when there is no such target.
#[must_use]
pub fn overlay_of(project: &Project, target: usize) -> Option<Overlay> {
    let finish = published(project).ok()?;
    let fit = finish.targets.get(target)?.fit;
    let edited = photo_digest(finish, target).and_then(|digest| project.overlays.get(digest));
    Some(edited.cloned().unwrap_or(Overlay { fit, ..Overlay::default() }))
}

/// Whether it is another way than it was published with.
#[must_use]
pub fn is_edited(project: &Project, target: usize) -> bool {
    let digest = project.published.as_ref().and_then(|finish| photo_digest(finish, target));
    digest.is_some_and(|digest| project.overlays.contains_key(digest))
}

/// Pixels of a published video.
///
/// # Errors
/// When its file is not there or can't be read.
pub async fn video_size(state: &AppState, project: &Project, target: usize) -> Result<Size, AppError> {
    let name = format!("video-{target}");
    let file = published(project)?.files.iter().find(|file| file.name == name).ok_or_else(AppError::not_found)?;
    let info = probe_video(&state.storage, &find_file(state, project, file).await?).await?;
    Ok(Size { width: info.width, height: info.height })
}

/// Changes how a video lies and plays, or with `None` back to how it was published. The link shows it at once; nothing is
/// compiled or copied.
///
/// # Errors
/// A refusal when there is no such target, when a number is out of its limits, or when somebody else was faster.
pub async fn edit_overlay(
    state: &AppState,
    project: &Project,
    target: usize,
    overlay: Option<Overlay>,
    actor: &Actor,
) -> Result<(), AppError> {
    let finish = published(project)?;
    let digest = photo_digest(finish, target).ok_or_else(AppError::not_found)?;
    let mut overlays: BTreeMap<String, Overlay> = project.overlays.clone();
    // Those of photos that are no longer there are not kept for ever.
    overlays.retain(|digest, _| finish.files.iter().any(|file| file.sha256 == *digest));
    match overlay {
        Some(overlay) => {
            overlay.check().map_err(|code| AppError::invalid(code, "A number is out of its limits."))?;
            overlays.insert(digest.to_owned(), overlay);
        }
        None => drop(overlays.remove(digest)),
    }
    if !state.db.edit_overlays(project, &overlays, By { actor, action: "project.overlay" }).await? {
        return Err(AppError::conflict(
            "changed_meanwhile",
            "The album has changed meanwhile; look at it and try again.",
        ));
    }
    settle(state, &project.id).await
}

/// Compiles the photos of the published version again, as they were sent.
///
/// # Errors
/// Refusals of the state it is in, and of files.
pub async fn recompile(state: &AppState, id: &str, actor: &Actor) -> Result<(), AppError> {
    let project = find(state, id).await?;
    let mut finish = next_version(&project)?;
    finish.files.retain(|file| file.name != MIND);
    open(state, id).await?;
    let by = By { actor, action: "project.recompile" };
    let done = compile_by(state, id, Some(finish), Some(by)).await;
    unless_done(state, id, done.map(drop)).await
}

/// Puts a video that arrives in the place of a published one, as a new version with the same photos and the same compiled
/// targets. Until it is checked and written, and if it is refused, the old version is shown. Gives whether the server has to
/// compile, which it has where the compiled targets were not kept.
///
/// # Errors
/// Refusals of the state it is in, and of the file.
pub async fn replace_video(
    state: &AppState,
    id: &str,
    target: usize,
    field: Field<'_>,
    address: IpAddr,
    actor: &Actor,
) -> Result<bool, AppError> {
    let project = find(state, id).await?;
    let mut finish = next_version(&project)?;
    let name = format!("video-{target}");
    let place = finish.files.iter().position(|file| file.name == name).ok_or_else(AppError::not_found)?;
    open(state, id).await?;
    let replaced = async {
        finish.files[place] = store(state, id, address, &name, field).await?;
        let by = Some(By { actor, action: "project.video" });
        let has_mind = finish.files.iter().any(|file| file.name == MIND);
        if has_mind {
            complete_by(state, id, &finish, by).await?;
        } else {
            compile_by(state, id, Some(finish), by).await?;
        }
        Ok(!has_mind)
    };
    let replaced = replaced.await;
    unless_done(state, id, replaced).await
}

/// The request for a version that is like the published one.
fn next_version(project: &Project) -> Result<Finish, AppError> {
    let replaces = u32::try_from(project.version).map_err(anyhow::Error::from)?;
    Ok(Finish { replaces, ..published(project)?.clone() })
}

/// Opens a published project for files; it must not be open already, since then somebody else sends them.
async fn open(state: &AppState, id: &str) -> Result<(), AppError> {
    if state.db.open_revision(id, None).await? {
        return settle(state, id).await;
    }
    let detail = "A new version of this album is on its way already; look at it and try again.";
    Err(AppError::conflict("already_finished", detail))
}

/// Gives a new version up that has come to nothing, with the files that arrived for it.
async fn unless_done<T>(state: &AppState, id: &str, done: Result<T, AppError>) -> Result<T, AppError> {
    if done.is_err() && state.db.close_revision(id, None).await? {
        settle(state, id).await?;
    }
    done
}

/// What is wanted of a living photo that is made for a customer.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Its name; may be empty.
    pub name: String,
    /// The customer whose it will be.
    pub owner: Option<String>,
    /// The number of its order.
    pub order: Option<i64>,
    /// Whether it ends as trials do.
    pub is_trial: bool,
}

/// Why a wish can't be fulfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is no such customer.
    Owner,
    /// There is no such order.
    Order,
}

/// Begins a living photo for a customer; its files follow. Gives its id.
///
/// # Errors
/// When the database or the store fails.
pub async fn begin_for(
    state: &AppState,
    wish: &Wish,
    address: IpAddr,
    actor: &Actor,
) -> Result<Result<String, Unknown>, AppError> {
    let term = if wish.is_trial { Term::Trial } else { Term::Permanent };
    let id = begin_project(state, &wish.name, &state.key.pseudonym(address), term).await?;
    if let Some(owner) = &wish.owner
        && !state.db.give_project(&id, Some(owner), By { actor, action: "project.owner" }).await?
    {
        forget(state, &id).await?;
        return Ok(Err(Unknown::Owner));
    }
    if let Some(order) = wish.order
        && !state.db.put_to_order(&id, order, By { actor, action: "project.order" }).await?
    {
        forget(state, &id).await?;
        return Ok(Err(Unknown::Order));
    }
    Ok(Ok(id))
}

/// Queues the compile of what was begun, when its files are there.
///
/// # Errors
/// Refusals of the files.
pub async fn finish_for(
    state: &AppState,
    id: &str,
    wish: &Wish,
    files: Vec<app::model::UploadedFile>,
    actor: &Actor,
) -> Result<(), AppError> {
    let target = TargetManifest { name: wish.name.clone(), fit: Fit::default() };
    let finish = Finish { targets: vec![target], files, replaces: 0 };
    compile_by(state, id, Some(finish), Some(By { actor, action: "project.create" })).await.map(drop)
}

/// Leaves nothing of what was begun and refused.
///
/// # Errors
/// When the database or the store fails.
pub async fn forget(state: &AppState, id: &str) -> Result<(), AppError> {
    state.db.purge(id, Purge::Now, None).await?;
    settle(state, id).await
}
