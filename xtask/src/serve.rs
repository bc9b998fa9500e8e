//! The binary with its web assets inside: built, and run.

use std::path::PathBuf;

use crate::{
    command::{cargo, command, run},
    web,
    workspace::Workspace,
};

/// The variable that tells the server's build where the web assets are.
pub(crate) const WEB_DIR_VARIABLE: &str = "KINORA_WEB_DIR";

/// Builds the binary around the web folder, which must be there, and gives its path.
pub(crate) fn build_server(workspace: &Workspace, profile: &str) -> anyhow::Result<PathBuf> {
    let mut build = cargo(&workspace.path("."), ["build", "-p", "server", "--bin", "kinora", "--profile", profile]);
    run(build.env(WEB_DIR_VARIABLE, workspace.web_dir()))?;
    Ok(binary(workspace, profile))
}

/// Where a build puts the binary.
pub(crate) fn binary(workspace: &Workspace, profile: &str) -> PathBuf {
    let folder = if profile == "dev" { "debug" } else { profile };
    workspace.target(&format!("{folder}/kinora{}", std::env::consts::EXE_SUFFIX))
}

/// Builds everything and runs `kinora serve` until it ends.
pub(crate) fn serve(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    web::build(workspace)?;
    let binary = build_server(workspace, "dev")?;
    let words = std::iter::once("serve").chain(arguments.iter().map(String::as_str));
    run(&mut command(&std::env::current_dir()?, &binary.to_string_lossy(), words))
}
