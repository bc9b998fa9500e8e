//! A published album: link, code, files, and how to try it.

use leptos::prelude::*;

use crate::{
    album::size_text,
    islands::copy_link::CopyLink,
    model::{ProjectView, TargetView},
};

#[component]
pub(super) fn Share(project: ProjectView) -> impl IntoView {
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
                    <span class="quiet">{mind_bytes.map(|bytes| format!(" {}; works with MindAR too", size_text(bytes)))}</span>
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
