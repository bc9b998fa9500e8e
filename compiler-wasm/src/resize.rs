//! The sizes a photo is searched at, and the box filter that makes them.
//!
//! Matching searches scales a cube root of two apart, from 100 px on the shorter side up to the photo itself; tracking
//! uses 256 px and 128 px. Every size is made from the whole photo: a pixel is the floored mean of the source pixels
//! between its rounded edges.
//!
//! Enlarging leaves destination pixels with no source pixel. MindAR writes 0 there ([`Upscaling::Exact`]);
//! [`Upscaling::Filled`] takes the nearest source pixel.
//!
//! Source: mind-ar 1.2.5, behaviour as measured.

use crate::{plane::GrayImage, protocol::Upscaling};

/// Shorter side of the smallest image that is searched, in pixels.
const SMALLEST_SEARCHED_PX: f64 = 100.0;
/// A scale at or above this becomes 1.
const NEARLY_FULL: f64 = 0.95;
/// 2^(1/3): two scales to the next but one, three to an octave.
const SCALE_STEP: f64 = 1.259_921_049_894_873_2;
/// Shorter sides of the tracking images, in pixels, in file order.
const TRACKING_PX: [f64; 2] = [256.0, 128.0];

/// Scales for matching, the photo itself (1) first. Above 1 where the photo is smaller than 100 px.
#[must_use]
pub fn matching_scales(min_side: usize) -> Vec<f64> {
    let mut scales = Vec::new();
    let mut scale = SMALLEST_SEARCHED_PX / min_side as f64;
    loop {
        scales.push(scale);
        scale *= SCALE_STEP;
        if scale >= NEARLY_FULL {
            break;
        }
    }
    scales.push(1.0);
    scales.reverse();
    scales
}

/// Scales for tracking: 256 px, then 128 px.
#[must_use]
pub fn tracking_scales(min_side: usize) -> [f64; 2] {
    TRACKING_PX.map(|px| px / min_side as f64)
}

/// Pixels of a side of `length` at `scale`.
#[must_use]
pub fn scaled_length(length: usize, scale: f64) -> usize {
    round(length as f64 * scale)
}

/// The image at `scale`.
#[must_use]
pub fn resize(image: &GrayImage, scale: f64, upscaling: Upscaling) -> GrayImage {
    let mut resized = GrayImage { width: 0, height: 0, data: Vec::new() };
    resize_into(image, scale, upscaling, &mut resized);
    resized
}

/// Makes `resized` the image at `scale`, in the memory it has.
pub fn resize_into(image: &GrayImage, scale: f64, upscaling: Upscaling, resized: &mut GrayImage) {
    if scale == 1.0 {
        resized.clone_from(image);
        return;
    }
    let columns = spans(image.width, scale, upscaling);
    let rows = spans(image.height, scale, upscaling);
    resized.width = columns.len();
    resized.height = rows.len();
    resized.data.resize(columns.len() * rows.len(), 0);
    let widest = columns.iter().map(Span::len).max().unwrap_or(0);
    let mut column_sums = vec![0u16; image.width];
    let mut running_sums = vec![0u32; image.width + 1];
    let mut reciprocals = vec![0u64; widest + 1];
    for (row, levels) in rows.iter().zip(resized.data.chunks_exact_mut(columns.len())) {
        sum_rows(image, row, &mut column_sums);
        accumulate(&column_sums, &mut running_sums);
        for (width, it) in reciprocals.iter_mut().enumerate() {
            *it = reciprocal(width * row.len());
        }
        for (column, level) in columns.iter().zip(levels) {
            let sum = running_sums[usize::from(column.end)] - running_sums[usize::from(column.start)];
            *level = mean(sum, reciprocals[column.len()]);
        }
    }
}

/// Source pixels of a destination pixel along one side: from `start` to before `end`. Small, so that the spans of a row
/// stay in the fastest cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u16,
    end: u16,
}

impl Span {
    fn len(&self) -> usize {
        usize::from(self.end - self.start)
    }
}

/// Source pixels of every destination pixel along one side.
#[expect(clippy::cast_possible_truncation, reason = "the limits on a photo keep its sides below 2^16")]
fn spans(length: usize, scale: f64, upscaling: Upscaling) -> Vec<Span> {
    let edge = |index: usize| round(index as f64 / scale).min(length);
    (0..scaled_length(length, scale))
        .map(|index| match (edge(index), edge(index + 1)) {
            (start, end) if start == end && upscaling == Upscaling::Filled => {
                let nearest = round((index as f64 + 0.5) / scale - 0.5).min(length - 1);
                Span { start: nearest as u16, end: nearest as u16 + 1 }
            }
            (start, end) => Span { start: start as u16, end: end as u16 },
        })
        .collect()
}

