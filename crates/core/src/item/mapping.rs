//! One line of a mapping: two fields, which way values flow between them, and what is done to them on the way.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::ConflictPolicy;
use crate::{
    field_type::Form,
    record::{Field, FieldPath, Record},
    roll_up::RollUp,
    side::{Side, Sides},
    transform::{Collected, Transform},
    value::Value,
};

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
    /// Whether the document says so.
    pub is_told: bool,
    /// The value table, when there is one.
    pub values: Option<ValueMap>,
    /// What is done to a value on its way to Jira.
    pub to_jira: Vec<Transform>,
    /// What is done to a value on its way to Salesforce.
    pub to_salesforce: Vec<Transform>,
    /// The further fields of each side that steps read on the way to the other.
    pub further: Sides<Vec<FieldPath>>,
    /// What several records of one side say together to the one that they share, when the line flows that way.
    pub roll_up: Option<RollUp>,
    /// What tells its steps and its table from others; none for a line that has neither.
    pub rule: Option<u64>,
    /// Who wins here, when it differs from the item's rule.
    pub conflicts: Option<ConflictPolicy>,
    /// On which side the field holds rich text. Learned from the vendors; the document does not say.
    pub rich: Sides<bool>,
    /// On which side the field must not be empty: a checkbox, or what always refers to somebody. Learned from the vendors too.
    pub never_empty: Sides<bool>,
    /// The form that the Salesforce field wants of a value. Learned as well.
    pub form: Form,
}

impl FieldMapping {
    /// Collects the fields that the steps name beside the mapped one.
    #[must_use]
    pub fn with_further_fields(mut self) -> Self {
        self.further =
            Sides::new(further(&self.paths.salesforce, &self.to_jira), further(&self.paths.jira, &self.to_salesforce));
        self
    }

    /// Notes what tells its steps and its table from others.
    #[must_use]
    pub fn with_rule(mut self) -> Self {
        let has_rule = self.values.is_some() || !self.to_jira.is_empty() || !self.to_salesforce.is_empty();
        let rule = || fnv(&format!("{:?}", (&self.values, &self.to_jira, &self.to_salesforce)));
        self.rule = has_rule.then(rule);
        self
    }

    /// `side` fills its field in by itself: of what flows both ways, nothing flows there any more unless the line says so.
    pub fn spare(&mut self, side: Side) {
        if self.direction == Direction::Both && !self.is_told {
            self.direction = Direction::towards(side.other());
        }
    }

    /// A value of this line as people read it.
    #[must_use]
    pub fn spoken(&self, value: &Value) -> String {
        self.values.as_ref().map_or_else(|| value.to_string(), |values| values.spoken(value))
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
            is_told: false,
            values: None,
            to_jira: Vec::new(),
            to_salesforce: Vec::new(),
            further: Sides::default(),
            roll_up: None,
            rule: None,
            conflicts: None,
            rich: Sides::default(),
            never_empty: Sides::default(),
            form: Form::Any,
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

/// A short digest that is the same on every machine: <https://www.rfc-editor.org/rfc/rfc9923>.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
    /// The direction in which values flow to `side` only.
    #[must_use]
    pub fn towards(side: Side) -> Self {
        match side {
            Side::Salesforce => Self::ToSalesforce,
            Side::Jira => Self::ToJira,
        }
    }

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
    /// Where it says who is who: what else is known of those for whom its values stand.
    pub people: Option<Arc<People>>,
}

/// What is known of people beside who is who.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// How people call them.
    pub called: BTreeMap<String, String>,
    /// The Jira value of those who are one of many whom it stands for, as in a role. It leads back to none of them.
    pub one_of_many: Vec<(Value, Value)>,
}

impl ValueMap {
    /// A table of texts.
    #[must_use]
    pub fn of_texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter().map(|(s, j)| (Value::text(s), Value::text(j))).collect();
        Self { pairs, ..Self::default() }
    }

    /// The Jira value of a Salesforce value.
    #[must_use]
    pub fn to_jira(&self, salesforce: &Value) -> Option<&Value> {
        let of_many = self.people.iter().flat_map(|people| &people.one_of_many);
        let listed = self.pairs.iter().chain(of_many).find(|(from, _)| from.means(salesforce)).map(|(_, to)| to);
        listed.or(self.otherwise.as_ref())
    }

    /// A value as people read it.
    #[must_use]
    pub fn spoken(&self, value: &Value) -> String {
        let Some(people) = &self.people else { return value.to_string() };
        let call = |one: &Value| people.called.get(&one.to_string()).cloned().unwrap_or_else(|| one.to_string());
        value.members().iter().map(call).collect::<Vec<_>>().join(", ")
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
    /// What tells its table from others.
    pub rule: Option<u64>,
    /// What the statuses of several records say together, when they decide that of the one that they share.
    pub roll_up: Option<RollUp>,
}

impl StatusMapping {
    /// A table with nothing to fill in on the way.
    #[must_use]
    pub fn new(field: impl Into<FieldPath>, values: ValueMap) -> Self {
        let rule = Some(fnv(&format!("{values:?}")));
        Self { field: field.into(), values, on: BTreeMap::new(), rule, roll_up: None }
    }
}
