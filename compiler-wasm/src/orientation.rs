//! The direction of a keypoint: the top of a smoothed histogram of gradient directions around it.
//!
//! 69 pixels within 4.5 px of the *truncated* position are weighted by a Gaussian of 3 px; 36 bins shared linearly; five
//! passes of a 3-tap filter; a parabola through the top bin. Sums are in `f64` and rounded to `f32` after each step.
//!
//! Source: D. G. Lowe, IJCV 60(2), 2004, §5; constants and rounding as in mind-ar 1.2.5.

use std::{f64::consts::PI, sync::LazyLock};

use crate::{localize::Keypoint, plane::Plane};

const BINS: usize = 36;
/// Standard deviation of the weights, in pixels of the octave.
const SIGMA_PX: f64 = 3.0;
/// Radius of the pixels looked at, in pixels of the octave.
const RADIUS_PX: f64 = 4.5;
/// The format's 1/(2π), to fifteen places.
const TURN: f64 = 0.159_154_943_091_895;
/// Weights of a bin's neighbours and of the bin, whose sum is 1 to nine places.
const SMOOTHING: (f64, f64) = (0.274_068_619_061_197, 0.451_862_761_877_606);
const SMOOTHING_PASSES: usize = 5;

/// Offsets (x, y) and weights of the pixels around a keypoint, row by row.
static WINDOW: LazyLock<Vec<(i64, i64, f64)>> = LazyLock::new(|| {
    let around = || -5i64..=5;
    let squared = |x: i64, y: i64| (x * x + y * y) as f64;
    let offsets = around().flat_map(|y| around().map(move |x| (x, y)));
    offsets
        .filter(|&(x, y)| squared(x, y) <= RADIUS_PX * RADIUS_PX)
        .map(|(x, y)| (x, y, f64::from(weight(squared(x, y)))))
        .collect()
});

/// The format's Gaussian: a sixth-order series whose last factor is not exactly 1/720.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
fn weight(squared_distance: f64) -> f32 {
    let x = squared_distance * (-1.0 / (2.0 * SIGMA_PX * SIGMA_PX));
    let series = 720.0 + x * (720.0 + x * (360.0 + x * (120.0 + x * (30.0 + x * (6.0 + x)))));
    (series * 0.001_388_888_8) as f32
}

/// The direction in radians, from -π on; `image` is the twice filtered image of the keypoint's octave.
#[must_use]
pub fn assign_orientation(image: &Plane, keypoint: &Keypoint) -> f32 {
    let mut histogram = gradient_histogram(image, keypoint);
    for _ in 0..SMOOTHING_PASSES {
        histogram = smooth(&histogram);
    }
    top_direction(&histogram)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounding to f32 is part of the format; bins are below 37"
)]
fn gradient_histogram(image: &Plane, keypoint: &Keypoint) -> [f32; BINS] {
    let (centre_x, centre_y) = (keypoint.x as i64, keypoint.y as i64);
    let mut sums = [0.0f64; BINS];
    for &(offset_x, offset_y, weight) in WINDOW.iter() {
        let (x, y) = (centre_x + offset_x, centre_y + offset_y);
        let sample = |x, y| f64::from(image.at_clamped(x, y));
        let dx = sample(x + 1, y) - sample(x - 1, y);
        let dy = sample(x, y + 1) - sample(x, y - 1);
        let position = f64::from(((libm::atan2(dy, dx) + PI) * BINS as f64 * TURN) as f32);
        let magnitude = f64::from((weight * (dx * dx + dy * dy).sqrt()) as f32);
        let left = (position - 0.5).floor();
        let right_share = position - left - 0.5;
        let bin = (left + BINS as f64) as usize;
        sums[bin % BINS] += (-right_share + 1.0) * magnitude;
        sums[(bin + 1) % BINS] += right_share * magnitude;
    }
    sums.map(|sum| sum as f32)
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
fn smooth(histogram: &[f32; BINS]) -> [f32; BINS] {
    let (side, middle) = SMOOTHING;
    std::array::from_fn(|bin| {
        let [before, here, after] =
            [bin + BINS - 1, bin, bin + 1].map(|neighbour| f64::from(histogram[neighbour % BINS]));
        (side * before + middle * here + side * after) as f32
    })
}

/// Vertex of the parabola through the first highest bin and its neighbours, as an angle. A flat top counts as bin 0.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
fn top_direction(histogram: &[f32; BINS]) -> f32 {
    let top = (1..BINS).fold(0, |top, bin| if histogram[bin] > histogram[top] { bin } else { top });
    let [before, here, after] = [top + BINS - 1, top, top + 1].map(|bin| f64::from(histogram[bin % BINS]));
    let bin = top as f64;
    let square = (after - here) / 2.0 - (before - here) / -2.0;
    let linear = ((before - here) + square * (bin * bin - (bin - 1.0) * (bin - 1.0))) / -1.0;
    let vertex = -linear / (2.0 * square);
    let vertex = if vertex.is_nan() { 0.0 } else { vertex };
    (2.0 * PI * (vertex + 0.5) / BINS as f64 - PI) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(x_slope: f32, y_slope: f32) -> Plane {
        let data = (0..21 * 21).map(|index| (index % 21) as f32 * x_slope + (index / 21) as f32 * y_slope).collect();
        Plane { width: 21, height: 21, data }
    }

    fn orientation(image: &Plane) -> f64 {
        f64::from(assign_orientation(image, &Keypoint { is_maximum: true, octave: 1, x: 10.4, y: 10.9 }))
    }

    #[test]
    fn the_window_has_69_pixels() {
        assert_eq!(WINDOW.len(), 69);
    }

    #[test]
    fn follows_the_gradient() {
        for (slopes, angle) in
            [((1.0, 0.0), 0.0), ((0.0, 1.0), PI / 2.0), ((1.0, 1.0), PI / 4.0), ((0.0, -1.0), -PI / 2.0)]
        {
            let found = orientation(&ramp(slopes.0, slopes.1));
            assert!((found - angle).abs() < 0.01, "{slopes:?}: {found}");
        }
    }

    #[test]
    fn a_flat_window_counts_as_bin_zero() {
        assert_eq!(orientation(&ramp(0.0, 0.0)), f64::from((2.0 * PI * 0.5 / 36.0 - PI) as f32));
    }
}
