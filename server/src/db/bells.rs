//! Rung once a transaction is made: the dispatcher looks for work, and pages that follow a campaign look at it again.

use tokio::sync::{Notify, watch};

/// The bells of one store.
#[derive(Debug)]
pub struct Bells {
    leaves: Notify,
    moved: watch::Sender<u64>,
}

impl Default for Bells {
    fn default() -> Self {
        Self { leaves: Notify::new(), moved: watch::Sender::new(0) }
    }
}

impl Bells {
    /// Something has happened; with `lets_leave`, messages may leave that could not before.
    pub(super) fn ring(&self, lets_leave: bool) {
        if lets_leave {
            self.leaves.notify_one();
        }
        self.moved.send_modify(|changes| *changes += 1);
    }

    /// Waits until messages may leave that could not before.
    pub async fn wait_for_work(&self) {
        self.leaves.notified().await;
    }

    /// Counts up whenever something has happened.
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Somebody has no session any more: everybody who follows something is looked at again.
    pub fn sessions_ended(&self) {
        self.ring(false);
    }
}
