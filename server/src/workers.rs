//! A bounded pool of threads for work that keeps a processor busy.
//!
//! Its threads have the lowest priority: while requests want a processor, they get it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, anyhow};
use rayon::{ThreadPool, ThreadPoolBuilder};
use thread_priority::ThreadPriority;
use tokio::sync::oneshot;

/// The pool.
pub struct Workers {
    pool: ThreadPool,
}

impl Workers {
    /// So many threads.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(name: &'static str, threads: usize) -> anyhow::Result<Self> {
        let lower = move |_| {
            if let Err(error) = ThreadPriority::Min.set_for_current() {
                tracing::warn!(pool = name, ?error, "can't lower the priority of a worker");
            }
        };
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(move |index| format!("{name}-{index}"));
        Ok(Self { pool: pool.start_handler(lower).build().context("can't start the worker threads")? })
    }

    /// Runs work when a thread is free, and waits for it.
    ///
    /// # Errors
    /// When it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
        let (send, receive) = oneshot::channel();
        self.pool.spawn(move || {
            // Nobody may be waiting any more.
            let _ = send.send(catch_unwind(AssertUnwindSafe(work)));
        });
        match receive.await.context("a worker has gone")? {
            Ok(done) => Ok(done),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                Err(anyhow!("a worker panicked: {}", text.or(panic.downcast_ref().copied()).unwrap_or("no message")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_pool_goes_on() {
        let workers = Workers::new("test", 1).unwrap();
        let failed = workers.run(|| panic!("odd photo")).await.map(|(): ()| ());
        assert!(failed.unwrap_err().to_string().contains("odd photo"));
        assert_eq!(workers.run(|| 6 * 7).await.unwrap(), 42);
    }
}
