//! The benchmarks.

use clap::ValueEnum;

use crate::{
    command::{cargo, command, run},
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
}

/// Runs the benchmarks named, or all.
pub(crate) fn measure(workspace: &Workspace, benchmarks: &[Benchmark]) -> anyhow::Result<()> {
    let wanted = |benchmark| benchmarks.is_empty() || benchmarks.contains(&benchmark);
    if wanted(Benchmark::Native) {
        run(&mut cargo(&workspace.path("."), ["bench", "-p", "compiler-wasm"]))?;
    }
    if wanted(Benchmark::Browser) {
        web::build(workspace)?;
        setup::test_programs(workspace)?;
        let e2e = workspace.path("e2e");
        setup::npm_packages(&e2e)?;
        run(command(&e2e, "node", ["bench/compile.mjs"]).env("KINORA_WEB_DIR", workspace.web_dir()))?;
    }
    Ok(())
}
