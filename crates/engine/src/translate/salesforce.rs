//! Salesforce rows. Field types: <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm>

use entente_core::{Field, Record, Value, codec::html, field_type::SalesforceType, value::Number};
use entente_salesforce::Field as Described;
use serde_json::{Map, Value as Json, json};

use super::{Kind, date, day, instant, known, midnight};
use crate::scheme::SalesforceField;

/// The type of a field by its describe.
pub(crate) fn field_type(described: &Described) -> SalesforceType {
    SalesforceType::of(&described.kind, described.html_formatted, &described.reference_to)
}

/// How the values of a field travel.
pub(crate) fn kind(described: &Described) -> Kind {
    match field_type(described) {
        SalesforceType::Text
        | SalesforceType::ShortText
        | SalesforceType::Formed
        | SalesforceType::OwnId
        | SalesforceType::LongText
        | SalesforceType::Choice
        | SalesforceType::Person
        | SalesforceType::Reference => Kind::Text,
        SalesforceType::RichText => Kind::Html,
        SalesforceType::Choices => Kind::Semicolons,
        SalesforceType::Flag => Kind::Flag,
        SalesforceType::Number | SalesforceType::Whole => Kind::Number,
        SalesforceType::Date => Kind::Date,
        SalesforceType::Instant => Kind::Instant,
        SalesforceType::Compound => Kind::Compound,
        SalesforceType::Opaque => Kind::Foreign(described.kind.clone()),
    }
}

/// The fields of a row that the item reads.
pub(crate) fn record<'a>(fields: impl IntoIterator<Item = &'a SalesforceField>, row: &Map<String, Json>) -> Record {
    fields.into_iter().map(|field| (field.path.clone(), read(field, row))).collect()
}

fn read(field: &SalesforceField, row: &Map<String, Json>) -> Field {
    let Some(query_path) = &field.query_path else { return Field::Unreadable(field.missing()) };
    let mut parts = query_path.split('.');
    let mut here = parts.next().and_then(|part| row.get(part));
    for part in parts {
        // A lookup that is empty has no record to look into; what would be there is empty too.
        if here.is_some_and(Json::is_null) {
            return Field::Known(Value::Empty);
        }
        here = here.and_then(|value| value.get(part));
    }
    match here {
        Some(json) => known(value(&field.kind, json), json, &field.kind),
        None => Field::Unreadable("Salesforce did not return it".to_owned()),
    }
}

fn value(kind: &Kind, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Empty);
    }
    match kind {
        Kind::Text => json.as_str().map(Value::text),
        Kind::Number => json.as_f64().and_then(Number::new).map(Value::Number),
        Kind::Flag => json.as_bool().map(Value::Flag),
        Kind::Date => json.as_str().and_then(date).map(Value::Date),
        Kind::Instant => json.as_str().and_then(instant).map(Value::Instant),
        Kind::Semicolons => json.as_str().map(|text| Value::set(text.split(';').map(Value::text).collect())),
        Kind::Html => json.as_str().map(|html| Value::rich(html::read(html))),
        Kind::Compound => compound(json),
        Kind::Document
        | Kind::Named
        | Kind::Option
        | Kind::Cascade(_)
        | Kind::Account
        | Kind::Keyed
        | Kind::List(_)
        | Kind::Foreign(_) => None,
    }
}

/// An address as it is written on a letter; a place as latitude and longitude.
fn compound(json: &Json) -> Option<Value> {
    let part = |name: &str| match json.get(name)? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let joined = |names: &[&str], between| {
        let parts: Vec<String> = names.iter().filter_map(|name| part(name)).collect();
        parts.join(between)
    };
    if !json.is_object() {
        return None;
    }
    let town = joined(&["postalCode", "city", "state"], " ");
    let lines = [joined(&["street"], ""), town, joined(&["country"], "")];
    let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    let address = if lines.is_empty() { joined(&["latitude", "longitude"], ", ") } else { lines.join("\n") };
    Some(Value::text(&address))
}

