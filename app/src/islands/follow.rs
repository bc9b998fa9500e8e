//! The page goes with its project.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::model::{ProjectStatus, ProjectView};

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
