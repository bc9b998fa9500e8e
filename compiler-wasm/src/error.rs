//! Why a photo or a `.mind` is refused. Every error has a stable code for programs and a sentence for people.

use thiserror::Error;

/// A photo that can't be compiled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A side is shorter than [`crate::decode::SIDE_MIN_PX`].
    #[error(
        "the photo is {width}×{height} pixels, too small to be recognised; use one whose shorter side has at least {least} pixels, better 1000"
    )]
    ImageTooSmall {
        /// Pixels of the upright photo.
        width: u32,
        /// Pixels of the upright photo.
        height: u32,
        /// Least pixels of a side.
        least: u32,
    },
    /// Sides too unequal, see [`crate::decode::SIDES_RATIO_MAX`].
    #[error(
        "the photo is {width}×{height} pixels, too narrow a strip to be recognised; crop it so that the longer side is at most {ratio} times the shorter, and try again"
    )]
    ImageTooNarrow {
        /// Pixels of the photo.
        width: u32,
        /// Pixels of the photo.
        height: u32,
        /// The longer side may be this many times the shorter.
        ratio: u32,
    },
    /// More pixels than [`crate::decode::PIXELS_MAX`] or a side longer than [`crate::decode::SIDE_MAX_PX`].
    #[error(
        "the photo is {width}×{height} pixels; the most is {megapixels} megapixels and {side} pixels a side: make it smaller and try again"
    )]
    ImageTooLarge {
        /// Pixels of the photo as stored.
        width: u32,
        /// Pixels of the photo as stored.
        height: u32,
        /// The limit in millions of pixels.
        megapixels: u32,
        /// The limit of a side.
        side: u32,
    },
    /// The file is none of the formats that are read, by its first bytes.
    #[error("this file is not a JPEG, PNG or WebP photo; save it as one of these and try again")]
    UnsupportedFormat,
    /// The file says it is a photo but can't be read to its end.
    #[error(
        "the photo can't be read, it may be damaged or cut short ({reason}); open it in a photo program, save it anew and try again"
    )]
    Undecodable {
        /// The decoder's words.
        reason: String,
    },
    /// The caller's progress callback asked for it.
    #[error("the compile was stopped")]
    Stopped,
}

impl CompileError {
    /// Stable, snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ImageTooSmall { .. } => "image_too_small",
            Self::ImageTooNarrow { .. } => "image_too_narrow",
            Self::ImageTooLarge { .. } => "image_too_large",
            Self::UnsupportedFormat => "unsupported_format",
            Self::Undecodable { .. } => "undecodable",
            Self::Stopped => "stopped",
        }
    }
}

/// A `.mind` that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The bytes end within a value.
    #[error("the .mind file is cut short; upload or download it again")]
    Truncated,
    /// Something else stands where this should.
    #[error("this is not a MindAR image target file: {expected} is missing or wrong")]
    Malformed {
        /// What should be there.
        expected: &'static str,
    },
    /// Not version 2.
    #[error("the .mind file has version {found}, but only version 2 is read; compile the photos again")]
    Version {
        /// The version it states.
        found: u64,
    },
    /// More of something than any compiler writes.
    #[error("the .mind file holds too many {what}; the most is {most}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: usize,
    },
}

impl BundleError {
    /// Stable, snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "mind_truncated",
            Self::Malformed { .. } => "mind_malformed",
            Self::Version { .. } => "mind_version",
            Self::TooLarge { .. } => "mind_too_large",
        }
    }
}
