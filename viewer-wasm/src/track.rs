//! Keeps a pose on its photo: places of the photo are looked for where the pose says they are, from coarse to fine, and
//! the pose is moved to where they were found.
//!
//! A place is drawn as the pose would have it (its 8×8 pixels in the frame's own grid), and moved until it matches the
//! frame: an inverse compositional Lucas-Kanade search for a shift, blind to brightness and contrast. Each tells how sure
//! it is, and in which direction; what disagrees is weighed down. So a hand over half of the photo, or a glare on it, costs
//! places, not the pose.
//!
//! Source: S. Baker and I. Matthews, "Lucas-Kanade 20 Years On", IJCV 56(3), 2004, §3.2 and §5; G. Klein and D. Murray,
//! "Parallel Tracking and Mapping for Small AR Workspaces", ISMAR 2007, for patches from coarse to fine.

use compiler_wasm::plane::GrayImage;

use crate::{
    homography::{Matrix3, linearize, multiply},
    image::Levels,
    pose::{Belief, Camera, Observation, Pose, fit, misfit},
    target::Target,
};

/// Pixels of a side of what is looked at around a place.
const SIDE: usize = 8;
const PIXELS: usize = SIDE * SIDE;
/// With a pixel more on each side, for the gradients.
const FRAMED: usize = SIDE + 2;
/// Steps of a search for a shift, and what ends it, in pixels.
const STEPS: usize = 8;
const STEP_MIN: f32 = 0.01;
/// Farthest that a search goes, in pixels of its level.
const SHIFT_MAX: f32 = 4.0;
/// Least correlation of a place that counts.
const CORRELATION_MIN: f32 = 0.5;
/// Half the side of the square of shifts that is tried for all places together at the coarsest level, in its pixels.
const REACH: i32 = 5;
/// The photo's shorter side at the coarsest level, in pixels.
const COARSEST_PX: f64 = 22.0;
/// Farthest that a place that counts as found may be from where the pose says, in pixels of its level.
const AGREES_PX: f64 = 1.5;
/// Smallest deviation that is believed, in deviations that the places tell.
const DEVIATION_MIN: f64 = 0.5;
/// How far a level moves a pose, as a standard deviation in radians and distances from the camera: few coarse places bend
/// it easily.
const MOTION_FINE: f64 = 0.2;
const MOTION_COARSE: f64 = 0.03;
/// What is not found by chance: so many places, and such a share of those in the frame.
const FIRM_PLACES: usize = 8;
const FIRM_SHARE: f32 = 0.25;
/// Places that look like this need to be fewer.
const ALIKE: f32 = 0.9;
const ALIKE_SHARE: f32 = 0.15;
/// The same for a coarse level, whose few places are more alike.
const COARSE_SHARE: f32 = 0.5;
/// Share of the places from which the lens is learnt.
const LENS_SHARE: f32 = 0.5;
/// How much better the mirrored pose must be.
const MIRRORED_MISFIT: f64 = 0.95;
/// Strongest blur that is looked for, and how much more like the frame another blur must make the places.
const FOCUS_MAX: usize = 3;
const BLUR_CHANGE_MIN: f32 = 0.01;
/// Eighths of the time between two frames that a shutter is open: at most, by which it is changed, and what is believed
/// before motion shows it.
const SHUTTER_MAX: usize = 8;
const SHUTTER_STEP: usize = 2;
const SHUTTER_BELIEVED: usize = 4;
/// Between two samples of a way.
const TAP_PX: f32 = 2.0;
/// One place of so many shows how blurred the frame is.
const BLUR_EVERY: usize = 3;
/// Shortest and longest way of a place while the shutter is open that is drawn, in pixels of its level.
const STREAK_MIN: f32 = 1.0;
const STREAK_MAX: f32 = 12.0;
/// Fewest places that make a pose.
const PLACES_MIN: usize = 6;

/// How well a pose is held by what is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hold {
    /// Places that were in the frame.
    pub visible: usize,
    /// Places that were found where the pose says.
    pub found: usize,
    /// Mean correlation of those.
    pub correlation: f32,
}

impl Hold {
    /// Whether chance alone would hardly find as much.
    #[must_use]
    pub fn is_firm(&self) -> bool {
        let share = if self.correlation >= ALIKE { ALIKE_SHARE } else { FIRM_SHARE };
        self.found >= FIRM_PLACES && self.share() >= share
    }

