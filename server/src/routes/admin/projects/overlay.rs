//! How a video lies on its photo and plays.

use app::{
    crm::projects::{self as page, Editor},
    form::FormState,
    frame::Frame,
    model::{Fit, Mask, OFFSET_MAX, OnLost, Overlay, ROTATION_MAX, ZOOM},
};
use axum::{
    Extension,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form;
use rust_decimal::{
    Decimal,
    prelude::{FromPrimitive, ToPrimitive},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{super::sent::picture, Crm, Fields, Staff, told, view_of};
use crate::{
    care::{edit_overlay, is_edited, overlay_of, video_size},
    cutout::cutout,
    db::Project,
    entry::Entry,
    error::AppError,
    pictures::PICTURE_BYTES_MAX,
    projects::find,
    routes::pages::html,
    state::{AppState, SharedState},
};

/// Digits behind the point of a number of the form.
const DIGITS: u32 = 2;
const PERCENT: f64 = 100.0;

/// What the page shows.
struct Shown {
    overlay: Overlay,
    is_preview: bool,
    form: FormState,
}

pub(super) async fn show(
    State(state): State<SharedState>,
    Crm(frame): Crm,
    Path((id, target)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let (project, target) = find_target(&state, &id, &target).await?;
    let overlay = overlay_of(&project, target).ok_or_else(AppError::not_found)?;
    let form = filled(&overlay);
    page(&state, &frame, StatusCode::OK, project, target, Shown { overlay, is_preview: false, form }).await
}

pub(super) async fn edit(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path((id, target)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Response, AppError> {
    let (project, target) = find_target(&state, &id, &target).await?;
    let mut entry = Entry::new(fields, frame.format.language());
    let wish = entry.raw("do").to_owned();
    let alpha = overlay_of(&project, target).and_then(|overlay| overlay.alpha);
    let overlay = if wish == "reset" { None } else { Some(Overlay { alpha, ..read(&mut entry) }) };
    if !entry.is_good() {
        let overlay = overlay_of(&project, target).ok_or_else(AppError::not_found)?;
        let shown = Shown { overlay, is_preview: false, form: entry.shown() };
        return page(&state, &frame, StatusCode::UNPROCESSABLE_ENTITY, project, target, shown).await;
    }
    if let Some(overlay) = overlay.clone().filter(|_| wish == "preview") {
        let shown = Shown { overlay, is_preview: true, form: entry.shown() };
        return page(&state, &frame, StatusCode::OK, project, target, shown).await;
    }
    save(&state, &frame, &staff, project, target, overlay, entry.shown()).await
}

/// Takes a picture by which a video is cut out.
pub(super) async fn put_cutout(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path((id, target)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let (project, target) = find_target(&state, &id, &target).await?;
    let overlay = overlay_of(&project, target).ok_or_else(AppError::not_found)?;
    let room = state.room.upload(PICTURE_BYTES_MAX as u64).await?;
    let taken = match picture(form).await? {
        Ok(bytes) => match state.checks.run(move || cutout(&bytes)).await? {
            Ok(alpha) => Ok(alpha),
            Err(AppError::Refused(_)) => Err("product-picture-unreadable"),
            Err(error) => return Err(error),
        },
        Err(problem) => Err(problem),
    };
    drop(room);
    let mut form = filled(&overlay);
    match taken {
        Ok(alpha) => {
            let overlay = Overlay { alpha: Some(alpha), ..overlay };
            save(&state, &frame, &staff, project, target, Some(overlay), form).await
        }
        Err(problem) => {
            form.problems.insert("picture".to_owned(), frame.text(problem));
            form.problem = Some(frame.text("form-problem"));
            let shown = Shown { overlay, is_preview: false, form };
            page(&state, &frame, StatusCode::UNPROCESSABLE_ENTITY, project, target, shown).await
        }
    }
}

/// Shows a video whole again.
pub(super) async fn remove_cutout(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Crm(frame): Crm,
    Path((id, target)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let (project, target) = find_target(&state, &id, &target).await?;
    let overlay = overlay_of(&project, target).ok_or_else(AppError::not_found)?;
    let form = filled(&overlay);
    save(&state, &frame, &staff, project, target, Some(Overlay { alpha: None, ..overlay }), form).await
}

/// Back to the page, which says that it is done; or the page with `form`, which says why not.
async fn save(
    state: &AppState,
    frame: &Frame,
    staff: &Staff,
    project: Project,
    target: usize,
    overlay: Option<Overlay>,
    form: FormState,
) -> Result<Response, AppError> {
    let id = &project.id;
    match edit_overlay(state, &project, target, overlay.clone(), &staff.actor()).await {
        Ok(()) => {
            Ok(Redirect::to(&format!("/admin/ar-projects/{id}/overlay/{target}?said=said-ar-overlay")).into_response())
        }
        Err(error) => {
            let (status, words) = told(frame, error)?;
            let form = FormState { problem: Some(words), ..form };
            let shown = Shown { overlay: overlay.unwrap_or_default(), is_preview: true, form };
            page(state, frame, status, find(state, id).await?, target, shown).await
        }
    }
}

/// A published target.
async fn find_target(state: &AppState, id: &str, target: &str) -> Result<(Project, usize), AppError> {
    let project = find(state, id).await?;
    let target = target.parse().ok().filter(|target| *target < project.targets.len());
    Ok((project, target.ok_or_else(AppError::not_found)?))
}

async fn page(
    state: &AppState,
    frame: &Frame,
    status: StatusCode,
    project: Project,
    target: usize,
    shown: Shown,
) -> Result<Response, AppError> {
    let video = match video_size(state, &project, target).await {
        Ok(size) => Some(size),
        Err(AppError::Refused(_)) => None,
        Err(error) => return Err(error),
    };
    let Shown { overlay, is_preview, form } = shown;
    let is_edited = is_edited(&project, target);
    let project = view_of(state, project)?;
    Ok(html(status, page::editor(frame, Editor { project, target, overlay, video, is_edited, is_preview, form })))
}

fn read(entry: &mut Entry) -> Overlay {
    let within = |least: f64, most: f64| [least, most].map(|number| Decimal::from_f64(number).unwrap_or_default());
    let mut number =
        |name: &str, [least, most]: [Decimal; 2]| entry.decimal(name, least, most).to_f64().unwrap_or_default();
    let zoom = number("zoom", within(ZOOM.0 * PERCENT, ZOOM.1 * PERCENT)) / PERCENT;
    let offset = within(-OFFSET_MAX * PERCENT, OFFSET_MAX * PERCENT);
    let (x, y) = (number("x", offset) / PERCENT, number("y", offset) / PERCENT);
    let rotation = number("rotation", within(-ROTATION_MAX, ROTATION_MAX));
    Overlay {
        fit: entry.choice("fit", named::<Fit>).unwrap_or_default(),
        zoom,
        x,
        y,
        rotation,
        mask: entry.choice("mask", named::<Mask>).unwrap_or_default(),
        alpha: None,
        autoplay: entry.ticked("autoplay"),
        r#loop: entry.ticked("loop"),
        sound: entry.ticked("sound"),
        on_lost: entry.choice("on_lost", named::<OnLost>).unwrap_or_default(),
    }
}

fn filled(overlay: &Overlay) -> FormState {
    let number = |number: f64| Decimal::from_f64(number).unwrap_or_default().round_dp(DIGITS).normalize().to_string();
    let tick = |yes: bool| if yes { "1".to_owned() } else { String::new() };
    FormState::of([
        ("fit", name_of(&overlay.fit)),
        ("zoom", number(overlay.zoom * PERCENT)),
        ("x", number(overlay.x * PERCENT)),
        ("y", number(overlay.y * PERCENT)),
        ("rotation", number(overlay.rotation)),
        ("mask", name_of(&overlay.mask)),
        ("autoplay", tick(overlay.autoplay)),
        ("loop", tick(overlay.r#loop)),
        ("sound", tick(overlay.sound)),
        ("on_lost", name_of(&overlay.on_lost)),
    ])
}

/// The choice that has this name in manifests.
fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}

fn name_of(choice: &impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}
