//! The pages for customers, a file each.

pub mod account;
mod home;
pub mod mine;
mod not_found;
pub mod shop;
pub mod sign_in;
mod status;
mod studio;

use crate::{
    frame::{Frame, Head, public},
    model::ProjectView,
};

/// `/`.
#[must_use]
pub fn home(frame: &Frame) -> String {
    let head = Head { title: frame.text("home-title"), is_public: true, ..Head::default() };
    public(frame, head, || home::home(frame))
}

/// `/living-photos`.
#[must_use]
pub fn studio(frame: &Frame) -> String {
    let title = format!("{} · Kinora", frame.text("studio-title"));
    let head = Head { title, is_public: true, has_islands: true, ..Head::default() };
    public(frame, head, || studio::studio(frame))
}

/// `/living-photos/{id}`.
#[must_use]
pub fn status(frame: &Frame, project: ProjectView) -> String {
    let name = if project.name.is_empty() { frame.text("album-untitled") } else { project.name.clone() };
    let reloads = status::moves(project.status);
    let head = Head { title: format!("{name} · Kinora"), has_islands: true, reloads, ..Head::default() };
    public(frame, head, || status::status(frame, project))
}

/// Any address without a page.
#[must_use]
pub fn not_found(frame: &Frame) -> String {
    let head = Head { title: format!("{} · Kinora", frame.text("not-found-title")), ..Head::default() };
    public(frame, head, || not_found::not_found(frame))
}
