//! Features of an image, spread over it: the compiler's own, chosen for searching in place of the file format.

use compiler_wasm::{
    bundle::Descriptor,
    extrema::{Extremum, Search, visit_extrema},
    feature::in_image,
    freak::describe_freak,
    localize::localize,
    orientation::assign_orientation,
    plane::GrayImage,
    pyramid::Pyramid,
};

/// The side of a cell from which the strongest are taken, in pixels of the image.
const CELL_PX: usize = 40;

/// A point that can be recognised.
#[derive(Clone, Debug)]
pub struct Feature {
    /// In pixels of the image.
    pub at: [f32; 2],
    /// Pixels of the image to one of its octave: 2, 4, 8, …
    pub scale: f32,
    /// Radians.
    pub angle: f32,
    /// Whether it is brighter than its surroundings.
    pub is_maximum: bool,
    /// What surrounds it.
    pub descriptor: Descriptor,
}

/// Memory of a detection, kept for the next.
#[derive(Default)]
pub struct Detector {
    pyramid: Pyramid,
    search: Search,
    cells: Vec<Vec<Extremum>>,
}

impl Detector {
    /// Appends the features of an image to `features`: of each cell the `per_cell` strongest.
    pub fn detect(&mut self, image: &GrayImage, per_cell: usize, features: &mut Vec<Feature>) {
        self.pyramid.build(image);
        let columns = image.width.div_ceil(CELL_PX);
        let rows = image.height.div_ceil(CELL_PX);
        self.cells.resize_with((columns * rows).max(self.cells.len()), Vec::new);
        self.cells.iter_mut().for_each(Vec::clear);
        let cells = &mut self.cells;
        visit_extrema(&self.pyramid, &mut self.search, &mut |extremum| {
            let [x, y] = [extremum.x, extremum.y].map(|at| (at << extremum.octave) / CELL_PX);
            let cell = &mut cells[y.min(rows - 1) * columns + x.min(columns - 1)];
            let strength = extremum.response.abs();
            let place = cell.iter().take_while(|kept| kept.response.abs() >= strength).count();
            if place < per_cell {
                cell.insert(place, extremum);
                cell.truncate(per_cell);
            }
        });
        for extremum in self.cells.iter().flatten() {
            let keypoint = localize(&self.pyramid, extremum);
            let plane = &self.pyramid.octave(keypoint.octave).second;
            let angle = assign_orientation(plane, &keypoint);
            let (x, y) = in_image(keypoint.octave, keypoint.x, keypoint.y);
            #[expect(clippy::cast_possible_truncation, reason = "pixels of an image")]
            features.push(Feature {
                at: [x, y].map(|at| at as f32 + 0.5),
                scale: (1u32 << keypoint.octave) as f32,
                angle,
                is_maximum: keypoint.is_maximum,
                descriptor: describe_freak(plane, &keypoint, angle),
            });
        }
    }
}
