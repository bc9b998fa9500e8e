//! One pair on the page.

use compiler_wasm::protocol::PhotoReport;
use leptos::prelude::*;

use super::{
    FilePicker,
    state::{Card, Photo, PhotoState, Studio, VideoState},
};
use crate::{
    album::{is_hard_to_recognise, share, size_text},
    language::Language,
    model::{Failure, Fit, NAME_CHARS_MAX},
    video::VideoInfo,
};

/// Each with its value and its text.
const FITS: [(Fit, &str, &str); 4] = [
    (Fit::Cover, "cover", "card-fit-cover"),
    (Fit::Contain, "contain", "card-fit-contain"),
    (Fit::Fill, "fill", "card-fit-fill"),
    (Fit::Exact, "exact", "card-fit-exact"),
];

#[component]
pub(crate) fn CardView(studio: Studio, card: Card) -> impl IntoView {
    let language = studio.language;
    let t = move |id: &str| language.text(id);
    let number =
        move || studio.cards.with(|cards| cards.iter().position(|other| other.key == card.key).unwrap_or(0) + 1);
    let numbered = move |id: &'static str| language.text_with(id, &[("number", number().into())]);
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
                <h2>{move || numbered("card-title")}</h2>
                <div class="card-order">
                    <button type="button" class="icon" aria-label=move || numbered("card-up")
                        disabled=move || locked.get() || number() == 1 on:click=move |_| studio.shift(card, -1)>"↑"</button>
                    <button type="button" class="icon" aria-label=move || numbered("card-down")
                        disabled=move || locked.get() || is_last() on:click=move |_| studio.shift(card, 1)>"↓"</button>
                    <button type="button" class="icon" aria-label=move || numbered("card-remove")
                        disabled=locked on:click=move |_| studio.remove(card)>"✕"</button>
                </div>
            </div>
            <div class="halves">
                <section class="half" aria-label=t("photo")>
                    <PhotoHalf studio card/>
                    <FilePicker
                        label=Signal::derive(move || t(if card.photo.with(Option::is_some) { "replace-photo" } else { "card-add-photo" }))
                        accept="image/*,.heic,.heif"
                        disabled=locked
                        chosen=Callback::new(move |files: Option<web_sys::FileList>| {
                            if let Some(file) = files.and_then(|files| files.get(0)) { studio.set_photo(card, file); }
                        })
                    />
                </section>
                <section class="half" aria-label=t("video")>
                    <VideoHalf studio card/>
                    <FilePicker
                        label=Signal::derive(move || t(if card.video.with(Option::is_some) { "replace-video" } else { "card-add-video" }))
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
                    <span>{t("card-name")}</span>
                    <input type="text" maxlength=NAME_CHARS_MAX disabled=locked
                        prop:value=move || card.name.get() on:input=move |event| card.name.set(event_target_value(&event))/>
                </label>
                <label class="field">
                    <span>{t("card-fit")}</span>
                    <select disabled=locked on:change=choose_fit>
                        {FITS.iter().map(|(fit, value, text)| view! {
                            <option value=*value selected=move || card.fit.get() == *fit>{t(text)}</option>
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
            || view! { <div class="empty">{studio.language.text("card-no-photo")}</div> }.into_any(),
            |photo| photo_view(studio, card, photo),
        )
    }
}

fn photo_view(studio: Studio, card: Card, photo: Photo) -> AnyView {
    let language = studio.language;
    let t = |id: &str| language.text(id);
    let Photo { file_name, url, state, .. } = photo;
    let named = |id: &str| language.text_with(id, &[("file", file_name.as_str().into())]);
    match state {
        PhotoState::Reading => view! { <div class="empty" role="status">{t("card-reading")}</div> }.into_any(),
        PhotoState::Compiling(progress) => {
            let percent = (progress.map_or(0.0, share) * 100.0).floor();
            let words = match progress {
                None => t("card-waiting"),
                Some(_) => language.text_with("studio-preparing", &[("percent", percent.into())]),
            };
            view! {
                <div class="empty">
                    <div class="progress">
                        <progress max="100" value=percent aria-label=named("card-preparing-file")></progress>
                        <span>{words}</span>
                    </div>
                    <button type="button" class="link" on:click=move |_| studio.cancel_compile(card)>{t("cancel")}</button>
                </div>
            }
            .into_any()
        }
        PhotoState::Done(mind, report) => view! {
            <figure class="preview">
                <img src=url alt=named("card-recognised-by")/>
                <Features report=(*report).clone()/>
            </figure>
            <p class="facts">{photo_facts(language, &report, mind.len())}</p>
            {is_hard_to_recognise(&report).then(|| view! { <p class="notice" role="status">{t("card-advice")}</p> })}
        }
        .into_any(),
        PhotoState::ForServer => view! {
            <figure class="preview"><img src=url alt=file_name/></figure>
            <p class="facts">{t("card-for-server")}</p>
        }
        .into_any(),
        PhotoState::Cancelled => view! {
            <div class="empty">
                <p>{t("card-cancelled")}</p>
                <button type="button" class="button" on:click=move |_| studio.compile(card)>{t("card-prepare-again")}</button>
            </div>
        }
        .into_any(),
        PhotoState::Lost => view! {
            <div class="empty" role="alert">
                <p>{t("card-lost")} " " <code>"worker_lost"</code></p>
                <button type="button" class="button" on:click=move |_| studio.compile(card)>{t("retry")}</button>
                <button type="button" class="button" on:click=move |_| studio.compile_on_server()>{t("card-on-server")}</button>
                <p class="quiet">{t("card-on-server-hint")}</p>
            </div>
        }
        .into_any(),
        PhotoState::Failed(failure) => refused(language, file_name, failure),
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
fn VideoHalf(studio: Studio, card: Card) -> impl IntoView {
    let language = studio.language;
    let t = move |id: &str| language.text(id);
    move || {
        let Some(video) = card.video.get() else {
            return view! { <div class="empty">{t("card-no-video")}</div> }.into_any();
        };
        match video.state {
            VideoState::Reading => view! { <div class="empty" role="status">{t("card-reading")}</div> }.into_any(),
            VideoState::Failed(failure) => refused(language, video.file.name(), failure),
            VideoState::Ready(info) => view! {
                <video src=video.url muted playsinline controls preload="metadata"></video>
                <p class="facts">{video_facts(language, &info)}</p>
                {info.warnings().into_iter().map(Failure::from).map(|warning| view! {
                    <p class="notice" role="status">{warning.text(language)} " " <code>{warning.code}</code></p>
                }).collect_view()}
            }
            .into_any(),
        }
    }
}

fn photo_facts(language: Language, report: &PhotoReport, mind_bytes: usize) -> String {
    let facts = [
        ("width", report.width.into()),
        ("height", report.height.into()),
        ("points", report.features.into()),
        ("size", size_text(language, mind_bytes as u64).into()),
    ];
    language.text_with("card-photo-facts", &facts)
}

fn video_facts(language: Language, info: &VideoInfo) -> String {
    let seconds = info.duration_ms.div_ceil(1000);
    let facts = [("width", info.width.into()), ("height", info.height.into()), ("seconds", seconds.into())];
    language.text_with(if info.has_audio { "card-video-sound" } else { "card-video-silent" }, &facts)
}

fn refused(language: Language, file_name: String, failure: Failure) -> AnyView {
    view! {
        <div class="empty refused" role="alert">
            <p><strong>{file_name}</strong></p>
            <p>{failure.text(language)} " " <code>{failure.code}</code></p>
        </div>
    }
    .into_any()
}
