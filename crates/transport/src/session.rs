//! The one credential of a connection, obtained by one call at a time however many wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::BoxFuture;
use crate::dialect::Credential;
use crate::error::CallError;
use crate::limits::SIGN_IN_REFUSED_MS;

/// A credential with the number of the sign-in that gave it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) credential: Credential,
    pub(crate) generation: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Session {
    state: Mutex<State>,
    /// Sign-ins that have ended, read before waiting for the lock: if it moved meanwhile, the outcome is ours too.
    ended: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Arc<Held>>,
    failure: Option<Failure>,
}

#[derive(Debug)]
struct Failure {
    error: CallError,
    at: Timestamp,
}

impl Session {
    /// The current credential. `refused` is the generation that the peer no longer accepts; it is not given out again.
    pub(crate) async fn credential<'a>(
        &self,
        refused: Option<u64>,
        now: Timestamp,
        sign_in: impl FnOnce() -> BoxFuture<'a, Result<Credential, CallError>>,
    ) -> Result<Arc<Held>, CallError> {
        let ended_before = self.ended.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(held) = state.held.as_ref().filter(|held| Some(held.generation) != refused) {
            return Ok(Arc::clone(held));
        }
        let shared = self.ended.load(Ordering::Acquire) != ended_before;
        if let Some(failure) = state.failure.as_ref().filter(|failure| shared || failure.is_fresh(now)) {
            return Err(failure.error.clone());
        }
        state.held = None;
        let outcome = sign_in().await;
        let generation = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        match outcome {
            Ok(credential) => {
                let held = Arc::new(Held { credential, generation });
                *state = State { held: Some(Arc::clone(&held)), failure: None };
                Ok(held)
            }
            Err(error) => {
                state.failure = Some(Failure { error: error.clone(), at: now });
                Err(error)
            }
        }
    }
}

impl Failure {
    /// Only a refusal is remembered: repeating it locks users out, while a lost connection may be back at once.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age_ms = now.as_millisecond() - self.at.as_millisecond();
        matches!(self.error, CallError::Auth { .. }) && (0..SIGN_IN_REFUSED_MS).contains(&age_ms)
    }
}
