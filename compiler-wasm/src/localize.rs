//! Sub-pixel place of an extremum: one Newton step on the quadratic through its 3×3 neighbours.
//!
//! The step is in the plane only, is not limited in size, and is skipped where the Hessian is singular.
//!
//! Source: M. Brown and D. G. Lowe, "Invariant Features from Interest Point Groups", BMVC 2002, without the scale axis.

use crate::{extrema::Extremum, pyramid::Pyramid};

/// Least |determinant| of the Hessian.
const DETERMINANT_MIN: f64 = 1e-4;

/// A localised extremum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keypoint {
    /// Whether the sample is above its surroundings.
    pub is_maximum: bool,
    /// The octave, from 1.
    pub octave: usize,
    /// Column in pixels of the octave.
    pub x: f32,
    /// Row in pixels of the octave.
    pub y: f32,
}

/// Refines an extremum of this pyramid.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
pub fn localize(pyramid: &Pyramid, extremum: &Extremum) -> Keypoint {
    let dog = &pyramid.octave(extremum.octave).dog;
    let sample = |dx: i64, dy: i64| f64::from(dog.at_clamped(extremum.x as i64 + dx, extremum.y as i64 + dy));
    let dx = 0.5 * (sample(1, 0) - sample(-1, 0));
    let dy = 0.5 * (sample(0, 1) - sample(0, -1));
    let dxx = sample(1, 0) + sample(-1, 0) - 2.0 * sample(0, 0);
    let dyy = sample(0, 1) + sample(0, -1) - 2.0 * sample(0, 0);
    let dxy = 0.25 * (sample(-1, -1) + sample(1, 1) - sample(1, -1) - sample(-1, 1));
    let determinant = dxx * dyy - dxy * dxy;
    let (mut x, mut y) = (extremum.x as f64, extremum.y as f64);
    if determinant.abs() >= DETERMINANT_MIN {
        x += (dyy * -dx + -dxy * -dy) / determinant;
        y += (-dxy * -dx + dxx * -dy) / determinant;
    }
    Keypoint { is_maximum: extremum.response > 0.0, octave: extremum.octave, x: x as f32, y: y as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extrema::find_extrema, plane::GrayImage};

    #[test]
    fn finds_the_top_of_a_blob_between_pixels() {
        let (side, x, y) = (160usize, 80.6, 71.3);
        let level = |index: usize| {
            let (dx, dy) = ((index % side) as f64 - x, (index / side) as f64 - y);
            (220.0 * libm::exp(-(dx * dx + dy * dy) / 32.0)) as u8
        };
        let image = GrayImage { width: side, height: side, data: (0..side * side).map(level).collect() };
        let mut pyramid = Pyramid::default();
        pyramid.build(&image);
        let extrema = find_extrema(&pyramid);
        let strongest = extrema.iter().max_by(|a, b| a.response.total_cmp(&b.response)).expect("an extremum");
        let keypoint = localize(&pyramid, strongest);
        let (px, py) = crate::feature::in_image(keypoint.octave, keypoint.x, keypoint.y);
        assert!((px - x).abs() < 0.25 && (py - y).abs() < 0.25, "{px} {py}");
    }
}
