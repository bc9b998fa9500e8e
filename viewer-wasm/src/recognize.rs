//! From matches to where a photo is: every good match proposes a place, the others vote, the best is refined.
//!
//! A feature knows its scale, its direction and, by its view, its tilt: one match is enough for an affine guess. So all
//! good matches are tried, best first, in place of random samples, and the result is always the same.
//!
//! Source: O. Chum and J. Matas, "Matching with PROSAC", CVPR 2005, for the order; O. Chum, J. Matas and J. Kittler,
//! "Locally Optimized RANSAC", DAGM 2003, for refining what looks best.

use crate::{
    detect::Feature,
    homography::{Correspondence, Matrix3, apply, linearize, refine},
    index::Match,
    views::Landmark,
};

/// Matches that may propose, best first.
const PROPOSALS_MAX: usize = 100;
/// Votes that a guess needs to be refined, and a refined one to be looked at.
const VOTES_MIN: usize = 5;
const INLIERS_MIN: usize = 6;
/// Guesses that are refined.
const REFINED_MAX: usize = 4;
/// A guess may be off by this, in pixels, and by this part of the way from its match.
const GUESS_PX: f64 = 5.0;
const GUESS_PART: f64 = 0.18;
/// A voter's direction and scale may differ by this from the guess: the cosine of an angle, and a factor.
const TURN_COS_MIN: f64 = 0.8;
const SCALE_FACTOR_MAX: f64 = 1.7;
/// Deviation of a feature's place, in pixels of its octave.
const PLACE_DEVIATION: f64 = 0.6;
/// Farthest that an inlier lies off, in deviations.
const INLIER_DEVIATIONS: f64 = 3.5;

/// Where a photo may be.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// From pixels of the photo's finest copy to pixels of the frame.
    pub homography: Matrix3,
    /// Features that agree.
    pub inliers: usize,
}

/// Memory of a recognition, kept for the next.
#[derive(Default)]
pub struct Scratch {
    matches: Vec<Match>,
    guesses: Vec<(usize, Matrix3, Match)>,
    points: Vec<Correspondence>,
    best: Vec<Correspondence>,
}

impl Scratch {
    /// What the candidate given last rests on: pixels of the photo's finest copy, and pixels of the frame.
    #[must_use]
    pub fn inliers(&self) -> &[Correspondence] {
        &self.best
    }
}

/// The best place of one photo; `matches` are those of that photo alone.
pub fn locate(
    matches: &[Match],
    features: &[Feature],
    landmarks: &[Landmark],
    scratch: &mut Scratch,
) -> Option<Candidate> {
    let Scratch { matches: sorted, guesses, points, best: kept } = scratch;
    sorted.clear();
    sorted.extend_from_slice(matches);
    sorted.sort_unstable_by(|a, b| a.ratio.total_cmp(&b.ratio).then(a.feature.cmp(&b.feature)));
    guesses.clear();
    for &proposed in sorted.iter().take(PROPOSALS_MAX) {
        let guess = guess(&features[proposed.feature as usize], &landmarks[proposed.landmark as usize]);
        let votes = sorted.iter().filter(|voter| votes_for(&guess, &proposed, voter, features, landmarks)).count();
        if votes >= VOTES_MIN {
            guesses.push((votes, guess, proposed));
        }
    }
    guesses.sort_unstable_by(|a, b| {
        b.0.cmp(&a.0).then(a.2.ratio.total_cmp(&b.2.ratio)).then(a.2.feature.cmp(&b.2.feature))
    });
    let mut best: Option<Candidate> = None;
    for (_, guess, proposed) in guesses.iter().take(REFINED_MAX) {
        points.clear();
        let voters = sorted.iter().filter(|voter| votes_for(guess, proposed, voter, features, landmarks));
        points.extend(voters.map(|voter| correspondence(voter, features, landmarks)));
        let Some(mut homography) = refine(guess, points) else { continue };
        let mut inliers = 0;
        for _ in 0..3 {
            points.clear();
            let agreeing = sorted.iter().filter(|voter| agrees(&homography, voter, features, landmarks));
            points.extend(agreeing.map(|voter| correspondence(voter, features, landmarks)));
            inliers = points.len();
            if inliers < INLIERS_MIN {
                break;
            }
            match refine(&homography, points) {
                Some(refined) => homography = refined,
                None => break,
            }
        }
        if inliers >= INLIERS_MIN && best.is_none_or(|best| inliers > best.inliers) {
            best = Some(Candidate { homography, inliers });
            kept.clone_from(points);
        }
    }
    best
}

