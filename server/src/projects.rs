//! A project's life as its owner leads it: begun, published, compiled, taken away, brought back, extended.
//!
//! Every step is one short statement; then the store is settled.

use std::{net::IpAddr, time::Duration};

use app::model::{Finish, NAME_CHARS_MAX, ProjectStatus};
use object_store::PutPayload;
use tokio::time::{Instant, timeout};

use crate::{
    db::{Actor, By, Project, Purge},
    error::AppError,
    finish::{Compiled, check, digest, write_version},
    id::{is_id, new_id},
    mail,
    settle::settle,
    state::AppState,
    storage::published,
};

/// How long a request waits for its twin that publishes the same, and how often it looks.
const TWIN_WAIT: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Begins a project and opens it for files; gives its id.
///
/// # Errors
/// Refusals of the name, and of too many from one address.
pub async fn begin(state: &AppState, address: IpAddr, name: &str) -> Result<String, AppError> {
    check_name(name.trim())?;
    state.limits.project(address)?;
    begin_project(state, name, &state.key.pseudonym(address), Term::Trial).await
}

/// How long a project lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// As long as trials do, where there are any.
    Trial,
    /// For good.
    Permanent,
}

/// Begins a project of whoever has that pseudonym, and opens it for files; gives its id.
///
/// # Errors
/// A refusal of the name; when the database or the store fails.
pub async fn begin_project(state: &AppState, name: &str, customer: &str, term: Term) -> Result<String, AppError> {
    let name = name.trim();
    check_name(name)?;
    let trial = state.options.trial.filter(|_| term == Term::Trial);
    let id = new_id(trial.is_some())?;
    state.storage.put(&published(&id, "pending"), PutPayload::new()).await?;
    state.storage.set_open(&id, true).await?;
    state.db.create_project(&id, name, customer, trial).await?;
    Ok(id)
}

pub(crate) fn check_name(name: &str) -> Result<(), AppError> {
    if name.chars().count() > NAME_CHARS_MAX || name.contains('\0') {
        let detail = format!("A name has at most {NAME_CHARS_MAX} characters.");
        return Err(AppError::invalid("name_too_long", detail));
    }
    Ok(())
}

/// A project by its public id.
///
/// # Errors
/// A refusal when there is none.
pub async fn find(state: &AppState, id: &str) -> Result<Project, AppError> {
    if !is_id(id) {
        return Err(AppError::not_found());
    }
    state.db.project(id).await?.ok_or_else(AppError::not_found)
}

/// Publishes what a browser has compiled. The same request again gets the same answer.
///
/// # Errors
/// Refusals of the files, or when the project was finished in another way.
pub async fn complete(state: &AppState, id: &str, finish: &Finish) -> Result<Project, AppError> {
    complete_by(state, id, finish, None).await
}

/// The same, by somebody of the shop.
///
/// # Errors
/// As [`complete`].
pub async fn complete_by(state: &AppState, id: &str, finish: &Finish, by: Option<By<'_>>) -> Result<Project, AppError> {
    let digest = digest(finish);
    let project = find(state, id).await?;
    if !project.is_open {
        return repeated(state, project, &digest).await;
    }
    replaces_current(&project, finish)?;
    let mut watch = state.changes.watch(id);
    let outcome = publish(state, &project, finish, &digest, by).await;
    let mut project = find(state, id).await?;
    if project.is_open {
        outcome?;
        // The same request, sent twice: whoever took it on last publishes it.
        let until = Instant::now() + TWIN_WAIT;
        while project.is_open && project.finish_digest.as_ref() == Some(&digest) {
            if Instant::now() > until {
                return Err(AppError::busy());
            }
            // Told or not, look: another process may be the one that publishes.
            let _ = timeout(LOOK_AGAIN, watch.changed()).await;
            project = find(state, id).await?;
        }
    }
    if project.is_open {
        let detail = "This album is being published in another way, perhaps in another tab; open its page.";
        return Err(AppError::conflict("already_finished", detail));
    }
    // Else it is finished, perhaps by the same request, sent twice, whose first has taken the uploads from the second.
    repeated(state, project, &digest).await
}

async fn publish(
    state: &AppState,
    project: &Project,
    finish: &Finish,
    digest: &str,
    by: Option<By<'_>>,
) -> Result<(), AppError> {
    let id = project.id.as_str();
    let checked = check(state, project, finish, Compiled::InBrowser).await?;
    let Some(claim) = state.db.claim_publication(id, digest, project.version).await? else { return Ok(()) };
    let published = match write_version(state, project, claim, finish, checked).await {
        Ok(published) => published,
        Err(error) => {
            state.db.release_publication(id, claim).await?;
            return Err(error);
        }
    };
    if state.db.record_publication(id, claim, &published, state.options.trial, by).await? {
        settle(state, id).await?;
        if project.version == 0 {
            mail::tell_ready(state, id).await;
        }
    }
    Ok(())
}

/// Queues a compile on the server; without a request, the one that failed.
///
/// # Errors
/// Refusals of the files, or when the project was finished in another way.
pub async fn compile(state: &AppState, id: &str, finish: Option<Finish>) -> Result<Project, AppError> {
    compile_by(state, id, finish, None).await
}

