//! `/living-photos`: the studio, and a plain form for browsers that can't run it.

use leptos::prelude::*;

use crate::{frame::Frame, model::NAME_CHARS_MAX, studio::StudioIsland};

pub(super) fn studio(frame: &Frame) -> AnyView {
    let (assets, language) = (frame.assets.clone(), frame.format.language());
    view! {
        <h1>{frame.text("studio-title")}</h1>
        <StudioIsland assets language/>
        <noscript>{plain_form(frame)}</noscript>
        // Shown by start.js when the studio can't be started.
        <div id="plain-form" hidden>{plain_form(frame)}</div>
    }
    .into_any()
}

/// One pair, compiled on the server: works without JavaScript and WebAssembly.
fn plain_form(frame: &Frame) -> AnyView {
    let t = |id: &str| frame.text(id);
    view! {
        <form class="plain" method="post" action="/living-photos" enctype="multipart/form-data">
            <p class="notice">{t("plain-lead")}</p>
            <label class="field">{t("plain-name")}<input type="text" name="name" maxlength=NAME_CHARS_MAX/></label>
            <label class="field">{t("plain-photo")}<input type="file" name="photo" required accept="image/jpeg,image/png,image/webp"/></label>
            <label class="field">{t("plain-video")}<input type="file" name="video" required accept="video/mp4,video/quicktime"/></label>
            <button class="button primary">{t("plain-publish")}</button>
        </form>
    }
    .into_any()
}