    /// Of two levels, the one that holds a greater share of its places.
    fn firmer(self, other: Self) -> Self {
        if self.share() > other.share() { self } else { other }
    }

    /// Share of the places in the frame that were found, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        if self.visible == 0 { 0.0 } else { self.found as f32 / self.visible as f32 }
    }
}

/// Memory of an alignment, kept for the next.
#[derive(Debug, Default)]
pub struct Scratch {
    patches: Vec<Placed>,
    observations: Vec<Observation>,
    errors: Vec<f64>,
    scores: Vec<f32>,
}

/// A place that is in the frame, as the pose would draw it.
#[derive(Debug)]
struct Placed {
    /// In the photo's plane.
    point: [f64; 2],
    /// In pixels of the level.
    at: [f32; 2],
    patch: Patch,
    correlation: f32,
    /// Where it was found, in pixels of the frame.
    seen: Option<[f64; 2]>,
}

/// What is tracked from frame to frame.
#[derive(Clone, Copy, Debug)]
pub struct Aligned {
    /// Where the photo is.
    pub pose: Pose,
    /// The lens.
    pub camera: Camera,
    /// The motion since the frame before, as a step of the pose.
    pub motion: [f64; 6],
    /// How the frame is blurred.
    pub blur: Blur,
}

/// How a frame is blurred: places are drawn so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blur {
    /// All around, by focus: as a power of two, in pixels.
    focus: usize,
    /// Along the motion: how long the shutter is open, in eighths of the time from frame to frame.
    shutter: usize,
}

impl Default for Blur {
    fn default() -> Self {
        Self { focus: 0, shutter: SHUTTER_BELIEVED }
    }
}

/// Where an alignment begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The pose may be off by a good part of the photo.
    Far,
    /// The pose is off by a few pixels.
    Near,
}

/// Moves a pose onto the photo in `frame`, and the lens with it. `None` when too little is found.
///
/// Levels are gone through from coarse to fine for as long as places are found: where a frame is blurred, a coarse level
/// is the last that shows them.
#[must_use]
pub fn align(
    target: &Target,
    frame: &Levels,
    before: &Aligned,
    start: Start,
    scratch: &mut Scratch,
) -> Option<(Aligned, Hold)> {
    let levels = frame.all();
    let magnification = magnification(target, &before.pose, &before.camera)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a level is a small number")]
    let level_of = |ratio: f64| (libm::log2(ratio.max(1.0)) + 0.4) as usize;
    let finest = level_of(magnification).max(before.blur.focus.saturating_sub(1)).min(levels.len() - 1);
    let shorter = magnification * target.extent[0].min(target.extent[1]);
    let coarsest = match start {
        Start::Far => level_of(shorter / COARSEST_PX).max(finest),
        Start::Near => finest + 1,
    };
    let coarsest = coarsest.min(levels.len() - 1);
    let mut aligned = *before;
    if start == Start::Far {
        shift_all(target, levels, coarsest, &mut aligned, scratch);
    }
    let mut held = None;
    for level in (finest..=coarsest).rev() {
        let Some(hold) = align_level(target, levels, level, level == finest, &before.camera, &mut aligned, scratch)
        else {
            if held.is_some() {
                break;
            }
            continue;
        };
        if hold.is_firm() && (level == finest || hold.share() >= COARSE_SHARE) {
            let firmest = held.map_or(hold, |(_, before, _): (_, Hold, _)| before.firmer(hold));
            held = Some((aligned, firmest, level));
        } else if held.is_some() {
            break;
        }
    }
    let (mut aligned, mut hold, level) = held?;
    if level == finest
        && let Some(mut other) = mirrored(&aligned, scratch)
    {
        let believed = other.camera;
        let again = align_level(target, levels, finest, true, &believed, &mut other, scratch);
        let here = count(&aligned.pose, &aligned.camera, finest, scratch);
        if let Some(again) = again.filter(|again| again.found > here.found) {
            (aligned, hold) = (other, again);
        }
    }
    aligned.blur = blur(target, levels, level, &aligned, scratch);
    Some((aligned, hold))
}

