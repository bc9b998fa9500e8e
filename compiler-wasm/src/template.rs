//! Points of a tracking image whose surroundings look like nothing near them: templates for normalised cross-correlation.
//!
//! 1. Candidates: gradient peaks among four neighbours, thinned by a histogram to about 2 % of the pixels.
//! 2. Each candidate's *ambiguity*: its highest correlation with the 13×13 patches 3 to 10 pixels around it.
//! 3. Least ambiguous first, points are taken that are contrasty, and alike but not equal to the patches next to them; the
//!    square around a taken point is closed.
//!
//! Only ambiguities below [`AMBIGUITY_MAX`] can be taken, so a search ends there; near places, which usually end it, come
//! first; and the far ones are only looked at for a candidate whose turn has come and whose square is still open.
//!
//! Source: H. Kato and M. Billinghurst, "Marker Tracking and HMD Calibration", IWAR 1999, and its ARToolKit NFT; constants
//! and rounding as in mind-ar 1.2.5.

use std::{cmp::Ordering, collections::BinaryHeap, sync::LazyLock};

use crate::plane::GrayImage;

/// Half the side of a patch in pixels; the side is 13.
const PATCH_RADIUS: usize = 6;
const PATCH_SIDE: usize = 2 * PATCH_RADIUS + 1;
const PATCH_PIXELS: f64 = (PATCH_SIDE * PATCH_SIDE) as f64;
/// A row of a patch with zeros behind, for whole vector registers.
const LANES: usize = 16;
const PATCH_LANES: usize = PATCH_SIDE * LANES;
/// Places are compared from beyond 2 to 10 pixels away…
const NEAR_PX: i64 = 2;
/// … along each axis.
const FAR_PX: i64 = 10;
/// Places that every candidate is compared with: the nearest, which tell the most.
const PLACES_FIRST: usize = 24;
/// Least standard deviation of a candidate's patch, in grey levels.
const CANDIDATE_DEVIATION_MIN: f64 = 5.0;
/// Least standard deviation of a taken patch: square root of the sum of squares over the side.
const TAKEN_DEVIATION_MIN: f64 = 8.0;
/// Ambiguity must be below this.
const AMBIGUITY_MAX: f64 = 0.9;
/// A patch next to a taken one may not be more alike than this…
const NEIGHBOUR_MAX: f64 = 0.99;
/// … nor less than this and less than the ambiguity.
const NEIGHBOUR_MIN: f64 = 0.2;
/// Share of the pixels that the histogram lets through.
const CANDIDATE_SHARE: f64 = 0.02;
const HISTOGRAM_BINS: usize = 1000;

/// Offsets of the places compared, nearest first.
static PLACES: LazyLock<Vec<(i64, i64)>> = LazyLock::new(|| {
    let along = || -FAR_PX..=FAR_PX;
    let mut places: Vec<(i64, i64)> = along().flat_map(|y| along().map(move |x| (x, y))).collect();
    places.retain(|(x, y)| x * x + y * y > NEAR_PX * NEAR_PX);
    places.sort_by_key(|(x, y)| x * x + y * y);
    places
});

/// The points as (x, y) in whole pixels, in the order they were taken.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "positions in an image are far below 2^32")]
pub fn select_templates(image: &GrayImage) -> Vec<[u32; 2]> {
    let patches = Patches::new(image);
    let closed_px = image.min_side() / 10;
    let most = (image.width / closed_px.max(1)) * (image.height / closed_px.max(1))
        + (image.width / (3 * PATCH_SIDE)) * (image.height / (3 * PATCH_SIDE));
    let open = candidates(image).into_iter().filter_map(|position| patches.candidate(position));
    let mut open: BinaryHeap<Candidate> = open.collect();
    let mut taken: Vec<[u32; 2]> = Vec::new();
    while taken.len() < most
        && let Some(mut candidate) = open.pop()
    {
        let (x, y) = (candidate.position % image.width, candidate.position / image.width);
        let is_closed = |[taken_x, taken_y]: &[u32; 2]| {
            x.abs_diff(*taken_x as usize) <= closed_px && y.abs_diff(*taken_y as usize) <= closed_px
        };
        if taken.iter().any(is_closed) {
            continue;
        }
        if candidate.places_left() {
            patches.compare(&mut candidate, PLACES.len());
            open.extend(Some(candidate).filter(Candidate::is_open));
        } else if patches.is_distinct(x, y, f64::from(candidate.ambiguity)) {
            taken.push([x as u32, y as u32]);
        }
    }
    taken
}

