//! A hand with its forearm that reaches over the photo: capsules whose outline is known as a distance.
//!
//! The hand's own coordinates are in its lengths: the middle finger's tip is at the origin, the arm goes on along `+y`.

use crate::{
    picture::{Light, Picture, Pyramid},
    rng::Rng,
};

/// Two ends and a radius.
type Capsule = ([f32; 2], [f32; 2], f32);

const CAPSULES: [Capsule; 8] = [
    // Index, middle, ring and little finger, and the thumb.
    ([-0.14, 0.09], [-0.12, 0.46], 0.055),
    ([-0.02, 0.055], [-0.03, 0.46], 0.055),
    ([0.10, 0.09], [0.07, 0.46], 0.052),
    ([0.21, 0.20], [0.15, 0.50], 0.045),
    ([-0.33, 0.45], [-0.15, 0.72], 0.062),
    // Palm, wrist, forearm.
    ([-0.05, 0.55], [0.04, 0.60], 0.19),
    ([-0.03, 0.62], [0.01, 0.82], 0.17),
    ([0.0, 0.85], [0.0, 3.0], 0.155),
];

/// Skin tones in linear light.
const SKIN: [Light; 2] = [[0.18, 0.085, 0.05, 0.0], [0.55, 0.33, 0.23, 0.0]];
/// How far from its outline a hand turns away from the light.
const ROUNDING: f32 = 0.05;

/// A hand that reaches over a photo of a known shape.
#[derive(Clone, Debug)]
pub struct Hand {
    skin: Pyramid,
    /// The photo's height in its widths.
    aspect: f32,
    /// Length of the hand in widths of the photo.
    length: f32,
    /// Towards where the fingers point, a unit vector in the photo.
    direction: [f32; 2],
}

impl Hand {
    /// A hand as long as the photo's longest side; it comes from a random direction.
    #[must_use]
    pub fn new(rng: &mut Rng, aspect: f64) -> Self {
        let skin = Pyramid::new(Picture::noise(rng, 256, 8, SKIN));
        let (sin, cos) = rng.angle().sin_cos();
        let aspect = aspect as f32;
        Self { skin, aspect, length: 1.15 * aspect.max(1.0), direction: [cos as f32, sin as f32] }
    }

    /// How far the fingertips must reach past the photo's middle, in widths of the photo, to cover a share of it.
    #[must_use]
    pub fn reach(&self, share: f64) -> f32 {
        const STEPS: usize = 48;
        let covered = |reach: f32| {
            let centre = |step: usize| (step as f32 + 0.5) / STEPS as f32;
            let points = (0..STEPS * STEPS).map(|index| (centre(index % STEPS), centre(index / STEPS)));
            let under = points.filter(|&(u, v)| self.distance(self.place(u, v, reach)) < 0.0).count();
            under as f64 / (STEPS * STEPS) as f64
        };
        let (mut near, mut far) = (-2.0 * self.length, self.length);
        for _ in 0..12 {
            let middle = (near + far) / 2.0;
            if covered(middle) < share {
                near = middle;
            } else {
                far = middle;
            }
        }
        near
    }

    /// From photo coordinates to the hand's own.
    #[must_use]
    #[inline]
    pub fn place(&self, u: f32, v: f32, reach: f32) -> [f32; 2] {
        let [along_x, along_y] = self.direction;
        let (x, y) = (u - 0.5, (v - 0.5) * self.aspect);
        let along = x * along_x + y * along_y;
        let across = y * along_x - x * along_y;
        [across / self.length, (reach - along) / self.length]
    }

    /// Distance to the outline in lengths of the hand, below 0 inside.
    #[must_use]
    #[inline]
    pub fn distance(&self, [x, y]: [f32; 2]) -> f32 {
        let capsule = |&([ax, ay], [bx, by], radius): &Capsule| {
            let (dx, dy) = (bx - ax, by - ay);
            let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            let (px, py) = (x - ax - along * dx, y - ay - along * dy);
            (px * px + py * py).sqrt() - radius
        };
        CAPSULES.iter().map(capsule).fold(f32::MAX, f32::min)
    }

    /// Length of the hand in widths of the photo.
    #[must_use]
    pub fn length(&self) -> f32 {
        self.length
    }

    /// Light of the skin at a place `distance` from the outline; `deviation` is how fine to look, in lengths of the hand.
    #[must_use]
    #[inline]
    pub fn skin(&self, [x, y]: [f32; 2], distance: f32, deviation: f32) -> Light {
        let round = (0.4 - distance / ROUNDING).clamp(0.4, 1.0);
        self.skin.level(f64::from(deviation)).sample_mirrored(x, y).map(|light| light * round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_the_share_asked_for() {
        for (seed, aspect) in [(1, 0.5), (2, 0.75), (3, 1.3)] {
            let hand = Hand::new(&mut Rng::new(seed), aspect);
            for share in [0.1, 0.3, 0.5] {
                let reach = hand.reach(share);
                let steps = 200;
                let at = |step: usize| (step as f32 + 0.5) / steps as f32;
                let points = (0..steps * steps).map(|index| hand.place(at(index % steps), at(index / steps), reach));
                let covered = points.filter(|&point| hand.distance(point) < 0.0).count() as f64;
                let covered = covered / (steps * steps) as f64;
                assert!((covered - share).abs() < 0.02, "{covered} for {share} of a photo {aspect} high");
            }
        }
    }
}
