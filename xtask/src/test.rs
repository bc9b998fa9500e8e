//! The test suites.

use clap::ValueEnum;

use crate::{
    command::{cargo, command, run},
    postgres::{POSTGRES_VARIABLE, Postgres},
    serve::{self, WEB_DIR_VARIABLE},
    setup, web,
    workspace::Workspace,
};

/// A set of tests that needs the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Rust's own tests of every crate, the examples in its docs, and the server's tests once more on PostgreSQL
    Native,
    /// The WASM compiler against the native one and against npm mind-ar
    Wasm,
    /// The binary in a real browser with a fake camera
    Browser,
}

/// Runs the suites named, or all.
pub(crate) fn test(workspace: &Workspace, suites: &[Suite]) -> anyhow::Result<()> {
    let wanted = |suite| suites.is_empty() || suites.contains(&suite);
    web::build(workspace)?;
    if wanted(Suite::Native) {
        native(workspace)?;
    }
    if !wanted(Suite::Wasm) && !wanted(Suite::Browser) {
        return Ok(());
    }
    // The native tests have built the binary; alone it would be built again, with its dependencies, for fewer features.
    let binary =
        if wanted(Suite::Native) { serve::binary(workspace, "dev") } else { serve::build_server(workspace, "dev")? };
    let e2e = workspace.path("e2e");
    setup::programs(workspace, &setup::BROWSER)?;
    setup::npm_packages(&e2e)?;
    if wanted(Suite::Wasm) {
        let mut tests = command(&e2e, "node", ["--test", "interop/"]);
        run(tests.env("KINORA_BIN", &binary).env(WEB_DIR_VARIABLE, workspace.web_dir()))?;
    }
    if wanted(Suite::Browser) {
        let mut tests = command(&e2e, "npx", ["--no-install", "playwright", "test"]);
        run(tests.env("KINORA_BIN", &binary))?;
    }
    Ok(())
}

/// On SQLite, then what asks a database once more on PostgreSQL: of the same build, for which the whole workspace is named.
fn native(workspace: &Workspace) -> anyhow::Result<()> {
    let root = workspace.path(".");
    let postgres = Postgres::start(workspace)?;
    let mut tests = cargo(&root, ["test", "--workspace", "--quiet"]);
    run(tests.env_remove(POSTGRES_VARIABLE).env(WEB_DIR_VARIABLE, workspace.web_dir()))?;
    let suites = ["--test", "it", "--test", "live", "--test", "outage"];
    let mut tests = cargo(&root, ["test", "--workspace", "--quiet"].into_iter().chain(suites));
    run(postgres.tell(tests.env(WEB_DIR_VARIABLE, workspace.web_dir())))
}
