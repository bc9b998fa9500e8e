//! How much the server takes on at a time, whoever asks, so that memory stays bounded.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::error::AppError;

/// Memory for parts of uploads that are arriving.
const UPLOADS_MIB: usize = 512;
/// Plain forms that are arriving, each with a part in memory.
const FORMS_MAX: usize = 32;
/// Watchers of projects, each with a connection that stays open.
const WATCHERS_MAX: usize = 2000;
/// Albums checked and published at a time; each may hold a photo in memory.
const FINISHES_MAX: usize = 8;
/// How long a part waits for memory before its client is told to try again.
const WAIT: Duration = Duration::from_secs(10);

/// What is taken on; a permit gives its room back when it is dropped.
pub(crate) struct Room {
    uploads_mib: Arc<Semaphore>,
    forms: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
    finishes: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        let room = |most| Arc::new(Semaphore::new(most));
        Self {
            uploads_mib: room(UPLOADS_MIB),
            forms: room(FORMS_MAX),
            watchers: room(WATCHERS_MAX),
            finishes: room(FINISHES_MAX),
        }
    }
}

impl Room {
    /// For a part of an upload.
    pub(crate) async fn upload(&self, bytes: u64) -> Result<OwnedSemaphorePermit, AppError> {
        let mib = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        match timeout(WAIT, Arc::clone(&self.uploads_mib).acquire_many_owned(mib)).await {
            Ok(permit) => permit.map_err(closed),
            Err(_) => Err(AppError::busy()),
        }
    }

    /// For a plain form.
    pub(crate) fn form(&self) -> Result<OwnedSemaphorePermit, AppError> {
        Arc::clone(&self.forms).try_acquire_owned().map_err(|_| AppError::busy())
    }

    /// For a watcher.
    pub(crate) fn watcher(&self) -> Result<OwnedSemaphorePermit, AppError> {
        Arc::clone(&self.watchers).try_acquire_owned().map_err(|_| AppError::busy())
    }

    /// For an album that is checked or published; it waits for its turn.
    pub(crate) async fn finish(&self) -> Result<OwnedSemaphorePermit, AppError> {
        Arc::clone(&self.finishes).acquire_owned().await.map_err(closed)
    }
}

/// Nothing here is ever closed.
fn closed(error: tokio::sync::AcquireError) -> AppError {
    AppError::Internal(error.into())
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn what_is_given_back_can_be_taken_again() {
        let room = Room::default();
        let all: Vec<_> = (0..WATCHERS_MAX).map(|_| room.watcher().unwrap()).collect();
        assert!(room.watcher().is_err());
        drop(all);
        assert!(room.watcher().is_ok());
    }

    #[tokio::test]
    async fn a_part_waits_for_memory() {
        let room = Room::default();
        let half = (UPLOADS_MIB as u64) << 19;
        let first = room.upload(half).await.unwrap();
        let _second = room.upload(half).await.unwrap();
        assert!(room.upload(1).now_or_never().is_none());
        drop(first);
        assert!(room.upload(half).await.is_ok());
    }
}
