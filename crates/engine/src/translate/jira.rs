//! Jira field values. Schema types: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/> for
//! rich text, and the `schema` of each field for everything else.

use entente_core::{Field, Record, Value, codec::adf, field_type::JiraType, value::Number};
use entente_jira::FieldSchema;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{Kind, Level, date, day, instant, known, midnight};
use crate::{limits::LINE_CHARS_MAX, scheme::JiraField};

/// The type of a field by its schema.
pub(crate) fn field_type(schema: &FieldSchema) -> JiraType {
    JiraType::of(&schema.kind, schema.items.as_deref(), schema.system.as_deref(), schema.custom.as_deref())
}

/// How the values of a field travel.
pub(crate) fn kind(schema: &FieldSchema) -> Kind {
    let list = |kind: Kind| Kind::List(Box::new(kind));
    match field_type(schema) {
        JiraType::Line | JiraType::Url => Kind::Text,
        JiraType::Document => Kind::Document,
        JiraType::Number => Kind::Number,
        JiraType::Date => Kind::Date,
        JiraType::Instant => Kind::Instant,
        JiraType::Choice => Kind::Option,
        JiraType::Cascade => Kind::Cascade(None),
        JiraType::Choices => list(Kind::Option),
        JiraType::Labels => list(Kind::Text),
        JiraType::Person => Kind::Account,
        JiraType::People => list(Kind::Account),
        JiraType::Named => Kind::Named,
        JiraType::NamedSet => list(Kind::Named),
        JiraType::Keyed => Kind::Keyed,
        JiraType::ReadOnly => read_only(&schema.kind),
        JiraType::Opaque => Kind::Foreign(schema.kind.clone()),
    }
}

fn read_only(kind: &str) -> Kind {
    match kind {
        "number" => Kind::Number,
        "datetime" => Kind::Instant,
        "user" => Kind::Account,
        "status" | "issuetype" | "project" => Kind::Named,
        _ => Kind::Text,
    }
}

/// The fields of an issue that the item reads.
pub(crate) fn record<'a>(fields: impl IntoIterator<Item = &'a JiraField>, issue: &Map<String, Json>) -> Record {
    fields.into_iter().map(|field| (field.path.clone(), read(field, issue))).collect()
}

fn read(field: &JiraField, issue: &Map<String, Json>) -> Field {
    let Some(id) = &field.id else { return Field::Unreadable(field.missing()) };
    match issue.get(id) {
        Some(json) => known(value(&field.kind, json), json, &field.kind),
        // Jira leaves out what is on no screen of the issue and what the account may not see: that is not "empty".
        None => Field::Unreadable(format!("Jira did not return {id} for this issue")),
    }
}

fn value(kind: &Kind, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Empty);
    }
    match kind {
        Kind::Text => json.as_str().map(Value::text),
        Kind::Document if json.is_object() => Some(Value::rich(adf::read(json))),
        Kind::Number => json.as_f64().and_then(Number::new).map(Value::Number),
        Kind::Flag => json.as_bool().map(Value::Flag),
        Kind::Date => json.as_str().and_then(date).map(Value::Date),
        Kind::Instant => json.as_str().and_then(instant).map(Value::Instant),
        Kind::Named => json.get("name")?.as_str().map(Value::text),
        Kind::Option => json.get("value")?.as_str().map(Value::text),
        Kind::Cascade(level) => cascade(*level, json),
        Kind::Account => json.get("accountId")?.as_str().map(Value::text),
        Kind::Keyed => json.get("key")?.as_str().map(Value::text),
        Kind::List(kind) => {
            let values = json.as_array()?.iter().map(|json| value(kind, json)).collect::<Option<_>>()?;
            Some(Value::set(values))
        }
        Kind::Document | Kind::Html | Kind::Compound | Kind::Semicolons | Kind::Foreign(_) => None,
    }
}

fn cascade(level: Option<Level>, json: &Json) -> Option<Value> {
    let parent = json.get("value")?.as_str()?;
    let child = json.pointer("/child/value").and_then(Json::as_str);
    Some(match (level, child) {
        (Some(Level::Parent), _) | (None, None) => Value::text(parent),
        (Some(Level::Child), child) => child.map_or(Value::Empty, Value::text),
        (None, Some(child)) => Value::text(&format!("{parent}{BELOW}{child}")),
    })
}

