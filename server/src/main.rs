//! The `kinora` command.

use std::process::ExitCode;

use clap::Parser;
use server::commands::Arguments;

fn main() -> ExitCode {
    server::commands::run(Arguments::parse())
}
