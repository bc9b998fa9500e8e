//! `/living-photos/{id}`: where an album stands, what its owner can do about it, and everything to print and share it.

mod share;
mod term;

use leptos::prelude::*;

use self::share::share;
use crate::{
    frame::Frame,
    islands::{follow::Follow, owner::OwnerTools},
    life::{Tool, tools},
    model::{ProjectStatus, ProjectView},
};

/// Whether a project in this state changes without its owner doing anything.
pub(super) fn moves(status: ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Draft | ProjectStatus::Queued | ProjectStatus::Compiling)
}

pub(super) fn status(frame: &Frame, project: ProjectView) -> AnyView {
    let ProjectView { id, name, status, .. } = project.clone();
    let (title, lead) = heading(status, project.version);
    let (removal, tools): (Vec<Tool>, Vec<Tool>) = tools(&project).into_iter().partition(|tool| *tool == Tool::Trash);
    view! {
        <div class="status" data-status=status_name(status)>
            <h1>{frame.text(title)}</h1>
            {(!name.is_empty()).then(|| view! { <p class="album">{name}</p> })}
            <p class="lead">{frame.text(lead)}</p>
            {moves(status).then(|| view! { <Follow id=id.clone() status/> })}
            {details(frame, project, tools)}
            {for_owner(frame, &id, removal)}
        </div>
    }
    .into_any()
}

/// Texts of a state: what it is, and what that means.
fn heading(status: ProjectStatus, version: u32) -> (&'static str, &'static str) {
    match status {
        ProjectStatus::Draft => ("album-draft", "album-draft-lead"),
        ProjectStatus::Queued => ("album-queued", "album-queued-lead"),
        ProjectStatus::Compiling => ("album-compiling", "album-compiling-lead"),
        ProjectStatus::Ready => ("album-ready", "album-ready-lead"),
        ProjectStatus::Failed if version > 0 => ("album-revision-failed", "album-revision-failed-lead"),
        ProjectStatus::Failed => ("album-failed", "album-failed-lead"),
        ProjectStatus::Expired => ("album-expired", "album-expired-lead"),
        ProjectStatus::Archived => ("album-archived", "album-archived-lead"),
    }
}

/// What there is to know and to do in each state, but for removing the album.
fn details(frame: &Frame, project: ProjectView, tools: Vec<Tool>) -> AnyView {
    let t = |id: &str| frame.text(id);
    let owner = for_owner(frame, &project.id, tools);
    let kept = project.purge_ms.map(|purge_ms| term::kept(frame, purge_ms));
    match project.status {
        ProjectStatus::Draft => view! {
            <p class="quiet" role="status">{t("album-follows")}</p>
            <p>{make_new(frame)}</p>
        }
        .into_any(),
        ProjectStatus::Queued | ProjectStatus::Compiling => view! {
            <div class="progress" role="status"><progress aria-label=t("album-working")></progress><span>{t("album-follows")}</span></div>
            {owner}
        }
        .into_any(),
        ProjectStatus::Ready => match project.expires_ms {
            Some(expires_ms) => view! {
                {term::term(frame, expires_ms, project.extensions_left, owner)}
                {share(frame, project)}
            }
            .into_any(),
            None => share(frame, project),
        },
        ProjectStatus::Failed => view! {
            {project.failure.clone().map(|failure| view! {
                <p class="notice error" role="alert">{failure.text(frame.format.language())} " " <code>{failure.code}</code></p>
            })}
            <div class="buttons">{owner}{make_new(frame)}</div>
            {(project.version > 0).then(|| share(frame, project))}
        }
        .into_any(),
        ProjectStatus::Expired => view! {
            {kept}
            <p>{term::extensions(frame, project.extensions_left)}</p>
            {owner}
        }
        .into_any(),
        ProjectStatus::Archived => view! {
            {kept}
            {owner}
        }
        .into_any(),
    }
}

/// Buttons for the owner, where there are any.
fn for_owner(frame: &Frame, id: &str, tools: Vec<Tool>) -> Option<AnyView> {
    let (id, language) = (id.to_owned(), frame.format.language());
    (!tools.is_empty()).then(|| view! { <OwnerTools id tools language/> }.into_any())
}

fn make_new(frame: &Frame) -> AnyView {
    view! { <a class="button" href="/living-photos">{frame.text("album-make-new")}</a> }.into_any()
}

fn status_name(status: ProjectStatus) -> String {
    serde_json::to_value(status).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::Format, language::Language, life::tests::album};

    fn html(project: ProjectView) -> String {
        let format = Format::new(Language::En, "UTC");
        let frame = Frame { format, path: "/".to_owned(), assets: "/assets/test".to_owned(), staff: None, said: None };
        let page = crate::pages::status(&frame, project);
        page.split_once("<main").unwrap().1.split_once("</main>").unwrap().0.to_owned()
    }

    #[test]
    fn a_trial_says_until_when_and_a_permanent_album_nothing() {
        let trial = ProjectView { expires_ms: Some(1_795_563_457_000), ..album(ProjectStatus::Ready, 2, None) };
        let page = html(trial);
        assert!(page.contains(r#"<time datetime="2026-11-24T23:37Z">24 November 2026, 23:37 UTC</time>"#), "{page}");
        assert!(page.contains("2 more times") && page.contains("Keep it longer"), "{page}");
        let page = html(album(ProjectStatus::Ready, 0, None));
        assert!(!page.contains("trial") && !page.contains("<time") && !page.contains("extend"), "{page}");
    }

    #[test]
    fn a_failed_new_version_leaves_the_old_one_at_hand() {
        let page = html(ProjectView { version: 0, ..album(ProjectStatus::Failed, 0, None) });
        assert!(page.contains("This did not work") && !page.contains("qr.pdf"), "{page}");
        let page = html(ProjectView { version: 1, ..album(ProjectStatus::Failed, 0, None) });
        assert!(page.contains("The new version did not work") && page.contains("qr.pdf"), "{page}");
    }

    #[test]
    fn an_expired_trial_says_who_can_bring_it_back() {
        let page = html(album(ProjectStatus::Expired, 1, Some(1_795_563_457_000)));
        assert!(page.contains("23:37 UTC") && page.contains("once more") && page.contains("Bring it back"), "{page}");
        let page = html(album(ProjectStatus::Expired, 0, Some(1_795_563_457_000)));
        assert!(page.contains("ask the shop") && !page.contains("Bring it back"), "{page}");
    }

    #[test]
    fn only_what_is_in_the_trash_comes_back() {
        let page = html(album(ProjectStatus::Archived, 2, Some(1_795_563_457_000)));
        assert!(page.contains("23:37 UTC") && page.contains("Bring it back") && page.contains("Delete for good"));
        let page = html(album(ProjectStatus::Archived, 2, None));
        assert!(page.contains("has been removed") && !page.contains("<button") && !page.contains("<time"), "{page}");
    }
}
