//! Finds the landmarks most like a feature without comparing them all: locality-sensitive hashing.
//!
//! A table keeps the landmarks in buckets by some bits of their descriptors. Like descriptors share most bits, so in one of
//! several tables they share a bucket. The number of bits grows with the number of landmarks: a bucket stays small.
//!
//! Source: A. Gionis, P. Indyk and R. Motwani, "Similarity Search in High Dimensions via Hashing", VLDB 1999.

use std::ops::Range;

use crate::{
    describe::{Descriptor, distance, telling_bits},
    detect::Feature,
    views::Landmark,
};

/// Tables, each with its own bits.
pub const TABLES: usize = 14;
/// Landmarks that a bucket holds on average, as a power of two.
const BUCKET_LOG: u32 = 1;
/// Words of a descriptor that are looked at first, and the most bits of theirs in which a match differs.
const HEAD: Range<usize> = 6..9;
const HEAD_DISTANCE_MAX: u32 = 66;
/// Landmarks that show how telling a bit is.
const SAMPLE: usize = 200;
/// More bits than two descriptors differ in.
const FARTHEST: u32 = 1000;
/// Most landmarks of a bucket that are looked at.
const BUCKET_MAX: usize = 64;
/// Two landmarks nearer than this are one place, in pixels of the photo's finest copy.
const PLACE_PX: f32 = 6.0;
/// Most bits in which a match differs.
const DISTANCE_MAX: u32 = 190;
/// A match differs in fewer bits than this part of those of the next other place.
const RATIO_MAX: f32 = 0.9;

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
    /// The table that is made anew next.
    stalest: usize,
    /// For each landmark what is looked at first.
    heads: Vec<Head>,
    /// For each landmark the last query that has seen it.
    seen: Vec<u32>,
    query: u32,
    random: u64,
}

#[derive(Default)]
struct Table {
    /// Which bits, as their places.
    bits: Vec<usize>,
    /// Where each bucket begins in `items`, and the end.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Index {
    /// Makes some of the tables anew, so that they hold landmarks that have come since; all of them after so many calls
    /// that they add up to [`TABLES`].
    pub fn update(&mut self, landmarks: &[Landmark], tables: usize) {
        self.tables.resize_with(TABLES, Table::default);
        self.seen.resize(landmarks.len(), 0);
        self.heads.extend(landmarks[self.heads.len()..].iter().map(|landmark| head(&landmark.descriptor)));
        for _ in 0..tables.min(TABLES) {
            let table = &mut self.tables[self.stalest];
            if table.items.len() < landmarks.len() {
                *table = Table::new(landmarks, &mut self.random);
            }
            self.stalest = (self.stalest + 1) % TABLES;
        }
    }

    /// Appends the matches of the features from `first` on.
    pub fn find(&mut self, features: &[Feature], first: usize, landmarks: &[Landmark], matches: &mut Vec<Match>) {
        for (number, feature) in features.iter().enumerate().skip(first) {
            self.query = self.query.wrapping_add(1);
            let mut best = (DISTANCE_MAX, None::<u32>);
            let mut next = FARTHEST;
            let head = head(&feature.descriptor);
            for table in &self.tables {
                for &item in table.bucket(feature.is_maximum, &feature.descriptor) {
                    let seen = &mut self.seen[item as usize];
                    if *seen == self.query {
                        continue;
                    }
                    *seen = self.query;
                    if differ(&head, &self.heads[item as usize]) > HEAD_DISTANCE_MAX {
                        continue;
                    }
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

type Head = [u64; HEAD.end - HEAD.start];

fn head(descriptor: &Descriptor) -> Head {
    std::array::from_fn(|word| descriptor[HEAD.start + word])
}

#[inline]
fn differ(a: &Head, b: &Head) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

fn is_same_place(a: &Landmark, b: &Landmark) -> bool {
    a.target == b.target && (a.at[0] - b.at[0]).abs() < PLACE_PX && (a.at[1] - b.at[1]).abs() < PLACE_PX
}

impl Table {
    fn new(landmarks: &[Landmark], random: &mut u64) -> Self {
        let count = landmarks.len().max(1).ilog2().saturating_sub(BUCKET_LOG).clamp(6, 16);
        let telling: Vec<usize> = telling_bits().collect();
        let mut bits = Vec::new();
        while bits.len() < count as usize {
            // Of two bits the one that tells more: that is set in nearer to half of the landmarks.
            let two = [(); 3].map(|()| telling[next_random(random) as usize % telling.len()]);
            let lopsided = |bit: &usize| {
                let sample = landmarks.iter().step_by(1 + landmarks.len() / SAMPLE);
                let (count, set) = sample.fold((0usize, 0usize), |(count, set), landmark| {
                    (count + 1, set + (landmark.descriptor[bit / 64] >> (bit % 64) & 1) as usize)
                });
                (2 * set).abs_diff(count)
            };
            let bit = two.into_iter().filter(|bit| !bits.contains(bit)).min_by_key(lopsided);
            bits.extend(bit);
        }
        let mut table = Self { bits, starts: vec![0; (2 << count) + 1], items: vec![0; landmarks.len()] };
        for landmark in landmarks {
            let key = table.key(landmark.is_maximum, &landmark.descriptor);
            table.starts[key + 1] += 1;
        }
        for bucket in 1..table.starts.len() {
            table.starts[bucket] += table.starts[bucket - 1];
        }
        let mut ends = table.starts.clone();
        for (item, landmark) in (0u32..).zip(landmarks) {
            let end = &mut ends[table.key(landmark.is_maximum, &landmark.descriptor)];
            table.items[*end as usize] = item;
            *end += 1;
        }
        table
    }

    fn key(&self, is_maximum: bool, descriptor: &Descriptor) -> usize {
        let bit = |key: usize, &bit: &usize| key << 1 | (descriptor[bit / 64] >> (bit % 64) & 1) as usize;
        self.bits.iter().fold(usize::from(is_maximum), bit)
    }

    fn bucket(&self, is_maximum: bool, descriptor: &Descriptor) -> &[u32] {
        if self.starts.is_empty() {
            return &[];
        }
        let key = self.key(is_maximum, descriptor);
        let bucket = &self.items[self.starts[key] as usize..self.starts[key + 1] as usize];
        &bucket[..bucket.len().min(BUCKET_MAX)]
    }
}

/// S. Vigna's splitmix64, always from the same beginning.
fn next_random(state: &mut u64) -> u32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 32) as u32
}
