//! Where a photo is before the camera: a rigid motion, seen through a pinhole whose focal length is learnt on the way.
//!
//! The photo lies in the plane z = 0 of its own space, its middle at the origin, its longer side 1 long, x right, y down.
//! The camera looks along +z, x right, y down. The principal point is the middle of the frame, pixels are square.

use crate::{
    homography::{Matrix3, Point, multiply},
    linear::NormalEquations,
};

/// Focal length over the longer side of a frame that phones have: what is believed before anything is seen.
const FOCAL_BELIEVED: f64 = 0.78;
/// Standard deviation of that belief, as a logarithm.
const FOCAL_DEVIATION: f64 = 0.2;
/// Most that is believed: one part in fifty, so that a mistake is unlearnt, and a phone that zooms is followed.
const FOCAL_INFORMATION_MAX: f64 = 2_500.0;
/// What one frame tells, of what it would tell were it not like the one before.
const FOCAL_NEWS: f64 = 0.02;
/// What lenses there are, from the widest of a phone to its longest.
const FOCAL_RANGE: [f64; 2] = [0.4, 2.0];

/// The lens, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Pixels of the frame.
    pub width: f64,
    /// Pixels of the frame.
    pub height: f64,
    /// Logarithm of the focal length over the longer side.
    focal_log: f64,
    /// The inverse of its variance.
    information: f64,
}

impl Camera {
    /// A camera of which nothing is known but the size of its frames in pixels.
    #[must_use]
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width: width as f64,
            height: height as f64,
            focal_log: libm::log(FOCAL_BELIEVED),
            information: 1.0 / (FOCAL_DEVIATION * FOCAL_DEVIATION),
        }
    }

    /// The same lens with frames of another size in pixels, for example turned.
    #[must_use]
    pub fn resized(self, width: usize, height: usize) -> Self {
        Self { width: width as f64, height: height as f64, ..self }
    }

    /// A lens of which nothing was learnt, with the same frames.
    #[must_use]
    pub fn unlearnt(self) -> Self {
        let Self { focal_log, information, .. } = Self::new(1, 1);
        Self { focal_log, information, ..self }
    }

    /// The focal length in pixels.
    #[must_use]
    pub fn focal(&self) -> f64 {
        libm::exp(self.focal_log) * self.width.max(self.height)
    }

    /// The matrix K: from directions to pixels of the frame.
    #[must_use]
    pub fn matrix(&self) -> Matrix3 {
        let focal = self.focal();
        [focal, 0.0, self.width / 2.0, 0.0, focal, self.height / 2.0, 0.0, 0.0, 1.0]
    }

    /// This lens, believed as much more as a frame has told.
    #[must_use]
    pub fn learnt(self, information: f64) -> Self {
        let information = (self.information + FOCAL_NEWS * information).min(FOCAL_INFORMATION_MAX);
        Self { information, ..self }
    }

    fn with_focal_log(self, focal_log: f64) -> Self {
        let range = FOCAL_RANGE.map(libm::log);
        Self { focal_log: focal_log.clamp(range[0], range[1]), ..self }
    }
}

/// From the photo's space to the camera's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Row-major.
    pub rotation: Matrix3,
    /// In longer sides of the photo; z is above 0.
    pub translation: [f64; 3],
}

/// What a frame says about a point of the photo.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// In the photo's plane.
    pub point: Point,
    /// In pixels of the frame.
    pub seen: Point,
    /// The inverse of its covariance: xx, xy, yy, in 1 over pixels squared.
    pub information: [f64; 3],
}

/// Steps of a fit.
const STEPS: usize = 6;
/// Unknowns: three of the rotation, three of the translation, the focal length.
const UNKNOWNS: usize = 7;
/// Residuals in deviations beyond which an observation counts for nothing (Tukey).
const TUKEY: f64 = 4.7;

