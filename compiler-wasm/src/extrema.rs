//! Scale-space extrema of the difference of Gaussians (DoG), and the strongest of them all over the image.
//!
//! A sample of octave 1 to *n*-2 is an extremum when its |DoG| is at least [`RESPONSE_MIN`], it is the highest or the lowest
//! of its 3×3×3 cube (ties are kept) and its principal curvatures differ by a factor below 4. Samples within
//! [`BORDER_PX`] of the edge have no room for a descriptor and are left out. The cube's other layers are the finer DoG
//! halved and the coarser one doubled, and are only computed for the few samples that pass in their own layer.
//!
//! Of each 2×2 block one extremum is kept, and of each cell of a 10×10 grid the five strongest over all octaves.
//!
//! Source: D. G. Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 60(2), 2004, §3.1 and §4.1; grid
//! and thinning as in mind-ar 1.2.5.

use std::ops::Range;

use crate::pyramid::Pyramid;

/// Least |DoG| of an extremum, in grey levels.
const RESPONSE_MIN: f32 = 3.0;
/// Samples from the edge that are not searched: the descriptor's radius.
const BORDER_PX: usize = 7;
/// Least |determinant| of the Hessian.
const DETERMINANT_MIN: f64 = 1e-4;
/// (r + 1)² / r for the largest ratio r = 4 of the curvatures.
const EDGE_SCORE_MAX: f64 = 6.25;
/// Cells of the grid along each side.
const GRID: usize = 10;
/// Extrema kept in a cell.
const CELL_EXTREMA_MAX: usize = 5;
/// The places around a sample, moved by one; its own comes first, since the layers beside it refuse most peaks there.
const CUBE: [(usize, usize); 9] = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2), (0, 0), (2, 0), (0, 2), (2, 2)];
/// Marks of peaks looked at at a time.
const SCANNED_TOGETHER: usize = 16;
/// The thinning writes a place in the block as thousands of a 32-bit float, which costs the response its low bits.
const PLACE_UNIT: f64 = 1000.0;

/// A sample that stands out, in whole pixels of its octave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremum {
    /// The DoG there, whose sign is its polarity; low bits may be lost.
    pub response: f64,
    /// The octave, from 1.
    pub octave: usize,
    /// Column in pixels of the octave.
    pub x: usize,
    /// Row in pixels of the octave.
    pub y: usize,
}

/// The strongest extrema, cell by cell of the grid (row by row), strongest first; at most 500.
#[must_use]
pub fn find_extrema(pyramid: &Pyramid) -> Vec<Extremum> {
    let mut cells = vec![Vec::<Extremum>::new(); GRID * GRID];
    visit_extrema(pyramid, &mut Search::default(), &mut |extremum| {
        let dog = &pyramid.octave(extremum.octave).dog;
        let (cell_width, cell_height) = (even(dog.width) / GRID as f64, even(dog.height) / GRID as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cell index is below 10")]
        let index = |position: usize, size: f64| (position as f64 / size) as usize;
        let cell = index(extremum.y, cell_height) * GRID + index(extremum.x, cell_width);
        keep_strongest(&mut cells[cell], extremum);
    });
    cells.concat()
}

/// Memory of a search.
#[derive(Default)]
struct Search {
    pair: Vec<(usize, Place)>,
    peaks: PeakSearch,
}

/// Gives every extremum: octave by octave, the finest first, and one of each 2×2 block, by rows of blocks.
fn visit_extrema(pyramid: &Pyramid, search: &mut Search, found: &mut impl FnMut(Extremum)) {
    for octave in 1..pyramid.count().saturating_sub(1) {
        search_octave(pyramid, octave, search, found);
    }
}

fn even(length: usize) -> f64 {
    (length / 2 * 2) as f64
}

/// On equal strength the first come stays.
fn keep_strongest(cell: &mut Vec<Extremum>, extremum: Extremum) {
    let stronger = cell.iter().take_while(|kept| kept.response.abs() >= extremum.response.abs()).count();
    if stronger < CELL_EXTREMA_MAX {
        cell.insert(stronger, extremum);
        cell.truncate(CELL_EXTREMA_MAX);
    }
}

fn search_octave(pyramid: &Pyramid, octave: usize, search: &mut Search, found: &mut impl FnMut(Extremum)) {
    let dog = &pyramid.octave(octave).dog;
    if dog.width <= 2 * BORDER_PX || dog.height <= 2 * BORDER_PX {
        return;
    }
    let rows = BORDER_PX..dog.height - BORDER_PX;
    let Search { pair, peaks } = search;
    for y in rows.clone() {
        let columns = BORDER_PX..dog.width - BORDER_PX;
        peaks.find([y - 1, y, y + 1].map(|y| dog.row(y)), columns, &mut |x| {
            if is_extremum(pyramid, octave, x, y) {
                pair.push((x / 2, Place::of(x, y)));
            }
        });
        if y % 2 == 1 || y + 1 == rows.end {
            pair.sort_unstable();
            pair.dedup_by_key(|(block, _)| *block);
            for (block, place) in pair.drain(..) {
                let (x, y) = (2 * block + place.right(), y / 2 * 2 + place.below());
                let response = place.response(dog.at(x, y));
                found(Extremum { response, octave, x, y });
            }
        }
    }
}

/// A place in a 2×2 block, in the order in which the thinning tries them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    BottomLeft,
    TopRight,
    BottomRight,
    TopLeft,
}