/// A pixel that may be taken. The greatest of several is the least ambiguous so far, then the first by rows: comparing it
/// further only ever makes it smaller, so that most candidates are closed before they are compared with all places.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    /// Highest correlation with the places compared, -1 before the first.
    ambiguity: f32,
    position: usize,
    contrast: f64,
    /// Places compared, in the order of [`PLACES`].
    compared: usize,
}

impl Candidate {
    fn places_left(&self) -> bool {
        self.compared < PLACES.len()
    }

    fn is_open(&self) -> bool {
        f64::from(self.ambiguity) < AMBIGUITY_MAX
    }
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        other.ambiguity.total_cmp(&self.ambiguity).then(other.position.cmp(&self.position))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Gradient peaks, by position.
fn candidates(image: &GrayImage) -> Vec<usize> {
    let (width, height) = (image.width, image.height);
    let gradient = gradient_magnitude(image);
    let mut histogram = [0usize; HISTOGRAM_BINS];
    let mut peaks = Vec::new();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let position = y * width + x;
            let value = gradient[position];
            let neighbours = [position - 1, position + 1, position - width, position + width];
            if neighbours.into_iter().all(|neighbour| value > gradient[neighbour]) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "gradients are 0 to 0.5")]
                let bin = (f64::from(value) * HISTOGRAM_BINS as f64) as usize;
                histogram[bin.min(HISTOGRAM_BINS - 1)] += 1;
                peaks.push(position);
            }
        }
    }
    let most = CANDIDATE_SHARE * width as f64 * height as f64;
    let mut count = 0;
    let passing = (0..HISTOGRAM_BINS).rev().find(|&bin| {
        count += histogram[bin];
        count as f64 > most
    });
    let least = passing.unwrap_or(0) as f64;
    peaks.retain(|&position| f64::from(gradient[position]) * HISTOGRAM_BINS as f64 >= least);
    peaks
}

/// 3×3 Prewitt over grey levels in 0..=1, root mean square of the two directions; -1 at the edges.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
fn gradient_magnitude(image: &GrayImage) -> Vec<f32> {
    let (width, height) = (image.width, image.height);
    let mut gradient = vec![-1.0f32; width * height];
    for y in 1..height.saturating_sub(1) {
        let [above, here, below] = [y - 1, y, y + 1].map(|y| image.row(y));
        for x in 1..width.saturating_sub(1) {
            let level = |row: &[u8], x: usize| i32::from(row[x]);
            let column = |x: usize| level(above, x) + level(here, x) + level(below, x);
            let across = |row: &[u8]| level(row, x - 1) + level(row, x) + level(row, x + 1);
            let dx = f64::from(column(x + 1) - column(x - 1)) / 768.0;
            let dy = f64::from(across(below) - across(above)) / 768.0;
            gradient[y * width + x] = ((dx * dx + dy * dy) / 2.0).sqrt() as f32;
        }
    }
    gradient
}

/// The patches of an image, by their centres: sums once for all, correlations by pixels.
struct Patches<'a> {
    image: &'a GrayImage,
    /// The levels, and zeros behind for the last vector.
    levels: Vec<i16>,
    /// Sum of a patch, at its centre.
    sums: Vec<f64>,
    /// Sum of the squares of a patch, at its centre.
    squares: Vec<f64>,
    /// Root of the sum of squared differences from the mean, at the centre.
    norms: Vec<f64>,
}

impl<'a> Patches<'a> {
    fn new(image: &'a GrayImage) -> Self {
        let levels = image.data.iter().map(|&level| i16::from(level)).chain([0; LANES]).collect();
        let sums = patch_sums(image, u32::from);
        let squares = patch_sums(image, |level| u32::from(level) * u32::from(level));
        let norm = |(sum, squares): (&f64, &f64)| (squares - sum * sum / PATCH_PIXELS).sqrt();
        let norms = sums.iter().zip(&squares).map(norm).collect();
        Self { image, levels, sums, squares, norms }
    }