impl Pose {
    /// From the photo's plane to the frame.
    #[must_use]
    pub fn homography(&self, camera: &Camera) -> Matrix3 {
        let (r, t) = (&self.rotation, &self.translation);
        multiply(&camera.matrix(), &[r[0], r[1], t[0], r[3], r[4], t[1], r[6], r[7], t[2]])
    }

    /// The pose nearest to a homography from the photo's plane to the frame; `None` when that is not one of a plane before
    /// the camera.
    #[must_use]
    pub fn from_homography(homography: &Matrix3, camera: &Camera) -> Option<Self> {
        let (focal, middle) = (camera.focal(), [camera.width / 2.0, camera.height / 2.0]);
        let column = |index: usize| {
            let [x, y, w] = [homography[index], homography[index + 3], homography[index + 6]];
            [(x - middle[0] * w) / focal, (y - middle[1] * w) / focal, w]
        };
        let (right, down, away) = (column(0), column(1), column(2));
        let (right_length, down_length) = (length(right), length(down));
        if !(right_length > 1e-12 && down_length > 1e-12) {
            return None;
        }
        let scale = 1.0 / (right_length * down_length).sqrt();
        let scale = if away[2] < 0.0 { -scale } else { scale };
        let translation = away.map(|value| value * scale);
        // The two directions, made perpendicular by turning each as much as the other.
        let (right, down) = (
            right.map(|value| value * scale.signum() / right_length),
            down.map(|value| value * scale.signum() / down_length),
        );
        let sum = normalize([0, 1, 2].map(|axis| right[axis] + down[axis]))?;
        let difference = normalize([0, 1, 2].map(|axis| right[axis] - down[axis]))?;
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let right = [0, 1, 2].map(|axis| (sum[axis] + difference[axis]) * half);
        let down = [0, 1, 2].map(|axis| (sum[axis] - difference[axis]) * half);
        let forth = cross(right, down);
        let rotation = [right[0], down[0], forth[0], right[1], down[1], forth[1], right[2], down[2], forth[2]];
        let pose = Self { rotation, translation };
        (translation[2] > 1e-6 && pose.rotation.iter().all(|value| value.is_finite())).then_some(pose)
    }

    /// Turned and moved a little in the camera's space: first three of the rotation (radians), then three of the translation.
    #[must_use]
    pub fn moved(&self, step: &[f64; 6]) -> Self {
        let turn = rotation_of([step[0], step[1], step[2]]);
        let rotation = orthonormal(&multiply(&turn, &self.rotation));
        let turned = transform(&turn, self.translation);
        Self { rotation, translation: [turned[0] + step[3], turned[1] + step[4], turned[2] + step[5]] }
    }

    /// The pose that looks almost the same from afar: tilted as much the other way about the line of sight.
    ///
    /// Source: G. Schweighofer and A. Pinz, "Robust Pose Estimation from a Planar Target", IEEE TPAMI 28(12), 2006.
    #[must_use]
    pub fn mirrored(&self) -> Option<Self> {
        let sight = normalize(self.translation)?;
        let r = &self.rotation;
        let [right, down] = [[r[0], r[3], r[6]], [r[1], r[4], r[7]]].map(|column| {
            let along = column[0] * sight[0] + column[1] * sight[1] + column[2] * sight[2];
            [0, 1, 2].map(|axis| column[axis] - 2.0 * along * sight[axis])
        });
        let forth = cross(right, down);
        let rotation = [right[0], down[0], forth[0], right[1], down[1], forth[1], right[2], down[2], forth[2]];
        Some(Self { rotation, translation: self.translation })
    }

    /// The step from another pose to this one, so that `other.moved(&self.step_from(other))` is this.
    #[must_use]
    pub fn step_from(&self, other: &Self) -> [f64; 6] {
        let turn = multiply(&self.rotation, &transpose(&other.rotation));
        let turned = transform(&turn, other.translation);
        let [x, y, z] = vector_of(&turn);
        let t = self.translation;
        [x, y, z, t[0] - turned[0], t[1] - turned[1], t[2] - turned[2]]
    }
}

