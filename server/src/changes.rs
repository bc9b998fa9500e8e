//! Tells whoever watches a project that it has changed in this process. Other processes' changes are seen by looking now and
//! then.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, Sender, error::RecvError};

/// Changes that a slow watcher may be behind; beyond that it is told to look anyway.
const BEHIND_MAX: usize = 1024;

/// Where changes are told.
pub(crate) struct Changes(Sender<Arc<str>>);

impl Default for Changes {
    fn default() -> Self {
        Self(Sender::new(BEHIND_MAX))
    }
}

impl Changes {
    /// A project has changed.
    pub(crate) fn announce(&self, id: &str) {
        // Nobody may be watching.
        let _ = self.0.send(id.into());
    }

    /// Watches a project from now on.
    pub(crate) fn watch(&self, id: &str) -> Watch {
        Watch { id: id.into(), told: self.0.subscribe() }
    }
}

/// Watches one project.
pub(crate) struct Watch {
    id: Arc<str>,
    told: Receiver<Arc<str>>,
}

impl Watch {
    /// Waits until the project has changed, or may have.
    pub(crate) async fn changed(&mut self) {
        loop {
            match self.told.recv().await {
                Ok(id) if id != self.id => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_watcher_is_told_of_its_own_project_only() {
        let changes = Changes::default();
        let mut watch = changes.watch("a");
        changes.announce("b");
        assert!(watch.changed().now_or_never().is_none());
        changes.announce("a");
        assert!(watch.changed().now_or_never().is_some());
        (0..=BEHIND_MAX).for_each(|_| changes.announce("b"));
        assert!(watch.changed().now_or_never().is_some(), "it may have missed something");
    }
}