/// Between the two options of a cascading field that is mapped as one text.
const BELOW: &str = " > ";

/// Adds a value to the fields of an issue as Jira takes it. The two options of a cascading field travel together: the
/// one that is not written is taken from what the issue shows.
pub(crate) fn put(fields: &mut Map<String, Json>, field: &JiraField, value: &Value, shown: Option<&Record>) {
    let Some(id) = &field.id else { return };
    let Kind::Cascade(Some(level)) = field.kind else {
        fields.insert(id.clone(), to_wire(&field.kind, value));
        return;
    };
    let options = fields.entry(id.clone()).or_insert_with(|| json!({}));
    match (level, value) {
        (Level::Parent, Value::Empty) => *options = Json::Null,
        (Level::Parent, parent) => options["value"] = json!(parent.to_string()),
        (Level::Child, _) if options.is_null() => {}
        (Level::Child, child) => {
            let parent = field.sibling(Level::Parent).and_then(|path| shown?.value(path.as_str())?.as_text());
            if let (Some(parent), None) = (parent, options.get("value")) {
                options["value"] = json!(parent);
            }
            if !child.is_empty() {
                options["child"] = json!({"value": child.to_string()});
            }
        }
    }
}

/// A value as Jira takes it; null clears a field, an empty array a list.
pub(crate) fn to_wire(kind: &Kind, value: &Value) -> Json {
    match (kind, value) {
        (Kind::List(_), Value::Empty) => json!([]),
        (_, Value::Empty) => Json::Null,
        (Kind::List(kind), Value::List(values)) => {
            Json::Array(values.iter().map(|value| to_wire(kind, value)).collect())
        }
        (Kind::List(kind), text @ (Value::Text(_) | Value::Rich(_))) if **kind == Kind::Text => {
            Json::Array(Value::listed(&text.to_string()).members().iter().map(|value| to_wire(kind, value)).collect())
        }
        (Kind::List(kind), one) => json!([to_wire(kind, one)]),
        (Kind::Document, Value::Rich(document)) => adf::write(document),
        (Kind::Document, text) => adf::from_plain(&text.to_string()),
        (Kind::Named, name) => json!({"name": name.to_string()}),
        (Kind::Option, name) => json!({"value": name.to_string()}),
        (Kind::Cascade(_), options) => match options.to_string().split_once(BELOW) {
            Some((parent, child)) => json!({"value": parent, "child": {"value": child}}),
            None => json!({"value": options.to_string()}),
        },
        (Kind::Account, id) => json!({"accountId": id.to_string()}),
        (Kind::Keyed, key) => json!({"key": key.to_string()}),
        (Kind::Number, Value::Text(text)) => text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number)),
        (Kind::Number, Value::Number(number)) => json!(number.get()),
        (Kind::Date, Value::Instant(instant)) => json!(day(*instant).to_string()),
        (Kind::Instant, Value::Date(date)) => midnight(*date).map_or(Json::Null, time),
        (Kind::Instant, Value::Instant(instant)) => time(*instant),
        // The summary is one line: Jira refuses a line feed in it.
        (Kind::Text, text) => json!(text.to_string().replace('\n', " ")),
        (_, other) => json!(other.to_string()),
    }
}

/// What a field would show of a value that it was given; none when it takes no such value.
pub(crate) fn kept(kind: &Kind, field_type: JiraType, sent: &Value) -> Option<Value> {
    let is_too_long = field_type == JiraType::Line && sent.to_string().chars().count() > LINE_CHARS_MAX;
    let is_spaced =
        field_type == JiraType::Labels && sent.members().iter().any(|label| label.to_string().contains(' '));
    match kind {
        _ if is_too_long || is_spaced => None,
        // The two options travel together; one alone is what was sent.
        Kind::Cascade(Some(_)) => Some(sent.clone()),
        kind => value(kind, &to_wire(kind, sent)),
    }
}

/// Jira's own form: milliseconds, and an offset without a colon.
fn time(instant: Timestamp) -> Json {
    json!(instant.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string())
}

#[cfg(test)]
mod tests {
    use entente_core::rich::Document;

    use super::*;
    use crate::scheme::Takes;

