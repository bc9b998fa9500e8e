//! The runner of fallback compiles: as many tasks as compiles are allowed at a time, each of which takes the oldest waiting
//! project, compiles it on the blocking pool, publishes it, and says so in the database.
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
use tokio::task::spawn_blocking;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    db::{ATTEMPTS_MAX, Claim, LEASE},
    error::AppError,
    finish::{bury_removed, check_digest, publish_compiled},
    id::hex,
    state::AppState,
};

/// How often the queue is looked at without being woken: for leases that end, and queues of other processes.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

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
                state.announce_change();
                work(&state, &claim, &stop).await;
                state.announce_change();
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
            tracing::info!(id, attempt, "compiled");
            return;
        }
        Ok(false) => return tracing::warn!(id, attempt, "another runner has taken over"),
        Err(AppError::Refused(refusal)) if refusal.code == CompileError::Stopped.code() => {
            state.db.hand_back(claim).await
        }
        Err(AppError::Refused(refusal)) => {
            let detail = match refusal.file {
                Some(file) => format!("{file}: {}", refusal.detail),
                None => refusal.detail,
            };
            state.db.fail_compile(claim, &Failure { code: refusal.code, detail }).await
        }
        Err(error) => {
            // Not the photo's fault: it is tried again when the lease ends, by which time the disk may have room again.
            return tracing::error!(id, attempt, ?error, "the compile failed");
        }
    };
    if let Err(error) = recorded {
        tracing::error!(id, attempt, error = %error, "can't record how the compile ended; the lease will end by itself");
    }
}

/// Gives whether this runner was still the one in charge at the end.
async fn compile_and_publish(state: &Arc<AppState>, claim: &Claim, stop: &CancellationToken) -> Result<bool, AppError> {
    let work = async {
        let mut minds = Vec::new();
        for number in 0..claim.finish.targets.len() {
            let name = format!("photo-{number}");
            let photo = read_photo(state, claim, &name).await?;
            let compiled = compile(photo, stop).await.map_err(|error| error.about(&name))?;
            minds.push(compiled);
        }
        let minds: Vec<&[u8]> = minds.iter().map(Vec::as_slice).collect();
        let mind = join(&minds)?;
        let publication = publish_compiled(state, &claim.id, &claim.name, &claim.finish, mind).await?;
        let in_charge = state.db.publish_compiled(claim, publication.mind_bytes, &publication.targets).await?;
        if in_charge {
            state.storage.delete_uploads(&claim.id).await?;
        } else {
            bury_removed(state, &claim.id).await?;
        }
        Ok(in_charge)
    };
    tokio::select! {
        result = work => result,
        () = keep_lease(state, claim) => Ok(false),
    }
}

async fn read_photo(state: &AppState, claim: &Claim, name: &str) -> Result<Bytes, AppError> {
    let missing = || AppError::invalid("file_missing", "The photo is no longer there; upload it again.").about(name);
    let upload = state.storage.upload(&claim.id, name).await?.ok_or_else(missing)?;
    let bytes = state.storage.read_range(&upload, 0..upload.bytes).await?;
    check_digest(&claim.finish, name, &hex(&Sha256::digest(&bytes)))?;
    Ok(bytes.into())
}

/// On the blocking pool. When the future is dropped or the server stops, the compile ends at its next step.
async fn compile(photo: Bytes, stop: &CancellationToken) -> Result<Vec<u8>, AppError> {
    let dropped = Arc::new(AtomicBool::new(false));
    let _guard = SetOnDrop(Arc::clone(&dropped));
    let stop = stop.clone();
    let compiled = spawn_blocking(move || {
        compile_photo(&photo, &CompileOptions::default(), &mut |_| {
            if stop.is_cancelled() || dropped.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    Ok(compiled.await.map_err(anyhow::Error::from)??.mind)
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Renews the lease for as long as it is held; ends when another runner has it.
async fn keep_lease(state: &AppState, claim: &Claim) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        match state.db.renew(claim).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(id = claim.id, error = %error, "can't renew the lease"),
        }
    }
}
