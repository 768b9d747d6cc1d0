//! The doors' way in: many callers, few transactions.
//!
//! One background task commits whatever has gathered while the previous commit was under way. Nobody waits for a timer,
//! yet under load a hundred pushes share one disk flush. Every caller returns only after its own hint is durable.

use tokio::sync::{mpsc, oneshot};

use crate::{Hint, Store, StoreError};

/// Offers in one transaction.
const BATCH_MAX: usize = 500;
/// Offers that may wait for the next transaction; a door that finds no room waits.
const QUEUE_MAX: usize = 2_000;

/// A handle through which doors offer hints one by one. Clones share one background task.
#[derive(Clone, Debug)]
pub struct Offers {
    queue: mpsc::Sender<Waiting>,
}

/// A hint, its time, and who waits for it.
#[derive(Debug)]
struct Waiting {
    hint: Hint,
    now_ms: i64,
    durable: oneshot::Sender<Result<(), StoreError>>,
}

impl Store {
    /// A handle for doors, with its own background task in the current tokio runtime; take one and clone it. The task
    /// ends when all clones are gone.
    #[must_use]
    pub fn offers(&self) -> Offers {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(commit_in_groups(self.clone(), waiting));
        Offers { queue }
    }
}

impl Offers {
    /// Offers one hint; returns once it is durable.
    pub async fn offer(&self, hint: Hint, now_ms: i64) -> Result<(), StoreError> {
        let (durable, answer) = oneshot::channel();
        self.queue.send(Waiting { hint, now_ms, durable }).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

/// The task is gone only when its runtime is being torn down.
fn ended() -> StoreError {
    StoreError::Unreachable("the program is ending".into())
}

async fn commit_in_groups(store: Store, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let hints: Vec<Hint> = batch.iter().map(|one| one.hint.clone()).collect();
        let now_ms = batch.iter().map(|one| one.now_ms).max().unwrap_or_default();
        let outcome = store.offer(&hints, now_ms).await;
        for one in batch.drain(..) {
            let answer = match &outcome {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::Unreachable(error.to_string().into())),
            };
            // Whoever no longer waits has gone away; the hint stays.
            drop(one.durable.send(answer));
        }
    }
}
