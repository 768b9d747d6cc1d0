//! Hints into plans, plans into writes: safely, and in batches.
//!
//! # One change, from push to write
//! 1. [`intake`]: a webhook, or an outbound message, becomes a hint: "look at this record". Pollers ([`poll`]) and the
//!    full look ([`look`]) offer the same hints; a lost push changes latency, never the result.
//! 2. `entente_store` keeps one row per record, however often it was offered.
//! 3. [`dispatch`]: the worker that holds the org's lease takes due hints, joins them to links, and forms rounds.
//! 4. [`round`]: reads both sides now, asks `entente_core::plan` what should happen, fetches what the plans still want,
//!    and stops if half of the records are suddenly missing.
//! 5. [`apply`]: carries the plans out. It is the only code here that changes records.
//! 6. One transaction commits what was achieved: bases, links, journal, and the hints that are done.
//!
//! This crate never decides what should be written (that is `core`), and remembers nothing of its own (that is `store`).

mod access;
mod activation;
mod alerts;
mod apply;
mod catalogue;
mod delivery;
mod dispatch;
mod doctor;
mod drain;
mod engine;
mod error;
mod folders;
mod forget;
mod identity;
mod inspection;
mod intake;
mod items;
mod limits;
mod links;
mod look;
mod outside;
mod poll;
mod preview;
mod related;
mod remedy;
mod report;
mod round;
mod scheme;
mod setup;
mod standing;
mod status;
#[cfg(feature = "simulation")]
mod steps;
mod sync;
mod threads;
mod translate;
mod trial;
mod unit;
mod verify;
mod wiring;
mod worker;
mod workflow;

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
};

use entente_store::{Fence, Offers, Store};
use entente_transport::Tenure;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, broadcast};

pub use access::form::{Approval, FormRequest, RequestTold};
pub use access::remedy::{AccessWish, DomainChanged, DomainTold, GrantFilter, GrantTold, OrganizationTold, PersonTold};
pub use activation::Activation;
pub use catalogue::site::{CatalogueProject, CatalogueType, IssueField, IssueFields, IssueTypes, Projects};
pub use catalogue::{Catalogue, CatalogueField, CatalogueObject, ObjectFields, ObjectGroup};
pub use doctor::rights::{ObjectRights, OrgRights, Rights, SiteRights};
pub use engine::{Engine, SyncOptions};
pub use entente_store::Entry as JournalEntry;
pub use error::{EngineError, Unfinished};
pub use identity::Identity;
pub use inspection::{Inspection, InspectionTold, InspectionWish, Seen, Sighting, Step};
pub use intake::IntakeError;
pub use items::{ItemRow, Items, JiraScope, LatestSync, SalesforceSource};
pub use links::{Card, Copies, End, Found, FoundRecord, Panel, PanelCard, Relinked, Said, SaidState, SeenIssue, Shown};
pub use outside::{Outside, Wires};
pub use remedy::{
    Candidate, CandidateField, ConflictSide, DecisionTold, Explanation, Match, MatchState, OpenConflict, ParkedWork,
    Pick, Retry, Undo, UndoReport, Undone, Wish,
};
pub use report::{
    AccessStatus, Actions, ConfigurationInUse, ConnectionStatus, Difference, DifferenceWhy, DryRun, Event,
    FieldLeftAlone, Finding, Incomplete, ItemStatus, PerSide, PlannedConflict, PlannedNote, PlannedWrite, Progress,
    QuotaStatus, Status, SyncReport, VerifyReport, Waiting,
};
#[cfg(feature = "simulation")]
pub use steps::{Round, Steps};
pub use trial::{Expected, Trial, TrialField, TrialOutcome, TrialRecord};

/// What all parts of one engine share.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) offers: Offers,
    pub(crate) outside: Outside,
    pub(crate) wiring: RwLock<Arc<wiring::Wiring>>,
    /// Who holds our leases.
    pub(crate) owner: String,
    /// Units in rounds that are under way.
    pub(crate) in_flight: AtomicU64,
    seats: Mutex<HashMap<String, Seat>>,
    events: broadcast::Sender<Event>,
}

/// What all who work on one org in this process share, one after the other or at once: the lease, and what is being
/// worked on.
#[derive(Clone, Default)]
pub(crate) struct Seat {
    pub(crate) wake: Arc<Notify>,
    /// Told when somebody asked for portal access.
    pub(crate) access_wake: Arc<Notify>,
    pub(crate) access_health: Arc<access::health::AccessHealth>,
    pub(crate) busy: Arc<dispatch::Busy>,
    pub(crate) fence: Arc<Mutex<Option<Fence>>>,
    pub(crate) tenure: Tenure,
    pub(crate) standing: Arc<standing::Standing>,
}

impl Inner {
    pub(crate) fn seat(&self, org: &str) -> Seat {
        self.seats.lock().entry(org.to_owned()).or_default().clone()
    }

    /// Wakes the worker of an org.
    pub(crate) fn wake(&self, org: &str) -> Arc<Notify> {
        self.seat(org).wake
    }

    pub(crate) fn wiring(&self) -> Arc<wiring::Wiring> {
        self.wiring.read().clone()
    }

    /// Tells those who watch; nobody has to.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}
