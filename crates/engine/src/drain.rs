//! Due hints through rounds, several rounds at once, until there is nothing left to do or it is time to stop.

mod places;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use entente_store::{DueHint, RoundCommit};
use tokio_util::sync::CancellationToken;

use self::places::Places;

use crate::{
    dispatch::{Dispatched, dispatch},
    error::EngineError,
    limits::{BACKOFF_MAX_MS, BEHIND_EVERY_MS, DUE_HINTS_MAX},
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

/// The rounds of an org while they are drained.
struct Draining<'a> {
    until: Until<'a>,
    places: Places,
    /// When all due hints were last looked through, not only the first.
    behind_ms: i64,
}

impl Worker {
    /// Takes due hints through rounds until it is over. Rounds that are under way are always finished.
    pub(crate) async fn drain(self: &Arc<Self>, until: Until<'_>) -> Result<(), EngineError> {
        let mut draining = Draining { until, places: Places::default(), behind_ms: i64::MIN };
        let mut failed: Option<EngineError> = None;
        loop {
            let stopping = failed.is_some() || draining.until.is_stopped();
            let turn = if stopping { Ok(Turn::Over) } else { self.turn(&mut draining).await };
            let pause = match turn {
                Ok(Turn::Wait(pause)) => pause,
                Ok(Turn::Over) if draining.places.is_empty() => return failed.map_or(Ok(()), Err),
                Ok(Turn::Over) => Duration::MAX,
                Err(error) => {
                    failed = failed.or(Some(error));
                    continue;
                }
            };
            let Draining { until, places, .. } = &mut draining;
            tokio::select! {
                ended = places.ended() => failed = failed.or(ended),
                () = self.wake.notified(), if !stopping => {}
                () = self.outside().clock.sleep(pause), if pause != Duration::MAX => {}
                () = until.stopped(), if !stopping => {}
            }
        }
    }

    /// Begins as many rounds as there are places for, and says how long there is nothing to begin.
    async fn turn(self: &Arc<Self>, draining: &mut Draining<'_>) -> Result<Turn, EngineError> {
        // What comes due while rounds are formed is neither in one of them nor left over: it is met next time.
        let now_ms = self.outside().now_ms();
        let all = self.sites();
        let free: BTreeSet<&str> =
            all.iter().map(String::as_str).filter(|site| draining.places.wants_more(site)).collect();
        let mut idle = false;
        if !free.is_empty() {
            let is_time = now_ms >= draining.behind_ms.saturating_add(BEHIND_EVERY_MS);
            let behind = draining.places.is_empty() || is_time;
            let rounds = self.next_rounds(&free, behind).await?;
            if behind {
                draining.behind_ms = now_ms;
            }
            idle = rounds.is_empty();
            rounds.into_iter().for_each(|round| self.begin(&mut draining.places, round));
        }
        let next_ms = self.store().next_due_ms(&self.org.name).await?;
        let is_busy = !draining.places.is_empty();
        let in_ms = match next_ms {
            // What is due and in no round waits for one that is, or is not for this worker.
            Some(due_ms) if due_ms <= now_ms && is_busy && all.len() > 1 => BEHIND_EVERY_MS,
            Some(due_ms) if due_ms <= now_ms && (is_busy || idle) => i64::MAX,
            Some(due_ms) => (due_ms - now_ms).max(1),
            None => i64::MAX,
        };
        let is_later = |deadline_ms: i64| next_ms.is_none_or(|due_ms| due_ms <= now_ms || due_ms > deadline_ms);
        match draining.until {
            Until::Quiet { deadline_ms } if idle && !is_busy && is_later(deadline_ms) => Ok(Turn::Over),
            _ => Ok(Turn::Wait(Duration::from_millis(in_ms.min(BACKOFF_MAX_MS).unsigned_abs()))),
        }
    }

    /// The sites of this org's items.
    pub(crate) fn sites(&self) -> BTreeSet<String> {
        self.wiring.items_of(&self.org.name).map(|wired| wired.site.name.clone()).collect()
    }

    fn begin(self: &Arc<Self>, places: &mut Places, round: Round) {
        let site = round.wired.site.name.clone();
        if !places.has_room(&site) {
            return self.leave(&round);
        }
        let worker = self.clone();
        places.begin(&site, async move { worker.one(round).await });
    }

    /// Rounds with these sites for what is due; `behind` the hints of others too, however many those are.
    pub(crate) async fn next_rounds(&self, sites: &BTreeSet<&str>, behind: bool) -> Result<Vec<Round>, EngineError> {
        let (mut skipped, now_ms) = (0, self.outside().now_ms());
        let mut rounds: Vec<Round> = Vec::new();
        self.age_hints(now_ms).await?;
        loop {
            let due = self.store().due_behind(&self.org.name, now_ms, skipped, DUE_HINTS_MAX).await?;
            let n_due = due.len();
            let (found, n_gone) = self.rounds_of(due).await?;
            skipped += n_due - n_gone;
            for round in found {
                match sites.contains(round.wired.site.name.as_str()) {
                    true => rounds.push(round),
                    false => self.leave(&round),
                }
            }
            let has_round = |site: &&str| rounds.iter().any(|round| round.wired.site.name == **site);
            let enough = match self.only_item {
                // Other items' hints, which stay, must not hide those of the one item that is asked for.
                Some(_) => !rounds.is_empty(),
                None if behind => sites.iter().all(has_round),
                // What rests now may have hidden what does not.
                None => !rounds.is_empty() || n_gone == 0,
            };
            if enough || n_due < DUE_HINTS_MAX {
                return Ok(rounds);
            }
        }
    }

    /// Rounds for due hints, and how many of the hints are not due any more.
    async fn rounds_of(&self, due: Vec<DueHint>) -> Result<(Vec<Round>, usize), EngineError> {
        if due.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let Dispatched { rounds, needless, n_resting } = dispatch(self, &self.wiring, due).await?;
        let n_needless = needless.len();
        if n_needless > 0 {
            let done = needless.into_iter().map(|ticket| (ticket.key, ticket.seq)).collect();
            let commit = RoundCommit { hints_done: done, ..RoundCommit::default() };
            self.commit(&commit, self.outside().now_ms()).await?;
        }
        Ok((rounds, n_needless + n_resting))
    }

    /// Gives back what a round took that is not begun.
    pub(crate) fn leave(&self, round: &Round) {
        for unit in &round.units {
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
