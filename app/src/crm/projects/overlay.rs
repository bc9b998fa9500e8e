//! How a video lies on its photo and plays: a form, and a picture of what it comes to.

use std::fmt::Write;

use leptos::prelude::*;

use super::detail::name_of;
use crate::{
    crm::page,
    form::{self, FormState, Input},
    frame::Frame,
    model::{Overlay, ProjectView},
    overlay::{Size, place},
};

/// Units of the picture for a width of the photo, and how much of its surroundings is shown on each side.
const UNITS: f64 = 1000.0;
const MARGIN: f64 = 350.0;

/// A target whose settings are edited.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The living photo.
    pub project: ProjectView,
    /// Which of its targets.
    pub target: usize,
    /// The settings that the picture shows.
    pub overlay: Overlay,
    /// Pixels of the video; `None` when its file can't be read.
    pub video: Option<Size>,
    /// Whether the settings differ from those it was published with.
    pub is_edited: bool,
    /// Whether what is shown is not saved yet.
    pub is_preview: bool,
    /// What was entered.
    pub form: FormState,
}

/// The page.
#[must_use]
pub fn editor(frame: &Frame, editor: Editor) -> String {
    let t = |id: &str| frame.text(id);
    page(frame, &t("ar-overlay"), || {
        let Editor { project, target, overlay, video, is_edited, is_preview, form } = editor;
        let view = project.targets.get(target).cloned();
        let unnamed = || name_of(frame, target);
        let name = view.as_ref().map(|view| view.name.clone()).filter(|name| !name.is_empty()).unwrap_or_else(unnamed);
        let shown = view
            .zip(video)
            .map(|(view, video)| picture(frame, &view.photo, (view.width, view.height), video, &overlay));
        let album = if project.name.is_empty() { project.id.clone() } else { project.name.clone() };
        let choices = |kind: &str, values: &[&str]| {
            values.iter().map(|value| ((*value).to_owned(), t(&format!("ar-{kind}-{value}")))).collect::<Vec<_>>()
        };
        let decimal = |name: &'static str, hint: Option<&str>| {
            let input = Input::of("decimal", name, t(&format!("ar-{name}"))).required();
            form::input(&form, if let Some(hint) = hint { input.hint(t(hint)) } else { input })
        };
        view! {
            <p><a class="tall" href=format!("/admin/ar-projects/{}", project.id)>{album}</a> " · " {name}</p>
            {is_preview.then(|| view! { <p class="notice" role="status">{t("ar-preview-notice")}</p> })}
            <div class="columns">
                <form class="sheet" method="post">
                    {form::summary(&form)}
                    {form::select(&form, "fit", t("ar-fit"), choices("fit", &["cover", "contain", "fill", "exact"]))}
                    {decimal("zoom", Some("ar-zoom-hint"))}
                    {decimal("x", Some("ar-x-hint"))}
                    {decimal("y", Some("ar-y-hint"))}
                    {decimal("rotation", Some("ar-rotation-hint"))}
                    {form::select(&form, "mask", t("ar-mask"), choices("mask", &["none", "rounded", "oval", "circle"]))}
                    {form::tick(&form, "autoplay", t("ar-autoplay"))}
                    {form::tick(&form, "loop", t("ar-loop"))}
                    {form::tick(&form, "sound", t("ar-sound"))}
                    {form::select(&form, "on_lost", t("ar-on-lost"), choices("lost", &["pause", "rewind", "continue", "keep"]))}
                    <div class="actions">
                        <button class="button primary" name="do" value="save">{t("save")}</button>
                        <button class="button" name="do" value="preview">{t("ar-preview")}</button>
                        {is_edited.then(|| view! { <button class="button" name="do" value="reset">{t("ar-reset")}</button> })}
                    </div>
                </form>
                <div>
                    {shown}
                    {cutout(frame, &project.id, target, overlay.alpha.is_some(), &form)}
                    <p><a class="button" href=format!("/ar/view/{}", project.id)>{t("ar-open-viewer")}</a></p>
                </div>
            </div>
        }
        .into_any()
    })
}

/// A picture by which the video is cut out.
fn cutout(frame: &Frame, id: &str, target: usize, is_there: bool, form: &FormState) -> AnyView {
    let t = |id: &str| frame.text(id);
    let address = format!("/admin/ar-projects/{id}/overlay/{target}/cutout");
    let remove = is_there.then(|| {
        view! {
            <form method="post" action=format!("{address}/remove")>
                <button class="button">{t("ar-cutout-remove")}</button>
            </form>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="cutout">
            <h2 id="cutout">{t("ar-cutout")}</h2>
            <form method="post" enctype="multipart/form-data" action=address.clone()>
                {form::input(form, Input::of("file", "picture", t("ar-cutout-file")).hint(t("ar-cutout-hint")))}
                <button class="button">{t("ar-cutout-put")}</button>
            </form>
            {remove}
        </section>
    }
    .into_any()
}

/// The photo, and where the video lies on it; its upper edge is marked.
fn picture(frame: &Frame, photo: &str, (width, height): (u32, u32), video: Size, overlay: &Overlay) -> AnyView {
    let placed = place(overlay, Size { width, height }, video);
    let high = f64::from(height.max(1)) / f64::from(width.max(1)) * UNITS;
    let corner = |(x, y): (f64, f64)| (x * UNITS, y * UNITS);
    let mut points = String::new();
    for (x, y) in placed.corners().into_iter().map(corner) {
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let edge = crate::overlay::Placed { outline: vec![(-0.5, -0.5), (0.5, -0.5)], ..placed.clone() }.corners();
    let top: Vec<(f64, f64)> = edge.into_iter().map(corner).collect();
    let [(x1, y1), (x2, y2)] = top[..] else { return ().into_any() };
    let round = |number: f64| format!("{number:.1}");
    let view_box = format!(
        "{:.1} {:.1} {:.1} {:.1}",
        -UNITS / 2.0 - MARGIN,
        -high / 2.0 - MARGIN,
        UNITS + 2.0 * MARGIN,
        high + 2.0 * MARGIN
    );
    let photo = photo.to_owned();
    let is_cut = overlay.alpha.is_some();
    let cut = overlay.alpha.as_ref().map(|alpha| {
        let [x, y, width, height] = [
            (placed.x - placed.width / 2.0) * UNITS,
            (placed.y - placed.height / 2.0) * UNITS,
            placed.width * UNITS,
            placed.height * UNITS,
        ]
        .map(round);
        let turn = format!("rotate({} {} {})", placed.rotation, placed.x * UNITS, placed.y * UNITS);
        let picture = format!("data:image/png;base64,{alpha}");
        view! {
            <mask id="alpha">
                <image href=picture x=x y=y width=width height=height transform=turn preserveAspectRatio="none"></image>
            </mask>
        }
    });
    view! {
        <figure class="sheet">
            <figcaption>{frame.text("ar-picture")}</figcaption>
            <svg class="overlay" viewBox=view_box role="img" aria-label=frame.text("ar-picture")>
                <image href=photo x=round(-UNITS / 2.0) y=round(-high / 2.0) width=round(UNITS) height=round(high) preserveAspectRatio="none"></image>
                {cut}
                <polygon class="video" points=points mask=is_cut.then_some("url(#alpha)")></polygon>
                <line class="top" x1=round(x1) y1=round(y1) x2=round(x2) y2=round(y2)></line>
            </svg>
            <p class="quiet">{frame.text("ar-picture-legend")}</p>
        </figure>
    }
    .into_any()
}
