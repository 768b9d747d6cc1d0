//! The ledger of a history: what the network carried and did, which machine has the org, and who may die.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::Fault;
use crate::{gate::ActorId, history::Played};

/// What has happened: which fault met which kind of call, how often.
pub(crate) type Met = BTreeMap<(Fault, &'static str), u64>;

/// What the history and its oracles know of the network.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// How many calls in a thousand meet a fault.
    pub(crate) faults_in_a_thousand: usize,
    /// Which faults these are.
    pub(crate) faults: Vec<Fault>,
    /// Sides that are down.
    pub(crate) down: BTreeSet<&'static str>,
    pub(crate) met: Met,
    pub(crate) n_calls: u64,
    /// Every call, its fault and its answer, folded into one number.
    pub(crate) trace: u64,
    /// Calls one by one, while somebody wants to read them.
    pub(crate) told: Option<Vec<String>>,
    /// Durable writes and remote writes so far: the boundaries at which a machine may die.
    pub(crate) n_boundaries: u64,
    /// The machine that works at the boundary of this number dies before, or after, it.
    pub(crate) dies_at: Option<(u64, bool)>,
    /// What the next write meets.
    pub(crate) next_fault: Option<Fault>,
    /// What the next creation of issues meets.
    pub(crate) next_creation: Option<Fault>,
    /// A kind of call that fails each time, for a while.
    pub(crate) failing: Option<&'static str>,
    /// The machine that took the org last.
    pub(crate) owner: Option<Life>,
    /// What nobody may do at any time, as soon as somebody has done it.
    pub(crate) wrongdoing: Option<String>,
    /// The machine that is working now.
    pub(crate) life: Life,
    /// How many commits in a thousand fail, and how many machines die at one.
    pub(crate) commits_fail: usize,
    pub(crate) commits_kill: usize,
    /// What became of commits.
    pub(crate) commits: BTreeMap<&'static str, u64>,
    /// Calls that may have changed something.
    pub(crate) n_writes: u64,
    /// What befell the company, beside faults of calls and of commits.
    pub(crate) events: BTreeMap<&'static str, u64>,
    /// Writes that took effect late: what they put there may have been overwritten where it came from meanwhile.
    pub(crate) late: Vec<String>,
    /// Whether a full look is what is going on now.
    pub(crate) looks: bool,
    /// What was read and when: questions by id, and answers to full looks.
    pub(crate) reads: Vec<(i64, String)>,
    /// Calls that read or write comments.
    pub(crate) carried: Vec<Carried>,
    /// A comment was written since somebody looked at who may read what.
    pub(crate) has_carried: bool,
    /// The last call, for a history that does not end.
    pub(crate) last: String,
}

/// A call that reads or writes comments.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) ms: i64,
    pub(crate) actor: ActorId,
    pub(crate) kind: &'static str,
    pub(crate) said: String,
}

/// Whether a machine still runs. What is dead sends and stores nothing any more.
pub(crate) type Life = Arc<AtomicBool>;

impl Books {
    pub(crate) fn played(&self) -> Played {
        Played {
            failure: None,
            trace: self.trace,
            met: self.met.clone(),
            commits: self.commits.clone(),
            events: self.events.clone(),
            told: self.told.clone().unwrap_or_default(),
            n_calls: self.n_calls,
            n_boundaries: self.n_boundaries,
        }
    }

    /// A write leaves a machine: whoever has lost the org to another one sends nothing more.
    pub(super) fn leaves(&mut self, life: &Life, kind: &'static str) {
        // A machine whose own clock jumps cannot know that its lease has run out.
        if self.is_overtaken(life) && !self.events.contains_key("clock jumps") {
            let words = || format!("a machine that had lost the org sent a write: {kind}");
            self.wrongdoing.get_or_insert_with(words);
            self.tell(words);
        }
    }

    /// Whether another machine than this one has the org.
    pub(super) fn is_overtaken(&self, life: &Life) -> bool {
        self.owner.as_ref().is_some_and(|owner| !Arc::ptr_eq(owner, life))
    }

    /// A boundary is reached, or passed: whether the machine that works now is dead from here on.
    pub(crate) fn boundary(&mut self, is_after: bool) -> bool {
        self.n_boundaries += u64::from(!is_after);
        if self.dies_at == Some((self.n_boundaries, is_after)) {
            self.life.store(true, Ordering::Relaxed);
        }
        self.life.load(Ordering::Relaxed)
    }

    pub(crate) fn note(&mut self, what: &str) {
        for byte in what.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    pub(crate) fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(told) = &mut self.told {
            told.push(what());
        }
    }
}
