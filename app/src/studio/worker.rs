//! One compiler worker: started, asked, heard, ended. Messages are those of [`compiler_wasm::protocol`].

use compiler_wasm::protocol::{CompileOptions, FromWorker, JobId, ToWorker};
use js_sys::{Array, ArrayBuffer, WebAssembly};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// A module of one function that returns a vector: `i32.const 0`, `i8x16.splat`, `i8x16.popcnt`.
const SIMD_MODULE: [u8; 31] =
    [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/// Whether the compiler's module can run here.
pub(crate) fn is_supported() -> bool {
    let has_worker = js_sys::Reflect::has(&js_sys::global(), &"Worker".into()).unwrap_or(false);
    has_worker && WebAssembly::validate(&js_sys::Uint8Array::from(SIMD_MODULE.as_slice())).unwrap_or(false)
}

/// What a worker has to say.
pub(crate) enum Heard {
    /// A message, and the bytes that came with it.
    Message(FromWorker, Option<ArrayBuffer>),
    /// It is gone, or never came up.
    Lost,
}

/// A worker; ended when dropped.
pub(crate) struct CompilerWorker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl CompilerWorker {
    /// Starts one; it says `Ready` before it can be asked.
    pub(crate) fn start(url: &str, heard: impl Fn(Heard) + Clone + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        let tell = heard.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| tell(read(&event)));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            heard(Heard::Lost);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Hands a photo over.
    pub(crate) fn compile(&self, job: JobId, photo: &ArrayBuffer) -> Result<(), JsValue> {
        let message = ToWorker::Compile { job, options: CompileOptions::default() };
        let json = serde_json::to_string(&message).map_err(|error| JsValue::from(error.to_string()))?;
        self.worker.post_message_with_transfer(&Array::of2(&json.into(), photo), &Array::of1(photo))
    }
}

impl Drop for CompilerWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn read(event: &MessageEvent) -> Heard {
    let parts: Array = event.data().unchecked_into();
    let message = parts.get(0).as_string().and_then(|json| serde_json::from_str(&json).ok());
    message.map_or(Heard::Lost, |message| Heard::Message(message, parts.get(1).dyn_into().ok()))
}
