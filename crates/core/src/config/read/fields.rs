//! Reads `fields:` and `status:`, and sees to it that no two lines write the same field.

use std::collections::BTreeMap;

use super::{Reader, directions::Many, filters::KEYS};
use crate::{
    config::{
        suggest::nearest,
        tree::{Entry, Node},
    },
    field_type::Form,
    item::{ConflictPolicy, Direction, FieldMapping, MappingKey, Mode, StatusMapping, ValueMap},
    record::{FieldPath, shown},
    side::{Side, Sides},
    value::Value,
};

/// Jira changes this field by transitions only, never by an edit.
const JIRA_STATUS: &str = "status";

/// Who writes each field of an item, by side and name in lower case: both vendors take names in any case.
#[derive(Default)]
pub(super) struct Writers(BTreeMap<(Side, String), String>);

impl Writers {
    /// Takes a field for a writer; the one who has it already, if there is one.
    pub(super) fn take(&mut self, side: Side, path: &str, writer: String) -> Option<String> {
        let key = (side, path.to_lowercase());
        match self.0.get(&key) {
            Some(first) => Some(first.clone()),
            None => self.0.insert(key, writer),
        }
    }
}

impl Reader<'_> {
    /// The mapping lines of an item, in their order.
    pub(super) fn fields(&mut self, item: &Node, mode: Mode, writers: &mut Writers) -> Vec<FieldMapping> {
        let mut lines: BTreeMap<MappingKey, usize> = BTreeMap::new();
        let mut fields = Vec::new();
        for line in item.get("fields").members() {
            let Some(field) = self.field(line, item, mode) else { continue };
            if let Some(first) = lines.insert(field.key.clone(), line.at.line) {
                let (salesforce, jira) = (line.get("salesforce").shown(), line.get("jira").shown());
                let message = format!("`{salesforce}` and `{jira}` are already mapped in line {first}");
                self.report.error(line.at, "duplicate-mapping", message, "keep one of the two lines");
            } else if mode != Mode::DisplayOnly {
                self.claim(line, &field, item.get("related"), writers);
            }
            fields.push(field);
        }
        fields
    }

    fn field(&mut self, line: &Node, item: &Node, mode: Mode) -> Option<FieldMapping> {
        let salesforce = self.salesforce_field(line.get("salesforce"));
        self.known_lookup(line.get("salesforce"), &salesforce, item.get("related"));
        let shown = mode == Mode::DisplayOnly && !line.has("jira");
        let jira = if shown { salesforce.clone() } else { line.get("jira").text_or_empty().to_owned() };
        if !line.entries().is_empty() && !line.has("jira") && !shown {
            self.report.error(line.at, "missing-key", "`jira` is missing in this line", "add `jira:`, the Jira field");
        }
        if salesforce.is_empty() || jira.is_empty() {
            return None;
        }
        if mode != Mode::DisplayOnly && KEYS.iter().any(|key| jira.eq_ignore_ascii_case(key)) {
            let message = format!("`{jira}` is what an issue is called, which no line writes or compares");
            let remedy = "write `issue.key`, which lets Salesforce show it";
            self.report.error(line.get("jira").at, "key-as-field", message, remedy);
        }
        let to_jira = self.steps(line.get("to_jira"), Side::Salesforce, item);
        let to_salesforce = self.steps(line.get("to_salesforce"), Side::Jira, item);
        let direction = match mode {
            Mode::DisplayOnly => Direction::ToJira,
            Mode::OneWay | Mode::TwoWay => {
                let many = Many::of(item, line);
                self.direction(line, mode, many, Sides::new(&salesforce, &jira), Sides::new(&to_salesforce, &to_jira))
            }
        };
        let roll_up = self.roll_up(line, item, mode);
        let paths = Sides::new(FieldPath::new(salesforce), FieldPath::new(jira));
        let conflicts = line.get("conflicts").word();
        if matches!(conflicts, Some(ConflictPolicy::Union | ConflictPolicy::Append)) {
            self.joinable(line, item);
        }
        let mapping = FieldMapping {
            key: MappingKey::of(&paths.salesforce, &paths.jira),
            paths,
            direction,
            is_told: line.has("direction"),
            values: self.table(line),
            to_jira,
            to_salesforce,
            further: Sides::default(),
            roll_up,
            rule: None,
            conflicts,
            rich: Sides::default(),
            never_empty: Sides::default(),
            form: Form::Any,
        };
        let mapping = mapping.with_further_fields().with_rule();
        self.roll_up_of_one_field(line, item, &mapping);
        Some(mapping)
    }

    /// What joins both sides' values needs them as they are, and as they were.
    fn joinable(&mut self, line: &Node, item: &Node) {
        let (at, policy) = (line.get("conflicts").at, line.get("conflicts").shown());
        if let Some(key) = ["values", "otherwise", "to_jira", "to_salesforce"].into_iter().find(|key| line.has(key)) {
            let message = format!("`{policy}` joins values as they are, and `{key}` changes them");
            self.report.error(at, "join-with-steps", message, format!("remove `{key}`, or let one side win"));
        }
        if item.get("base").text() == Some("hashes") {
            let message = format!("`{policy}` needs the values of the base, and the item keeps only hashes");
            let remedy = "write `base: values` in the item, or let one side win";
            self.report.error(at, "join-with-hashes", message, remedy);
        }
    }

    /// The value table of a line.
    fn table(&mut self, line: &Node) -> Option<ValueMap> {
        let otherwise = line.get("otherwise").text().map(Value::text);
        if !line.has("values") {
            // A line of people has a table of its own: who is who.
            return otherwise.map(|value| ValueMap { otherwise: Some(value), ..ValueMap::default() });
        }
        Some(ValueMap { otherwise, ..values(line.get("values")) })
    }

    /// The first part of `account.Name` must be one of the item's lookups.
    pub(super) fn known_lookup(&mut self, node: &Node, path: &str, related: &Node) {
        match path.split_once('.') {
            Some((lookup, _)) if !related.has(lookup) && !shown::has(Side::Salesforce, path) => {}
            _ => return,
        }
        let shown = node.shown_part(path);
        let (lookup, rest) = shown.split_once('.').unwrap_or((shown, ".."));
        let known = || related.entries().iter().map(|entry| entry.key.as_str());
        let (hint, remedy) = match nearest(lookup, known()) {
            Some(near) => (format!("; did you mean `{near}.{rest}`?"), format!("write `{near}.{rest}`")),
            None => (String::new(), format!("add it under `related:`, e.g. `{lookup}: {lookup}Id`")),
        };
        let message = format!("`{lookup}` is no lookup of this item{hint}");
        self.report.error(node.at, "unknown-related", message, remedy);
    }

    /// Takes the fields that a line writes. A field of a related record stands for the lookup.
    fn claim(&mut self, line: &Node, field: &FieldMapping, related: &Node, writers: &mut Writers) {
        for side in Side::BOTH.into_iter().filter(|side| field.direction.allows(*side)) {
            let (path, at) = (field.paths.get(side).as_str(), line.get(side.as_str()).at);
            if side == Side::Jira && path.eq_ignore_ascii_case(JIRA_STATUS) {
                let message = "Jira's `status` changes by transitions; a mapping line cannot write it";
                self.report.error(
                    at,
                    "status-as-field",
                    message,
                    "use the item's `status:` table instead of this line",
                );
                continue;
            }
            let lookup = path.split_once('.').filter(|_| side == Side::Salesforce);
            let written = lookup.and_then(|(lookup, _)| related.get(lookup).text()).unwrap_or(path);
            self.take(writers, side, written, format!("line {}", line.at.line), line.get(side.as_str()));
        }
    }

    /// Takes a field for a writer, and reports the second one who wants it.
    pub(super) fn take(&mut self, writers: &mut Writers, side: Side, path: &str, writer: String, node: &Node) {
        if let Some(first) = writers.take(side, path, writer).filter(|_| !path.is_empty()) {
            let message = format!("the {side} field `{}` is already written by {first}", node.shown());
            let remedy = match side {
                Side::Salesforce => "let one of them write it; give the other `direction: to-jira`",
                Side::Jira => "let one of them write it; give the other `direction: to-salesforce`",
            };
            self.report.error(node.at, "two-writers", message, remedy);
        }
    }

    /// The status table of an item.
    pub(super) fn status(&mut self, item: &Node, writers: &mut Writers) -> Option<StatusMapping> {
        let node = item.get("status");
        let field = self.salesforce_field(node.get("field"));
        if !item.has("status") || field.is_empty() {
            return None;
        }
        self.take(writers, Side::Salesforce, &field, "the status table".into(), node.get("field"));
        for entry in node.get("values").entries().iter().filter(|entry| entry.key.is_empty()) {
            let message = "a status is missing in this line of the status table";
            self.report.error(entry.at, "empty-value", message, "write `SALESFORCE VALUE: JIRA STATUS`");
        }
        let roll_up = self.roll_up(node, item, Mode::TwoWay);
        let on = node.get("on").entries().iter().map(|entry| (entry.key.to_lowercase(), screen(&entry.value)));
        let table = StatusMapping::new(FieldPath::new(field), values(node.get("values")));
        Some(StatusMapping { on: on.collect(), roll_up, ..table })
    }
}

/// What is filled in on the way into a status.
fn screen(node: &Node) -> Vec<(FieldPath, Value)> {
    let field = |entry: &Entry| (FieldPath::from(entry.key.as_str()), Value::text(entry.value.text_or_empty()));
    node.entries().iter().map(field).collect()
}

/// Both columns of a value table are text, whatever they look like. A list is several lines with the same left column.
fn values(node: &Node) -> ValueMap {
    let text = |node: &Node| Value::text(node.text_or_empty());
    let pairs = node.entries().iter().flat_map(|entry| {
        let several = entry.value.members();
        let right = if several.is_empty() { std::slice::from_ref(&entry.value) } else { several };
        right.iter().map(|to| (Value::text(&entry.key), text(to))).collect::<Vec<_>>()
    });
    ValueMap { pairs: pairs.collect(), ..ValueMap::default() }
}
