//! `scenes`: films printed photos, shows them to engines, judges what these say.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use scenes::{
    case::{Case, Sequence, VIEW_FRAMES},
    engine::Recording,
    film::Film,
    geometry::Orientation,
    kinora::Targets,
    report::{Report, by_sequence, in_short},
    run::run,
    scene::Album,
    script::Script,
};
use serde::Serialize;

/// Views of one photo have seeds that no other seed's views have.
const VIEWS_MAX: u64 = 1000;

/// Films printed photos, shows them to engines, judges what these say.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Show films to our engine and print tables of how it does
    Run {
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        output: Output,
        /// Targets that it looks for: the photo, and decoys that are not in view
        #[arg(long, default_value_t = 1)]
        targets: usize,
        /// One film at a time, so that the times are right
        #[arg(long)]
        timing: bool,
        /// Let the engine learn all targets from every side before the first frame
        #[arg(long)]
        prepared: bool,
        /// Keep what it said in this file, for `judge`
        #[arg(long)]
        record: Option<PathBuf>,
        /// Name of the engine in the tables
        #[arg(long, default_value = "kinora")]
        name: String,
    },
    /// Judge what engines said, side by side
    Judge {
        /// Recordings
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Write the `.mind` of each photo that is a target into a folder, as our engine gets it
    Targets {
        #[command(flatten)]
        choice: Choice,
        /// Where to
        #[arg(long)]
        folder: PathBuf,
    },
    /// Write the films' frames one after the other: grey bytes, row by row, nothing else
    Frames {
        #[command(flatten)]
        choice: Choice,
    },
    /// Write the films' cases and where the photo is in each of their frames, as a JSON line for each film
    Truth {
        #[command(flatten)]
        choice: Choice,
    },
}

/// Which films.
#[derive(Args)]
struct Choice {
    /// Photos, or folders with photos or with packages of photos (`*/data/image.jpg`)
    #[arg(long, required = true, num_args = 1..)]
    photos: Vec<PathBuf>,
    /// Only photos with these names are targets; the others are only seen
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Which sequences; all when none is named
    #[arg(long, value_enum, value_delimiter = ',')]
    sequences: Vec<Sequence>,
    /// Fields of view across the 480 pixels in degrees; when none is named 45, and tilt and hand-held also at 60
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(20..=100))]
    lens: Vec<u32>,
    /// Hold the camera upright: 480×640
    #[arg(long)]
    portrait: bool,
    /// Frames of a film
    #[arg(long, default_value_t = 100, value_parser = frames)]
    frames: usize,
    /// Other seeds are other films
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Single views of each photo
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u64).range(..VIEWS_MAX))]
    views: u64,
}

/// What is printed.
#[derive(Args)]
struct Output {
    /// Write the figures to this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A film's truth, as the peers read it.
#[derive(Serialize)]
struct Truth {
    case: Case,
    /// Pixels of a frame.
    width: usize,
    height: usize,
    /// Row-major homographies from photo to frame; null where the photo isn't there.
    homographies: Vec<Option<scenes::geometry::Homography>>,
}

fn main() -> ExitCode {
    match work(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Run { choice, output, targets, timing, prepared, record, name } => {
            let album = choice.album()?;
            let cases = choice.cases(&album)?;
            let kinora = Targets::new(&album, targets, prepared);
            let count = AtomicUsize::new(0);
            let done = |case: &Case| {
                let count = count.fetch_add(1, Ordering::Relaxed) + 1;
                if case.sequence != Sequence::View {
                    eprintln!("{count}/{} {} {} {}°", cases.len(), case.photo, case.sequence, case.lens);
                }
            };
            let threads = if timing { 1 } else { std::thread::available_parallelism()?.get() };
            let make = |case: &_, scene: &_| kinora.engine(case, scene);
            let viewings = run(&cases, &album, threads, &make, &|viewing| done(&viewing.case))?;
            let recording = Recording { engine: name, start_ms: None, viewings };
            if let Some(file) = record {
                write_json(&file, &recording)?;
            }
            output.write(&[Report::of(&recording)])
        }
        Task::Judge { files, output } => {
            let judge = |file: &PathBuf| -> anyhow::Result<Report> {
                let reader = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
                let recording: Recording = serde_json::from_reader(BufReader::new(reader))
                    .with_context(|| format!("{} is no recording", file.display()))?;
                Ok(Report::of(&recording))
            };
            output.write(&files.iter().map(judge).collect::<anyhow::Result<Vec<_>>>()?)
        }
        Task::Targets { choice, folder } => {
            let album = choice.album()?;
            let kinora = Targets::new(&album, 1, false);
            for name in choice.names(&album)? {
                let file = folder.join(format!("{name}.mind"));
                fs::write(&file, kinora.mind(name, 0)?).with_context(|| format!("cannot write {}", file.display()))?;
            }
            Ok(())
        }
        Task::Frames { choice } => {
            let album = choice.album()?;
            let mut out = std::io::stdout().lock();
            for case in choice.cases(&album)? {
                let mut film = Film::new(&case, &album)?;
                for frame in 0..case.frames {
                    out.write_all(&film.frame(frame))?;
                }
            }
            Ok(())
        }
        Task::Truth { choice } => {
            let album = choice.album()?;
            let mut out = std::io::stdout().lock();
            for case in choice.cases(&album)? {
                let (script, camera) = (Script::new(&case), case.camera());
                let homographies = (0..case.frames).map(|frame| script.truth(frame)).collect();
                let truth = Truth { case, width: camera.width, height: camera.height, homographies };
                writeln!(out, "{}", serde_json::to_string(&truth)?)?;
            }
            Ok(())
        }
    }
}

impl Choice {
    fn album(&self) -> anyhow::Result<Album> {
        let mut files = Vec::new();
        for path in &self.photos {
            if path.is_dir() {
                files.extend(photos_in(path)?);
            } else {
                files.push(path.clone());
            }
        }
        ensure!(!files.is_empty(), "there are no photos");
        Album::read(&files)
    }