/// The mirrored pose, when it explains better what was observed last: the first frames may have chosen the wrong one of
/// the two. Nothing that the wrong one has taught of the lens is kept.
fn mirrored(aligned: &Aligned, scratch: &mut Scratch) -> Option<Aligned> {
    let Scratch { observations, errors, .. } = scratch;
    let believed = aligned.camera.unlearnt();
    let (mut pose, mut camera) = (aligned.pose.mirrored()?, believed);
    let belief = Belief { camera: believed, motion: MOTION_FINE, deviation_min: DEVIATION_MIN };
    fit(&mut pose, &mut camera, observations, &belief, errors)?;
    let [here, there] = [(&aligned.pose, &aligned.camera), (&pose, &camera)]
        .map(|(pose, camera)| misfit(pose, camera, observations, 2.0 * DEVIATION_MIN));
    (there < MIRRORED_MISFIT * here).then_some(Aligned { pose, camera, ..*aligned })
}

/// Moves a pose by what one level shows.
fn align_level(
    target: &Target,
    levels: &[GrayImage],
    level: usize,
    is_finest: bool,
    believed: &Camera,
    aligned: &mut Aligned,
    scratch: &mut Scratch,
) -> Option<Hold> {
    let motion = if is_finest { MOTION_FINE } else { MOTION_COARSE };
    let belief = Belief { camera: *believed, motion, deviation_min: DEVIATION_MIN };
    let (mut pose, mut camera) = (aligned.pose, aligned.camera);
    let mut hold = Hold::default();
    let mut learnt = 0.0;
    for _ in 0..if is_finest { 2 } else { 1 } {
        place_all(target, &levels[level], level, &Aligned { pose, camera, ..*aligned }, 1, scratch);
        search_all(&levels[level], level, scratch);
        if scratch.observations.len() < PLACES_MIN {
            return None;
        }
        learnt = fit(&mut pose, &mut camera, &scratch.observations, &belief, &mut scratch.errors)?;
        hold = count(&pose, &camera, level, scratch);
    }
    // The lens is learnt from what is finest, once.
    let camera = if is_finest && hold.share() >= LENS_SHARE { camera.learnt(learnt) } else { camera };
    *aligned = Aligned { pose, camera, ..*aligned };
    Some(hold)
}

/// The blur at which the places look most like the frame: what it was, or one step more or less of one kind.
fn blur(target: &Target, levels: &[GrayImage], level: usize, aligned: &Aligned, scratch: &mut Scratch) -> Blur {
    let mut likeness = |blur: Blur| {
        place_all(target, &levels[level], level, &Aligned { blur, ..*aligned }, BLUR_EVERY, scratch);
        let of =
            |placed: &Placed| Window::of(&levels[level], placed.at).map(|window| window.correlation(&placed.patch));
        // What is hidden is like nothing, however blurred.
        let like = |correlation: f32| (correlation - CORRELATION_MIN).max(0.0);
        scratch.patches.iter().filter_map(of).map(like).sum::<f32>() / scratch.patches.len().max(1) as f32
    };
    let Blur { focus, shutter } = aligned.blur;
    let mut best = (aligned.blur, likeness(aligned.blur) + BLUR_CHANGE_MIN);
    let others = [
        Blur { focus: focus.saturating_sub(1), shutter },
        Blur { focus: (focus + 1).min(FOCUS_MAX), shutter },
        Blur { focus, shutter: shutter.saturating_sub(SHUTTER_STEP) },
        Blur { focus, shutter: (shutter + SHUTTER_STEP).min(SHUTTER_MAX) },
    ];
    for blur in others {
        let likeness = if blur == aligned.blur { 0.0 } else { likeness(blur) };
        if likeness > best.1 {
            best = (blur, likeness);
        }
    }
    best.0
}

/// Pixels of the frame to one of the finest copy, where the photo's middle is.
fn magnification(target: &Target, pose: &Pose, camera: &Camera) -> Option<f64> {
    let scale = 1.0 / target.extent[0].max(target.extent[1]);
    let (_, [a, b, c, d]) = linearize(&pose.homography(camera), [0.0, 0.0]);
    let magnification = (a * d - b * c).abs().sqrt() * scale;
    magnification.is_finite().then_some(magnification)
}

