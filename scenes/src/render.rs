//! What reaches the lens: every pixel is the mean of the scene over the pixel's area and the time of the exposure.
//!
//! The frame is cut into tiles. In a tile the map from the frame to the photo's plane is nearly affine, so that the number of
//! samples, the levels of the pyramids and the places of the samples in a pixel are chosen once: at least 2×2, finer along
//! the direction in which the plane leans away, more when the picture moves by more pixels during the exposure. Each sample
//! has a time of its own. The print's outline is not sampled: its coverage is a ramp as wide as a sample's area, so that an
//! edge that runs along the pixel grid is as exact as any other.

use std::array;

use crate::{
    case::FRAME_RATE,
    geometry::{Homography, Point},
    hand::Hand,
    picture::{Level, Light, add, mix},
    scene::{Scene, Table},
    script::{Script, Shot},
};

/// Pixels a side.
const TILE: usize = 8;
/// The exposure is cut at so many times; numbers of samples divide it by two.
const KNOTS: usize = 96;
/// Samples that a pixel may have. All divide `KNOTS / 2`.
const SAMPLES: [usize; 7] = [4, 6, 8, 12, 16, 24, 48];
/// Samples along the direction in which the plane leans away.
const ACROSS: [usize; 5] = [2, 3, 4, 6, 8];
/// Distance of samples, in pixels.
const SPACING_PX: f64 = 0.5;
/// Farther than a tenth of the print's nearness the table fades into the room, and is gone at a twentieth.
const FOG: [f32; 2] = [0.05, 0.1];
/// Deviation of the reflection of a lamp, in widths of the print, and its light: its middle saturates.
const GLARE_WIDTH: f32 = 0.09;
const GLARE_LIGHT: f32 = 3.0;

/// The light that falls through the lens, with a margin around the frame that blurring uses up.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// Pixels a row, margins included.
    pub width: usize,
    /// Rows, margins included.
    pub height: usize,
    /// Pixels on each side beyond the frame.
    pub margin: usize,
    /// `width * height` pixels, row-major.
    pub light: Vec<Light>,
}

/// Draws frame number `frame` with this margin.
pub fn render(scene: &Scene, script: &Script, frame: usize, shot: &Shot, margin: usize, canvas: &mut Canvas) {
    let camera = script.camera();
    canvas.width = camera.width + 2 * margin;
    canvas.height = camera.height + 2 * margin;
    canvas.margin = margin;
    canvas.light.resize(canvas.width * canvas.height, [0.0; 4]);
    let stage = Stage::new(scene, script, frame, shot);
    for top in (0..canvas.height).step_by(TILE) {
        for left in (0..canvas.width).step_by(TILE) {
            let tile = stage.tile([left, top].map(|side| side as f64 - margin as f64));
            let columns = TILE.min(canvas.width - left);
            for (row, pixels) in tile.chunks_exact(TILE).enumerate().take(canvas.height - top) {
                let begin = (top + row) * canvas.width + left;
                canvas.light[begin..begin + columns].copy_from_slice(&pixels[..columns]);
            }
        }
    }
}

/// A scene during one exposure.
struct Stage<'a> {
    scene: &'a Scene,
    /// The print's height in its widths.
    aspect: f64,
    /// From photo to frame when the shutter opens and closes.
    ends: [Homography; 2],
    /// From frame to photo, at the exposure's knots; depth 1 is at the print's middle.
    back: Vec<Homography>,
    glare: Option<Point>,
    hand: Option<(&'a Hand, f32)>,
}

/// How a tile is sampled.
struct Sampling {
    /// Offset in pixels and knot of each sample.
    taps: Vec<([f64; 2], usize)>,
    /// Widths of the print a pixel, in the direction in which they are fewest and in which they are most.
    stretch: [f64; 2],
    /// Photo coordinates that a sample's area spans.
    span: [f32; 2],
}

type Tile = [Light; TILE * TILE];

impl<'a> Stage<'a> {
    fn new(scene: &'a Scene, script: &Script, frame: usize, shot: &Shot) -> Self {
        let opens = frame as f64 / FRAME_RATE - shot.exposure_s / 2.0;
        let there = |knot: usize| script.homography(opens + shot.exposure_s * knot as f64 / KNOTS as f64);
        let back = |knot: usize| {
            let there = there(knot);
            let nearness = there.depth([0.5, 0.5]);
            Homography(there.inverse().0.map(|entry| entry * nearness))
        };
        Self {
            scene,
            aspect: script.aspect(),
            ends: [there(0), there(KNOTS)],
            back: (0..=KNOTS).map(back).collect(),
            glare: shot.glare,
            hand: scene.hand.as_ref().zip(shot.covered).map(|(hand, share)| (hand, hand.reach(share))),
        }
    }

