//! Compiles of drawn pictures: stable bytes, true progress, an end when asked for.

use std::{fmt::Debug, ops::ControlFlow};

use compiler_wasm::{
    bundle::{Target, decode_bundle, encode_bundle},
    compile::{compile_gray, report},
    error::CompileError,
    plane::GrayImage,
    protocol::{CompileOptions, Progress, Stage, Upscaling},
};
use sha2::{Digest, Sha256};

use crate::drawing::drawn;

fn compile(image: &GrayImage, upscaling: Upscaling) -> Vec<u8> {
    compile_gray(image, &CompileOptions { upscaling }, &mut |_| ControlFlow::Continue(())).unwrap().mind
}

fn digest(value: &impl Debug) -> String {
    Sha256::digest(format!("{value:?}"))[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of each part in the order it is made, so that the first that differs names the stage.
fn parts(target: &Target) -> [(&'static str, String); 5] {
    let features = || {
        target.keyframes.iter().flat_map(|keyframe| keyframe.maxima.features.iter().chain(&keyframe.minima.features))
    };
    let trees: Vec<_> =
        target.keyframes.iter().map(|keyframe| (&keyframe.maxima.tree, &keyframe.minima.tree)).collect();
    [
        ("places", digest(&features().map(|feature| (feature.x, feature.y, feature.scale)).collect::<Vec<_>>())),
        ("angles", digest(&features().map(|feature| feature.angle).collect::<Vec<_>>())),
        ("descriptors", digest(&features().map(|feature| feature.descriptor).collect::<Vec<_>>())),
        ("trees", digest(&trees)),
        ("tracking", digest(&target.tracking)),
    ]
}

#[test]
fn a_drawn_picture_gives_the_same_target_on_every_machine() {
    let mind = compile(&drawn(420, 310, 1), Upscaling::Exact);
    let target = &decode_bundle(&mind).unwrap().targets[0];
    let expected = [
        ("places", "7eafd9d1f36a"),
        ("angles", "a9b80a91e432"),
        ("descriptors", "6a338a0fc104"),
        ("trees", "c9224b210544"),
        ("tracking", "7ff8077e45c6"),
    ];
    assert_eq!(parts(target), expected.map(|(part, digest)| (part, digest.to_owned())));
}

#[test]
fn what_is_compiled_can_be_read_and_written_again() {
    let mind = compile(&drawn(300, 200, 2), Upscaling::Exact);
    let bundle = decode_bundle(&mind).unwrap();
    assert_eq!(encode_bundle(&bundle), mind);
    let found = report(&bundle.targets[0]);
    assert_eq!((found.width, found.height, found.keyframes), (300, 200, 4));
    assert!(found.features > 100 && found.tracking_points > 5, "{found:?}");
    assert!(found.preview.iter().flatten().all(|place| (-0.1..=1.1).contains(place)));
}

#[test]
fn progress_never_goes_back_and_ends_at_the_end() {
    let mut heard: Vec<Progress> = Vec::new();
    compile_gray(&drawn(256, 256, 3), &CompileOptions::default(), &mut |progress| {
        heard.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(heard.windows(2).all(|pair| pair[0].done <= pair[1].done && pair[0].total == pair[1].total));
    let last = heard.last().unwrap();
    assert_eq!((last.done, last.stage), (last.total, Stage::Encode));
    assert!(heard.iter().filter(|progress| progress.done < progress.total / 2).count() > 3);
}

#[test]
fn a_compile_ends_when_it_is_asked_to() {
    for steps in [1, 4, 9] {
        let mut heard = 0;
        let stopped = compile_gray(&drawn(200, 200, 4), &CompileOptions::default(), &mut |_| {
            heard += 1;
            if heard == steps { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(CompileError::Stopped));
        assert_eq!(heard, steps);
    }
}

#[test]
fn small_pictures_are_enlarged_with_holes_or_without() {
    let image = drawn(120, 90, 5);
    let tracking = |upscaling| decode_bundle(&compile(&image, upscaling)).unwrap().targets[0].tracking.clone();
    let [exact, filled] = [Upscaling::Exact, Upscaling::Filled].map(tracking);
    let is_black_row = |image: &GrayImage, y: usize| image.row(y).iter().all(|&level| level == 0);
    assert!((0..exact[0].image.height).any(|y| is_black_row(&exact[0].image, y)));
    assert!(!(0..filled[0].image.height).any(|y| is_black_row(&filled[0].image, y)));
    assert!(filled[1].points.len() > exact[1].points.len());
}

#[test]
fn what_is_too_small_is_refused_with_its_numbers() {
    let refused = compile_gray(&drawn(31, 400, 6), &CompileOptions::default(), &mut |_| ControlFlow::Continue(()));
    assert_eq!(refused, Err(CompileError::ImageTooSmall { width: 31, height: 400, least: 32 }));
    compile(&drawn(32, 32, 6), Upscaling::Exact);
}

#[test]
fn a_flat_picture_is_a_target_without_features() {
    let mind = compile(&GrayImage { width: 150, height: 150, data: vec![128; 150 * 150] }, Upscaling::Exact);
    assert_eq!(report(&decode_bundle(&mind).unwrap().targets[0]).features, 0);
}
