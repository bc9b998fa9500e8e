//! `/`: what it is, and the way in.

use leptos::prelude::*;

#[component]
pub(super) fn Home() -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"A photo that comes alive"</h1>
            <p class="lead">
                "Print a photo with a small code beside it. Whoever scans the code and points a phone at the photo "
                "sees your video play right on the paper. No app needed."
            </p>
            <a class="button primary" href="/living-photos">"Make a living photo"</a>
        </section>
        <ol class="steps">
            <li><h2>"Choose"</h2><p>"A photo and the video that belongs to it. The photo is prepared in your browser and shows you how well phones will recognise it."</p></li>
            <li><h2>"Publish"</h2><p>"You get a link and its QR code at once, as a picture or ready for print."</p></li>
            <li><h2>"Print and share"</h2><p>"Put the code next to the photo: in an album, on a card, on the wall. The link keeps working."</p></li>
        </ol>
    }
}