/// The affine map that brings a landmark onto a feature with its scale and direction.
fn guess(feature: &Feature, landmark: &Landmark) -> Matrix3 {
    let [x, y] = feature.at.map(f64::from);
    let scale = f64::from(feature.scale);
    let (sin, cos) = (libm::sin(f64::from(feature.angle)) * scale, libm::cos(f64::from(feature.angle)) * scale);
    let frame = landmark.frame.map(f64::from);
    let [a, b, c, d] = [
        cos * frame[0] - sin * frame[2],
        cos * frame[1] - sin * frame[3],
        sin * frame[0] + cos * frame[2],
        sin * frame[1] + cos * frame[3],
    ];
    let [from_x, from_y] = landmark.at.map(f64::from);
    [a, b, x - a * from_x - b * from_y, c, d, y - c * from_x - d * from_y, 0.0, 0.0, 1.0]
}

fn correspondence(found: &Match, features: &[Feature], landmarks: &[Landmark]) -> Correspondence {
    let feature = &features[found.feature as usize];
    Correspondence {
        from: landmarks[found.landmark as usize].at.map(f64::from),
        to: feature.at.map(f64::from),
        deviation: PLACE_DEVIATION * f64::from(feature.scale),
    }
}

fn votes_for(guess: &Matrix3, proposed: &Match, voter: &Match, features: &[Feature], landmarks: &[Landmark]) -> bool {
    let point = correspondence(voter, features, landmarks);
    let at = apply(guess, point.from);
    let off = distance(at, point.to);
    let way = distance(at, features[proposed.feature as usize].at.map(f64::from));
    off < GUESS_PX + GUESS_PART * way && is_turned_alike(guess, voter, features, landmarks)
}

fn agrees(homography: &Matrix3, voter: &Match, features: &[Feature], landmarks: &[Landmark]) -> bool {
    let point = correspondence(voter, features, landmarks);
    distance(apply(homography, point.from), point.to) < 1.0 + INLIER_DEVIATIONS * point.deviation
        && is_turned_alike(homography, voter, features, landmarks)
}

/// Whether a map turns and scales a landmark as the feature is turned and scaled.
fn is_turned_alike(map: &Matrix3, voter: &Match, features: &[Feature], landmarks: &[Landmark]) -> bool {
    let (feature, landmark) = (&features[voter.feature as usize], &landmarks[voter.landmark as usize]);
    let (_, [a, b, c, d]) = linearize(map, landmark.at.map(f64::from));
    // The landmark's own x direction, in the photo: the first column of its frame's inverse.
    let frame = landmark.frame.map(f64::from);
    let determinant = frame[0] * frame[3] - frame[1] * frame[2];
    let [x, y] = [frame[3] / determinant, -frame[2] / determinant];
    let [to_x, to_y] = [a * x + b * y, c * x + d * y];
    let length = (to_x * to_x + to_y * to_y).sqrt();
    let angle = f64::from(feature.angle);
    let cos = (to_x * libm::cos(angle) + to_y * libm::sin(angle)) / length;
    let area = ((a * d - b * c) / determinant).abs().sqrt() / f64::from(feature.scale);
    cos > TURN_COS_MIN && area < SCALE_FACTOR_MAX && area > 1.0 / SCALE_FACTOR_MAX
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    ((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])).sqrt()
}
