//! A tree over the descriptors of one kind, for matching: k-medoids by random tries, again in every cluster.
//!
//! A node of at most 16 points is a leaf. Else 128 sets of 8 random centres are tried; the set with the least sum of
//! distances wins, the first of equals; a point belongs to its first nearest centre.
//!
//! The Hamming distances of all pairs are computed once; a node works on its own dense part of that matrix, and a try
//! ends when its sum passes the best.
//!
//! Source: M. Muja and D. G. Lowe, "Fast Matching of Binary Features", CRV 2012; tries and stream as in mind-ar 1.2.5.

use std::collections::BTreeMap;

use crate::{
    bundle::{Feature, Node},
    freak::hamming_distance,
    rng::Stream,
};

const LEAF_POINTS_MAX: usize = 16;
const TRIES: usize = 128;
const CENTRES: usize = 8;
/// Distances summed before a try is compared with the best.
const BLOCK: usize = 64;

/// Builds the tree; without features it is an empty leaf.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a keyframe has at most 500 features of 666 bits")]
pub fn build_cluster_tree(features: &[Feature]) -> Node {
    let count = features.len();
    let mut distances = vec![0u16; count * count];
    for (row, a) in features.iter().enumerate() {
        for (column, b) in features.iter().enumerate().skip(row + 1) {
            let distance = hamming_distance(&a.descriptor, &b.descriptor) as u16;
            distances[row * count + column] = distance;
            distances[column * count + row] = distance;
        }
    }
    let points = (0..count as u32).collect();
    build(Cluster { centre: None, points, distances }, &mut Stream::new())
}

/// Points of one node with the square matrix of their distances.
struct Cluster {
    centre: Option<u32>,
    points: Vec<u32>,
    distances: Vec<u16>,
}

impl Cluster {
    fn row(&self, index: usize) -> &[u16] {
        &self.distances[index * self.points.len()..][..self.points.len()]
    }

    /// The part that these rows, in rising order, make.
    fn part(&self, centre: usize, members: &[usize]) -> Self {
        let distances =
            members.iter().flat_map(|&row| members.iter().map(move |&column| self.row(row)[column])).collect();
        let points = members.iter().map(|&member| self.points[member]).collect();
        Self { centre: Some(self.points[centre]), points, distances }
    }
}

fn build(cluster: Cluster, stream: &mut Stream) -> Node {
    let parts = if cluster.points.len() > LEAF_POINTS_MAX { split(&cluster, stream) } else { BTreeMap::new() };
    if parts.len() < 2 {
        return Node::Leaf { centre: cluster.centre, points: cluster.points };
    }
    let children = parts.iter().map(|(&centre, members)| build(cluster.part(centre, members), stream)).collect();
    Node::Branch { centre: cluster.centre, children }
}

/// Members by centre, both as rows of the cluster.
fn split(cluster: &Cluster, stream: &mut Stream) -> BTreeMap<usize, Vec<usize>> {
    let count = cluster.points.len();
    let mut order: Vec<usize> = (0..count).collect();
    let mut best = (u32::MAX, [0; CENTRES]);
    for _ in 0..TRIES {
        stream.shuffle_front(&mut order, CENTRES);
        let centres: [usize; CENTRES] = std::array::from_fn(|index| order[index]);
        let sum = distance_sum(centres.map(|centre| cluster.row(centre)), best.0);
        if sum < best.0 {
            best = (sum, centres);
        }
    }
    let mut parts = BTreeMap::<usize, Vec<usize>>::new();
    for member in 0..count {
        let nearest = best.1.into_iter().min_by_key(|&centre| cluster.row(centre)[member]);
        parts.entry(nearest.unwrap_or(best.1[0])).or_default().push(member);
    }
    parts
}

/// Sum over all columns of the least entry, or a sum that is at least `limit`.
fn distance_sum(rows: [&[u16]; CENTRES], limit: u32) -> u32 {
    let count = rows[0].len();
    let mut sum = 0;
    let mut from = 0;
    while from < count && sum < limit {
        let to = (from + BLOCK).min(count);
        let mut least = [u16::MAX; BLOCK];
        for row in rows {
            for (least, &distance) in least.iter_mut().zip(&row[from..to]) {
                *least = (*least).min(distance);
            }
        }
        sum += least[..to - from].iter().map(|&least| u32::from(least)).sum::<u32>();
        from = to;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Features whose descriptors fall into `groups` well separated groups.
    fn features(count: usize, groups: u32) -> Vec<Feature> {
        let descriptor = |index: usize| {
            let group = index as u32 % groups;
            let mut words: [u32; 21] =
                std::array::from_fn(|word| (group.wrapping_mul(0x9e37_79b9) ^ word as u32).wrapping_mul(0x85eb_ca6b));
            words[index % 21] ^= 1 << (index % 32);
            words
        };
        (0..count)
            .map(|index| Feature { x: 0.0, y: 0.0, scale: 2.0, angle: 0.0, descriptor: descriptor(index) })
            .collect()
    }

    fn points(node: &Node) -> Vec<u32> {
        match node {
            Node::Leaf { points, .. } => points.clone(),
            Node::Branch { children, .. } => children.iter().flat_map(points).collect(),
        }
    }

    #[test]
    fn few_features_are_one_leaf() {
        assert_eq!(build_cluster_tree(&[]), Node::Leaf { centre: None, points: vec![] });
        assert_eq!(build_cluster_tree(&features(16, 4)), Node::Leaf { centre: None, points: (0..16).collect() });
    }

    #[test]
    fn every_feature_is_in_one_leaf() {
        let tree = build_cluster_tree(&features(203, 5));
        assert!(matches!(tree, Node::Branch { .. }));
        let mut all = points(&tree);
        all.sort_unstable();
        assert_eq!(all, (0..203).collect::<Vec<_>>());
    }

    #[test]
    fn equal_descriptors_are_one_leaf() {
        let same = vec![features(1, 1)[0].clone(); 40];
        assert_eq!(build_cluster_tree(&same), Node::Leaf { centre: None, points: (0..40).collect() });
    }

    #[test]
    fn a_sum_that_passes_the_limit_ends_early_and_never_below_it() {
        let rows: Vec<Vec<u16>> =
            (0..8).map(|row| (0..300).map(|column| 10 + (row * column % 7) as u16).collect()).collect();
        let rows: [&[u16]; 8] = std::array::from_fn(|row| rows[row].as_slice());
        let exact: u32 = (0..300).map(|column| u32::from(rows.iter().map(|row| row[column]).min().unwrap())).sum();
        assert_eq!(distance_sum(rows, u32::MAX), exact);
        assert!(distance_sum(rows, 700) >= 700);
    }
}