    fn fits(&self, x: i64, y: i64) -> bool {
        let radius = PATCH_RADIUS as i64;
        x >= radius && y >= radius && x + radius < self.image.width as i64 && y + radius < self.image.height as i64
    }

    /// Root of the sum of squared differences from the mean; `None` when the deviation is below `least`.
    fn contrast(&self, x: usize, y: usize, least: f64) -> Option<f64> {
        if !self.fits(x as i64, y as i64) {
            return None;
        }
        let centre = y * self.image.width + x;
        let sum = self.sums[centre];
        let mean = sum / PATCH_PIXELS;
        let squares = self.squares[centre] - 2.0 * mean * sum + PATCH_PIXELS * mean * mean;
        (squares / PATCH_PIXELS >= least * least).then(|| squares.sqrt())
    }

    /// A candidate compared with the nearest places; `None` for a patch of little contrast, or one that is too ambiguous.
    fn candidate(&self, position: usize) -> Option<Candidate> {
        let (x, y) = (position % self.image.width, position / self.image.width);
        let contrast = self.contrast(x, y, CANDIDATE_DEVIATION_MIN)?;
        let mut candidate = Candidate { ambiguity: -1.0, position, contrast, compared: 0 };
        self.compare(&mut candidate, PLACES_FIRST);
        Some(candidate).filter(Candidate::is_open)
    }

    /// Compares with the places up to `end`, or until the candidate can't be taken any more.
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
    fn compare(&self, candidate: &mut Candidate, end: usize) {
        let (x, y) = (candidate.position % self.image.width, candidate.position / self.image.width);
        let template = self.template(x, y);
        for (dx, dy) in &PLACES[candidate.compared..end] {
            if let Some(correlation) = self.correlation(&template, candidate.contrast, x as i64 + dx, y as i64 + dy) {
                // Adding 0 makes a negative zero positive: they are equal to whoever compares.
                candidate.ambiguity = candidate.ambiguity.max(correlation as f32 + 0.0);
                if !candidate.is_open() {
                    break;
                }
            }
        }
        candidate.compared = end;
    }

    /// Whether a candidate may be taken.
    fn is_distinct(&self, x: usize, y: usize, ambiguity: f64) -> bool {
        let Some(contrast) = self.contrast(x, y, 0.0).filter(|it| it / PATCH_SIDE as f64 >= TAKEN_DEVIATION_MIN) else {
            return false;
        };
        let template = self.template(x, y);
        let around = || -NEAR_PX..=NEAR_PX;
        let neighbours = around().flat_map(|dy| around().map(move |dx| (dx, dy)));
        neighbours
            .filter(|&(dx, dy)| dx * dx + dy * dy <= NEAR_PX * NEAR_PX && (dx, dy) != (0, 0))
            .filter_map(|(dx, dy)| self.correlation(&template, contrast, x as i64 + dx, y as i64 + dy))
            .all(|it| it <= NEIGHBOUR_MAX && !(it < NEIGHBOUR_MIN && it < ambiguity))
    }

    fn template(&self, x: usize, y: usize) -> Patch {
        let centre = y * self.image.width + x;
        let mut levels = [0i16; PATCH_LANES];
        let mut from = centre - PATCH_RADIUS * self.image.width - PATCH_RADIUS;
        for row in levels.chunks_exact_mut(LANES) {
            row[..PATCH_SIDE].copy_from_slice(&self.levels[from..from + PATCH_SIDE]);
            from += self.image.width;
        }
        Patch { levels, mean: self.sums[centre] / PATCH_PIXELS }
    }

    /// Normalised cross-correlation, -1..=1; `None` where the patch does not fit or is flat.
    #[expect(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "a patch that fits has positive coordinates"
    )]
    fn correlation(&self, template: &Patch, contrast: f64, x: i64, y: i64) -> Option<f64> {
        if !self.fits(x, y) {
            return None;
        }
        let centre = y as usize * self.image.width + x as usize;
        let norm = self.norms[centre];
        if norm == 0.0 {
            return None;
        }
        let mut patch = [0i16; PATCH_LANES];
        let mut from = centre - PATCH_RADIUS * self.image.width - PATCH_RADIUS;
        for row in patch.chunks_exact_mut(LANES) {
            row.copy_from_slice(&self.levels[from..from + LANES]);
            from += self.image.width;
        }
        let products = patch.iter().zip(&template.levels).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum::<i32>();
        let products = f64::from(products);
        Some((products - template.mean * self.sums[centre]) / (contrast * norm))
    }
}

