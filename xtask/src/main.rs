//! `cargo xtask`: builds, serves, tests and measures Kinora. Holds no product logic.

mod command;
mod fuzz;
mod measure;
mod postgres;
mod serve;
mod setup;
mod test;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{fuzz::Fuzzing, measure::Benchmark, test::Suite, workspace::Workspace};

/// Builds, serves, tests and measures Kinora.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the one binary with its web assets inside and print its path
    Build {
        /// Optimise it, for production
        #[arg(long)]
        release: bool,
        /// Stop after the web assets
        #[arg(long)]
        web_only: bool,
    },
    /// Build and run Kinora; what follows goes to `kinora serve`
    Serve {
        /// For example `--listen 127.0.0.1:8080 --data ./data`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every test there is, or the suites named
    Test {
        /// Which suites
        #[arg(value_enum)]
        suites: Vec<Suite>,
    },
    /// Fuzz what reads strangers' bytes
    Fuzz(Fuzzing),
    /// Measure, and print medians
    Bench {
        /// Which benchmarks; all when none is named
        #[arg(value_enum)]
        benchmarks: Vec<Benchmark>,
        /// Of `track`, for example `-- --photos nagasaki-boats --frames 100 --engines ours,mindar`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    match Workspace::find().and_then(|workspace| run(&workspace, task)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(workspace: &Workspace, task: Task) -> anyhow::Result<()> {
    match task {
        Task::Build { release: _, web_only: true } => web::build(workspace).map(|()| report(&workspace.web_dir())),
        Task::Build { release, web_only: false } => {
            let profile = if release { "release" } else { "dev" };
            web::build(workspace)?;
            serve::build_server(workspace, profile).map(|binary| report(&binary))
        }
        Task::Serve { arguments } => serve::serve(workspace, &arguments),
        Task::Test { suites } => test::test(workspace, &suites),
        Task::Fuzz(fuzzing) => fuzz::fuzz(workspace, &fuzzing),
        Task::Bench { benchmarks, arguments } => measure::measure(workspace, &benchmarks, &arguments),
    }
}

#[expect(clippy::print_stdout, reason = "the path is the command's result, for scripts to read")]
fn report(path: &std::path::Path) {
    println!("{}", path.display());
}
