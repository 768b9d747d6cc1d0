//! What time it is in the sandbox.
//!
//! A clock is a base (the machine's time, or a hand that only a simulation moves) plus an offset. Clones share both;
//! [`Clock::side`] shares the base but has an offset of its own, so that Salesforce and Jira can disagree about the
//! time as two real vendors do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

/// A source of time that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Arc<Base>,
    offset_ms: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Base {
    /// `None`: the machine's time.
    hand_ms: Option<AtomicI64>,
    moved: Notify,
}

impl Clock {
    /// The machine's time.
    pub fn real() -> Self {
        Self::over(None)
    }

    /// A clock that stands still at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self::over(Some(AtomicI64::new(start.as_millisecond())))
    }

    fn over(hand_ms: Option<AtomicI64>) -> Self {
        let base = Base { hand_ms, moved: Notify::new() };
        Self { base: Arc::new(base), offset_ms: Arc::default() }
    }

    /// A clock over the same base whose offset is its own.
    pub fn side(&self) -> Self {
        let offset_ms = AtomicI64::new(self.offset_ms.load(Ordering::Relaxed));
        Self { base: self.base.clone(), offset_ms: Arc::new(offset_ms) }
    }

    /// Now, in milliseconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "the sandbox has a clock of its own; it uses none of our crates")]
    pub fn now_ms(&self) -> i64 {
        let base_ms = match &self.base.hand_ms {
            Some(hand_ms) => hand_ms.load(Ordering::Relaxed),
            None => Timestamp::now().as_millisecond(),
        };
        base_ms + self.offset_ms.load(Ordering::Relaxed)
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        // Out of range only after moving the clock by ten thousand years.
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::MAX)
    }

    /// Moves this side's time only; negative goes back.
    pub fn shift(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
        self.base.moved.notify_waiters();
    }

    /// How far this side's time was shifted.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// Moves the hand of a manual clock, for every clock that shares it. The machine's time does not obey: no effect.
    pub fn advance(&self, by: Duration) {
        if let Some(hand_ms) = &self.base.hand_ms {
            hand_ms.fetch_add(whole_ms(by), Ordering::Relaxed);
            self.base.moved.notify_waiters();
        }
    }

    /// Lets `time` go by: waits by the machine's time, moves the hand of a manual clock at once.
    #[expect(clippy::disallowed_methods, reason = "the sandbox has a clock of its own; it uses none of our crates")]
    pub async fn pass(&self, time: Duration) {
        match self.base.hand_ms {
            Some(_) => self.advance(time),
            None => tokio::time::sleep(time).await,
        }
    }

    /// Waits until the clock shows `due_ms`; somebody else moves a manual clock.
    #[expect(clippy::disallowed_methods, reason = "the sandbox has a clock of its own; it uses none of our crates")]
    pub async fn until(&self, due_ms: i64) {
        loop {
            let moved = self.base.moved.notified();
            let left_ms = due_ms - self.now_ms();
            if left_ms <= 0 {
                return;
            }
            if self.base.hand_ms.is_some() {
                moved.await;
                continue;
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(Duration::from_millis(left_ms.unsigned_abs())) => {}
            }
        }
    }
}

fn whole_ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_shifts_alone_and_the_hand_moves_both() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let (salesforce, jira) = (clock.side(), clock.side());
        salesforce.shift(-5_000);
        clock.advance(Duration::from_secs(60));
        assert_eq!((salesforce.now_ms(), jira.now_ms(), clock.now_ms()), (55_000, 60_000, 60_000));
    }

    #[tokio::test]
    async fn until_returns_when_the_hand_passes_the_time() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.until(1_000).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_secs(1));
        waiting.await.expect("the waiter ends");
    }
}
