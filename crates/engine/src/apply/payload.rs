//! What a creation sends, as the store keeps it with the announcement: the pairs on which both sides agree from then on.
//!
//! Until the end of a creation is known, a repetition sends this and nothing newer, and whatever either side shows beyond
//! it is an edit. Without it, an edit that falls between a lost answer and its recovery would pass for what we sent.

use std::collections::BTreeMap;

use entente_core::{
    Base, ConnectedItem, FieldPath, MappingKey, Side, Sides, Value,
    item::{Direction, FieldMapping},
    plan::STATUS,
};
use serde::{Deserialize, Serialize};

use crate::unit::{Seen, Work};

/// The pairs of a creation, by mapping.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payload {
    #[serde(flatten)]
    pairs: Base,
    /// What the source showed in fields for which it had nothing to send. What the vendor puts there by itself is nobody's
    /// edit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    left: BTreeMap<MappingKey, Value>,
    /// The status that the record showed and a new issue still has to follow: none can be sent with a creation in Jira.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Value>,
}

impl Payload {
    /// What the plan of a unit would send.
    pub(crate) fn of(item: &ConnectedItem, work: &Work, side: Side) -> Self {
        let mut payload = Self::default();
        for write in work.creation(side).unwrap_or_default() {
            payload.pairs.set(write.key.clone(), Sides::from_view(side, write.to.clone(), write.source.clone()));
        }
        let source = work.seen.get(side.other()).record();
        let unsent =
            |mapping: &&FieldMapping| mapping.direction == Direction::Both && payload.pairs.get(&mapping.key).is_none();
        let shown = |mapping: &FieldMapping| {
            let value = mapping.collect(side.other(), source?).ok()?.into_owned();
            Some((mapping.key.clone(), value))
        };
        payload.left = item.fields.iter().filter(unsent).filter_map(shown).collect();
        let status = item.status.as_ref().filter(|_| side == Side::Jira);
        payload.status = status.and_then(|status| source?.value(status.field.as_str())).cloned();
        payload
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The payload of an announcement; one that cannot be read is empty, and its fields are compared afresh.
    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
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
    pub(crate) fn base(&self, item: &ConnectedItem, side: Side, shown: Option<&Seen>, ourselves: Option<&str>) -> Base {
        let mut base = self.pairs.clone();
        // Salesforce tells its time in whole seconds, so a quick edit bears the stamp of the creation too.
        let is_by_us = |seen: &Seen| side == Side::Jira || seen.modified_by.as_deref() == ourselves;
        let is_untouched =
            shown.is_some_and(|seen| seen.created.is_some() && seen.created == seen.modified && is_by_us(seen));
        let record = shown.and_then(Seen::record);
        for (key, values) in &mut base.fields {
            let Some(mapping) = item.mapping(key) else { continue };
            let value = values.get_mut(side);
            let shown = record.and_then(|record| record.value(mapping.paths.get(side).as_str()));
            let own = shown.filter(|_| is_untouched).unwrap_or(value).clone();
            *value = item.with_own(key, side, record, own);
        }
        for (key, source) in self.left.iter().filter(|_| is_untouched) {
            let Some(mapping) = item.mapping(key) else { continue };
            let Some(given) = record.and_then(|record| record.value(mapping.paths.get(side).as_str())) else {
                continue;
            };
            base.set(
                key.clone(),
                Sides::from_view(side, item.with_own(key, side, record, given.clone()), source.clone()),
            );
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use entente_core::{Record, State, record::Field};
    use jiff::Timestamp;

    use super::*;

    const CONFIG: &str = "version: 1
connections:
  org: { salesforce: { login_url: https://acme.my.salesforce.com, client_id: id, client_secret: secret } }
  site: { jira: { site_url: https://acme.atlassian.net, email: bot@acme.example, api_token: token } }
items:
  bugs:
    owner: tests@acme.example
    mode: two-way
    salesforce: { connection: org, object: Case }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: both
    correlation: { jira: Salesforce Case ID, salesforce: Jira_Reference__c }
    fields:
      - { salesforce: Subject, jira: summary }
";

    /// The subject on which a pair agrees when a new case shows `Shown` and was changed last by this user.
    fn agreed(modified_by: &str) -> String {
        let (config, problems) = entente_core::config::parse(CONFIG, &|_| Err("there are no variables".into()));
        let config = config.unwrap_or_else(|| panic!("{problems:?}"));
        let (key, mut payload) = (MappingKey::named("Subject>summary"), Payload::default());
        payload.pairs.set(key.clone(), Sides::new(Value::text("Sent"), Value::text("Sent")));
        let mut record = Record::default();
        record.set(FieldPath::new("Subject"), Field::Known(Value::text("Shown")));
        let seen = Seen {
            created: Some(Timestamp::UNIX_EPOCH),
            modified: Some(Timestamp::UNIX_EPOCH),
            modified_by: Some(modified_by.to_owned()),
            ..Seen::absent(State::Present(record))
        };
        let base = payload.base(&config.items[0], Side::Salesforce, Some(&seen), Some("us"));
        base.get(&key).unwrap().salesforce.to_string()
    }

    #[test]
    fn an_edit_within_the_second_of_a_creation_is_not_what_was_agreed() {
        assert_eq!(agreed("us"), "Shown", "what the vendor made of it");
        assert_eq!(agreed("somebody"), "Sent", "an edit, which still has to go its way");
    }

    #[test]
    fn a_payload_reads_back_and_a_strange_one_is_empty() {
        let mut payload = Payload::default();
        payload.pairs.set(MappingKey::named("Subject>summary"), Sides::new(Value::text("a"), Value::text("b")));
        assert_eq!(Payload::parse(&payload.to_text()), payload);
        assert_eq!(Payload::parse("abc"), Payload::default());
    }
}
