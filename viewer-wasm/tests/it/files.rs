//! `.mind` files of others, and frames of any size.

use compiler_wasm::{
    bundle::{Bundle, Target, TrackingImage, decode_bundle, encode_bundle},
    plane::GrayImage,
};
use viewer_wasm::{
    engine::{Engine, Frame, State},
    image::PixelFormat,
};

use crate::photo::{compile, draw, frame, turned};

fn seen(engine: &mut Engine, pixels: &[u8]) -> Vec<usize> {
    let shown = Frame { pixels, width: 640, height: 480, format: PixelFormat::Gray8, time_ms: 0.0 };
    let poses = engine.process(&shown).iter();
    poses.filter(|pose| pose.state == State::Tracking).map(|pose| pose.target).collect()
}

#[test]
fn a_file_that_is_none_is_refused_and_changes_nothing() {
    let photo = draw(320, 240);
    let mut engine = Engine::new();
    engine.add(&compile(&photo)).expect("our own file");
    assert!(engine.add(b"not a bundle").is_err());
    assert_eq!(seen(&mut engine, &frame(&photo, 100, 100)), [0]);
}

#[test]
fn only_the_picture_of_a_target_is_needed() {
    let photo = draw(320, 240);
    let mut bundle = decode_bundle(&compile(&photo)).expect("our own file");
    bundle.targets[0].keyframes.clear();
    let mut engine = Engine::new();
    engine.add(&encode_bundle(&bundle)).expect("a file");
    assert_eq!(seen(&mut engine, &frame(&photo, 100, 100)), [0]);
}

#[test]
fn a_photo_that_comes_beside_one_that_is_tracked_is_seen_soon() {
    let (photo, other) = (draw(280, 210), turned(&draw(210, 280)));
    let mut engine = Engine::new();
    engine.add(&compile(&photo)).expect("our own file");
    engine.add(&compile(&other)).expect("our own file");
    let alone = frame(&photo, 20, 20);
    assert_eq!(seen(&mut engine, &alone), [0]);
    let mut both = alone;
    for y in 0..other.height {
        both[(240 + y) * 640 + 340..][..other.width].copy_from_slice(other.row(y));
    }
    let frames = (0..8).find(|_| seen(&mut engine, &both) == [0, 1]);
    assert!(frames.is_some());
}

#[test]
fn targets_with_next_to_no_picture_or_a_wrong_size_are_never_seen_and_harm_no_other() {
    let photo = draw(320, 240);
    let good = decode_bundle(&compile(&photo)).expect("our own file").targets.remove(0);
    let tiny = TrackingImage { image: GrayImage { width: 1, height: 1, data: vec![7] }, scale: 1e9, points: vec![] };
    let narrow = TrackingImage { image: GrayImage { width: 900, height: 2, data: vec![7; 1800] }, ..tiny.clone() };
    let [none, wrong] =
        [tiny, narrow].map(|image| Target { width: 9000, height: 1, tracking: vec![image; 2], keyframes: vec![] });
    let mut engine = Engine::new();
    engine.add(&encode_bundle(&Bundle { targets: vec![none, wrong, good] })).expect("a file");
    while engine.prepare() {}
    assert_eq!(seen(&mut engine, &frame(&photo, 100, 100)), [2]);
}

#[test]
fn colours_and_turned_frames_are_read_as_well() {
    let photo = draw(320, 240);
    let mut engine = Engine::new();
    engine.add(&compile(&photo)).expect("our own file");
    let upright = frame(&photo, 100, 100);
    assert_eq!(seen(&mut engine, &upright), [0]);
    // The phone is turned: what was right is down.
    let turned: Vec<u8> =
        (0..640 * 480).flat_map(|index| [upright[(479 - index % 480) * 640 + index / 480]; 4]).collect();
    let shown = Frame { pixels: &turned, width: 480, height: 640, format: PixelFormat::Rgba8, time_ms: 40.0 };
    engine.process(&shown);
    let poses = engine.process(&shown);
    let [x, y] = poses[0].corners[0];
    // (100, 100) of the upright frame is (380, 100) of the turned one.
    assert!((x - 380.0).abs() < 1.0 && (y - 100.0).abs() < 1.0, "{x} {y}");
}

#[test]
fn the_smallest_frames_show_nothing() {
    let mut engine = Engine::new();
    engine.add(&compile(&draw(320, 240))).expect("our own file");
    for (width, height) in [(1, 1), (3, 50), (16, 16)] {
        let pixels = vec![100; width * height];
        let shown = Frame { pixels: &pixels, width, height, format: PixelFormat::Gray8, time_ms: 0.0 };
        assert!(engine.process(&shown).is_empty());
    }
}