    #[test]
    fn values_survive_the_wire() {
        let list = Kind::List(Box::new(Kind::Text));
        let rows = [
            (Kind::Text, json!("a"), Value::text("a")),
            (Kind::Named, json!({"name": "High"}), Value::text("High")),
            (Kind::Option, json!({"value": "Red"}), Value::text("Red")),
            (Kind::Number, json!(2.5), Value::Number(Number::new(2.5).unwrap())),
            (Kind::Document, adf::from_plain("a\n\nb"), Value::rich(Document::of_plain("a\n\nb"))),
            (list.clone(), json!(["a", "b"]), Value::list(vec![Value::text("a"), Value::text("b")])),
            (list, json!([]), Value::Empty),
            (Kind::Date, json!("2026-01-02"), Value::Date(jiff::civil::date(2026, 1, 2))),
            (
                Kind::Instant,
                json!("2026-01-02T03:04:05.000+0000"),
                Value::Instant("2026-01-02T03:04:05Z".parse().unwrap()),
            ),
            (Kind::Cascade(None), json!({"value": "A", "child": {"value": "B"}}), Value::text("A > B")),
            (Kind::Cascade(None), json!({"value": "A"}), Value::text("A")),
            (Kind::Account, json!({"accountId": "5b1"}), Value::text("5b1")),
            (Kind::Keyed, json!({"key": "OPS-1"}), Value::text("OPS-1")),
        ];
        for (kind, wire, canonical) in rows {
            assert_eq!(value(&kind, &wire).as_ref(), Some(&canonical), "{kind:?}");
            assert_eq!(to_wire(&kind, &canonical), wire, "{kind:?}");
        }
    }

    #[test]
    fn values_of_another_type_take_the_form_of_the_field() {
        let time = Value::Instant("2026-01-02T03:04:05Z".parse().unwrap());
        let labels = Kind::List(Box::new(Kind::Text));
        let rows = [
            (Kind::Date, time, json!("2026-01-02")),
            (Kind::Instant, Value::Date(jiff::civil::date(2026, 1, 2)), json!("2026-01-02T00:00:00.000+0000")),
            (Kind::Number, Value::text("2.5"), json!(2.5)),
            (Kind::Option, Value::Flag(true), json!({"value": "true"})),
            (labels, Value::text("b; a"), json!(["a", "b"])),
            (Kind::List(Box::new(Kind::Named)), Value::text("a, b"), json!([{"name": "a, b"}])),
        ];
        for (kind, value, expected) in rows {
            assert_eq!(to_wire(&kind, &value), expected, "{kind:?}");
        }
    }

    #[test]
    fn both_options_of_a_cascading_field_travel_together() {
        let part = |level: Level, path: &str| JiraField {
            path: path.into(),
            id: Some("customfield_1".to_owned()),
            namesakes: Vec::new(),
            kind: Kind::Cascade(Some(level)),
            field_type: JiraType::Choice,
            clause: None,
            comparable: None,
            takes: Takes::default(),
        };
        let (parent, child) = (part(Level::Parent, "Area.parent"), part(Level::Child, "Area.child"));
        let shown: Record = [("Area.parent".into(), Field::Known(Value::text("Platform")))].into_iter().collect();
        let sent = |writes: &[(&JiraField, Value)]| {
            let mut fields = Map::new();
            writes.iter().for_each(|(field, value)| put(&mut fields, field, value, Some(&shown)));
            fields["customfield_1"].clone()
        };
        let (billing, api) = (Value::text("Billing"), Value::text("API"));
        assert_eq!(sent(&[(&parent, billing.clone())]), json!({"value": "Billing"}));
        assert_eq!(sent(&[(&child, api.clone())]), json!({"value": "Platform", "child": {"value": "API"}}));
        assert_eq!(sent(&[(&child, Value::Empty)]), json!({"value": "Platform"}));
        let both = json!({"value": "Billing", "child": {"value": "API"}});
        assert_eq!(sent(&[(&parent, billing.clone()), (&child, api.clone())]), both);
        assert_eq!(sent(&[(&child, api.clone()), (&parent, billing)]), both);
        assert_eq!(sent(&[(&parent, Value::Empty), (&child, api)]), json!(null));
    }
}
