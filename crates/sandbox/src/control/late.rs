//! Calls that were answered before they took effect.

use std::fmt;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::Notify;

struct Waiting {
    made_ms: i64,
    due_ms: i64,
    call: BoxFuture<'static, ()>,
}

/// The calls that wait for their time.
#[derive(Default)]
pub(super) struct Late {
    waiting: Mutex<Vec<Waiting>>,
    added: Notify,
}

impl Late {
    pub(super) fn add(&self, made_ms: i64, due_ms: i64, call: BoxFuture<'static, ()>) {
        self.waiting.lock().push(Waiting { made_ms, due_ms, call });
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
        let (at, earliest) = waiting.iter().enumerate().min_by_key(|(_, call)| call.due_ms)?;
        (earliest.due_ms <= now_ms).then(|| waiting.remove(at).call)
    }

    /// When the earliest call is due.
    pub(super) fn next_due_ms(&self) -> Option<i64> {
        self.waiting.lock().iter().map(|call| call.due_ms).min()
    }

    /// When the oldest waiting call was made.
    pub(super) fn oldest_made_ms(&self) -> Option<i64> {
        self.waiting.lock().iter().map(|call| call.made_ms).min()
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
