//! Kinora's pages.
//!
//! A page is a function of data, which gives its HTML: [`pages`] are for customers, [`crm`] is for the people of the shop, both
//! in a [`frame`]; nothing here asks for anything. The studio and what follows a project are islands: `hydrate()` wakes them
//! in the browser, whose only other job is what their buttons do.

#![recursion_limit = "256"]
#![allow(unreachable_pub, reason = "Leptos' macros make what they write public")]

pub mod album;
#[cfg(feature = "ssr")]
pub mod crm;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod format;
#[cfg(feature = "ssr")]
pub mod frame;
mod islands;
pub mod language;
pub mod life;
pub mod listing;
pub mod model;
pub mod order;
#[cfg(feature = "ssr")]
pub mod overlay;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod permissions;
mod studio;
pub mod video;

/// Called once by `start.js`, before the islands are woken.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