/// Draws the places that are in the frame, or one of `every` so many.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a frame")]
fn place_all(target: &Target, image: &GrayImage, level: usize, aligned: &Aligned, every: usize, scratch: &mut Scratch) {
    scratch.patches.clear();
    let Aligned { pose, camera, motion, blur } = aligned;
    let Some(magnification) = magnification(target, pose, camera) else { return };
    let copies = target.images().len();
    #[expect(clippy::cast_sign_loss, reason = "clamped")]
    let copy =
        (level.max(blur.focus) as f64 - libm::log2(magnification)).round().clamp(0.0, (copies - 1) as f64) as usize;
    let (frame_scale, copy_scale) = (1.0 / f64::from(1u32 << level), f64::from(1u32 << copy));
    let to_plane = target.to_plane();
    // From pixels of the copy to pixels of the level.
    let plane_to_level = multiply(&crate::homography::scaling(frame_scale, frame_scale), &pose.homography(camera));
    let to_level = multiply(&multiply(&plane_to_level, &to_plane), &crate::homography::scaling(copy_scale, copy_scale));
    let opened = pose.moved(&motion.map(|step| -step * blur.shutter as f64 / 8.0));
    let plane_to_opened = multiply(&crate::homography::scaling(frame_scale, frame_scale), &opened.homography(camera));
    let to_opened =
        multiply(&multiply(&plane_to_opened, &to_plane), &crate::homography::scaling(copy_scale, copy_scale));
    let margin = (SIDE / 2 + 1) as f64;
    for &place in target.places(copy).iter().step_by(every) {
        let place = place.map(f64::from);
        if to_level[6] * place[0] + to_level[7] * place[1] + to_level[8] <= 0.0 {
            continue;
        }
        let (at, [a, b, c, d]) = linearize(&to_level, place);
        if !(at[0] > margin && at[1] > margin)
            || at[0] >= image.width as f64 - margin
            || at[1] >= image.height as f64 - margin
        {
            continue;
        }
        let determinant = a * d - b * c;
        if determinant.abs() < 1e-9 {
            continue;
        }
        let inverse = [d, -b, -c, a].map(|value| (value / determinant) as f32);
        let from = crate::homography::apply(&to_opened, place);
        let streak = [(at[0] - from[0]) as f32, (at[1] - from[1]) as f32];
        if let Some(patch) = Patch::draw(&target.images()[copy], place.map(|value| value as f32), inverse, streak) {
            let point = crate::homography::apply(&to_plane, place.map(|value| value * copy_scale));
            scratch.patches.push(Placed {
                point,
                at: at.map(|value| value as f32),
                patch,
                correlation: 0.0,
                seen: None,
            });
        }
    }
}

/// Tries one shift after the other for all places together, and moves the pose by the best.
fn shift_all(target: &Target, levels: &[GrayImage], level: usize, aligned: &mut Aligned, scratch: &mut Scratch) {
    let image = &levels[level];
    place_all(target, image, level, aligned, 1, scratch);
    let side = 2 * REACH + 1;
    scratch.scores.clear();
    for index in 0..side * side {
        let shift = [index % side - REACH, index / side - REACH].map(|shift| shift as f32);
        let score = |placed: &Placed| {
            let at = [placed.at[0] + shift[0], placed.at[1] + shift[1]];
            Window::of(image, at).map_or(0.0, |window| window.correlation(&placed.patch).max(0.0))
        };
        scratch.scores.push(scratch.patches.iter().map(score).sum());
    }
    let best = (0..scratch.scores.len()).max_by(|&a, &b| scratch.scores[a].total_cmp(&scratch.scores[b]));
    let Some(best) = best.and_then(|index| i32::try_from(index).ok()) else { return };
    let shift = [best % side - REACH, best / side - REACH].map(|shift| f64::from(shift * (1 << level)));
    let distance = aligned.pose.translation[2] / aligned.camera.focal();
    aligned.pose.translation[0] += shift[0] * distance;
    aligned.pose.translation[1] += shift[1] * distance;
}

/// Looks for every place, and makes observations of those that are found.
fn search_all(image: &GrayImage, level: usize, scratch: &mut Scratch) {
    scratch.observations.clear();
    let scale = f64::from(1u32 << level);
    for placed in &mut scratch.patches {
        let Some(found) = placed.patch.search(image, placed.at) else { continue };
        placed.correlation = found.correlation;
        if found.correlation < CORRELATION_MIN {
            continue;
        }
        let seen = [0, 1].map(|axis| f64::from(placed.at[axis] + found.shift[axis]) * scale);
        placed.seen = Some(seen);
        let information = found.information.map(|value| f64::from(value) / (scale * scale));
        scratch.observations.push(Observation { point: placed.point, seen, information });
    }
}

fn count(pose: &Pose, camera: &Camera, level: usize, scratch: &Scratch) -> Hold {
    let homography = pose.homography(camera);
    let agrees = AGREES_PX * f64::from(1u32 << level);
    let (mut found, mut sum) = (0, 0.0);
    for placed in &scratch.patches {
        let Some(seen) = placed.seen else { continue };
        let at = crate::homography::apply(&homography, placed.point);
        if (at[0] - seen[0]).abs() < agrees && (at[1] - seen[1]).abs() < agrees {
            found += 1;
            sum += placed.correlation;
        }
    }
    Hold { visible: scratch.patches.len(), found, correlation: sum / found.max(1) as f32 }
}

