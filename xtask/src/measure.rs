//! The benchmarks.

use clap::ValueEnum;

use crate::{
    command::{cargo, command, run},
    postgres::Postgres,
    serve::{self, WEB_DIR_VARIABLE},
    setup, web,
    workspace::Workspace,
};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Benchmark {
    /// The compiler natively, stage by stage and end to end
    Native,
    /// The compiler in Chromium, first call included
    Browser,
    /// The server's answers while eight 12 MP photos are compiled, on SQLite and PostgreSQL
    Load,
    /// The CRM's pages with 100,000 orders, on SQLite and PostgreSQL
    Lists,
    /// The engine natively and in Chromium, mind-ar and jsartoolkitNFT, on the same films; half an hour
    Track,
    /// What phones ask for after a scan, against nginx
    Scans,
    /// From a scanned code to the first recognised frame, against npm mind-ar
    Start,
}

/// Runs the benchmarks named, or all; the arguments are `track`'s.
pub(crate) fn measure(workspace: &Workspace, benchmarks: &[Benchmark], arguments: &[String]) -> anyhow::Result<()> {
    let root = workspace.path(".");
    let wanted = |benchmark| benchmarks.is_empty() || benchmarks.contains(&benchmark);
    if wanted(Benchmark::Native) {
        run(&mut cargo(&root, ["bench", "-p", "compiler-wasm"]))?;
    }
    if wanted(Benchmark::Browser) {
        web::build(workspace)?;
        setup::programs(workspace, &setup::BROWSER)?;
        let e2e = workspace.path("e2e");
        setup::npm_packages(&e2e)?;
        run(command(&e2e, "node", ["bench/compile.mjs"]).env(WEB_DIR_VARIABLE, workspace.web_dir()))?;
    }
    if wanted(Benchmark::Track) {
        track(workspace, arguments)?;
    }
    let server = |name| cargo(&root, ["bench", "-p", "server", "--bench", name]);
    for (benchmark, name) in [(Benchmark::Load, "load"), (Benchmark::Lists, "lists")] {
        if wanted(benchmark) {
            let postgres = Postgres::start(workspace)?;
            run(postgres.tell(&mut server(name)))?;
        }
    }
    if wanted(Benchmark::Scans) {
        setup::programs(workspace, &setup::PEER)?;
        run(&mut server("scans"))?;
    }
    if wanted(Benchmark::Start) {
        web::build(workspace)?;
        let binary = serve::build_server(workspace, "dev")?;
        setup::programs(workspace, &setup::BROWSER)?;
        let e2e = workspace.path("e2e");
        setup::npm_packages(&e2e)?;
        let mut bench = command(&e2e, "node", ["bench/start.mjs"]);
        run(bench.env("KINORA_BIN", &binary).env(WEB_DIR_VARIABLE, workspace.web_dir()))?;
    }
    Ok(())
}

/// The engine beside its peers.
fn track(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    run(&mut cargo(&workspace.path("."), ["build", "--release", "-p", "scenes"]))?;
    let tracker = web::tracker(workspace)?;
    setup::programs(workspace, &setup::BROWSER)?;
    let e2e = workspace.path("e2e");
    setup::npm_packages(&e2e)?;
    let mut bench = command(&e2e, "node", ["bench/track.mjs"].into_iter().chain(arguments.iter().map(String::as_str)));
    bench.env("KINORA_SCENES", workspace.target("release/scenes")).env("KINORA_TRACKER_DIR", tracker);
    run(bench.env("KINORA_TRACK_DIR", workspace.target("track")))
}
