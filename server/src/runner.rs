//! The runner of fallback compiles: as many tasks as compiles are allowed at a time, each of which takes the oldest waiting
//! project, compiles it on the bounded pool, publishes it, and says so in the database.
//!
//! A runner holds a lease that it renews while it works. When its process dies, the lease ends and another runner takes
//! over; after [`ATTEMPTS_MAX`] tries the project fails with a reason. No database connection is held meanwhile.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::model::Failure;
use bytes::Bytes;
use compiler_wasm::{bundle::join, compile::compile_photo, error::CompileError, protocol::CompileOptions};
use sha2::{Digest, Sha256};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    db::{ATTEMPTS_MAX, Claim, Project},
    error::AppError,
    finish::{check_digest, find_file, write_compiled},
    id::hex,
    mail,
    metrics::RunningCompile,
    projects::find,
    settle::settle,
    state::AppState,
};

/// How often the queue is looked at without being woken: for leases that end, and queues of other processes.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Starts the runners; they end when `stop` is cancelled, handing back what they are at.
pub fn start(state: &Arc<AppState>, stop: &CancellationToken) -> Runners {
    let tasks = TaskTracker::new();
    for _ in 0..state.compile_threads {
        tasks.spawn(run(Arc::clone(state), stop.clone()));
    }
    tasks.close();
    Runners(tasks)
}

/// Runners at work.
pub struct Runners(TaskTracker);

impl Runners {
    /// Waits until all have ended.
    pub async fn wait(&self) {
        self.0.wait().await;
    }
}

async fn run(state: Arc<AppState>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match state.db.claim_compile().await {
            Ok(Some(claim)) => {
                state.changes.announce(&claim.id);
                work(&state, &claim, &stop).await;
                state.changes.announce(&claim.id);
            }
            Ok(None) => wait(&state, &stop).await,
            Err(error) => {
                tracing::error!(error = %error, "can't look at the queue");
                wait(&state, &stop).await;
            }
        }
    }
}

async fn wait(state: &AppState, stop: &CancellationToken) {
    tokio::select! {
        () = state.queued.notified() => {}
        () = tokio::time::sleep(LOOK_AGAIN) => {}
        () = stop.cancelled() => {}
    }
}

async fn work(state: &Arc<AppState>, claim: &Claim, stop: &CancellationToken) {
    let (id, attempt) = (claim.id.as_str(), claim.attempt);
    let outcome = if attempt > ATTEMPTS_MAX {
        Err(AppError::invalid("compile_crashed", "The photos could not be compiled on our server; ask us for help."))
    } else {
        compile_and_publish(state, claim, stop).await
    };
    let recorded = match outcome {
        Ok(true) => {
            state.metrics.compiled("ready");
            return tracing::info!(id, attempt, "compiled");
        }
        Ok(false) => {
            state.metrics.compiled("overtaken");
            return tracing::info!(id, attempt, "the compile is not wanted any more, or another runner has it");
        }
        Err(AppError::Refused(refusal)) if refusal.code == CompileError::Stopped.code() => {
            state.metrics.compiled("handed_back");
            state.db.hand_back(claim).await
        }
        Err(error) if error.may_pass() => {
            // Not the photo's fault: it is tried again when the lease ends, by which time the disk may have room again.
            state.metrics.compiled("interrupted");
            tracing::error!(id, attempt, ?error, "the compile was interrupted");
            state.db.postpone(claim).await
        }
        Err(AppError::Refused(refusal)) => {
            state.metrics.compiled("failed");
            tracing::warn!(id, attempt, code = refusal.code, "the compile failed");
            let detail = match refusal.file {
                Some(file) => format!("{file}: {}", refusal.detail),
                None => refusal.detail,
            };
            state.db.fail_compile(claim, &Failure { code: refusal.code, detail }).await
        }
        Err(error) => return tracing::error!(id, attempt, ?error, "the compile ended in an odd way"),
    };
    if let Err(error) = recorded {
        tracing::error!(id, attempt, error = %error, "can't record how the compile ended; the lease will end by itself");
    }
}

/// Gives whether this runner was still the one in charge at the end.
async fn compile_and_publish(state: &Arc<AppState>, claim: &Claim, stop: &CancellationToken) -> Result<bool, AppError> {
    let work = async {
        let project = find(state, &claim.id).await?;
        let mut minds = Vec::new();
        for number in 0..claim.finish.targets.len() {
            let name = format!("photo-{number}");
            let photo = read_photo(state, &project, claim, &name).await?;
            let compiled = compile(state, photo, stop).await.map_err(|error| error.about(&name))?;
            minds.push(compiled);
        }
        let minds: Vec<&[u8]> = minds.iter().map(Vec::as_slice).collect();
        let mind = join(&minds)?;
        let published = write_compiled(state, &project, claim.number, &claim.finish, mind).await?;
        Ok::<_, AppError>((project, published))
    };
    let (project, published) = tokio::select! {
        result = work => result?,
        () = keep_lease(state, claim) => return Ok(false),
    };
    // What follows is not dropped when the lease is over, which it is as soon as the publication is recorded.
    if !state.db.record_publication(&claim.id, claim.number, &published, state.options.trial, None).await? {
        return Ok(false);
    }
    settle(state, &claim.id).await?;
    if project.version == 0 {
        mail::tell_ready(state, &claim.id).await;
    }
    Ok(true)
}

async fn read_photo(state: &AppState, project: &Project, claim: &Claim, name: &str) -> Result<Bytes, AppError> {
    let missing = || AppError::invalid("file_missing", "The photo is no longer there; upload it again.").about(name);
    let file = claim.finish.files.iter().find(|file| file.name == name).ok_or_else(missing)?;
    let stored = find_file(state, project, file).await?;
    let bytes = Bytes::from(state.storage.read_range(&stored, 0..stored.bytes).await?);
    check_digest(&claim.finish, name, &hex(&Sha256::digest(&bytes)))?;
    Ok(bytes)
}

/// On the bounded pool. When the future is dropped or the server stops, the compile ends at its next step.
async fn compile(state: &Arc<AppState>, photo: Bytes, stop: &CancellationToken) -> Result<Vec<u8>, AppError> {
    let dropped = Arc::new(AtomicBool::new(false));
    let _guard = SetOnDrop(Arc::clone(&dropped));
    let (stop, metrics) = (stop.clone(), Arc::clone(&state.metrics));
    let compiled = state.compiles.run(move || {
        let _running = RunningCompile::begin(&metrics);
        compile_photo(&photo, &CompileOptions::default(), &mut |_| {
            if stop.is_cancelled() || dropped.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    Ok(compiled.await??.mind)
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Renews the lease for as long as it is held, now and then and whenever the project has changed, perhaps cancelled;
/// ends when the claim counts no more.
async fn keep_lease(state: &AppState, claim: &Claim) {
    let mut watch = state.changes.watch(&claim.id);
    loop {
        // Both outcomes mean to look.
        let _ = tokio::time::timeout(state.db.compile_lease / 3, watch.changed()).await;
        match state.db.renew(claim).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(id = claim.id, error = %error, "can't renew the lease"),
        }
    }
}
