//! Our own engine, shown to the judge.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Mutex};

use anyhow::Context;
use compiler_wasm::{
    bundle::join, compile::compile_gray, decode::decode_gray, plane::GrayImage, protocol::CompileOptions,
};
use viewer_wasm::{
    engine::{Engine as Tracker, Frame, State},
    image::PixelFormat,
};

use crate::{
    case::Case,
    engine::{Engine, Pose},
    geometry::Homography,
    rng::Rng,
    scene::{Album, Scene},
};

/// Sides of a decoy, in those of the photo that it is cut from.
const DECOY_SIDES: [f64; 2] = [0.3, 0.7];

/// The engine with its targets.
pub struct Kinora(Tracker);

impl Engine for Kinora {
    fn process(&mut self, gray: &[u8], width: usize, height: usize, time_ms: f64) -> Vec<Pose> {
        let frame = Frame { pixels: gray, width, height, format: PixelFormat::Gray8, time_ms };
        let seen = self.0.process(&frame).iter().filter(|pose| pose.state == State::Tracking);
        seen.map(|pose| Pose { target: pose.target, homography: Homography(pose.homography) }).collect()
    }
}

/// Compiles targets and keeps them.
pub struct Targets<'a> {
    album: &'a Album,
    count: usize,
    is_prepared: bool,
    /// `.mind` files by photo and number; 0 is the whole photo, the others are decoys cut from it.
    minds: Mutex<BTreeMap<(String, usize), Vec<u8>>>,
}

impl<'a> Targets<'a> {
    /// Engines will look for so many targets, at least 1: the case's photo, then decoys of photos that are not in view. One
    /// that is prepared knows all targets from every side before the first frame.
    #[must_use]
    pub fn new(album: &'a Album, count: usize, is_prepared: bool) -> Self {
        Self { album, count, is_prepared, minds: Mutex::default() }
    }

    /// An engine for a case in this scene.
    ///
    /// # Errors
    /// There is no photo to cut decoys from.
    pub fn engine(&self, case: &Case, scene: &Scene) -> anyhow::Result<Box<dyn Engine>> {
        let hidden = |name: &&str| *name != case.photo && !scene.shown.iter().any(|shown| shown == name);
        let others: Vec<&str> = self.album.names().filter(hidden).collect();
        let mut minds = vec![self.mind(&case.photo, 0)?];
        for decoy in 0..self.count.saturating_sub(1) {
            let name = others.get(decoy % others.len().max(1)).context("decoys need a photo that is not in view")?;
            minds.push(self.mind(name, decoy / others.len())?);
        }
        let mut tracker = Tracker::new();
        tracker.add(&join(&minds.iter().map(Vec::as_slice).collect::<Vec<_>>())?)?;
        while self.is_prepared && tracker.prepare() {}
        Ok(Box::new(Kinora(tracker)))
    }

    /// The `.mind` of a photo of the album (number 0), or of one of the decoys cut from it.
    ///
    /// # Errors
    /// There is no such photo, or it can't be compiled.
    pub fn mind(&self, name: &str, number: usize) -> anyhow::Result<Vec<u8>> {
        let key = (name.to_owned(), number);
        if let Some(mind) = self.minds.lock().expect("no thread panics with it").get(&key) {
            return Ok(mind.clone());
        }
        let photo = decode_gray(&self.album.photo(name)?.bytes)?;
        let image = if number == 0 { photo } else { cut(&photo, &mut Rng::new(number as u64).fork(name)) };
        let mind = compile_gray(&image, &CompileOptions::default(), &mut |_| ControlFlow::Continue(()))?.mind;
        self.minds.lock().expect("no thread panics with it").insert(key, mind.clone());
        Ok(mind)
    }
}

/// A random part of a photo.
fn cut(photo: &GrayImage, rng: &mut Rng) -> GrayImage {
    let [low, high] = DECOY_SIDES;
    let [width, height] = [photo.width, photo.height].map(|side| (side as f64 * rng.between(low, high)) as usize);
    let (left, top) = (rng.below(photo.width - width), rng.below(photo.height - height));
    let rows = (top..top + height).flat_map(|y| &photo.row(y)[left..left + width]);
    GrayImage { width, height, data: rows.copied().collect() }
}
