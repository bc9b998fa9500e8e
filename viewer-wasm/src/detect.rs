//! Features of an image: samples whose difference of Gaussians is the highest or lowest of those around them and of the
//! octaves beside, spread over the image.
//!
//! Source: D. G. Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 60(2), 2004, §3.1, §4 and §4.1; M.
//! Brown and D. G. Lowe, "Invariant Features from Interest Point Groups", BMVC 2002, for their place between pixels.

use std::ops::Range;

use compiler_wasm::plane::GrayImage;

use crate::{
    describe::{Compass, Descriptor, describe},
    pyramid::{Fine, Octave, Pyramid, UNIT},
};

/// Least |DoG| of a feature.
const RESPONSE_MIN: i16 = 3 * UNIT;
/// Pixels from the edge that are not searched: the descriptor's radius.
const BORDER_PX: usize = 7;
/// (r + 1)² / r for the largest ratio r = 4 of the curvatures.
const EDGE_SCORE_MAX: f32 = 6.25;
/// Marks of peaks looked at at a time.
const SCANNED_TOGETHER: usize = 16;

/// A point that can be recognised.
#[derive(Clone, Debug)]
pub struct Feature {
    /// In pixels of the image.
    pub at: [f32; 2],
    /// Pixels of the image to one of its octave: 1, 2, 4, …
    pub scale: f32,
    /// Radians.
    pub angle: f32,
    /// Whether it is brighter than its surroundings.
    pub is_maximum: bool,
    /// What surrounds it.
    pub descriptor: Descriptor,
}

/// A sample that stands out, in pixels of its octave.
#[derive(Clone, Copy, Debug)]
struct Extremum {
    response: i16,
    octave: usize,
    x: usize,
    y: usize,
}

/// A part of an image, in its pixels.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// From the left edge.
    pub columns: [usize; 2],
    /// From the upper edge.
    pub rows: [usize; 2],
}

impl Part {
    /// All of an image.
    pub const WHOLE: Self = Self { columns: [0, usize::MAX], rows: [0, usize::MAX] };

    /// One of four corners of an image, 0 to 3, which overlap by a quarter.
    #[must_use]
    pub fn corner(image: &GrayImage, number: usize) -> Self {
        let span = |side: usize, is_far: bool| if is_far { [side * 3 / 8, side] } else { [0, side * 5 / 8] };
        Self { columns: span(image.width, number & 1 == 1), rows: span(image.height, number & 2 == 2) }
    }
}

/// How features are spread: of each cell the strongest.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Side of a cell, in pixels of the image.
    pub cell_px: usize,
    /// Features of a cell.
    pub per_cell: usize,
}

/// Memory of a detection, kept for the next.
#[derive(Default)]
pub struct Detector {
    pyramid: Pyramid,
    compass: Compass,
    peaks: Vec<u8>,
    cells: Vec<Vec<Extremum>>,
}

impl Detector {
    /// Takes an image, from which features are found.
    pub fn take(&mut self, image: &GrayImage) {
        self.pyramid.build(image);
    }

    /// Appends the features of some octaves of a part of the image taken last. The coarsest octave has none: it only confirms
    /// others.
    pub fn find(&mut self, octaves: Range<usize>, part: Part, spread: Spread, features: &mut Vec<Feature>) {
        let all = self.pyramid.octaves();
        let Some(finest) = all.first() else { return };
        let columns = finest.dog.width.div_ceil(spread.cell_px);
        let rows = finest.dog.height.div_ceil(spread.cell_px);
        self.cells.resize_with((columns * rows).max(self.cells.len()), Vec::new);
        self.cells.iter_mut().for_each(Vec::clear);
        for octave in octaves.start..octaves.end.min(all.len() - 1) {
            search(all, octave, part, &mut self.peaks, &mut |extremum| {
                let [x, y] = [extremum.x, extremum.y].map(|at| (at << octave) / spread.cell_px);
                let cell = &mut self.cells[y * columns + x];
                let strength = extremum.response.abs();
                let place = cell.iter().take_while(|kept| kept.response.abs() >= strength).count();
                if place < spread.per_cell {
                    cell.insert(place, extremum);
                    cell.truncate(spread.per_cell);
                }
            });
        }
        let feature = |extremum| feature(all, &self.compass, extremum);
        features.extend(self.cells.iter().flatten().map(feature));
    }
}

fn feature(octaves: &[Octave], compass: &Compass, extremum: &Extremum) -> Feature {
    let Octave { second, dog, .. } = &octaves[extremum.octave];
    let off = offset(dog, extremum.x, extremum.y);
    let [x, y] = [extremum.x as f32 + off[0], extremum.y as f32 + off[1]];
    let angle = compass.direction(second, extremum.x, extremum.y);
    let scale = (1u32 << extremum.octave) as f32;
    Feature {
        at: [x, y].map(|at| (at + 0.5) * scale),
        scale,
        angle,
        is_maximum: extremum.response > 0,
        descriptor: describe(second, x, y, [libm::cosf(angle), libm::sinf(angle)]),
    }
}

