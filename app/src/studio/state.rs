//! What the studio holds, and what its buttons do to it.

use std::rc::Rc;

use compiler_wasm::{
    bundle::join,
    protocol::{FromWorker, JobId, PhotoReport, Progress},
};
use js_sys::{Array, Date, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Blob, Event, File, FileList};

use super::{
    client::SendError,
    compiler::{Compiler, JobEvent},
    media::{object_url, probe_video, readable_photo, revoke},
    publish::{Draft, Parcel, Sending, send},
    worker,
};
use crate::{
    album::{Kind, Pair, kind_of, place_files, share, stem, time_left_ms},
    language::Language,
    model::{Failure, Fit, NAME_CHARS_MAX, TARGETS_MAX, TargetManifest},
    video::VideoInfo,
};

/// Who compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Workers of this page.
    Browser,
    /// The server, since this browser can't.
    Unsupported,
    /// The server, since the customer wants it so.
    Server,
}

/// How far a photo is.
#[derive(Clone, Debug)]
pub(crate) enum PhotoState {
    /// The file is looked at.
    Reading,
    /// In the queue, or compiling.
    Compiling(Option<Progress>),
    /// Compiled: the `.mind` of this one photo.
    Done(Rc<Vec<u8>>, Rc<PhotoReport>),
    /// Left to the server.
    ForServer,
    /// The customer has stopped it.
    Cancelled,
    /// The worker is gone.
    Lost,
    /// Can't be used.
    Failed(Failure),
}

/// A chosen photo.
#[derive(Clone, Debug)]
pub(crate) struct Photo {
    pub(crate) file_name: String,
    /// What is compiled and sent; none while it is read or when it can't be.
    pub(crate) blob: Option<Blob>,
    pub(crate) url: String,
    pub(crate) job: Option<JobId>,
    pub(crate) state: PhotoState,
}

/// How far a video is.
#[derive(Clone, Debug)]
pub(crate) enum VideoState {
    /// The file is looked at.
    Reading,
    /// Can be used.
    Ready(VideoInfo),
    /// Can't be used.
    Failed(Failure),
}

/// A chosen video.
#[derive(Clone, Debug)]
pub(crate) struct Video {
    pub(crate) file: File,
    pub(crate) url: String,
    pub(crate) state: VideoState,
}

/// A photo with its video.
#[derive(Clone, Copy)]
pub(crate) struct Card {
    pub(crate) key: u32,
    pub(crate) name: RwSignal<String>,
    pub(crate) fit: RwSignal<Fit>,
    pub(crate) photo: RwSignal<Option<Photo>, LocalStorage>,
    pub(crate) video: RwSignal<Option<Video>, LocalStorage>,
}

/// Bundles of single photos, and the bundle of them all.
#[derive(Clone)]
struct Joined {
    parts: Vec<Rc<Vec<u8>>>,
    whole: Blob,
}

/// Everything; copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Studio {
    pub(crate) language: Language,
    pub(crate) name: RwSignal<String>,
    pub(crate) cards: RwSignal<Vec<Card>>,
    /// The pair removed last, and where it was.
    pub(crate) removed: RwSignal<Option<(usize, Card)>>,
    pub(crate) mode: RwSignal<Mode>,
    pub(crate) sending: RwSignal<Option<Sending>>,
    pub(crate) problem: RwSignal<Option<Failure>>,
    worker_url: StoredValue<String>,
    compiler: StoredValue<Option<Compiler>, LocalStorage>,
    draft: StoredValue<Option<Draft>, LocalStorage>,
    /// `targets.mind` as it was last joined, so that sending it again goes on where it ended.
    joined: StoredValue<Option<Joined>, LocalStorage>,
    stop: StoredValue<Option<AbortController>, LocalStorage>,
    next_key: StoredValue<u32>,
    /// When the present run of compiles began, and its first job.
    began_ms: RwSignal<f64>,
    first_job: RwSignal<JobId>,
}