impl Place {
    fn of(x: usize, y: usize) -> Self {
        match (x % 2, y % 2) {
            (0, 0) => Self::TopLeft,
            (1, 0) => Self::TopRight,
            (0, _) => Self::BottomLeft,
            _ => Self::BottomRight,
        }
    }

    fn right(self) -> usize {
        usize::from(matches!(self, Self::TopRight | Self::BottomRight))
    }

    fn below(self) -> usize {
        usize::from(matches!(self, Self::BottomLeft | Self::BottomRight))
    }

    /// The response after its trip through a 32-bit float with the place in the thousands.
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is part of the format")]
    fn response(self, value: f32) -> f64 {
        let place = match self {
            Self::TopLeft => 0.0,
            Self::BottomLeft => 1.0,
            Self::TopRight => 2.0,
            Self::BottomRight => 3.0,
        };
        let offset = (place * PLACE_UNIT).copysign(f64::from(value));
        f64::from((offset + f64::from(value)) as f32) - offset
    }
}

/// Memory for one row of [`PeakSearch::find`].
#[derive(Default)]
struct PeakSearch {
    highest: Vec<f32>,
    lowest: Vec<f32>,
    peaks: Vec<u8>,
}

impl PeakSearch {
    /// Gives the columns of strong samples of the middle row that are highest or lowest of the nine around.
    ///
    /// Every loop runs over the whole row without a branch, so that several samples are handled at once; peaks are few.
    fn find(&mut self, rows: [&[f32]; 3], columns: Range<usize>, found: &mut impl FnMut(usize)) {
        let width = rows[0].len();
        let [above, here, below] = rows.map(|row| &row[..width]);
        for extreme in [&mut self.highest, &mut self.lowest] {
            extreme.resize(width, 0.0);
        }
        self.peaks.clear();
        self.peaks.resize(width, 0);
        let (highest, lowest) = (&mut self.highest[..width], &mut self.lowest[..width]);
        for x in 0..width {
            highest[x] = greater(greater(above[x], here[x]), below[x]);
            lowest[x] = smaller(smaller(above[x], here[x]), below[x]);
        }
        let inner = width - 2;
        let values = &here[1..=inner];
        let peaks = &mut self.peaks[1..=inner];
        let [high_left, high_here, high_right] = [0, 1, 2].map(|shift| &highest[shift..shift + inner]);
        let [low_left, low_here, low_right] = [0, 1, 2].map(|shift| &lowest[shift..shift + inner]);
        for x in 0..inner {
            let is_highest = values[x] >= greater(greater(high_left[x], high_here[x]), high_right[x]);
            let is_lowest = values[x] <= smaller(smaller(low_left[x], low_here[x]), low_right[x]);
            peaks[x] = u8::from((values[x].abs() >= RESPONSE_MIN) & (is_highest | is_lowest));
        }
        for (chunk, peaks) in self.peaks[columns.clone()].chunks(SCANNED_TOGETHER).enumerate() {
            if peaks.iter().fold(0, |any, peak| any | peak) != 0 {
                let start = columns.start + chunk * SCANNED_TOGETHER;
                (start..).zip(peaks).filter(|(_, peak)| **peak != 0).for_each(|(x, _)| found(x));
            }
        }
    }
}

