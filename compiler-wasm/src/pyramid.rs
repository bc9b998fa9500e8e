//! Octaves of a keyframe: images filtered once and twice, and their difference (DoG).
//!
//! The filter is the binomial (1 4 6 4 1)/16 in both directions, edges repeated. Octave 0 is the grey image filtered once
//! (`first`) and twice (`second`); octave *k* starts from the 2×2 means of `second` of octave *k*-1. The DoG is
//! `first - second`. Octave 0 itself is never searched: only the 2×2 means of its two results are needed, so its planes
//! are never stored. All octaves are filled in one pass: a row goes on to the next octave while it is still in the cache.
//!
//! Rounding is part of the format: sums are exact or in `f64`, and are rounded to `f32` after each direction. In octave 0
//! every sum fits in 24 bits, so integers give the same bits; later octaves need the `f64`.
//!
//! Source: P. J. Burt and E. H. Adelson, "The Laplacian Pyramid as a Compact Image Code", IEEE Trans. Communications
//! 31(4), 1983; constants as in mind-ar 1.2.5.

use std::ops::Range;

use crate::plane::{GrayImage, Plane, clamp_index};

/// An image is halved while both sides are at least this, in pixels of the halved size.
const OCTAVE_MIN_PX: f64 = 8.0;
/// Most octaves.
const OCTAVES_MAX: usize = 5;
/// Rows that a ring of filtered rows holds: six are needed at a time.
const RING_ROWS: usize = 8;

/// One octave.
#[derive(Clone, Debug, Default)]
pub struct Octave {
    /// Filtered twice.
    pub second: Plane,
    /// Once minus twice filtered.
    pub dog: Plane,
}

/// The octaves of one image. Kept and filled anew for the next image, so that memory is taken once.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    /// Octaves from 1 on; octave 0 is not stored.
    octaves: Vec<Octave>,
    /// What fills them, row by row.
    filters: Vec<RowFilter>,
    /// Octaves in use, octave 0 counted.
    count: usize,
    /// 2×2 means of the DoG of octave 0.
    finest_dog_half: Plane,
    rows: RowBuffers,
}

/// Rows of octave 0, and one of the means that leave an octave.
#[derive(Clone, Debug, Default)]
struct RowBuffers {
    narrow: Vec<u16>,
    once: Vec<u16>,
    wide: Vec<u32>,
    twice: [Vec<u32>; 2],
    half: Vec<f32>,
}

impl Pyramid {
    /// Number of octaves, octave 0 counted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Octave 1 to `count() - 1`.
    #[must_use]
    pub fn octave(&self, octave: usize) -> &Octave {
        &self.octaves[octave - 1]
    }

    /// A sample of the 2×2 means of the DoG of the octave before `octave`, in pixels of `octave`.
    #[must_use]
    #[inline]
    pub fn finer_dog(&self, octave: usize, x: usize, y: usize) -> f32 {
        if octave == 1 {
            return self.finest_dog_half.at(x, y);
        }
        let finer = &self.octave(octave - 1).dog;
        let (top, bottom) = (finer.row(2 * y), finer.row(2 * y + 1));
        quarter_sum(top[2 * x], bottom[2 * x], top[2 * x + 1], bottom[2 * x + 1])
    }

    /// A sample of the DoG of the octave after `octave`, doubled bilinearly, in pixels of `octave`.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
    pub fn coarser_dog(&self, octave: usize, x: usize, y: usize) -> f32 {
        let coarser = &self.octave(octave + 1).dog;
        let ((x0, x1, fx), (y0, y1, fy)) = (doubled(x, coarser.width), doubled(y, coarser.height));
        let sample = |x: usize, y: usize| f64::from(coarser.at(x, y));
        (sample(x0, y0) * ((1.0 - fx) * (1.0 - fy))
            + sample(x0, y1) * ((1.0 - fx) * fy)
            + sample(x1, y0) * (fx * (1.0 - fy))
            + sample(x1, y1) * (fx * fy)) as f32
    }

    /// Fills the octaves from an image.
    pub fn build(&mut self, image: &GrayImage) {
        self.count = octave_count(image.width, image.height);
        if self.count < 2 {
            return;
        }
        self.octaves.resize_with(OCTAVES_MAX - 1, Octave::default);
        self.filters.resize_with(OCTAVES_MAX - 1, RowFilter::default);
        for (level, (octave, filter)) in self.octaves.iter_mut().zip(&mut self.filters).enumerate() {
            filter.begin(image.width >> (level + 1), image.height >> (level + 1), octave);
        }
        let mut rows = std::mem::take(&mut self.rows);
        self.filter_octave_zero(image, &mut rows);
        self.rows = rows;
    }

