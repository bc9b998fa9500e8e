//! A photo to look for, as the tracker knows it: small grey copies, and the places in them that hold on.

use compiler_wasm::{bundle, plane::GrayImage};

use crate::{homography::Matrix3, image::Levels};

/// The coarsest copy has at least so many pixels on its shorter side.
const MIN_SIDE_PX: usize = 14;
/// Places nearer to the edge, in pixels of their copy, would look beyond it.
const BORDER_PX: usize = 6;
/// Half the side of what is looked at around a place, in pixels of its copy.
const RADIUS_PX: usize = 4;
/// Most places of a copy; the coarser half as many each.
const PLACES_MAX: usize = 200;
const PLACES_MIN: usize = 24;
/// Least smaller eigenvalue of the mean structure tensor, in squared grey levels a pixel.
const CORNERNESS_MIN: f32 = 4.0;

/// A photo to look for.
#[derive(Clone, Debug)]
pub struct Target {
    /// Width and height of the finest copy in its pixels, not rounded: where the photo's edges are.
    pub extent: [f64; 2],
    /// The copies, the finest first.
    images: Levels,
    /// Their places.
    places: Vec<Vec<[f32; 2]>>,
}

impl Target {
    /// Of a target of a `.mind`; `None` when it has no picture.
    #[must_use]
    pub fn new(target: &bundle::Target) -> Option<Self> {
        let finest = target.tracking.first().filter(|tracking| tracking.image.min_side() >= MIN_SIDE_PX)?;
        let extent = [target.width, target.height].map(|side| f64::from(side) * finest.scale);
        let mut images = Levels::default();
        *images.base() = fill_holes(&finest.image);
        images.build(MIN_SIDE_PX);
        let places = images
            .all()
            .iter()
            .enumerate()
            .map(|(level, image)| select_places(image, (PLACES_MAX >> level).max(PLACES_MIN)))
            .collect();
        Some(Self { extent, images, places })
    }

    /// The copies, each half the one before.
    #[must_use]
    pub fn images(&self) -> &[GrayImage] {
        self.images.all()
    }

    /// Places of a copy, in its pixels.
    #[must_use]
    pub fn places(&self, level: usize) -> &[[f32; 2]] {
        &self.places[level]
    }

    /// From pixels of the finest copy to the photo's plane: the middle at the origin, the longer side 1 long.
    #[must_use]
    pub fn to_plane(&self) -> Matrix3 {
        let [width, height] = self.extent;
        let scale = 1.0 / width.max(height);
        [scale, 0.0, -width / 2.0 * scale, 0.0, scale, -height / 2.0 * scale, 0.0, 0.0, 1.0]
    }

    /// From the photo's edges, 0 to 1 both ways, to its plane.
    #[must_use]
    pub fn unit_to_plane(&self) -> Matrix3 {
        let [width, height] = self.extent;
        let scale = 1.0 / width.max(height);
        [width * scale, 0.0, -width / 2.0 * scale, 0.0, height * scale, -height / 2.0 * scale, 0.0, 0.0, 1.0]
    }
}

/// MindAR leaves black rows and columns in a copy that is larger than its photo: they take their neighbour's pixels.
fn fill_holes(image: &GrayImage) -> GrayImage {
    let (width, height) = (image.width, image.height);
    let mut filled = image.clone();
    let full: Vec<bool> = (0..width).map(|x| (0..height).any(|y| image.row(y)[x] != 0)).collect();
    for x in (0..width).filter(|&x| !full[x]) {
        if let Some(near) = nearest(&full, x) {
            for y in 0..height {
                filled.data[y * width + x] = image.data[y * width + near];
            }
        }
    }
    let full: Vec<bool> = (0..height).map(|y| image.row(y).iter().any(|&level| level != 0)).collect();
    for y in (0..height).filter(|&y| !full[y]) {
        if let Some(near) = nearest(&full, y) {
            filled.data.copy_within(near * width..(near + 1) * width, y * width);
        }
    }
    filled
}

fn nearest(full: &[bool], index: usize) -> Option<usize> {
    (0..full.len()).filter(|&other| full[other]).min_by_key(|&other| other.abs_diff(index))
}

/// The best corner of each cell of a grid that is as fine as the number asks (Shi and Tomasi's measure).
fn select_places(image: &GrayImage, count: usize) -> Vec<[f32; 2]> {
    let (width, height) = (image.width, image.height);
    if width <= 2 * BORDER_PX || height <= 2 * BORDER_PX {
        return Vec::new();
    }
    let inner = [width - 2 * BORDER_PX, height - 2 * BORDER_PX];
    let side = ((inner[0] * inner[1]) as f64 / count as f64).sqrt().max(2.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the image's side")]
    let [columns, rows] = inner.map(|length| ((length as f64 / side).round() as usize).max(1));
    let tensors = Tensors::of(image);
    let cell = |index: usize, cells: usize, length: usize| {
        BORDER_PX + index * length / cells..BORDER_PX + (index + 1) * length / cells
    };
    let mut places = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let mut best = (CORNERNESS_MIN, None);
            for y in cell(row, rows, inner[1]) {
                for x in cell(column, columns, inner[0]) {
                    let cornerness = tensors.cornerness(x, y);
                    if cornerness > best.0 {
                        best = (cornerness, Some([x as f32 + 0.5, y as f32 + 0.5]));
                    }
                }
            }
            places.extend(best.1);
        }
    }
    places
}

/// Summed-area tables of the products of an image's gradients.
struct Tensors {
    width: usize,
    height: usize,
    sums: Vec<[f64; 3]>,
}

impl Tensors {
    fn of(image: &GrayImage) -> Self {
        let (width, height) = (image.width, image.height);
        let mut sums = vec![[0.0; 3]; (width + 1) * (height + 1)];
        for y in 0..height {
            let mut row = [0.0; 3];
            let (above, below) = (image.row(y.saturating_sub(1)), image.row((y + 1).min(height - 1)));
            let here = image.row(y);
            for x in 0..width {
                let dx = (f64::from(here[(x + 1).min(width - 1)]) - f64::from(here[x.saturating_sub(1)])) / 2.0;
                let dy = (f64::from(below[x]) - f64::from(above[x])) / 2.0;
                for (sum, product) in row.iter_mut().zip([dx * dx, dx * dy, dy * dy]) {
                    *sum += product;
                }
                let above = sums[y * (width + 1) + x + 1];
                sums[(y + 1) * (width + 1) + x + 1] = std::array::from_fn(|index| above[index] + row[index]);
            }
        }
        Self { width, height, sums }
    }

    /// The smaller eigenvalue of the mean tensor around a pixel.
    #[expect(clippy::cast_possible_truncation, reason = "f32 is enough for a comparison")]
    fn cornerness(&self, x: usize, y: usize) -> f32 {
        let [left, top] = [x, y].map(|at| at.saturating_sub(RADIUS_PX));
        let (right, bottom) = ((x + RADIUS_PX + 1).min(self.width), (y + RADIUS_PX + 1).min(self.height));
        let at = |x: usize, y: usize| &self.sums[y * (self.width + 1) + x];
        let count = ((right - left) * (bottom - top)) as f64;
        let [xx, xy, yy]: [f64; 3] = std::array::from_fn(|index| {
            (at(right, bottom)[index] - at(left, bottom)[index] - at(right, top)[index] + at(left, top)[index]) / count
        });
        let half = (xx - yy) / 2.0;
        ((xx + yy) / 2.0 - (half * half + xy * xy).sqrt()) as f32
    }
}
