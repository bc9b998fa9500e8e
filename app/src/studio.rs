//! The studio: the one interactive part. Photos with their videos come in, are compiled by workers as they arrive, shown,
//! and published. Nothing is sent before "Publish".

mod card;
pub(crate) mod client;
mod compiler;
mod media;
mod publish;
mod state;
mod tus;
mod worker;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, HtmlInputElement};

use self::{
    card::CardView,
    publish::Sending,
    state::{Mode, Studio},
};
use crate::{
    album::{duration_text, size_text},
    language::Language,
    model::{NAME_CHARS_MAX, TARGETS_MAX},
};

/// Where a browser keeps the token of a project it made.
pub(crate) fn token_key(id: &str) -> String {
    format!("kinora.token.{id}")
}

/// The studio. `assets` is the path below which the worker is found. The language comes from the server with it, which draws
/// the same texts first: there is one answer for both, and none to wait for.
#[island]
pub(crate) fn StudioIsland(assets: String, language: Language) -> impl IntoView {
    let studio = Studio::new(format!("{assets}/worker.js"), language);
    let t = move |id: &str| language.text(id);
    let root = NodeRef::<html::Div>::new();
    let is_awake = RwSignal::new(false);
    Effect::new(move || {
        if let Some(root) = root.get() {
            studio.wake();
            is_awake.set(true);
            // Tests and styles wait for this mark; an attribute with a plain name can always be set.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    let is_over = RwSignal::new(false);
    let drop_files = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        studio.add(event.data_transfer().and_then(|transfer| transfer.files()));
    };
    view! {
        <div class="studio" node_ref=root>
            <div
                class="drop"
                class:over=is_over
                on:dragover=move |event| { event.prevent_default(); is_over.set(true); }
                on:dragleave=move |_| is_over.set(false)
                on:drop=drop_files
            >
                <FilePicker
                    label=t("studio-choose")
                    accept="image/*,video/*,.heic,.heif,.mov,.mp4"
                    multiple=true
                    prominent=true
                    disabled=Signal::derive(move || !is_awake.get() || studio.is_sending())
                    chosen=Callback::new(move |files| studio.add(files))
                />
                <p class="quiet">{t("studio-drop")}</p>
            </div>
            <ModeNotice studio/>
            <Problem studio/>
            <Show when=move || studio.has_cards()>
                <label class="field album-name">
                    <span>{t("studio-album-name")} " " <span class="quiet">{t("studio-album-name-hint")}</span></span>
                    <input
                        type="text"
                        maxlength=NAME_CHARS_MAX
                        disabled=move || studio.is_sending()
                        prop:value=move || studio.name.get()
                        on:input=move |event| studio.name.set(event_target_value(&event))
                    />
                </label>
            </Show>
            <ol class="cards">
                <For each=move || studio.cards.get() key=|card| card.key let:card>
                    <CardView studio card/>
                </For>
            </ol>
            <Show when=move || studio.removed.with(Option::is_some)>
                <p class="toast" role="status">
                    {t("studio-pair-removed")} " "
                    <button type="button" class="link" on:click=move |_| studio.undo_remove()>{t("undo")}</button>
                </p>
            </Show>
            <Show when=move || studio.has_cards()>
                <Footer studio/>
            </Show>
        </div>
    }
}

/// A button that opens the file chooser, for mouse, keyboard and screen reader alike: a label around its input.
#[component]
pub(crate) fn FilePicker(
    #[prop(into)] label: Signal<String>,
    accept: &'static str,
    #[prop(optional)] multiple: bool,
    #[prop(optional)] prominent: bool,
    #[prop(into)] disabled: Signal<bool>,
    chosen: Callback<Option<FileList>>,
) -> impl IntoView {
    let changed = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        chosen.run(input.files());
        // So that choosing the same file again is heard of.
        input.set_value("");
    };
    view! {
        <label class="button file" class:primary=prominent class:disabled=disabled>
            {move || label.get()}
            <input type="file" accept=accept multiple=multiple disabled=disabled on:change=changed/>
        </label>
    }
}

/// Why photos are compiled on the server, or may have to be.
#[component]
fn ModeNotice(studio: Studio) -> impl IntoView {
    let t = move |id: &str| studio.language.text(id);
    move || {
        match studio.mode.get() {
        Mode::Browser => None,
        Mode::Unsupported => Some(view! { <p class="notice" role="status">{t("studio-unsupported")}</p> }.into_any()),
        Mode::Server => Some(
            view! {
                <p class="notice" role="status">
                    {t("studio-on-server")} " "
                    <button type="button" class="link" on:click=move |_| studio.compile_here()>{t("studio-prepare-here")}</button>
                </p>
            }
            .into_any(),
        ),
    }
    }
}

/// Why publishing did not go through.
#[component]
fn Problem(studio: Studio) -> impl IntoView {
    move || {
        studio.problem.get().map(|failure| {
            view! {
                <p class="notice error" role="alert">{failure.text(studio.language)} " " <code>{failure.code}</code></p>
            }
        })
    }
}

/// The whole: progress, what is missing, publish.
#[component]
fn Footer(studio: Studio) -> impl IntoView {
    let language = studio.language;
    let t = move |id: &str| language.text(id);
    let percent = move || (studio.compiled_share() * 100.0).floor();
    let compiling = move || {
        studio.is_compiling().then(|| {
            let percent_done = ("percent", percent().into());
            let words = match studio.time_left_ms() {
                None => language.text_with("studio-preparing", &[percent_done]),
                Some(ms) => {
                    let left = ("left", duration_text(language, ms).into());
                    language.text_with("studio-preparing-left", &[percent_done, left])
                }
            };
            view! {
                <div class="progress">
                    <progress max="100" value=percent aria-label=t("studio-all-photos")></progress>
                    <span>{words}</span>
                </div>
            }
        })
    };
    let sending = move || {
        studio.sending.get().map(|sending| match sending {
            Sending::Files { sent, total } => {
                let percent = (sent / total.max(1.0) * 100.0).floor();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files")]
                let size = |bytes: f64| size_text(language, bytes as u64).into();
                let numbers = [("percent", percent.into()), ("sent", size(sent)), ("total", size(total))];
                view! {
                    <div class="progress">
                        <progress max="100" value=percent aria-label=t("studio-upload")></progress>
                        <span>{language.text_with("studio-uploading", &numbers)}</span>
                    </div>
                }
                .into_any()
            }
            Sending::Waiting => view! { <p role="status">{t("studio-waiting-for-line")}</p> }.into_any(),
            Sending::Finishing => view! { <p role="status">{t("studio-finishing")}</p> }.into_any(),
        })
    };
    let summary = move || {
        let bytes = studio.mind_bytes();
        (bytes > 0 && !studio.is_compiling())
            .then(|| language.text_with("studio-summary", &[("size", size_text(language, bytes).into())]))
    };
    view! {
        <div class="publish">
            {compiling}
            {sending}
            <p class="quiet" role="status">{move || studio.is_idle().then(|| studio.missing()).flatten().or_else(summary)}</p>
            <Show
                when=move || studio.is_sending()
                fallback=move || view! {
                    <button
                        type="button"
                        class="button primary"
                        disabled=move || studio.missing().is_some()
                        on:click=move |_| studio.publish()
                    >
                        {move || t(if studio.problem.with(Option::is_some) { "retry" } else { "publish" })}
                    </button>
                }
            >
                <button type="button" class="button" on:click=move |_| studio.cancel_sending()>{t("cancel")}</button>
            </Show>
            <p class="quiet">{language.text_with("studio-limit", &[("count", TARGETS_MAX.into())])}</p>
        </div>
    }
}
