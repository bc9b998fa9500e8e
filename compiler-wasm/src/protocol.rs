//! Messages between the page and the worker that compiles.
//!
//! A message is a JavaScript array `[json, …buffers]`: the JSON text of [`ToWorker`] or [`FromWorker`], then the
//! `ArrayBuffer`s it speaks of, transferred and not copied. One job is one photo, and a worker does one job at a time;
//! it hears nothing while it computes, so a job is cancelled by ending the worker. The page answers an unknown
//! [`JobId`] by ignoring the message.

use serde::{Deserialize, Serialize};

/// The version of these messages; [`FromWorker::Ready`] carries it.
pub const PROTOCOL_VERSION: u32 = 1;

/// A job of one page, unique while the page lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u32);

/// How an image is enlarged when it is smaller than a scale asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upscaling {
    /// As MindAR 1.2.5 does it, with black lines where no source pixel falls: equal bytes.
    #[default]
    Exact,
    /// Nearest source pixel instead of black: better tracking of small photos, other bytes.
    Filled,
}

/// What a compile may be asked to do differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompileOptions {
    /// How small photos are enlarged.
    pub upscaling: Upscaling,
}

/// The steps of one photo's compile, in order of first appearance. Several of them recur for every keyframe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Photo bytes to grey pixels.
    Decode,
    /// Grey pixels to the images of all scales.
    Resize,
    /// Octaves, difference of Gaussians, extrema, pruning and sub-pixel fit.
    Detect,
    /// Orientation and FREAK descriptor of every feature.
    Describe,
    /// Trees over the descriptors.
    Cluster,
    /// Templates of the tracking images.
    Track,
    /// Bytes of the target.
    Encode,
}

/// How far a photo is. `done` never goes back and ends at `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The step that begins now.
    pub stage: Stage,
    /// Units of work done, 0..=`total`, proportional to the time expected.
    pub done: u32,
    /// Units of work of the whole photo, above 0.
    pub total: u32,
}

/// What was found in a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// Number of scales that were searched.
    pub keyframes: u32,
    /// Features over all keyframes.
    pub features: u32,
    /// Templates of the 128-px tracking image, the one that is used at run time.
    pub tracking_points: u32,
    /// Features of the largest keyframes as `[x, y]` in 0..=1 of the photo's width and height, strongest scale first,
    /// at most [`PREVIEW_POINTS_MAX`]: for drawing, not for matching.
    pub preview: Vec<[f32; 2]>,
}

/// Most points of [`PhotoReport::preview`].
pub const PREVIEW_POINTS_MAX: usize = 600;

/// From the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// Compile one photo. One buffer follows: the photo's bytes.
    Compile {
        /// Names the job in every answer.
        job: JobId,
        /// What to do differently.
        #[serde(default)]
        options: CompileOptions,
    },
}

/// From the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    /// The module is loaded; the page posts nothing earlier.
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        version: u32,
    },
    /// At most ten a second, never backwards.
    Progress {
        /// The job.
        job: JobId,
        /// How far it is.
        progress: Progress,
    },
    /// Finished. One buffer follows: a whole `.mind` of this one photo, to be joined with others by
    /// [`crate::bundle::join`].
    Done {
        /// The job.
        job: JobId,
        /// What was found.
        report: PhotoReport,
        /// Milliseconds by stage, as the worker's own clock saw them.
        stages_ms: Vec<(Stage, f64)>,
    },
    /// Given up.
    Failed {
        /// The job.
        job: JobId,
        /// A stable code: `CompileError::code()`, or `panicked`.
        code: String,
        /// A sentence that says what to do.
        message: String,
    },
}
