//! Sending an album: draft, files, finish. Every step may be repeated: a lost connection is waited for, a file goes on where
//! the server says it ends, and finishing twice is answered as once.

use js_sys::Object;
use web_sys::{AbortSignal, Blob};

use super::{
    client::{Client, SendError},
    tus::Upload,
};
use crate::model::{CreateProject, Finish, ProjectCreated, ProjectView, TargetManifest, UploadedFile};

const PROJECTS: &str = "/api/ar/projects";

/// An album ready to be sent.
pub(crate) struct Parcel {
    /// Its name; may be empty.
    pub(crate) name: String,
    /// Its targets in order.
    pub(crate) targets: Vec<TargetManifest>,
    /// Every file with its name.
    pub(crate) files: Vec<(String, Blob)>,
    /// Whether `targets.mind` is among them.
    pub(crate) compiled: bool,
}

/// A project that was begun on the server, and what has been sent into it.
#[derive(Clone)]
pub(crate) struct Draft {
    project: ProjectCreated,
    name: String,
    begun: Vec<Begun>,
    /// What finishing was asked with and not answered: the server may be done with just that.
    asked: Option<Finish>,
}

/// An upload, with the file that it was begun with. Another one of the same name must not go on where that one ended.
#[derive(Clone)]
struct Begun {
    name: String,
    with: Blob,
    /// Where its bytes go, once the server has said so.
    url: Option<String>,
}

impl Draft {
    fn upload(&self, name: &str, blob: &Blob) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.name == name && Object::is(&begun.with, blob))
    }

    fn forget(&mut self, name: &str) {
        self.begun.retain(|begun| begun.name != name);
    }

    /// Whether the parcel can still be sent into it.
    fn takes(&self, parcel: &Parcel) -> bool {
        let is_same = |asked: &Finish| {
            asked.targets == parcel.targets
                && asked.files.len() == parcel.files.len()
                && parcel.files.iter().all(|(name, blob)| self.upload(name, blob).is_some())
        };
        self.name == parcel.name && self.asked.as_ref().is_none_or(is_same)
    }
}

/// How far a parcel is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sending {
    /// Bytes that have arrived, and all.
    Files { sent: f64, total: f64 },
    /// The connection is lost; another try follows.
    Waiting,
    /// The server checks and publishes.
    Finishing,
}

/// Sends a parcel, into `draft` when an earlier try has begun one that fits and is still there.
pub(crate) async fn send(
    parcel: &Parcel,
    draft: &mut Option<Draft>,
    stop: &AbortSignal,
    tell: &dyn Fn(Sending),
) -> Result<ProjectView, SendError> {
    let client = Client { stop, waits: &|| tell(Sending::Waiting) };
    if let Some(earlier) = draft.as_mut().filter(|draft| draft.takes(parcel)) {
        let sent = send_into(earlier, parcel, &client, tell).await;
        // One that is gone meanwhile is no reason to bother the customer.
        if !sent.as_ref().is_err_and(SendError::is_final) {
            return sent;
        }
    }
    let project: ProjectCreated = client.json(PROJECTS, None, &CreateProject { name: parcel.name.clone() }).await?;
    remember(&project);
    let fresh = Draft { project, name: parcel.name.clone(), begun: vec![], asked: None };
    send_into(draft.insert(fresh), parcel, &client, tell).await
}

async fn send_into(
    draft: &mut Draft,
    parcel: &Parcel,
    client: &Client<'_>,
    tell: &dyn Fn(Sending),
) -> Result<ProjectView, SendError> {
    let sent = send_and_finish(draft, parcel, client, tell).await;
    if let Err(SendError { file: Some(name), .. }) = &sent {
        // Refused, so not finished; and whatever has arrived of this file is no good.
        draft.forget(name);
        draft.asked = None;
    }
    sent
}

async fn send_and_finish(
    draft: &mut Draft,
    parcel: &Parcel,
    client: &Client<'_>,
    tell: &dyn Fn(Sending),
) -> Result<ProjectView, SendError> {
    let finish = match draft.asked.clone() {
        Some(asked) => asked,
        None => {
            let files = send_files(draft, parcel, client, tell).await?;
            Finish { targets: parcel.targets.clone(), files, replaces: 0 }
        }
    };
    tell(Sending::Finishing);
    draft.asked = Some(finish.clone());
    let ProjectCreated { id, token } = &draft.project;
    let verb = if parcel.compiled { "complete" } else { "compile" };
    client.json(&format!("{PROJECTS}/{id}/{verb}"), Some(token), &finish).await
}

async fn send_files(
    draft: &mut Draft,
    parcel: &Parcel,
    client: &Client<'_>,
    tell: &dyn Fn(Sending),
) -> Result<Vec<UploadedFile>, SendError> {
    let total: f64 = parcel.files.iter().map(|(_, blob)| blob.size()).sum();
    let files_url = format!("{PROJECTS}/{}/files", draft.project.id);
    let token = draft.project.token.clone();
    let mut before = 0.0;
    let mut files = Vec::new();
    for (name, blob) in &parcel.files {
        let progress = |sent: f64| tell(Sending::Files { sent: before + sent, total });
        let mut url = draft.upload(name, blob).and_then(|begun| begun.url.clone());
        let upload = Upload { files_url: &files_url, token: &token, name, blob };
        let sent = upload.send(client, &mut url, &progress).await;
        draft.forget(name);
        draft.begun.push(Begun { name: name.clone(), with: blob.clone(), url });
        let sha256 = sent?;
        before += blob.size();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
        files.push(UploadedFile { name: name.clone(), bytes: blob.size() as u64, sha256 });
    }
    Ok(files)
}

/// Keeps the owner's token in this browser, for the album's page.
fn remember(project: &ProjectCreated) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    if let Some(storage) = storage {
        // Without room or leave to store it, the album can't be changed later from its page; it is published all the same.
        let _ = storage.set_item(&super::token_key(&project.id), &project.token);
    }
}
