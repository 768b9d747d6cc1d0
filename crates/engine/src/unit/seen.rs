//! One side of a unit as it was read.

use std::collections::BTreeMap;

use entente_core::{Record, State};
use jiff::Timestamp;

/// One side as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) state: State,
    pub(crate) version: Option<String>,
    /// When the read began, by the peer's clock.
    pub(crate) read_ms: i64,
    /// When the record was last changed, by the peer's clock.
    pub(crate) modified: Option<Timestamp>,
    pub(crate) created: Option<Timestamp>,
    /// Jira: the key it has now.
    pub(crate) key: Option<String>,
    /// Jira: the key by which it was found, when that is an older one.
    pub(crate) former_key: Option<String>,
    /// Salesforce: who changed it last.
    pub(crate) modified_by: Option<String>,
    /// Salesforce: what people call the record, such as `Case 00001007`.
    pub(crate) name: Option<String>,
    /// Jira: the Salesforce record that our own marker names.
    pub(crate) marked: Option<String>,
    /// The operation by which Entente created the record.
    pub(crate) operation: Option<String>,
    /// Jira: what the issue is, when it is not of the item's project and type.
    pub(crate) out_of_scope: Option<String>,
    /// Salesforce: the record that it was merged into.
    pub(crate) merged_into: Option<String>,
    /// Salesforce: what a converted lead became, by object.
    pub(crate) became: Option<BTreeMap<&'static str, String>>,
    /// It is gone, and that was seen to happen: by an event, or in the recycle bin.
    pub(crate) deletion_seen: bool,
    /// Jira: what the link's id means now is not what was linked.
    pub(crate) is_renumbered: bool,
}

impl Seen {
    pub(crate) fn absent(state: State) -> Self {
        Self {
            state,
            version: None,
            read_ms: 0,
            modified: None,
            created: None,
            key: None,
            former_key: None,
            modified_by: None,
            name: None,
            marked: None,
            operation: None,
            out_of_scope: None,
            merged_into: None,
            became: None,
            deletion_seen: false,
            is_renumbered: false,
        }
    }

    pub(crate) fn record(&self) -> Option<&Record> {
        self.state.present()
    }
}
