//! What the worker calls. Pixels are written straight into the module's memory; poses are read from it.

use wasm_bindgen::{JsError, JsValue, prelude::wasm_bindgen};

use crate::{
    engine::{Engine, Frame, State},
    image::PixelFormat,
};

/// Numbers of a pose: target, state, confidence, nine of a homography.
const POSE_NUMBERS: usize = 12;
/// How browsers give pixels.
const FORMAT: PixelFormat = PixelFormat::Rgba8;
/// Longest side of a frame in pixels.
const SIDE_MAX: usize = 4096;

/// The engine, and the frame that it looks at next.
#[wasm_bindgen]
#[derive(Default)]
pub struct Tracker {
    engine: Engine,
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    poses: Vec<f64>,
}

#[wasm_bindgen]
impl Tracker {
    /// Looks for nothing yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        console_error_panic_hook::set_once();
        Self::default()
    }

    /// Looks for the targets of a `.mind` too; gives how many.
    ///
    /// # Errors
    /// An `Error` whose message begins with a stable code when it is not one.
    pub fn add_targets(&mut self, mind: &[u8]) -> Result<usize, JsError> {
        match self.engine.add(mind) {
            Ok(targets) => Ok(targets.len()),
            Err(error) => Err(JsError::new(&format!("{}: {error}", error.code()))),
        }
    }

    /// Learns how one more photo looks from one more side; false when all is known. For the time before the first frame.
    pub fn prepare(&mut self) -> bool {
        self.engine.prepare()
    }

    /// Where to write the next frame's pixels: four bytes each, red, green, blue and alpha.
    ///
    /// # Errors
    /// When a side is 0 or above 4096.
    pub fn frame_buffer(&mut self, width: usize, height: usize) -> Result<*mut u8, JsError> {
        if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
            return Err(JsError::new(&format!("frame_size: {width}×{height}")));
        }
        (self.width, self.height) = (width, height);
        self.pixels.resize(width * height * FORMAT.bytes(), 0);
        Ok(self.pixels.as_mut_ptr())
    }

    /// Looks at what was written; gives the number of photos that are seen, or were a moment ago.
    pub fn process(&mut self, time_ms: f64) -> usize {
        if self.pixels.is_empty() {
            return 0;
        }
        let frame = Frame { pixels: &self.pixels, width: self.width, height: self.height, format: FORMAT, time_ms };
        let poses = self.engine.process(&frame);
        self.poses.clear();
        for pose in poses {
            let state = match pose.state {
                State::Tracking => 1.0,
                State::Lost => 2.0,
            };
            self.poses.extend([pose.target as f64, state, f64::from(pose.confidence)]);
            self.poses.extend(pose.homography);
        }
        self.poses.len() / POSE_NUMBERS
    }

    /// The poses of the last frame, twelve numbers each: target, state (1 tracking, 2 lost), confidence from 0 to 1, then a
    /// row-major homography from the photo (0 to 1 right, 0 to 1 down) to pixels of the frame, whose first reaches from 0 to 1.
    #[must_use]
    pub fn poses(&self) -> Vec<f64> {
        self.poses.clone()
    }
}

/// The module's memory, which the page's code writes frames into. The memory itself is exported as `memory`: this needs
/// another name.
#[wasm_bindgen]
#[must_use]
pub fn module_memory() -> JsValue {
    wasm_bindgen::memory()
}
