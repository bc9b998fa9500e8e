//! What surrounds a feature: its direction, and a binary descriptor that turns with it.
//!
//! The direction is the top of a smoothed histogram of gradient directions (D. G. Lowe, "Distinctive Image Features from
//! Scale-Invariant Keypoints", IJCV 60(2), 2004, §5). The descriptor is FREAK's retina (A. Alahi, R. Ortiz and P.
//! Vandergheynst, CVPR 2012) as the compiler knows it: of every two of 37 points, which is darker. Its bits are in another
//! order than in a `.mind`, one that many are compared in at once.

use compiler_wasm::retina::{PATTERN, POINTS, RADIUS_PX};

use crate::pyramid::Fine;

/// Words of a descriptor.
const WORDS: usize = 12;
/// Which of two points is darker, for points that are 1 to 18 apart in the pattern: 37 bits each, in a stride of 40.
pub type Descriptor = [u64; WORDS];
/// Between the bits of one distance and the next; the last three are 0.
const STRIDE: usize = 40;
/// Distances.
const DISTANCES: usize = POINTS / 2;

/// The bit that tells which of two different points is darker.
#[must_use]
pub fn bit_of(point: usize, other: usize) -> usize {
    let apart = (other + POINTS - point) % POINTS;
    if apart <= DISTANCES { (apart - 1) * STRIDE + point } else { (POINTS - apart - 1) * STRIDE + other }
}

/// Whether a bit of a descriptor is set.
#[must_use]
#[inline]
pub fn is_set(descriptor: &Descriptor, bit: usize) -> bool {
    descriptor[bit / 64] >> (bit % 64) & 1 == 1
}

/// In how many bits two descriptors differ.
#[must_use]
#[inline]
pub fn distance(a: &Descriptor, b: &Descriptor) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Describes what is around a place whose direction is given by its cosine and sine; `x` and `y` count from the centre of
/// the first pixel.
#[must_use]
pub fn describe(image: &Fine, x: f32, y: f32, [cos, sin]: [f32; 2]) -> Descriptor {
    let (cos, sin) = (cos * RADIUS, sin * RADIUS);
    let [right, bottom] = [image.width, image.height].map(|side| (side - 1) as f32 - 0.001);
    // Twice over, so that a point's partner is never looked for beyond the end.
    let mut levels = [0i16; STRIDE + 2 * DISTANCES + 2];
    for (level, (dx, dy)) in levels.iter_mut().zip(PATTERN) {
        let x = (x + dx * cos - dy * sin).clamp(0.0, right);
        let y = (y + dx * sin + dy * cos).clamp(0.0, bottom);
        *level = between(image, x, y);
    }
    let (points, again) = levels.split_at_mut(POINTS);
    again.iter_mut().zip(points.iter().cycle()).for_each(|(level, point)| *level = *point);
    let mut bytes = [0u8; WORDS * 8];
    for (apart, bytes) in (1..=DISTANCES).zip(bytes.chunks_exact_mut(STRIDE / 8)) {
        let (here, there) = (&levels[..STRIDE], &levels[apart..apart + STRIDE]);
        let mut darker = [0u8; STRIDE];
        for index in 0..STRIDE {
            darker[index] = u8::from(here[index] < there[index]);
        }
        darker[POINTS..].fill(0);
        for (byte, eight) in bytes.iter_mut().zip(darker.chunks_exact(8)) {
            *byte = gathered(eight);
        }
    }
    let mut words =
        bytes.chunks_exact(8).map(|word| word.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)));
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

#[expect(clippy::cast_possible_truncation, reason = "7")]
const RADIUS: f32 = RADIUS_PX as f32;

