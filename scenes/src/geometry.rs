//! Where a flat photo appears in a frame: pinhole camera, pose, homography.
//!
//! Coordinates are corner-based everywhere. A photo spans (0, 0), its upper left corner, to (1, 1), its lower right corner. Pixel
//! `i` of a frame spans `i` to `i + 1`, so its centre is at `i + 0.5`. `x` is right, `y` down, `z` away from the camera.

use serde::{Deserialize, Serialize};

/// `[x, y]`.
pub type Point = [f64; 2];

/// The photo's corners in photo coordinates, clockwise from the upper left.
pub const CORNERS: [Point; 4] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];

/// A map of the plane that keeps lines straight: a 3×3 matrix, row-major.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Homography(pub [f64; 9]);

impl Homography {
    /// Where a point goes.
    #[must_use]
    #[inline]
    pub fn apply(&self, [x, y]: Point) -> Point {
        let h = &self.0;
        let w = self.depth([x, y]);
        [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
    }

    /// The third homogeneous coordinate of where a point goes.
    #[must_use]
    #[inline]
    pub fn depth(&self, [x, y]: Point) -> f64 {
        self.0[6] * x + self.0[7] * y + self.0[8]
    }

    /// Where the photo's corners go.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        CORNERS.map(|corner| self.apply(corner))
    }

    /// Derivatives at a point: `[[dx'/dx, dx'/dy], [dy'/dx, dy'/dy]]`.
    #[must_use]
    pub fn jacobian(&self, point: Point) -> [[f64; 2]; 2] {
        let h = &self.0;
        let w = self.depth(point);
        let [u, v] = self.apply(point);
        [[(h[0] - u * h[6]) / w, (h[1] - u * h[7]) / w], [(h[3] - v * h[6]) / w, (h[4] - v * h[7]) / w]]
    }

    /// The map back, by the adjugate: its scale has no meaning, but its sign is such that depth 1 stays above 0.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        let determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6];
        Self(adjugate.map(|entry| entry / determinant))
    }
}

/// A camera without distortion, with square pixels and its principal point in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Focal length in pixels.
    pub focal_px: f64,
}

impl Camera {
    /// A camera of 640×480 pixels, or 480×640 when held upright; `lens_deg` is the field of view across the 480.
    #[must_use]
    pub fn new(lens_deg: u32, orientation: Orientation) -> Self {
        let (width, height) = match orientation {
            Orientation::Landscape => (640, 480),
            Orientation::Portrait => (480, 640),
        };
        let focal_px = 240.0 / (f64::from(lens_deg) / 2.0).to_radians().tan();
        Self { width, height, focal_px }
    }

    /// Its matrix.
    #[must_use]
    fn matrix(&self) -> Matrix {
        let (x, y) = (self.width as f64 / 2.0, self.height as f64 / 2.0);
        [[self.focal_px, 0.0, x], [0.0, self.focal_px, y], [0.0, 0.0, 1.0]]
    }

    /// Whether a point lies in the frame.
    #[must_use]
    pub fn sees(&self, [x, y]: Point) -> bool {
        (0.0..self.width as f64).contains(&x) && (0.0..self.height as f64).contains(&y)
    }
}

/// How a frame is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// 640×480
    Landscape,
    /// 480×640
    Portrait,
}

/// How a photo is seen by a camera at rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Where its centre appears, in widths and heights of the frame.
    pub centre: Point,
    /// How wide it would appear without tilt, in pixels.
    pub width_px: f64,
    /// How far it leans, in radians; 0 is parallel to the frame.
    pub tilt: f64,
    /// Direction of the axis that it leans about, in radians.
    pub tilt_axis: f64,
    /// How far it is turned in its own plane, in radians.
    pub roll: f64,
}

/// A small motion of the camera.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shake {
    /// About x, y and z, in radians.
    pub rotation: [f64; 3],
    /// Along x, y and z, in distances between camera and photo.
    pub translation: [f64; 3],
}

