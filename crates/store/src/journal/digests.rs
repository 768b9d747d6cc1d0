//! Fields whose values the journal keeps as digests only: what was written can be recognised, and not read or restored.

use std::{borrow::Cow, collections::HashSet};

use entente_core::{MappingKey, Value};
use parking_lot::RwLock;
use sha2::{Digest as _, Sha256};

use super::NewEntry;
use crate::{Store, StoreError, sql::json};

/// How a digest begins.
const MARK: &str = "sha256:";

/// Fields, by item and mapping.
pub(crate) type Digested = RwLock<HashSet<(String, MappingKey)>>;

impl Store {
    /// From now on, the journal gets digests of the values of these fields.
    pub fn keep_digests_of(&self, fields: HashSet<(String, MappingKey)>) {
        *self.inner.digested.write() = fields;
    }

    /// The same of these, until it is said anew: they belong to a configuration that is only tried.
    pub fn keep_digests_too(&self, fields: HashSet<(String, MappingKey)>) {
        self.inner.digested.write().extend(fields);
    }

    /// An entry as the journal may hold it.
    pub(crate) fn journalled<'a>(&self, entry: &'a NewEntry) -> Result<Cow<'a, NewEntry>, StoreError> {
        let (Some(item), Some(mapping)) = (&entry.item, &entry.mapping) else { return Ok(Cow::Borrowed(entry)) };
        if !self.inner.digested.read().contains(&(item.clone(), mapping.clone())) {
            return Ok(Cow::Borrowed(entry));
        }
        let digest = |value: &Option<Value>| value.as_ref().map(|value| digest(entry, value)).transpose();
        let place = entry.side.map_or_else(String::new, |side| format!(" in {side}"));
        Ok(Cow::Owned(NewEntry {
            before: digest(&entry.before)?,
            after: digest(&entry.after)?,
            text: format!("{mapping}{place}: {}; of its values only digests are kept", entry.kind),
            ..entry.clone()
        }))
    }
}

/// Equal values of one field of one record have the same digest.
fn digest(entry: &NewEntry, value: &Value) -> Result<Value, StoreError> {
    if value.is_empty() {
        return Ok(Value::Empty);
    }
    let (record, mapping) = (entry.record_id.as_deref().unwrap_or_default(), entry.mapping.as_ref());
    let whole = [record, mapping.map_or("", MappingKey::as_str), &json(value)?].join("\n");
    let digits: String = Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Value::Text(format!("{MARK}{digits}")))
}

/// Whether the journal holds only the digest of a value.
#[must_use]
pub fn is_digest(value: &Value) -> bool {
    value.as_text().and_then(|text| text.strip_prefix(MARK)).is_some_and(|digits| digits.len() == 64)
}
