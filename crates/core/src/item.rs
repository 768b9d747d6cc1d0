//! A connected item: what pairs with what, and how. The parsed form of one entry under `items:`.

mod attachments;
mod choice;
mod comments;
mod mapping;

use std::{borrow::Cow, collections::BTreeMap};

pub use self::attachments::{FILE_BYTES_MAX, FileRules};
pub use self::choice::{
    AutoCreate, BaseForm, Cardinality, ConflictPolicy, Drift, ItemState, Mode, OnConvert, OnDelete, OnLeave, OnMerge,
    Start,
};
pub use self::comments::{CommentRules, HEADER};
pub use self::mapping::{Direction, FieldMapping, MappingKey, People, StatusMapping, ValueMap};
use crate::{
    filter::Filter,
    likeness::MatchRule,
    plan::STATUS,
    record::{FieldPath, Record, shown},
    side::{Side, Sides},
    threads::MARK,
    value::Value,
};

/// One entry under `items:`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectedItem {
    /// Its key in the document, which is its identity.
    pub name: String,
    /// The person who answers for it.
    pub owner: Option<String>,
    /// Whether it runs.
    pub state: ItemState,
    /// Whether each of its two actions runs while it does: what is written to that side.
    pub actions: Sides<ItemState>,
    /// How much it may do.
    pub mode: Mode,
    /// Which records auto-create takes: all, or those that are new since a time.
    pub start: Start,
    /// The Salesforce end.
    pub salesforce: SalesforceEnd,
    /// The Jira end.
    pub jira: JiraEnd,
    /// How many may belong to one of the other side.
    pub cardinality: Cardinality,
    /// What becomes of a link whose record no longer passes the filter, or whose issue is no longer of the project and type.
    pub on_leave: OnLeave,
    /// What becomes of a link of which one side was deleted.
    pub on_delete: OnDelete,
    /// What becomes of a link whose record was merged into another.
    pub on_merge: OnMerge,
    /// What becomes of a link whose lead was converted.
    pub on_convert: OnConvert,
    /// On which side missing twins are made.
    pub auto_create: AutoCreate,
    /// The fields that show the counterpart's id or key.
    pub correlation: Option<Sides<FieldPath>>,
    /// How records find their twins where neither names the other, in this order.
    pub match_rules: Vec<MatchRule>,
    /// Names for lookups, by which related records are read: `account` for `AccountId`.
    pub related: BTreeMap<String, FieldPath>,
    /// The mapped fields, in the order of the document.
    pub fields: Vec<FieldMapping>,
    /// The status table, when status is kept in agreement.
    pub status: Option<StatusMapping>,
    /// Which comments are carried, when any are.
    pub comments: Option<CommentRules>,
    /// Which files are carried, when any are.
    pub attachments: Option<FileRules>,
    /// Whether a note on the record says which issue it is linked with.
    pub link_note: bool,
    /// Who wins when both sides changed.
    pub conflicts: ConflictPolicy,
    /// What becomes of an edit on the target of a one-way field.
    pub drift: Drift,
    /// In which form agreed values are remembered.
    pub base: BaseForm,
    /// Which records can wait, and how long.
    pub batch: Option<Batch>,
    /// How often both sides are asked what has changed, if not as often as for other items.
    pub poll_seconds: Option<u32>,
    /// What the document says of all that, whoever answers for it and whether it runs or not, in one form: by this it is
    /// known to be what was tested.
    pub says: String,
}

/// Records that a server gathers instead of following them at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// What cannot wait: Salesforce records that pass.
    pub unless: Filter,
    /// How long the others wait from their first change on.
    pub seconds: u32,
}

impl ConnectedItem {
    /// The line of a key; none for the status, for correlation, and for what is not mapped any more.
    #[must_use]
    pub fn mapping(&self, key: &MappingKey) -> Option<&FieldMapping> {
        self.fields.iter().find(|mapping| mapping.key == *key)
    }

    /// A value of a line as people read it: by name, where it stands for somebody.
    #[must_use]
    pub fn spoken(&self, key: &MappingKey, value: &Value) -> String {
        self.mapping(key).map_or_else(|| value.to_string(), |mapping| mapping.spoken(value))
    }

    /// What tells the steps and the table of a key from others, the status included.
    #[must_use]
    pub fn rule(&self, key: &MappingKey) -> Option<u64> {
        match key.as_str() {
            STATUS => self.status.as_ref()?.rule,
            _ => self.mapping(key)?.rule,
        }
    }

    /// The field of a side that a key stands for, the status included.
    #[must_use]
    pub fn path(&self, key: &MappingKey, side: Side) -> Option<FieldPath> {
        if key.as_str() == STATUS {
            let field = &self.status.as_ref()?.field;
            return Some(match side {
                Side::Salesforce => field.clone(),
                Side::Jira => FieldPath::from(STATUS),
            });
        }
        self.mapping(key).map(|mapping| mapping.paths.get(side).clone())
    }

