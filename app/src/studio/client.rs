//! Requests that are tried again: while the line is lost, while the server can't answer, and when it says to come later.

use js_sys::{Function, Promise, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestInit, Response};

use crate::model::{Failure, Problem};

/// Waits before further tries, in milliseconds.
const WAITS_MS: [u32; 8] = [500, 1000, 2000, 4000, 8000, 16_000, 16_000, 16_000];
/// How long to wait for a line that the browser knows to be down before a look at it, in milliseconds.
const OFFLINE_WAIT_MS: u32 = 30_000;
/// Longest time that a server may ask for without the customer being told instead, in milliseconds.
const ASKED_MAX_MS: u32 = 60_000;

/// Why it did not go through; all that arrived is kept for another try.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SendError {
    /// What and why.
    pub(crate) failure: Failure,
    /// The file it is about.
    pub(crate) file: Option<String>,
    /// The HTTP status; 0 without an answer.
    pub(super) status: u16,
    /// Where the server says that the upload goes on.
    pub(super) offset: Option<f64>,
    /// For what may pass by itself: the least wait before another try, in milliseconds.
    pub(super) again_ms: Option<u32>,
}

impl SendError {
    /// Whether the project can't be used any more.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.status, 401 | 404 | 409 | 410)
    }

    /// No answer came, or none that makes sense.
    pub(crate) fn lost(why: &str) -> Self {
        let detail = format!("The connection was lost ({why}). Nothing is lost: try again when you are online.");
        Self { again_ms: Some(0), ..Self::of("connection_lost", detail) }
    }

    pub(super) fn unreadable(name: &str) -> Self {
        let error = Self::of("unreadable_file", "This file can't be read any more. Choose it again.".to_owned());
        Self { file: Some(name.to_owned()), ..error }
    }

    fn cancelled() -> Self {
        Self::of("cancelled", "Publishing was cancelled.".to_owned())
    }

    fn of(code: &str, detail: String) -> Self {
        let failure = Failure { code: code.to_owned(), detail };
        Self { failure, file: None, status: 0, offset: None, again_ms: None }
    }

    async fn read(response: &Response) -> Self {
        let status = response.status();
        let text = text_of(response).await;
        let said = match serde_json::from_str::<Problem>(&text) {
            Ok(Problem { code, detail, file, .. }) => Self { file, ..Self::of(&code, detail) },
            Err(_) => Self::lost(&format!("status {status}")),
        };
        // 460 is tus' own: the bytes were damaged on their way. A file that is not begun any more can be begun again.
        let may_pass = matches!(status, 408 | 429 | 460 | 500..) || said.failure.code == "upload_not_begun";
        let asked_ms = number(response, "retry-after").map_or(0, milliseconds);
        let again_ms = may_pass.then_some(asked_ms).filter(|asked| *asked <= ASKED_MAX_MS);
        Self { status, offset: number(response, "upload-offset"), again_ms, ..said }
    }
}

/// What is asked.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: Option<&'a [u8]>,
}

/// How many tries are left; begun anew whenever something went through.
pub(super) struct Patience(std::array::IntoIter<u32, { WAITS_MS.len() }>);

impl Patience {
    pub(super) fn new() -> Self {
        Self(WAITS_MS.into_iter())
    }
}

/// Asks until it is stopped.
pub(crate) struct Client<'a> {
    pub(crate) stop: &'a AbortSignal,
    /// Called when another try follows after a wait.
    pub(crate) waits: &'a dyn Fn(),
}

impl Client<'_> {
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        url: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, SendError> {
        let body = serde_json::to_vec(body).map_err(|error| SendError::lost(&error.to_string()))?;
        let headers = &[("content-type", "application/json")];
        let response = self.request(&Call { method: "POST", url, token, headers, body: Some(&body) }).await?;
        let text = text_of(&response).await;
        serde_json::from_str(&text).map_err(|error| SendError::lost(&error.to_string()))
    }

    /// One request, tried again for as long as there is patience. Gives answers of 2xx.
    pub(super) async fn request(&self, call: &Call<'_>) -> Result<Response, SendError> {
        let mut patience = Patience::new();
        loop {
            match self.once(call).await {
                Ok(response) => return Ok(response),
                Err(error) => self.wait(&mut patience, error).await?,
            }
        }
    }

    /// One request. Gives answers of 2xx.
    pub(crate) async fn once(&self, call: &Call<'_>) -> Result<Response, SendError> {
        let outcome = self.fetch(call).await;
        if self.stop.aborted() {
            return Err(SendError::cancelled());
        }
        match outcome {
            Ok(response) if response.ok() => Ok(response),
            Ok(response) => Err(SendError::read(&response).await),
            Err(_) => Err(SendError::lost("no connection")),
        }
    }

    /// Waits before another try, or gives the error back when there is no use in one. Ends at once when the line is back.
    pub(super) async fn wait(&self, patience: &mut Patience, error: SendError) -> Result<(), SendError> {
        let Some(asked_ms) = error.again_ms else { return Err(error) };
        let wait_ms = if is_offline() {
            OFFLINE_WAIT_MS
        } else {
            let Some(wait_ms) = patience.0.next() else { return Err(error) };
            wait_ms.max(asked_ms)
        };
        (self.waits)();
        self.pause(wait_ms).await;
        if self.stop.aborted() { Err(SendError::cancelled()) } else { Ok(()) }
    }

    async fn pause(&self, wait_ms: u32) {
        let Some(window) = web_sys::window() else { return };
        let mut wake = None;
        let woken = Promise::new(&mut |resolve: Function, _| {
            // A window takes timers, and it and the signal any listener.
            let wait_ms = i32::try_from(wait_ms).unwrap_or(i32::MAX);
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, wait_ms);
            let _ = window.add_event_listener_with_callback("online", &resolve);
            let _ = self.stop.add_event_listener_with_callback("abort", &resolve);
            wake = Some(resolve);
        });
        // It is never rejected.
        let _ = JsFuture::from(woken).await;
        if let Some(wake) = wake {
            let _ = window.remove_event_listener_with_callback("online", &wake);
            let _ = self.stop.remove_event_listener_with_callback("abort", &wake);
        }
    }

    async fn fetch(&self, call: &Call<'_>) -> Result<Response, JsValue> {
        let init = RequestInit::new();
        init.set_method(call.method);
        init.set_signal(Some(self.stop));
        if let Some(body) = call.body {
            init.set_body(&Uint8Array::from(body));
        }
        let request = Request::new_with_str_and_init(call.url, &init)?;
        if let Some(token) = call.token {
            request.headers().set("authorization", &format!("Bearer {token}"))?;
        }
        for (name, value) in call.headers {
            request.headers().set(name, value)?;
        }
        let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
        JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()
    }
}

/// A header that is a number.
pub(super) fn number(response: &Response, header: &str) -> Option<f64> {
    response.headers().get(header).ok().flatten()?.parse().ok()
}

fn is_offline() -> bool {
    web_sys::window().is_some_and(|window| !window.navigator().on_line())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats saturate")]
fn milliseconds(seconds: f64) -> u32 {
    (seconds * 1000.0) as u32
}

async fn text_of(response: &Response) -> String {
    match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    }
}
