//! `/living-photos/{id}`: where an album stands, what its owner can do about it, and everything to print and share it.

mod share;
mod term;

use leptos::prelude::*;

use self::{
    share::Share,
    term::{Kept, Term},
};
use crate::{
    album::sentence,
    islands::{follow::Follow, owner::OwnerTools},
    life::{Tool, extensions_text, tools},
    model::{ProjectStatus, ProjectView},
};

/// Whether a project in this state changes without its owner doing anything.
pub(super) fn moves(status: ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Draft | ProjectStatus::Queued | ProjectStatus::Compiling)
}

#[component]
pub(super) fn Status(project: ProjectView) -> impl IntoView {
    let ProjectView { id, name, status, .. } = project.clone();
    let (title, words) = heading(status, project.version);
    let (removal, tools): (Vec<Tool>, Vec<Tool>) = tools(&project).into_iter().partition(|tool| *tool == Tool::Trash);
    view! {
        <div class="status" data-status=status_name(status)>
            <h1>{title}</h1>
            {(!name.is_empty()).then(|| view! { <p class="album">{name}</p> })}
            <p class="lead">{words}</p>
            {moves(status).then(|| view! { <Follow id=id.clone() status/> })}
            {details(project, tools)}
            <ForOwner id tools=removal/>
        </div>
    }
}

fn heading(status: ProjectStatus, version: u32) -> (&'static str, &'static str) {
    match status {
        ProjectStatus::Draft => (
            "Not published yet",
            "The upload is not finished. It goes on in the tab where it was begun; if you have closed or cancelled it, make a new one.",
        ),
        ProjectStatus::Queued => (
            "Waiting in line",
            "Your photos are on our server and will be prepared in a moment. You can close this page and come back.",
        ),
        ProjectStatus::Compiling => {
            ("Being prepared", "Your photos are being prepared on our server. You can close this page and come back.")
        }
        ProjectStatus::Ready => {
            ("It lives!", "Print the code beside the photo. Whoever scans it can watch the video on the photo.")
        }
        ProjectStatus::Failed if version > 0 => {
            ("The new version did not work", "Whoever scans the code goes on seeing the version before.")
        }
        ProjectStatus::Failed => ("This did not work", "The photos could not be prepared."),
        ProjectStatus::Expired => {
            ("This trial has ended", "Its time is over, so its link shows a kind page. Nothing is lost yet.")
        }
        ProjectStatus::Archived => ("This album has been removed", "Its link shows a kind page."),
    }
}

/// What there is to know and to do in each state, but for removing the album.
fn details(project: ProjectView, tools: Vec<Tool>) -> AnyView {
    let id = project.id.clone();
    let kept = project.purge_ms.map(|purge_ms| view! { <Kept purge_ms/> });
    match project.status {
        ProjectStatus::Draft => view! {
            <p class="quiet" role="status">"This page follows by itself."</p>
            <p><MakeNew/></p>
        }
        .into_any(),
        ProjectStatus::Queued | ProjectStatus::Compiling => view! {
            <div class="progress" role="status"><progress aria-label="Working"></progress><span>"This page follows by itself."</span></div>
            <ForOwner id tools/>
        }
        .into_any(),
        ProjectStatus::Ready => view! {
            {project.expires_ms.map(|expires_ms| view! {
                <Term id expires_ms extensions_left=project.extensions_left tools/>
            })}
            <Share project/>
        }
        .into_any(),
        ProjectStatus::Failed => view! {
            {project.failure.clone().map(|failure| view! {
                <p class="notice error" role="alert">{sentence(&failure.detail)} " " <code>{failure.code}</code></p>
            })}
            <div class="buttons"><ForOwner id tools/><MakeNew/></div>
            {(project.version > 0).then(|| view! { <Share project/> })}
        }
        .into_any(),
        ProjectStatus::Expired => view! {
            {kept}
            <p>{extensions_text(project.extensions_left)}</p>
            <ForOwner id tools/>
        }
        .into_any(),
        ProjectStatus::Archived => view! {
            {kept}
            <ForOwner id tools/>
        }
        .into_any(),
    }
}

/// Buttons for the owner, where there are any.
#[component]
fn ForOwner(id: String, tools: Vec<Tool>) -> impl IntoView {
    (!tools.is_empty()).then(|| view! { <OwnerTools id tools/> })
}

#[component]
fn MakeNew() -> impl IntoView {
    view! { <a class="button" href="/living-photos">"Make a new one"</a> }
}

fn status_name(status: ProjectStatus) -> String {
    serde_json::to_value(status).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::Format, frame::Frame, language::Language, life::tests::album};

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
