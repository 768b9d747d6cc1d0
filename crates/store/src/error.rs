//! What can go wrong with the store, by what the caller can do about it. No message carries a password: a database URL
//! is never part of one.

use std::path::PathBuf;

use entente_core::Side;

// Where a failure came from, kept for logs.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process works in this directory.
    #[error("{} is in use by {}", dir.display(), process(*pid))]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The process that holds it; `None` in the instant before it has written its id.
        pid: Option<u32>,
    },
    /// The directory lies on a network file system, where SQLite's locks do not hold.
    #[error("{} lies on a network file system ({kind}), where SQLite may lose data; choose a local disk", dir.display())]
    NetworkDisk {
        /// The data directory.
        dir: PathBuf,
        /// The file system's name.
        kind: String,
    },
    /// The lease of this org went to another worker: nothing was written; stop working on the org.
    #[error("the lease of {org} was lost to another worker; nothing was written")]
    Fenced {
        /// The Salesforce connection.
        org: String,
    },
    /// One end of a new link is linked already under the same item: nothing was written.
    #[error("{record_id} is linked already under {item}, by link {holder}; nothing was written")]
    LinkTaken {
        /// The item.
        item: String,
        /// Which end is taken.
        side: Side,
        /// The record that is linked already.
        record_id: String,
        /// The link that holds it.
        holder: i64,
    },
    /// The database cannot be reached or written now; the same call may work later.
    #[error("the database does not answer: {0}")]
    Unreachable(#[source] Source),
    /// The database cannot grow: nothing of this call was written; the same call works once there is room.
    #[error("there is no room left for the database: {0}")]
    Full(#[source] Source),
    /// Other writers stood in the way each time it was tried; the same call may work at once.
    #[error("the database is busy: {0}")]
    Busy(#[source] Source),
    /// The database is damaged or holds something that this program did not write: restore a backup.
    #[error("the database is damaged: {0}")]
    Corrupt(#[source] Source),
    /// The database was written by a newer version of Entente, or cannot be brought to this one.
    #[error("the database cannot be brought to this version of Entente: {0}")]
    Migration(#[source] Source),
    /// The database URL makes no sense. The URL is not repeated here: it may hold a password.
    #[error("the database URL is not of the form postgres://user:password@host/database")]
    BadUrl,
    /// What should be restored is no backup, or cannot be.
    #[error("{} cannot be restored: {reason}", path.display())]
    NoBackup {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is a database in this directory already.
    #[error("there is a database in {} already", dir.display())]
    Occupied {
        /// The data directory.
        dir: PathBuf,
    },
    /// A file or directory could not be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refused a statement: a fault of this program.
    #[error("the database refused a statement: {0}")]
    Refused(#[source] Source),
}

fn process(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}
