//! `/living-photos`: the studio, and a plain form for browsers that can't run it.

use leptos::prelude::*;

use crate::{model::NAME_CHARS_MAX, studio::StudioIsland};

#[component]
pub(super) fn StudioPage(assets: String) -> impl IntoView {
    view! {
        <h1>"Make a living photo"</h1>
        <StudioIsland assets/>
        <noscript><PlainForm/></noscript>
        // Shown by start.js when the studio can't be started.
        <div id="plain-form" hidden><PlainForm/></div>
    }
}

/// One pair, compiled on the server: works without JavaScript and WebAssembly.
#[component]
fn PlainForm() -> impl IntoView {
    view! {
        <form class="plain" method="post" action="/living-photos" enctype="multipart/form-data">
            <p class="notice">
                "This browser can't run the studio, so your photo will be uploaded and prepared on our server."
            </p>
            <label class="field">"Album name (optional)"<input type="text" name="name" maxlength=NAME_CHARS_MAX/></label>
            <label class="field">"Photo (JPEG, PNG or WebP)"<input type="file" name="photo" required accept="image/jpeg,image/png,image/webp"/></label>
            <label class="field">"Video (MP4)"<input type="file" name="video" required accept="video/mp4,video/quicktime"/></label>
            <button class="button primary">"Upload and publish"</button>
        </form>
    }
}
