//! Holds what an engine says against the truth.
//!
//! The error of a corner is the way from where it is to where the engine says it is, in pixels; the error of a frame is the
//! mean length of those of the four corners. A photo's size is the longest side of its true outline in the frame. Frames
//! with less than a quarter of the photo in view are not counted; of those that are counted, every one is, from the first.

use serde::Serialize;

use crate::{
    case::{Case, Sequence},
    engine::{Answer, Pose, Viewing},
    geometry::{Homography, Point},
    script::Script,
};

/// Errors up to this share of the photo's size look glued.
pub const GLUED_MAX: f64 = 0.02;
/// Errors above this share of the photo's size are wrong.
pub const WRONG_MIN: f64 = 0.10;

/// What is known after some films; tallies add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Frames with the photo in view.
    pub in_view: usize,
    /// Of those, frames with a pose.
    pub recognised: usize,
    /// Of those, frames with a pose that looks glued.
    pub glued: usize,
    /// Of those, frames with a wrong pose.
    pub wrong: usize,
    /// Poses of photos that are not there.
    pub false_positives: usize,
    /// Error of every frame with a pose, in pixels.
    pub errors_px: Vec<f64>,
    /// Changes of a corner's error from one frame to the next, in pixels.
    pub changes_px: Vec<f64>,
    /// For every film the number of the frame with the first pose, from 1, where the photo comes into view; `None` without any.
    pub first_shown: Vec<Option<usize>>,
    /// Microseconds of frames behind one with a pose.
    pub tracking_us: Vec<f64>,
    /// Microseconds of all other frames.
    pub searching_us: Vec<f64>,
}

impl Tally {
    /// Of one film. A single view is judged by its last frame, for all but the times.
    #[must_use]
    pub fn of(viewing: &Viewing) -> Self {
        let mut tally = Self::default();
        let Viewing { case, answers } = viewing;
        let script = Script::new(case);
        let judged_from = if case.sequence == Sequence::View { answers.len().saturating_sub(1) } else { 0 };
        let mut first_shown = None;
        let mut errors_before = None;
        let mut posed_before = false;
        for (frame, answer) in answers.iter().enumerate() {
            let pose = answer.poses.iter().find(|pose| pose.target == 0);
            let times = if posed_before { &mut tally.tracking_us } else { &mut tally.searching_us };
            times.push(answer.micros);
            posed_before = !answer.poses.is_empty();
            tally.false_positives += false_positives(case, answer);
            let truth = script.truth(frame).filter(|truth| frame >= judged_from && script.in_view(truth));
            let errors = truth.and_then(|truth| tally.judge(&truth, pose));
            if truth.is_some() && pose.is_some() {
                first_shown.get_or_insert(tally.in_view);
            }
            if let (Some(errors), Some(before)) = (errors, errors_before) {
                tally.changes_px.extend(distances(errors, before));
            }
            errors_before = errors;
        }
        tally.first_shown.extend((tally.in_view > 0).then_some(first_shown));
        tally
    }

    /// One frame with the photo in view. Gives the errors of the corners.
    fn judge(&mut self, truth: &Homography, pose: Option<&Pose>) -> Option<[Point; 4]> {
        self.in_view += 1;
        let pose = pose?;
        self.recognised += 1;
        let (there, said) = (truth.corners(), pose.homography.corners());
        let mean = distances(said, there).iter().sum::<f64>() / 4.0;
        // A pose that is no number is as wrong as can be.
        let error = if mean.is_nan() { f64::INFINITY } else { mean };
        let size = distances(there, [there[1], there[2], there[3], there[0]]).into_iter().fold(0.0, f64::max);
        self.glued += usize::from(error <= GLUED_MAX * size);
        self.wrong += usize::from(error > WRONG_MIN * size);
        self.errors_px.push(error);
        let errors = std::array::from_fn(|corner| [0, 1].map(|axis| said[corner][axis] - there[corner][axis]));
        error.is_finite().then_some(errors)
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.in_view += other.in_view;
        self.recognised += other.recognised;
        self.glued += other.glued;
        self.wrong += other.wrong;
        self.false_positives += other.false_positives;
        self.errors_px.extend(&other.errors_px);
        self.changes_px.extend(&other.changes_px);
        self.first_shown.extend(&other.first_shown);
        self.tracking_us.extend(&other.tracking_us);
        self.searching_us.extend(&other.searching_us);
    }

    /// The figures; `None` where nothing was counted.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let percent = |count: usize| (self.in_view > 0).then(|| 100.0 * count as f64 / self.in_view as f64);
        let squares = self.changes_px.iter().map(|change| change * change).sum::<f64>();
        let shown: Vec<f64> =
            self.first_shown.iter().map(|frame| frame.map_or(f64::INFINITY, |frame| frame as f64)).collect();
        Summary {
            recognised_percent: percent(self.recognised),
            glued_percent: percent(self.glued),
            wrong_percent: percent(self.wrong),
            first_shown_median: quantile(&shown, 0.5).filter(|frame| frame.is_finite()),
            first_shown_last: quantile(&shown, 1.0).filter(|frame| frame.is_finite()),
            never_shown: self.first_shown.iter().filter(|frame| frame.is_none()).count(),
            error_median_px: quantile(&self.errors_px, 0.5),
            error_p95_px: quantile(&self.errors_px, 0.95),
            jitter_px: (!self.changes_px.is_empty()).then(|| (squares / self.changes_px.len() as f64).sqrt()),
            tracking_median_us: quantile(&self.tracking_us, 0.5),
            tracking_p95_us: quantile(&self.tracking_us, 0.95),
            searching_median_us: quantile(&self.searching_us, 0.5),
            searching_p95_us: quantile(&self.searching_us, 0.95),
            false_positives: self.false_positives,
        }
    }
}

