//! The time of day, which tests set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// Tells milliseconds since 1970 UTC.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that stands still until it is moved.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a time.
    #[must_use]
    pub fn at(ms: i64) -> Self {
        Self::Set(Arc::new(AtomicI64::new(ms)))
    }

    /// Moves a clock that was set; the system's goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Self::Set(ms) = self {
            ms.fetch_add(milliseconds(by), Ordering::Relaxed);
        }
    }

    /// Now.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => milliseconds(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()),
            Self::Set(ms) => ms.load(Ordering::Relaxed),
        }
    }

    /// So much later than now.
    #[must_use]
    pub fn in_ms(&self, by: Duration) -> i64 {
        self.now_ms().saturating_add(milliseconds(by))
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
