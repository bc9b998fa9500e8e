//! Sending an album: draft, files, finish. Every step may be repeated: a lost connection is waited for, a file goes on where
//! the server says it ends, and finishing twice is answered as once.
//!
//! Files go in parts, after the IETF draft "Resumable Uploads for HTTP".

use gloo_timers::future::TimeoutFuture;
use js_sys::{Object, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, Request, RequestInit, Response};

use super::media::read;
use crate::model::{
    CreateProject, Failure, Finish, Problem, ProjectCreated, ProjectView, TargetManifest, UploadedFile,
};

/// Bytes sent at a time: small enough to show progress on a slow line, and to lose little.
const PART_BYTES: f64 = 2.0 * 1024.0 * 1024.0;
/// Waits before further tries, in milliseconds.
const RETRY_AFTER_MS: [u32; 6] = [500, 1000, 2000, 4000, 8000, 16_000];
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
    /// The file that each upload was begun with. Another one of the same name must not go on where that one ended.
    begun: Vec<(String, Blob)>,
    /// What finishing was asked with and not answered: the server may be done with just that.
    asked: Option<Finish>,
}

impl Draft {
    fn has_begun(&self, name: &str, blob: &Blob) -> bool {
        self.begun.iter().any(|(begun, with)| begun == name && Object::is(with, blob))
    }

    fn forget(&mut self, name: &str) {
        self.begun.retain(|(begun, _)| begun != name);
    }

