//! Finds the landmarks most like a feature without comparing them all: locality-sensitive hashing.
//!
//! A table keeps the landmarks in buckets by some bits of their descriptors. Like descriptors share most bits, so in one of
//! several tables they share a bucket. The number of bits grows with the number of landmarks: a bucket stays small.
//!
//! Source: A. Gionis, P. Indyk and R. Motwani, "Similarity Search in High Dimensions via Hashing", VLDB 1999.

use compiler_wasm::retina::POINTS;

use crate::{
    describe::{Descriptor, bit_of, distance, is_set},
    detect::Feature,
    views::Landmark,
};

/// Tables, each with its own bits.
const TABLES: usize = 14;
/// Fewest and most bits of a table.
const BITS_MIN: u32 = 6;
const BITS_MAX: u32 = 16;
/// Most landmarks of a bucket that are looked at.
const BUCKET_MAX: usize = 10;
/// Landmarks that show how telling a bit is.
const SAMPLE: usize = 200;
/// Points of which one becomes the other half of a bit.
const PARTNERS: usize = 4;
/// Two landmarks nearer than this are one place, in pixels of the photo's finest copy.
const PLACE_PX: f32 = 6.0;
/// Most bits in which a match differs.
const DISTANCE_MAX: u32 = 190;
/// More bits than two descriptors differ in.
const FARTHEST: u32 = 1000;
/// A match differs in fewer bits than this part of those of the next other place.
const RATIO_MAX: f32 = 0.9;
/// The end of a bucket.
const NONE: u32 = u32::MAX;

/// A feature of the frame and the landmark it looks like.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// Index of the feature.
    pub feature: u32,
    /// Index of the landmark.
    pub landmark: u32,
    /// How unlike it is, against the next other place: 0 for sure to 1 for a guess.
    pub ratio: f32,
}

/// The tables over a list of landmarks, which may grow.
#[derive(Default)]
pub struct Index {
    tables: Vec<Table>,
    /// For each landmark the last query that has seen it.
    seen: Vec<u32>,
    query: u32,
}

/// A table: each bucket is a chain of landmarks, the first come first.
struct Table {
    /// Which bits, as their places.
    bits: Vec<usize>,
    /// Of each bucket.
    first: Vec<u32>,
    last: Vec<u32>,
    /// Of each landmark, in its bucket.
    next: Vec<u32>,
}

impl Index {
    /// Tables for about so many landmarks, with bits that tell much of the first of them, which are put in.
    #[must_use]
    pub fn new(expected: usize, landmarks: &[Landmark]) -> Self {
        let bits = expected.max(1).ilog2().saturating_sub(1).clamp(BITS_MIN, BITS_MAX);
        let mut random = 0;
        let tables = (0..TABLES).map(|_| Table::new(choose_bits(landmarks, bits as usize, &mut random))).collect();
        let mut index = Self { tables, seen: Vec::new(), query: 0 };
        index.extend(landmarks);
        index
    }

    /// Puts in the landmarks that have come since.
    pub fn extend(&mut self, landmarks: &[Landmark]) {
        let from = self.seen.len();
        self.seen.resize(landmarks.len(), 0);
        for table in &mut self.tables {
            landmarks[from..].iter().for_each(|landmark| table.push(landmark));
        }
    }

    /// Appends the matches of the features from `first` on.
    pub fn find(&mut self, features: &[Feature], first: usize, landmarks: &[Landmark], matches: &mut Vec<Match>) {
        for (number, feature) in features.iter().enumerate().skip(first) {
            self.query = self.query.wrapping_add(1);
            let mut best = (DISTANCE_MAX, None::<u32>);
            let mut next = FARTHEST;
            for table in &self.tables {
                for item in table.bucket(feature.is_maximum, &feature.descriptor).take(BUCKET_MAX) {
                    let seen = &mut self.seen[item as usize];
                    if *seen == self.query {
                        continue;
                    }
                    *seen = self.query;
                    let landmark = &landmarks[item as usize];
                    let distance = distance(&feature.descriptor, &landmark.descriptor);
                    if distance < best.0 {
                        if let Some(before) = best.1
                            && !is_same_place(landmark, &landmarks[before as usize])
                        {
                            next = next.min(best.0);
                        }
                        best = (distance, Some(item));
                    } else if distance < next
                        && best.1.is_none_or(|best| !is_same_place(landmark, &landmarks[best as usize]))
                    {
                        next = distance;
                    }
                }
            }
            let Some(landmark) = best.1 else { continue };
            let ratio = best.0 as f32 / next as f32;
            if ratio < RATIO_MAX
                && let Ok(feature) = u32::try_from(number)
            {
                matches.push(Match { feature, landmark, ratio });
            }
        }
    }
}

fn is_same_place(a: &Landmark, b: &Landmark) -> bool {
    a.target == b.target && (a.at[0] - b.at[0]).abs() < PLACE_PX && (a.at[1] - b.at[1]).abs() < PLACE_PX
}

