//! A unit in the middle of its round: what was learned of it, what its plan asks for, and what becomes of it.

use std::collections::BTreeMap;

use entente_core::{
    Base, Known, LinkFacts, MappingKey, Plan, Side, Sides, Value, Workflow,
    likeness::Alike,
    link::Blocked,
    plan::{CORRELATION, FieldWrite, Hop, Note, NoteCode, STATUS, Write},
};
use entente_jira::IssueId;
use entente_store::{LinkId, NewEntry, Pair, ParkedClass, Sent};
use entente_transport::CallError;

use super::{Seen, Unit};
use crate::{folders::Folder, threads::Thread};

/// One unit in the middle of its round.
pub(crate) struct Work {
    pub(crate) unit: Unit,
    pub(crate) facts: LinkFacts,
    pub(crate) base: Option<Base>,
    pub(crate) seen: Sides<Seen>,
    pub(crate) plan: Plan,
    /// The base as it will be.
    pub(crate) base_next: Base,
    /// Refused writes as they will be.
    pub(crate) blocked_next: BTreeMap<MappingKey, Blocked>,
    pub(crate) notes: Vec<Note>,
    pub(crate) journal: Vec<NewEntry>,
    pub(crate) end: End,
    /// What is known of those that it is like, once that was judged.
    pub(crate) alike: Option<Alike>,
    /// The match rule by which it found its twin.
    pub(crate) alike_by: Option<String>,
    /// A look has found that it is like others, or not any more: a round judges that.
    pub(crate) is_unjudged: bool,
    /// The operation whose outcome is known now: done with the id of what was created, or failed for a reason.
    pub(crate) intent: Option<(String, Result<String, String>)>,
    /// A creation that was refused.
    pub(crate) parked: Option<Refused>,
    /// The link is dissolved, for this reason.
    pub(crate) unlinked: Option<String>,
    /// The item and the Salesforce record with which the link goes on.
    pub(crate) follows: Option<(String, String)>,
    /// Sentences about what was written, for the terminal and the page.
    pub(crate) told: Vec<String>,
    /// Nothing about the link is stored: the round was stopped before anything was learned, or before it was known what a
    /// write that it has found had replaced.
    pub(crate) stopped: bool,
    /// The stored base is not the one that the round works with: it is in another form than the item asks for, or lacks a
    /// write that was found.
    pub(crate) is_base_stale: bool,
    /// Both sides show what was agreed, so the versions that were read may mark echoes.
    pub(crate) at_rest: bool,
    /// Fields with a decision that is still to be carried out.
    pub(crate) undone: Vec<MappingKey>,
    /// When the decisions that the round knows were made.
    pub(crate) decided_ms: BTreeMap<MappingKey, i64>,
    /// Fields that show what we have written without hearing of it, with what Jira showed when they last agreed before.
    pub(crate) landed: BTreeMap<MappingKey, Value>,
    /// Writes that earlier rounds have announced and never heard of.
    pub(crate) earlier: Vec<Sent>,
    /// Those of them that have landed, as the vendor's history says.
    pub(crate) heard: Vec<Sent>,
    /// A write of this round had no answer: it may still take effect.
    pub(crate) unheard: bool,
    /// Its comments, when they have changed.
    pub(crate) thread: Option<Thread>,
    /// The note about its link, where that is asked for and not known to be there.
    pub(crate) link_note: Option<LinkNote>,
    /// Its files, when they have changed or some of them stay where they are.
    pub(crate) folder: Option<Folder>,
    /// What the vendors were asked about the fields, and the versions of which that is true.
    pub(crate) asked: Option<(Sides<Option<String>>, Known)>,
}

impl Work {
    /// Whether its plan has something to write.
    pub(crate) fn has_writes(&self) -> bool {
        !self.plan.writes.is_empty()
    }

