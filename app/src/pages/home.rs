//! `/`: what it is, and the way in.

use leptos::prelude::*;

use crate::frame::Frame;

pub(super) fn home(frame: &Frame) -> AnyView {
    let t = |id: &str| frame.text(id);
    view! {
        <section class="hero">
            <h1>{t("home-heading")}</h1>
            <p class="lead">{t("home-lead")}</p>
            <a class="button primary" href="/living-photos">{t("home-make")}</a>
        </section>
        <ol class="steps">
            <li><h2>{t("home-choose")}</h2><p>{t("home-choose-text")}</p></li>
            <li><h2>{t("home-publish")}</h2><p>{t("home-publish-text")}</p></li>
            <li><h2>{t("home-print")}</h2><p>{t("home-print-text")}</p></li>
        </ol>
    }
    .into_any()
}
