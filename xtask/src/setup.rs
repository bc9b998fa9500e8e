//! What a machine needs: looked for first, installed where that is allowed, named where it is not.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use crate::{
    command::{command, output, run},
    workspace::Workspace,
};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Programs of the browser tests, and Debian's packages that hold them. Chromium without a font draws no text.
pub(crate) const BROWSER: [(&str, &str); 2] = [("chromium", "chromium fonts-dejavu-core"), ("ffmpeg", "ffmpeg")];
/// A peer of the server, and what asks both.
pub(crate) const PEER: [(&str, &str); 2] = [("nginx", "nginx-light"), ("wrk", "wrk")];

/// The Rust target of the browser's modules.
pub(crate) fn wasm_target(workspace: &Workspace) -> anyhow::Result<()> {
    let root = workspace.path(".");
    let installed = output(&mut command(&root, "rustup", ["target", "list", "--installed"]));
    if installed.is_some_and(|list| list.lines().any(|line| line == WASM_TARGET)) {
        return Ok(());
    }
    run(&mut command(&root, "rustup", ["target", "add", WASM_TARGET])).with_context(|| {
        format!("Rust's target {WASM_TARGET} is missing; install it with `rustup target add {WASM_TARGET}`")
    })
}

/// Programs, unless they are on the path or a variable of their name says where they are.
pub(crate) fn programs(workspace: &Workspace, wanted: &[(&str, &'static str)]) -> anyhow::Result<()> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| !on_path(program) && env::var_os(program.to_uppercase()).is_none())
        .flat_map(|(_, packages)| packages.split(' '))
        .collect();
    install(workspace, &missing)
}

/// The folder of PostgreSQL's programs: of those on the path, or of the newest that Debian has installed.
pub(crate) fn postgres(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    if let Some(folder) = postgres_programs() {
        return Ok(folder);
    }
    install(workspace, &["postgresql"])?;
    postgres_programs().context("PostgreSQL's `initdb` and `pg_ctl` are not to be found")
}

fn postgres_programs() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let on_path = env::split_paths(&path);
    let mut of_debian: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path()).collect();
    of_debian.sort();
    let folders = on_path.chain(of_debian.into_iter().rev().map(|version| version.join("bin")));
    folders.into_iter().find(|folder| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()))
}

/// Whether this program runs as root.
pub(crate) fn is_root() -> bool {
    output(&mut command(Path::new("."), "id", ["-u"])).is_some_and(|id| id.trim() == "0")
}

fn install(workspace: &Workspace, missing: &[&str]) -> anyhow::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let root = workspace.path(".");
    if !is_root() || !on_path("apt-get") {
        bail!("the tests need {packages}; install them (Debian: `sudo apt-get install {packages}`) and try again");
    }
    run(&mut command(&root, "apt-get", ["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    let mut install = command(&root, "apt-get", install.iter().chain(missing));
    run(install.env("DEBIAN_FRONTEND", "noninteractive")).with_context(|| format!("the tests need {packages}"))
}

/// The packages that a folder's lock file pins; does nothing while the lock file stays as it is.
pub(crate) fn npm_packages(folder: &Path) -> anyhow::Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let wanted = format!("{:x}", Sha256::digest(&lock));
    let mark = folder.join("node_modules/.installed-lock");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(&mut command(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
        .context("npm could not install the pinned packages; Node.js 20 or later with npm is needed")?;
    fs::write(mark, wanted)?;
    Ok(())
}

fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
