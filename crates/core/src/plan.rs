//! What should happen to one link: everything that is decided in Entente is decided here.
//!
//! [`plan`] is total, deterministic and cheap. It never performs anything; `engine/apply` obeys it. The same function
//! serves the engine, the dry run, `verify`, the explanation and the tests.
//!
//! ```text
//! presence   is each side there?            -> create, unlink, or go on to
//! lifecycle  is it still what was linked?   -> follow, unlink, rest, or go on to
//! field      one mapped field, three ways   -> quiet, agree, write, conflict, note, need
//! status     the same, with its own rules
//! ```

mod correlation;
mod creation;
pub mod explain;
mod field;
mod join;
mod lens;
mod lifecycle;
mod presence;
mod roll_up;
mod round_trip;
mod status;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    base::Base,
    item::{ConflictPolicy, ConnectedItem, MappingKey},
    known::Known,
    link::LinkFacts,
    record::{FieldPath, State},
    side::{Side, Sides},
    value::Value,
};

pub use correlation::{CORRELATION, correlation_refusal};
pub use presence::{admits, takes_up};
pub use roll_up::is_memory;
pub use round_trip::{Broken, round_trip};
pub use status::STATUS;

/// Decides what should happen to one link, given how both sides look now and how they looked when they last agreed.
#[must_use]
pub fn plan(item: &ConnectedItem, link: &LinkFacts, base: Option<&Base>, now: Sides<&State>, known: &Known) -> Plan {
    let mut plan = Plan::default();
    presence::plan(item, link, base, now, known, &mut plan);
    withhold(item, &mut plan);
    plan
}

/// What Jira should show of a field when Salesforce shows `value`; none when the mapping has no answer.
#[must_use]
pub fn counterpart(item: &ConnectedItem, key: &MappingKey, value: &Value, now: &Value) -> Option<Value> {
    let status = item.status.as_ref().filter(|_| key.as_str() == STATUS).map(status::mapping);
    let mapping = status.as_ref().or_else(|| item.fields.iter().find(|mapping| mapping.key == *key))?;
    lens::convert(mapping, Side::Jira, value, now)
}

/// What an action that does not run would write is told and not done. The base stays where it was, so that it is caught
/// up with once the action runs.
fn withhold(item: &ConnectedItem, plan: &mut Plan) {
    let (done, withheld): (Vec<Write>, Vec<Write>) =
        plan.writes.drain(..).partition(|write| write.side().is_none_or(|side| item.acts_on(side)));
    plan.writes = done;
    for write in withheld {
        let (side, fields) = match &write {
            Write::Update { side, fields } => (*side, fields.as_slice()),
            Write::Status { change, .. } => (Side::Jira, std::slice::from_ref(change)),
            Write::Create { .. } | Write::Correlate { .. } | Write::Follow { .. } | Write::Unlink { .. } => continue,
        };
        plan.notes.extend(fields.iter().map(|field| Note {
            code: NoteCode::Paused,
            key: Some(field.key.clone()),
            text: format!("{side} {} waits: what is written to {side} is not active", field.path),
        }));
    }
}

/// All that should happen to one link, and what is still wanted to decide the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// What to do, in this order.
    pub writes: Vec<Write>,
    /// Fields on which both sides agree already: only the base moves.
    pub base: Vec<(MappingKey, Sides<Value>)>,
    /// Both sides changed and nobody but a person may decide.
    pub conflicts: Vec<Conflict>,
    /// Fields on which a person has decided, and where that still holds: it is written here, was refused, or has to wait
    /// for a value that cannot be read. Of any other, the decision is carried out, or somebody has edited since.
    #[serde(skip)]
    pub decided: Vec<MappingKey>,
    /// What a person may want to know.
    pub notes: Vec<Note>,
    /// Facts that cost a call and are wanted only now; with them the plan is made again.
    pub needs: Vec<Need>,
}

impl Plan {
    /// Keeps what a person has decided on a field, if anything.
    fn keep_decision(&mut self, link: &LinkFacts, key: &MappingKey) {
        self.decided.extend(link.decisions.contains_key(key).then(|| key.clone()));
    }

    /// How much of this could be a mishap on a large scale: separations, and writes over a value that somebody gave since
    /// both sides agreed. What a person decided is not counted, and neither is what merely follows a change.
    #[must_use]
    pub fn acts(&self) -> u64 {
        let act = |write: &Write| match write {
            Write::Unlink { .. } => 1,
            write => write.fields().iter().filter(|field| field.overwrites && field.why != Why::Decided).count() as u64,
        };
        self.writes.iter().map(act).sum()
    }

    /// The Salesforce record with which the link goes on.
    #[must_use]
    pub fn heir(&self) -> Option<&str> {
        self.writes.iter().find_map(|write| match write {
            Write::Follow { salesforce_id, .. } => Some(salesforce_id.as_str()),
            _ => None,
        })
    }

    /// Nothing to do or to store, and nothing to tell but what a side cannot show.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let is_lasting = |note: &Note| note.code == NoteCode::Formatting;
        self.notes.iter().all(is_lasting) && Self { notes: self.notes.clone(), ..Self::default() } == *self
    }
}

