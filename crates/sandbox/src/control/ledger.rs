//! The books: calls by route and status, the last calls one by one, and every field that a call changed.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

/// Calls kept one by one.
const CALLS_KEPT: usize = 10_000;
/// Written fields kept; far above what a first load of 10,000 records writes.
const WRITES_KEPT: usize = 1_000_000;

/// One field that a call changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Write {
    /// Method and route template of the call.
    pub route: String,
    /// Id or key of the record.
    pub record: String,
    /// The field, or a word such as `(created)` for what is no field.
    pub field: String,
    /// Its value before.
    pub before: Value,
    /// Its value after.
    pub after: Value,
    /// User name or e-mail of who made the call.
    pub by: String,
}

/// A write, and when it took effect by the side's clock.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Logged {
    pub(super) at: Timestamp,
    #[serde(flatten)]
    pub(super) write: Write,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Called {
    pub(super) method: String,
    pub(super) route: String,
    /// 0: the connection was cut without an answer.
    pub(super) status: u16,
    pub(super) ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    total: u64,
    by_route: BTreeMap<String, u64>,
    by_status: BTreeMap<String, u64>,
    last: VecDeque<Called>,
    writes: VecDeque<Logged>,
}

impl Ledger {
    pub(super) fn call(&mut self, call: Called) {
        self.total += 1;
        *self.by_route.entry(format!("{} {}", call.method, call.route)).or_default() += 1;
        let status = if call.status == 0 { "reset".to_owned() } else { call.status.to_string() };
        *self.by_status.entry(status).or_default() += 1;
        keep(&mut self.last, call, CALLS_KEPT);
    }

    pub(super) fn write(&mut self, at: Timestamp, write: Write) {
        keep(&mut self.writes, Logged { at, write }, WRITES_KEPT);
    }

    pub(super) fn writes(&self) -> impl Iterator<Item = &Logged> {
        self.writes.iter()
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The answer of `GET /__sandbox/calls`, with the last `n_last` calls.
    pub(super) fn report(&self, n_last: usize) -> Value {
        let skipped = self.last.len().saturating_sub(n_last);
        json!({
            "total": self.total,
            "by_route": self.by_route,
            "by_status": self.by_status,
            "last": self.last.iter().skip(skipped).collect::<Vec<_>>(),
        })
    }

    pub(super) fn reset_calls(&mut self) {
        let writes = std::mem::take(&mut self.writes);
        *self = Self { writes, ..Self::default() };
    }
}

fn keep<T>(ring: &mut VecDeque<T>, item: T, n_max: usize) {
    if ring.len() == n_max {
        ring.pop_front();
    }
    ring.push_back(item);
}
