//! Why the engine cannot do what it was asked, in sentences for people.

use std::time::Duration;

use entente_store::StoreError;
use entente_transport::CallError;

use crate::report::SyncReport;

/// A failure that concerns more than one record.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A peer did not do what was asked.
    #[error("connection {connection}: {error}")]
    Peer {
        /// The connection's name.
        connection: String,
        /// What happened.
        error: CallError,
    },
    /// A connection cannot even be set up.
    #[error("connection {connection}: {reason}")]
    Connection {
        /// The connection's name.
        connection: String,
        /// Why.
        reason: String,
    },
    /// An item names something that its org or site does not have.
    #[error("item {item}: {reason}")]
    Item {
        /// The item's name.
        item: String,
        /// What, and what to do.
        reason: String,
    },
    /// There is no such item.
    #[error("there is no item \"{0}\" in this configuration")]
    NoSuchItem(String),
    /// What a person named is not there.
    #[error("{0}")]
    Missing(String),
    /// What a person gave makes no sense here.
    #[error("{0}")]
    Unfit(String),
    /// What a person asked for does not apply as things are.
    #[error("{0}")]
    Declined(String),
    /// A fault of this program.
    #[error("a round broke off, which is a defect of Entente; nothing is lost, and it is tried again: {0}")]
    Defect(String),
    /// Another worker owns the org.
    #[error("org {org} is being worked on by {holder}")]
    Leased {
        /// The Salesforce connection.
        org: String,
        /// The other process: its number, its machine, and when it was started.
        holder: String,
    },
}

/// A `sync` that a part of it kept from its end: the first failure, and what was done all the same.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unfinished {
    /// Why it did not come to its end.
    pub error: EngineError,
    /// What it did.
    pub done: Box<SyncReport>,
}

impl From<EngineError> for Unfinished {
    fn from(error: EngineError) -> Self {
        Self { error, done: Box::default() }
    }
}

impl EngineError {
    /// Whether what a configuration names may not be as it was looked up: then it is looked up anew.
    pub(crate) fn is_about_names(&self) -> bool {
        match self {
            Self::Item { .. } | Self::Connection { .. } => true,
            Self::Peer { error, .. } => matches!(error, CallError::Invalid { .. } | CallError::Gone { .. }),
            Self::Store(_)
            | Self::NoSuchItem(_)
            | Self::Missing(_)
            | Self::Unfit(_)
            | Self::Declined(_)
            | Self::Defect(_)
            | Self::Leased { .. } => false,
        }
    }

    /// For a failure that passes by itself: how long the peer wants to be left alone.
    pub(crate) fn passes_after(&self) -> Option<Duration> {
        let Self::Peer { error, .. } = self else { return None };
        match error {
            CallError::Throttled { after, .. } => Some(*after),
            CallError::NotApplied { after, .. } => Some(after.unwrap_or_default()),
            CallError::Ambiguous { .. }
            | CallError::Auth { .. }
            | CallError::Denied { .. }
            | CallError::Stale { .. }
            | CallError::Gone { .. }
            | CallError::Invalid { .. }
            | CallError::Broken { .. } => None,
        }
    }

    /// Names the connection that a call failed on.
    pub(crate) fn peer(connection: &str) -> impl FnOnce(CallError) -> Self + '_ {
        move |error| Self::Peer { connection: connection.to_owned(), error }
    }
}
