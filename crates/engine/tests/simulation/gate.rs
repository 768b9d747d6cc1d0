//! Who may go on: every remote call, and every wait for time, stands at the gate until the history lets it through.
//!
//! So a seed decides in which order the calls of all workers meet, and what comes in between. Nothing here sleeps: time
//! is a hand that the history moves.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use entente_sandbox::Clock as Hand;
use entente_transport::{BoxFuture, Clock};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::chance::Dice;

/// Something that runs: a round, a poll, a look, a delivery.
pub(crate) type ActorId = u64;

#[derive(Clone)]
pub(crate) struct Gate {
    inner: Arc<Mutex<Inner>>,
    /// Time for everybody; a side may be off by an offset of its own.
    pub(crate) hand: Hand,
}

#[derive(Default)]
struct Inner {
    current: ActorId,
    next: u64,
    slots: BTreeMap<u64, Slot>,
}

struct Slot {
    actor: ActorId,
    /// For a wait for time.
    due_ms: Option<i64>,
    /// What a call that may change something says.
    said: Option<Arc<str>>,
    open: bool,
    waker: Option<Waker>,
}

impl Gate {
    pub(crate) fn new(start: Timestamp) -> Self {
        Self { inner: Arc::default(), hand: Hand::manual(start) }
    }

    /// Who is running from now on.
    pub(crate) fn enter(&self, actor: ActorId) {
        self.inner.lock().current = actor;
    }

    /// Who is running now.
    pub(crate) fn current(&self) -> ActorId {
        self.inner.lock().current
    }

    /// A place in front of the gate; with a time, it opens by itself when that has come.
    pub(crate) fn wait(&self, due_ms: Option<i64>) -> Waiting {
        Waiting { gate: self.clone(), due_ms, said: None, slot: None }
    }

    /// A place for a call that may change something.
    pub(crate) fn wait_to_write(&self, said: String) -> Waiting {
        Waiting { gate: self.clone(), due_ms: None, said: Some(said.into()), slot: None }
    }

    /// Whose call that may change something stands at the gate, and what it says.
    pub(crate) fn some_write(&self) -> Option<(ActorId, Arc<str>)> {
        let inner = self.inner.lock();
        let mut waiting = inner.slots.values().filter(|slot| !slot.open);
        waiting.find_map(|slot| Some((slot.actor, slot.said.clone()?)))
    }

    /// Whether a call of an actor stands at the gate.
    pub(crate) fn has_call(&self, actor: ActorId) -> bool {
        self.inner.lock().slots.values().any(|slot| slot.is_call_of(actor))
    }

    /// Lets one of an actor's calls through; `false` when it waits for time only.
    pub(crate) fn release(&self, actor: ActorId, dice: &Dice) -> bool {
        let mut inner = self.inner.lock();
        let calls: Vec<u64> =
            inner.slots.iter().filter(|(_, slot)| slot.is_call_of(actor)).map(|(id, _)| *id).collect();
        if calls.is_empty() {
            return false;
        }
        let chosen = *dice.pick(&calls);
        if let Some(slot) = inner.slots.get_mut(&chosen) {
            slot.open();
        }
        true
    }

    /// Moves the hand; answers with the actors whose time has come.
    pub(crate) fn advance(&self, by_ms: i64) -> Vec<ActorId> {
        self.hand.advance(Duration::from_millis(by_ms.unsigned_abs()));
        let now_ms = self.hand.now_ms();
        let mut inner = self.inner.lock();
        let due = inner.slots.values_mut().filter(|slot| slot.due_ms.is_some_and(|due_ms| due_ms <= now_ms));
        let mut actors: Vec<ActorId> = due
            .map(|slot| {
                slot.open();
                slot.actor
            })
            .collect();
        actors.sort_unstable();
        actors.dedup();
        actors
    }

    /// When the next wait for time of an actor ends.
    pub(crate) fn next_due_ms(&self, actor: ActorId) -> Option<i64> {
        self.inner.lock().slots.values().filter(|slot| slot.actor == actor).filter_map(|slot| slot.due_ms).min()
    }
}

impl Slot {
    fn is_call_of(&self, actor: ActorId) -> bool {
        self.actor == actor && self.due_ms.is_none() && !self.open
    }

    fn open(&mut self) {
        self.open = true;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A place in front of the gate.
pub(crate) struct Waiting {
    gate: Gate,
    due_ms: Option<i64>,
    said: Option<Arc<str>>,
    slot: Option<u64>,
}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let gate = self.gate.clone();
        if self.due_ms.is_some_and(|due_ms| due_ms <= gate.hand.now_ms()) {
            return Poll::Ready(());
        }
        let mut inner = gate.inner.lock();
        let id = match self.slot {
            Some(id) => id,
            None => {
                let (id, actor) = (inner.next, inner.current);
                inner.next += 1;
                let (due_ms, said) = (self.due_ms, self.said.clone());
                inner.slots.insert(id, Slot { actor, due_ms, said, open: false, waker: None });
                self.slot = Some(id);
                id
            }
        };
        match inner.slots.get_mut(&id) {
            Some(slot) if !slot.open => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(id) = self.slot {
            self.gate.inner.lock().slots.remove(&id);
        }
    }
}

/// A worker's clock, which may be wrong by an offset; waiting is by the hand.
#[derive(Clone)]
pub(crate) struct SimClock {
    gate: Gate,
    face: Hand,
}

impl SimClock {
    pub(crate) fn new(gate: &Gate) -> Self {
        Self { gate: gate.clone(), face: gate.hand.side() }
    }

    pub(crate) fn shift(&self, by_ms: i64) {
        self.face.shift(by_ms);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.face.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Box::pin(self.gate.wait(Some(self.gate.hand.now_ms().saturating_add(ms))))
    }
}