impl Studio {
    pub(crate) fn new(worker_url: String, language: Language) -> Self {
        Self {
            language,
            name: RwSignal::new(String::new()),
            cards: RwSignal::new(vec![]),
            removed: RwSignal::new(None),
            mode: RwSignal::new(Mode::Browser),
            sending: RwSignal::new(None),
            problem: RwSignal::new(None),
            worker_url: StoredValue::new(worker_url),
            compiler: StoredValue::new_local(None),
            draft: StoredValue::new_local(None),
            joined: StoredValue::new_local(None),
            stop: StoredValue::new_local(None),
            next_key: StoredValue::new(0),
            began_ms: RwSignal::new(0.0),
            first_job: RwSignal::new(JobId(0)),
        }
    }

    /// Once, in the browser.
    pub(crate) fn wake(self) {
        if worker::is_supported() {
            let compiler = Compiler::new(self.worker_url.get_value(), move |job, event| self.hear(job, event));
            self.compiler.set_value(Some(compiler));
        } else {
            self.mode.set(Mode::Unsupported);
        }
        let leaving = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if self.cards.with_untracked(|cards| !cards.is_empty()) {
                event.prevent_default();
            }
        });
        if let Some(window) = web_sys::window() {
            window.set_onbeforeunload(Some(leaving.as_ref().unchecked_ref()));
        }
        leaving.forget();
    }

    // What there is.

    pub(crate) fn has_cards(self) -> bool {
        self.cards.with(|cards| !cards.is_empty())
    }

    pub(crate) fn is_sending(self) -> bool {
        self.sending.with(Option::is_some)
    }

    pub(crate) fn is_idle(self) -> bool {
        !self.is_sending() && !self.is_compiling()
    }

    pub(crate) fn is_compiling(self) -> bool {
        self.any_photo(|photo| matches!(photo.state, PhotoState::Compiling(_)))
    }

    fn any_photo(self, is: impl Fn(&Photo) -> bool) -> bool {
        self.cards.get().iter().any(|card| card.photo.with(|photo| photo.as_ref().is_some_and(&is)))
    }

    /// Share of the present run's work that is done, 0 to 1. Photos compiled earlier say nothing of its pace.
    pub(crate) fn compiled_share(self) -> f64 {
        let first = self.first_job.get();
        let shares = self.cards.get().into_iter().filter_map(|card| {
            card.photo.with(|photo| {
                let photo = photo.as_ref().filter(|photo| photo.job >= Some(first))?;
                match photo.state {
                    PhotoState::Compiling(progress) => Some(progress.map_or(0.0, share)),
                    PhotoState::Done(..) => Some(1.0),
                    _ => None,
                }
            })
        });
        let (sum, count) = shares.fold((0.0, 0u32), |(sum, count), share| (sum + share, count + 1));
        sum / f64::from(count.max(1))
    }

    pub(crate) fn time_left_ms(self) -> Option<f64> {
        time_left_ms(Date::now() - self.began_ms.get(), self.compiled_share())
    }

    /// Bytes of the compiled targets together.
    pub(crate) fn mind_bytes(self) -> u64 {
        let sizes = self.cards.get().into_iter().filter_map(|card| {
            card.photo.with(|photo| match &photo.as_ref()?.state {
                PhotoState::Done(mind, _) => Some(mind.len() as u64),
                _ => None,
            })
        });
        sizes.sum()
    }

    /// What keeps the album from being published.
    pub(crate) fn missing(self) -> Option<String> {
        let cards = self.cards.get();
        if cards.len() > TARGETS_MAX {
            return Some(self.language.text_with("studio-too-many", &[("count", TARGETS_MAX.into())]));
        }
        cards.iter().enumerate().find_map(|(index, card)| {
            let what = self.language.text(card.missing()?);
            let words = [("number", (index + 1).into()), ("what", what.into())];
            Some(self.language.text_with("studio-missing", &words))
        })
    }

    // What is done.

    /// Sorts new files into pairs.
    pub(crate) fn add(self, files: Option<FileList>) {
        let files: Vec<File> =
            files.map(|files| (0..files.length()).filter_map(|index| files.get(index)).collect()).unwrap_or_default();
        let names: Vec<(Kind, String)> =
            files.iter().map(|file| (kind_of(&file.type_(), &file.name()), file.name())).collect();
        let pairs: Vec<Pair> = self.cards.get_untracked().iter().map(|card| card.pair()).collect();
        let borrowed: Vec<(Kind, &str)> = names.iter().map(|(kind, name)| (*kind, name.as_str())).collect();
        let places = place_files(&pairs, &borrowed);
        let count = places.iter().map(|place| place + 1).max().unwrap_or(0);
        let room = count.saturating_sub(pairs.len());
        let fresh: Vec<Card> = (0..room).map(|_| self.new_card()).collect();
        self.cards.update(|cards| cards.extend(fresh));
        for ((file, (kind, _)), place) in files.into_iter().zip(names).zip(places) {
            let card = self.cards.with_untracked(|cards| cards[place]);
            match kind {
                Kind::Photo => self.set_photo(card, file),
                Kind::Video => self.set_video(card, file),
            }
        }
    }

    fn new_card(self) -> Card {
        self.next_key.update_value(|key| *key += 1);
        Card {
            key: self.next_key.get_value(),
            name: RwSignal::new(String::new()),
            fit: RwSignal::new(Fit::default()),
            photo: RwSignal::new_local(None),
            video: RwSignal::new_local(None),
        }
    }

    pub(crate) fn set_photo(self, card: Card, file: File) {
        self.forget_photo(card);
        self.problem.set(None);
        let file_name = file.name();
        if card.name.with_untracked(String::is_empty) {
            card.name.set(stem(&file_name).chars().take(NAME_CHARS_MAX).collect());
        }
        let reading = Photo { file_name, blob: None, url: object_url(&file), job: None, state: PhotoState::Reading };
        let url = reading.url.clone();
        card.photo.set(Some(reading));
        spawn_local(async move {
            let outcome = readable_photo(&file).await;
            let is_current =
                card.photo.try_with_untracked(|photo| photo.as_ref().is_some_and(|photo| photo.url == url));
            if is_current != Some(true) {
                return;
            }
            match outcome {
                Ok(blob) => {
                    card.photo.update(|photo| {
                        if let Some(photo) = photo {
                            photo.url = object_url(&blob);
                            photo.blob = Some(blob);
                        }
                    });
                    revoke(&url);
                    self.compile(card);
                }
                Err(failure) => card.set_state(PhotoState::Failed(failure)),
            }
        });
    }

    pub(crate) fn set_video(self, card: Card, file: File) {
        self.forget_video(card);
        self.problem.set(None);
        let url = object_url(&file);
        card.video.set(Some(Video { file: file.clone(), url: url.clone(), state: VideoState::Reading }));
        spawn_local(async move {
            let state = match probe_video(&file).await {
                Ok(info) => VideoState::Ready(info),
                Err(failure) => VideoState::Failed(failure),
            };
            card.video.update(|video| {
                if let Some(video) = video.as_mut().filter(|video| video.url == url) {
                    video.state = state;
                }
            });
        });
    }

    /// Queues a photo that has been read, or leaves it to the server.
    pub(crate) fn compile(self, card: Card) {
        let Some(blob) = card.photo.with_untracked(|photo| photo.as_ref()?.blob.clone()) else { return };
        if self.mode.get_untracked() != Mode::Browser {
            return card.set_state(PhotoState::ForServer);
        }
        let begins = !untrack(|| self.is_compiling());
        card.set_state(PhotoState::Compiling(None));
        let Some(compiler) = self.compiler.get_value() else { return };
        let job = compiler.compile(blob);
        if begins {
            self.began_ms.set(Date::now());
            self.first_job.set(job);
        }
        card.photo.update(|photo| {
            if let Some(photo) = photo {
                photo.job = Some(job);
            }
        });
    }

    pub(crate) fn cancel_compile(self, card: Card) {
        self.end_job(card);
        card.set_state(PhotoState::Cancelled);
    }

    /// Leaves every photo that is not compiled to the server.
    pub(crate) fn compile_on_server(self) {
        self.mode.set(Mode::Server);
        if let Some(compiler) = self.compiler.get_value() {
            compiler.stop();
        }
        let removed = self.removed.get_untracked().map(|(_, card)| card);
        for card in self.cards.get_untracked().into_iter().chain(removed) {
            let is_open = |state: &PhotoState| {
                matches!(state, PhotoState::Compiling(_) | PhotoState::Cancelled | PhotoState::Lost)
            };
            if card.photo.with_untracked(|photo| photo.as_ref().is_some_and(|photo| is_open(&photo.state))) {
                card.set_state(PhotoState::ForServer);
            }
        }
    }

    /// Compiles here what was left to the server.
    pub(crate) fn compile_here(self) {
        self.mode.set(Mode::Browser);
        let is_left =
            |photo: &Option<Photo>| photo.as_ref().is_some_and(|photo| matches!(photo.state, PhotoState::ForServer));
        for card in self.cards.get_untracked() {
            if card.photo.with_untracked(is_left) {
                self.compile(card);
            }
        }
    }

    pub(crate) fn remove(self, card: Card) {
        self.forget_removed();
        let index = self.cards.with_untracked(|cards| cards.iter().position(|other| other.key == card.key));
        let Some(index) = index else { return };
        self.cards.update(|cards| {
            cards.remove(index);
        });
        self.removed.set(Some((index, card)));
    }

    pub(crate) fn undo_remove(self) {
        if let Some((index, card)) = self.removed.get_untracked() {
            self.removed.set(None);
            self.cards.update(|cards| cards.insert(index.min(cards.len()), card));
        }
    }

    /// Moves a pair by one place.
    pub(crate) fn shift(self, card: Card, by: isize) {
        self.cards.update(|cards| {
            let from = cards.iter().position(|other| other.key == card.key);
            let to = from.and_then(|from| from.checked_add_signed(by)).filter(|to| *to < cards.len());
            if let Some((from, to)) = from.zip(to) {
                cards.swap(from, to);
            }
        });
    }

    pub(crate) fn publish(self) {
        let Some(parcel) = self.parcel() else { return };
        let Ok(controller) = AbortController::new() else { return };
        self.forget_removed();
        self.stop.set_value(Some(controller.clone()));
        self.problem.set(None);
        self.sending.set(Some(Sending::Files { sent: 0.0, total: 1.0 }));
        spawn_local(async move {
            let mut draft = self.draft.get_value();
            let outcome =
                send(&parcel, &mut draft, &controller.signal(), &|sending| self.sending.set(Some(sending))).await;
            self.draft.set_value(draft);
            match outcome {
                Ok(project) => leave(&format!("/living-photos/{}", project.id)),
                Err(error) => self.show(error),
            }
        });
    }

    pub(crate) fn cancel_sending(self) {
        if let Some(stop) = self.stop.get_value() {
            stop.abort();
        }
    }

    /// At the file it is about, or for the whole.
    fn show(self, error: SendError) {
        self.sending.set(None);
        if error.is_final() {
            self.draft.set_value(None);
        }
        let place = error.file.as_deref().and_then(|file| file.split_once('-'));
        let card = place.and_then(|(_, number)| {
            let index: usize = number.parse().ok()?;
            self.cards.with_untracked(|cards| cards.get(index).copied())
        });
        match (card, place) {
            (Some(card), Some(("photo", _))) => card.set_state(PhotoState::Failed(error.failure)),
            (Some(card), Some(_)) => card.video.update(|video| {
                if let Some(video) = video {
                    video.state = VideoState::Failed(error.failure);
                }
            }),
            _ => self.problem.set(Some(error.failure)),
        }
    }

    /// Everything to be sent; none when something is missing.
    fn parcel(self) -> Option<Parcel> {
        let cards = self.cards.get_untracked();
        let mut minds = Vec::new();
        let mut parcel = Parcel { name: self.name.get_untracked(), targets: vec![], files: vec![], compiled: false };
        for (index, card) in cards.iter().enumerate() {
            let photo = card.photo.get_untracked()?;
            if let PhotoState::Done(mind, _) = photo.state {
                minds.push(mind);
            }
            parcel.files.push((format!("photo-{index}"), photo.blob?));
            parcel.files.push((format!("video-{index}"), card.video.get_untracked()?.file.into()));
            parcel.targets.push(TargetManifest { name: card.name.get_untracked(), fit: card.fit.get_untracked() });
        }
        if minds.len() == cards.len() {
            parcel.files.push(("targets.mind".to_owned(), self.joined(minds)?));
            parcel.compiled = true;
        }
        Some(parcel)
    }

    /// The photos' bundles as one file; the same one for the same bundles.
    fn joined(self, minds: Vec<Rc<Vec<u8>>>) -> Option<Blob> {
        let is_same = |joined: &Joined| {
            joined.parts.len() == minds.len()
                && joined.parts.iter().zip(&minds).all(|(one, other)| Rc::ptr_eq(one, other))
        };
        if let Some(joined) = self.joined.get_value().filter(is_same) {
            return Some(joined.whole);
        }
        let parts: Vec<&[u8]> = minds.iter().map(|mind| mind.as_slice()).collect();
        let mind = join(&parts).ok()?;
        let whole = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(mind.as_slice()))).ok()?;
        self.joined.set_value(Some(Joined { parts: minds, whole: whole.clone() }));
        Some(whole)
    }

    fn hear(self, job: JobId, event: JobEvent) {
        let is_its =
            |card: &Card| card.photo.with_untracked(|photo| photo.as_ref().is_some_and(|photo| photo.job == Some(job)));
        // A removed pair may come back, so its job goes on.
        let removed = self.removed.get_untracked().map(|(_, card)| card);
        let Some(card) = self.cards.get_untracked().into_iter().chain(removed).find(is_its) else { return };
        match event {
            JobEvent::Message(FromWorker::Ready { .. }, _) => {}
            JobEvent::Message(FromWorker::Progress { progress, .. }, _) => {
                card.set_state(PhotoState::Compiling(Some(progress)));
            }
            JobEvent::Message(FromWorker::Done { report, .. }, mind) => {
                let mind = Rc::new(mind.unwrap_or_default());
                card.set_state(PhotoState::Done(mind, Rc::new(report)));
            }
            JobEvent::Message(FromWorker::Failed { code, message, .. }, _) => {
                card.set_state(PhotoState::Failed(Failure { code, detail: message }));
            }
            JobEvent::Lost => card.set_state(PhotoState::Lost),
        }
    }

    fn end_job(self, card: Card) {
        let job = card.photo.with_untracked(|photo| photo.as_ref().and_then(|photo| photo.job));
        if let Some((job, compiler)) = job.zip(self.compiler.get_value()) {
            compiler.cancel(job);
        }
    }

    fn forget_photo(self, card: Card) {
        self.end_job(card);
        card.photo.with_untracked(|photo| photo.iter().for_each(|photo| revoke(&photo.url)));
    }

    fn forget_video(self, card: Card) {
        card.video.with_untracked(|video| video.iter().for_each(|video| revoke(&video.url)));
    }

    fn forget_removed(self) {
        if let Some((_, card)) = self.removed.get_untracked() {
            self.forget_photo(card);
            self.forget_video(card);
            self.removed.set(None);
        }
    }
}

