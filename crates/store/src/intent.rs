//! The durable announcement of a create, written before the call that makes it: what keeps a lost answer from becoming
//! a second twin.

use entente_core::Side;

use crate::{Fence, Store, StoreError};

/// How far a create has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// Announced; the call has not been sent, for sure.
    Planned,
    /// The call may have been sent: its outcome is unknown until it is probed.
    Sent,
}

/// A create to announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    /// The operation id, which the created object will carry.
    pub op_id: String,
    /// The item.
    pub item: String,
    /// Where something will be created.
    pub side: Side,
    /// The record on the other side that wants a twin.
    pub source_id: String,
    /// The highest issue number known before the call, from which a probe starts.
    pub probe_floor: Option<i64>,
    /// A fingerprint of what will be sent.
    pub payload_hash: String,
}

/// A create whose end is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What was announced.
    pub new: NewIntent,
    /// The Salesforce connection.
    pub org: String,
    /// How far it has come.
    pub state: IntentState,
    /// When it was announced.
    pub created_ms: i64,
    /// When it was last sent.
    pub sent_ms: Option<i64>,
    /// Until when a request that was lost may still take effect.
    pub settle_until_ms: Option<i64>,
    /// How often it was sent.
    pub attempts: u32,
    /// The epoch of the worker that last touched it.
    pub epoch: i64,
}

impl Store {
    /// Announces creates; answers in the order asked. A record that has an open intent already (same item, side and
    /// source) keeps that one, and gets it as its answer: same operation, same id.
    pub async fn plan_intents(&self, fence: &Fence, intents: &[NewIntent], now_ms: i64) -> Result<Vec<Intent>, StoreError> {
        let _ = (fence, intents, now_ms);
        todo!()
    }

    /// Notes that the calls are about to be sent. Must return before they are.
    pub async fn mark_sent(&self, fence: &Fence, op_ids: &[String], now_ms: i64, settle_until_ms: i64) -> Result<(), StoreError> {
        let _ = (fence, op_ids, now_ms, settle_until_ms);
        todo!()
    }

    /// All creates of an org whose end is not known, oldest first.
    pub async fn open_intents(&self, org: &str) -> Result<Vec<Intent>, StoreError> {
        let _ = org;
        todo!()
    }
}
