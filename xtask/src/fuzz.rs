//! The fuzzer: libFuzzer over the targets of `fuzz/`, on the stable toolchain.
//!
//! `cargo fuzz` wants a nightly compiler for its sanitizers only. Coverage comes from LLVM's own pass, which stable Rust
//! runs as well; it is asked for by name, for code that runs here and not for what builds it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::{
    command::{cargo, command, quietly, run},
    setup,
    workspace::Workspace,
};

/// What makes the coverage that libFuzzer follows. `fuzzing` turns checksums off in decoders, which bytes hardly get past.
const RUSTFLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Of one run of a target.
const RSS_MB_MAX: u32 = 2048;
const TIMEOUT_S: u32 = 10;

/// What to fuzz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The `.mind` reader
    Mind,
    /// The photo decoder
    Image,
    /// The MP4 index reader
    Video,
    /// The JSON of a finishing request
    Manifest,
    /// The upload protocol, through the whole router
    Uploads,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Mind => "mind",
            Self::Image => "image",
            Self::Video => "video",
            Self::Manifest => "manifest",
            Self::Uploads => "uploads",
        }
    }

    /// Longest input; longer ones find nothing new in more time.
    fn bytes_max(self) -> u32 {
        match self {
            Self::Mind | Self::Image | Self::Video => 8192,
            Self::Manifest | Self::Uploads => 4096,
        }
    }
}

/// Which targets, and for how long.
#[derive(Args)]
pub(crate) struct Fuzzing {
    /// Which targets; all when none is named
    #[arg(value_enum)]
    targets: Vec<Target>,
    /// Seconds for each target; 0 runs the kept corpus only
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Afterwards put what was found into the kept corpus, as little of it as covers the same
    #[arg(long)]
    keep: bool,
}

/// Fuzzes one target after the other, and fails at the first finding.
pub(crate) fn fuzz(workspace: &Workspace, fuzzing: &Fuzzing) -> anyhow::Result<()> {
    let targets = if fuzzing.targets.is_empty() { Target::value_variants() } else { &fuzzing.targets };
    let programs = build(workspace, targets)?;
    for &target in targets {
        let place = Place::of(workspace, target, &programs)?;
        place.fuzz(fuzzing.seconds)?;
        if fuzzing.keep {
            place.keep()?;
        }
    }
    Ok(())
}

/// Gives the folder of the programs.
fn build(workspace: &Workspace, targets: &[Target]) -> anyhow::Result<PathBuf> {
    let root = workspace.path(".");
    setup::programs(workspace, &[("c++", "g++")])?;
    let about = quietly(&mut command(&root, "rustc", ["--version", "--verbose"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let folder = workspace.target("fuzz");
    let mut build = cargo(&root, ["build", "-p", "fuzz", "--features", "libfuzzer", "--profile", "fuzz"]);
    build.args(targets.iter().flat_map(|target| ["--bin", target.name()]));
    // Flags of a named target are not those of build scripts and macros, and add to those of the workspace.
    build.args(["--target", host, "--target-dir"]).arg(&folder);
    build.env(format!("CARGO_TARGET_{}_RUSTFLAGS", host.to_uppercase().replace('-', "_")), RUSTFLAGS.join(" "));
    run(&mut build)?;
    Ok(folder.join(host).join("fuzz"))
}

/// A target's program and folders.
struct Place {
    target: Target,
    program: PathBuf,
    /// Words that are likely to matter.
    dictionary: PathBuf,
    /// What is in the checkout.
    kept: PathBuf,
    /// What was found here.
    found: PathBuf,
    /// Inputs that fail.
    failing: PathBuf,
    /// For files that the target makes while it runs.
    scratch: PathBuf,
}

impl Place {
    fn of(workspace: &Workspace, target: Target, programs: &Path) -> anyhow::Result<Self> {
        let name = target.name();
        let below = |folder: &str| workspace.target(folder).join(name);
        let place = Self {
            target,
            program: programs.join(name),
            dictionary: workspace.path(&format!("fuzz/dictionaries/{name}.dict")),
            kept: workspace.path(&format!("fuzz/corpus/{name}")),
            found: below("fuzz-corpus"),
            failing: below("fuzz-artifacts"),
            scratch: below("fuzz-scratch"),
        };
        for folder in [&place.kept, &place.found, &place.failing] {
            fs::create_dir_all(folder)?;
        }
        Ok(place)
    }

    fn fuzz(&self, seconds: u32) -> anyhow::Result<()> {
        let mut program = self.program();
        if seconds == 0 {
            // Without a folder of its own first, nothing is written.
            program.arg("-runs=0").arg(&self.kept);
        } else {
            program.arg(format!("-max_total_time={seconds}")).args([&self.found, &self.kept]);
        }
        self.run(&mut program)
    }

    /// Merges what is kept and what was found into a fresh folder, which then takes the place of what was kept.
    fn keep(&self) -> anyhow::Result<()> {
        let fresh = self.found.with_extension("fresh");
        remove(&fresh)?;
        fs::create_dir_all(&fresh)?;
        // How often a line is reached would keep thrice as many.
        self.run(self.program().args(["-set_cover_merge=1", "-use_counters=0"]).args([
            &fresh,
            &self.kept,
            &self.found,
        ]))?;
        remove(&self.kept)?;
        fs::create_dir_all(&self.kept)?;
        for entry in fs::read_dir(&fresh)? {
            let entry = entry?;
            fs::copy(entry.path(), self.kept.join(entry.file_name()))?;
        }
        remove(&fresh)
    }

    fn program(&self) -> Command {
        let mut program = command(&self.scratch, &self.program.to_string_lossy(), [""; 0]);
        program.env("TMPDIR", &self.scratch);
        program.arg(format!("-rss_limit_mb={RSS_MB_MAX}")).arg(format!("-timeout={TIMEOUT_S}"));
        program.arg(format!("-max_len={}", self.target.bytes_max())).arg("-print_final_stats=1");
        program.arg(format!("-artifact_prefix={}/", self.failing.display()));
        if self.dictionary.is_file() {
            program.arg(format!("-dict={}", self.dictionary.display()));
        }
        program
    }

    fn run(&self, program: &mut Command) -> anyhow::Result<()> {
        remove(&self.scratch)?;
        fs::create_dir_all(&self.scratch)?;
        let done = run(program);
        remove(&self.scratch)?;
        done.with_context(|| format!("{}: an input that fails is in {}", self.target.name(), self.failing.display()))
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}
