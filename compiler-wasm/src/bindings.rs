//! What the worker's JavaScript calls: messages as JSON text in and out, see [`crate::protocol`].

use std::ops::ControlFlow;

use js_sys::{Date, Function, JsString, Uint8Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    compile::compile_photo,
    protocol::{CompileOptions, FromWorker, JobId, PROTOCOL_VERSION, Progress, Stage, ToWorker},
};

/// Least milliseconds between two progress messages.
const PROGRESS_INTERVAL_MS: f64 = 100.0;

/// Prepares the module and gives the worker's first message.
#[wasm_bindgen]
#[must_use]
pub fn ready() -> String {
    console_error_panic_hook::set_once();
    json(&FromWorker::Ready { version: PROTOCOL_VERSION })
}

/// Does what a message of the page asks. `post` takes a message, and the bytes that go with it or undefined.
///
/// # Errors
/// Text when the message is not understood, or what `post` throws.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "the binding hands the photo's copy over")]
pub fn handle(message: &str, photo: Vec<u8>, post: &Function) -> Result<(), JsValue> {
    let ToWorker::Compile { job, options } =
        serde_json::from_str(message).map_err(|error| JsValue::from(error.to_string()))?;
    compile(job, &options, &photo, post)
}

fn compile(job: JobId, options: &CompileOptions, photo: &[u8], post: &Function) -> Result<(), JsValue> {
    let send = |message: &FromWorker, bytes: JsValue| {
        post.call2(&JsValue::UNDEFINED, &JsString::from(json(message)), &bytes).map(drop)
    };
    let mut clock = StageClock::default();
    let mut sent_ms = f64::NEG_INFINITY;
    let result = compile_photo(photo, options, &mut |progress: Progress| {
        let now_ms = Date::now();
        clock.enter(progress.stage, now_ms);
        if now_ms - sent_ms < PROGRESS_INTERVAL_MS && progress.done < progress.total {
            return ControlFlow::Continue(());
        }
        sent_ms = now_ms;
        match send(&FromWorker::Progress { job, progress }, JsValue::UNDEFINED) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    match result {
        Ok(compiled) => {
            let done = FromWorker::Done { job, report: compiled.report, stages_ms: clock.finish(Date::now()) };
            send(&done, Uint8Array::from(compiled.mind.as_slice()).buffer().into())
        }
        Err(error) => {
            let failed = FromWorker::Failed { job, code: error.code().to_owned(), message: error.to_string() };
            send(&failed, JsValue::UNDEFINED)
        }
    }
}

/// Puts the time between two steps to the first.
#[derive(Default)]
struct StageClock {
    current: Option<(Stage, f64)>,
    stages_ms: Vec<(Stage, f64)>,
}

impl StageClock {
    fn enter(&mut self, stage: Stage, now_ms: f64) {
        self.leave(now_ms);
        self.current = Some((stage, now_ms));
    }

    fn leave(&mut self, now_ms: f64) {
        if let Some((stage, since_ms)) = self.current.take() {
            match self.stages_ms.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, total_ms)) => *total_ms += now_ms - since_ms,
                None => self.stages_ms.push((stage, now_ms - since_ms)),
            }
        }
    }

    fn finish(mut self, now_ms: f64) -> Vec<(Stage, f64)> {
        self.leave(now_ms);
        self.stages_ms
    }
}

/// Messages are plain data, which always has a JSON form.
fn json(message: &FromWorker) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
