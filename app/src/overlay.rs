//! Where a video lies on its photo: the viewer's `fit.js` once more, for pictures that the server draws.
//!
//! All lengths are in widths of the photo, from its centre, `x` to the right and `y` down.

use std::f64::consts::TAU;

use crate::model::{Fit, Mask, Overlay};

/// Corners of a circle or an ellipse, and of a rounded corner.
const ROUND_CORNERS: u32 = 64;
const CORNER_STEPS: u32 = 8;
/// Radius of rounded corners, in shorter sides of the video.
const CORNER_RADIUS: f64 = 0.12;

/// Pixels of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// A part of a video, 0 to 1, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// From the left.
    pub x: f64,
    /// From above.
    pub y: f64,
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// Where a video lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The centre.
    pub x: f64,
    /// The centre.
    pub y: f64,
    /// Its width before it is turned.
    pub width: f64,
    /// Its height before it is turned.
    pub height: f64,
    /// Degrees clockwise around the centre.
    pub rotation: f64,
    /// What is shown of it.
    pub crop: Part,
    /// The corners of its shape, clockwise on the screen, in widths and heights of it from its centre.
    pub outline: Vec<(f64, f64)>,
}

impl Placed {
    /// The corners of its shape where they lie on the photo.
    #[must_use]
    pub fn corners(&self) -> Vec<(f64, f64)> {
        let (sin, cos) = self.rotation.to_radians().sin_cos();
        let turned = self.outline.iter().map(|(x, y)| {
            let (x, y) = (x * self.width, y * self.height);
            (self.x + x * cos - y * sin, self.y + x * sin + y * cos)
        });
        turned.collect()
    }
}

/// Where a video lies on its photo.
#[must_use]
pub fn place(overlay: &Overlay, photo: Size, video: Size) -> Placed {
    let (width, height, crop) = fitted(overlay.fit, photo, video);
    Placed {
        x: overlay.x,
        y: overlay.y * shape(photo),
        width: width * overlay.zoom,
        height: height * overlay.zoom,
        rotation: overlay.rotation,
        crop,
        outline: outline(overlay.mask, width, height),
    }
}

/// Height in widths; a picture without pixels is a square.
fn shape(size: Size) -> f64 {
    f64::from(size.height.max(1)) / f64::from(size.width.max(1))
}

fn fitted(fit: Fit, photo: Size, video: Size) -> (f64, f64, Part) {
    let whole = Part { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
    let (height, video_shape) = (shape(photo), shape(video));
    match fit {
        Fit::Fill => (1.0, height, whole),
        Fit::Exact => {
            let unit = f64::from(photo.width.max(1));
            (f64::from(video.width) / unit, f64::from(video.height) / unit, whole)
        }
        Fit::Contain if video_shape > height => (height / video_shape, height, whole),
        Fit::Contain => (1.0, video_shape, whole),
        Fit::Cover => {
            let shown = (video_shape / height).min(height / video_shape);
            let crop = if video_shape > height {
                Part { y: (1.0 - shown) / 2.0, height: shown, ..whole }
            } else {
                Part { x: (1.0 - shown) / 2.0, width: shown, ..whole }
            };
            (1.0, height, crop)
        }
    }
}

fn outline(mask: Mask, width: f64, height: f64) -> Vec<(f64, f64)> {
    let shorter = width.min(height);
    let around = |radius_x: f64, radius_y: f64| {
        let corner = |step| {
            let angle = TAU * f64::from(step) / f64::from(ROUND_CORNERS);
            (radius_x * angle.cos(), radius_y * angle.sin())
        };
        (0..ROUND_CORNERS).map(corner).collect()
    };
    match mask {
        Mask::None => vec![(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)],
        Mask::Oval => around(0.5, 0.5),
        Mask::Circle => around(shorter / width / 2.0, shorter / height / 2.0),
        Mask::Rounded => {
            let (radius_x, radius_y) = (shorter * CORNER_RADIUS / width, shorter * CORNER_RADIUS / height);
            let corners = [(-1.0, -1.0, 0.5), (1.0, -1.0, 0.75), (1.0, 1.0, 0.0), (-1.0, 1.0, 0.25)];
            let corner = |(side_x, side_y, turn): (f64, f64, f64)| {
                (0..=CORNER_STEPS).map(move |step| {
                    let angle = TAU * (turn + f64::from(step) / f64::from(CORNER_STEPS) / 4.0);
                    let (x, y) = (side_x * (0.5 - radius_x), side_y * (0.5 - radius_y));
                    (x + radius_x * angle.cos(), y + radius_y * angle.sin())
                })
            };
            corners.into_iter().flat_map(corner).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// The cases that `e2e/tests/fit.spec.ts` holds the viewer to.
    const CASES: &str = include_str!("../../e2e/fixtures/overlays.json");

    #[derive(Deserialize)]
    struct Case {
        name: String,
        overlay: Overlay,
        photo: [u32; 2],
        video: [u32; 2],
        rectangle: [f64; 5],
        crop: [f64; 4],
        corners: usize,
        first: [f64; 2],
    }

    #[test]
    fn the_server_draws_what_the_viewer_shows() {
        let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
        assert!(cases.len() >= 12);
        for case in cases {
            let size = |[width, height]: [u32; 2]| Size { width, height };
            let placed = place(&case.overlay, size(case.photo), size(case.video));
            let Placed { x, y, width, height, rotation, crop, outline } = &placed;
            let is_near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
            assert!(is_near(&[*x, *y, *width, *height, *rotation], &case.rectangle), "{}: {placed:?}", case.name);
            assert!(is_near(&[crop.x, crop.y, crop.width, crop.height], &case.crop), "{}: {placed:?}", case.name);
            assert_eq!(outline.len(), case.corners, "{}", case.name);
            let first = placed.corners()[0];
            assert!(is_near(&[first.0, first.1], &case.first), "{}: {first:?}", case.name);
        }
    }
}