/// What a place looks like, without its brightness (mean 0) and contrast (length 1).
#[derive(Debug)]
struct Patch {
    levels: [f32; PIXELS],
    /// Gradients by x and y, without what brightness and contrast explain.
    gradients: [[f32; PIXELS]; 2],
    /// xx, xy, yy of the gradients' products.
    hessian: [f32; 3],
}

/// The grey level between four pixels; `x` and `y` count from the centre of the first pixel.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the caller keeps it within the image")]
fn between(image: &GrayImage, x: f32, y: f32) -> f32 {
    let (column, row) = (x as usize, y as usize);
    let (right, down) = (x - column as f32, y - row as f32);
    let start = (row * image.width + column).min(image.data.len().saturating_sub(image.width + 2));
    let level = |index: usize| f32::from(image.data[start + index]);
    let top = level(0) + (level(1) - level(0)) * right;
    let bottom = level(image.width) + (level(image.width + 1) - level(image.width)) * right;
    top + (bottom - top) * down
}

/// Where a place was found.
struct Found {
    shift: [f32; 2],
    correlation: f32,
    /// xx, xy, yy of the inverse covariance of the shift.
    information: [f32; 3],
}

/// Noise that is always there, as the square of a part of the contrast.
const NOISE_MIN: f32 = 1e-4;

impl Patch {
    /// Draws what is around `place` of a copy as it looks while it moves along `streak`, in pixels of the level; `inverse`
    /// is from steps in the level to steps in the copy.
    fn draw(copy: &GrayImage, place: [f32; 2], inverse: [f32; 4], streak: [f32; 2]) -> Option<Self> {
        let middle = (FRAMED as f32 - 1.0) / 2.0;
        let length = streak[0].abs().max(streak[1].abs());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
        let taps = if length < STREAK_MIN { 1 } else { 1 + (length.min(STREAK_MAX) / TAP_PX).ceil() as usize };
        let streak = streak.map(|way| if taps == 1 { 0.0 } else { way * (STREAK_MAX / length).min(1.0) });
        let step = |dx: f32, dy: f32| [inverse[0] * dx + inverse[1] * dy, inverse[2] * dx + inverse[3] * dy];
        let [across, along, way] = [step(1.0, 0.0), step(0.0, 1.0), step(streak[0], streak[1])];
        // All that is sampled lies between the corners: they are checked, the samples are not.
        let reach = [0, 1].map(|axis| middle * (across[axis].abs() + along[axis].abs()) + way[axis].abs() / 2.0);
        let size = [copy.width, copy.height].map(|side| side as f32);
        if (0..2).any(|axis| !(place[axis] - reach[axis] >= 0.5 && place[axis] + reach[axis] < size[axis] - 0.5)) {
            return None;
        }
        let mut framed = [0.0; FRAMED * FRAMED];
        for tap in 0..taps {
            let part = if taps == 1 { 0.0 } else { tap as f32 / (taps - 1) as f32 - 0.5 };
            let start = [0, 1].map(|axis| place[axis] + part * way[axis] - middle * (across[axis] + along[axis]) - 0.5);
            for (row, levels) in framed.chunks_exact_mut(FRAMED).enumerate() {
                let start = [0, 1].map(|axis| start[axis] + row as f32 * along[axis]);
                for (column, level) in levels.iter_mut().enumerate() {
                    let column = column as f32;
                    *level += between(copy, start[0] + column * across[0], start[1] + column * across[1]);
                }
            }
        }
        let inner = |index: usize| (index / SIDE + 1) * FRAMED + index % SIDE + 1;
        let mut levels: [f32; PIXELS] = std::array::from_fn(|index| framed[inner(index)]);
        let length = normalize(&mut levels)?;
        let gradient = |step: usize| {
            let mut gradient: [f32; PIXELS] = std::array::from_fn(|index| {
                (framed[inner(index) + step] - framed[inner(index) - step]) / (2.0 * length)
            });
            let mean = gradient.iter().sum::<f32>() / PIXELS as f32;
            gradient.iter_mut().for_each(|value| *value -= mean);
            let shared = dot(&gradient, &levels);
            gradient.iter_mut().zip(&levels).for_each(|(value, level)| *value -= shared * level);
            gradient
        };
        let gradients = [gradient(1), gradient(FRAMED)];
        let [across, along] = &gradients;
        let hessian = [dot(across, across), dot(across, along), dot(along, along)];
        Some(Self { levels, gradients, hessian })
    }

