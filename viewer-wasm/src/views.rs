//! A photo as it looks from aside: its features in views that are shrunk and tilted, all in the photo's own pixels.
//!
//! Descriptors stand a tilt of some 30°. A view from every direction at 45° and 60° brings the next within that.
//!
//! Source: J.-M. Morel and G. Yu, "ASIFT: A New Framework for Fully Affine Invariant Image Comparison", SIAM Journal on
//! Imaging Sciences 2(2), 2009, for how views are spread.

use std::ops::Range;

use compiler_wasm::plane::GrayImage;

use crate::{
    describe::Descriptor,
    detect::{Detector, Feature, Part, Spread},
    image::{empty, sample},
    target::Target,
};

/// A cube root of two: what the features of two octaves leave between them, in three steps.
const SCALES: [f64; 3] = [1.0, 0.793_700_525_984_1, 0.629_960_524_947_4];
/// Tilts, as lengths to widths, and in how many directions over half a turn.
const TILTS: [(f64, u32); 3] = [(1.0, 1), (1.5, 4), (2.2, 6)];
/// What is taken of a view.
const OCTAVES: Range<usize> = 1..6;
const SPREAD: Spread = Spread { cell_px: 40, per_cell: 5 };
/// Nearest to the photo's edge that a feature counts, in pixels of its octave.
const EDGE_PX: f32 = 3.0;

/// A feature of a photo, in one of its views.
#[derive(Clone, Debug)]
pub struct Landmark {
    /// Index of the photo.
    pub target: u32,
    /// In pixels of the photo's finest copy.
    pub at: [f32; 2],
    /// From steps of the photo to steps of the feature's own frame (its scale 1, its angle 0), row-major.
    pub frame: [f32; 4],
    /// Whether it is brighter than its surroundings.
    pub is_maximum: bool,
    /// What surrounds it.
    pub descriptor: Descriptor,
}

/// A way to look at a photo.
#[derive(Clone, Copy, Debug)]
pub struct View {
    scale: f64,
    /// Length to width.
    tilt: f64,
    /// Radians.
    direction: f64,
}

/// All views, those from straight above first.
pub fn views() -> impl Iterator<Item = View> {
    TILTS.into_iter().flat_map(|(tilt, directions)| {
        let turned = move |direction| std::f64::consts::PI * f64::from(direction) / f64::from(directions);
        (0..directions).flat_map(move |direction| {
            SCALES.into_iter().map(move |scale| View { scale, tilt, direction: turned(direction) })
        })
    })
}

/// Views from straight above.
pub const STRAIGHT: usize = SCALES.len();

/// Draws a target's views and finds what is to be seen there; keeps its memory for the next.
pub struct Surveyor {
    detector: Detector,
    view: GrayImage,
    features: Vec<Feature>,
}

impl Default for Surveyor {
    fn default() -> Self {
        Self { detector: Detector::default(), view: empty(), features: Vec::new() }
    }
}

impl Surveyor {
    /// Appends the landmarks of a view of a target.
    pub fn survey(&mut self, index: u32, target: &Target, view: View, found: &mut Vec<Landmark>) {
        if !target.is_seen() {
            return;
        }
        let (forth, origin) = draw(target, view, &mut self.view);
        self.features.clear();
        self.detector.take(&self.view);
        self.detector.find(OCTAVES, Part::WHOLE, SPREAD, &mut self.features);
        found.extend(self.features.iter().filter_map(|feature| landmark(index, target, feature, forth, origin)));
    }
}

/// Draws a view, and gives the way from the photo's finest copy to it: four of a matrix, and where the origin goes.
fn draw(target: &Target, View { scale, tilt, direction }: View, view: &mut GrayImage) -> ([f64; 4], [f64; 2]) {
    let (sin, cos) = (libm::sin(direction), libm::cos(direction));
    // Squeezed along `direction`, as a photo is that is turned about the axis across it.
    let squeezed = scale / tilt;
    let forth = [
        squeezed * cos * cos + scale * sin * sin,
        (squeezed - scale) * sin * cos,
        (squeezed - scale) * sin * cos,
        squeezed * sin * sin + scale * cos * cos,
    ];
    let [width, height] = target.extent;
    let corners = [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]];
    let moved = corners.map(|[x, y]| [forth[0] * x + forth[1] * y, forth[2] * x + forth[3] * y]);
    let low = [0, 1].map(|axis| moved.iter().map(|corner| corner[axis]).fold(f64::MAX, f64::min));
    let high = [0, 1].map(|axis| moved.iter().map(|corner| corner[axis]).fold(f64::MIN, f64::max));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most some hundred pixels")]
    let [columns, rows] = [0, 1].map(|axis| (high[axis] - low[axis]).ceil() as usize);
    (view.width, view.height) = (columns, rows);
    view.data.clear();
    let determinant = forth[0] * forth[3] - forth[1] * forth[2];
    let back = [forth[3], -forth[1], -forth[2], forth[0]].map(|value| value / determinant);
    // Several samples along the squeezed direction, so that none of what lies between is lost.
    let taps = (1.0 / squeezed).ceil();
    let step = [cos / squeezed / taps, sin / squeezed / taps];
    let image = &target.images()[0];
    let inside = [image.width, image.height].map(|side| side as f64 - 0.51);
    for index in 0..columns * rows {
        let x = (index % columns) as f64 + 0.5 + low[0];
        let y = (index / columns) as f64 + 0.5 + low[1];
        let at = [back[0] * x + back[1] * y, back[2] * x + back[3] * y];
        let mut sum = 0.0;
        let mut tap = 0.5 - taps / 2.0;
        while tap < taps / 2.0 {
            // Beyond its edges the photo goes on as it ends.
            let [x, y] = [0, 1].map(|axis| (at[axis] + tap * step[axis]).clamp(0.5, inside[axis]));
            #[expect(clippy::cast_possible_truncation, reason = "pixels of an image")]
            let level = sample(image, x as f32, y as f32).unwrap_or(128.0);
            sum += level;
            tap += 1.0;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of bytes is a byte")]
        view.data.push((f64::from(sum) / taps + 0.5) as u8);
    }
    (forth, [-low[0], -low[1]])
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of an image")]
fn landmark(index: u32, target: &Target, feature: &Feature, forth: [f64; 4], origin: [f64; 2]) -> Option<Landmark> {
    let determinant = forth[0] * forth[3] - forth[1] * forth[2];
    let [x, y] = [0, 1].map(|axis| f64::from(feature.at[axis]) - origin[axis]);
    let at = [(forth[3] * x - forth[1] * y) / determinant, (forth[0] * y - forth[2] * x) / determinant];
    let edge = f64::from(EDGE_PX * feature.scale);
    let [width, height] = target.extent;
    if at[0] < edge || at[1] < edge || at[0] > width - edge || at[1] > height - edge {
        return None;
    }
    let (sin, cos) = (libm::sinf(feature.angle) / feature.scale, libm::cosf(feature.angle) / feature.scale);
    let forth = forth.map(|value| value as f32);
    let frame = [
        cos * forth[0] + sin * forth[2],
        cos * forth[1] + sin * forth[3],
        cos * forth[2] - sin * forth[0],
        cos * forth[3] - sin * forth[1],
    ];
    let at = at.map(|value| value as f32);
    Some(Landmark { target: index, at, frame, is_maximum: feature.is_maximum, descriptor: feature.descriptor })
}