    /// What bases hold of a side that shows `own` under a key, given what else its record shows.
    #[must_use]
    pub fn with_own(&self, key: &MappingKey, side: Side, record: Option<&Record>, own: Value) -> Value {
        let collected = self.mapping(key).and_then(|mapping| Some((mapping, mapping.collect(side, record?).ok()?)));
        match collected {
            Some((mapping, collected)) => mapping.with_own(side, &collected, own),
            None => own,
        }
    }

    /// What a side shows under a key, with the further fields that its line reads, as bases hold it.
    #[must_use]
    pub fn shown<'a>(&'a self, key: &MappingKey, side: Side, record: &'a Record) -> Option<Cow<'a, Value>> {
        match self.mapping(key) {
            Some(mapping) => mapping.collect(side, record).ok(),
            None => record.value(self.path(key, side)?.as_str()).map(Cow::Borrowed),
        }
    }

    /// Whether values may flow towards `side` under this item at all.
    #[must_use]
    pub fn writes_to(&self, side: Side) -> bool {
        match self.mode {
            Mode::DisplayOnly => false,
            Mode::OneWay => side == Side::Jira,
            Mode::TwoWay => true,
        }
    }

    /// Whether the values of a line flow towards `side`. A one-way item takes no values over from Jira, but tells its
    /// records where their issues are.
    #[must_use]
    pub fn flows(&self, mapping: &FieldMapping, side: Side) -> bool {
        let tells = self.mode == Mode::OneWay && shown::has(Side::Jira, mapping.paths.jira.as_str());
        mapping.direction.allows(side) && (self.writes_to(side) || tells)
    }

    /// What the action that writes to `side` does now: as the item does, unless it has a state of its own.
    #[must_use]
    pub fn action(&self, side: Side) -> ItemState {
        match self.state {
            ItemState::Active => *self.actions.get(side),
            ItemState::Draft | ItemState::Paused => self.state,
        }
    }

    /// Whether anything is written to `side` now.
    #[must_use]
    pub fn acts_on(&self, side: Side) -> bool {
        self.action(side) == ItemState::Active
    }

    /// Whether comments are copied to `side` now.
    #[must_use]
    pub fn copies_comments_to(&self, side: Side) -> bool {
        self.acts_on(side) && self.comments.as_ref().is_some_and(|rules| rules.flow_to(side))
    }

    /// How everything begins that Entente itself says about its records.
    #[must_use]
    pub fn mark(&self) -> &str {
        self.attachments.as_ref().map_or(MARK, |rules| &rules.mark)
    }

    /// Whether files are copied to `side` now.
    #[must_use]
    pub fn copies_files_to(&self, side: Side) -> bool {
        self.acts_on(side) && self.attachments.as_ref().is_some_and(|rules| rules.flow_to(side))
    }

    /// Whether anything is said on `side` beside what its records hold: copies of comments, notes about files and links.
    #[must_use]
    pub fn speaks_on(&self, side: Side) -> bool {
        let tells_of_files = |rules: &FileRules| side == Side::Jira || rules.flow_to(side);
        self.comments.as_ref().is_some_and(|rules| rules.flow_to(side))
            || self.attachments.as_ref().is_some_and(tells_of_files)
            || (self.link_note && side == Side::Salesforce)
    }

    /// Whether it runs at all: one of its actions does.
    #[must_use]
    pub fn runs(&self) -> bool {
        Side::BOTH.into_iter().any(|side| self.acts_on(side))
    }

    /// Whether news from `side` are wanted now: what writes to the other side lives on them. What is only displayed comes
    /// from Salesforce.
    #[must_use]
    pub fn listens_to(&self, side: Side) -> bool {
        self.acts_on(side.other()) && (side == Side::Salesforce || self.mode != Mode::DisplayOnly)
    }

    /// Whether a missing twin may be created on `side`.
    #[must_use]
    pub fn creates_on(&self, side: Side) -> bool {
        self.writes_to(side)
            && match self.auto_create {
                AutoCreate::None => false,
                AutoCreate::Jira => side == Side::Jira,
                AutoCreate::Salesforce => side == Side::Salesforce,
                AutoCreate::Both => true,
            }
    }
}

/// The Salesforce end of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct SalesforceEnd {
    /// Name of the connection.
    pub connection: String,
    /// API name of the object: `Case`.
    pub object: String,
    /// Which records enter.
    pub filter: Filter,
}

/// The Jira end of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct JiraEnd {
    /// Name of the connection.
    pub connection: String,
    /// Project keys: exactly one, except for display-only items.
    pub projects: Vec<String>,
    /// Issue type name; none for display-only items.
    pub issue_type: Option<String>,
    /// Which issues enter.
    pub filter: Filter,
}
