//! Both sides of a link as they last agreed: the third leg of the three-way merge.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{item::MappingKey, side::Sides, value::Value};

/// Version of the canonical form in which values are stored. It rises when the canonical form of any value changes, or
/// what its digest is made of, so that a new program on an old database compares like with like.
pub const CANON_VERSION: u32 = 4;

/// What both sides showed when they last agreed, per mapped field, *as each side shows it*.
///
/// Keeping both values is what makes lossy mappings quiet: a side has changed only if it differs from its own value
/// here, however that value relates to the other side's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Agreed values by mapping.
    pub fields: BTreeMap<MappingKey, Sides<Value>>,
}

impl Base {
    /// What was agreed for one mapping.
    #[must_use]
    pub fn get(&self, key: &MappingKey) -> Option<&Sides<Value>> {
        self.fields.get(key)
    }

    /// Records what both sides now show.
    pub fn set(&mut self, key: MappingKey, values: Sides<Value>) {
        self.fields.insert(key, values);
    }
}
