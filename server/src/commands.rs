//! The command line.

mod admin;
mod compile;
mod demo;
mod inspect;
mod keep;
mod qr;
mod serve;

use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use compiler_wasm::error::{BundleError, CompileError};

use crate::error::AppError;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 something unexpected; 2 the command line is wrong; 3 the input was refused \
                          (the message says why and names a stable code); 4 a file can't be read or written.";

/// Living photos: compiles photos into AR image targets, publishes them with their videos, and draws their QR codes.
#[derive(Parser)]
#[command(name = "kinora", version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the studio, the published albums and the API
    #[command(after_help = EXIT_CODES)]
    Serve(Box<serve::Serve>),
    /// Compile photos into an image target file
    #[command(after_help = EXIT_CODES)]
    Compile(compile::Compile),
    /// Tell what is in an image target file, ours or MindAR's
    #[command(after_help = EXIT_CODES)]
    Inspect(inspect::Inspect),
    /// Draw the QR code of a link
    #[command(after_help = EXIT_CODES)]
    Qr(qr::Qr),
    /// Delete files that nothing refers to, and mend links that show something else than the database says
    #[command(after_help = EXIT_CODES)]
    Gc(Box<keep::Gc>),
    /// Write the database's rows and all files to one file
    #[command(after_help = EXIT_CODES)]
    Backup(Box<keep::Backup>),
    /// Put a backup in place of a new, empty installation
    #[command(after_help = EXIT_CODES)]
    Restore(Box<keep::Backup>),
    /// Extend, keep, archive, bring back or delete a project
    #[command(after_help = EXIT_CODES)]
    Project(Box<keep::Project>),
    /// Make the account of an administrator, or set a password
    #[command(after_help = EXIT_CODES)]
    Admin(admin::Admin),
    /// Fill a new installation with a shop to try out: nobody in it is real
    #[command(after_help = EXIT_CODES)]
    SeedDemo(Box<demo::SeedDemo>),
}

/// Why a command ended, and its exit code.
#[derive(Debug)]
pub enum Failure {
    /// 1.
    Unexpected(anyhow::Error),
    /// 3: what it is about, a stable code and a sentence.
    Refused(String, String, String),
    /// 4: a path and the reason.
    File(String, io::Error),
}

impl Failure {
    fn compile(file: &Path, error: &CompileError) -> Self {
        Self::Refused(file.display().to_string(), error.code().to_owned(), error.to_string())
    }

    fn bundle(file: &Path, error: &BundleError) -> Self {
        Self::Refused(file.display().to_string(), error.code().to_owned(), error.to_string())
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Unexpected(_) => 1,
            Self::Refused(..) => 3,
            Self::File(..) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(error) => write!(formatter, "{error:#}"),
            Self::Refused(what, code, sentence) => write!(formatter, "{what}: {sentence} [{code}]"),
            Self::File(path, error) => write!(formatter, "{path}: {error}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(error)
    }
}

/// Runs a command to its end.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let result = match arguments.command {
        Command::Serve(command) => command.run(),
        Command::Compile(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Qr(command) => command.run(),
        Command::Gc(command) => command.run(),
        Command::Backup(command) => command.write(),
        Command::Restore(command) => command.restore(),
        Command::Project(command) => command.run(),
        Command::Admin(command) => command.run(),
        Command::SeedDemo(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::File(path.display().to_string(), error))
}

/// Writes a file whole or not at all: beside its place first, then renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let result = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    result.map_err(|error| {
        // The part is not there when writing it was what failed.
        let _ = fs::remove_file(&beside);
        Failure::File(path.display().to_string(), error)
    })
}

/// A result for whoever called the command.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::File("standard output".to_owned(), error))
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(anyhow::Error::from)?;
    print(&text)
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Runtime::new().map_err(anyhow::Error::from)?.block_on(work)
}

fn failed(what: &str, error: AppError) -> Failure {
    match error {
        AppError::Refused(refusal) => Failure::Refused(what.to_owned(), refusal.code, refusal.detail),
        AppError::Internal(error) => Failure::Unexpected(error),
        AppError::OffsetMismatch(_) => Failure::Unexpected(anyhow::anyhow!("an upload goes on elsewhere")),
    }
}
