//! The interactive parts of an album's page: it follows a compile, copies the link, and lets its owner remove it.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventSource, HtmlDialogElement, MessageEvent, Request, RequestInit};

use crate::{
    model::{ProjectStatus, ProjectView},
    studio::token_key,
};

/// Reloads the page when the project has moved on.
#[island]
pub(crate) fn Follow(id: String, status: ProjectStatus) -> impl IntoView {
    Effect::new(move || {
        let Ok(source) = EventSource::new(&format!("/api/ar/projects/{id}/events")) else { return };
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            let has_moved = serde_json::from_str::<ProjectView>(&text).is_ok_and(|project| project.status != status);
            if has_moved && let Some(window) = web_sys::window() {
                // Without a reload the reader does it by hand.
                let _ = window.location().reload();
            }
        });
        // An event source takes any listener.
        let _ = source.add_event_listener_with_callback("status", heard.as_ref().unchecked_ref());
        heard.forget();
    });
}

/// Puts the link on the clipboard.
#[island]
pub(crate) fn CopyLink(link: String) -> impl IntoView {
    let is_awake = RwSignal::new(false);
    let says = RwSignal::new("Copy the link");
    Effect::new(move || is_awake.set(true));
    let copy = move |_| {
        let Some(window) = web_sys::window() else { return };
        let written = window.navigator().clipboard().write_text(&link);
        spawn_local(async move {
            says.set(if JsFuture::from(written).await.is_ok() { "Copied" } else { "Select and copy the link above" });
        });
    };
    view! { <button type="button" class="button" disabled=move || !is_awake.get() on:click=copy aria-live="polite">{says}</button> }
}

/// What only the browser that made the album may do.
#[island]
pub(crate) fn OwnerTools(id: String) -> impl IntoView {
    let token = RwSignal::new(None::<String>);
    let problem = RwSignal::new(false);
    let dialog = NodeRef::<html::Dialog>::new();
    let key = token_key(&id);
    Effect::new(move || {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        token.set(storage.and_then(|storage| storage.get_item(&key).ok().flatten()));
    });
    let with_dialog = move |act: fn(&HtmlDialogElement)| {
        if let Some(dialog) = dialog.get() {
            act(&dialog);
        }
    };
    let ask = move |_| with_dialog(|dialog| drop(dialog.show_modal()));
    let keep = move |_| with_dialog(HtmlDialogElement::close);
    let remove = move |_| {
        let (id, token) = (id.clone(), token.get_untracked().unwrap_or_default());
        spawn_local(async move {
            if delete(&id, &token).await.is_some()
                && let Some(window) = web_sys::window()
            {
                // Without a reload the reader does it by hand.
                let _ = window.location().reload();
            } else {
                problem.set(true);
            }
        });
    };
    view! {
        <div class="owner" hidden=move || token.get().is_none()>
            <button type="button" class="button danger" on:click=ask>"Remove this album"</button>
            <dialog node_ref=dialog aria-labelledby="remove-title">
                <h2 id="remove-title">"Remove this album?"</h2>
                <p>"The photos and videos are deleted for good. Codes that are already printed will show a kind page instead. This can't be undone."</p>
                <p role="alert" hidden=move || !problem.get()>"It could not be removed. Try again in a moment."</p>
                <div class="buttons">
                    <button type="button" class="button" on:click=keep>"Keep it"</button>
                    <button type="button" class="button danger" on:click=remove>"Remove for good"</button>
                </div>
            </dialog>
        </div>
    }
}

async fn delete(id: &str, token: &str) -> Option<()> {
    let init = RequestInit::new();
    init.set_method("DELETE");
    let request = Request::new_with_str_and_init(&format!("/api/ar/projects/{id}"), &init).ok()?;
    request.headers().set("authorization", &format!("Bearer {token}")).ok()?;
    let response = JsFuture::from(web_sys::window()?.fetch_with_request(&request)).await.ok()?;
    response.dyn_into::<web_sys::Response>().ok()?.ok().then_some(())
}