/// Where the top lies between the pixels: one Newton step, of a pixel at most.
fn offset(dog: &Fine, x: usize, y: usize) -> [f32; 2] {
    let ([dx, dy], [dxx, dxy, dyy]) = derivatives(dog, x, y);
    let determinant = dxx * dyy - dxy * dxy;
    if determinant.abs() < 1.0 {
        return [0.0; 2];
    }
    [(dxy * dy - dyy * dx) / determinant, (dxy * dx - dxx * dy) / determinant].map(|step| step.clamp(-1.0, 1.0))
}

/// x, y; xx, xy, yy.
fn derivatives(dog: &Fine, x: usize, y: usize) -> ([f32; 2], [f32; 3]) {
    let around = dog.around(x, y);
    let [above, here, below] = around;
    let [dx, dy] = [here[2] - here[0], below[1] - above[1]].map(|difference| difference as f32 / 2.0);
    let dxx = (here[0] + here[2] - 2 * here[1]) as f32;
    let dyy = (above[1] + below[1] - 2 * here[1]) as f32;
    let dxy = (above[0] + below[2] - above[2] - below[0]) as f32 / 4.0;
    ([dx, dy], [dxx, dxy, dyy])
}

/// Gives every extremum of a part of an octave.
fn search(octaves: &[Octave], octave: usize, part: Part, peaks: &mut Vec<u8>, found: &mut impl FnMut(Extremum)) {
    let dog = &octaves[octave].dog;
    if dog.width <= 2 * BORDER_PX || dog.height <= 2 * BORDER_PX {
        return;
    }
    let inner = |[from, to]: [usize; 2], side: usize| {
        (from >> octave).max(BORDER_PX)..(to >> octave).min(side - BORDER_PX).max(BORDER_PX)
    };
    let (columns, rows) = (inner(part.columns, dog.width), inner(part.rows, dog.height));
    peaks.resize(dog.width, 0);
    for y in rows {
        mark_peaks([y - 1, y, y + 1].map(|y| &dog.row(y)[columns.start - 1..=columns.end]), peaks);
        for (chunk, marks) in peaks[..columns.len()].chunks(SCANNED_TOGETHER).enumerate() {
            if marks.iter().fold(0, |any, mark| any | mark) == 0 {
                continue;
            }
            for (mark, x) in marks.iter().zip(columns.start + chunk * SCANNED_TOGETHER..) {
                if *mark != 0 && stands_out(octaves, octave, x, y) {
                    found(Extremum { response: dog.at(x, y), octave, x, y });
                }
            }
        }
    }
}

/// Marks the strong samples of the middle row, but its first and last, that are highest or lowest of the nine around; of equals, the first.
///
/// Without a branch, so that several samples are handled at once; peaks are few.
fn mark_peaks(rows: [&[i16]; 3], peaks: &mut [u8]) {
    let width = rows[0].len();
    let inner = width - 2;
    let [above, here, below] = rows.map(|row| [0, 1, 2].map(|shift| &row[shift..shift + inner]));
    let peaks = &mut peaks[..inner];
    for x in 0..inner {
        let value = here[1][x];
        let before = [above[0][x], above[1][x], above[2][x], here[0][x]];
        let after = [below[0][x], below[1][x], below[2][x], here[2][x]];
        let highest = |of: [i16; 4]| of[0].max(of[1]).max(of[2].max(of[3]));
        let lowest = |of: [i16; 4]| of[0].min(of[1]).min(of[2].min(of[3]));
        let is_highest = (value >= RESPONSE_MIN) & (value > highest(before)) & (value >= highest(after));
        let is_lowest = (value <= -RESPONSE_MIN) & (value < lowest(before)) & (value <= lowest(after));
        peaks[x] = u8::from(is_highest | is_lowest);
    }
}

/// Whether a peak of its own octave is one of the octaves beside too, and no edge.
fn stands_out(octaves: &[Octave], octave: usize, x: usize, y: usize) -> bool {
    let dog = &octaves[octave].dog;
    let value = i32::from(dog.at(x, y));
    let is_beaten_by = |neighbour: i32| if value > 0 { neighbour > value } else { neighbour < value };
    let coarser = &octaves[octave + 1].dog;
    let around = || (y - 1..=y + 1).flat_map(move |y| (x - 1..=x + 1).map(move |x| (x, y)));
    if around().any(|(x, y)| is_beaten_by(doubled(coarser, x, y))) {
        return false;
    }
    if octave > 0 && around().any(|(x, y)| is_beaten_by(halved(&octaves[octave - 1].dog, x, y))) {
        return false;
    }
    let (_, [dxx, dxy, dyy]) = derivatives(dog, x, y);
    let determinant = dxx * dyy - dxy * dxy;
    determinant > 0.0 && (dxx + dyy) * (dxx + dyy) < EDGE_SCORE_MAX * determinant
}

