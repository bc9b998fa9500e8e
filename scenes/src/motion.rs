//! How a hand moves a phone that it tries to keep still.
//!
//! Each of the six degrees of freedom is a sum of sines with random frequencies and phases: band-limited, hence smooth at any
//! time, and the same for the same seed. Sway is slow and wide, tremor quick and small; physiological tremor of the hand has
//! its peak at 8 to 12 Hz, and a held phone damps it.

use std::f64::consts::TAU;

use crate::{geometry::Shake, rng::Rng};

/// Sines of one band of one degree of freedom.
const SINES: usize = 5;
const SWAY_HZ: [f64; 2] = [0.15, 1.3];
const TREMOR_HZ: [f64; 2] = [5.0, 10.0];

/// Root mean squares of the angles about x, y (pitch, yaw) and z (roll), in radians.
const SWAY_RAD: [f64; 3] = [0.012, 0.012, 0.010];
const TREMOR_RAD: [f64; 3] = [0.0003, 0.0003, 0.0004];
/// Root mean squares of the ways, in distances between camera and photo.
const SWAY_WAY: [f64; 3] = [0.012, 0.012, 0.015];
const TREMOR_WAY: [f64; 3] = [0.0003, 0.0003, 0.0003];

/// A hand's motion.
#[derive(Clone, Debug)]
pub struct HandHeld {
    rotation: [Band; 3],
    translation: [Band; 3],
}

impl HandHeld {
    /// A motion that is `strength` times that of a quiet hand.
    #[must_use]
    pub fn new(rng: &mut Rng, strength: f64) -> Self {
        let mut bands = |sway: [f64; 3], tremor: [f64; 3]| {
            [0, 1, 2].map(|axis| Band::new(rng, strength * sway[axis], strength * tremor[axis]))
        };
        Self { rotation: bands(SWAY_RAD, TREMOR_RAD), translation: bands(SWAY_WAY, TREMOR_WAY) }
    }

    /// Where the hand is at a time in seconds.
    #[must_use]
    pub fn at(&self, time_s: f64) -> Shake {
        let axes = |bands: &[Band; 3]| [0, 1, 2].map(|axis| bands[axis].at(time_s));
        Shake { rotation: axes(&self.rotation), translation: axes(&self.translation) }
    }
}

#[derive(Clone, Debug)]
struct Band(Vec<Sine>);

#[derive(Clone, Copy, Debug)]
struct Sine {
    amplitude: f64,
    radians_a_second: f64,
    phase: f64,
}

impl Band {
    fn new(rng: &mut Rng, sway: f64, tremor: f64) -> Self {
        let mut sines = Vec::with_capacity(2 * SINES);
        for ([low, high], rms) in [(SWAY_HZ, sway), (TREMOR_HZ, tremor)] {
            // Incoherent sines add up by their squares, and a sine's mean square is half of its amplitude's.
            let amplitude = rms * (2.0 / SINES as f64).sqrt();
            sines.extend((0..SINES).map(|_| Sine {
                amplitude,
                radians_a_second: TAU * (rng.between(low.ln(), high.ln())).exp(),
                phase: rng.angle(),
            }));
        }
        Self(sines)
    }

    fn at(&self, time_s: f64) -> f64 {
        self.0.iter().map(|sine| sine.amplitude * (sine.radians_a_second * time_s + sine.phase).sin()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Camera, Orientation, View, project};

    #[test]
    fn a_quiet_hand_moves_the_picture_by_one_to_three_pixels_a_frame() {
        let camera = Camera::new(45, Orientation::Landscape);
        let view = View { centre: [0.5, 0.5], width_px: 400.0, tilt: 0.3, tilt_axis: 1.0, roll: 0.2 };
        for seed in 0..8 {
            let hand = HandHeld::new(&mut Rng::new(seed), 1.0);
            let at = |frame: i32| project(&camera, &view, &hand.at(f64::from(frame) / 30.0), 0.75).apply([0.5, 0.5]);
            let step = |frame: i32| {
                let ([x, y], [u, v]) = (at(frame), at(frame + 1));
                (u - x).hypot(v - y)
            };
            let mean = (0..100).map(step).sum::<f64>() / 100.0;
            assert!((1.0..3.0).contains(&mean), "seed {seed}: {mean} px a frame");
        }
    }
}