/// How far a fit may lead away.
#[derive(Clone, Copy, Debug)]
pub struct Belief {
    /// The lens before this frame.
    pub camera: Camera,
    /// Turns and moves that are to be expected: a standard deviation, in radians and in distances from the camera.
    pub motion: f64,
    /// Residuals are not believed to be smaller, in deviations of the observations.
    pub deviation_min: f64,
}

/// Moves pose and focal length to where they explain what is seen, step by step (Gauss-Newton, Tukey's weights), each held
/// by what was believed before. `errors` is memory for it.
///
/// Gives what was learnt of the focal length's logarithm, as the inverse of a variance; `None` when it leads astray.
pub fn fit(
    pose: &mut Pose,
    camera: &mut Camera,
    observations: &[Observation],
    belief: &Belief,
    errors: &mut Vec<f64>,
) -> Option<f64> {
    let start = *pose;
    let mut learnt = 0.0;
    for step in 0..STEPS {
        errors.clear();
        errors.extend(observations.iter().map(|observation| squared_error(pose, camera, observation)));
        let deviation = robust_deviation(errors).max(belief.deviation_min);
        // From wide to narrow, so that a bad beginning does not shut out what is right.
        let width = TUKEY * deviation * if step < 2 { 2.0 } else { 1.0 };
        let mut equations = NormalEquations::<UNKNOWNS>::default();
        for observation in observations {
            add_observation(&mut equations, pose, camera, observation, width, deviation);
        }
        let mut with_priors = equations;
        let away = pose.step_from(&start);
        let distance = pose.translation[2];
        for (unknown, away) in away.into_iter().enumerate() {
            let unit = if unknown < 3 { belief.motion } else { belief.motion * distance };
            with_priors.add_prior(unknown, -away, 1.0 / (unit * unit));
        }
        with_priors.add_prior(6, belief.camera.focal_log - camera.focal_log, belief.camera.information / FOCAL_NEWS);
        let [motion @ .., focal] = with_priors.solve()?;
        *pose = pose.moved(&motion);
        *camera = camera.with_focal_log(camera.focal_log + focal);
        if !(pose.translation[2] > 1e-6 && pose.rotation.iter().all(|value| value.is_finite())) {
            return None;
        }
        if step + 1 == STEPS {
            for unknown in 0..UNKNOWNS {
                equations.add_prior(unknown, 0.0, 1e-9);
            }
            learnt = equations.information_of_last();
        }
    }
    Some(learnt)
}

/// How badly a pose explains what is seen: 0 where all of it is explained, 1 where nothing is.
#[must_use]
pub fn misfit(pose: &Pose, camera: &Camera, observations: &[Observation], deviation: f64) -> f64 {
    let width = TUKEY * deviation;
    let cost = |observation: &Observation| {
        let rest = (1.0 - squared_error(pose, camera, observation) / (width * width)).max(0.0);
        1.0 - rest * rest * rest
    };
    observations.iter().map(cost).sum::<f64>() / observations.len().max(1) as f64
}

fn project(pose: &Pose, camera: &Camera, [x, y]: Point) -> ([f64; 3], Point) {
    let (r, t) = (&pose.rotation, &pose.translation);
    let there = [r[0] * x + r[1] * y + t[0], r[3] * x + r[4] * y + t[1], r[6] * x + r[7] * y + t[2]];
    let scale = camera.focal() / there[2];
    (there, [there[0] * scale + camera.width / 2.0, there[1] * scale + camera.height / 2.0])
}

fn squared_error(pose: &Pose, camera: &Camera, observation: &Observation) -> f64 {
    let (there, at) = project(pose, camera, observation.point);
    if there[2] <= 1e-6 {
        return f64::MAX;
    }
    let [x, y] = [observation.seen[0] - at[0], observation.seen[1] - at[1]];
    let [xx, xy, yy] = observation.information;
    xx * x * x + 2.0 * xy * x * y + yy * y * y
}