    /// Names of the targets.
    fn names<'a>(&self, album: &'a Album) -> anyhow::Result<Vec<&'a str>> {
        for name in &self.only {
            album.photo(name)?;
        }
        let chosen = |name: &&str| self.only.is_empty() || self.only.iter().any(|only| only == name);
        Ok(album.names().filter(chosen).collect())
    }

    fn cases(&self, album: &Album) -> anyhow::Result<Vec<Case>> {
        let sequences = if self.sequences.is_empty() { Sequence::value_variants() } else { &self.sequences };
        let orientation = if self.portrait { Orientation::Portrait } else { Orientation::Landscape };
        let mut cases = Vec::new();
        for name in self.names(album)? {
            let picture = album.photo(name)?.picture.picture();
            for &sequence in sequences {
                let case = |lens: u32, seed: u64, frames: usize| Case {
                    photo: name.to_owned(),
                    photo_width: picture.width,
                    photo_height: picture.height,
                    sequence,
                    lens,
                    orientation,
                    seed,
                    frames,
                };
                for lens in self.lenses(sequence) {
                    if sequence == Sequence::View {
                        let seeds = (0..self.views).map(|view| self.seed * VIEWS_MAX + view);
                        cases.extend(seeds.map(|seed| case(lens, seed, VIEW_FRAMES)));
                    } else {
                        cases.push(case(lens, self.seed, self.frames));
                    }
                }
            }
        }
        Ok(cases)
    }

    fn lenses(&self, sequence: Sequence) -> Vec<u32> {
        match sequence {
            _ if !self.lens.is_empty() => self.lens.clone(),
            Sequence::Tilt | Sequence::HandHeld => vec![45, 60],
            _ => vec![45],
        }
    }
}

impl Output {
    #[expect(clippy::print_stdout, reason = "the tables are the command's result")]
    fn write(&self, reports: &[Report]) -> anyhow::Result<()> {
        println!("{}\n{}", by_sequence(reports), in_short(reports));
        match &self.json {
            Some(file) => write_json(file, &reports.iter().flat_map(Report::lines).collect::<Vec<_>>()),
            None => Ok(()),
        }
    }
}

fn write_json(file: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let mut writer = BufWriter::new(File::create(file).with_context(|| format!("cannot write {}", file.display()))?);
    serde_json::to_writer(&mut writer, value)?;
    writer.flush().with_context(|| format!("cannot write {}", file.display()))
}

/// Photos in a folder, or in the packages in it.
fn photos_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut photos = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let packaged = path.join("data/image.jpg");
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        if packaged.is_file() {
            photos.push(packaged);
        } else if extension.is_some_and(|extension| ["jpg", "jpeg", "png", "webp"].contains(&extension.as_str())) {
            photos.push(path);
        }
    }
    photos.sort();
    Ok(photos)
}

fn frames(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(frames) if (2..=10_000).contains(&frames) => Ok(frames),
        _ => Err("2 to 10,000".to_owned()),
    }
}
