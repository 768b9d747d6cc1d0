//! Jira field values. Schema types: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/> for
//! rich text, and the `schema` of each field for everything else.

use entente_core::{Field, Record, Value, codec::adf, value::Number};
use entente_jira::FieldSchema;
use serde_json::{Map, Value as Json, json};

use super::{Kind, date, instant, known};
use crate::scheme::JiraField;

/// The kind of a field by its schema.
pub(crate) fn kind(schema: &FieldSchema) -> Kind {
    let custom = schema.custom.as_deref().and_then(|name| name.rsplit(':').next()).unwrap_or_default();
    let system = schema.system.as_deref().unwrap_or_default();
    if custom == "textarea" || matches!(system, "description" | "environment") {
        return Kind::Document;
    }
    if schema.kind == "array" {
        let items = schema.items.as_deref().unwrap_or_default();
        return match single(items) {
            Kind::Foreign(_) => Kind::Foreign(format!("array of {items}")),
            kind => Kind::List(Box::new(kind)),
        };
    }
    single(&schema.kind)
}

fn single(kind: &str) -> Kind {
    match kind {
        "string" => Kind::Text,
        "number" => Kind::Number,
        "date" => Kind::Date,
        "datetime" => Kind::Instant,
        "option" => Kind::Option,
        "priority" | "status" | "resolution" | "issuetype" | "component" | "version" | "securitylevel" => Kind::Named,
        "user" => Kind::Account,
        other => Kind::Foreign(other.to_owned()),
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
        Kind::Document if json.is_object() => Some(Value::text(&adf::to_plain(json))),
        Kind::Number => json.as_f64().and_then(Number::new).map(Value::Number),
        Kind::Flag => json.as_bool().map(Value::Flag),
        Kind::Date => json.as_str().and_then(date).map(Value::Date),
        Kind::Instant => json.as_str().and_then(instant).map(Value::Instant),
        Kind::Named => json.get("name")?.as_str().map(Value::text),
        Kind::Option => json.get("value")?.as_str().map(Value::text),
        Kind::Account => json.get("accountId")?.as_str().map(Value::text),
        Kind::List(kind) => {
            let values = json.as_array()?.iter().map(|json| value(kind, json)).collect::<Option<_>>()?;
            Some(Value::set(values))
        }
        Kind::Document | Kind::Semicolons | Kind::Foreign(_) => None,
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
        (Kind::List(kind), one) => json!([to_wire(kind, one)]),
        (Kind::Document, text) => adf::from_plain(&text.to_string()),
        (Kind::Named, name) => json!({"name": name.to_string()}),
        (Kind::Option, name) => json!({"value": name.to_string()}),
        (Kind::Account, id) => json!({"accountId": id.to_string()}),
        (Kind::Number, Value::Text(text)) => text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number)),
        (_, Value::Number(number)) if *kind == Kind::Number => json!(number.get()),
        // The summary is one line: Jira refuses a line feed in it.
        (Kind::Text, text) => json!(text.to_string().replace('\n', " ")),
        (_, other) => json!(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(kind: &str, items: Option<&str>, system: Option<&str>, custom: Option<&str>) -> FieldSchema {
        serde_json::from_value(json!({"type": kind, "items": items, "system": system, "custom": custom})).unwrap()
    }

    #[test]
    fn kinds_by_schema() {
        let textarea = "com.atlassian.jira.plugin.system.customfieldtypes:textarea";
        let rows = [
            (schema("string", None, Some("summary"), None), Kind::Text),
            (schema("string", None, Some("description"), None), Kind::Document),
            (schema("string", None, None, Some(textarea)), Kind::Document),
            (schema("priority", None, Some("priority"), None), Kind::Named),
            (schema("option", None, None, None), Kind::Option),
            (schema("array", Some("string"), Some("labels"), None), Kind::List(Box::new(Kind::Text))),
            (schema("sd-approvals", None, None, None), Kind::Foreign("sd-approvals".into())),
        ];
        for (schema, expected) in rows {
            assert_eq!(kind(&schema), expected);
        }
    }

    #[test]
    fn values_survive_the_wire() {
        let list = Kind::List(Box::new(Kind::Text));
        let rows = [
            (Kind::Text, json!("a"), Value::text("a")),
            (Kind::Named, json!({"name": "High"}), Value::text("High")),
            (Kind::Option, json!({"value": "Red"}), Value::text("Red")),
            (Kind::Number, json!(2.5), Value::Number(Number::new(2.5).unwrap())),
            (Kind::Document, adf::from_plain("a\n\nb"), Value::text("a\n\nb")),
            (list.clone(), json!(["a", "b"]), Value::list(vec![Value::text("a"), Value::text("b")])),
            (list, json!([]), Value::Empty),
            (Kind::Date, json!("2026-01-02"), Value::Date(jiff::civil::date(2026, 1, 2))),
        ];
        for (kind, wire, canonical) in rows {
            assert_eq!(value(&kind, &wire).as_ref(), Some(&canonical), "{kind:?}");
            assert_eq!(to_wire(&kind, &canonical), wire, "{kind:?}");
        }
    }
}