/// Sums over the patch around each pixel, 0 where it does not fit.
fn patch_sums(image: &GrayImage, value: impl Fn(u8) -> u32) -> Vec<f64> {
    let (width, height) = (image.width, image.height);
    let mut sums = vec![0.0; width * height];
    let mut columns = vec![0u32; width];
    for y in 0..height {
        for (column, &level) in columns.iter_mut().zip(image.row(y)) {
            *column += value(level);
        }
        if y >= PATCH_SIDE {
            for (column, &level) in columns.iter_mut().zip(image.row(y - PATCH_SIDE)) {
                *column -= value(level);
            }
        }
        if y + 1 >= PATCH_SIDE && width >= PATCH_SIDE {
            let row = &mut sums[(y - PATCH_RADIUS) * width..][..width];
            let mut sum: u32 = columns[..PATCH_SIDE - 1].iter().sum();
            for x in PATCH_SIDE - 1..width {
                sum += columns[x];
                row[x - PATCH_RADIUS] = f64::from(sum);
                sum -= columns[x + 1 - PATCH_SIDE];
            }
        }
    }
    sums
}

/// One patch, ready to be compared: rows of [`LANES`], zeros behind the patch's own.
struct Patch {
    levels: [i16; PATCH_LANES],
    mean: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, height: usize, level: impl Fn(usize, usize) -> u8) -> GrayImage {
        let data = (0..width * height).map(|index| level(index % width, index / width)).collect();
        GrayImage { width, height, data }
    }

    #[test]
    fn places_are_428() {
        assert_eq!(PLACES.len(), 428);
    }

    #[test]
    fn flat_and_tiny_images_have_none() {
        assert!(select_templates(&drawn(128, 128, |_, _| 9)).is_empty());
        assert!(select_templates(&drawn(1, 1, |_, _| 9)).is_empty());
        assert!(select_templates(&drawn(3, 90, |x, y| (x * y) as u8)).is_empty());
    }

    #[test]
    fn a_pattern_that_repeats_has_none() {
        assert!(select_templates(&drawn(128, 128, |x, y| if (x / 4 + y / 4) % 2 == 0 { 0 } else { 255 })).is_empty());
    }

    #[test]
    fn points_lie_where_the_detail_is_and_keep_their_distance() {
        let noise = |x: usize, y: usize| ((x * 7919 + y * 104_729 + x * x * y * 31) % 251) as u8;
        let image =
            drawn(128, 128, |x, y| if x > 40 && y > 30 && x < 100 && y < 99 { noise(x / 3, y / 3) } else { 30 });
        let points = select_templates(&image);
        assert!(points.len() > 3, "{points:?}");
        for (index, a) in points.iter().enumerate() {
            assert!((34..107).contains(&a[0]) && (24..106).contains(&a[1]), "{a:?}");
            assert!(points[..index].iter().all(|b| a[0].abs_diff(b[0]) > 12 || a[1].abs_diff(b[1]) > 12));
        }
    }

    #[test]
    fn a_patch_correlates_with_itself_wholly_and_with_its_negative_inversely() {
        let image = drawn(60, 30, |x, y| {
            let noise = ((x % 30) * 37 + y * 91 + (x % 30) * y * 13) % 200;
            if x < 30 { noise as u8 } else { 255 - noise as u8 }
        });
        let patches = Patches::new(&image);
        let contrast = patches.contrast(15, 15, 0.0).expect("a contrast");
        let template = patches.template(15, 15);
        let correlation = |x| patches.correlation(&template, contrast, x, 15).expect("a patch that fits");
        assert!((correlation(15) - 1.0).abs() < 1e-12);
        assert!((correlation(45) + 1.0).abs() < 1e-12);
    }
}