/// The greater of two numbers; one instruction, unlike `f32::max`, which also sorts out NaN.
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Whether a peak of its own layer is one in the layers beside too, and no edge.
fn is_extremum(pyramid: &Pyramid, octave: usize, x: usize, y: usize) -> bool {
    let dog = &pyramid.octave(octave).dog;
    let value = dog.at(x, y);
    let (mut highest, mut lowest) = (true, true);
    let mut is_beaten_by = |neighbour: f32| {
        highest &= value >= neighbour;
        lowest &= value <= neighbour;
        !highest && !lowest
    };
    for (dx, dy) in CUBE {
        let (x, y) = (x + dx - 1, y + dy - 1);
        if is_beaten_by(dog.at(x, y))
            || is_beaten_by(pyramid.coarser_dog(octave, x, y))
            || is_beaten_by(pyramid.finer_dog(octave, x, y))
        {
            return false;
        }
    }
    !is_edge(|dx, dy| f64::from(dog.at_clamped(x as i64 + dx, y as i64 + dy)))
}

/// Whether the curvatures of the samples around (0, 0) differ too much, or there are none.
fn is_edge(sample: impl Fn(i64, i64) -> f64) -> bool {
    let dxx = sample(1, 0) + sample(-1, 0) - 2.0 * sample(0, 0);
    let dyy = sample(0, 1) + sample(0, -1) - 2.0 * sample(0, 0);
    let dxy = 0.25 * (sample(-1, -1) + sample(1, 1) - sample(1, -1) - sample(-1, 1));
    let determinant = dxx * dyy - dxy * dxy;
    determinant.abs() < DETERMINANT_MIN || ((dxx + dyy) * (dxx + dyy) / determinant).abs() >= EDGE_SCORE_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::GrayImage;

    /// A dark image with a bright disc.
    fn disc(side: usize, centre: (f64, f64), radius: f64) -> GrayImage {
        let level = |x: usize, y: usize| {
            let (dx, dy) = (x as f64 - centre.0, y as f64 - centre.1);
            if dx * dx + dy * dy <= radius * radius { 230 } else { 20 }
        };
        let data = (0..side * side).map(|index| level(index % side, index / side)).collect();
        GrayImage { width: side, height: side, data }
    }

    fn extrema(image: &GrayImage) -> Vec<Extremum> {
        let mut pyramid = Pyramid::default();
        pyramid.build(image);
        find_extrema(&pyramid)
    }

    #[test]
    fn a_flat_image_has_none() {
        assert_eq!(extrema(&GrayImage { width: 200, height: 200, data: vec![77; 40_000] }), []);
    }

    #[test]
    fn a_bright_disc_is_a_maximum_at_its_centre() {
        let found = extrema(&disc(200, (100.0, 90.0), 5.0));
        let strongest = found.iter().max_by(|a, b| a.response.abs().total_cmp(&b.response.abs())).expect("an extremum");
        let scale = (1 << strongest.octave) as f64;
        assert!(strongest.response > 0.0);
        assert!(
            (strongest.x as f64 * scale - 100.0).abs() <= scale && (strongest.y as f64 * scale - 90.0).abs() <= scale
        );
    }

    #[test]
    fn a_straight_edge_is_none() {
        let data = (0..200 * 200).map(|index| if index % 200 < 100 { 0 } else { 255 }).collect();
        assert_eq!(extrema(&GrayImage { width: 200, height: 200, data }), []);
    }

    #[test]
    fn a_cell_keeps_the_five_strongest_and_the_first_of_equals() {
        let mut cell = Vec::new();
        for (x, response) in [3.0, -9.0, 4.0, 9.0, 5.0, -6.0, 3.0, 7.0].into_iter().enumerate() {
            keep_strongest(&mut cell, Extremum { response, octave: 1, x, y: 0 });
        }
        assert_eq!(
            cell.iter().map(|kept| (kept.x, kept.response)).collect::<Vec<_>>(),
            [(1, -9.0), (3, 9.0), (7, 7.0), (5, -6.0), (4, 5.0)]
        );
    }

    #[test]
    fn places_other_than_the_first_lose_low_bits() {
        let value = 3.000_000_2_f32;
        assert_eq!(Place::TopLeft.response(value), f64::from(value));
        assert_eq!(Place::BottomRight.response(value), 3.0);
        assert_eq!(Place::BottomLeft.response(-value), -3.0);
    }
}
