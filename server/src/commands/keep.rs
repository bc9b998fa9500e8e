//! What an operator does to an installation: sweep, back up, restore, and the life of one project.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{Failure, block_on, failed, print};
use crate::{
    backup::{self, Contents},
    config::Config,
    db::Actor,
    janitor::SWEEP_AFTER,
    projects::{Change, change_by},
    state::AppState,
    sweep::{Sweep, sweep},
};

/// Options of `kinora gc`.
#[derive(Args)]
pub(super) struct Gc {
    #[command(flatten)]
    config: Config,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Leave what is younger, since it may be part of something under way
    #[arg(long, default_value_t = SWEEP_AFTER.as_secs() / 3600)]
    older_than_hours: u64,
}

/// Options of `kinora backup` and `kinora restore`.
#[derive(Args)]
pub(super) struct Backup {
    /// The backup, a tar file
    file: PathBuf,
    #[command(flatten)]
    config: Config,
}

/// Options of `kinora project`.
#[derive(Args)]
pub(super) struct Project {
    /// What to do
    verb: Verb,
    /// The project's public id
    id: String,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, ValueEnum)]
enum Verb {
    /// Put the end of a trial off
    Extend,
    /// Make a trial permanent, with the same link
    Keep,
    /// Take a project off the web and keep it
    Archive,
    /// Bring an archived or removed project back
    Restore,
    /// Delete a project's files for good
    Delete,
}

impl Gc {
    pub(super) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let state = AppState::open(&self.config, self.config.listen).await?;
            let how = Sweep { dry_run: self.dry_run, older_than: Duration::from_secs(self.older_than_hours * 3600) };
            let found = sweep(&state, how).await.map_err(|error| failed("sweep", error))?;
            for (path, bytes) in &found.orphans {
                print(&format!("{path}: {bytes} bytes, which nothing refers to"))?;
            }
            for id in &found.unsettled {
                print(&format!("{id}: its link shows something else than the database says"))?;
            }
            for id in &found.unknown {
                print(&format!("{id}: published, and unknown to the database; kept"))?;
            }
            let (files, bytes) = (found.orphans.len(), found.bytes());
            let verb = if self.dry_run { "would be deleted" } else { "deleted" };
            print(&format!("{files} files of {bytes} bytes {verb}"))?;
            state.db.close().await;
            Ok(())
        })
    }
}

impl Backup {
    pub(super) fn write(self) -> Result<(), Failure> {
        block_on(async {
            let state = AppState::open(&self.config, self.config.listen).await?;
            let contents = backup::write(&state, &self.file).await?;
            state.db.close().await;
            print(&told(&contents, "backed up"))
        })
    }

    pub(super) fn restore(self) -> Result<(), Failure> {
        block_on(async {
            let state = AppState::open(&self.config, self.config.listen).await?;
            let contents = backup::restore(&state, &self.file).await?;
            state.db.close().await;
            print(&told(&contents, "restored"))
        })
    }
}

impl Project {
    pub(super) fn run(self) -> Result<(), Failure> {
        let wish = match self.verb {
            Verb::Extend => Change::Extend,
            Verb::Keep => Change::MakePermanent,
            Verb::Archive => Change::Archive,
            Verb::Restore => Change::Restore,
            Verb::Delete => Change::Purge,
        };
        block_on(async {
            let state = AppState::open(&self.config, self.config.listen).await?;
            let actor = Actor::system();
            let project =
                change_by(&state, &self.id, wish, Some(&actor)).await.map_err(|error| failed(&self.id, error))?;
            state.db.close().await;
            let status = serde_json::to_value(project.status).map_err(anyhow::Error::from)?;
            print(&format!("{}: {}", project.id, status.as_str().unwrap_or_default()))
        })
    }
}

fn told(contents: &Contents, done: &str) -> String {
    format!("{} projects and {} files of {} bytes {done}", contents.projects, contents.files, contents.bytes)
}