/// What a tally says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Frames with a pose, of those with the photo in view.
    pub recognised_percent: Option<f64>,
    /// Frames with an error of at most [`GLUED_MAX`], of those with the photo in view.
    pub glued_percent: Option<f64>,
    /// Frames with an error above [`WRONG_MIN`], of those with the photo in view.
    pub wrong_percent: Option<f64>,
    /// Number of the frame with the first pose, from 1: of half of the films it is no later.
    pub first_shown_median: Option<f64>,
    /// The same for all films; `None` when one never has a pose.
    pub first_shown_last: Option<f64>,
    /// Films without any pose.
    pub never_shown: usize,
    /// Error of the frames with a pose.
    pub error_median_px: Option<f64>,
    /// Error that 95 % of them stay below.
    pub error_p95_px: Option<f64>,
    /// Root mean square of the changes of a corner's error from one frame to the next.
    pub jitter_px: Option<f64>,
    /// Time of a frame behind one with a pose.
    pub tracking_median_us: Option<f64>,
    /// What 95 % of them stay below.
    pub tracking_p95_us: Option<f64>,
    /// Time of any other frame.
    pub searching_median_us: Option<f64>,
    /// What 95 % of them stay below.
    pub searching_p95_us: Option<f64>,
    /// Poses of photos that are not there.
    pub false_positives: usize,
}

fn false_positives(case: &Case, answer: &Answer) -> usize {
    let absent = |pose: &&Pose| pose.target != 0 || case.sequence == Sequence::NoTarget;
    answer.poses.iter().filter(absent).count()
}

fn distances(from: [Point; 4], to: [Point; 4]) -> [f64; 4] {
    std::array::from_fn(|corner| (to[corner][0] - from[corner][0]).hypot(to[corner][1] - from[corner][1]))
}