/// A value as Salesforce takes it; null clears a field.
pub(crate) fn to_wire(kind: &Kind, value: &Value) -> Json {
    match (kind, value) {
        (_, Value::Empty) => Json::Null,
        (Kind::Semicolons, Value::List(values)) => {
            json!(values.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"))
        }
        (Kind::Number, Value::Number(number)) => json!(number.get()),
        (Kind::Flag, Value::Flag(flag)) => json!(flag),
        (Kind::Date, Value::Instant(instant)) => json!(day(*instant).to_string()),
        (Kind::Instant, Value::Date(date)) => midnight(*date).map_or(Json::Null, |time| json!(time.to_string())),
        (Kind::Html, Value::Rich(document)) => json!(html::write(document)),
        (Kind::Html, text) => json!(html::from_plain(&text.to_string())),
        (Kind::Number, Value::Text(text)) => text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number)),
        (Kind::Flag, Value::Text(text)) => {
            text.to_lowercase().parse::<bool>().map_or_else(|_| json!(text), |flag| json!(flag))
        }
        (_, other) => json!(other.to_string()),
    }
}

/// What a field would show of a value that it was given; none when it takes no such value.
pub(crate) fn kept(kind: &Kind, sent: &Value) -> Option<Value> {
    value(kind, &to_wire(kind, sent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::Takes;
    use entente_core::{FieldPath, field_type::Form};

    #[test]
    fn values_survive_the_wire() {
        let rows = [
            (Kind::Text, json!("a\r\nb "), Value::text("a\nb"), json!("a\nb")),
            (Kind::Text, json!(null), Value::Empty, json!(null)),
            (Kind::Number, json!(1.5), Value::Number(Number::new(1.5).unwrap()), json!(1.5)),
            (Kind::Flag, json!(true), Value::Flag(true), json!(true)),
            (Kind::Date, json!("2026-01-02"), Value::Date(civil(2026, 1, 2)), json!("2026-01-02")),
            (
                Kind::Instant,
                json!("2026-01-02T03:04:05.000+0000"),
                Value::Instant("2026-01-02T03:04:05Z".parse().unwrap()),
                json!("2026-01-02T03:04:05Z"),
            ),
            (
                Kind::Html,
                json!("<p>a &amp; <b>b</b></p>"),
                Value::rich(html::read("a &amp; <strong>b</strong>")),
                json!("<p>a &amp; <strong>b</strong></p>"),
            ),
            (Kind::Semicolons, json!("a;b"), Value::list(vec![Value::text("a"), Value::text("b")]), json!("a;b")),
        ];
        for (kind, wire, canonical, back) in rows {
            assert_eq!(value(&kind, &wire).as_ref(), Some(&canonical), "{kind:?}");
            assert_eq!(to_wire(&kind, &canonical), back, "{kind:?}");
        }
    }

    #[test]
    fn what_has_parts_is_read_as_people_write_it() {
        let address = json!({"street": "Main St 1", "city": "Aarhus", "state": null, "postalCode": "8000", "country": "DK",
            "latitude": 56.1, "longitude": 10.2, "geocodeAccuracy": null});
        assert_eq!(value(&Kind::Compound, &address), Some(Value::text("Main St 1\n8000 Aarhus\nDK")));
        let place = json!({"latitude": 56.1, "longitude": 10.2});
        assert_eq!(value(&Kind::Compound, &place), Some(Value::text("56.1, 10.2")));
    }

    #[test]
    fn a_path_through_an_empty_lookup_is_empty_and_a_field_that_is_not_there_is_unreadable() {
        let field = |query_path: Option<&str>| SalesforceField {
            path: FieldPath::from("account.Name"),
            query_path: query_path.map(str::to_owned),
            kind: Kind::Text,
            field_type: SalesforceType::Text,
            form: Form::Any,
            comparable: None,
            takes: Takes::default(),
            reference: None,
        };
        let row = json!({"Account": null, "Contact": {"Name": "Ada"}});
        let row = row.as_object().unwrap();
        assert_eq!(read(&field(Some("Account.Name")), row), Field::Known(Value::Empty));
        assert_eq!(read(&field(Some("Contact.Name")), row), Field::Known(Value::text("Ada")));
        assert!(matches!(read(&field(Some("Owner.Name")), row), Field::Unreadable(_)));
        assert!(matches!(read(&field(None), row), Field::Unreadable(_)));
    }

    fn civil(y: i16, m: i8, d: i8) -> jiff::civil::Date {
        jiff::civil::date(y, m, d)
    }
}