/// Eight bytes of 0 or 1 as the bits of one, the first lowest.
#[inline]
fn gathered(eight: &[u8]) -> u8 {
    let word = eight.iter().rev().fold(0, |all, &bit| all << 8 | u64::from(bit));
    (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the caller keeps it within the image")]
fn between(image: &Fine, x: f32, y: f32) -> i16 {
    let (column, row) = (x as usize, y as usize);
    let (right, down) = (x - column as f32, y - row as f32);
    let (top, bottom) = (&image.row(row)[column..column + 2], &image.row(row + 1)[column..column + 2]);
    let [top, bottom] = [top, bottom].map(|pair| {
        let (left, next) = (f32::from(pair[0]), f32::from(pair[1]));
        left + (next - left) * right
    });
    (top + (bottom - top) * down) as i16
}

const BINS: usize = 36;
const SMOOTHING_PASSES: usize = 5;
/// Half the side of what the direction is told by, in pixels.
pub const REACH: usize = 4;
const SIDE: usize = 2 * REACH + 1;
/// Farthest pixel that counts, and the standard deviation of the weights.
const REACH_PX: f32 = 4.5;
const SIGMA_PX: f32 = 3.0;

/// Finds directions.
#[derive(Clone, Debug)]
pub struct Compass {
    weights: [f32; SIDE * SIDE],
}

impl Default for Compass {
    fn default() -> Self {
        let weight = |index: usize| {
            let [x, y] = [index % SIDE, index / SIDE].map(|at| at as f32 - REACH as f32);
            let squared = x * x + y * y;
            if squared <= REACH_PX * REACH_PX { libm::expf(-squared / (2.0 * SIGMA_PX * SIGMA_PX)) } else { 0.0 }
        };
        Self { weights: std::array::from_fn(weight) }
    }
}

impl Compass {
    /// The direction of a pixel that is more than [`REACH`] from the edge, in radians from -π to π.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin is below 37")]
    pub fn direction(&self, image: &Fine, x: usize, y: usize) -> f32 {
        let mut along = [0.0f32; SIDE * SIDE];
        let mut down = [0.0f32; SIDE * SIDE];
        for row in 0..SIDE {
            let y = y + row - REACH;
            let here = &image.row(y)[x - REACH - 1..x + REACH + 2];
            let [above, below] = [y - 1, y + 1].map(|y| &image.row(y)[x - REACH..=x + REACH]);
            for column in 0..SIDE {
                along[row * SIDE + column] = f32::from(here[column + 2] - here[column]);
                down[row * SIDE + column] = f32::from(below[column] - above[column]);
            }
        }
        let mut places = [0.0f32; SIDE * SIDE];
        let mut strengths = [0.0f32; SIDE * SIDE];
        for index in 0..SIDE * SIDE {
            let (dx, dy) = (along[index], down[index]);
            strengths[index] = self.weights[index] * (dx * dx + dy * dy).sqrt();
            places[index] = (turn(dy, dx) + 0.5) * BINS as f32;
        }
        let mut histogram = [0.0f32; BINS + 2];
        for (place, strength) in places.iter().zip(&strengths) {
            // Bins are shared linearly; the first place is that of the last bin.
            let place = place + 0.5;
            let bin = (place as usize).min(BINS);
            let share = place - bin as f32;
            histogram[bin] += (1.0 - share) * strength;
            histogram[bin + 1] += share * strength;
        }
        let mut bins: [f32; BINS] = std::array::from_fn(|bin| histogram[bin + 1]);
        bins[BINS - 1] += histogram[0];
        bins[0] += histogram[BINS + 1];
        for _ in 0..SMOOTHING_PASSES {
            bins = smooth(&bins);
        }
        top(&bins)
    }
}

/// The arc tangent of 0 to 1, as a part of a turn, by odd powers: off by two millionths at most.
const SERIES: [f32; 6] = [0.1591513, -0.0529387, 0.0308034, -0.0185309, 0.0083800, -0.0018655];

/// The angle of a step as a part of a turn, -½ to ½.
#[inline]
fn turn(dy: f32, dx: f32) -> f32 {
    let (across, down) = (dx.abs(), dy.abs());
    let ratio = across.min(down) / across.max(down).max(1e-6);
    let square = ratio * ratio;
    let series = SERIES.iter().rev().fold(0.0, |sum, term| sum * square + term) * ratio;
    let series = if down > across { 0.25 - series } else { series };
    let series = if dx < 0.0 { 0.5 - series } else { series };
    if dy < 0.0 { -series } else { series }
}

fn smooth(bins: &[f32; BINS]) -> [f32; BINS] {
    let mut wide = [0.0f32; BINS + 2];
    wide[1..=BINS].copy_from_slice(bins);
    (wide[0], wide[BINS + 1]) = (bins[BINS - 1], bins[0]);
    std::array::from_fn(|bin| 0.274_068_6 * (wide[bin] + wide[bin + 2]) + 0.451_862_8 * wide[bin + 1])
}

/// The top of a parabola through the highest bin and its neighbours, in radians.
fn top(bins: &[f32; BINS]) -> f32 {
    let top = (1..BINS).fold(0, |top, bin| if bins[bin] > bins[top] { bin } else { top });
    let [before, here, after] = [top + BINS - 1, top, top + 1].map(|bin| bins[bin % BINS]);
    let bend = before - 2.0 * here + after;
    let off = if bend.abs() < 1e-9 { 0.0 } else { (before - after) / (2.0 * bend) };
    ((top as f32 + off + 0.5) / BINS as f32 - 0.5) * std::f32::consts::TAU
}

#[cfg(test)]
mod tests {
    use std::f32::consts::{FRAC_PI_2, PI, TAU};

    use compiler_wasm::plane::GrayImage;

    use super::*;
    use crate::pyramid::Pyramid;

    fn filtered(level: impl Fn(usize, usize) -> f32) -> Fine {
        let mut pyramid = Pyramid::default();
        let data = (0..61 * 61).map(|index| level(index % 61, index / 61) as u8).collect();
        pyramid.build(&GrayImage { width: 61, height: 61, data });
        pyramid.octaves()[0].second.clone()
    }

    #[test]
    fn a_turn_is_that_of_atan2() {
        for degree in -180..180 {
            let angle = (degree as f32 + 0.5).to_radians();
            assert!((turn(libm::sinf(angle) * 40.0, libm::cosf(angle) * 40.0) * TAU - angle).abs() < 1e-4, "{degree}");
        }
        assert_eq!(turn(0.0, 0.0), 0.0);
    }

    #[test]
    fn the_direction_follows_the_gradient() {
        for (slopes, angle) in
            [((3.0, 0.0), 0.0), ((0.0, 3.0), FRAC_PI_2), ((2.0, 2.0), PI / 4.0), ((0.0, -3.0), -FRAC_PI_2)]
        {
            let image = filtered(|x, y| 128.0 + slopes.0 * (x as f32 - 30.0) + slopes.1 * (y as f32 - 30.0));
            let found = Compass::default().direction(&image, 30, 30);
            assert!((found - angle).abs() < 0.01, "{slopes:?}: {found}");
        }
    }

    #[test]
    fn what_turns_with_the_image_changes_little() {
        let level =
            |x: usize, y: usize| libm::sinf(x as f32 * 0.37) * 60.0 + libm::cosf(y as f32 * 0.21) * 40.0 + 120.0;
        let (upright, turned) = (filtered(level), filtered(|x, y| level(y, 60 - x)));
        let angles = [0.3, 0.3 + FRAC_PI_2];
        let [a, b] = [(&upright, angles[0]), (&turned, angles[1])]
            .map(|(image, angle)| describe(image, 30.0, 30.0, [libm::cosf(angle), libm::sinf(angle)]));
        assert!(distance(&a, &b) < 20, "{}", distance(&a, &b));
        let other = describe(&upright, 25.0, 37.0, [1.0, 0.0]);
        assert!(distance(&a, &other) > 100, "{}", distance(&a, &other));
    }

    #[test]
    fn bits_are_which_of_two_points_is_darker() {
        assert_eq!(gathered(&[1, 0, 0, 1, 0, 0, 0, 1]), 0b1000_1001);
        let image = filtered(|x, _| 4.0 * x as f32);
        let bits = describe(&image, 30.0, 30.0, [1.0, 0.0]);
        let mut seen = std::collections::BTreeSet::new();
        for (point, other) in (0..POINTS).flat_map(|point| (0..point).map(move |other| (point, other))) {
            let bit = bit_of(point, other);
            assert_eq!(bit, bit_of(other, point));
            assert!(seen.insert(bit), "{point} {other}");
            let first = if bit % STRIDE == point { [point, other] } else { [other, point] };
            let [here, there] = first.map(|point| PATTERN[point].0);
            if (here - there).abs() > 0.05 {
                assert_eq!(is_set(&bits, bit), here < there, "{point} {other}");
            }
        }
    }
}
