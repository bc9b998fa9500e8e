//! What is filmed: a sequence of a photo through a lens. A case alone tells the truth of each of its frames.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{
    geometry::{Camera, Orientation},
    rng::Rng,
};

/// Frames a second.
pub const FRAME_RATE: f64 = 30.0;
/// Frames of a single view: the same pose with fresh noise, for engines that want a second look.
pub const VIEW_FRAMES: usize = 3;

/// What happens in a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sequence {
    /// Nothing moves
    Static,
    /// A quiet hand
    HandHeld,
    /// Across half of the frame
    SlowPan,
    /// To and fro, up to 30 px a frame, with motion blur
    FastPan,
    /// To 60° and back
    Tilt,
    /// A whole turn
    Roll,
    /// From the frame's width down to a fifth of it
    Scale,
    /// Comes in from the side, small and tilted
    Enter,
    /// A dim room
    LowLight,
    /// A candle
    NearDark,
    /// The lens hunts for its focus
    Focus,
    /// A lamp's reflection wanders over the photo
    Glare,
    /// A hand covers up to half of the photo
    Occlusion,
    /// Up to half of the photo leaves the frame
    PartlyOut,
    /// Inks, paper and a halftone screen that differ from the file
    Printed,
    /// Another photo is in view
    NoTarget,
    /// Single views at random
    View,
}

impl Sequence {
    /// The twelve whose glued frames the table counts: all but those in which the photo is hard to see at first
    /// (enter, near dark, focus) or not there.
    pub const BASIC: [Self; 12] = [
        Self::Static,
        Self::HandHeld,
        Self::SlowPan,
        Self::FastPan,
        Self::Tilt,
        Self::Roll,
        Self::Scale,
        Self::LowLight,
        Self::Glare,
        Self::Occlusion,
        Self::PartlyOut,
        Self::Printed,
    ];

    /// Those that begin with the photo large, still and well lit.
    pub const EASY_START: [Self; 6] =
        [Self::Static, Self::HandHeld, Self::SlowPan, Self::Tilt, Self::Roll, Self::Occlusion];
}

impl fmt::Display for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_possible_value();
        formatter.pad(name.as_ref().map_or("", |name| name.get_name()))
    }
}

/// A film to be made. Everything about it follows from these fields and, for its pixels, from the photos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The target's name.
    pub photo: String,
    /// Pixels of the photo's file.
    pub photo_width: usize,
    /// Pixels of the photo's file.
    pub photo_height: usize,
    /// What happens.
    pub sequence: Sequence,
    /// Field of view across the frame's 480 pixels, in degrees.
    pub lens: u32,
    /// How the frame is held.
    pub orientation: Orientation,
    /// Which of the many films of this kind; for views, their number as well.
    pub seed: u64,
    /// How many frames.
    pub frames: usize,
}

impl Case {
    /// Through which camera.
    #[must_use]
    pub fn camera(&self) -> Camera {
        Camera::new(self.lens, self.orientation)
    }

    /// The photo's height in its widths.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        self.photo_height as f64 / self.photo_width as f64
    }

    /// The case's own random numbers.
    #[must_use]
    pub fn rng(&self) -> Rng {
        let Self { photo, sequence, lens, .. } = self;
        Rng::new(self.seed).fork(&format!("{photo} {sequence} {lens}"))
    }
}
