//! Both sides of a link as they last agreed: the third leg of the three-way merge.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    item::{ConnectedItem, FieldMapping, MappingKey},
    side::Sides,
    value::Value,
};

/// Version of the canonical form in which values are stored. It rises when the canonical form of any value changes, or
/// what its digest is made of, so that a new program on an old database compares like with like.
pub const CANON_VERSION: u32 = 4;

/// What both sides showed when they last agreed, per mapped field, *as each side shows it*.
///
/// Keeping both values is what makes lossy mappings quiet: a side has changed only if it differs from its own value
/// here, however that value relates to the other side's.
///
/// A line whose steps or table have changed since is judged anew, though neither side has changed: that is why the base
/// keeps the rule under which each line agreed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Base {
    /// Agreed values by mapping.
    pub fields: BTreeMap<MappingKey, Sides<Value>>,
    /// The rule under which each line agreed, for lines that have one; none in the base of an older program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<BTreeMap<MappingKey, u64>>,
    /// Lines that agreed since it was read.
    #[serde(skip)]
    fresh: BTreeSet<MappingKey>,
}

/// Two bases are the same when the same was agreed.
impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for Base {}

impl Base {
    /// What was agreed for one mapping.
    #[must_use]
    pub fn get(&self, key: &MappingKey) -> Option<&Sides<Value>> {
        self.fields.get(key)
    }

    /// Records what both sides now show.
    pub fn set(&mut self, key: MappingKey, values: Sides<Value>) {
        self.fresh.insert(key.clone());
        self.fields.insert(key, values);
    }

    /// A base of these values.
    #[must_use]
    pub fn of(fields: impl IntoIterator<Item = (MappingKey, Sides<Value>)>) -> Self {
        Self { fields: fields.into_iter().collect(), ..Self::default() }
    }

    /// The same with other values.
    #[must_use]
    pub fn with_values(&self, fields: impl IntoIterator<Item = (MappingKey, Sides<Value>)>) -> Self {
        Self { fields: fields.into_iter().collect(), ..self.clone() }
    }

    /// Whether a line agreed under another rule than it has now.
    #[must_use]
    pub fn is_outdated(&self, mapping: &FieldMapping) -> bool {
        let is_other = |rules: &BTreeMap<MappingKey, u64>| rules.get(&mapping.key).copied() != mapping.rule;
        self.rules.as_ref().is_some_and(is_other) && !self.fresh.contains(&mapping.key)
    }

    /// Whether something agreed since it was read.
    #[must_use]
    pub fn has_news(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// As it is stored: what agreed since it was read did so under the rules that the item has now.
    #[must_use]
    pub fn stamped(&self, item: &ConnectedItem) -> Self {
        let mut rules = self.rules.clone().unwrap_or_default();
        for key in self.fields.keys().filter(|key| self.rules.is_none() || self.fresh.contains(*key)) {
            match item.rule(key) {
                Some(rule) => rules.insert(key.clone(), rule),
                None => rules.remove(key),
            };
        }
        Self { fields: self.fields.clone(), rules: Some(rules), fresh: BTreeSet::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_outdated_until_it_agrees_under_its_new_rule() {
        let line = |rule| FieldMapping { rule, ..FieldMapping::plain("Subject", "summary") };
        let key = line(None).key;
        let both = || Sides::new(Value::text("a"), Value::text("A"));
        let old = Base { rules: Some([(key.clone(), 1)].into()), ..Base::of([(key.clone(), both())]) };
        assert!(!old.is_outdated(&line(Some(1))) && old.is_outdated(&line(Some(2))) && old.is_outdated(&line(None)));
        assert!(!Base::of([(key.clone(), both())]).is_outdated(&line(Some(1))), "an older program kept no rules");
        let mut agreed = old.clone();
        agreed.set(key, both());
        assert!(agreed == old && agreed.has_news() && !agreed.is_outdated(&line(Some(2))));
    }
}
