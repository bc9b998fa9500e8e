//! What is judged: something that is shown frames and says where photos are.

use serde::{Deserialize, Serialize};

use crate::{case::Case, geometry::Homography};

/// Finds its targets in one frame after the other.
pub trait Engine {
    /// Where targets are in this frame of grey levels, row-major, taken at `time_ms`.
    fn process(&mut self, gray: &[u8], width: usize, height: usize, time_ms: f64) -> Vec<Pose>;
}

/// Where an engine says that a target is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// Number of the target; 0 is the case's photo.
    pub target: usize,
    /// From the photo to the frame.
    pub homography: Homography,
}

/// What an engine says about a frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Of all targets that it sees, in any order.
    pub poses: Vec<Pose>,
    /// Time it took, in microseconds.
    pub micros: f64,
}

/// What an engine says about a film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewing {
    /// What was filmed.
    pub case: Case,
    /// One for each frame.
    pub answers: Vec<Answer>,
}

/// All that an engine said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Its name.
    pub engine: String,
    /// Milliseconds until it was ready, without the targets' files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<f64>,
    /// One for each film.
    pub viewings: Vec<Viewing>,
}
