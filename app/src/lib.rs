//! Kinora's pages.
//!
//! A page is a function of data: [`render`] turns one into HTML on the server, and nothing here asks for anything. The
//! studio and what follows a project are islands: `hydrate()` wakes them in the browser, whose only other job is what
//! their buttons do.

#![recursion_limit = "256"]
#![allow(unreachable_pub, reason = "Leptos' macros make what they write public")]

pub mod album;
mod islands;
pub mod life;
pub mod model;
#[cfg(feature = "ssr")]
mod pages;
mod studio;
pub mod video;

#[cfg(feature = "ssr")]
pub use pages::{Page, render};

/// Called once by `start.js`, before the islands are woken.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
