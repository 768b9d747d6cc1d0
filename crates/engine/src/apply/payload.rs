//! What a creation sends, as the store keeps it with the announcement: the pairs on which both sides agree from then on.
//!
//! Until the end of a creation is known, a repetition sends this and nothing newer, and whatever either side shows beyond
//! it is an edit. Without it, an edit that falls between a lost answer and its recovery would pass for what we sent.

use entente_core::{Base, ConnectedItem, FieldPath, MappingKey, Side, Sides, Value, plan::STATUS};

use crate::unit::{Seen, Work};

/// The pairs of a creation, by mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Payload {
    pairs: Base,
}

impl Payload {
    /// What the plan of a unit would send.
    pub(crate) fn of(work: &Work, side: Side) -> Self {
        let mut pairs = Base::default();
        for write in work.creation(side).unwrap_or_default() {
            pairs.set(write.key.clone(), Sides::from_view(side, write.to.clone(), write.source.clone()));
        }
        Self { pairs }
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(&self.pairs).unwrap_or_default()
    }

    /// The payload of an announcement; one that cannot be read is empty, and its fields are compared afresh.
    pub(crate) fn parse(text: &str) -> Self {
        Self { pairs: serde_json::from_str(text).unwrap_or_default() }
    }

    /// The values for one side, by the fields that the item maps today.
    pub(crate) fn values<'a>(
        &'a self,
        item: &'a ConnectedItem,
        side: Side,
    ) -> impl Iterator<Item = (&'a FieldPath, &'a Value)> {
        let status = item.status.iter().filter(move |_| side == Side::Salesforce);
        let status = status.map(|status| (MappingKey::named(STATUS), &status.field));
        let mapped = item.fields.iter().map(move |mapping| (mapping.key.clone(), mapping.paths.get(side)));
        mapped.chain(status).filter_map(move |(key, path)| Some((path, self.pairs.get(&key)?.get(side))))
    }

    /// What both sides agreed on by this creation. A new record that nobody has touched since shows what its vendor made
    /// of the values; that is what was agreed.
    pub(crate) fn base(&self, item: &ConnectedItem, side: Side, shown: Option<&Seen>) -> Base {
        let mut base = self.pairs.clone();
        let is_untouched = shown.is_some_and(|seen| seen.created.is_some() && seen.created == seen.modified);
        let record = shown.and_then(Seen::record);
        for (key, values) in &mut base.fields {
            let Some(mapping) = item.mapping(key) else { continue };
            let value = values.get_mut(side);
            let shown = record.and_then(|record| record.value(mapping.paths.get(side).as_str()));
            let own = shown.filter(|_| is_untouched).unwrap_or(value).clone();
            *value = item.with_own(key, side, record, own);
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_reads_back_and_a_strange_one_is_empty() {
        let mut payload = Payload::default();
        payload.pairs.set(MappingKey::named("Subject>summary"), Sides::new(Value::text("a"), Value::text("b")));
        assert_eq!(Payload::parse(&payload.to_text()), payload);
        assert_eq!(Payload::parse("abc"), Payload::default());
    }
}
