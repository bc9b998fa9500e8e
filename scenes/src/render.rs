//! What reaches the sensor: every pixel is a mean of the scene over the pixel's area, the lens' point spread and the time of
//! the exposure.
//!
//! Area and point spread together are nearly a normal distribution, round in the frame. Pictures are stored blurred by such
//! distributions (see [`Pyramid`](crate::picture::Pyramid)), so that one sample is the whole mean where the photo's plane is
//! parallel to the frame. Where it leans away, the distribution is longer in the plane in one direction, and several samples
//! are spread along it; where the picture moves during the exposure, each of them is taken at several times. The outline of the
//! print is not sampled: its coverage is a ramp of the same deviation.
//!
//! The frame is cut into tiles. In a tile the map from the frame to the plane is nearly affine, so that levels, places and times
//! are chosen once.

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
/// Times that a pixel may have.
const TIMES: [usize; 8] = [1, 2, 3, 4, 6, 8, 12, 16];
/// Deviation of the lens' point spread, in pixels.
const LENS_PX: f64 = 0.55;
/// Variance of a pixel's area and the lens' point spread, in square pixels.
const SPREAD: f64 = 1.0 / 12.0 + LENS_PX * LENS_PX;
/// Distance of samples, in deviations of each, that still add up smoothly.
const SPACING: f64 = 2.2;
/// Most samples along the direction in which the plane leans away.
const PLACES_MAX: usize = 8;
/// Width of a smooth step, `6 x⁵ - 15 x⁴ + 10 x³`, in deviations of what it sums up: its slope has a variance of 1/28.
const STEP: f64 = 5.291_502_622;
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
    /// Longest offset.
    reach_px: f64,
    /// Deviation of a sample, in widths of the print.
    deviation: f64,
    /// Widths of the print a pixel, in the direction in which they are most.
    stretch: f64,
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
        let [u, v] = self.extent([left, top], sampling.reach_px);
        let steps = [1.0, 1.0 / self.aspect].map(|scale| STEP * sampling.deviation * scale);
        let inside = [u, v].iter().zip(steps).all(|(range, step)| range[0] > step && range[1] < 1.0 - step);
        let outside = [u, v].iter().zip(steps).any(|(range, step)| range[1] < -step || range[0] > 1.0 + step);
        let hand = self.hand.filter(|(hand, reach)| {
            let [u, v] = middle.apply(centre);
            let extent =
                (side + sampling.reach_px + self.moved_px([u, v])) * sampling.stretch / f64::from(hand.length());
            f64::from(hand.distance(hand.place(u as f32, v as f32, *reach))) < extent
        });

        let print = self.scene.print.level(sampling.deviation);
        let table = Cover::new(&self.scene.table, sampling.deviation);
        let corner = [left, top];
        let mut tile = match (hand, foggy, inside, outside) {
            (None, false, true, _) => self.gather(&sampling, corner, |u, v, _| print.sample(u, v)),
            (None, false, _, true) => self.gather(&sampling, corner, |u, v, _| table.sample(u, v)),
            _ => {
                let [step_u, step_v] = steps.map(|step| step as f32);
                let look = hand.map(|(hand, reach)| (hand, reach, sampling.deviation as f32 / hand.length()));
                self.gather(&sampling, corner, |u, v, near| {
                    let clear = ((near - FOG[0]) / (FOG[1] - FOG[0])).clamp(0.0, 1.0);
                    if clear == 0.0 {
                        return self.scene.room;
                    }
                    let table = mix(self.scene.room, table.sample(u, v), clear);
                    let flat = mix(table, print.sample(u, v), within(u, step_u) * within(v, step_v));
                    let Some((hand, reach, deviation)) = look else { return flat };
                    let place = hand.place(u, v, reach);
                    let distance = hand.distance(place);
                    let covered = step(-distance / (STEP as f32 * deviation));
                    mix(flat, hand.skin(place, distance, deviation), covered)
                })
            }
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
        let (long, short) = ((mean + radius).sqrt(), (mean - radius).max(0.0).sqrt());
        let (sin, cos) = (q.atan2((p - r) / 2.0) / 2.0).sin_cos();

        // Places along the long direction, so far apart that their variance is what a sample's own lacks, in pixels.
        let lacking = SPREAD * (1.0 - (short / long).powi(2));
        let apart = |places: usize| (12.0 * lacking / ((places * places).max(2) - 1) as f64).sqrt();
        let smooth = SPACING * SPREAD.sqrt() * (short / long);
        let nearly_round = short > 0.8 * long;
        let enough = |&places: &usize| if places == 1 { nearly_round } else { apart(places) <= smooth };
        let places = (1..PLACES_MAX).find(enough).unwrap_or(PLACES_MAX);
        let sample = if places == 1 { (short * long).sqrt() } else { short.max(long / PLACES_MAX as f64) };

        let moved = self.moved_px(middle.apply(centre)) / (SPACING * SPREAD.sqrt());
        let times = TIMES.into_iter().find(|&times| times as f64 >= moved).unwrap_or(TIMES[TIMES.len() - 1]);
        let reach_px = if places == 1 { 0.0 } else { (places - 1) as f64 / 2.0 * apart(places) };
        let taps = (0..places * times).map(|index| {
            let along = (index % places) as f64 * apart(places) - reach_px;
            ([along * cos, along * sin], (2 * (index / places) + 1) * (KNOTS / 2) / times)
        });
        Sampling { taps: taps.collect(), reach_px, deviation: SPREAD.sqrt() * sample, stretch: long }
    }

    /// How far a point of the photo moves during the exposure, in pixels.
    fn moved_px(&self, point: Point) -> f64 {
        let [[x, y], [u, v]] = [self.ends[0].apply(point), self.ends[1].apply(point)];
        (u - x).hypot(v - y)
    }

    /// Least and greatest `u` and `v` in the tile and so far around it, during the exposure.
    fn extent(&self, [left, top]: Point, around_px: f64) -> [[f64; 2]; 2] {
        let (from, side) = (-around_px, TILE as f64 + 2.0 * around_px);
        let mut extent = [[f64::MAX, f64::MIN]; 2];
        for knot in [0, KNOTS / 2, KNOTS] {
            for [x, y] in crate::geometry::CORNERS {
                let corner = [left + from + x * side, top + from + y * side];
                for (range, at) in extent.iter_mut().zip(self.back[knot].apply(corner)) {
                    *range = [range[0].min(at), range[1].max(at)];
                }
            }
        }
        extent
    }

    /// The means of `light(u, v, nearness)` over the pixels.
    #[inline(always)]
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

