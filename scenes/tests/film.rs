//! Films of a drawn photo, from the album to the judge.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use scenes::{
    case::{Case, FRAME_RATE, Sequence},
    engine::{Engine, Pose},
    film::Film,
    geometry::Orientation,
    judge::Tally,
    run::run,
    scene::Album,
    script::Script,
};

fn album() -> Album {
    let mut album = Album::default();
    for (name, step) in [("bars", 16), ("stripes", 24)] {
        let photo = RgbImage::from_fn(200, 150, |x, y| {
            image::Rgb([(x / step * 40) as u8, (y / step * 40) as u8, ((x + y) / step * 40) as u8])
        });
        let mut png = Cursor::new(Vec::new());
        photo.write_to(&mut png, ImageFormat::Png).expect("memory can be written");
        album.add(name, png.into_inner()).expect("is a photo");
    }
    album
}

fn case(sequence: Sequence, seed: u64) -> Case {
    Case {
        photo: "bars".to_owned(),
        photo_width: 200,
        photo_height: 150,
        sequence,
        lens: 45,
        orientation: Orientation::Landscape,
        seed,
        frames: 6,
    }
}

#[test]
fn a_case_has_the_same_bytes_again_and_another_seed_has_others() {
    let album = album();
    let film = |sequence, seed| Film::new(&case(sequence, seed), &album).expect("the photos are there");
    for sequence in [Sequence::Static, Sequence::HandHeld, Sequence::Focus, Sequence::Occlusion, Sequence::NoTarget] {
        let (mut one, mut again, mut other) = (film(sequence, 1), film(sequence, 1), film(sequence, 2));
        let late = again.frame(5);
        let frames: Vec<_> = (0..6).map(|frame| one.frame(frame)).collect();
        assert_eq!(frames[0].len(), 640 * 480);
        assert!(frames[5] == late, "{sequence}: a frame depends on those before it");
        assert!(frames[0] == again.frame(0), "{sequence}: the same seed has other bytes");
        assert!(frames[0] != other.frame(0), "{sequence}: another seed has the same bytes");
        assert!(frames[0] != frames[1], "{sequence}: noise is the same in two frames");
    }
}

#[test]
fn an_upright_camera_has_upright_frames() {
    let case = Case { orientation: Orientation::Portrait, ..case(Sequence::HandHeld, 1) };
    assert_eq!((case.camera().width, case.camera().height), (480, 640));
    assert_eq!(Film::new(&case, &album()).expect("the photos are there").frame(0).len(), 480 * 640);
}

/// Says where the photo is, off by so many pixels to the right.
struct Teller {
    script: Script,
    off_px: f64,
}

impl Engine for Teller {
    fn process(&mut self, _gray: &[u8], _width: usize, _height: usize, time_ms: f64) -> Vec<Pose> {
        let frame = (time_ms * FRAME_RATE / 1000.0).round() as usize;
        let told = self.script.truth(frame).map(|mut truth| {
            for column in 0..3 {
                truth.0[column] += self.off_px * truth.0[column + 6];
            }
            Pose { target: 0, homography: truth }
        });
        told.into_iter().collect()
    }
}

#[test]
fn engines_are_shown_every_case_and_judged_by_what_they_say() {
    let album = album();
    let cases = [case(Sequence::HandHeld, 1), case(Sequence::NoTarget, 1), case(Sequence::Roll, 2)];
    for threads in [1, 2] {
        let make =
            |case: &Case, _: &_| Ok(Box::new(Teller { script: Script::new(case), off_px: 2.0 }) as Box<dyn Engine>);
        let viewings = run(&cases, &album, threads, &make, &|_| ()).expect("the photos are there");
        assert_eq!(viewings.iter().map(|viewing| &viewing.case).collect::<Vec<_>>(), cases.each_ref());
        let mut tally = Tally::default();
        viewings.iter().for_each(|viewing| tally.add(&Tally::of(viewing)));
        assert_eq!((tally.in_view, tally.glued, tally.false_positives), (12, 12, 0));
        assert!(tally.errors_px.iter().all(|error| (error - 2.0).abs() < 1e-9));
    }
}
