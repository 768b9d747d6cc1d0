//! Every default that the page states is what holds when the key is left out.

use entente_core::config::{Config, parse, schema};
use serde_json::Value;

use super::table::{Stated, meaning};

/// A small document without a problem.
const PAIR: &str = include_str!("../config/pair.yaml");

const ACCESS: &str = "access: { salesforce: org, jira: site, domain_task: { salesforce: { owner: Ops } }, sources: { lead: \
                      { object: Lead, grant_field: Lead__c, person: Lead__c, organization: \"{Name}\", desk: SUP } }, \
                      LINE }\nserver: {";
const ACCESS_TEXTS: &str = "access: { salesforce: org, jira: site, domain_task: { salesforce: { owner: Ops } }, sources: { lead: { object: \
     Lead, grant_field: Lead__c, person: Lead__c, organization: \"{Name}\", desk: SUP } }, texts: { LINE } }\nserver: {";
const EVALUATIONS: &str = "access: { salesforce: org, jira: site, domain_task: { salesforce: { owner: Ops } }, sources: { lead: { object: \
     Lead, grant_field: Lead__c, person: Lead__c, organization: \"{Name}\", desk: SUP } }, evaluations: { source: lead, \
     queue_copy: a@b.example, subject: x, body: x, mail: { smtp_url: \"smtps://b.example\", from: a@b.example }, LINE } \
     }\nserver: {";
const DELIVERY_TEXTS: &str = "access: { salesforce: org, jira: site, domain_task: { salesforce: { owner: Ops } }, sources: { lead: { object: \
     Lead, grant_field: Lead__c, person: Lead__c, organization: \"{Name}\", desk: SUP } }, evaluations: { source: lead, \
     queue_copy: a@b.example, subject: x, body: x, mail: { smtp_url: \"smtps://b.example\", from: a@b.example }, texts: \
     { LINE } } }\nserver: {";

/// Where one more line stands in each part that states defaults, and in place of what.
const PLACES: [(&str, &str, &str); 10] = [
    ("connection", "  site:\n", "  site:\n    LINE\n"),
    ("connected-item", "  bugs:\n", "  bugs:\n    LINE\n"),
    ("actions", "  bugs:\n", "  bugs:\n    actions: { LINE }\n"),
    ("comments", "  bugs:\n", "  bugs:\n    comments: { LINE }\n"),
    ("attachments", "  bugs:\n", "  bugs:\n    attachments: { LINE }\n"),
    ("triggers", "triggers: { poll_seconds: 60 }\n", "triggers: { LINE }\n"),
    ("access", "server: {", ACCESS),
    ("access-texts", "server: {", ACCESS_TEXTS),
    ("evaluations", "server: {", EVALUATIONS),
    ("delivery-texts", "server: {", DELIVERY_TEXTS),
];

/// What a document means, however it is written.
fn config(text: &str) -> Option<Config> {
    let mut config = parse(text, &|_| Ok("value".to_owned())).0?;
    config.items.iter_mut().for_each(|item| item.says.clear());
    Some(config)
}

/// The document with one more line in a part of it.
fn with(part: &str, line: &str) -> String {
    let (_, anchor, place) = PLACES.iter().find(|place| place.0 == part).unwrap_or_else(|| panic!("{part}: where?"));
    PAIR.replacen(anchor, &place.replace("LINE", line), 1)
}

/// Another value that may be written there.
fn other_than(default: &str, property: &Value) -> Option<String> {
    let choice = property["anyOf"].get(0).unwrap_or(property);
    let words = choice["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match choice["type"].as_str() {
        Some("boolean") => Some((default != "true").to_string()),
        Some("integer") => Some(choice["minimum"].to_string()),
        Some("array") => None,
        _ if default == "everything" => Some("now".into()),
        Some(_) => None,
        None if choice["type"].is_array() => Some("Other words".into()),
        _ => words.into_iter().find(|word| *word != default).map(str::to_owned),
    }
}

#[test]
fn every_stated_default_is_what_holds_when_the_key_is_left_out() {
    let schema = schema();
    let mut tried = 0;
    for (part, shape) in schema["$defs"].as_object().expect("parts") {
        for (key, property) in shape["properties"].as_object().into_iter().flatten() {
            let description = property["description"].as_str().unwrap_or_default();
            let (_, Some(Stated::Word(default))) = meaning(description) else { continue };
            let plain = config(&with(part, ""));
            assert!(plain.is_some());
            assert_eq!(config(&with(part, &format!("{key}: {default}"))), plain, "{part}: {key}");
            tried += 1;
            let runs = !description.contains("this version");
            if let (true, Some(other)) = (runs, other_than(default, property)) {
                assert_ne!(config(&with(part, &format!("{key}: {other}"))), plain, "{part}: {key}: {other}");
            }
        }
    }
    assert!(tried > 15, "{tried} defaults are stated");
}