    pub(crate) fn new(unit: Unit, seen: Sides<Seen>) -> Self {
        let blocked = unit.link.as_ref().map(|link| link.blocked.clone()).unwrap_or_default();
        Self {
            unit,
            facts: LinkFacts::default(),
            base: None,
            seen,
            plan: Plan::default(),
            base_next: Base::default(),
            blocked_next: blocked,
            notes: Vec::new(),
            journal: Vec::new(),
            end: End::Done,
            alike: None,
            alike_by: None,
            is_unjudged: false,
            intent: None,
            parked: None,
            unlinked: None,
            follows: None,
            told: Vec::new(),
            stopped: false,
            is_base_stale: false,
            at_rest: false,
            undone: Vec::new(),
            decided_ms: BTreeMap::new(),
            landed: BTreeMap::new(),
            heard: Vec::new(),
            earlier: Vec::new(),
            unheard: false,
            thread: None,
            link_note: None,
            folder: None,
            asked: None,
        }
    }

    /// A refusal by a side, which rests on that record as it is.
    pub(crate) fn refusal(&self, side: Side, value: Value, message: &str) -> Blocked {
        let version = self.seen.get(side).version.clone();
        Blocked { versions: Sides::from_view(side, version, None), ..Blocked::new(side, value, message) }
    }

    /// One that rests on what the other side shows too: nobody said which of its values are at fault.
    pub(crate) fn refusal_as_a_whole(&self, side: Side, value: Value, message: &str) -> Blocked {
        Blocked { versions: self.versions(), ..Blocked::new(side, value, message) }
    }

    /// What a side shows after a write of ours. That it has another version since is no news for what it refused before.
    pub(crate) fn shows_ours(&mut self, side: Side, seen: Seen) {
        let before = std::mem::replace(self.seen.get_mut(side), seen).version;
        let after = self.seen.get(side).version.clone();
        for blocked in self.blocked_next.values_mut() {
            let version = blocked.versions.get_mut(side);
            if version.is_some() && *version == before {
                version.clone_from(&after);
            }
        }
    }

    /// The refusals that still stand; what was refused under other circumstances, or of another version of the record, is
    /// tried again.
    pub(crate) fn standing(&self, circumstances: &Sides<String>, offered: &Workflow) -> BTreeMap<MappingKey, Blocked> {
        let versions = self.seen.as_ref().map(|seen| seen.version.as_deref());
        let status = self.seen.jira.record().and_then(|record| record.value(STATUS));
        let has_way = |blocked: &Blocked| status.is_some_and(|status| blocked.has_way(status, offered));
        let stands = |blocked: &Blocked| blocked.stands(circumstances.get(blocked.side), versions) && !has_way(blocked);
        self.blocked_next.iter().filter(|(_, b)| stands(b)).map(|(key, b)| (key.clone(), b.clone())).collect()
    }

    /// Why nobody can say whether a record without a link has a twin already: its correlation field cannot be read.
    pub(crate) fn unsure_of_twin(&self) -> Option<&Note> {
        let is_correlation = |key: &MappingKey| key.as_str() == CORRELATION;
        let unread = |note: &&Note| note.code == NoteCode::Unreadable && note.key.as_ref().is_some_and(is_correlation);
        let lone = Side::BOTH.into_iter().any(|side| self.unit.ids.get(side).is_none());
        self.plan.notes.iter().filter(|_| lone).find(unread)
    }

    /// The fields whose decisions a plan of this unit has still to carry out: by a write, or by one that is refused.
    pub(crate) fn undone_by(&self, plan: &Plan) -> Vec<MappingKey> {
        let is_known = |key: &&MappingKey| self.facts.decisions.contains_key(*key);
        plan.decided.iter().filter(is_known).cloned().collect()
    }

    /// Its record and its issue, where it has both.
    pub(crate) fn pair(&self) -> Option<Pair> {
        Some((self.unit.ids.salesforce.clone()?, self.unit.ids.jira.clone()?))
    }

    pub(crate) fn id(&self, side: Side) -> &str {
        self.unit.ids.get(side).as_deref().unwrap_or_default()
    }

    /// Its link, where it has one.
    pub(crate) fn link_id(&self) -> Option<LinkId> {
        self.unit.link.as_ref().map(|link| link.id)
    }

    /// Its issue, as calls name it.
    pub(crate) fn issue_id(&self) -> Result<IssueId, CallError> {
        let id = self.id(Side::Jira);
        id.parse().map_err(|_| CallError::Broken { reason: format!("{id} is no issue id") })
    }

