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
    album::{duration_text, sentence, size_text},
    model::{NAME_CHARS_MAX, TARGETS_MAX},
};

/// Where a browser keeps the token of a project it made.
pub(crate) fn token_key(id: &str) -> String {
    format!("kinora.token.{id}")
}

/// The studio. `assets` is the path below which the worker is found.
#[island]
pub(crate) fn StudioIsland(assets: String) -> impl IntoView {
    let studio = Studio::new(format!("{assets}/worker.js"));
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
                    label="Choose photos and videos"
                    accept="image/*,video/*,.heic,.heif,.mov,.mp4"
                    multiple=true
                    prominent=true
                    disabled=Signal::derive(move || !is_awake.get() || studio.is_sending())
                    chosen=Callback::new(move |files| studio.add(files))
                />
                <p class="quiet">
                    "One video for each photo; drop them here together, and files of the same name find each other. "
                    "Your photos stay on this device until you press Publish."
                </p>
            </div>
            <ModeNotice studio/>
            <Problem studio/>
            <Show when=move || studio.has_cards()>
                <label class="field album-name">
                    <span>"Album name " <span class="quiet">"(optional, shown to whoever scans)"</span></span>
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
                    "The pair was removed. "
                    <button type="button" class="link" on:click=move |_| studio.undo_remove()>"Undo"</button>
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
    move || {
        match studio.mode.get() {
        Mode::Browser => None,
        Mode::Unsupported => Some(view! {
            <p class="notice" role="status">
                "This browser can't prepare photos itself (it lacks WebAssembly with SIMD, or workers). "
                "No matter: they will be prepared on our server after you press Publish."
            </p>
        }.into_any()),
        Mode::Server => Some(view! {
            <p class="notice" role="status">
                "Your photos will be prepared on our server after you press Publish. "
                <button type="button" class="link" on:click=move |_| studio.compile_here()>"Prepare them here instead"</button>
            </p>
        }.into_any()),
    }
    }
}

/// Why publishing did not go through.
#[component]
fn Problem(studio: Studio) -> impl IntoView {
    move || {
        studio.problem.get().map(|failure| {
            view! {
                <p class="notice error" role="alert">{sentence(&failure.detail)} " " <code>{failure.code}</code></p>
            }
        })
    }
}

/// The whole: progress, what is missing, publish.
#[component]
fn Footer(studio: Studio) -> impl IntoView {
    let percent = move || (studio.compiled_share() * 100.0).floor();
    let compiling = move || {
        studio.is_compiling().then(|| {
            let left =
                studio.time_left_ms().map(|ms| format!(", about {} left", duration_text(ms))).unwrap_or_default();
            view! {
                <div class="progress">
                    <progress max="100" value=percent aria-label="All photos"></progress>
                    <span>{format!("Preparing: {} %{left}", percent())}</span>
                </div>
            }
        })
    };
    let sending = move || {
        studio.sending.get().map(|sending| match sending {
            Sending::Files { sent, total } => {
                let percent = (sent / total.max(1.0) * 100.0).floor();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files")]
                let of = format!("{} of {}", size_text(sent as u64), size_text(total as u64));
                view! {
                    <div class="progress">
                        <progress max="100" value=percent aria-label="Upload"></progress>
                        <span>{format!("Uploading: {percent} % ({of})")}</span>
                    </div>
                }
                .into_any()
            }
            Sending::Waiting => view! { <p role="status">"The connection is lost; trying again…"</p> }.into_any(),
            Sending::Finishing => view! { <p role="status">"Checking and publishing…"</p> }.into_any(),
        })
    };
    let summary = move || {
        let bytes = studio.mind_bytes();
        (bytes > 0 && !studio.is_compiling()).then(|| format!("Recognition data: {}", size_text(bytes)))
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
                        {move || if studio.problem.with(Option::is_some) { "Try again" } else { "Publish" }}
                    </button>
                }
            >
                <button type="button" class="button" on:click=move |_| studio.cancel_sending()>"Cancel"</button>
            </Show>
            <p class="quiet">{format!("Up to {TARGETS_MAX} photos. The link and its QR code work at once.")}</p>
        </div>
    }
}
