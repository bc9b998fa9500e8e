//! `/living-photos/{id}`: where an album stands, and everything to print and share it.

use leptos::prelude::*;

use crate::{
    album::{sentence, size_text},
    islands::{CopyLink, Follow, OwnerTools},
    model::{ProjectStatus, ProjectView, TargetView},
};

/// Whether a project in this state changes without its owner doing anything.
pub(super) fn moves(status: ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Draft | ProjectStatus::Queued | ProjectStatus::Compiling)
}

#[component]
pub(super) fn Status(project: ProjectView) -> impl IntoView {
    let (title, words) = match project.status {
        ProjectStatus::Draft => {
            ("Not published yet", "The upload is not finished. It goes on in the tab where it was begun.")
        }
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
        ProjectStatus::Failed => ("This did not work", "The photos could not be prepared."),
        ProjectStatus::Expired => ("This album has expired", "Its time is over. Its link shows a kind page."),
        ProjectStatus::Archived => ("This album has been removed", "Its link shows a kind page."),
    };
    let id = project.id.clone();
    let is_there = !matches!(project.status, ProjectStatus::Archived | ProjectStatus::Expired);
    view! {
        <div class="status" data-status=status_name(project.status)>
            <h1>{title}</h1>
            {(!project.name.is_empty()).then(|| view! { <p class="album">{project.name.clone()}</p> })}
            <p class="lead">{words}</p>
            {project.failure.clone().map(|failure| view! {
                <p class="notice error" role="alert">{sentence(&failure.detail)} " " <code>{failure.code}</code></p>
                <p><a class="button primary" href="/living-photos">"Make a new one"</a></p>
            })}
            {moves(project.status).then(|| view! {
                <div class="progress" role="status"><progress aria-label="Working"></progress><span>"This page follows by itself."</span></div>
                <Follow id=id.clone() status=project.status/>
            })}
            {(project.status == ProjectStatus::Ready).then(|| view! { <Share project=project.clone()/> })}
            {is_there.then(|| view! { <OwnerTools id/> })}
        </div>
    }
}

fn status_name(status: ProjectStatus) -> String {
    serde_json::to_value(status).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// Link, code, files, and how to try it.
#[component]
fn Share(project: ProjectView) -> impl IntoView {
    let ProjectView { id, link, qr_least_mm, mind, mind_bytes, targets, .. } = project;
    let qr = |ending: &str| format!("/api/ar/projects/{id}/qr.{ending}");
    let download = |ending: &str| format!("/api/ar/projects/{id}/qr.{ending}?download");
    let first = targets.first().map(|target| target.photo.clone());
    let viewer = format!("/ar/view/{id}");
    view! {
        <section class="share" aria-label="Link and code">
            <img class="qr" src=qr("svg") width="280" height="280" alt=format!("QR code of {link}")/>
            <div>
                <p class="link"><a href=viewer.clone()>{link.clone()}</a></p>
                <CopyLink link=link.clone()/>
                <h2>"To print"</h2>
                <ul class="downloads">
                    <li><a class="button" href=download("pdf")>"QR for print (PDF)"</a></li>
                    <li><a class="button" href=download("svg")>"QR as SVG"</a></li>
                    <li><a class="button" href=download("png")>"QR as PNG"</a></li>
                </ul>
                <p class="quiet">{format!("Print the code at least {qr_least_mm} mm wide and keep the white border around it. The link can also be typed.")}</p>
            </div>
        </section>
        <section class="try" aria-labelledby="try">
            <h2 id="try">"Try it here"</h2>
            <p>"Scan the code with your phone, then point the phone at the photo on this screen."</p>
            <div class="try-pair">
                <img class="qr" src=qr("svg") width="280" height="280" alt="The same QR code, to scan from this screen"/>
                {first.map(|photo| view! { <img class="photo" src=photo alt="The photo to point the phone at"/> })}
            </div>
            <p><a class="button" href=viewer>"Open the viewer on this device"</a></p>
        </section>
        <section aria-labelledby="photos">
            <h2 id="photos">"Photos"</h2>
            <ol class="targets">{targets.into_iter().map(|target| view! { <Target target/> }).collect_view()}</ol>
            {mind.map(|mind| view! {
                <p>
                    <a class="tall" href=mind download="targets.mind">"Download the recognition data (targets.mind)"</a>
                    <span class="quiet">{mind_bytes.map(|bytes| format!(", {}; works with MindAR too", size_text(bytes)))}</span>
                </p>
            })}
        </section>
    }
}

#[component]
fn Target(target: TargetView) -> impl IntoView {
    let TargetView { name, photo, width, height, features, tracking_points, .. } = target;
    view! {
        <li>
            <img src=photo alt=name.clone() loading="lazy"/>
            <p><strong>{name}</strong></p>
            <p class="quiet">{format!("{width}×{height} pixels, {features} points to recognise, {tracking_points} to follow")}</p>
        </li>
    }
}
