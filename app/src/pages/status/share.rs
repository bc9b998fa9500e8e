//! A published album: link, code, files, and how to try it.

use leptos::prelude::*;

use crate::{
    album::size_text,
    frame::Frame,
    islands::copy_link::CopyLink,
    model::{ProjectView, TargetView},
};

pub(super) fn share(frame: &Frame, project: ProjectView) -> AnyView {
    let ProjectView { id, link, qr_least_mm, mind, mind_bytes, targets, .. } = project;
    let t = |id: &str| frame.text(id);
    let language = frame.format.language();
    let qr = |ending: &str| format!("/api/ar/projects/{id}/qr.{ending}");
    let download = |ending: &str| format!("/api/ar/projects/{id}/qr.{ending}?download");
    let first = targets.first().map(|target| target.photo.clone());
    let viewer = format!("/ar/view/{id}");
    let alt = frame.text_with("share-qr-alt", &[("link", link.as_str().into())]);
    let hint = frame.text_with("share-print-hint", &[("millimetres", qr_least_mm.into())]);
    let size = mind_bytes
        .map(|bytes| frame.text_with("share-mind-size", &[("size", size_text(language, bytes).into())]))
        .map(|size| format!(" {size}"));
    view! {
        <section class="share" aria-label=t("share-label")>
            <img class="qr" src=qr("svg") width="280" height="280" alt=alt/>
            <div>
                <p class="link"><a href=viewer.clone()>{link.clone()}</a></p>
                <CopyLink link language/>
                <h2>{t("share-print")}</h2>
                <ul class="downloads">
                    <li><a class="button" href=download("pdf")>{t("share-pdf")}</a></li>
                    <li><a class="button" href=download("svg")>{t("share-svg")}</a></li>
                    <li><a class="button" href=download("png")>{t("share-png")}</a></li>
                </ul>
                <p class="quiet">{hint}</p>
            </div>
        </section>
        <section class="try" aria-labelledby="try">
            <h2 id="try">{t("share-try")}</h2>
            <p>{t("share-try-lead")}</p>
            <div class="try-pair">
                <img class="qr" src=qr("svg") width="280" height="280" alt=t("share-try-qr")/>
                {first.map(|photo| view! { <img class="photo" src=photo alt=t("share-try-photo")/> })}
            </div>
            <p><a class="button" href=viewer>{t("share-viewer")}</a></p>
        </section>
        <section aria-labelledby="photos">
            <h2 id="photos">{t("share-photos")}</h2>
            <ol class="targets">{targets.into_iter().map(|each| target(frame, each)).collect_view()}</ol>
            {mind.map(|mind| view! {
                <p>
                    <a class="tall" href=mind download="targets.mind">{t("share-mind")}</a>
                    <span class="quiet">{size}</span>
                </p>
            })}
        </section>
    }
    .into_any()
}

fn target(frame: &Frame, target: TargetView) -> AnyView {
    let TargetView { name, photo, width, height, features, tracking_points, .. } = target;
    let numbers = [("width", width), ("height", height), ("features", features), ("followed", tracking_points)];
    let facts = frame.text_with("share-photo-facts", &numbers.map(|(name, number)| (name, number.into())));
    view! {
        <li>
            <img src=photo alt=name.clone() loading="lazy"/>
            <p><strong>{name}</strong></p>
            <p class="quiet">{facts}</p>
        </li>
    }
    .into_any()
}
