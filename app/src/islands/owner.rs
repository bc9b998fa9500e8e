//! What only the browser that made the album may do.

use leptos::{html, prelude::*, task::tick};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use crate::{
    language::Language,
    life::{Deed, Question, Tool},
    model::Failure,
    studio::{
        client::{Call, Client, SendError},
        token_key,
    },
};

/// What the server is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Work {
    Nothing,
    Doing(Tool),
    Refused(Failure),
}

/// The album's owner; copies are the same one.
#[derive(Clone, Copy)]
struct Owner {
    language: Language,
    id: StoredValue<String>,
    token: RwSignal<Option<String>>,
    work: RwSignal<Work>,
}

impl Owner {
    fn is_busy(self) -> bool {
        self.work.with(|work| matches!(work, Work::Doing(_)))
    }

    /// Has it done, and shows the page as it is then; gives whether it was done.
    async fn act(self, tool: Tool) -> bool {
        self.work.set(Work::Doing(tool));
        match self.ask(tool.deed()).await {
            Ok(()) => {
                if let Some(window) = web_sys::window() {
                    // Without a reload the reader does it by hand.
                    let _ = window.location().reload();
                }
                true
            }
            Err(error) => {
                self.work.set(Work::Refused(error.failure));
                false
            }
        }
    }

    /// Asks once: what may have been done is not asked for again.
    async fn ask(self, Deed { method, rest, .. }: Deed) -> Result<(), SendError> {
        let stop = AbortController::new().map_err(|_| SendError::lost("this browser can't ask"))?.signal();
        let client = Client { stop: &stop, waits: &|| {} };
        let url = format!("/api/ar/projects/{}{rest}", self.id.get_value());
        let token = self.token.get_untracked();
        client.once(&Call { method, url: &url, token: token.as_deref(), headers: &[], body: None }).await.map(drop)
    }
}

/// Buttons for the owner; nobody else sees them.
#[island]
pub(crate) fn OwnerTools(id: String, tools: Vec<Tool>, language: Language) -> impl IntoView {
    let token = RwSignal::new(None);
    let key = token_key(&id);
    Effect::new(move || {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        token.set(storage.and_then(|storage| storage.get_item(&key).ok().flatten()));
    });
    let owner = Owner { language, id: StoredValue::new(id), token, work: RwSignal::new(Work::Nothing) };
    let doing = move || {
        owner.work.with(|work| match work {
            Work::Doing(tool) => language.text(tool.deed().doing),
            _ => String::new(),
        })
    };
    let refused = move || match owner.work.get() {
        Work::Refused(failure) => Some(view! {
            <p class="notice error" role="alert">{failure.text(language)} " " <code>{failure.code}</code></p>
        }),
        _ => None,
    };
    view! {
        <div class="owner" hidden=move || token.with(Option::is_none)>
            {tools.into_iter().map(|tool| view! { <ToolButton owner tool/> }).collect_view()}
            <p class="quiet" role="status">{doing}</p>
            {refused}
        </div>
    }
}

/// A button, and the question that comes first where there is one.
#[component]
fn ToolButton(owner: Owner, tool: Tool) -> impl IntoView {
    let t = |id: &str| owner.language.text(id);
    let Deed { label, class, question, .. } = tool.deed();
    let button = NodeRef::<html::Button>::new();
    let dialog = NodeRef::<html::Dialog>::new();
    let act = move || {
        spawn_local(async move {
            if !owner.act(tool).await {
                // The keyboard goes on where it was, once the button can be pressed again.
                tick().await;
                if let Some(button) = button.get_untracked() {
                    let _ = button.focus();
                }
            }
        });
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let press = move |_| match dialog.get_untracked() {
        // A dialog that is closed can be opened.
        Some(dialog) => drop(dialog.show_modal()),
        None => act(),
    };
    let leave = move |_| close();
    let go_on = move |_| {
        close();
        act();
    };
    view! {
        <button type="button" class=class node_ref=button disabled=move || owner.is_busy() on:click=press>{t(label)}</button>
        {question.map(|Question { title, text, yes, no }| view! {
            <dialog node_ref=dialog aria-label=t(title)>
                <h2>{t(title)}</h2>
                <p>{t(text)}</p>
                <div class="buttons">
                    <button type="button" class="button" on:click=leave>{t(no)}</button>
                    <button type="button" class="button danger" on:click=go_on>{t(yes)}</button>
                </div>
            </dialog>
        })}
    }
}