impl Table {
    fn new(bits: Vec<usize>) -> Self {
        // A bright landmark is never in a bucket with a dark one.
        let buckets = 2 << bits.len();
        Self { bits, first: vec![NONE; buckets], last: vec![NONE; buckets], next: Vec::new() }
    }

    fn push(&mut self, landmark: &Landmark) {
        let Ok(item) = u32::try_from(self.next.len()) else { return };
        let key = self.key(landmark.is_maximum, &landmark.descriptor);
        match self.last[key] {
            NONE => self.first[key] = item,
            last => self.next[last as usize] = item,
        }
        self.last[key] = item;
        self.next.push(NONE);
    }

    fn key(&self, is_maximum: bool, descriptor: &Descriptor) -> usize {
        let bit = |key: usize, &bit: &usize| key << 1 | usize::from(is_set(descriptor, bit));
        self.bits.iter().fold(usize::from(is_maximum), bit)
    }

    fn bucket(&self, is_maximum: bool, descriptor: &Descriptor) -> impl Iterator<Item = u32> {
        let mut item = self.first[self.key(is_maximum, descriptor)];
        std::iter::from_fn(move || {
            let here = (item != NONE).then_some(item)?;
            item = self.next[here as usize];
            Some(here)
        })
    }
}

/// Bits that share no point of the pattern, since those that do tell much of each other; of some that could be next, the
/// one that is set in nearest to half of the landmarks.
fn choose_bits(landmarks: &[Landmark], count: usize, random: &mut u64) -> Vec<usize> {
    let sample = || landmarks.iter().step_by(1 + landmarks.len() / SAMPLE);
    let lopsided = |&(_, bit): &(usize, usize)| {
        let set = sample().filter(|landmark| is_set(&landmark.descriptor, bit)).count();
        (2 * set).abs_diff(sample().count())
    };
    let mut points: Vec<usize> = (0..POINTS).collect();
    let mut draw = |points: &mut Vec<usize>| points.swap_remove(next_random(random) as usize % points.len());
    let mut bits = Vec::new();
    while bits.len() < count {
        let point = draw(&mut points);
        let mut partners: Vec<usize> = (0..PARTNERS).map(|_| draw(&mut points)).collect();
        let bits_of = partners.iter().enumerate().map(|(index, &partner)| (index, bit_of(point, partner)));
        let Some((chosen, bit)) = bits_of.min_by_key(lopsided) else { break };
        bits.push(bit);
        partners.swap_remove(chosen);
        points.append(&mut partners);
    }
    bits
}

/// S. Vigna's splitmix64, always from the same beginning.
fn next_random(state: &mut u64) -> u32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Landmarks whose descriptors are random.
    fn landmarks(count: usize) -> Vec<Landmark> {
        let mut random = 7;
        let mut word = || u64::from(next_random(&mut random)) << 32 | u64::from(next_random(&mut random));
        let landmark = |number: usize| Landmark {
            target: 0,
            at: [10.0 * number as f32, 0.0],
            frame: [1.0, 0.0, 0.0, 1.0],
            is_maximum: number.is_multiple_of(2),
            descriptor: std::array::from_fn(|_| word()),
        };
        (0..count).map(landmark).collect()
    }

    /// Shows the landmarks from 100 on with some bits changed; gives how many are found.
    fn find_all(index: &mut Index, landmarks: &[Landmark]) -> usize {
        let feature = |landmark: &Landmark| Feature {
            at: [0.0; 2],
            scale: 1.0,
            angle: 0.0,
            is_maximum: landmark.is_maximum,
            descriptor: landmark.descriptor.map(|word| word ^ 0x0010_0200_0008_0001),
        };
        let features: Vec<_> = landmarks.iter().map(feature).collect();
        let mut matches = Vec::new();
        index.find(&features, 100, landmarks, &mut matches);
        assert!(matches.iter().all(|found| found.feature == found.landmark && found.ratio < 0.5));
        matches.len()
    }

    #[test]
    fn finds_what_differs_in_few_bits_whenever_it_was_put_in() {
        let landmarks = landmarks(3000);
        let mut index = Index::new(landmarks.len(), &landmarks[..400]);
        index.extend(&landmarks);
        let found = find_all(&mut index, &landmarks);
        assert!(found > 2800, "{found}");
    }

    #[test]
    fn finds_every_landmark_of_a_bucket() {
        let landmarks = landmarks(600);
        let mut index = Index::new(1, &landmarks);
        assert_eq!(find_all(&mut index, &landmarks), 500);
    }

    #[test]
    fn a_bright_feature_is_like_no_dark_landmark() {
        let landmarks = landmarks(100);
        let mut index = Index::new(100, &landmarks);
        let Landmark { is_maximum, descriptor, .. } = landmarks[50];
        let feature = Feature { at: [0.0; 2], scale: 1.0, angle: 0.0, is_maximum: !is_maximum, descriptor };
        let mut matches = Vec::new();
        index.find(&[feature], 0, &landmarks, &mut matches);
        assert!(matches.is_empty());
    }
}
