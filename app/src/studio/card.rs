//! One pair on the page.

use compiler_wasm::protocol::PhotoReport;
use leptos::prelude::*;

use super::{
    FilePicker,
    state::{Card, Photo, PhotoState, Studio, VideoState},
};
use crate::{
    album::{advice, sentence, share, size_text},
    model::{Failure, Fit, NAME_CHARS_MAX},
    video::VideoInfo,
};

const FITS: [(Fit, &str, &str); 4] = [
    (Fit::Cover, "cover", "Fill the photo, cut what is over"),
    (Fit::Contain, "contain", "Show the whole video"),
    (Fit::Fill, "fill", "Stretch to the photo"),
    (Fit::Exact, "exact", "The video's own size"),
];

#[component]
pub(crate) fn CardView(studio: Studio, card: Card) -> impl IntoView {
    let number =
        move || studio.cards.with(|cards| cards.iter().position(|other| other.key == card.key).unwrap_or(0) + 1);
    let is_last = move || studio.cards.with(|cards| cards.len()) == number();
    let locked = Signal::derive(move || studio.is_sending());
    let choose_fit = move |event| {
        let chosen = event_target_value(&event);
        if let Some((fit, ..)) = FITS.iter().find(|(_, value, _)| *value == chosen) {
            card.fit.set(*fit);
        }
    };
    view! {
        <li class="card">
            <div class="card-head">
                <h2>{move || format!("Photo {}", number())}</h2>
                <div class="card-order">
                    <button type="button" class="icon" aria-label=move || format!("Move photo {} up", number())
                        disabled=move || locked.get() || number() == 1 on:click=move |_| studio.shift(card, -1)>"↑"</button>
                    <button type="button" class="icon" aria-label=move || format!("Move photo {} down", number())
                        disabled=move || locked.get() || is_last() on:click=move |_| studio.shift(card, 1)>"↓"</button>
                    <button type="button" class="icon" aria-label=move || format!("Remove photo {}", number())
                        disabled=locked on:click=move |_| studio.remove(card)>"✕"</button>
                </div>
            </div>
            <div class="halves">
                <section class="half" aria-label="Photo">
                    <PhotoHalf studio card/>
                    <FilePicker
                        label=Signal::derive(move || if card.photo.with(Option::is_some) { "Replace photo" } else { "Add a photo" }.to_owned())
                        accept="image/*,.heic,.heif"
                        disabled=locked
                        chosen=Callback::new(move |files: Option<web_sys::FileList>| {
                            if let Some(file) = files.and_then(|files| files.get(0)) { studio.set_photo(card, file); }
                        })
                    />
                </section>
                <section class="half" aria-label="Video">
                    <VideoHalf card/>
                    <FilePicker
                        label=Signal::derive(move || if card.video.with(Option::is_some) { "Replace video" } else { "Add its video" }.to_owned())
                        accept="video/*,.mov,.mp4"
                        disabled=locked
                        chosen=Callback::new(move |files: Option<web_sys::FileList>| {
                            if let Some(file) = files.and_then(|files| files.get(0)) { studio.set_video(card, file); }
                        })
                    />
                </section>
            </div>
            <div class="fields">
                <label class="field">
                    <span>"Name"</span>
                    <input type="text" maxlength=NAME_CHARS_MAX disabled=locked
                        prop:value=move || card.name.get() on:input=move |event| card.name.set(event_target_value(&event))/>
                </label>
                <label class="field">
                    <span>"The video shall"</span>
                    <select disabled=locked on:change=choose_fit>
                        {FITS.iter().map(|(fit, value, text)| view! {
                            <option value=*value selected=move || card.fit.get() == *fit>{*text}</option>
                        }).collect_view()}
                    </select>
                </label>
            </div>
        </li>
    }
}

#[component]
fn PhotoHalf(studio: Studio, card: Card) -> impl IntoView {
    move || {
        card.photo.get().map_or_else(
            || view! { <div class="empty">"No photo yet"</div> }.into_any(),
            |photo| photo_view(studio, card, photo),
        )
    }
}

