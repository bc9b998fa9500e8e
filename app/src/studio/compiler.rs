//! A few workers and a queue of photos: who compiles what, what was heard, and who has fallen silent.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use compiler_wasm::protocol::{FromWorker, JobId, PROTOCOL_VERSION};
use gloo_timers::callback::Interval;
use js_sys::{ArrayBuffer, Date, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

use super::worker::{CompilerWorker, Heard};

/// Photos compiled at a time. Memory, not processors, is what phones lack.
const WORKERS: usize = 2;
/// A worker that says nothing for so long while it works has been ended by the browser. No step takes that long.
const SILENCE_MS: f64 = 20_000.0;
const LISTEN_EVERY_MS: u32 = 2000;

/// What happens to a job.
pub(crate) enum JobEvent {
    /// A message about it; the bytes are those of a finished `.mind`.
    Message(FromWorker, Option<Vec<u8>>),
    /// Its worker is gone.
    Lost,
}

type Listener = Rc<dyn Fn(JobId, JobEvent)>;

/// The compiler of one page. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Compiler(Rc<RefCell<Inner>>);

struct Inner {
    url: String,
    listener: Listener,
    slots: Vec<Slot>,
    queue: VecDeque<(JobId, Blob)>,
    last: u32,
    _watch: Option<Interval>,
}

struct Slot {
    worker: CompilerWorker,
    number: u32,
    is_ready: bool,
    job: Option<JobId>,
    heard_ms: f64,
}

impl Compiler {
    /// Starts nothing before the first job.
    pub(crate) fn new(url: String, listener: impl Fn(JobId, JobEvent) + 'static) -> Self {
        let inner =
            Inner { url, listener: Rc::new(listener), slots: vec![], queue: VecDeque::new(), last: 0, _watch: None };
        let compiler = Self(Rc::new(RefCell::new(inner)));
        let watched = Rc::downgrade(&compiler.0);
        let watch = Interval::new(LISTEN_EVERY_MS, move || {
            if let Some(inner) = watched.upgrade() {
                Self(inner).end_silent();
            }
        });
        compiler.0.borrow_mut()._watch = Some(watch);
        compiler
    }

    /// Queues a photo.
    pub(crate) fn compile(&self, photo: Blob) -> JobId {
        let mut inner = self.0.borrow_mut();
        inner.last += 1;
        let job = JobId(inner.last);
        inner.queue.push_back((job, photo));
        drop(inner);
        self.dispatch();
        job
    }

    /// Forgets a job; a worker that is at it is ended, since it would not hear.
    pub(crate) fn cancel(&self, job: JobId) {
        let mut inner = self.0.borrow_mut();
        inner.queue.retain(|(queued, _)| *queued != job);
        inner.slots.retain(|slot| slot.job != Some(job));
        drop(inner);
        self.dispatch();
    }

    /// Ends everything.
    pub(crate) fn stop(&self) {
        let mut inner = self.0.borrow_mut();
        inner.queue.clear();
        inner.slots.clear();
    }

    fn dispatch(&self) {
        loop {
            let mut inner = self.0.borrow_mut();
            if inner.queue.is_empty() {
                return;
            }
            let is_free = |slot: &Slot| slot.job.is_none();
            if let Some(index) = inner.slots.iter().position(|slot| slot.is_ready && is_free(slot)) {
                let Some((job, photo)) = inner.queue.pop_front() else { return };
                let slot = &mut inner.slots[index];
                slot.job = Some(job);
                slot.heard_ms = Date::now();
                drop(inner);
                self.hand_over(job, photo);
                continue;
            }
            let is_coming = inner.slots.iter().any(|slot| !slot.is_ready);
            if is_coming || inner.slots.len() >= WORKERS {
                return;
            }
            drop(inner);
            self.start_worker();
            return;
        }
    }

    fn start_worker(&self) {
        let mut inner = self.0.borrow_mut();
        inner.last += 1;
        let number = inner.last;
        let heard = {
            let inner = Rc::downgrade(&self.0);
            move |heard| {
                if let Some(inner) = inner.upgrade() {
                    Self(inner).hear(number, heard);
                }
            }
        };
        if let Ok(worker) = CompilerWorker::start(&inner.url, heard) {
            inner.slots.push(Slot { worker, number, is_ready: false, job: None, heard_ms: Date::now() });
            return;
        }
        drop(inner);
        self.lose(number);
    }

    fn hand_over(&self, job: JobId, photo: Blob) {
        let compiler = self.clone();
        spawn_local(async move {
            let buffer = JsFuture::from(photo.array_buffer()).await;
            let inner = compiler.0.borrow();
            let Some(slot) = inner.slots.iter().find(|slot| slot.job == Some(job)) else { return };
            let number = slot.number;
            let posted = buffer.and_then(|buffer| slot.worker.compile(job, buffer.unchecked_ref::<ArrayBuffer>()));
            drop(inner);
            if posted.is_err() {
                compiler.lose(number);
            }
        });
    }

    fn hear(&self, number: u32, heard: Heard) {
        let (message, buffer) = match heard {
            Heard::Message(FromWorker::Ready { version }, _) if version != PROTOCOL_VERSION => {
                return self.lose(number);
            }
            Heard::Message(message, buffer) => (message, buffer),
            Heard::Lost => return self.lose(number),
        };
        let mut inner = self.0.borrow_mut();
        let listener = Rc::clone(&inner.listener);
        let Some(slot) = inner.slots.iter_mut().find(|slot| slot.number == number) else { return };
        slot.heard_ms = Date::now();
        let job = slot.job;
        let mut panicked = false;
        match &message {
            FromWorker::Ready { .. } => slot.is_ready = true,
            FromWorker::Progress { .. } => {}
            FromWorker::Done { .. } => slot.job = None,
            FromWorker::Failed { code, .. } => {
                slot.job = None;
                panicked = code == "panicked";
            }
        }
        if panicked {
            inner.slots.retain(|slot| slot.number != number);
        }
        drop(inner);
        if let Some(job) = job {
            let bytes = buffer.map(|buffer| Uint8Array::new(&buffer).to_vec());
            listener(job, if panicked { JobEvent::Lost } else { JobEvent::Message(message, bytes) });
        }
        self.dispatch();
    }

    /// Ends a worker and tells its job, or the first one waiting when it never came up.
    fn lose(&self, number: u32) {
        let mut inner = self.0.borrow_mut();
        let listener = Rc::clone(&inner.listener);
        let index = inner.slots.iter().position(|slot| slot.number == number);
        let job = index.map(|index| inner.slots.remove(index)).and_then(|slot| slot.job);
        let jobs: Vec<JobId> = match job {
            Some(job) => vec![job],
            None => inner.queue.drain(..).map(|(job, _)| job).collect(),
        };
        drop(inner);
        jobs.into_iter().for_each(|job| listener(job, JobEvent::Lost));
        self.dispatch();
    }

    fn end_silent(&self) {
        let now_ms = Date::now();
        let is_silent = |slot: &&Slot| (slot.job.is_some() || !slot.is_ready) && now_ms - slot.heard_ms > SILENCE_MS;
        let silent: Vec<u32> = self.0.borrow().slots.iter().filter(is_silent).map(|slot| slot.number).collect();
        silent.into_iter().for_each(|number| self.lose(number));
    }
}
