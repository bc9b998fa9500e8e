//! The web assets: three WebAssembly modules with their JavaScript, the static files, the viewer's bundle, all with Brotli
//! twins.
//!
//! Everything is gathered in memory first, then only the files that differ are written, so that an unchanged asset never
//! rebuilds the server. Compressed twins are kept by content.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    command::{cargo, command, run},
    setup,
    workspace::Workspace,
};

/// A module for the browser: one package, built by itself so that features of one do not leak into the other.
struct Module {
    package: &'static str,
    name: &'static str,
    profile: &'static str,
    features: &'static str,
    rustflags: &'static str,
}

const MODULES: [Module; 2] = [
    Module { package: "app", name: "app", profile: "page", features: "hydrate", rustflags: "" },
    Module { package: "compiler-wasm", name: "compiler", profile: "kernels", features: "bindings", rustflags: SIMD },
];

/// The viewer's: its JavaScript becomes part of the worker's script.
const TRACKER: Module =
    Module { package: "viewer-wasm", name: "tracker", profile: "kernels", features: "bindings", rustflags: SIMD };

/// The same for browsers without SIMD, such as Safari before 16.4.
const PLAIN_TRACKER: Module = Module { profile: "kernels-plain", rustflags: "", ..TRACKER };

const SIMD: &str = "-Ctarget-feature=+simd128";

/// Files that go along as they are: folder or file of the checkout, and where below the web folder.
const STATIC: [(&str, &str); 3] = [("app/public", ""), ("app/style", ""), ("compiler-wasm/worker.js", "worker.js")];

/// What of the viewer a published page names, or its script: each is bundled from the file of its name.
const VIEWER_ENTRIES: [&str; 3] = ["viewer.js", "worker.js", "viewer.css"];

const COMPRESSIBLE: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// By path below the web folder, with `/`.
type Assets = BTreeMap<String, Vec<u8>>;

/// Builds the web folder.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    setup::wasm_target(workspace)?;
    setup::npm_packages(&workspace.path("server/viewer"))?;
    let mut assets = Assets::new();
    for module in MODULES {
        add_static(&bound_module(workspace, &module)?, "", &mut assets)?;
    }
    for (from, to) in STATIC {
        add_static(&workspace.path(from), to, &mut assets)?;
    }
    add_viewer(workspace, &mut assets)?;
    add_compressed(&workspace.target("web-compressed"), &mut assets)?;
    let build = digest(assets.iter().flat_map(|(path, bytes)| [path.as_bytes(), bytes]));
    assets.insert("BUILD".into(), build[..16].into());
    write_changed(&workspace.web_dir(), &assets)
}

/// Builds the engine's module, and gives the folder with it and its JavaScript.
pub(crate) fn tracker(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    setup::wasm_target(workspace)?;
    bound_module(workspace, &TRACKER)
}

/// Builds a module, and gives the folder with it and its JavaScript.
fn bound_module(workspace: &Workspace, module: &Module) -> anyhow::Result<PathBuf> {
    let Module { package, name, profile, features, rustflags } = *module;
    let wasm_target = workspace.target("wasm");
    let mut build = cargo(&workspace.path("."), ["rustc", "--lib", "--crate-type", "cdylib", "--target"]);
    build.args(["wasm32-unknown-unknown", "-p", package, "--profile", profile, "--features", features, "--target-dir"]);
    build.arg(&wasm_target).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", rustflags);
    run(&mut build)?;

    let file = format!("wasm32-unknown-unknown/{profile}/{}.wasm", package.replace('-', "_"));
    let bytes = fs::read(wasm_target.join(file))?;
    let bound = workspace.target(&format!("wasm-bound/{name}-{}", &digest([bytes.as_slice()])[..16]));
    if !bound.exists() {
        let fresh = bound.with_extension("new");
        Bindgen::new()
            .input_bytes(name, bytes)
            .web(true)?
            .omit_default_module_path(false)
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(&fresh)?;
        fs::rename(&fresh, &bound)?;
    }
    Ok(bound)
}

/// The viewer's module in both ways, and its scripts and styles, each bundled into one file.
fn add_viewer(workspace: &Workspace, assets: &mut Assets) -> anyhow::Result<()> {
    let (bound, plain) = (bound_module(workspace, &TRACKER)?, bound_module(workspace, &PLAIN_TRACKER)?);
    ensure!(
        read(&bound.join("tracker.js"))? == read(&plain.join("tracker.js"))?,
        "one script can't serve both of the viewer's modules"
    );
    assets.insert("viewer/tracker_bg.wasm".into(), read(&bound.join("tracker_bg.wasm"))?);
    assets.insert("viewer/tracker_plain_bg.wasm".into(), read(&plain.join("tracker_bg.wasm"))?);
    let bundled = workspace.target("viewer-bundle");
    let mut bundle = command(&workspace.path("server/viewer"), "npx", ["--no-install", "esbuild"]);
    bundle.args(VIEWER_ENTRIES).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--charset=utf8",
        "--log-level=warning",
    ]);
    bundle.arg(format!("--alias:tracker={}", bound.join("tracker.js").display()));
    run(bundle.arg(format!("--outdir={}", bundled.display())))?;
    for entry in VIEWER_ENTRIES {
        assets.insert(format!("viewer/{entry}"), read(&bundled.join(entry))?);
    }
    Ok(())
}

fn add_static(from: &Path, to: &str, assets: &mut Assets) -> anyhow::Result<()> {
    if from.is_file() {
        assets.insert(to.to_owned(), read(from)?);
        return Ok(());
    }
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "node_modules" {
            let below = if to.is_empty() { name } else { format!("{to}/{name}") };
            add_static(&entry.path(), &below, assets)?;
        }
    }
    Ok(())
}

fn add_compressed(cache: &Path, assets: &mut Assets) -> anyhow::Result<()> {
    fs::create_dir_all(cache)?;
    let mut compressed = Assets::new();
    for (path, bytes) in &*assets {
        if path.rsplit_once('.').is_some_and(|(_, extension)| COMPRESSIBLE.contains(&extension)) {
            let kept = cache.join(digest([bytes.as_slice()]));
            if !kept.exists() {
                let fresh = kept.with_extension("new");
                fs::write(&fresh, brotli(bytes)?)?;
                fs::rename(&fresh, &kept)?;
            }
            compressed.insert(format!("{path}.br"), fs::read(kept)?);
        }
    }
    assets.append(&mut compressed);
    Ok(())
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 22);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

fn write_changed(folder: &Path, assets: &Assets) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for (path, bytes) in assets {
        let file = folder.join(path);
        if fs::read(&file).ok().as_ref() != Some(bytes) {
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    for file in files_below(folder)? {
        let path = file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        if !assets.contains_key(&path) {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    format!("{:x}", hasher.finalize())
}