    /// The tile with this upper left corner in the frame.
    fn tile(&self, [left, top]: Point) -> Tile {
        let middle = &self.back[KNOTS / 2];
        let side = TILE as f64;
        let centre = [left + side / 2.0, top + side / 2.0];
        let nearest =
            [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]].map(|[x, y]| middle.depth([left + x, top + y]));
        let (far, near) = nearest.iter().fold((f64::MAX, f64::MIN), |(far, near), &w| (far.min(w), near.max(w)));
        if near as f32 <= FOG[0] {
            return [self.scene.room; TILE * TILE];
        }
        // A tile at the horizon is sampled as where it is nearest.
        let centre = if middle.depth(centre) as f32 > FOG[0] { centre } else { nearest_corner(middle, left, top) };
        let sampling = self.sampling(centre);
        let foggy = far as f32 <= FOG[1];
        let [u, v] = self.extent([left, top]);
        let [margin_u, margin_v] = sampling.span.map(f64::from);
        let inside = u[0] > margin_u && u[1] < 1.0 - margin_u && v[0] > margin_v && v[1] < 1.0 - margin_v;
        let outside = u[1] < -margin_u || u[0] > 1.0 + margin_u || v[1] < -margin_v || v[0] > 1.0 + margin_v;
        let hand = self.hand.filter(|(hand, reach)| {
            let [u, v] = middle.apply(centre);
            let moved = self.moved_px([u, v]);
            let extent = (side + moved) * sampling.stretch[1] / f64::from(hand.length());
            f64::from(hand.distance(hand.place(u as f32, v as f32, *reach))) < extent
        });

