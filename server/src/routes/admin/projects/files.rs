//! Forms with files: a living photo made for a customer, another video.

use std::net::IpAddr;

use app::{
    crm::projects as page,
    form::FormState,
    frame::Frame,
    model::{NAME_CHARS_MAX, UploadedFile},
};
use axum::{
    Extension,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};

use super::{Crm, ID_CHARS_MAX, Staff, back, refused, told};
use crate::{
    care::{Unknown, Wish, begin_for, finish_for, forget, replace_video},
    db::Actor,
    entry::Entry,
    error::AppError,
    forms::{broken, store, text},
    projects::find,
    routes::{client::Client, pages::html},
    state::{AppState, SharedState},
};

/// Most parts of a form that are looked at.
const PARTS_MAX: usize = 20;

pub(super) async fn form(State(state): State<SharedState>, Crm(frame): Crm) -> Response {
    new_page(&state, &frame, StatusCode::OK, &FormState::default())
}

fn new_page(state: &AppState, frame: &Frame, status: StatusCode, form: &FormState) -> Response {
    html(status, page::new(frame, form, state.options.trial.is_some()))
}

pub(super) async fn make(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Extension(Client(address)): Extension<Client>,
    Crm(frame): Crm,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let mut form = form.map_err(|_| not_whole())?;
    let _room = state.room.form()?;
    let maker = Maker { state: &state, address, actor: staff.actor(), frame: &frame };
    let mut making = Making::default();
    let made = maker.take(&mut form, &mut making).await;
    let Making { fields, begun, .. } = making;
    let (entry, problem) = match (made, begun) {
        (Ok(()), Some(Begun { id: Some(id), .. })) => return Ok(back(&id, "said-ar-made")),
        (Ok(()), Some(Begun { entry, .. })) => (entry, None),
        (Ok(()), None) => {
            let mut entry = Entry::new(fields, frame.format.language());
            entry.refuse("ar-refused-file-missing");
            (entry, None)
        }
        (Err(error), begun) => {
            let (entry, id) = match begun {
                Some(Begun { entry, id, .. }) => (entry, id),
                None => (Entry::new(fields, frame.format.language()), None),
            };
            if let Some(id) = id {
                forget(&state, &id).await?;
            }
            (entry, Some(told(&frame, error)?))
        }
    };
    let status = problem.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, |(status, _)| *status);
    let mut shown = entry.shown();
    shown.problem = problem.map(|(_, words)| words).or(shown.problem);
    Ok(new_page(&state, &frame, status, &shown))
}

/// Whoever makes a living photo.
struct Maker<'a> {
    state: &'a AppState,
    frame: &'a Frame,
    address: IpAddr,
    actor: Actor,
}

/// What has arrived of a form.
#[derive(Default)]
struct Making {
    fields: Vec<(String, String)>,
    begun: Option<Begun>,
    files: Vec<UploadedFile>,
}

/// What the fields came to when the first file arrived; without an id they were refused.
struct Begun {
    entry: Entry,
    wish: Wish,
    id: Option<String>,
}

impl Maker<'_> {
    /// Fields come first: with the first file it must be known what is wanted. What was refused is read to its end, so that its
    /// answer is read and not cut off.
    async fn take(&self, form: &mut Multipart, making: &mut Making) -> Result<(), AppError> {
        let Making { fields, begun, files } = making;
        for _ in 0..PARTS_MAX {
            let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? else { break };
            let upload = match field.name() {
                Some("photo") => "photo-0",
                Some("video") => "video-0",
                Some(name) => {
                    let name = name.to_owned();
                    fields.push((name, text(field).await?));
                    continue;
                }
                None => continue,
            };
            if begun.is_none() {
                *begun = Some(self.begin(fields).await?);
            }
            match begun.as_ref().and_then(|begun| begun.id.as_deref()) {
                Some(id) => files.push(store(self.state, id, self.address, upload, field).await?),
                None => while field.chunk().await.map_err(|error| broken(&error))?.is_some() {},
            }
        }
        match begun {
            Some(Begun { wish, id: Some(id), .. }) => {
                finish_for(self.state, id, wish, std::mem::take(files), &self.actor).await
            }
            _ => Ok(()),
        }
    }

    async fn begin(&self, fields: &[(String, String)]) -> Result<Begun, AppError> {
        let mut entry = Entry::new(fields.to_vec(), self.frame.format.language());
        let wish = read(&mut entry);
        if !entry.is_good() {
            return Ok(Begun { entry, wish, id: None });
        }
        let id = match begin_for(self.state, &wish, self.address, &self.actor).await? {
            Ok(id) => Some(id),
            Err(Unknown::Owner) => {
                entry.wrong("owner", "ar-owner-unknown");
                None
            }
            Err(Unknown::Order) => {
                entry.wrong("order", "ar-order-unknown");
                None
            }
        };
        Ok(Begun { entry, wish, id })
    }
}

fn read(entry: &mut Entry) -> Wish {
    let owner = entry.optional("owner", ID_CHARS_MAX);
    Wish {
        name: entry.optional("name", NAME_CHARS_MAX),
        owner: Some(owner).filter(|owner| !owner.is_empty()),
        order: entry.optional_number("order", 1, i64::MAX),
        is_trial: entry.raw("term") == "trial",
    }
}

pub(super) async fn replace(
    State(state): State<SharedState>,
    Extension(staff): Extension<Staff>,
    Extension(Client(address)): Extension<Client>,
    Crm(frame): Crm,
    Path((id, target)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let project = find(&state, &id).await?;
    let target = target.parse().ok().filter(|target| *target < project.targets.len());
    let target: usize = target.ok_or_else(AppError::not_found)?;
    let mut form = form.map_err(|_| not_whole())?;
    let _room = state.room.form()?;
    let replaced = async {
        for _ in 0..PARTS_MAX {
            let Some(field) = form.next_field().await.map_err(|error| broken(&error))? else { break };
            if field.name() == Some("video") {
                return replace_video(&state, &id, target, field, address, &staff.actor()).await;
            }
        }
        Err(AppError::invalid("file_missing", "Choose a video."))
    };
    match replaced.await {
        Ok(false) => Ok(back(&id, "said-ar-video")),
        Ok(true) => Ok(back(&id, "said-ar-video-compiling")),
        Err(error) => refused(&state, &frame, &id, error).await,
    }
}

fn not_whole() -> AppError {
    AppError::invalid("form_broken", "The form did not arrive whole; send it again.")
}