fn photo_view(studio: Studio, card: Card, photo: Photo) -> AnyView {
    let Photo { file_name, url, state, .. } = photo;
    match state {
        PhotoState::Reading => view! { <div class="empty" role="status">"Reading…"</div> }.into_any(),
        PhotoState::Compiling(progress) => {
            let percent = (progress.map_or(0.0, share) * 100.0).floor();
            let words = progress.map_or_else(|| "Waiting…".to_owned(), |_| format!("Preparing: {percent} %"));
            view! {
                <div class="empty">
                    <div class="progress">
                        <progress max="100" value=percent aria-label=format!("Preparing {file_name}")></progress>
                        <span>{words}</span>
                    </div>
                    <button type="button" class="link" on:click=move |_| studio.cancel_compile(card)>"Cancel"</button>
                </div>
            }
            .into_any()
        }
        PhotoState::Done(mind, report) => view! {
            <figure class="preview">
                <img src=url alt=format!("{file_name}, with what phones will recognise it by")/>
                <Features report=(*report).clone()/>
            </figure>
            <p class="facts">
                {format!("{}×{} pixels, {} points, {}", report.width, report.height, report.features, size_text(mind.len() as u64))}
            </p>
            {advice(&report).map(|advice| view! { <p class="notice" role="status">{advice}</p> })}
        }
        .into_any(),
        PhotoState::ForServer => view! {
            <figure class="preview"><img src=url alt=file_name/></figure>
            <p class="facts">"Will be prepared on our server."</p>
        }
        .into_any(),
        PhotoState::Cancelled => view! {
            <div class="empty">
                <p>"Cancelled."</p>
                <button type="button" class="button" on:click=move |_| studio.compile(card)>"Prepare again"</button>
            </div>
        }
        .into_any(),
        PhotoState::Lost => view! {
            <div class="empty" role="alert">
                <p>"The browser has stopped preparing this photo, perhaps for lack of memory." " " <code>"worker_lost"</code></p>
                <button type="button" class="button" on:click=move |_| studio.compile(card)>"Try again"</button>
                <button type="button" class="button" on:click=move |_| studio.compile_on_server()>"Prepare on our server"</button>
                <p class="quiet">"Your photos will be uploaded when you press Publish."</p>
            </div>
        }
        .into_any(),
        PhotoState::Failed(failure) => refused(file_name, failure),
    }
}

/// The points drawn over the photo as one path of dots.
#[component]
fn Features(report: PhotoReport) -> impl IntoView {
    let path: String = report.preview.iter().map(|[x, y]| format!("M{:.4} {:.4}h0", x, y)).collect();
    view! {
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <path d=path vector-effect="non-scaling-stroke"></path>
        </svg>
    }
}

#[component]
fn VideoHalf(card: Card) -> impl IntoView {
    move || {
        let Some(video) = card.video.get() else { return view! { <div class="empty">"No video yet"</div> }.into_any() };
        match video.state {
            VideoState::Reading => view! { <div class="empty" role="status">"Reading…"</div> }.into_any(),
            VideoState::Failed(failure) => refused(video.file.name(), failure),
            VideoState::Ready(info) => view! {
                <video src=video.url muted playsinline controls preload="metadata"></video>
                <p class="facts">{facts(&info)}</p>
                {info.warnings().into_iter().map(|warning| view! {
                    <p class="notice" role="status">{warning.to_string()} " " <code>{warning.code()}</code></p>
                }).collect_view()}
            }
            .into_any(),
        }
    }
}

fn facts(info: &VideoInfo) -> String {
    let sound = if info.has_audio { "with sound" } else { "without sound" };
    format!("{}×{}, {} s, {sound}", info.width, info.height, info.duration_ms.div_ceil(1000))
}

fn refused(file_name: String, failure: Failure) -> AnyView {
    view! {
        <div class="empty refused" role="alert">
            <p><strong>{file_name}</strong></p>
            <p>{sentence(&failure.detail)} " " <code>{failure.code}</code></p>
        </div>
    }
    .into_any()
}