/// The same, by somebody of the shop.
///
/// # Errors
/// As [`compile`].
pub async fn compile_by(
    state: &AppState,
    id: &str,
    finish: Option<Finish>,
    by: Option<By<'_>>,
) -> Result<Project, AppError> {
    let project = find(state, id).await?;
    let has_failed = project.status == ProjectStatus::Failed;
    let finish = finish.or_else(|| project.finish.clone().filter(|_| has_failed)).ok_or_else(|| {
        AppError::invalid("nothing_to_retry", "Say what to compile: only a failed album can be tried again as it is.")
    })?;
    let digest = digest(&finish);
    if project.is_open || has_failed {
        replaces_current(&project, &finish)?;
        check(state, &project, &finish, Compiled::Here).await?;
        if state.db.enqueue(id, &digest, &finish, by).await? {
            state.queued.notify_one();
            settle(state, id).await?;
        }
    }
    repeated(state, find(state, id).await?, &digest).await
}

fn replaces_current(project: &Project, finish: &Finish) -> Result<(), AppError> {
    if i64::from(finish.replaces) == project.version {
        return Ok(());
    }
    let detail = "Another version has been published meanwhile; open the album's page and begin from that one.";
    Err(AppError::conflict("version_conflict", detail))
}

/// The answer to whoever finishes: the project, if it was this request that finished it.
async fn repeated(state: &AppState, project: Project, digest: &str) -> Result<Project, AppError> {
    if project.finish_digest.as_deref() == Some(digest) {
        // Whoever finished it may have died before the link showed that.
        if !project.is_settled {
            settle(state, &project.id).await?;
        }
        return Ok(project);
    }
    let detail = "This album has been finished in another way, perhaps in another tab; open its page.";
    Err(AppError::conflict("already_finished", detail))
}

/// A change of an owner's, or why it can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A published project takes files for a new version.
    OpenRevision,
    /// It takes no more of them, and forgets what arrived.
    CloseRevision,
    /// A compile is not wanted any more.
    CancelCompile,
    /// Into the trash.
    Trash,
    /// Out of the trash.
    Restore,
    /// Gone for good.
    Purge,
    /// The trial's end is put off.
    Extend,
    /// No trial any more.
    MakePermanent,
    /// Off the web, and kept.
    Archive,
}

impl Change {
    /// What the log calls it.
    fn action(self) -> &'static str {
        match self {
            Self::OpenRevision => "project.open",
            Self::CloseRevision => "project.close",
            Self::CancelCompile => "project.cancel",
            Self::Trash => "project.trash",
            Self::Restore => "project.restore",
            Self::Purge => "project.purge",
            Self::Extend => "project.extend",
            Self::MakePermanent => "project.permanent",
            Self::Archive => "project.archive",
        }
    }
}

/// Makes a change; one that is made already is made again without effect where that makes sense.
///
/// # Errors
/// A refusal that says why it can't be made.
pub async fn change(state: &AppState, id: &str, change: Change) -> Result<Project, AppError> {
    change_by(state, id, change, None).await
}

/// The same, by somebody of the shop, who may put the end of a trial off as often as they like. It is written down.
///
/// # Errors
/// As [`change`].
pub async fn change_by(state: &AppState, id: &str, change: Change, actor: Option<&Actor>) -> Result<Project, AppError> {
    let project = find(state, id).await?;
    let db = &state.db;
    let by = actor.map(|actor| By { actor, action: change.action() });
    let extensions_max = if actor.is_some() { i64::MAX } else { state.options.extensions_max };
    let changed = match change {
        Change::OpenRevision => db.open_revision(id, by).await?,
        Change::CloseRevision => db.close_revision(id, by).await?,
        Change::CancelCompile => db.cancel_compile(id, by).await?,
        Change::Trash => db.trash(id, state.options.trash, by).await?,
        Change::Restore => db.restore(id, by).await?,
        Change::Purge => db.purge(id, Purge::Now, by).await?,
        Change::Extend => match state.options.trial {
            Some(length) => db.extend(id, length, extensions_max, by).await?,
            None => false,
        },
        Change::MakePermanent => db.make_permanent(id, by).await?,
        Change::Archive => db.archive(id, by).await?,
    };
    if !changed && let Some(refusal) = refusal(change, &project) {
        return Err(refusal);
    }
    settle(state, id).await?;
    find(state, id).await
}

/// Why a change was not made; `None` where it was made before.
fn refusal(change: Change, project: &Project) -> Option<AppError> {
    let is_removed = project.status == ProjectStatus::Archived;
    let (code, detail) = match change {
        Change::OpenRevision if project.is_open => return None,
        Change::OpenRevision => ("not_published", "Only a published album can get a new version."),
        Change::CloseRevision if !project.is_open => return None,
        Change::CancelCompile if project.is_open => return None,
        Change::CancelCompile => ("not_compiling", "No compile is waiting or running; look at the album's page."),
        Change::Trash | Change::Purge | Change::Archive if is_removed => return None,
        Change::Restore if !is_removed => return None,
        Change::Restore => ("not_in_trash", "This album has been deleted for good; make a new one."),
        Change::Extend | Change::MakePermanent if is_removed => {
            ("removed", "This album is removed; bring it back first.")
        }
        Change::MakePermanent if project.expires_ms.is_none() => return None,
        Change::Extend if project.version == 0 => ("not_published", "A trial's time counts from its publication."),
        Change::Extend if project.expires_ms.is_none() => ("not_a_trial", "This album does not expire."),
        Change::Extend => ("no_extension_left", "This trial can't be extended any more; ask the shop to keep it."),
        Change::Trash | Change::Purge | Change::Archive | Change::MakePermanent | Change::CloseRevision => {
            ("changed_meanwhile", "The album has changed meanwhile; look at its page and try again.")
        }
    };
    Some(AppError::conflict(code, detail))
}
