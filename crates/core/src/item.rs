//! A connected item: what pairs with what, and how. The parsed form of one entry under `items:`.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    filter::Filter,
    record::{Field, FieldPath, Record},
    side::{Side, Sides},
    transform::{Collected, Transform},
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
    /// What becomes of a link whose record no longer passes the filter.
    pub on_leave: OnLeave,
    /// On which side missing twins are made.
    pub auto_create: AutoCreate,
    /// The fields that show the counterpart's id or key.
    pub correlation: Option<Sides<FieldPath>>,
    /// Names for lookups, by which related records are read: `account` for `AccountId`.
    pub related: BTreeMap<String, FieldPath>,
    /// The mapped fields, in the order of the document.
    pub fields: Vec<FieldMapping>,
    /// The status table, when status is kept in agreement.
    pub status: Option<StatusMapping>,
    /// Who wins when both sides changed.
    pub conflicts: ConflictPolicy,
    /// What becomes of an edit on the target of a one-way field.
    pub drift: Drift,
    /// In which form agreed values are remembered.
    pub base: BaseForm,
    /// Which records can wait, and how long.
    pub batch: Option<Batch>,
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
    /// Whether values may flow towards `side` under this item at all.
    #[must_use]
    pub fn writes_to(&self, side: Side) -> bool {
        match self.mode {
            Mode::DisplayOnly => false,
            Mode::OneWay => side == Side::Jira,
            Mode::TwoWay => true,
        }
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

/// Whether an item, or one of its actions, runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Not yet in use: never runs.
    Draft,
    /// Runs.
    Active,
    /// Stopped by a person.
    Paused,
}

/// How much an item may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Shows Salesforce values; writes nothing.
    DisplayOnly,
    /// Values flow from Salesforce to Jira.
    OneWay,
    /// Values flow both ways.
    TwoWay,
}

/// Which records auto-create takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// All that pass the filter.
    Everything,
    /// Those created after the item was first run.
    Now,
    /// Those created at or after this time.
    At(Timestamp),
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

/// What becomes of a link whose record no longer passes the filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnLeave {
    /// Stays in agreement.
    #[default]
    Keep,
    /// Stays linked, nothing is written.
    Pause,
    /// The link is dissolved.
    Unlink,
}

/// On which side missing twins are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoCreate {
    /// Links are made by hand or by match only.
    #[default]
    None,
    /// Issues for records.
    Jira,
    /// Records for issues.
    Salesforce,
    /// Both.
    Both,
}

/// Who wins when both sides changed a field to different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictPolicy {
    /// Salesforce.
    SalesforceWins,
    /// Jira.
    JiraWins,
    /// The later edit, by each side's own history; Salesforce when too close to tell.
    LatestWins,
    /// Nobody, until a person decides.
    #[default]
    Ask,
    /// Both, of a field with several values: what either side added is added, what either side took away is taken away.
    Union,
    /// Both, of a text: what Salesforce added, then what Jira added.
    Append,
}

/// In which form agreed values are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseForm {
    /// As they are.
    #[default]
    Values,
    /// As digests, which tell whether a value has changed and not what it was.
    Hashes,
}

/// What becomes of an edit on the target of a one-way field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// The source's value is written again; the edit is journalled.
    #[default]
    Restore,
    /// The edit stays and is shown.
    Keep,
}

/// Identity of one mapped field within its item, stable under reordering: `Subject>summary`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MappingKey(Arc<str>);

impl MappingKey {
    /// The key of a pair of fields.
    #[must_use]
    pub fn of(salesforce: &FieldPath, jira: &FieldPath) -> Self {
        Self(format!("{salesforce}>{jira}").into())
    }

    /// A key that stands for something else than a line under `fields:`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.into())
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for MappingKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line under `fields:`.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldMapping {
    /// Its identity.
    pub key: MappingKey,
    /// The field on either side.
    pub paths: Sides<FieldPath>,
    /// Which way values flow, as the document says or implies.
    pub direction: Direction,
    /// The value table, when there is one.
    pub values: Option<ValueMap>,
    /// What is done to a value on its way to Jira.
    pub to_jira: Vec<Transform>,
    /// What is done to a value on its way to Salesforce.
    pub to_salesforce: Vec<Transform>,
    /// The further fields of each side that steps read on the way to the other.
    pub further: Sides<Vec<FieldPath>>,
    /// Who wins here, when it differs from the item's rule.
    pub conflicts: Option<ConflictPolicy>,
}

impl FieldMapping {
    /// Collects the fields that the steps name beside the mapped one.
    #[must_use]
    pub fn with_further_fields(mut self) -> Self {
        self.further =
            Sides::new(further(&self.paths.salesforce, &self.to_jira), further(&self.paths.jira, &self.to_salesforce));
        self
    }

    /// Every field of a side that this line reads.
    pub fn read_on(&self, side: Side) -> impl Iterator<Item = &FieldPath> {
        std::iter::once(self.paths.get(side)).chain(self.further.get(side))
    }

