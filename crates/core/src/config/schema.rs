//! The published JSON Schema of the document (draft 2020-12), made from the tables of `shape`.

use serde_json::{Map, Value, json};

use super::shape::{DOCUMENT, Key, Kind, MANY, Shape};

/// The JSON Schema of the document, for editors.
#[must_use]
pub fn schema() -> Value {
    let mut defs = Map::new();
    let document = object(&DOCUMENT, &mut defs);
    let reference = json!({
        "type": "string",
        "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}",
        "description": "A variable of the environment.",
    });
    defs.insert("reference".into(), reference);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of Entente",
    });
    if let (Value::Object(schema), Value::Object(document)) = (&mut schema, document) {
        schema.extend(document);
        schema.insert("$defs".into(), Value::Object(defs));
    }
    schema
}

fn object(shape: &Shape, defs: &mut Map<String, Value>) -> Value {
    let properties: Map<String, Value> = shape.keys.iter().map(|key| (key.name.into(), property(key, defs))).collect();
    let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({
        "description": shape.about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(key: &Key, defs: &mut Map<String, Value>) -> Value {
    let mut value = of_kind(&key.kind, defs);
    if let Value::Object(value) = &mut value {
        value.insert("description".into(), key.about.into());
    }
    value
}

fn of_kind(kind: &Kind, defs: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Text | Kind::Verbatim | Kind::Setting | Kind::Secret => {
            json!({ "type": ["string", "number", "boolean"] })
        }
        Kind::Free => json!({ "type": ["string", "number", "boolean", "null"] }),
        Kind::Flag => or_reference(json!({ "type": "boolean" })),
        Kind::Yes => or_reference(json!({ "const": true })),
        Kind::Whole { min, max } => or_reference(json!({ "type": "integer", "minimum": min, "maximum": max })),
        Kind::Word(words) => or_reference(json!({ "enum": words })),
        Kind::List { of, min, max } => list(of, *min, *max, defs),
        Kind::Map(shape) => link(shape, defs),
        Kind::Named { of, min, .. } => {
            json!({ "type": "object", "additionalProperties": of_kind(of, defs), "minProperties": min })
        }
        Kind::Either(kinds) => json!({ "anyOf": kinds.iter().map(|kind| of_kind(kind, defs)).collect::<Vec<_>>() }),
    }
}

fn or_reference(value: Value) -> Value {
    json!({ "anyOf": [value, { "$ref": "#/$defs/reference" }] })
}

fn list(of: &Kind, min: usize, max: usize, defs: &mut Map<String, Value>) -> Value {
    let mut value = json!({ "type": "array", "items": of_kind(of, defs), "minItems": min });
    if max != MANY {
        value["maxItems"] = max.into();
    }
    value
}

/// Shapes may hold themselves (filters do), so each is written once and pointed at.
fn link(shape: &Shape, defs: &mut Map<String, Value>) -> Value {
    if !defs.contains_key(shape.name) {
        defs.insert(shape.name.into(), Value::Null);
        let definition = object(shape, defs);
        defs.insert(shape.name.into(), definition);
    }
    json!({ "$ref": format!("#/$defs/{}", shape.name) })
}
