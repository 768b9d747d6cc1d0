//! `base: hashes`: what was agreed is stored as digests, and known again by what both sides show.
//!
//! A plan only asks whether a side still shows what was agreed. A digest that fits what the side shows stands for that
//! value; one that does not is left as it is, and differs from whatever is there.

use entente_core::{Base, ConnectedItem, MappingKey, Record, Side, Sides, Value, item::BaseForm};
use sha2::{Digest as _, Sha256};

/// How a digest begins. A value that looks like one is stored as it is, and still equals itself.
const MARK: &str = "sha256:";

/// The base of one link, between its two forms.
pub(crate) struct Digests<'a> {
    pub(crate) item: &'a ConnectedItem,
    /// Equal values of different links have different digests. The id never changes, also when the link goes on
    /// with another record.
    pub(crate) link: &'a str,
}

/// Up to this version of the stored form, digests were made with the id of the Salesforce record.
const WITH_SALESFORCE_ID: u32 = 3;

impl<'a> Digests<'a> {
    /// Those of a base that was stored in some version.
    pub(crate) fn of(item: &'a ConnectedItem, ids: Sides<&'a str>, canon_version: u32) -> Self {
        let link = if canon_version <= WITH_SALESFORCE_ID { ids.salesforce } else { ids.jira };
        Self { item, link }
    }
}

impl Digests<'_> {
    /// As it is stored.
    pub(crate) fn stored(&self, base: &Base) -> Base {
        if self.item.base == BaseForm::Values {
            return base.clone();
        }
        self.each(base, |key, side, value| match is_digest(value) {
            true => value.clone(),
            false => self.digest(key, side, value),
        })
    }

    /// As plans want it, given what both sides show.
    pub(crate) fn opened(&self, base: &Base, seen: Sides<Option<&Record>>) -> Base {
        self.each(base, |key, side, value| {
            let shown = seen.get(side).and_then(|record| self.item.shown(key, side, record));
            match shown {
                Some(shown) if is_digest(value) && self.digest(key, side, &shown) == *value => shown.into_owned(),
                _ => value.clone(),
            }
        })
    }

    /// Whether a stored base is not in the form that the item asks for.
    pub(crate) fn is_other_form(&self, base: &Base) -> bool {
        let is_wrong = |value: &Value| !value.is_empty() && is_digest(value) != (self.item.base == BaseForm::Hashes);
        base.fields.iter().any(|(key, values)| {
            Side::BOTH.into_iter().any(|side| self.item.path(key, side).is_some() && is_wrong(values.get(side)))
        })
    }

    fn each(&self, base: &Base, form: impl Fn(&MappingKey, Side, &Value) -> Value) -> Base {
        let fields = base.fields.iter().map(|(key, values)| {
            let of = |side| match self.item.path(key, side) {
                Some(_) => form(key, side, values.get(side)),
                // What ties the two together are ids, which the link itself holds.
                None => values.get(side).clone(),
            };
            (key.clone(), Sides::new(of(Side::Salesforce), of(Side::Jira)))
        });
        base.with_values(fields)
    }

    fn digest(&self, key: &MappingKey, side: Side, value: &Value) -> Value {
        if value.is_empty() {
            return Value::Empty;
        }
        let value = serde_json::to_string(value).unwrap_or_default();
        let whole = [self.link, key.as_str(), side.as_str(), &value].join("\n");
        let digits: String = Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect();
        Value::Text(format!("{MARK}{digits}"))
    }
}

fn is_digest(value: &Value) -> bool {
    value.as_text().and_then(|text| text.strip_prefix(MARK)).is_some_and(|digits| digits.len() == 64)
}