    /// Finds the place near `at`, in pixels of the image.
    fn search(&self, image: &GrayImage, at: [f32; 2]) -> Option<Found> {
        let [xx, xy, yy] = self.hessian;
        let determinant = xx * yy - xy * xy;
        if determinant < 1e-9 {
            return None;
        }
        let mut shift = [0.0f32; 2];
        let mut correlation = 0.0;
        for _ in 0..STEPS {
            let window = Window::of(image, [at[0] + shift[0], at[1] + shift[1]])?;
            correlation = window.correlation(self);
            let [across, along] = [0, 1].map(|axis| -dot(&self.gradients[axis], &window.levels));
            let step = [(yy * across - xy * along) / determinant, (xx * along - xy * across) / determinant];
            shift = [shift[0] + step[0], shift[1] + step[1]];
            if shift[0].abs().max(shift[1].abs()) > SHIFT_MAX {
                return None;
            }
            if step[0].abs().max(step[1].abs()) < STEP_MIN {
                break;
            }
        }
        let noise = (2.0 - 2.0 * correlation).max(0.0) / PIXELS as f32 + NOISE_MIN;
        Some(Found { shift, correlation, information: self.hessian.map(|value| value / noise) })
    }
}

/// What is in the frame around a place, without its brightness and contrast.
struct Window {
    levels: [f32; PIXELS],
}

impl Window {
    /// `None` where it would look beyond the image, or where there is nothing to see.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within the image")]
    fn of(image: &GrayImage, at: [f32; 2]) -> Option<Self> {
        let [left, top] = at.map(|at| at - SIDE as f32 / 2.0);
        // The upper left pixel's centre is at left + 0.5: its four neighbours begin at the whole part of `left`.
        if !(left >= 0.0 && top >= 0.0)
            || left + SIDE as f32 + 1.0 > image.width as f32
            || top + SIDE as f32 + 1.0 > image.height as f32
        {
            return None;
        }
        let (column, row) = (left as usize, top as usize);
        let (right, down) = (left - column as f32, top - row as f32);
        let mut rows = [[0.0f32; SIDE]; SIDE + 1];
        for (index, blended) in rows.iter_mut().enumerate() {
            let start = (row + index) * image.width + column;
            let pixels = image.data.get(start..start + SIDE + 1)?;
            for (x, level) in blended.iter_mut().enumerate() {
                let (here, next) = (f32::from(pixels[x]), f32::from(pixels[x + 1]));
                *level = here + (next - here) * right;
            }
        }
        let mut levels = [0.0; PIXELS];
        for (y, line) in levels.chunks_exact_mut(SIDE).enumerate() {
            for (x, level) in line.iter_mut().enumerate() {
                *level = rows[y][x] + (rows[y + 1][x] - rows[y][x]) * down;
            }
        }
        normalize(&mut levels)?;
        Some(Self { levels })
    }

    fn correlation(&self, patch: &Patch) -> f32 {
        dot(&self.levels, &patch.levels)
    }
}

/// Takes away mean and length; gives the length, `None` where all is alike.
fn normalize(levels: &mut [f32; PIXELS]) -> Option<f32> {
    let mean = levels.iter().sum::<f32>() / PIXELS as f32;
    levels.iter_mut().for_each(|level| *level -= mean);
    let length = dot(levels, levels).sqrt();
    if length < 4.0 {
        return None;
    }
    levels.iter_mut().for_each(|level| *level /= length);
    Some(length)
}

#[inline]
fn dot(a: &[f32; PIXELS], b: &[f32; PIXELS]) -> f32 {
    let mut sums = [0.0f32; SIDE];
    for (a, b) in a.chunks_exact(SIDE).zip(b.chunks_exact(SIDE)) {
        for lane in 0..SIDE {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

/// From the edges of the photo, 0 to 1, to pixels of the frame.
#[must_use]
pub fn unit_homography(target: &Target, pose: &Pose, camera: &Camera) -> Matrix3 {
    let matrix = multiply(&pose.homography(camera), &target.unit_to_plane());
    let scale = if matrix[8].abs() > 1e-12 { 1.0 / matrix[8] } else { 1.0 };
    matrix.map(|value| value * scale)
}