    /// Whether both its record and its issue are there.
    pub(crate) fn has_both_ends(&self) -> bool {
        Side::BOTH.into_iter().all(|side| self.seen.get(side).record().is_some())
    }

    /// Whether it is a link with both ends, and the round still works on it.
    pub(crate) fn is_whole_link(&self) -> bool {
        self.unit.link.is_some() && self.is_open() && self.has_both_ends()
    }

    /// Which versions of both sides were read last.
    pub(crate) fn versions(&self) -> Sides<Option<String>> {
        self.seen.as_ref().map(|seen| seen.version.clone())
    }

    /// The id of a Salesforce record, the key of an issue.
    pub(crate) fn label(&self, side: Side) -> &str {
        match side {
            Side::Salesforce => self.id(side),
            Side::Jira => {
                let key = self.facts.jira_key.as_deref().or(self.seen.jira.key.as_deref());
                key.unwrap_or_else(|| self.id(side))
            }
        }
    }

    /// How people speak of the record of a side: `Case 00001007`, `OPS-7`.
    pub(crate) fn name(&self, side: Side) -> &str {
        self.seen.get(side).name.as_deref().unwrap_or_else(|| self.label(side))
    }

    /// Whether the round still works on it.
    pub(crate) fn is_open(&self) -> bool {
        self.end == End::Done && self.unlinked.is_none() && self.follows.is_none()
    }

    /// Puts it off; an earlier time stands.
    pub(crate) fn again(&mut self, due_ms: i64, reason: impl Into<String>) {
        match &self.end {
            End::Again { due_ms: earlier, .. } if *earlier <= due_ms => {}
            _ => self.end = End::Again { due_ms, reason: reason.into() },
        }
    }

    /// The fields that the plan writes to an existing record of a side.
    pub(crate) fn updates(&self, side: Side) -> &[FieldWrite] {
        let fields = self.plan.writes.iter().find_map(|write| match write {
            Write::Update { side: at, fields } if *at == side => Some(fields.as_slice()),
            _ => None,
        });
        fields.unwrap_or_default()
    }

    /// The correlation field that the plan sets on a side, with what it shows now.
    pub(crate) fn correlation(&self, side: Side) -> Option<&entente_core::FieldPath> {
        self.plan.writes.iter().find_map(|write| match write {
            Write::Correlate { side: at, path, .. } if *at == side => Some(path),
            _ => None,
        })
    }

    /// The status that the plan moves the issue to.
    pub(crate) fn status(&self) -> Option<&FieldWrite> {
        self.plan.writes.iter().find_map(|write| match write {
            Write::Status { change, .. } => Some(change),
            _ => None,
        })
    }

    /// The transitions that lead there.
    pub(crate) fn hops(&self) -> &[Hop] {
        let hops = self.plan.writes.iter().find_map(|write| match write {
            Write::Status { hops, .. } => Some(hops.as_slice()),
            _ => None,
        });
        hops.unwrap_or_default()
    }

    /// The first values of the twin that the plan makes.
    pub(crate) fn creation(&self, side: Side) -> Option<&[FieldWrite]> {
        self.plan.writes.iter().find_map(|write| match write {
            Write::Create { side: at, fields } if *at == side => Some(fields.as_slice()),
            _ => None,
        })
    }
}

/// What becomes of a unit at the end of its round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its hints are done.
    Done,
    /// Its hints come again at this time, for this reason.
    Again { due_ms: i64, reason: String },
    /// Another item may take it.
    PassOn,
    /// It has no twin and gets none, for a reason that is parked.
    Refused,
}

/// What is known of the note on a record that says which issue it is linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkNote {
    /// It is to be written.
    Due,
    /// It may appear until this time.
    Sent { until_ms: i64 },
    /// It is there.
    There,
}

/// A creation that was refused.
pub(crate) struct Refused {
    /// In the vendor's words or ours.
    pub(crate) reason: String,
    pub(crate) class: ParkedClass,
    /// What was refused.
    pub(crate) fingerprint: String,
    /// What else the refusal may rest on, once that is known.
    pub(crate) circumstances: Option<String>,
}

impl Refused {
    pub(crate) fn new(reason: String, class: ParkedClass, fingerprint: String) -> Self {
        Self { reason, class, fingerprint, circumstances: None }
    }
}