/// The value that a share of the values does not exceed: one of them.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::VIEW_FRAMES,
        geometry::{Orientation, Point},
    };

    fn case(sequence: Sequence) -> Case {
        Case {
            photo: "boats".to_owned(),
            photo_width: 1024,
            photo_height: 768,
            sequence,
            lens: 45,
            orientation: Orientation::Landscape,
            seed: 1,
            frames: 30,
        }
    }

    /// What is said when the truth is moved by `offset(frame)` pixels; nothing where it gives `None`.
    fn viewing(sequence: Sequence, offset: impl Fn(usize) -> Option<Point>) -> Viewing {
        let case = case(sequence);
        let script = Script::new(&case);
        let answer = |frame: usize| {
            let pose = offset(frame).map(|[dx, dy]| {
                let h = script.homography(frame as f64 / crate::case::FRAME_RATE).0;
                let (x, y) = (|i: usize| h[i] + dx * h[i + 6], |i: usize| h[i + 3] + dy * h[i + 6]);
                Pose { target: 0, homography: Homography([x(0), x(1), x(2), y(0), y(1), y(2), h[6], h[7], h[8]]) }
            });
            Answer { poses: pose.into_iter().collect(), micros: frame as f64 }
        };
        Viewing { answers: (0..case.frames).map(answer).collect(), case }
    }

    /// Longest side of the photo in the static sequence.
    fn size() -> f64 {
        let corners = Script::new(&case(Sequence::Static)).homography(0.0).corners();
        distances(corners, [corners[1], corners[2], corners[3], corners[0]]).into_iter().fold(0.0, f64::max)
    }

    #[test]
    fn the_truth_is_glued_from_the_first_frame_on() {
        let summary = Tally::of(&viewing(Sequence::HandHeld, |_| Some([0.0, 0.0]))).summary();
        assert_eq!(summary.recognised_percent, Some(100.0));
        assert_eq!(summary.glued_percent, Some(100.0));
        assert_eq!(summary.wrong_percent, Some(0.0));
        assert_eq!((summary.first_shown_median, summary.never_shown), (Some(1.0), 0));
        assert!(summary.error_p95_px.is_some_and(|error| error < 1e-9));
        assert!(summary.jitter_px.is_some_and(|jitter| jitter < 1e-9));
        assert_eq!(summary.false_positives, 0);
    }

    #[test]
    fn frames_without_a_pose_count_and_the_first_pose_is_numbered() {
        let tally = Tally::of(&viewing(Sequence::Static, |frame| (frame >= 6).then_some([0.0, 0.0])));
        assert_eq!((tally.in_view, tally.recognised, tally.glued), (30, 24, 24));
        assert_eq!(tally.first_shown, [Some(7)]);
        let tally = Tally::of(&viewing(Sequence::Static, |_| None));
        assert_eq!((tally.in_view, tally.recognised), (30, 0));
        assert_eq!(tally.first_shown, [None]);
        assert_eq!(tally.summary().first_shown_last, None);
        assert_eq!(tally.summary().never_shown, 1);
    }

    #[test]
    fn bounds_of_glued_and_wrong_are_shares_of_the_photos_size() {
        let size = size();
        let shares = [0.019, 0.021, 0.099, 0.101];
        let tally = Tally::of(&viewing(Sequence::Static, |frame| Some([0.0, shares[frame % 4] * size])));
        // Thirty frames are seven rounds of the four, and two more.
        assert_eq!((tally.recognised, tally.glued, tally.wrong), (30, 8, 7));
    }

    #[test]
    fn a_pose_that_is_no_number_is_wrong() {
        let tally = Tally::of(&viewing(Sequence::Static, |_| Some([f64::NAN, 0.0])));
        assert_eq!((tally.recognised, tally.glued, tally.wrong), (30, 0, 30));
    }

    #[test]
    fn errors_are_in_pixels() {
        let summary =
            Tally::of(&viewing(Sequence::Tilt, |frame| Some([if frame < 20 { 1.0 } else { 3.0 }, 0.0]))).summary();
        assert!(summary.error_median_px.is_some_and(|error| (error - 1.0).abs() < 1e-9));
        assert!(summary.error_p95_px.is_some_and(|error| (error - 3.0).abs() < 1e-9));
    }

    #[test]
    fn jitter_is_the_change_of_the_error_and_not_of_the_pose() {
        let jitter = |offset: fn(usize) -> Option<Point>| {
            Tally::of(&viewing(Sequence::FastPan, offset)).summary().jitter_px.expect("has consecutive poses")
        };
        assert!(jitter(|_| Some([5.0, -2.0])) < 1e-9, "a constant offset is no jitter");
        assert!((jitter(|frame| Some([0.3 * (frame % 2) as f64, 0.0])) - 0.3).abs() < 1e-9);
        // A gap breaks the chain: only 9 and 10, and so on, follow each other.
        let tally = Tally::of(&viewing(Sequence::Static, |frame| (frame % 3 != 2).then_some([frame as f64, 0.0])));
        assert_eq!(tally.changes_px.len(), 10 * 4);
    }

    #[test]
    fn a_photo_that_leaves_the_frame_is_not_counted() {
        let tally = Tally::of(&viewing(Sequence::Enter, |_| Some([0.0, 0.0])));
        assert!(tally.in_view < 30 && tally.in_view > 15, "{}", tally.in_view);
        assert_eq!(tally.first_shown, [Some(1)]);
    }

    #[test]
    fn times_are_told_apart_by_the_frame_before() {
        let tally = Tally::of(&viewing(Sequence::Static, |frame| (10..20).contains(&frame).then_some([0.0, 0.0])));
        assert_eq!(tally.tracking_us, (11..=20).map(f64::from).collect::<Vec<_>>());
        assert_eq!(tally.searching_us.len(), 20);
        assert_eq!(tally.summary().tracking_median_us, Some(15.0));
        assert_eq!(tally.summary().tracking_p95_us, Some(20.0));
    }

    #[test]
    fn any_pose_without_a_target_and_any_other_target_is_false() {
        let tally = Tally::of(&viewing(Sequence::NoTarget, |frame| (frame < 4).then_some([0.0, 0.0])));
        assert_eq!((tally.false_positives, tally.in_view), (4, 0));
        assert_eq!(tally.summary().recognised_percent, None);
        let mut other = viewing(Sequence::Static, |_| Some([0.0, 0.0]));
        other.answers[3].poses[0].target = 2;
        let tally = Tally::of(&other);
        assert_eq!((tally.false_positives, tally.recognised), (1, 29));
    }

    #[test]
    fn a_single_view_is_judged_by_its_last_frame() {
        let mut view = viewing(Sequence::View, |frame| (frame > 0).then_some([0.0, 0.0]));
        view.answers.truncate(VIEW_FRAMES);
        let tally = Tally::of(&view);
        assert_eq!((tally.in_view, tally.glued), (1, 1));
        assert_eq!(tally.searching_us.len() + tally.tracking_us.len(), VIEW_FRAMES);
    }

    #[test]
    fn tallies_add_up() {
        let (one, other) = (
            viewing(Sequence::Static, |_| Some([0.0, 0.0])),
            viewing(Sequence::Tilt, |frame| (frame > 9).then_some([1.0, 0.0])),
        );
        let mut sum = Tally::of(&one);
        sum.add(&Tally::of(&other));
        assert_eq!((sum.in_view, sum.recognised), (60, 50));
        assert_eq!(sum.first_shown, [Some(1), Some(11)]);
        assert_eq!(sum.errors_px.len(), 50);
    }

    #[test]
    fn quantiles_are_values() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 1.0), Some(3.0));
        assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.0), Some(1.0));
    }
}
