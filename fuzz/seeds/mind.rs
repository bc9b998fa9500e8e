//! Small image target files: few features, tiny pictures.

use compiler_wasm::{
    bundle::{Bundle, Feature, FeatureSet, Keyframe, Node, Target, TrackingImage, encode_bundle},
    cluster::build_cluster_tree,
    plane::GrayImage,
};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let bundles =
        [vec![target(0, 0)], vec![target(1, 2)], vec![target(1, 24)], vec![target(1, 1), target(0, 3), target(2, 0)]];
    bundles.into_iter().map(|targets| encode_bundle(&Bundle { targets })).collect()
}

fn target(keyframes: u32, features: u32) -> Target {
    let tracking = [4, 2].map(|side| TrackingImage {
        image: GrayImage { width: side, height: 3, data: (0..side * 3).map(|at| (at * 20) as u8).collect() },
        scale: side as f64 / 320.0,
        points: vec![[0, 0], [1, 2]],
    });
    let keyframe = |number: u32| Keyframe {
        width: 320 >> number,
        height: 240 >> number,
        scale: 1.0 / f64::from(1 << number),
        maxima: feature_set(features, number),
        minima: feature_set(features / 2, number + 7),
    };
    Target { width: 320, height: 240, tracking: tracking.into(), keyframes: (0..keyframes).map(keyframe).collect() }
}

fn feature_set(count: u32, seed: u32) -> FeatureSet {
    let feature = |number: u32| Feature {
        x: f64::from(number) * 1.5,
        y: f64::from(number * seed % 200),
        scale: 2.0,
        angle: f64::from(number) / 7.0,
        descriptor: std::array::from_fn(|word| {
            (word as u32 + 1).wrapping_mul((number ^ seed).wrapping_mul(2_654_435_761))
        }),
    };
    let features: Vec<Feature> = (0..count).map(feature).collect();
    let tree =
        if features.is_empty() { Node::Leaf { centre: None, points: vec![] } } else { build_cluster_tree(&features) };
    FeatureSet { features, tree }
}
