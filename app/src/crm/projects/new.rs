//! The form for a living photo that the shop makes for a customer.

use leptos::prelude::*;

use crate::{
    crm::page,
    form::{self, FormState, Input},
    frame::Frame,
};

/// The page. Fields come before files, so that what is wrong with them is known before those arrive.
#[must_use]
pub fn new(frame: &Frame, form: &FormState, has_trials: bool) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("ar-new"), || {
        let file = |name: &'static str, accept: &'static str, label: String| {
            view! {
                <div class="field">
                    <label for=name>{label}</label>
                    <input id=name type="file" name=name accept=accept required/>
                </div>
            }
        };
        let terms = vec![("permanent".to_owned(), t("ar-permanent")), ("trial".to_owned(), t("ar-trial"))];
        view! {
            <form class="sheet" method="post" enctype="multipart/form-data" action="/admin/ar-projects">
                {form::summary(form)}
                {form::input(form, Input::text("name", t("ar-name")))}
                {form::input(form, Input::text("owner", t("ar-owner-id")).hint(t("ar-optional")))}
                {form::input(form, Input::of("decimal", "order", t("ar-order-number")).hint(t("ar-optional")))}
                {has_trials.then(|| form::select(form, "term", t("ar-term"), terms))}
                {file("photo", "image/jpeg,image/png,image/webp", t("ar-photo"))}
                {file("video", "video/mp4,video/*", t("ar-new-video"))}
                <p class="quiet">{t("ar-new-hint")}</p>
                <button class="button primary">{t("ar-make")}</button>
            </form>
        }
        .into_any()
    })
}