    /// Whether the parcel can still be sent into it.
    fn takes(&self, parcel: &Parcel) -> bool {
        let is_same = |asked: &Finish| {
            asked.targets == parcel.targets
                && asked.files.len() == parcel.files.len()
                && parcel.files.iter().all(|(name, blob)| self.has_begun(name, blob))
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

/// Why it did not go through; all that arrived is kept for another try.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SendError {
    /// What and why.
    pub(crate) failure: Failure,
    /// The file it is about.
    pub(crate) file: Option<String>,
    /// Whether the draft can't be used any more.
    pub(crate) is_final: bool,
}

/// Sends a parcel, into `draft` when an earlier try has begun one that fits.
pub(crate) async fn send(
    parcel: &Parcel,
    draft: &mut Option<Draft>,
    stop: &AbortSignal,
    tell: &dyn Fn(Sending),
) -> Result<ProjectView, SendError> {
    let client = Client { stop, tell };
    let draft = match draft {
        Some(draft) if draft.takes(parcel) => draft,
        _ => {
            let body = CreateProject { name: parcel.name.clone() };
            let project: ProjectCreated = client.json("POST", PROJECTS, None, &body).await?;
            remember(&project);
            draft.insert(Draft { project, name: parcel.name.clone(), begun: vec![], asked: None })
        }
    };
    let sent = send_into(draft, parcel, &client).await;
    if let Err(SendError { file: Some(name), .. }) = &sent {
        // Refused, so not finished; and whatever has arrived of this file is no good.
        draft.forget(name);
        draft.asked = None;
    }
    sent
}

async fn send_into(draft: &mut Draft, parcel: &Parcel, client: &Client<'_>) -> Result<ProjectView, SendError> {
    let finish = match draft.asked.clone() {
        Some(asked) => asked,
        None => Finish { targets: parcel.targets.clone(), files: send_files(draft, parcel, client).await? },
    };
    (client.tell)(Sending::Finishing);
    draft.asked = Some(finish.clone());
    let ProjectCreated { id, token } = &draft.project;
    let verb = if parcel.compiled { "complete" } else { "compile" };
    client.json("POST", &format!("{PROJECTS}/{id}/{verb}"), Some(token), &finish).await
}

async fn send_files(draft: &mut Draft, parcel: &Parcel, client: &Client<'_>) -> Result<Vec<UploadedFile>, SendError> {
    let total: f64 = parcel.files.iter().map(|(_, blob)| blob.size()).sum();
    let mut before = 0.0;
    let mut files = Vec::new();
    for (name, blob) in &parcel.files {
        let progress = |sent: f64| (client.tell)(Sending::Files { sent: before + sent, total });
        if !draft.has_begun(name, blob) {
            client.clear(&draft.project, name).await?;
            draft.forget(name);
            draft.begun.push((name.clone(), blob.clone()));
        }
        let sha256 = client.upload(&draft.project, name, blob, &progress).await?;
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

fn file_url(project: &ProjectCreated, name: &str) -> String {
    format!("{PROJECTS}/{}/files/{name}", project.id)
}

struct Client<'a> {
    stop: &'a AbortSignal,
    tell: &'a dyn Fn(Sending),
}

impl Client<'_> {
    /// Makes sure that nothing of an earlier file of this name is there.
    async fn clear(&self, project: &ProjectCreated, name: &str) -> Result<(), SendError> {
        let url = file_url(project, name);
        let (there, _) = self.arrived(&url, &project.token).await?;
        if there > 0.0 {
            self.request("DELETE", &url, Some(&project.token), &[], None).await?;
        }
        Ok(())
    }

    /// Sends a file from where the server has it, and gives its SHA-256.
    async fn upload(
        &self,
        project: &ProjectCreated,
        name: &str,
        blob: &Blob,
        progress: &dyn Fn(f64),
    ) -> Result<String, SendError> {
        let url = file_url(project, name);
        let (mut there, is_complete) = self.arrived(&url, &project.token).await?;
        let mut hasher = Sha256::new();
        let mut at = 0.0;
        while at < blob.size() {
            let to = (at + PART_BYTES).min(blob.size());
            let part = read(blob, at, to).await.map_err(|_| unreadable(name))?;
            hasher.update(&part);
            while !is_complete && there >= at && there < to {
                progress(there);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a part")]
                let rest = &part[(there - at) as usize..];
                let complete = if to >= blob.size() { "?1" } else { "?0" };
                let headers = [
                    ("content-type", "application/partial-upload"),
                    ("upload-offset", &there.to_string()),
                    ("upload-complete", complete),
                ];
                let response = self.request("PATCH", &url, Some(&project.token), &headers, Some(rest)).await?;
                let offset = offset_of(&response).ok_or_else(|| lost("no offset"))?;
                if response.status() == 409 && offset <= at && offset < there {
                    // Less has arrived than was said: begin again.
                    return Box::pin(self.upload(project, name, blob, progress)).await;
                }
                there = offset;
            }
            at = to;
            progress(at);
        }
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Bytes of a file that the server has, and whether that is all.
    async fn arrived(&self, url: &str, token: &str) -> Result<(f64, bool), SendError> {
        let response = self.request("HEAD", url, Some(token), &[], None).await?;
        let complete = response.headers().get("upload-complete").ok().flatten();
        Ok((offset_of(&response).unwrap_or(0.0), complete.as_deref() == Some("?1")))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, SendError> {
        let body = serde_json::to_vec(body).map_err(|error| lost(&error.to_string()))?;
        let response = self.request(method, url, token, &[("content-type", "application/json")], Some(&body)).await?;
        let text = text_of(&response).await;
        serde_json::from_str(&text).map_err(|error| lost(&error.to_string()))
    }

    /// One request, tried again while the line is lost or the server can't answer. Gives answers that the caller
    /// understands (2xx, and where an upload goes on), and refusals as errors.
    async fn request(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Response, SendError> {
        let mut waits = RETRY_AFTER_MS.into_iter();
        loop {
            let outcome = self.fetch(method, url, token, headers, body).await;
            if self.stop.aborted() {
                return Err(cancelled());
            }
            let again = match outcome {
                Ok(response) if response.status() < 500 && response.status() != 429 => {
                    return accept(response, method).await;
                }
                Ok(response) => problem(&response, text_of(&response).await),
                Err(_) => lost("no connection"),
            };
            let Some(wait) = waits.next() else { return Err(again) };
            (self.tell)(Sending::Waiting);
            TimeoutFuture::new(wait).await;
            if self.stop.aborted() {
                return Err(cancelled());
            }
        }
    }

    async fn fetch(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Response, JsValue> {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_signal(Some(self.stop));
        if let Some(body) = body {
            init.set_body(&Uint8Array::from(body));
        }
        let request = Request::new_with_str_and_init(url, &init)?;
        if let Some(token) = token {
            request.headers().set("authorization", &format!("Bearer {token}"))?;
        }
        for (name, value) in headers {
            request.headers().set(name, value)?;
        }
        let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
        JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()
    }
}

async fn accept(response: Response, method: &str) -> Result<Response, SendError> {
    let is_understood =
        response.ok() || (method == "PATCH" && response.status() == 409 && offset_of(&response).is_some());
    if is_understood { Ok(response) } else { Err(problem(&response, text_of(&response).await)) }
}

fn offset_of(response: &Response) -> Option<f64> {
    response.headers().get("upload-offset").ok().flatten()?.parse().ok()
}

async fn text_of(response: &Response) -> String {
    match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

fn problem(response: &Response, body: String) -> SendError {
    let status = response.status();
    let is_final = matches!(status, 401 | 404 | 409);
    match serde_json::from_str::<Problem>(&body) {
        Ok(Problem { code, detail, file, .. }) => SendError { failure: Failure { code, detail }, file, is_final },
        Err(_) => SendError { is_final, ..lost(&format!("status {status}")) },
    }
}

fn lost(why: &str) -> SendError {
    let detail = format!("The connection was lost ({why}). Nothing is lost: try again when you are online.");
    SendError { failure: Failure { code: "connection_lost".to_owned(), detail }, file: None, is_final: false }
}

fn cancelled() -> SendError {
    let failure = Failure { code: "cancelled".to_owned(), detail: "Publishing was cancelled.".to_owned() };
    SendError { failure, file: None, is_final: false }
}

fn unreadable(name: &str) -> SendError {
    let detail = "This file can't be read any more. Choose it again.".to_owned();
    let failure = Failure { code: "unreadable_file".to_owned(), detail };
    SendError { failure, file: Some(name.to_owned()), is_final: false }
}