        let fine = SPACING_PX * sampling.stretch[0];
        let print = self.scene.print.level(fine);
        let table = Cover::new(&self.scene.table, fine);
        let corner = [left, top];
        let mut tile = match (hand, foggy, inside, outside) {
            (None, false, true, _) => self.gather(&sampling, corner, |u, v, _| print.sample(u, v)),
            (None, false, _, true) => self.gather(&sampling, corner, |u, v, _| table.sample(u, v)),
            _ => self.gather(&sampling, corner, |u, v, near| {
                let beyond = if foggy {
                    let clear = ((near - FOG[0]) / (FOG[1] - FOG[0])).clamp(0.0, 1.0);
                    if clear > 0.0 { mix(self.scene.room, table.sample(u, v), clear) } else { self.scene.room }
                } else {
                    table.sample(u, v)
                };
                let covered = coverage(u, sampling.span[0]) * coverage(v, sampling.span[1]);
                let flat =
                    if near > FOG[0] && covered > 0.0 { mix(beyond, print.sample(u, v), covered) } else { beyond };
                let Some((hand, reach)) = hand else { return flat };
                let place = hand.place(u, v, reach);
                let distance = hand.distance(place);
                let texel = (fine / f64::from(hand.length())) as f32;
                let covered = (0.5 - distance / texel).clamp(0.0, 1.0);
                if covered > 0.0 { mix(flat, hand.skin(place, distance, texel), covered) } else { flat }
            }),
        };
        if let Some(glare) = self.glare {
            self.reflect(glare, corner, &mut tile);
        }
        tile
    }

    /// How to sample around a point of the frame.
    fn sampling(&self, centre: Point) -> Sampling {
        let middle = &self.back[KNOTS / 2];
        let [du, dv] = middle.jacobian(centre);
        let [[a, b], [c, d]] = [du, dv.map(|derivative| derivative * self.aspect)];
        // Singular values of the Jacobian in widths of the print, and the direction in the frame of the larger one.
        let (p, q, r) = (a * a + c * c, a * b + c * d, b * b + d * d);
        let (mean, radius) = ((p + r) / 2.0, ((p - r) / 2.0).hypot(q));
        let stretch = [(mean - radius).max(0.0).sqrt().max(1e-9), (mean + radius).sqrt()];
        let (sin, cos) = (q.atan2((p - r) / 2.0) / 2.0).sin_cos();

        let wanted = 2.0 * stretch[1] / stretch[0] - 0.2;
        let across = ACROSS.into_iter().find(|&count| count as f64 >= wanted).unwrap_or(ACROSS[ACROSS.len() - 1]);
        let spatial = 2 * across;
        let moved = self.moved_px(middle.apply(centre));
        let enough = |&count: &usize| count.is_multiple_of(spatial) && count as f64 >= moved;
        let count = SAMPLES.into_iter().find(enough).unwrap_or(SAMPLES[SAMPLES.len() - 1]);
        let taps = (0..count).map(|index| {
            let place = index % spatial;
            let along = ((place % across) as f64 + 0.5) / across as f64 - 0.5;
            let aside = (place / across) as f64 / 2.0 - 0.25;
            // Neighbours in space are apart in time: 5 has no divisor in common with the number of places.
            let time = index - place + place * 5 % spatial;
            ([along * cos - aside * sin, along * sin + aside * cos], (2 * time + 1) * (KNOTS / 2) / count)
        });
        let span = [du, dv].map(|[x, y]| (SPACING_PX * x.hypot(y)) as f32);
        Sampling { taps: taps.collect(), stretch, span }
    }

    /// How far a point of the photo moves during the exposure, in pixels.
    fn moved_px(&self, point: Point) -> f64 {
        let [[x, y], [u, v]] = [self.ends[0].apply(point), self.ends[1].apply(point)];
        (u - x).hypot(v - y)
    }

    /// Least and greatest `u` and `v` in the tile during the exposure.
    fn extent(&self, [left, top]: Point) -> [[f64; 2]; 2] {
        let mut extent = [[f64::MAX, f64::MIN]; 2];
        for knot in [0, KNOTS / 2, KNOTS] {
            for [x, y] in crate::geometry::CORNERS {
                let corner = [left + x * TILE as f64, top + y * TILE as f64];
                for (range, at) in extent.iter_mut().zip(self.back[knot].apply(corner)) {
                    *range = [range[0].min(at), range[1].max(at)];
                }
            }
        }
        extent
    }

    /// The means of `light(u, v, nearness)` over the pixels.
    #[inline]
    fn gather(&self, sampling: &Sampling, [left, top]: Point, light: impl Fn(f32, f32, f32) -> Light) -> Tile {
        let mut tile = [[0.0; 4]; TILE * TILE];
        let weight = 1.0 / sampling.taps.len() as f32;
        for &([dx, dy], knot) in &sampling.taps {
            let g = &self.back[knot].0;
            let (x, y) = (left + 0.5 + dx, top + 0.5 + dy);
            let begin: [f64; 3] = array::from_fn(|row| g[3 * row] * x + g[3 * row + 1] * y + g[3 * row + 2]);
            let across: [f32; 3] = array::from_fn(|row| g[3 * row] as f32);
            for (row, pixels) in tile.chunks_exact_mut(TILE).enumerate() {
                let start: [f32; 3] = array::from_fn(|axis| (begin[axis] + g[3 * axis + 1] * row as f64) as f32);
                for (column, pixel) in pixels.iter_mut().enumerate() {
                    let [u, v, near]: [f32; 3] = array::from_fn(|axis| start[axis] + across[axis] * column as f32);
                    let distance = 1.0 / near;
                    add(pixel, light(u * distance, v * distance, near), weight);
                }
            }
        }
        tile
    }

    /// Adds the reflection of a lamp.
    fn reflect(&self, [glare_u, glare_v]: Point, [left, top]: Point, tile: &mut Tile) {
        let middle = &self.back[KNOTS / 2];
        for (index, pixel) in tile.iter_mut().enumerate() {
            let centre = [left + (index % TILE) as f64 + 0.5, top + (index / TILE) as f64 + 0.5];
            let [u, v] = middle.apply(centre);
            let away = ((u - glare_u).hypot((v - glare_v) * self.aspect)) as f32 / GLARE_WIDTH;
            if away < 4.0 {
                let light = GLARE_LIGHT * (-0.5 * away * away).exp();
                *pixel = pixel.map(|channel| channel + light);
            }
        }
    }
}

/// The tile's corner that is nearest to the camera.
fn nearest_corner(back: &Homography, left: f64, top: f64) -> Point {
    let side = TILE as f64;
    [if back.0[6] > 0.0 { left + side } else { left }, if back.0[7] > 0.0 { top + side } else { top }]
}

/// How much of a sample's area, `span` wide, lies within 0 to 1.
#[inline]
fn coverage(at: f32, span: f32) -> f32 {
    (at / span + 0.5).clamp(0.0, 1.0) * ((1.0 - at) / span + 0.5).clamp(0.0, 1.0)
}

/// A table's pattern at one level.
struct Cover<'a> {
    level: Level<'a>,
    placement: &'a [[f32; 3]; 2],
}

impl<'a> Cover<'a> {
    /// `fine` is in widths of the print.
    fn new(table: &'a Table, fine: f64) -> Self {
        Self { level: table.pattern.level(fine * table.scale), placement: &table.placement }
    }

    #[inline]
    fn sample(&self, u: f32, v: f32) -> Light {
        let [[a, b, c], [d, e, f]] = self.placement;
        self.level.sample_mirrored(a * u + b * v + c, d * u + e * v + f)
    }
}
