//! `kinora compile`.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use compiler_wasm::{
    bundle::{decode_bundle, encode_bundle, join},
    compile::{CompiledPhoto, compile_photo},
    protocol::{self, CompileOptions, Stage},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Failure, print, print_json, read, write};

/// Steps of the progress bar for one photo.
const BAR_STEPS: u64 = 1000;

#[derive(Args)]
pub(super) struct Compile {
    /// JPEG, PNG or WebP photos, one target each, in this order
    #[arg(required = true, num_args = 1..=100)]
    photos: Vec<PathBuf>,
    /// The file to write
    #[arg(short, long, default_value = "targets.mind")]
    out: PathBuf,
    /// How photos smaller than a scale are enlarged
    #[arg(long, value_enum, default_value_t = Upscaling::Exact)]
    upscaling: Upscaling,
    /// Leave out what Kinora's own viewer does not read: a fifth is left, by which MindAR recognises nothing
    #[arg(long)]
    for_viewer: bool,
    /// Print one JSON object: `photos` (`file`, `width`, `height`, `keyframes`, `features`, `tracking_points`, `stages_ms`),
    /// `total_ms`, `bytes`
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Upscaling {
    /// As MindAR does, byte for byte
    Exact,
    /// Without black lines: small photos are tracked better
    Filled,
}

#[derive(Serialize)]
struct Summary {
    photos: Vec<PhotoSummary>,
    total_ms: f64,
    bytes: usize,
}

#[derive(Serialize)]
struct PhotoSummary {
    file: String,
    width: u32,
    height: u32,
    keyframes: u32,
    features: u32,
    tracking_points: u32,
    stages_ms: serde_json::Map<String, serde_json::Value>,
}

impl Compile {
    pub(super) fn run(self) -> Result<(), Failure> {
        let began = Instant::now();
        let upscaling = match self.upscaling {
            Upscaling::Exact => protocol::Upscaling::Exact,
            Upscaling::Filled => protocol::Upscaling::Filled,
        };
        let options = CompileOptions { upscaling };
        let bar = progress_bar(self.photos.len() as u64);
        let mut photos = Vec::new();
        let mut minds = Vec::new();
        for photo in &self.photos {
            bar.set_message(photo.display().to_string());
            let bytes = read(photo)?;
            let (compiled, stages_ms) =
                compile(&bytes, &options, &bar).map_err(|error| Failure::compile(photo, &error))?;
            photos.push(summarize(photo.display().to_string(), &compiled, &stages_ms));
            minds.push(compiled.mind);
            bar.set_position(photos.len() as u64 * BAR_STEPS);
        }
        let parts: Vec<&[u8]> = minds.iter().map(Vec::as_slice).collect();
        let refused = |error| Failure::bundle(&self.out, &error);
        let mut mind = join(&parts).map_err(refused)?;
        if self.for_viewer {
            let mut bundle = decode_bundle(&mind).map_err(refused)?;
            bundle.targets.iter_mut().for_each(|target| *target = target.pictures());
            mind = encode_bundle(&bundle);
        }
        write(&self.out, &mind)?;
        bar.finish_and_clear();
        let summary = Summary { photos, total_ms: milliseconds(began.elapsed()), bytes: mind.len() };
        if self.json {
            return print_json(&summary);
        }
        for photo in &summary.photos {
            print(&format!(
                "{}: {}×{}, {} features, {} tracking points",
                photo.file, photo.width, photo.height, photo.features, photo.tracking_points
            ))?;
        }
        print(&format!("{}: {} bytes, {:.0} ms", self.out.display(), summary.bytes, summary.total_ms))
    }
}

/// Drawn on a terminal only, and on standard error.
fn progress_bar(photos: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}");
    ProgressBar::new(photos * BAR_STEPS).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

type StageTimes = Vec<(Stage, Duration)>;

fn compile(
    bytes: &[u8],
    options: &CompileOptions,
    bar: &ProgressBar,
) -> Result<(CompiledPhoto, StageTimes), compiler_wasm::error::CompileError> {
    let from = bar.position();
    let mut stages = StageTimes::new();
    let mut current = (Stage::Decode, Instant::now());
    let leave =
        |stages: &mut StageTimes, (stage, since): (Stage, Instant)| match stages.iter_mut().find(|it| it.0 == stage) {
            Some((_, total)) => *total += since.elapsed(),
            None => stages.push((stage, since.elapsed())),
        };
    let compiled = compile_photo(bytes, options, &mut |progress| {
        leave(&mut stages, current);
        current = (progress.stage, Instant::now());
        bar.set_position(from + u64::from(progress.done) * BAR_STEPS / u64::from(progress.total));
        ControlFlow::Continue(())
    })?;
    leave(&mut stages, current);
    Ok((compiled, stages))
}

fn summarize(file: String, compiled: &CompiledPhoto, stages: &StageTimes) -> PhotoSummary {
    let report = &compiled.report;
    let stages_ms = stages.iter().filter_map(|(stage, time)| {
        let name = serde_json::to_value(stage).ok()?.as_str()?.to_owned();
        Some((name, milliseconds(*time).into()))
    });
    PhotoSummary {
        file,
        width: report.width,
        height: report.height,
        keyframes: report.keyframes,
        features: report.features,
        tracking_points: report.tracking_points,
        stages_ms: stages_ms.collect(),
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