    /// Halves the image filtered twice into octave 1, and its DoG into `finest_dog_half`.
    fn filter_octave_zero(&mut self, image: &GrayImage, rows: &mut RowBuffers) {
        let (width, height) = (image.width, image.height);
        self.finest_dog_half.reshape(width / 2, height / 2);
        let RowBuffers { narrow, once, wide, twice, half } = rows;
        narrow.resize(width * RING_ROWS, 0);
        once.resize(width * RING_ROWS, 0);
        wide.resize(width * RING_ROWS, 0);
        for row in &mut *twice {
            row.resize(width, 0);
        }
        let at = |y: usize| y % RING_ROWS * width..y % RING_ROWS * width + width;
        let around = |y: usize| [-2i64, -1, 0, 1, 2].map(|dy| at(clamp_index(y as i64 + dy, height)));
        let (mut narrow_rows, mut wide_rows) = (0, 0);
        for half_y in 0..height / 2 {
            while wide_rows < (2 * half_y + 4).min(height) {
                while narrow_rows < (wide_rows + 3).min(height) {
                    blur_bytes(image.row(narrow_rows), &mut narrow[at(narrow_rows)]);
                    narrow_rows += 1;
                }
                let rows = around(wide_rows).map(|range| &narrow[range]);
                blur_down_u16(rows, &mut once[at(wide_rows)]);
                blur_u16(&once[at(wide_rows)], &mut wide[at(wide_rows)]);
                wide_rows += 1;
            }
            for (y, row) in [2 * half_y, 2 * half_y + 1].into_iter().zip(&mut *twice) {
                blur_down_u32(around(y).map(|range| &wide[range]), row);
            }
            let [top, bottom] = &*twice;
            let (top_once, bottom_once) = (&once[at(2 * half_y)], &once[at(2 * half_y + 1)]);
            half.resize(width / 2, 0.0);
            halve_octave_zero((top, bottom), (top_once, bottom_once), (half, self.finest_dog_half.row_mut(half_y)));
            self.filters[0].push(half, &mut self.octaves[0]);
            self.pass_on(half);
        }
    }

    /// Halves what is finished of each octave into the next.
    fn pass_on(&mut self, half: &mut Vec<f32>) {
        for level in 1..self.count - 1 {
            let (finer, coarser) = self.octaves.split_at_mut(level);
            let (second, octave) = (&finer[level - 1].second, &mut coarser[0]);
            while self.filters[level].wants_row() && self.filters[level - 1].done >= 2 * self.filters[level].pushed + 2
            {
                let y = 2 * self.filters[level].pushed;
                half.resize(second.width / 2, 0.0);
                halve_row(second.row(y), second.row(y + 1), half);
                self.filters[level].push(half, octave);
            }
        }
    }
}

/// Fills an octave from the rows of its once filtered image, as they come.
#[derive(Clone, Debug, Default)]
struct RowFilter {
    /// The last rows, and the same filtered along the row.
    first: Vec<f32>,
    along: Vec<f32>,
    width: usize,
    height: usize,
    /// Rows taken, and rows of the octave filled.
    pushed: usize,
    done: usize,
}

impl RowFilter {
    fn begin(&mut self, width: usize, height: usize, octave: &mut Octave) {
        octave.second.reshape(width, height);
        octave.dog.reshape(width, height);
        self.first.resize(width * RING_ROWS, 0.0);
        self.along.resize(width * RING_ROWS, 0.0);
        (self.width, self.height, self.pushed, self.done) = (width, height, 0, 0);
    }

    fn wants_row(&self) -> bool {
        self.pushed < self.height
    }

