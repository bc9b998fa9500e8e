//! FREAK-like binary descriptor: which of 37 points of a retina pattern, turned with the keypoint, are darker than others.
//!
//! Six rings of six points and the centre, seven times the unit pattern in pixels of the octave, bilinear in the twice
//! filtered image; no smoothing by ring. Bit = 1 when `v[a] < v[b] + 0.01` for a < b in lexicographic order: 666 bits,
//! most significant first, then six zeros.
//!
//! Source: A. Alahi, R. Ortiz and P. Vandergheynst, "FREAK: Fast Retina Keypoint", CVPR 2012; pattern and bit order as in
//! mind-ar 1.2.5.

use crate::{
    bundle::{DESCRIPTOR_WORDS, Descriptor},
    localize::Keypoint,
    plane::Plane,
    retina::{PATTERN, POINTS, RADIUS_PX},
};

/// Two levels nearer than this count as equal.
const TOLERANCE: f64 = 0.01;

/// Describes a keypoint with this `angle` in radians; `image` is the twice filtered image of its octave.
#[must_use]
pub fn describe_freak(image: &Plane, keypoint: &Keypoint, angle: f32) -> Descriptor {
    compare(&sample_pattern(image, keypoint, angle))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to f32 is part of the format; positions are near the image"
)]
fn sample_pattern(image: &Plane, keypoint: &Keypoint, angle: f32) -> [f32; POINTS] {
    let cos = RADIUS_PX * libm::cos(f64::from(angle));
    let sin = RADIUS_PX * libm::sin(f64::from(angle));
    PATTERN.map(|(pattern_x, pattern_y)| {
        let (pattern_x, pattern_y) = (f64::from(pattern_x), f64::from(pattern_y));
        let y = f64::from(keypoint.y) + pattern_x * sin + pattern_y * cos;
        let x = f64::from(keypoint.x) + pattern_x * cos + pattern_y * -sin;
        let (x0, y0) = (x.floor(), y.floor());
        let (x1, y1) = (x0 + 1.0, y0 + 1.0);
        let sample = |dx: i64, dy: i64| f64::from(image.at_clamped(x0 as i64 + dx, y0 as i64 + dy));
        ((x1 - x) * (y1 - y) * sample(0, 0)
            + (x - x0) * (y1 - y) * sample(1, 0)
            + (x1 - x) * (y - y0) * sample(0, 1)
            + (x - x0) * (y - y0) * sample(1, 1)) as f32
    })
}

fn compare(levels: &[f32; POINTS]) -> Descriptor {
    let mut descriptor = [0; DESCRIPTOR_WORDS];
    let mut bit = 0;
    for (index, &a) in levels.iter().enumerate() {
        for &b in &levels[index + 1..] {
            descriptor[bit / 32] |= u32::from(f64::from(a) < f64::from(b) + TOLERANCE) << (31 - bit % 32);
            bit += 1;
        }
    }
    descriptor
}

/// Number of bits in which two descriptors differ, 0..=666.
#[must_use]
pub fn hamming_distance(a: &Descriptor, b: &Descriptor) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_levels_set_every_bit_and_leave_six_zeros() {
        let descriptor = compare(&[5.0; POINTS]);
        assert!(descriptor[..20].iter().all(|&word| word == u32::MAX));
        assert_eq!(descriptor[20], !0x3f);
    }

    #[test]
    fn falling_levels_set_none() {
        assert_eq!(compare(&std::array::from_fn(|index| 100.0 - index as f32)), [0; DESCRIPTOR_WORDS]);
    }

    #[test]
    fn the_first_pair_is_the_highest_bit() {
        let mut levels: [f32; POINTS] = std::array::from_fn(|index| 100.0 - index as f32);
        levels.swap(0, 1);
        assert_eq!(compare(&levels)[0], 1 << 31);
    }

    #[test]
    fn turning_image_and_keypoint_together_changes_little() {
        let level =
            |x: usize, y: usize| (libm::sin(x as f64 * 0.37) * 60.0 + libm::cos(y as f64 * 0.21) * 40.0 + 120.0) as f32;
        let upright = Plane { width: 61, height: 61, data: (0..61 * 61).map(|i| level(i % 61, i / 61)).collect() };
        let turned = Plane { data: (0..61 * 61).map(|i| level(i / 61, 60 - i % 61)).collect(), ..upright };
        let keypoint = Keypoint { is_maximum: true, octave: 1, x: 30.0, y: 30.0 };
        let a = describe_freak(&upright, &keypoint, 0.3);
        let b = describe_freak(&turned, &keypoint, 0.3 + std::f32::consts::FRAC_PI_2);
        assert!(hamming_distance(&a, &b) < 20, "{}", hamming_distance(&a, &b));
    }

    #[test]
    fn distance_counts_bits() {
        let mut other = [0; DESCRIPTOR_WORDS];
        other[3] = 0b1011;
        assert_eq!(hamming_distance(&[0; DESCRIPTOR_WORDS], &other), 3);
    }
}
