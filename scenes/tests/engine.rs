//! Our engine on films of a drawn photo: it sees the photo at once, keeps its pose on it, and sees nothing where it is not.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use scenes::{
    case::{Case, Sequence},
    geometry::{Homography, Orientation},
    kinora::Targets,
    rng::Rng,
    run::run,
    scene::Album,
    script::Script,
};

/// Mean distance of the four corners that a viewer does not see, in longer sides of the photo.
const GLUED: f64 = 0.02;

/// Photos of overlapping rectangles, each with its own.
fn album() -> Album {
    let mut album = Album::default();
    for name in ["first", "second", "third", "fourth", "fifth"] {
        let mut rng = Rng::new(7).fork(name);
        let mut photo = RgbImage::from_pixel(400, 300, image::Rgb([120; 3]));
        for _ in 0..260 {
            let (left, top) = (rng.below(400) as u32, rng.below(300) as u32);
            let (width, height) = (8 + rng.below(40) as u32, 8 + rng.below(40) as u32);
            let colour = image::Rgb([0; 3].map(|_: u8| rng.below(256) as u8));
            for y in top..(top + height).min(300) {
                for x in left..(left + width).min(400) {
                    photo.put_pixel(x, y, colour);
                }
            }
        }
        let mut png = Cursor::new(Vec::new());
        photo.write_to(&mut png, ImageFormat::Png).expect("memory can be written");
        album.add(name, png.into_inner()).expect("is a photo");
    }
    album
}

fn case(sequence: Sequence, frames: usize) -> Case {
    Case {
        photo: "first".to_owned(),
        photo_width: 400,
        photo_height: 300,
        sequence,
        lens: 60,
        orientation: Orientation::Landscape,
        seed: 1,
        frames,
    }
}

/// For each frame: the targets that are seen, and how far the first one's corners are off, in longer sides of the photo.
fn watch(case: &Case, targets: usize) -> Vec<(Vec<usize>, Option<f64>)> {
    let album = album();
    let targets = Targets::new(&album, targets, false);
    let viewings = run(std::slice::from_ref(case), &album, 1, &|case, scene| targets.engine(case, scene), &|_| ());
    let script = Script::new(case);
    let answers = viewings.expect("the photos are there").remove(0).answers;
    let judged = answers.into_iter().enumerate().map(|(frame, answer)| {
        let pose = answer.poses.iter().find(|pose| pose.target == 0);
        let off = pose.zip(script.truth(frame)).map(|(pose, truth)| off(&pose.homography, &truth));
        (answer.poses.iter().map(|pose| pose.target).collect(), off)
    });
    judged.collect()
}

fn off(told: &Homography, truth: &Homography) -> f64 {
    let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    let distance = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let [upper_left, upper_right, ..] = corners.map(|corner| truth.apply(corner));
    let sum: f64 = corners.iter().map(|&corner| distance(told.apply(corner), truth.apply(corner))).sum();
    sum / 4.0 / distance(upper_left, upper_right)
}

#[test]
fn the_photo_is_seen_in_the_first_frame_and_held_in_all() {
    for sequence in [Sequence::HandHeld, Sequence::Tilt, Sequence::FastPan, Sequence::Occlusion, Sequence::NearDark] {
        for (frame, (seen, off)) in watch(&case(sequence, 24), 1).into_iter().enumerate() {
            assert_eq!(seen, [0], "{sequence}, frame {frame}");
            assert!(off.is_some_and(|off| off < GLUED), "{sequence}, frame {frame}: {off:?}");
        }
    }
}

#[test]
fn of_several_photos_only_the_one_in_view_is_seen() {
    for (frame, (seen, _)) in watch(&case(Sequence::HandHeld, 12), 12).into_iter().enumerate() {
        assert_eq!(seen, [0], "frame {frame}");
    }
}

#[test]
fn nothing_is_seen_where_no_photo_is() {
    for (frame, (seen, _)) in watch(&case(Sequence::NoTarget, 12), 12).into_iter().enumerate() {
        assert!(seen.is_empty(), "frame {frame}: {seen:?}");
    }
}