/// From the photo to the frame. `aspect` is the photo's height in its widths.
#[must_use]
pub fn project(camera: &Camera, view: &View, shake: &Shake, aspect: f64) -> Homography {
    let depth = camera.focal_px / view.width_px;
    let in_px = [view.centre[0] * camera.width as f64, view.centre[1] * camera.height as f64];
    let offset = |axis: usize, side: usize| (in_px[axis] - side as f64 / 2.0) / camera.focal_px * depth;
    let place = [offset(0, camera.width), offset(1, camera.height), depth];

    let lean = product(&turn(2, view.tilt_axis), &product(&turn(0, view.tilt), &turn(2, -view.tilt_axis)));
    let pose = product(&lean, &turn(2, view.roll));
    let [x, y, z] = shake.rotation;
    let shaken = product(&turn(2, z), &product(&turn(1, y), &turn(0, x)));
    let rotation = product(&shaken, &pose);
    let moved = transform(&shaken, place);
    let translation = [0, 1, 2].map(|axis| moved[axis] + shake.translation[axis] * depth);

    // Columns: the photo's width, its height, and its upper left corner.
    let column = |axis: usize| [rotation[0][axis], rotation[1][axis], rotation[2][axis]];
    let (across, down) = (column(0), column(1).map(|entry| entry * aspect));
    let corner = [0, 1, 2].map(|axis| translation[axis] - (across[axis] + down[axis]) / 2.0);
    let columns = [across, down, corner].map(|column| transform(&camera.matrix(), column));
    let row = |axis: usize| [columns[0][axis], columns[1][axis], columns[2][axis]];
    let [[a, b, c], [d, e, f], [g, h, i]] = [row(0), row(1), row(2)];
    Homography([a, b, c, d, e, f, g, h, i])
}

type Matrix = [[f64; 3]; 3];

/// The rotation about an axis.
fn turn(axis: usize, angle: f64) -> Matrix {
    let (sin, cos) = angle.sin_cos();
    let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
    let mut matrix = [[0.0; 3]; 3];
    matrix[axis][axis] = 1.0;
    matrix[next][next] = cos;
    matrix[next][last] = -sin;
    matrix[last][next] = sin;
    matrix[last][last] = cos;
    matrix
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let entry = |row: usize, column: usize| (0..3).map(|k| a[row][k] * b[k][column]).sum();
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| entry(row, column)))
}

fn transform(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|row| (0..3).map(|k| matrix[row][k] * vector[k]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        Camera::new(45, Orientation::Landscape)
    }

    fn view() -> View {
        View { centre: [0.5, 0.5], width_px: 320.0, tilt: 0.0, tilt_axis: 0.0, roll: 0.0 }
    }

    #[test]
    fn a_photo_without_tilt_has_the_size_asked_for() {
        let corners = project(&camera(), &view(), &Shake::default(), 0.75).corners();
        let expected = [[160.0, 120.0], [480.0, 120.0], [480.0, 360.0], [160.0, 360.0]];
        for (corner, expected) in corners.iter().zip(expected) {
            assert!((corner[0] - expected[0]).abs() < 1e-9 && (corner[1] - expected[1]).abs() < 1e-9, "{corners:?}");
        }
    }

    #[test]
    fn tilt_about_the_horizontal_brings_one_edge_nearer() {
        let tilted = View { tilt: 0.5, ..view() };
        let [a, b, c, d] = project(&camera(), &tilted, &Shake::default(), 0.75).corners();
        assert!((c[0] - d[0]) < (b[0] - a[0]), "a positive tilt takes the lower edge away");
        let rolled = View { roll: 0.1, ..view() };
        let [a, b, ..] = project(&camera(), &rolled, &Shake::default(), 0.75).corners();
        assert!(b[1] > a[1], "a positive roll is clockwise");
    }

    #[test]
    fn the_inverse_leads_back_and_the_jacobian_is_a_derivative() {
        let tilted = View { tilt: 0.9, tilt_axis: 0.4, roll: 2.0, ..view() };
        let shake = Shake { rotation: [0.01, -0.02, 0.03], translation: [0.02, 0.01, -0.03] };
        let there = project(&camera(), &tilted, &shake, 0.75);
        let back = there.inverse();
        let point = [0.3, 0.8];
        let [x, y] = back.apply(there.apply(point));
        assert!((x - point[0]).abs() < 1e-12 && (y - point[1]).abs() < 1e-12);
        assert!(back.depth(there.apply(point)) > 0.0);
        let step = 1e-6;
        let [moved, still] = [there.apply([0.3 + step, 0.8]), there.apply(point)];
        assert!(((moved[0] - still[0]) / step - there.jacobian(point)[0][0]).abs() < 1e-3);
        assert!(((moved[1] - still[1]) / step - there.jacobian(point)[1][0]).abs() < 1e-3);
    }
}