/// Column sums over some rows. 16 bits hold 257 rows; the limits on a photo allow spans of at most 165.
fn sum_rows(image: &GrayImage, rows: &Span, sums: &mut [u16]) {
    let mut rows = usize::from(rows.start)..usize::from(rows.end);
    let Some(first) = rows.next() else { return sums.fill(0) };
    for (sum, &level) in sums.iter_mut().zip(image.row(first)) {
        *sum = u16::from(level);
    }
    for y in rows {
        for (sum, &level) in sums.iter_mut().zip(image.row(y)) {
            *sum += u16::from(level);
        }
    }
}

/// `running[x]` becomes the sum of the first `x` columns.
fn accumulate(columns: &[u16], running: &mut [u32]) {
    let mut sum = 0;
    for (running, &column) in running[1..].iter_mut().zip(columns) {
        sum += u32::from(column);
        *running = sum;
    }
}

/// Bits behind the point of a reciprocal.
const RECIPROCAL_BITS: u32 = 40;

/// 1 / `count`, rounded up; 0 for a count of 0.
fn reciprocal(count: usize) -> u64 {
    (1u64 << RECIPROCAL_BITS).checked_div(count as u64).map_or(0, |floor| floor + 1)
}

/// Floored mean of bytes. Exact while sum * count < 2^40; the sum is at most 255 * count, the count at most 165².
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn mean(sum: u32, reciprocal: u64) -> u8 {
    ((u64::from(sum) * reciprocal) >> RECIPROCAL_BITS) as u8
}

/// Half away from zero upwards, as JavaScript's `Math.round` for numbers from 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths and edges are small and not negative"
)]
fn round(value: f64) -> usize {
    (value + 0.5).floor().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image(width: usize, height: usize, data: &[u8]) -> GrayImage {
        GrayImage::new(width, height, data.to_vec()).expect("a valid image")
    }

    /// The definition, pixel by pixel.
    fn resize_naively(image: &GrayImage, scale: f64) -> GrayImage {
        let (width, height) = (scaled_length(image.width, scale), scaled_length(image.height, scale));
        let edges = |i: usize, length: usize| {
            let from = (i as f64 / scale + 0.5).floor() as usize;
            let to = ((i + 1) as f64 / scale + 0.5).floor() as usize;
            from..to.min(length)
        };
        let mut data = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut count) = (0usize, 0usize);
                for sy in edges(y, image.height) {
                    for sx in edges(x, image.width) {
                        sum += image.data[sy * image.width + sx] as usize;
                        count += 1;
                    }
                }
                data.push(sum.checked_div(count).unwrap_or(0) as u8);
            }
        }
        GrayImage { width, height, data }
    }

    #[test]
    fn halving_takes_floored_means() {
        let small = resize(&image(4, 2, &[0, 1, 10, 20, 0, 2, 30, 40]), 0.5, Upscaling::Exact);
        assert_eq!(small, image(2, 1, &[0, 25]));
    }

    #[test]
    fn enlarging_leaves_holes_or_fills_them() {
        let photo = image(2, 1, &[100, 200]);
        assert_eq!(resize(&photo, 2.0, Upscaling::Exact).data, [100, 0, 200, 0, 0, 0, 0, 0]);
        assert_eq!(resize(&photo, 2.0, Upscaling::Filled).data, [100, 100, 200, 200, 100, 100, 200, 200]);
    }

    #[test]
    fn scales_run_from_the_photo_down_to_100_px() {
        let scales = matching_scales(1000);
        assert_eq!(scales.first(), Some(&1.0));
        assert_eq!(scales.last(), Some(&0.1));
        assert_eq!(scales.len(), 11);
        assert_eq!(matching_scales(90), [1.0, 100.0 / 90.0]);
    }

    proptest! {
        #[test]
        fn equals_its_definition(
            width in 1usize..40, height in 1usize..40, scale in 0.05f64..3.0, seed in any::<u32>(),
        ) {
            let data = (0..width * height).map(|i| (i as u32).wrapping_mul(seed | 1).to_le_bytes()[2]).collect();
            let photo = GrayImage { width, height, data };
            prop_assume!(scaled_length(width, scale) > 0 && scaled_length(height, scale) > 0);
            prop_assert_eq!(resize(&photo, scale, Upscaling::Exact), resize_naively(&photo, scale));
        }
    }
}
