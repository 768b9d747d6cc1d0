//! One part of the schema as a table: a row per key.

use serde_json::Value;

/// The keys of a mapping, in the schema's order.
pub(super) fn of(shape: &Value) -> String {
    let required: Vec<&str> = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut table = "| key | holds | if left out | meaning |\n|---|---|---|---|\n".to_owned();
    for (key, property) in shape["properties"].as_object().into_iter().flatten() {
        let (meaning, default) = meaning(property["description"].as_str().unwrap_or_default());
        let left_out = match (required.contains(&key.as_str()), default) {
            (true, _) => "**required**".to_owned(),
            (false, Some(Stated::Word(word))) => format!("`{word}`"),
            (false, Some(Stated::Prose(prose))) => prose.to_owned(),
            (false, None) => String::new(),
        };
        table += &format!("| `{key}` | {} | {left_out} | {meaning} |\n", holds(property));
    }
    table
}

/// What a description says about a key that is left out.
#[derive(Debug, PartialEq)]
pub(super) enum Stated<'a> {
    /// A value that could be written instead: "Default daily."
    Word(&'a str),
    /// What happens then: "Default: all."
    Prose(&'a str),
}

/// A description without its last sentence, if that states a default.
pub(super) fn meaning(description: &str) -> (&str, Option<Stated<'_>>) {
    let (rest, default) = match description.rsplit_once("Default") {
        Some((rest, default)) => (rest.trim_end(), default.trim_end_matches('.')),
        None => (description, ""),
    };
    match (default.strip_prefix(": "), default.strip_prefix(' ')) {
        (Some(prose), _) => (rest, Some(Stated::Prose(prose))),
        (_, Some(word)) => (rest, Some(Stated::Word(word))),
        _ => (description, only_choice(description).map(Stated::Word)),
    }
}

/// "Only one-to-one, the default, is run by this version."
fn only_choice(description: &str) -> Option<&str> {
    description.split_once("Only ")?.1.split_once(", the default,").map(|(word, _)| word)
}

/// What may be written, in words.
fn holds(value: &Value) -> String {
    let any_of = value["anyOf"].as_array().into_iter().flatten();
    let choices: Vec<String> = any_of.filter(|choice| choice["$ref"] != "#/$defs/reference").map(holds).collect();
    if !choices.is_empty() {
        return choices.join(", or ");
    }
    if let Some(part) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        return super::outline::link(part);
    }
    if let Some(words) = value["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    match value["type"].as_str() {
        Some("boolean") => "`true`, `false`".into(),
        Some("integer") => range(&value["minimum"], &value["maximum"]),
        Some("array") => format!("list of {}{}", holds(&value["items"]), at_most(&value["maxItems"])),
        Some("object") => format!("mapping from names to {}", holds(&value["additionalProperties"])),
        _ if value["const"] == true => "`true`".into(),
        _ if value["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into())) => "text or nothing".into(),
        _ if value["type"].is_array() => "text".into(),
        _ => "anything".into(),
    }
}

fn range(min: &Value, max: &Value) -> String {
    if min == max { format!("`{min}`") } else { format!("number from {min} to {max}") }
}

fn at_most(max: &Value) -> String {
    max.as_u64().map(|max| format!(", at most {max}")).unwrap_or_default()
}

#[test]
fn a_default_is_told_from_the_meaning() {
    let rows = [
        ("Whether it runs. Default active.", ("Whether it runs.", Some(Stated::Word("active")))),
        ("Which issues enter. Default: all.", ("Which issues enter.", Some(Stated::Prose("all")))),
        ("The field to test.", ("The field to test.", None)),
        ("Only values, the default, is run.", ("Only values, the default, is run.", Some(Stated::Word("values")))),
    ];
    for (description, expected) in rows {
        assert_eq!(meaning(description), expected, "{description}");
    }
}