/// A sample of an octave in pixels of the finer one, bilinear.
#[inline]
fn doubled(coarser: &Fine, x: usize, y: usize) -> i32 {
    let beside = |at: usize, length: usize| {
        let near = (at / 2).min(length - 1);
        let far = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(length - 1) };
        [near, far]
    };
    let ([near_x, far_x], [near_y, far_y]) = (beside(x, coarser.width), beside(y, coarser.height));
    let at = |x, y| i32::from(coarser.at(x, y));
    (9 * at(near_x, near_y) + 3 * (at(far_x, near_y) + at(near_x, far_y)) + at(far_x, far_y) + 8) >> 4
}

/// A sample of an octave in pixels of the coarser one.
#[inline]
fn halved(finer: &Fine, x: usize, y: usize) -> i32 {
    let at = |dx, dy| i32::from(finer.at(2 * x + dx, 2 * y + dy));
    (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) >> 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREAD: Spread = Spread { cell_px: 40, per_cell: 4 };

    /// A dark image with a bright blob.
    fn blob(at: [f32; 2], radius: f32) -> GrayImage {
        let level = |index: usize| {
            let (dx, dy) = ((index % 160) as f32 + 0.5 - at[0], (index / 160) as f32 + 0.5 - at[1]);
            (20.0 + 200.0 * libm::expf(-(dx * dx + dy * dy) / (2.0 * radius * radius))) as u8
        };
        GrayImage { width: 160, height: 160, data: (0..160 * 160).map(level).collect() }
    }

    fn features(image: &GrayImage, octaves: Range<usize>) -> Vec<Feature> {
        let (mut detector, mut features) = (Detector::default(), Vec::new());
        detector.take(image);
        detector.find(octaves, Part::WHOLE, SPREAD, &mut features);
        features
    }

    #[test]
    fn finds_a_blob_between_pixels_in_the_octave_of_its_size() {
        for (radius, scale) in [(1.0, 1.0), (2.2, 2.0), (4.6, 4.0)] {
            let found = features(&blob([80.8, 71.3], radius), 0..6);
            let near =
                |feature: &&Feature| libm::hypotf(feature.at[0] - 80.8, feature.at[1] - 71.3) < 0.25 * feature.scale;
            let feature = found.iter().find(near).unwrap_or_else(|| panic!("{radius}: {found:?}"));
            assert_eq!((feature.scale, feature.is_maximum), (scale, true), "{radius}");
        }
    }

    #[test]
    fn finds_nothing_in_a_flat_image_or_a_tiny_one() {
        for side in [4, 15, 16, 40, 200] {
            assert!(features(&GrayImage { width: side, height: side, data: vec![77; side * side] }, 0..6).is_empty());
        }
    }

    #[test]
    fn parts_have_together_what_the_whole_has() {
        let data = (0..160 * 160u64).map(|index| (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u8).collect();
        let image = GrayImage { width: 160, height: 160, data };
        let (mut detector, mut whole, mut parts) = (Detector::default(), Vec::new(), Vec::new());
        detector.take(&image);
        let all = Spread { cell_px: 40, per_cell: 1000 };
        detector.find(0..6, Part::WHOLE, all, &mut whole);
        (0..4).for_each(|corner| detector.find(0..6, Part::corner(&image, corner), all, &mut parts));
        let place = |feature: &Feature| feature.at.map(f32::to_bits);
        let [whole, parts] =
            [whole, parts].map(|found| found.iter().map(place).collect::<std::collections::BTreeSet<_>>());
        assert!(whole.len() > 100);
        assert_eq!(whole, parts);
    }

    #[test]
    fn a_straight_edge_has_none() {
        let data = (0..160 * 160).map(|index| if index % 160 < 80 { 0 } else { 255 }).collect();
        assert!(features(&GrayImage { width: 160, height: 160, data }, 0..6).is_empty());
    }

    #[test]
    fn a_cell_has_no_more_than_its_share() {
        let data = (0..160 * 160u64).map(|index| (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u8).collect();
        let found = features(&GrayImage { width: 160, height: 160, data }, 0..6);
        let in_cell = |feature: &Feature| feature.at.iter().all(|&at| at < 38.0);
        assert!(found.len() > 16 && found.iter().filter(|feature| in_cell(feature)).count() <= 4);
    }
}