/// One thing to do, complete in itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Write {
    /// Make the missing twin.
    Create {
        /// Where.
        side: Side,
        /// Its first values.
        fields: Vec<FieldWrite>,
    },
    /// Show the counterpart's id or key in the correlation field.
    Correlate {
        /// On which side.
        side: Side,
        /// The field.
        path: FieldPath,
        /// What it shows now.
        from: Value,
    },
    /// Change fields of a record that is there.
    Update {
        /// On which side.
        side: Side,
        /// The changed fields only.
        fields: Vec<FieldWrite>,
    },
    /// Move the issue to a status, by name. Apply finds the transition of each hop just before it, and does that hop or
    /// stops.
    Status {
        /// The move, as a write of the status.
        change: FieldWrite,
        /// The way there; the last hop leads to what is wanted.
        hops: Vec<Hop>,
    },
    /// Let the link go on with another Salesforce record.
    Follow {
        /// The item under which it goes on.
        item: String,
        /// That record.
        salesforce_id: String,
        /// One sentence for the journal.
        reason: String,
    },
    /// Dissolve the link; both records stay.
    Unlink {
        /// One sentence for the journal.
        reason: String,
    },
}

impl Write {
    /// The side that it changes; none for a separation, which changes neither.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::Create { side, .. } | Self::Correlate { side, .. } | Self::Update { side, .. } => Some(*side),
            Self::Status { .. } => Some(Side::Jira),
            Self::Follow { .. } | Self::Unlink { .. } => None,
        }
    }

    /// The fields that it sets.
    #[must_use]
    pub fn fields(&self) -> &[FieldWrite] {
        match self {
            Self::Create { fields, .. } | Self::Update { fields, .. } => fields,
            Self::Status { change, .. } => std::slice::from_ref(change),
            Self::Correlate { .. } | Self::Follow { .. } | Self::Unlink { .. } => &[],
        }
    }

    /// For a creation: what its refusal is remembered by.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Value> {
        match self {
            Self::Create { fields, .. } => Some(creation::fingerprint(fields)),
            _ => None,
        }
    }
}

/// One transition on the way to a status.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hop {
    /// The name of the status that it leads to.
    pub to: String,
    /// Fields to fill in on its screen, as the item names them.
    pub fields: Vec<(FieldPath, Value)>,
}

/// A new value for one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldWrite {
    /// The mapping that asks for it.
    pub key: MappingKey,
    /// The field on the side that is written.
    pub path: FieldPath,
    /// What it shows now.
    pub from: Value,
    /// What it shall show.
    pub to: Value,
    /// What the other side shows: together with `to`, or with what the peer makes of it, this becomes the base.
    pub source: Value,
    /// Whether `from` is somebody's edit that is being overwritten, so that the journal must be able to restore it.
    pub overwrites: bool,
    /// Why.
    pub why: Why,
}

impl FieldWrite {
    /// What a refusal of this write is remembered by: the value, and for a status the move, because another move to the
    /// same status may be possible.
    #[must_use]
    pub fn refusal(&self) -> Value {
        match self.key.as_str() {
            STATUS => Value::list(vec![self.from.clone(), self.to.clone()]),
            _ => self.to.clone(),
        }
    }
}

/// Why a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The other side changed.
    Changed,
    /// The link is new and this side was empty.
    Filled,
    /// The record is new.
    Created,
    /// Nobody changed anything, but the line has other steps or another table now.
    Remapped,
    /// Both changed, and the rule names the other side.
    Won(ConflictPolicy),
    /// Both changed, and which came later cannot be told; then Salesforce stands.
    Unordered,
    /// Both changed, and the rule joins them. The other side gets the joined value next, as an edit of this one.
    Joined,
    /// Both changed, and a person chose the other side.
    Decided,
    /// This side may not change the field.
    Restored,
}

/// Both sides changed, or never agreed, and the rule says ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The mapping.
    pub key: MappingKey,
    /// What either side shows.
    pub now: Sides<Value>,
}

/// Something a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What kind of thing.
    pub code: NoteCode,
    /// The mapping it is about, if it is about one.
    pub key: Option<MappingKey>,
    /// One sentence.
    pub text: String,
}

/// Kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteCode {
    /// A value has no counterpart in the value table.
    Unmapped,
    /// A field or a record could not be read.
    Unreadable,
    /// A vendor refused this value; it is not sent again until something changes.
    Blocked,
    /// The target of a one-way field was edited and the edit stays.
    Drift,
    /// The correlation field names another record.
    CorrelationTaken,
    /// A record is missing; the loss is not certain yet.
    Missing,
    /// The record left the item's filter, or the issue its project and type.
    Left,
    /// The lead was converted and takes no more values.
    Converted,
    /// Another record goes on in this one, and its link comes first.
    Succeeds,
    /// Several records could be its twin; a person must say.
    Ambiguous,
    /// It shares a record with others, and the item does not allow that.
    Crowded,
    /// The action that would write it does not run, or the item whose record it is.
    Paused,
    /// A comment stays where it is.
    Comment,
    /// A file stays where it is.
    File,
    /// The other side shows the text of a field without all of its formatting.
    Formatting,
}

impl NoteCode {
    /// The word used in stored rows and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unmapped => "unmapped",
            Self::Unreadable => "unreadable",
            Self::Blocked => "blocked",
            Self::Drift => "drift",
            Self::CorrelationTaken => "correlation-taken",
            Self::Missing => "missing",
            Self::Left => "left",
            Self::Converted => "converted",
            Self::Succeeds => "succeeds",
            Self::Ambiguous => "ambiguous",
            Self::Crowded => "crowded",
            Self::Paused => "paused",
            Self::Comment => "comment",
            Self::File => "file",
            Self::Formatting => "formatting",
        }
    }
}

/// A fact that costs a call and is wanted only now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// When each side last changed this field.
    ChangeTimes(MappingKey),
    /// The statuses of both sides and what they mean.
    Workflow,
}

impl Need {
    /// What cannot be decided without it.
    #[must_use]
    pub fn mapping(&self) -> MappingKey {
        match self {
            Self::ChangeTimes(key) => key.clone(),
            Self::Workflow => MappingKey::named(STATUS),
        }
    }
}
