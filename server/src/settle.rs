//! Makes the store show what the database says of a project: the album, the tombstone, or that it is on its way; whether
//! files may be sent; and nothing of what was deleted for good.
//!
//! A change in the database comes first and marks the project as unsettled; this follows, and may be done again at any time.
//! Whoever dies in between leaves the rest to the next look of the [`janitor`](crate::janitor).

use app::model::ProjectStatus;
use askama::Template;
use object_store::PutPayload;

use crate::{
    db::Project,
    error::AppError,
    finish::{manifest, manifest_name},
    state::AppState,
    storage::{Storage, originals, published, uploads, versioned},
};

/// The page that a phone opens.
#[derive(Template)]
#[template(path = "index.html")]
struct ViewerPage<'a> {
    title: &'a str,
    version: &'a str,
    manifest: &'a str,
}

/// What the tombstone of an expired trial holds.
pub(crate) const EXPIRED: &str = "expired";
/// What the tombstone of a removed project holds.
pub(crate) const REMOVED: &str = "removed";

/// Settles a project, again for as long as it changes meanwhile.
///
/// # Errors
/// When the database or the store fails; the project stays unsettled.
pub async fn settle(state: &AppState, id: &str) -> Result<(), AppError> {
    while let Some(project) = state.db.project(id).await? {
        show(&state.storage, &project).await?;
        if state.db.settled(id, project.front).await? {
            break;
        }
    }
    state.changes.announce(id);
    Ok(())
}

/// Whether the link leads to an album.
#[must_use]
pub fn is_visible(status: ProjectStatus, version: i64) -> bool {
    version > 0 && !matches!(status, ProjectStatus::Expired | ProjectStatus::Archived)
}

async fn show(storage: &Storage, project: &Project) -> Result<(), AppError> {
    let id = project.id.as_str();
    let (index, gone, pending) = (published(id, "index.html"), published(id, "gone"), published(id, "pending"));
    let is_gone = matches!(project.status, ProjectStatus::Expired | ProjectStatus::Archived);
    storage.set_open(id, project.is_open && !is_gone).await?;
    if is_gone {
        let why = if project.status == ProjectStatus::Expired { EXPIRED } else { REMOVED };
        // What takes its place comes first, so that the link never answers with nothing.
        storage.put(&gone, why).await?;
        storage.delete(&index).await?;
        storage.delete(&pending).await?;
    } else if is_visible(project.status, project.version) {
        let (version, manifest) = (format!("v{}", project.version), write_manifest(storage, project).await?);
        let page = ViewerPage { title: &project.name, version: &version, manifest: &manifest };
        storage.put(&index, page.render().map_err(anyhow::Error::from)?.into_bytes()).await?;
        storage.delete(&pending).await?;
        storage.delete(&gone).await?;
    } else {
        storage.put(&pending, PutPayload::new()).await?;
        storage.delete(&gone).await?;
        storage.delete(&index).await?;
    }
    if project.is_purged() {
        for meta in storage.list(&published(id, "")).await? {
            if meta.location != gone {
                storage.delete(&meta.location).await?;
            }
        }
        storage.delete_below(&originals(id)).await?;
        storage.delete_below(&uploads(id)).await?;
    } else if project.status == ProjectStatus::Ready && !project.is_open {
        storage.delete_uploads(id).await?;
    }
    Ok(())
}

/// The manifest of the last edit, written before a page names it; gives its name. Whoever writes it writes the same: an edit
/// has a number of its own.
async fn write_manifest(storage: &Storage, project: &Project) -> Result<String, AppError> {
    let name = manifest_name(project.edit);
    if project.edit > 0
        && let Some(finish) = &project.published
    {
        let text = manifest(&project.id, &project.name, finish, &project.targets, &project.overlays);
        storage.put(&versioned(&project.id, project.version, &name), text).await?;
    }
    Ok(name)
}