    /// What this line reads of one side: the value of its field, and if steps read further fields, theirs behind it as
    /// one list, so that a change of any of them is seen. The error is the field that was not read, and why.
    pub fn collect<'a>(
        &'a self,
        side: Side,
        record: &'a Record,
    ) -> Result<Cow<'a, Value>, (&'a FieldPath, Option<&'a str>)> {
        let value = |path: &'a FieldPath| match record.field(path.as_str()) {
            Some(Field::Known(value)) => Ok(value),
            Some(Field::Unreadable(why)) => Err((path, Some(why.as_str()))),
            None => Err((path, None)),
        };
        let own = value(self.paths.get(side))?;
        let further = self.further.get(side);
        if further.is_empty() {
            return Ok(Cow::Borrowed(own));
        }
        let values = std::iter::once(Ok(own)).chain(further.iter().map(value));
        Ok(Cow::Owned(Value::List(values.map(|value| value.cloned()).collect::<Result<_, _>>()?)))
    }

    /// A collected value taken apart again. One from a time when the line read other fields is only the field's own.
    #[must_use]
    pub fn collected<'a>(&'a self, side: Side, value: &'a Value) -> Collected<'a> {
        let (path, further) = (self.paths.get(side), self.further.get(side));
        match value {
            Value::List(values) if !further.is_empty() && values.len() == further.len() + 1 => {
                Collected { own: (path, &values[0]), further: (further, &values[1..]) }
            }
            own => Collected { own: (path, own), further: (further, &[]) },
        }
    }

    /// The collected value of a side, had its mapped field another value.
    #[must_use]
    pub fn with_own(&self, side: Side, value: &Value, own: Value) -> Value {
        match self.collected(side, value).further.1 {
            [] => own,
            further => Value::List(std::iter::once(own).chain(further.iter().cloned()).collect()),
        }
    }

    /// A plain two-way mapping of two fields.
    #[must_use]
    pub fn plain(salesforce: &str, jira: &str) -> Self {
        let paths = Sides::new(FieldPath::from(salesforce), FieldPath::from(jira));
        Self {
            key: MappingKey::of(&paths.salesforce, &paths.jira),
            paths,
            direction: Direction::Both,
            values: None,
            to_jira: Vec::new(),
            to_salesforce: Vec::new(),
            further: Sides::default(),
            conflicts: None,
        }
    }
}

/// The fields that steps read beside the mapped one, each once, in the order in which they are named.
fn further(own: &FieldPath, steps: &[Transform]) -> Vec<FieldPath> {
    let mut paths: Vec<FieldPath> = Vec::new();
    for path in steps.iter().flat_map(Transform::fields) {
        if path != own && !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    paths
}

/// Which way a field's values flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// From Salesforce to Jira.
    ToJira,
    /// From Jira to Salesforce.
    ToSalesforce,
}

impl Direction {
    /// Whether values may flow towards `side`.
    #[must_use]
    pub fn allows(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::ToJira => side == Side::Jira,
            Self::ToSalesforce => side == Side::Salesforce,
        }
    }
}

/// A value table: Salesforce value to Jira value, in the order of the document.
///
/// Several Salesforce values may share one Jira value; on the way back the old value stays if it still fits, else the
/// first listed is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueMap {
    /// The pairs, in order.
    pub pairs: Vec<(Value, Value)>,
    /// The Jira value of Salesforce values that no pair has.
    pub otherwise: Option<Value>,
}

impl ValueMap {
    /// A table of texts.
    #[must_use]
    pub fn of_texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter().map(|(s, j)| (Value::text(s), Value::text(j))).collect();
        Self { pairs, otherwise: None }
    }

    /// The Jira value of a Salesforce value.
    #[must_use]
    pub fn to_jira(&self, salesforce: &Value) -> Option<&Value> {
        let listed = self.pairs.iter().find(|(from, _)| from.means(salesforce)).map(|(_, to)| to);
        listed.or(self.otherwise.as_ref())
    }

    /// The first Salesforce value listed for a Jira value.
    #[must_use]
    pub fn to_salesforce(&self, jira: &Value) -> Option<&Value> {
        self.pairs.iter().find(|(_, to)| to.means(jira)).map(|(from, _)| from)
    }
}

/// The status table of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusMapping {
    /// The status-like field in Salesforce.
    pub field: FieldPath,
    /// Salesforce value to Jira status name. Where a value has several statuses, the first that the project has counts.
    pub values: ValueMap,
    /// What is filled in on the way into a Jira status, by its name in lower case: the resolution, other fields of the
    /// transition's screen.
    pub on: BTreeMap<String, Vec<(FieldPath, Value)>>,
}

impl StatusMapping {
    /// A table with nothing to fill in on the way.
    #[must_use]
    pub fn new(field: impl Into<FieldPath>, values: ValueMap) -> Self {
        Self { field: field.into(), values, on: BTreeMap::new() }
    }
}