impl Card {
    fn set_state(self, state: PhotoState) {
        self.photo.update(|photo| {
            if let Some(photo) = photo {
                photo.state = state;
            }
        });
    }

    fn pair(&self) -> Pair {
        Pair {
            photo: self.photo.with_untracked(|photo| photo.as_ref().map(|photo| stem(&photo.file_name).to_owned())),
            video: self.video.with_untracked(|video| video.as_ref().map(|video| stem(&video.file.name()).to_owned())),
        }
    }

    /// The text of what keeps the pair from being published.
    pub(crate) fn missing(self) -> Option<&'static str> {
        let photo = self.photo.with(|photo| match photo.as_ref().map(|photo| &photo.state) {
            None => Some("missing-photo"),
            Some(PhotoState::Reading | PhotoState::Compiling(_)) => Some("missing-photo-busy"),
            Some(PhotoState::Cancelled | PhotoState::Lost) => Some("missing-photo-compile"),
            Some(PhotoState::Failed(_)) => Some("missing-photo-failed"),
            Some(PhotoState::Done(..) | PhotoState::ForServer) => None,
        });
        let video = || {
            self.video.with(|video| match video.as_ref().map(|video| &video.state) {
                None => Some("missing-video"),
                Some(VideoState::Reading) => Some("missing-video-busy"),
                Some(VideoState::Failed(_)) => Some("missing-video-failed"),
                Some(VideoState::Ready(_)) => None,
            })
        };
        photo.or_else(video)
    }
}

/// Goes to another page without being asked whether that is meant.
fn leave(path: &str) {
    if let Some(window) = web_sys::window() {
        window.set_onbeforeunload(None);
        // The path is one of ours; when the browser refuses it there is nowhere else to go.
        let _ = window.location().assign(path);
    }
}