/// How much of a sample lies within 0 to 1.
#[inline]
fn within(at: f32, width: f32) -> f32 {
    step(at / width) * step((1.0 - at) / width)
}

/// From 0 to 1 between -½ and ½.
#[inline]
fn step(at: f32) -> f32 {
    let x = (at + 0.5).clamp(0.0, 1.0);
    x * x * x * (x * (6.0 * x - 15.0) + 10.0)
}

/// A table's pattern at one level.
struct Cover<'a> {
    level: Level<'a>,
    placement: &'a [[f32; 3]; 2],
}

impl<'a> Cover<'a> {
    /// `deviation` is in widths of the print.
    fn new(table: &'a Table, deviation: f64) -> Self {
        Self { level: table.pattern.level(deviation * table.scale), placement: &table.placement }
    }

    #[inline(always)]
    fn sample(&self, u: f32, v: f32) -> Light {
        let [[a, b, c], [d, e, f]] = self.placement;
        self.level.sample_mirrored(a * u + b * v + c, d * u + e * v + f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        case::{Case, Sequence},
        geometry::{CORNERS, Orientation},
        picture::{Picture, Pyramid},
    };

    const WHITE: Light = [0.9; 4];
    const BLACK: Light = [0.02; 4];

    /// A white print with a black rectangle between a quarter and three quarters, on a black table.
    fn scene() -> Scene {
        let (width, height) = (1024, 768);
        let dark = |at: usize, side: usize| (side / 4..side / 4 * 3).contains(&at);
        let print = Picture::draw(width, height, |x, y| if dark(x, width) && dark(y, height) { BLACK } else { WHITE });
        let pattern = Arc::new(Pyramid::new(Picture::draw(16, 16, |_, _| BLACK)));
        let table = Table { pattern, placement: [[0.3, 0.0, 0.0], [0.0, 0.3, 0.0]], scale: 0.3 };
        Scene { print: Arc::new(Pyramid::new(print)), shown: Vec::new(), table, room: BLACK, hand: None }
    }

    fn script(sequence: Sequence, seed: u64) -> Script {
        Script::new(&Case {
            photo: "rectangle".to_owned(),
            photo_width: 1024,
            photo_height: 768,
            sequence,
            lens: 45,
            orientation: Orientation::Landscape,
            seed,
            frames: 100,
        })
    }

    /// Light at a point of the frame, bilinear.
    fn light(canvas: &Canvas, [x, y]: Point) -> f64 {
        let at = |along: f64| along - 0.5 + canvas.margin as f64;
        let (x, y) = (at(x), at(y));
        let pixel =
            |dx: usize, dy: usize| f64::from(canvas.light[(y as usize + dy) * canvas.width + x as usize + dx][0]);
        let (s, t) = (x.fract(), y.fract());
        (pixel(0, 0) * (1.0 - s) + pixel(1, 0) * s) * (1.0 - t) + (pixel(0, 1) * (1.0 - s) + pixel(1, 1) * s) * t
    }

    /// What an edge between two points looks like across, from one pixel to the next mean over its middle part.
    struct Edge {
        /// How far it lies beside the points, in pixels.
        off: f64,
        /// Variance of its slope, in square pixels.
        variance: f64,
        /// Across the edge.
        normal: Point,
    }

    impl Edge {
        fn measure(canvas: &Canvas, [from, to]: [Point; 2], reach_px: f64) -> Self {
            const STEPS: usize = 400;
            const PLACES: usize = 40;
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            let normal = [(to[1] - from[1]) / length, (from[0] - to[0]) / length];
            let at = |step: usize| reach_px * (2.0 * step as f64 / STEPS as f64 - 1.0);
            let level = |step: usize| {
                let places = (0..PLACES).map(|place| {
                    let share = 0.3 + 0.4 * (place as f64 + 0.5) / PLACES as f64;
                    light(
                        canvas,
                        [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * share + at(step) * normal[axis]),
                    )
                });
                places.sum::<f64>() / PLACES as f64
            };
            let profile: Vec<f64> = (0..=STEPS).map(level).collect();
            let height = profile[STEPS] - profile[0];
            let moment = |of: &dyn Fn(f64) -> f64| {
                let slopes = profile.windows(2).enumerate();
                slopes
                    .map(|(step, pair)| of((at(step) + at(step + 1)) / 2.0) * (pair[1] - pair[0]) / height)
                    .sum::<f64>()
            };
            let off = moment(&|at| at);
            Self { off, variance: moment(&|at| (at - off).powi(2)), normal }
        }
    }

    /// What bilinear reading adds to a variance, in square pixels.
    const READING: f64 = 1.0 / 6.0;

    /// The edges of the print and of the rectangle in it.
    fn edges(truth: &Homography) -> Vec<[Point; 2]> {
        let outline = |share: f64| CORNERS.map(|corner| truth.apply(corner.map(|at| 0.5 + (at - 0.5) * share)));
        let edges = |[a, b, c, d]: [Point; 4]| [[a, b], [b, c], [c, d], [d, a]];
        [1.0, 0.5].into_iter().flat_map(|share| edges(outline(share))).collect()
    }

    #[test]
    fn edges_and_with_them_corners_are_where_the_truth_says_and_as_soft_as_pixel_and_lens_make_them() {
        let scene = scene();
        let still = [(Sequence::Static, 0), (Sequence::Tilt, 52), (Sequence::Roll, 30), (Sequence::Roll, 70)];
        let moving = [(Sequence::Scale, 40), (Sequence::Scale, 99), (Sequence::HandHeld, 40), (Sequence::Tilt, 20)];
        for (sequence, frame) in still.into_iter().chain(moving) {
            for seed in [1, 2, 3] {
                let script = script(sequence, seed);
                let truth = script.truth(frame).expect("the print is there");
                let mut canvas = Canvas::default();
                let shot = Shot { exposure_s: 1.0 / 1000.0, ..script.shot(frame) };
                render(&scene, &script, frame, &shot, 16, &mut canvas);
                for (number, points) in edges(&truth).into_iter().enumerate() {
                    let edge = Edge::measure(&canvas, points, 6.0);
                    assert!(
                        edge.off.abs() < 0.03,
                        "{sequence} {frame} seed {seed} edge {number}: {:.3} px off",
                        edge.off
                    );
                    let softness = (edge.variance / (SPREAD + READING)).sqrt();
                    // Levels are within 9 % of a distribution, and places along the tilt stand for twice of what is between them.
                    assert!(
                        (softness - 1.0).abs() < 0.12,
                        "{sequence} {frame} seed {seed} edge {number}: {softness:.3}"
                    );
                }
            }
        }
    }

    #[test]
    fn motion_blurs_along_the_motion_around_the_truth() {
        let scene = scene();
        // A quarter of the way to and fro, where it is fastest.
        let frame = 7;
        for seed in [1, 2, 3] {
            let script = script(Sequence::FastPan, seed);
            let (truth, shot) = (script.truth(frame).expect("the print is there"), script.shot(frame));
            let mut canvas = Canvas::default();
            render(&scene, &script, frame, &shot, 80, &mut canvas);
            let time_s = frame as f64 / FRAME_RATE;
            let ends = [-0.5, 0.5].map(|share| script.homography(time_s + share * shot.exposure_s).inverse());
            for (number, points) in edges(&truth).into_iter().enumerate() {
                let edge = Edge::measure(&canvas, points, 16.0);
                // The way of the middle of the edge, by where it is seen from.
                let middle = [0, 1].map(|axis| (points[0][axis] + points[1][axis]) / 2.0);
                let [opens, closes] = ends.map(|back| truth.apply(back.apply(middle)));
                let way = (closes[0] - opens[0]) * edge.normal[0] + (closes[1] - opens[1]) * edge.normal[1];
                let expected = SPREAD + READING + way * way / 12.0;
                assert!(edge.off.abs() < 0.05, "seed {seed} edge {number}: {:.3} px off", edge.off);
                let softness = (edge.variance / expected).sqrt();
                assert!(
                    (softness - 1.0).abs() < 0.1,
                    "seed {seed} edge {number}: {softness:.3} for a way of {way:.1} px"
                );
            }
        }
    }
}
