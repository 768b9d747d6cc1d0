//! Calls that were answered before they took effect.

use std::fmt;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The calls that wait for their time.
#[derive(Default)]
pub(super) struct Late {
    waiting: Mutex<Vec<(i64, BoxFuture<'static, ()>)>>,
    added: Notify,
}

impl Late {
    pub(super) fn add(&self, due_ms: i64, call: BoxFuture<'static, ()>) {
        self.waiting.lock().push((due_ms, call));
        self.added.notify_one();
    }

    pub(super) async fn run_due(&self, now_ms: i64) {
        while let Some(call) = self.take_due(now_ms) {
            call.await;
        }
    }

    /// The earliest call that is due.
    fn take_due(&self, now_ms: i64) -> Option<BoxFuture<'static, ()>> {
        let mut waiting = self.waiting.lock();
        let (at, due_ms) = waiting
            .iter()
            .enumerate()
            .map(|(at, (due_ms, _))| (at, *due_ms))
            .min_by_key(|(_, due)| *due)?;
        (due_ms <= now_ms).then(|| waiting.remove(at).1)
    }

    /// When the earliest call is due.
    pub(super) fn next_due_ms(&self) -> Option<i64> {
        self.waiting.lock().iter().map(|(due_ms, _)| *due_ms).min()
    }

    /// Returns after the next call was added.
    pub(super) async fn added(&self) {
        self.added.notified().await;
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Late({} waiting)", self.waiting.lock().len())
    }
}
