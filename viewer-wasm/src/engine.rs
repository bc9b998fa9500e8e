//! Frame by frame: searches for the photos that are not seen, tracks those that are.

use std::{collections::VecDeque, ops::Range};

use compiler_wasm::{bundle::decode_bundle, error::BundleError};

use crate::{
    detect::{Detector, Feature, Part, Spread},
    homography::{Matrix3, Point, apply, invert, multiply},
    image::{Levels, PixelFormat, gray_into},
    index::{Index, Match},
    pose::{Belief, Camera, Observation, Pose, fit},
    recognize::{self, locate},
    target::Target,
    track::{self, Aligned, Blur, Hold, Start, align, unit_homography},
    views::{Landmark, STRAIGHT, Surveyor, View, views},
};

/// The coarsest level of a frame has at least so many pixels on its shorter side.
const LEVEL_MIN_PX: usize = 24;
/// Share of the places in the frame, and their number, that confirm what features have found.
const SHARE_FOUND_MIN: f32 = 0.4;
const PLACES_FOUND_MIN: usize = 12;
/// Share of the places of the frame before that are kept without a second look.
const SHARE_KEPT: f32 = 0.8;
/// Motion of a photo's middle from frame to frame that is fast, in pixels.
const FAST_PX: f64 = 6.0;
/// Frames that a lost pose is looked for where it was.
const BRIDGED_FRAMES: u32 = 6;
/// How far the pose of a homography may be from the best, in radians and distances from the camera.
const MOTION_FOUND: f64 = 0.5;
/// How much of the last motion is believed to go on.
const INERTIA: f64 = 0.9;
/// Photos with the most matches that are looked at in a frame.
const CANDIDATES_MAX: usize = 4;
/// What is taken of a frame at first, and what is added where that shows nothing.
const OCTAVES: Range<usize> = 1..6;
const SPREAD: Spread = Spread { cell_px: 40, per_cell: 6 };
const FINEST_OCTAVE: Range<usize> = 0..1;
const FINEST_SPREAD: Spread = Spread { cell_px: 20, per_cell: 3 };
/// Photos that are known from straight above before [`Engine::add`] ends.
const PREPARED_AT_ONCE: usize = 8;
/// Views that a frame looks at while nothing is tracked.
const PREPARED_A_FRAME: usize = 2;
/// Landmarks that a photo is expected to have.
const LANDMARKS: usize = 2500;
/// While a photo is tracked, others are searched for in one frame of so many.
const SEARCH_EVERY: u64 = 2;
/// More landmarks than these take long to look through.
const LANDMARKS_MANY: usize = 50_000;

/// A camera's frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// `width * height` pixels.
    pub pixels: &'a [u8],
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How they lie in memory.
    pub format: PixelFormat,
    /// When it was taken, in milliseconds from any beginning.
    pub time_ms: f64,
}

/// Whether a photo is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is where the pose says.
    Tracking,
    /// It was seen a moment ago; the pose is the last one.
    Lost,
}

/// Where a photo is.
#[derive(Clone, Copy, Debug)]
pub struct TargetPose {
    /// Index of the photo.
    pub target: usize,
    /// Whether it is seen.
    pub state: State,
    /// From the photo, (0, 0) its upper left and (1, 1) its lower right corner, to pixels of the frame, whose first reaches
    /// from 0 to 1; row-major.
    pub homography: Matrix3,
    /// Where its corners are in the frame: upper left, upper right, lower right, lower left.
    pub corners: [Point; 4],
    /// The share of the photo's places that were found, 0 to 1.
    pub confidence: f32,
    /// From the photo's space to the camera's.
    pub pose: Pose,
}

/// Recognises photos in frames and tracks them.
pub struct Engine {
    targets: Vec<Target>,
    landmarks: Vec<Landmark>,
    index: Index,
    /// Targets and the views of them that were not looked at yet.
    pending: VecDeque<(usize, View)>,
    surveyor: Surveyor,
    tracks: Vec<Option<Track>>,
    camera: Option<Camera>,
    levels: Levels,
    detector: Detector,
    features: Vec<Feature>,
    matches: Vec<Match>,
    of_target: Vec<Match>,
    votes: Vec<(usize, usize)>,
    recognize: recognize::Scratch,
    track: track::Scratch,
    observations: Vec<Observation>,
    errors: Vec<f64>,
    poses: Vec<TargetPose>,
    frames: u64,
    /// Of a frame, that is searched next.
    corner: usize,
}

