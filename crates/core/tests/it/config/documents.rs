//! The documents that are shipped can be read, and the schema knows what the parser knows.

use std::{collections::BTreeSet, path::PathBuf};

use entente_core::config::{parse, schema};
use serde_json::Value;

use super::{PAIR, codes, hidden, parse_hidden};

fn example(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_document_without_a_problem_has_none() {
    let (config, problems) = parse_hidden(PAIR);
    assert!(config.is_some());
    assert_eq!(problems, []);
}

#[test]
fn the_minimal_example_has_no_problem() {
    let (config, problems) = parse_hidden(&example("minimal.yaml"));
    assert!(config.is_some());
    assert_eq!(problems, []);
}

#[test]
fn the_complete_example_is_read_and_warns_of_what_does_not_run_yet() {
    let (config, problems) = parse_hidden(&example("entente.yaml"));
    assert_eq!(codes(&problems), ["password-auth", "not-yet"], "{problems:#?}");
    let config = config.expect("only warnings");
    assert_eq!(
        config.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(),
        ["support-bugs", "sales-work", "account-card"]
    );
    assert_eq!(config.connections.len(), 4);
    assert_eq!(config.renamed["support-bugs"], "case-bugs");
}

#[test]
fn the_complete_example_shows_every_key_of_the_schema() {
    let text = example("entente.yaml");
    let missing: Vec<String> = keys(&schema()).into_iter().filter(|key| !text.contains(&format!("{key}:"))).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_schema_and_the_parser_know_the_same_keys() {
    for (place, at) in PLACES {
        let text = broken_at(at, "zzz_unknown");
        let (_, problems) = parse_hidden(&text);
        let problem =
            problems.iter().find(|problem| problem.code == "unknown-key").unwrap_or_else(|| panic!("{place}"));
        let known: BTreeSet<String> = problem.remedy.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let schema = schema();
        let shape = if *place == "document" { &schema } else { &schema["$defs"][place] };
        let keys: BTreeSet<String> = shape["properties"].as_object().expect(place).keys().cloned().collect();
        assert_eq!(known, keys, "{place}");
    }
    let defs: BTreeSet<String> = schema()["$defs"].as_object().unwrap().keys().cloned().collect();
    let tried: BTreeSet<String> =
        PLACES.iter().map(|(place, _)| (*place).to_owned()).chain(["reference".into()]).collect();
    assert_eq!(
        defs,
        tried.into_iter().filter(|place| place != "document").collect(),
        "a shape of the schema is not tried"
    );
}

#[test]
fn a_misspelt_key_is_recognised_at_every_level() {
    for (place, at) in PLACES {
        let schema = schema();
        let shape = if *place == "document" { &schema } else { &schema["$defs"][place] };
        let key = shape["properties"].as_object().unwrap().keys().max_by_key(|key| key.len()).unwrap();
        let (misspelt, _) = key.split_at(key.len() - 1);
        let (_, problems) = parse_hidden(&broken_at(at, misspelt));
        let expected = format!("unknown key `{misspelt}`; did you mean `{key}`?");
        assert!(problems.iter().any(|problem| problem.message == expected), "{place}: {problems:#?}");
    }
}

/// For each shape of the schema, a document in which `KEY` stands inside it.
const PLACES: &[(&str, &str)] = &[
    ("document", "KEY: x"),
    ("triggers", "triggers: { KEY: x }"),
    ("journal", "journal: { KEY: x }"),
    ("alerts", "alerts: { KEY: x }"),
    ("server", "server: { KEY: x }"),
    ("forge", "server: { forge: { KEY: x } }"),
    ("access", "access: { KEY: x }"),
    ("access-source", "access: { sources: { a: { KEY: x } } }"),
    ("domain-task", "access: { domain_task: { KEY: x } }"),
    ("jira-task", "access: { domain_task: { jira: { KEY: x } } }"),
    ("salesforce-task", "access: { domain_task: { salesforce: { KEY: x } } }"),
    ("access-texts", "access: { texts: { KEY: x } }"),
    ("evaluations", "access: { evaluations: { KEY: x } }"),
    ("mail", "access: { evaluations: { mail: { KEY: x } } }"),
    ("delivery-texts", "access: { evaluations: { texts: { KEY: x } } }"),
    ("connection", "connections: { a: { KEY: x } }"),
    ("salesforce-org", "connections: { a: { salesforce: { KEY: x } } }"),
    ("jira-site", "connections: { a: { jira: { KEY: x } } }"),
    ("proxy", "connections: { a: { proxy: { KEY: x } } }"),
    ("pace", "connections: { a: { pace: { KEY: x } } }"),
    ("connected-item", "items: { a: { KEY: x } }"),
    ("actions", "items: { a: { actions: { KEY: x } } }"),
    ("batch", "items: { a: { batch: { KEY: x } } }"),
    ("salesforce-end", "items: { a: { salesforce: { KEY: x } } }"),
    ("jira-end", "items: { a: { jira: { KEY: x } } }"),
    ("correlation", "items: { a: { correlation: { KEY: x } } }"),
    ("match-rule", "items: { a: { match: [ { KEY: x } ] } }"),
    ("status", "items: { a: { status: { KEY: x } } }"),
    ("comments", "items: { a: { comments: { KEY: x } } }"),
    ("attachments", "items: { a: { attachments: { KEY: x } } }"),
    ("field", "items: { a: { fields: [ { KEY: x } ] } }"),
    ("step", "items: { a: { fields: [ { to_jira: [ { KEY: x } ] } ] } }"),
    ("replace", "items: { a: { fields: [ { to_jira: [ { replace: { KEY: x } } ] } ] } }"),
    ("replace-pattern", "items: { a: { fields: [ { to_jira: [ { replace_pattern: { KEY: x } } ] } ] } }"),
    ("date-format", "items: { a: { fields: [ { to_jira: [ { format_date: { KEY: x } } ] } ] } }"),
    ("build-array", "items: { a: { fields: [ { to_jira: [ { build_array: { KEY: x } } ] } ] } }"),
    ("filter", "items: { a: { salesforce: { filter: { any: [ { all: [ { KEY: x } ] } ] } } } }"),
];

fn broken_at(place: &str, key: &str) -> String {
    place.replace("KEY", key)
}

/// Every property name anywhere in a schema.
fn keys(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match schema {
        Value::Object(parts) => {
            if let Some(Value::Object(properties)) = parts.get("properties") {
                found.extend(properties.keys().cloned());
            }
            found.extend(parts.values().flat_map(keys));
        }
        Value::Array(parts) => found.extend(parts.iter().flat_map(keys)),
        _ => {}
    }
    found
}

#[test]
fn the_schema_describes_every_key_and_closes_every_mapping() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for (name, shape) in schema["$defs"].as_object().unwrap().iter().filter(|(name, _)| *name != "reference") {
        assert_eq!(shape["additionalProperties"], false, "{name}");
        for (key, property) in shape["properties"].as_object().unwrap() {
            assert!(property["description"].as_str().is_some_and(|about| about.ends_with('.')), "{name}.{key}");
        }
    }
}

#[test]
fn the_rehearsal_is_read_once_its_addresses_are_known() {
    let vars = |reference: &entente_core::config::Reference| match reference.to_string().as_str() {
        "${SALESFORCE_URL}" => Ok("http://127.0.0.1:7401".into()),
        "${JIRA_URL}" => Ok("http://127.0.0.1:7402".into()),
        "${JIRA_EMAIL}" => Ok("admin@sandbox.example".into()),
        _ => hidden(reference),
    };
    let (config, problems) = parse(&example("titanium.yaml"), &vars);
    assert!(config.is_some(), "{problems:#?}");
}