    /// Takes the next row and fills the rows of the octave that need no further one.
    fn push(&mut self, row: &[f32], octave: &mut Octave) {
        let slot = self.slot(self.pushed);
        self.first[slot.clone()].copy_from_slice(row);
        blur_f32(row, &mut self.along[slot]);
        self.pushed += 1;
        while self.done < self.height && (self.done + 2 < self.pushed || self.pushed == self.height) {
            self.fill(self.done, octave);
            self.done += 1;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
    fn fill(&self, y: usize, octave: &mut Octave) {
        let width = self.width;
        let rows = [-2i64, -1, 0, 1, 2].map(|dy| &self.along[self.slot(clamp_index(y as i64 + dy, self.height))]);
        let [a, b, c, d, e] = rows.map(|row| &row[..width]);
        let first = &self.first[self.slot(y)][..width];
        let (second, dog) = (&mut octave.second.row_mut(y)[..width], &mut octave.dog.row_mut(y)[..width]);
        for x in 0..width {
            let sum = binomial_f64(a[x], b[x], c[x], d[x], e[x]);
            let value = (sum * (1.0 / 256.0)) as f32;
            second[x] = value;
            dog[x] = first[x] - value;
        }
    }

    fn slot(&self, y: usize) -> Range<usize> {
        y % RING_ROWS * self.width..(y % RING_ROWS + 1) * self.width
    }
}

/// Octaves of an image of this size: halved, fractions kept, while both sides are at least 8.
fn octave_count(width: usize, height: usize) -> usize {
    let smaller = width.min(height) as f64;
    (0..OCTAVES_MAX).take_while(|&octave| smaller / f64::from(1u32 << octave) >= OCTAVE_MIN_PX).count()
}

/// Left and right neighbour and the weight of the right one, for doubling with phase -1/4.
#[inline]
fn doubled(index: usize, length: usize) -> (usize, usize, f64) {
    let right = index.div_ceil(2).min(length - 1);
    (index.saturating_sub(1) / 2, right, if index.is_multiple_of(2) { 0.75 } else { 0.25 })
}

/// Added in the format's order: top left, bottom left, top right, bottom right.
fn quarter_sum(top_left: f32, bottom_left: f32, top_right: f32, bottom_right: f32) -> f32 {
    top_left * 0.25 + bottom_left * 0.25 + top_right * 0.25 + bottom_right * 0.25
}

/// 2×2 means of two rows; an odd last column is left out.
fn halve_row(top: &[f32], bottom: &[f32], to: &mut [f32]) {
    let pairs = top.chunks_exact(2).zip(bottom.chunks_exact(2));
    for (mean, (top, bottom)) in to.iter_mut().zip(pairs) {
        *mean = quarter_sum(top[0], bottom[0], top[1], bottom[1]);
    }
}

/// The last step of octave 0: `twice` holds 65536 times the twice filtered, `once` 256 times the once filtered levels,
/// both exactly; halving adds as [`quarter_sum`] does, since scaling by a power of two changes no rounding.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_wrap, reason = "at most 24 bits, exact in f32 and i32")]
fn halve_octave_zero(twice: (&[u32], &[u32]), once: (&[u16], &[u16]), half: (&mut [f32], &mut [f32])) {
    const UNIT: f32 = 1.0 / (4.0 * 65536.0);
    let count = half.0.len();
    let (top, bottom) = (&twice.0[..2 * count], &twice.1[..2 * count]);
    let (top_once, bottom_once) = (&once.0[..2 * count], &once.1[..2 * count]);
    let (second, dog) = (&mut half.0[..count], &mut half.1[..count]);
    let difference = |once: u16, twice: u32| (i32::from(once) * 256 - twice as i32) as f32;
    for x in 0..count {
        let (left, right) = (2 * x, 2 * x + 1);
        second[x] = (top[left] as f32 + bottom[left] as f32 + top[right] as f32 + bottom[right] as f32) * UNIT;
        dog[x] = (difference(top_once[left], top[left])
            + difference(bottom_once[left], bottom[left])
            + difference(top_once[right], top[right])
            + difference(bottom_once[right], bottom[right]))
            * UNIT;
    }
}

/// In the format's order: from the first tap to the last.
fn binomial_f64(a: f32, b: f32, c: f32, d: f32, e: f32) -> f64 {
    f64::from(a) + f64::from(b) * 4.0 + f64::from(c) * 6.0 + f64::from(d) * 4.0 + f64::from(e)
}

/// Five taps along a row: `edge` for any index, `inner` with the five slices shifted against each other.
macro_rules! blur_along {
    ($from:expr, $to:expr, $tap:expr) => {{
        let (from, to) = ($from, $to);
        let width = from.len();
        let edge = |x: usize| {
            let tap = |dx: i64| from[clamp_index(x as i64 + dx, width)];
            $tap(tap(-2), tap(-1), tap(0), tap(1), tap(2))
        };
        if width >= 5 {
            let count = width - 4;
            let inner = &mut to[2..2 + count];
            let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|shift| &from[shift..shift + count]);
            for x in 0..count {
                inner[x] = $tap(a[x], b[x], c[x], d[x], e[x]);
            }
        }
        for x in (0..width).filter(|&x| x < 2 || x + 2 >= width) {
            to[x] = edge(x);
        }
    }};
}

/// Sums of at most 16 * 255.
fn blur_bytes(from: &[u8], to: &mut [u16]) {
    blur_along!(from, to, |a: u8, b: u8, c: u8, d: u8, e: u8| {
        let [a, b, c, d, e] = [a, b, c, d, e].map(u16::from);
        a + e + 4 * (b + c + d) + 2 * c
    });
}

/// Sums of at most 16 * 65280.
fn blur_u16(from: &[u16], to: &mut [u32]) {
    blur_along!(from, to, |a: u16, b: u16, c: u16, d: u16, e: u16| {
        let [a, b, c, d, e] = [a, b, c, d, e].map(u32::from);
        a + e + 4 * (b + c + d) + 2 * c
    });
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
fn blur_f32(from: &[f32], to: &mut [f32]) {
    blur_along!(from, to, |a: f32, b: f32, c: f32, d: f32, e: f32| binomial_f64(a, b, c, d, e) as f32);
}

/// Sums of at most 16 * 4080, which is below 2^16.
fn blur_down_u16(rows: [&[u16]; 5], to: &mut [u16]) {
    let count = to.len();
    let [a, b, c, d, e] = rows.map(|row| &row[..count]);
    for x in 0..count {
        to[x] = a[x] + e[x] + 4 * (b[x] + c[x] + d[x]) + 2 * c[x];
    }
}

/// Sums of at most 256 * 65280, which is below 2^24.
fn blur_down_u32(rows: [&[u32]; 5], to: &mut [u32]) {
    let count = to.len();
    let [a, b, c, d, e] = rows.map(|row| &row[..count]);
    for x in 0..count {
        to[x] = a[x] + e[x] + 4 * (b[x] + c[x] + d[x]) + 2 * c[x];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two directions in f64 over clamped samples, each rounded to f32: the definition.
    fn filter_naively(plane: &Plane) -> Plane {
        let taps = [1.0, 4.0, 6.0, 4.0, 1.0];
        let pass = |from: &Plane, dx: i64, dy: i64, divisor: f64| {
            let mut to = from.clone();
            for y in 0..from.height {
                for x in 0..from.width {
                    let sample = |k: i64| f64::from(from.at_clamped(x as i64 + dx * k, y as i64 + dy * k));
                    let sum: f64 = (-2..=2).zip(taps).map(|(k, tap)| sample(k) * tap).sum();
                    to.row_mut(y)[x] = (sum / divisor) as f32;
                }
            }
            to
        };
        pass(&pass(plane, 1, 0, 1.0), 0, 1, 256.0)
    }

    fn subtract(a: &Plane, b: &Plane) -> Plane {
        Plane { data: a.data.iter().zip(&b.data).map(|(a, b)| a - b).collect(), ..*a }
    }

    fn halved(plane: &Plane) -> Plane {
        let mut half = Plane::default();
        half.reshape(plane.width / 2, plane.height / 2);
        for y in 0..half.height {
            halve_row(plane.row(2 * y), plane.row(2 * y + 1), half.row_mut(y));
        }
        half
    }

    #[test]
    fn a_flat_image_stays_flat() {
        let mut pyramid = Pyramid::default();
        pyramid.build(&GrayImage { width: 64, height: 40, data: vec![200; 64 * 40] });
        assert_eq!(pyramid.count(), 3);
        for octave in 1..3 {
            assert!(pyramid.octave(octave).second.data.iter().all(|&value| value == 200.0));
            assert!(pyramid.octave(octave).dog.data.iter().all(|&value| value == 0.0));
        }
    }

    #[test]
    fn octaves_count_fractions() {
        assert_eq!(
            [7, 8, 15, 16, 31, 32, 127, 128, 5000].map(|side| octave_count(side, 9000)),
            [0, 1, 1, 2, 2, 3, 4, 5, 5]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn equals_its_definition(width in 16usize..70, height in 16usize..70, data in proptest::collection::vec(any::<u8>(), 4900)) {
            let image = GrayImage { width, height, data: data[..width * height].to_vec() };
            let mut pyramid = Pyramid::default();
            pyramid.build(&image);
            let levels = Plane { width, height, data: image.data.iter().map(|&level| f32::from(level)).collect() };
            let mut first = filter_naively(&levels);
            let mut second = filter_naively(&first);
            prop_assert_eq!(&pyramid.finest_dog_half, &halved(&subtract(&first, &second)));
            for octave in 1..pyramid.count() {
                first = halved(&second);
                second = filter_naively(&first);
                prop_assert_eq!(&pyramid.octave(octave).second, &second);
                prop_assert_eq!(&pyramid.octave(octave).dog, &subtract(&first, &second));
            }
        }
    }
}