/// A photo that was seen.
#[derive(Clone, Copy, Debug)]
struct Track {
    pose: Pose,
    /// The motion from frame to frame.
    motion: [f64; 6],
    /// How blurred it was, see [`Aligned`].
    blur: Blur,
    /// Frames since it was seen.
    lost: u32,
    confidence: f32,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine that looks for nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            targets: Vec::new(),
            landmarks: Vec::new(),
            index: Index::default(),
            pending: VecDeque::new(),
            surveyor: Surveyor::default(),
            tracks: Vec::new(),
            camera: None,
            levels: Levels::default(),
            detector: Detector::default(),
            features: Vec::new(),
            matches: Vec::new(),
            of_target: Vec::new(),
            votes: Vec::new(),
            recognize: recognize::Scratch::default(),
            track: track::Scratch::default(),
            observations: Vec::new(),
            errors: Vec::new(),
            poses: Vec::new(),
            frames: 0,
            corner: 0,
        }
    }

    /// Looks for the targets of a `.mind` from now on; gives their indexes.
    ///
    /// They are known at once from straight above, and from aside as [`Self::prepare`] goes on.
    ///
    /// # Errors
    /// [`BundleError`] when it is not one.
    pub fn add(&mut self, mind: &[u8]) -> Result<Range<usize>, BundleError> {
        let first = self.targets.len();
        for target in decode_bundle(mind)?.targets {
            self.targets.push(Target::new(&target));
            self.tracks.push(None);
        }
        let added = first..self.targets.len();
        for (number, view) in views().enumerate() {
            for target in added.clone() {
                if number < STRAIGHT && target < PREPARED_AT_ONCE {
                    self.survey(target, view);
                } else {
                    self.pending.push_back((target, view));
                }
            }
        }
        self.index = Index::new(self.targets.len() * LANDMARKS, &self.landmarks);
        Ok(added)
    }

    /// Learns how one more photo looks from one more side; false when all is known.
    ///
    /// A call takes one or two milliseconds. Frames do so too while nothing is tracked; calling it before the first, while
    /// the camera is still awaited, makes the first frames quicker.
    pub fn prepare(&mut self) -> bool {
        if let Some((target, view)) = self.pending.pop_front() {
            self.survey(target, view);
            self.index.extend(&self.landmarks);
        }
        !self.pending.is_empty()
    }

    fn survey(&mut self, target: usize, view: View) {
        let index = u32::try_from(target).unwrap_or(u32::MAX);
        self.surveyor.survey(index, &self.targets[target], view, &mut self.landmarks);
    }

    /// The lens, as far as it is known; `None` before the first frame.
    #[must_use]
    pub fn camera(&self) -> Option<&Camera> {
        self.camera.as_ref()
    }

    /// Looks at a frame; gives the photos that are seen, or were a moment ago.
    ///
    /// # Panics
    /// When the frame's pixels are fewer or more than its size says.
    pub fn process(&mut self, frame: &Frame<'_>) -> &[TargetPose] {
        self.frames += 1;
        gray_into(frame.pixels, frame.width, frame.height, frame.format, self.levels.base());
        self.levels.build(LEVEL_MIN_PX);
        let camera = match self.camera {
            Some(camera) => camera.resized(frame.width, frame.height),
            None => Camera::new(frame.width, frame.height),
        };
        self.camera = Some(camera);
        for target in 0..self.targets.len() {
            self.follow(target);
        }
        if self.tracks.iter().all(Option::is_none) {
            for _ in 0..PREPARED_A_FRAME {
                self.prepare();
            }
        }
        let tracked = self.tracks.iter().flatten().filter(|track| track.lost == 0).count();
        if tracked < self.targets.len() && (tracked == 0 || self.frames.is_multiple_of(SEARCH_EVERY)) {
            self.search(tracked > 0);
        }
        self.report();
        &self.poses
    }

    /// Tracks a photo that was seen.
    fn follow(&mut self, target: usize) {
        let (Some(track), Some(camera)) = (self.tracks[target], self.camera) else { return };
        let predicted = track.pose.moved(&track.motion.map(|step| step * INERTIA));
        let mut best: Option<(Aligned, Hold)> = None;
        // From near first: a hand over the photo misleads coarse levels. From afar first what is moving fast, and blurred.
        let [from, to] = [&track.pose, &predicted].map(|pose| apply(&pose.homography(&camera), [0.0, 0.0]));
        let is_fast = (to[0] - from[0]).abs().max((to[1] - from[1]).abs()) > FAST_PX;
        let [first, second] = if is_fast { [Start::Far, Start::Near] } else { [Start::Near, Start::Far] };
        for (pose, start) in
            [(predicted, first), (predicted, second), (track.pose, Start::Far), (track.pose, Start::Near)]
        {
            let before = Aligned { pose, camera, motion: track.motion, blur: track.blur };
            let held = align(&self.targets[target], &self.levels, &before, start, &mut self.track);
            if let Some((aligned, hold)) = held
                && best.is_none_or(|(_, best)| hold.share() > best.share())
            {
                best = Some((aligned, hold));
            }
            if best.is_some_and(|(_, best)| best.share() >= SHARE_KEPT * track.confidence) {
                break;
            }
        }
        if let Some((Aligned { pose, camera, blur, .. }, hold)) = best {
            self.camera = Some(camera);
            let motion = if track.lost == 0 { pose.step_from(&track.pose) } else { [0.0; 6] };
            self.tracks[target] = Some(Track { pose, motion, blur, lost: 0, confidence: hold.share() });
            return;
        }
        let lost = track.lost + 1;
        self.tracks[target] = (lost <= BRIDGED_FRAMES).then_some(Track { lost, motion: [0.0; 6], ..track });
    }

    /// Looks for the photos that are not seen, by features of some size and, when they show none, by the smallest.
    ///
    /// Beside a photo that is tracked it looks at a corner of each frame; among many, at the smallest of a corner.
    fn search(&mut self, is_any_tracked: bool) {
        let image = &self.levels.all()[0];
        let corner = Part::corner(image, self.corner);
        let part = if is_any_tracked { corner } else { Part::WHOLE };
        let part_finest = if self.landmarks.len() > LANDMARKS_MANY { corner } else { part };
        self.corner = (self.corner + 1) % 4;
        self.detector.take(image);
        self.features.clear();
        self.matches.clear();
        self.detector.find(OCTAVES, part, SPREAD, &mut self.features);
        if !self.recognize(0) {
            let first = self.features.len();
            self.detector.find(FINEST_OCTAVE, part_finest, FINEST_SPREAD, &mut self.features);
            self.recognize(first);
        }
    }

    /// Matches the features from `first` on, and follows every photo that is where all matches say.
    fn recognize(&mut self, first: usize) -> bool {
        self.index.find(&self.features, first, &self.landmarks, &mut self.matches);
        self.votes.clear();
        self.votes.extend((0..self.targets.len()).map(|target| (0, target)));
        for found in &self.matches {
            self.votes[self.landmarks[found.landmark as usize].target as usize].0 += 1;
        }
        self.votes.retain(|&(_, target)| self.tracks[target].is_none_or(|track| track.lost > 0));
        self.votes.sort_unstable_by(|a, b| b.cmp(a));
        let mut any = false;
        for candidate in 0..self.votes.len().min(CANDIDATES_MAX) {
            let (_, target) = self.votes[candidate];
            self.of_target.clear();
            let of_target =
                self.matches.iter().filter(|found| self.landmarks[found.landmark as usize].target as usize == target);
            self.of_target.extend(of_target);
            let Some(candidate) = locate(&self.of_target, &self.features, &self.landmarks, &mut self.recognize) else {
                continue;
            };
            let Some(camera) = self.camera else { continue };
            let Some((pose, camera)) = self.pose_of(target, &candidate.homography, camera) else { continue };
            let before = Aligned { pose, camera, motion: [0.0; 6], blur: Blur::default() };
            let held = align(&self.targets[target], &self.levels, &before, Start::Near, &mut self.track);
            if let Some((Aligned { pose, camera, blur, .. }, hold)) = held
                && hold.found >= PLACES_FOUND_MIN
                && hold.share() >= SHARE_FOUND_MIN
            {
                self.camera = Some(camera);
                self.tracks[target] = Some(Track { pose, motion: [0.0; 6], blur, lost: 0, confidence: hold.share() });
                any = true;
            }
        }
        any
    }

    /// The pose and the lens behind a homography from pixels of a photo's finest copy, by what it rests on.
    fn pose_of(&mut self, target: usize, homography: &Matrix3, camera: Camera) -> Option<(Pose, Camera)> {
        let to_plane = self.targets[target].to_plane();
        let mut lens = camera;
        let mut pose = Pose::from_homography(&multiply(homography, &invert(&to_plane)?), &camera)?;
        self.observations.clear();
        self.observations.extend(self.recognize.inliers().iter().map(|inlier| {
            let information = 1.0 / (inlier.deviation * inlier.deviation);
            Observation {
                point: apply(&to_plane, inlier.from),
                seen: inlier.to,
                information: [information, 0.0, information],
            }
        }));
        let belief = Belief { camera, motion: MOTION_FOUND, deviation_min: 0.5 };
        fit(&mut pose, &mut lens, &self.observations, &belief, &mut self.errors)?;
        Some((pose, lens))
    }

    fn report(&mut self) {
        self.poses.clear();
        let Some(camera) = self.camera else { return };
        for (index, (target, track)) in self.targets.iter().zip(&self.tracks).enumerate() {
            let Some(track) = track else { continue };
            let homography = unit_homography(target, &track.pose, &camera);
            let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|corner| apply(&homography, corner));
            self.poses.push(TargetPose {
                target: index,
                state: if track.lost == 0 { State::Tracking } else { State::Lost },
                homography,
                corners,
                confidence: track.confidence,
                pose: track.pose,
            });
        }
    }
}
