//! Due hints through rounds, several rounds at once, until there is nothing left to do or it is time to stop.

use std::{sync::Arc, time::Duration};

use entente_store::{DueHint, RoundCommit};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    dispatch::{Dispatched, dispatch},
    error::EngineError,
    limits::{BACKOFF_MAX_MS, DUE_HINTS_MAX, ROUNDS_IN_FLIGHT_MAX},
    unit::Round,
    worker::Worker,
};

/// When the rounds of an org are over.
pub(crate) enum Until<'a> {
    /// No hint is due, and none comes due before this time.
    Quiet { deadline_ms: i64 },
    /// Told to stop.
    Stopped(&'a CancellationToken),
}

/// What to do next.
enum Turn {
    /// Nothing is left.
    Over,
    /// Wait so long, or until something happens.
    Wait(Duration),
}

type Rounds = JoinSet<Result<(), EngineError>>;

impl Worker {
    /// Takes due hints through rounds until it is over. Rounds that are under way are always finished.
    ///
    /// Rounds are tasks of their own: one that waits inside a transaction must go on while this loop waits for the store.
    pub(crate) async fn drain(self: &Arc<Self>, until: Until<'_>) -> Result<(), EngineError> {
        let mut running = Rounds::new();
        let mut failed: Option<EngineError> = None;
        loop {
            let stopping = failed.is_some() || until.is_stopped();
            let turn = if stopping { Ok(Turn::Over) } else { self.turn(&until, &mut running).await };
            let pause = match turn {
                Ok(Turn::Wait(pause)) => pause,
                Ok(Turn::Over) if running.is_empty() => return failed.map_or(Ok(()), Err),
                Ok(Turn::Over) => Duration::MAX,
                Err(error) => {
                    failed = failed.or(Some(error));
                    continue;
                }
            };
            tokio::select! {
                Some(ended) = running.join_next(), if !running.is_empty() => failed = failed.or(failure(ended)),
                () = self.wake.notified(), if !stopping => {}
                () = self.outside().clock.sleep(pause), if pause != Duration::MAX => {}
                () = until.stopped(), if !stopping => {}
            }
        }
    }

    /// Begins as many rounds as there are places for, and says how long there is nothing to begin.
    async fn turn(self: &Arc<Self>, until: &Until<'_>, running: &mut Rounds) -> Result<Turn, EngineError> {
        // What comes due while rounds are formed is neither in one of them nor left over: it is met next time.
        let now_ms = self.outside().now_ms();
        // Asking for more only when half of the places are free lets hints gather into full rounds.
        let mut idle = false;
        if running.len() <= ROUNDS_IN_FLIGHT_MAX / 2 {
            let mut rounds = self.next_rounds().await?;
            idle = rounds.is_empty();
            for surplus in rounds.drain((ROUNDS_IN_FLIGHT_MAX - running.len()).min(rounds.len())..) {
                self.leave(&surplus);
            }
            for round in rounds {
                let worker = self.clone();
                running.spawn(async move { worker.one(round).await });
            }
        }
        let next_ms = self.store().next_due_ms(&self.org.name).await?;
        let in_ms = match next_ms {
            // What is due and in no round waits for one that is, or is not for this worker.
            Some(due_ms) if due_ms <= now_ms && (!running.is_empty() || idle) => i64::MAX,
            Some(due_ms) => (due_ms - now_ms).max(1),
            None => i64::MAX,
        };
        let is_later = |deadline_ms: i64| next_ms.is_none_or(|due_ms| due_ms <= now_ms || due_ms > deadline_ms);
        match until {
            Until::Quiet { deadline_ms } if idle && running.is_empty() && is_later(*deadline_ms) => Ok(Turn::Over),
            _ => Ok(Turn::Wait(Duration::from_millis(in_ms.min(BACKOFF_MAX_MS).unsigned_abs()))),
        }
    }

    pub(crate) async fn next_rounds(&self) -> Result<Vec<Round>, EngineError> {
        let (mut skipped, now_ms) = (0, self.outside().now_ms());
        loop {
            let due = self.store().due_behind(&self.org.name, now_ms, skipped, DUE_HINTS_MAX).await?;
            let n_due = due.len();
            let (rounds, n_needless) = self.rounds_of(due).await?;
            skipped += n_due - n_needless;
            // Other items' hints, which stay, must not hide those of the one item that is asked for.
            if !rounds.is_empty() || self.only_item.is_none() || n_due < DUE_HINTS_MAX {
                return Ok(rounds);
            }
        }
    }

    /// Rounds for due hints, and how many of the hints were done with at once.
    async fn rounds_of(&self, due: Vec<DueHint>) -> Result<(Vec<Round>, usize), EngineError> {
        if due.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let Dispatched { rounds, needless } = dispatch(self, &self.wiring, due).await?;
        let n_needless = needless.len();
        if n_needless > 0 {
            let done = needless.into_iter().map(|ticket| (ticket.key, ticket.seq)).collect();
            let commit = RoundCommit { hints_done: done, ..RoundCommit::default() };
            self.store().commit(&self.fence()?, &commit, self.outside().now_ms()).await?;
        }
        Ok((rounds, n_needless))
    }

    /// Gives back what a round took that is not begun.
    pub(crate) fn leave(&self, round: &Round) {
        for unit in &round.units {
            unit.tickets.iter().for_each(crate::unit::Ticket::put_off);
            self.busy.release(unit, &round.wired.org.name, &round.wired.site.name);
        }
    }
}

impl Until<'_> {
    fn is_stopped(&self) -> bool {
        matches!(self, Self::Stopped(stop) if stop.is_cancelled())
    }

    async fn stopped(&self) {
        match self {
            Self::Stopped(stop) => stop.cancelled().await,
            Self::Quiet { .. } => std::future::pending().await,
        }
    }
}

/// A round that panicked is a defect of this program: it is told, and it is no reason to stop all others for good.
fn failure(ended: Result<Result<(), EngineError>, JoinError>) -> Option<EngineError> {
    match ended {
        Ok(result) => result.err(),
        Err(panicked) => {
            tracing::error!("A round broke off: {panicked}");
            Some(EngineError::Defect(panicked.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_round_that_panics_is_a_defect_and_ends_nothing_else() {
        let mut running = Rounds::new();
        running.spawn(async { panic!("of a test") });
        let ended = running.join_next().await.expect("one round");
        assert!(matches!(failure(ended), Some(EngineError::Defect(what)) if what.contains("of a test")));
        assert!(failure(Ok(Ok(()))).is_none());
    }
}
