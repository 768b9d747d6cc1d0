//! Which fields an item uses on a side, and what for.

use std::collections::BTreeMap;

use entente_core::{
    ConnectedItem, FieldPath, Side, Value,
    item::{Mode, ValueMap},
    plan::STATUS,
    record::shown,
};
use entente_salesforce::Field;

use crate::outside::Described;

/// What an item does with one field.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Use<'a> {
    /// Whether values are written into it.
    pub(super) written: bool,
    /// The values that its table names on this side.
    pub(super) values: Vec<&'a str>,
    /// The values that its filter asks for on this side, or that are filled in on the way into a status, whatever their
    /// case.
    pub(super) asked: Vec<&'a str>,
}

/// The item as its object lets it be: no value flows into what Salesforce fills in by itself, unless a line says so.
pub(super) fn within(item: &ConnectedItem, described: &Described) -> ConnectedItem {
    let is_computed = |path: &FieldPath| described.field(path.as_str()).is_some_and(Field::is_computed);
    let mut item = item.clone();
    for line in item.fields.iter_mut().filter(|line| is_computed(&line.paths.salesforce)) {
        line.spare(Side::Salesforce);
    }
    item
}

/// Every field that the item uses on a side, once. Jira's status is changed by transitions, so it is never written.
pub(super) fn fields(item: &ConnectedItem, side: Side) -> BTreeMap<FieldPath, Use<'_>> {
    let mut uses = Uses { side, all: BTreeMap::new() };
    // What is only displayed is no field in Jira: its name there is a label.
    let is_label = item.mode == Mode::DisplayOnly && side == Side::Jira;
    for mapping in item.fields.iter().filter(|_| !is_label) {
        let written = item.flows(mapping, side);
        uses.add(mapping.paths.get(side), written, mapping.values.as_ref());
        mapping.further.get(side).iter().for_each(|path| uses.add(path, false, None));
    }
    if let Some(status) = &item.status {
        match side {
            Side::Salesforce => uses.add(&status.field, item.writes_to(side), Some(&status.values)),
            Side::Jira => uses.add(&FieldPath::from(STATUS), false, Some(&status.values)),
        }
    }
    if let Some(correlation) = &item.correlation {
        // Entente's own fields: kept true on both sides, also where values flow only one way.
        uses.add(correlation.get(side), item.mode != Mode::DisplayOnly, None);
    }
    item.match_rules.iter().for_each(|rule| uses.add(rule.paths.get(side), false, None));
    let filter = match side {
        Side::Salesforce => &item.salesforce.filter,
        Side::Jira => &item.jira.filter,
    };
    filter.fields().into_iter().for_each(|path| uses.add(path, false, None));
    for (path, text) in filter.choices() {
        uses.all.entry(path.clone()).or_default().asked.push(text);
    }
    for (status, filled) in item.status.iter().flat_map(|status| &status.on).filter(|_| side == Side::Jira) {
        uses.all.entry(FieldPath::from(STATUS)).or_default().asked.push(status);
        for (path, value) in filled {
            uses.all.entry(path.clone()).or_default().asked.extend(value.as_text());
        }
    }
    uses.all.retain(|path, _| !shown::has(side, path.as_str()));
    uses.all
}

struct Uses<'a> {
    side: Side,
    all: BTreeMap<FieldPath, Use<'a>>,
}

impl<'a> Uses<'a> {
    fn add(&mut self, path: &FieldPath, written: bool, table: Option<&'a ValueMap>) {
        let found = self.all.entry(path.clone()).or_default();
        found.written |= written;
        found.values.extend(table.into_iter().flat_map(|table| named(table, self.side)));
    }
}

/// The values of a side of a table, in order, each once.
fn named(table: &ValueMap, side: Side) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (salesforce, jira) in &table.pairs {
        let value = match side {
            Side::Salesforce => salesforce,
            Side::Jira => jira,
        };
        names.extend(Value::as_text(value).filter(|name| !names.contains(name)));
    }
    names
}
