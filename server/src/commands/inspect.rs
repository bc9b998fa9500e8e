//! `kinora inspect`.

use std::path::PathBuf;

use clap::Args;
use compiler_wasm::{bundle::decode_bundle, compile::report};
use serde::Serialize;

use super::{Failure, print, print_json, read};

#[derive(Args)]
pub(super) struct Inspect {
    /// An image target file (.mind)
    file: PathBuf,
    /// Print one JSON object: `bytes` and `targets` (`width`, `height`, `keyframes`, `features`, `tracking_points`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary {
    bytes: usize,
    targets: Vec<TargetSummary>,
}

#[derive(Serialize)]
struct TargetSummary {
    width: u32,
    height: u32,
    keyframes: u32,
    features: u32,
    tracking_points: u32,
}

impl Inspect {
    pub(super) fn run(self) -> Result<(), Failure> {
        let bytes = read(&self.file)?;
        let bundle = decode_bundle(&bytes).map_err(|error| Failure::bundle(&self.file, &error))?;
        let targets = bundle.targets.iter().map(report).map(|report| TargetSummary {
            width: report.width,
            height: report.height,
            keyframes: report.keyframes,
            features: report.features,
            tracking_points: report.tracking_points,
        });
        let summary = Summary { bytes: bytes.len(), targets: targets.collect() };
        if self.json {
            return print_json(&summary);
        }
        print(&format!("{}: {} bytes, {} targets", self.file.display(), summary.bytes, summary.targets.len()))?;
        for (index, target) in summary.targets.iter().enumerate() {
            print(&format!(
                "target {index}: {}×{}, {} keyframes, {} features, {} tracking points",
                target.width, target.height, target.keyframes, target.features, target.tracking_points
            ))?;
        }
        Ok(())
    }
}