fn add_observation(
    equations: &mut NormalEquations<UNKNOWNS>,
    pose: &Pose,
    camera: &Camera,
    observation: &Observation,
    width: f64,
    deviation: f64,
) {
    let squared = squared_error(pose, camera, observation);
    if squared >= width * width {
        return;
    }
    let share = 1.0 - squared / (width * width);
    let weight = share * share / (deviation * deviation);
    let ([x, y, z], at) = project(pose, camera, observation.point);
    let (scale, u, v) = (camera.focal() / z, x / z, y / z);
    let focal = camera.focal();
    // By turns about the camera's axes, moves along them, and the logarithm of the focal length.
    let across = [-focal * u * v, focal * (1.0 + u * u), -focal * v, scale, 0.0, -scale * u, focal * u];
    let along = [-focal * (1.0 + v * v), focal * u * v, focal * u, 0.0, scale, -scale * v, focal * v];
    let missing = [observation.seen[0] - at[0], observation.seen[1] - at[1]];
    // The square root of the information turns one residual of two axes into two of one.
    let [xx, xy, yy] = observation.information;
    let first = xx.max(1e-12).sqrt();
    let mixed = xy / first;
    let second = (yy - mixed * mixed).max(0.0).sqrt();
    let one: [f64; UNKNOWNS] = std::array::from_fn(|index| first * across[index] + mixed * along[index]);
    let two: [f64; UNKNOWNS] = std::array::from_fn(|index| second * along[index]);
    equations.add(&one, first * missing[0] + mixed * missing[1], weight);
    equations.add(&two, second * missing[1], weight);
}

/// From the median of the squared errors of two axes, whose distribution is χ² with two degrees of freedom.
fn robust_deviation(errors: &mut [f64]) -> f64 {
    if errors.is_empty() {
        return 0.0;
    }
    let middle = errors.len() / 2;
    let (_, median, _) = errors.select_nth_unstable_by(middle, f64::total_cmp);
    (*median / (2.0 * std::f64::consts::LN_2)).sqrt()
}

fn length([x, y, z]: [f64; 3]) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

fn normalize(vector: [f64; 3]) -> Option<[f64; 3]> {
    let length = length(vector);
    (length > 1e-9).then(|| vector.map(|value| value / length))
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn transpose(m: &Matrix3) -> Matrix3 {
    [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]]
}

fn transform(m: &Matrix3, [x, y, z]: [f64; 3]) -> [f64; 3] {
    [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z]
}

/// Rodrigues: the rotation about a vector by its length in radians.
fn rotation_of(vector: [f64; 3]) -> Matrix3 {
    let angle = length(vector);
    let Some([x, y, z]) = normalize(vector) else {
        let [x, y, z] = vector;
        return [1.0, -z, y, z, 1.0, -x, -y, x, 1.0];
    };
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let rest = 1.0 - cos;
    [
        cos + x * x * rest,
        x * y * rest - z * sin,
        x * z * rest + y * sin,
        y * x * rest + z * sin,
        cos + y * y * rest,
        y * z * rest - x * sin,
        z * x * rest - y * sin,
        z * y * rest + x * sin,
        cos + z * z * rest,
    ]
}

/// The vector of a rotation of less than half a turn.
fn vector_of(m: &Matrix3) -> [f64; 3] {
    let axis = [m[7] - m[5], m[2] - m[6], m[3] - m[1]];
    let sin = length(axis) / 2.0;
    let angle = libm::atan2(sin, (m[0] + m[4] + m[8] - 1.0) / 2.0);
    let scale = if sin > 1e-9 { angle / (2.0 * sin) } else { 0.5 };
    axis.map(|value| value * scale)
}

