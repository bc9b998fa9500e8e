//! The pages for customers, a file each.

mod home;
mod not_found;
pub mod sign_in;
mod status;
mod studio;

use leptos::prelude::*;

use crate::{
    frame::{Frame, Head, public},
    model::ProjectView,
};

/// `/`.
#[must_use]
pub fn home(frame: &Frame) -> String {
    let head = Head { title: "Kinora: living photos".to_owned(), is_public: true, ..Head::default() };
    public(frame, head, || view! { <home::Home/> }.into_any())
}

/// `/living-photos`.
#[must_use]
pub fn studio(frame: &Frame) -> String {
    let title = "Make a living photo · Kinora".to_owned();
    let head = Head { title, is_public: true, has_islands: true, ..Head::default() };
    let assets = frame.assets.clone();
    public(frame, head, || view! { <studio::StudioPage assets/> }.into_any())
}

/// `/living-photos/{id}`.
#[must_use]
pub fn status(frame: &Frame, project: ProjectView) -> String {
    let name = if project.name.is_empty() { "Your living photo" } else { &project.name };
    let reloads = status::moves(project.status);
    let head = Head { title: format!("{name} · Kinora"), has_islands: true, reloads, ..Head::default() };
    public(frame, head, || view! { <status::Status project/> }.into_any())
}

/// Any address without a page.
#[must_use]
pub fn not_found(frame: &Frame) -> String {
    let head = Head { title: "Nothing here · Kinora".to_owned(), ..Head::default() };
    public(frame, head, || view! { <not_found::NotFound/> }.into_any())
}
