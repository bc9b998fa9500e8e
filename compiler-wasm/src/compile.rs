//! One photo in, one target out: the single entry for worker, server and command line.

use std::ops::ControlFlow;

use crate::{
    bundle::{Bundle, Feature, FeatureSet, Keyframe, Target, TrackingImage, encode_bundle},
    cluster::build_cluster_tree,
    decode::{check_sides, decode_gray},
    error::CompileError,
    extrema::find_extrema,
    feature::describe,
    plane::GrayImage,
    protocol::{CompileOptions, PREVIEW_POINTS_MAX, PhotoReport, Progress, Stage},
    pyramid::Pyramid,
    resize::{matching_scales, resize, resize_into, scaled_length, tracking_scales},
    template::select_templates,
};

/// A compiled photo.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledPhoto {
    /// A whole `.mind` of this one target; [`crate::bundle::join`] puts several together.
    pub mind: Vec<u8>,
    /// What was found.
    pub report: PhotoReport,
}

/// Hears how far a compile is, at the beginning of every step; `Break` stops it.
pub type ProgressCallback<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Compiles the bytes of a JPEG, PNG or WebP photo.
///
/// There is no clock here: whoever wants times takes them between two calls of `progress`, and puts them to the stage of
/// the first.
///
/// # Errors
/// Those of [`crate::decode::probe`], and [`CompileError::Stopped`].
pub fn compile_photo(
    bytes: &[u8],
    options: &CompileOptions,
    progress: &mut ProgressCallback<'_>,
) -> Result<CompiledPhoto, CompileError> {
    if progress(Progress { stage: Stage::Decode, done: 0, total: 1 }).is_break() {
        return Err(CompileError::Stopped);
    }
    compile_gray(&decode_gray(bytes)?, options, progress)
}

/// Compiles grey levels.
///
/// # Errors
/// [`CompileError::ImageTooSmall`], [`CompileError::ImageTooNarrow`] and [`CompileError::Stopped`].
#[expect(clippy::cast_possible_truncation, reason = "sides of a photo are at most 16,384")]
pub fn compile_gray(
    image: &GrayImage,
    options: &CompileOptions,
    progress: &mut ProgressCallback<'_>,
) -> Result<CompiledPhoto, CompileError> {
    let (width, height) = (image.width as u32, image.height as u32);
    check_sides(width, height)?;
    let mut steps = Steps::new(image, progress);
    let mut scratch = Scratch { image: image.clone(), pyramid: Pyramid::default() };
    let mut keyframes = Vec::new();
    for scale in matching_scales(image.min_side()) {
        keyframes.push(compile_keyframe(image, scale, options, &mut scratch, &mut steps)?);
    }
    let mut tracking = Vec::new();
    for scale in tracking_scales(image.min_side()) {
        steps.enter(Stage::Resize)?;
        let image = resize(image, scale, options.upscaling);
        steps.enter(Stage::Track)?;
        let points = select_templates(&image);
        steps.work(tracking_work(image.width * image.height));
        tracking.push(TrackingImage { image, scale, points });
    }
    steps.enter(Stage::Encode)?;
    let target = Target { width, height, tracking, keyframes };
    let report = report(&target);
    let mind = encode_bundle(&Bundle { targets: vec![target] });
    steps.finish()?;
    Ok(CompiledPhoto { mind, report })
}

/// Memory that one keyframe leaves to the next.
struct Scratch {
    image: GrayImage,
    pyramid: Pyramid,
}

#[expect(clippy::cast_possible_truncation, reason = "sides of a photo are at most 16,384")]
fn compile_keyframe(
    image: &GrayImage,
    scale: f64,
    options: &CompileOptions,
    scratch: &mut Scratch,
    steps: &mut Steps<'_, '_>,
) -> Result<Keyframe, CompileError> {
    let Scratch { image: resized, pyramid } = scratch;
    steps.enter(Stage::Resize)?;
    resize_into(image, scale, options.upscaling, resized);
    steps.enter(Stage::Detect)?;
    pyramid.build(resized);
    let extrema = find_extrema(pyramid);
    steps.enter(Stage::Describe)?;
    let features = describe(pyramid, &extrema);
    steps.enter(Stage::Cluster)?;
    let set = |features: Vec<Feature>| FeatureSet { tree: build_cluster_tree(&features), features };
    let (maxima, minima) = (set(features.maxima), set(features.minima));
    steps.work(keyframe_work(resized.width * resized.height));
    Ok(Keyframe { width: resized.width as u32, height: resized.height as u32, scale, maxima, minima })
}

/// What was found in a target.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "counts are bounded; a preview needs no more than f32")]
pub fn report(target: &Target) -> PhotoReport {
    let features = |keyframe: &Keyframe| keyframe.maxima.features.len() + keyframe.minima.features.len();
    let preview = target.keyframes.iter().flat_map(|keyframe| {
        let (width, height) = (f64::from(keyframe.width), f64::from(keyframe.height));
        let both = keyframe.maxima.features.iter().chain(&keyframe.minima.features);
        both.map(move |feature| [(feature.x / width) as f32, (feature.y / height) as f32])
    });
    PhotoReport {
        width: target.width,
        height: target.height,
        keyframes: target.keyframes.len() as u32,
        features: target.keyframes.iter().map(features).sum::<usize>() as u32,
        tracking_points: target.tracking.last().map_or(0, |image| image.points.len()) as u32,
        preview: preview.take(PREVIEW_POINTS_MAX).collect(),
    }
}

/// Work of a keyframe beyond its pixels: 500 features and their trees, as thousands of pixels.
const FEATURES_WORK: u32 = 150;

fn keyframe_work(pixels: usize) -> u32 {
    kilo(pixels) + FEATURES_WORK
}

fn tracking_work(pixels: usize) -> u32 {
    kilo(pixels) * 4
}

fn kilo(pixels: usize) -> u32 {
    u32::try_from(pixels / 1000).unwrap_or(u32::MAX / 1024)
}

/// Keeps count of the work done, in about a thousand pixels of a keyframe.
struct Steps<'a, 'b> {
    progress: &'a mut ProgressCallback<'b>,
    done: u32,
    total: u32,
}

impl<'a, 'b> Steps<'a, 'b> {
    fn new(image: &GrayImage, progress: &'a mut ProgressCallback<'b>) -> Self {
        let pixels = |scale: f64| scaled_length(image.width, scale) * scaled_length(image.height, scale);
        let matching = matching_scales(image.min_side()).into_iter().map(|scale| keyframe_work(pixels(scale)));
        let tracking = tracking_scales(image.min_side()).into_iter().map(|scale| tracking_work(pixels(scale)));
        Self { progress, done: 0, total: matching.chain(tracking).sum::<u32>() + 1 }
    }

    fn enter(&mut self, stage: Stage) -> Result<(), CompileError> {
        match (self.progress)(Progress { stage, done: self.done, total: self.total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(CompileError::Stopped),
        }
    }

    fn work(&mut self, units: u32) {
        self.done = (self.done + units).min(self.total - 1);
    }

    fn finish(&mut self) -> Result<(), CompileError> {
        self.done = self.total;
        self.enter(Stage::Encode)
    }
}