/// The rotation with the same first column, and the second as near as it can be.
fn orthonormal(m: &Matrix3) -> Matrix3 {
    let Some(right) = normalize([m[0], m[3], m[6]]) else { return *m };
    let Some(forth) = normalize(cross(right, [m[1], m[4], m[7]])) else { return *m };
    let down = cross(forth, right);
    [right[0], down[0], forth[0], right[1], down[1], forth[1], right[2], down[2], forth[2]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::homography::apply;

    fn tilted() -> Pose {
        let start = Pose { rotation: crate::homography::IDENTITY, translation: [0.0, 0.0, 1.6] };
        start.moved(&[0.7, -0.3, 0.4, 0.1, -0.05, 0.0])
    }

    /// A grid of points as a camera of this focal length over 640 px sees it.
    fn observe(pose: &Pose, focal: f64) -> Vec<Observation> {
        let camera = Camera::new(640, 480).with_focal_log(libm::log(focal));
        let homography = pose.homography(&camera);
        let point = |index: usize| [(index % 9) as f64 / 8.0 - 0.5, (index / 9) as f64 / 12.0 - 0.35];
        let seen = |index: usize| Observation {
            point: point(index),
            seen: apply(&homography, point(index)),
            information: [1.0, 0.0, 1.0],
        };
        (0..81).map(seen).collect()
    }

    #[test]
    fn a_pose_comes_back_from_its_homography() {
        let camera = Camera::new(640, 480);
        let pose = Pose::from_homography(&tilted().homography(&camera), &camera).expect("a pose");
        assert!(pose.step_from(&tilted()).iter().all(|step| step.abs() < 1e-9));
    }

    #[test]
    fn the_mirrored_pose_is_the_other_of_two_and_twice_mirrored_the_same() {
        let far = Pose { translation: [0.4, -0.2, 12.0], ..tilted() };
        let other = far.mirrored().expect("a pose");
        let camera = Camera::new(640, 480);
        let (a, b) = (far.homography(&camera), other.homography(&camera));
        let (seen, mirrored) = (apply(&a, [0.5, 0.3]), apply(&b, [0.5, 0.3]));
        assert!((seen[0] - mirrored[0]).abs() < 2.0 && (seen[1] - mirrored[1]).abs() < 2.0);
        assert!(other.step_from(&far)[..3].iter().any(|turn| turn.abs() > 0.3));
        assert!(other.mirrored().expect("a pose").step_from(&far).iter().all(|step| step.abs() < 1e-9));
    }

    #[test]
    fn steps_lead_from_one_pose_to_the_other() {
        let step = [0.2, -0.1, 0.3, 0.05, 0.02, -0.1];
        let back = tilted().moved(&step).step_from(&tilted());
        assert!(step.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn a_fit_finds_pose_and_focal_length_past_outliers() {
        let mut observations = observe(&tilted(), 0.65);
        for observation in observations.iter_mut().step_by(6) {
            observation.seen[0] += 35.0;
        }
        let mut camera = Camera::new(640, 480);
        let mut pose = tilted().moved(&[0.03, -0.04, 0.02, 0.02, -0.02, 0.05]);
        for _ in 0..20 {
            let belief = Belief { camera, motion: 0.3, deviation_min: 0.1 };
            let learnt = fit(&mut pose, &mut camera, &observations, &belief, &mut Vec::new()).expect("a fit");
            camera = camera.learnt(learnt);
        }
        assert!((camera.focal() / 640.0 - 0.65).abs() < 0.005, "{}", camera.focal() / 640.0);
        assert!(pose.step_from(&tilted()).iter().all(|step| step.abs() < 0.02), "{:?}", pose.step_from(&tilted()));
    }

    #[test]
    fn a_photo_seen_straight_says_nothing_of_the_lens() {
        let straight = Pose { rotation: crate::homography::IDENTITY, translation: [0.0, 0.0, 1.5] };
        let mut camera = Camera::new(640, 480);
        let (focal, information) = (camera.focal(), camera.information);
        let mut pose = straight;
        let belief = Belief { camera, motion: 0.3, deviation_min: 0.1 };
        let seen = observe(&straight, FOCAL_BELIEVED);
        let learnt = fit(&mut pose, &mut camera, &seen, &belief, &mut Vec::new()).expect("a fit");
        camera = camera.learnt(learnt);
        assert!((camera.focal() - focal).abs() < 1.0);
        assert!(camera.information < information * 1.01);
    }
}
