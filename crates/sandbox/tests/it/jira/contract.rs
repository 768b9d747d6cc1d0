//! Holds every answer of the site against the vendor's OpenAPI documents, and every rich text in it against the schema of
//! Atlassian documents. They lie beside the checkout; without them nothing is checked, and that is said once.
//!
//! A key that no schema knows counts as a mistake, also where the schema is open. `exceptions` says what the vendor's
//! documents are known to be wrong about.

mod exceptions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs};

use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Reply;

struct Documents {
    platform: Value,
    desk: Value,
    rich_text: Validator,
}

static DOCUMENTS: LazyLock<Option<Documents>> = LazyLock::new(|| {
    let folder = folder()?;
    let read = |path: &str| -> Value {
        let bytes = fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_slice(&bytes).expect("JSON")
    };
    Some(Documents {
        platform: read("openapi/jira-cloud-v3.swagger.json"),
        desk: read("openapi/jsm-cloud.swagger.json"),
        rich_text: validator(&read("adf/adf-schema-v1-full.json")),
    })
});

/// The vendor's published material.
#[expect(clippy::print_stderr, reason = "a test that had nothing to check against must say so")]
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = env::var_os("ENTENTE_SHARED").map_or_else(beside, PathBuf::from).join("data/jira");
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("not checked against the vendor's documents, because they are not there: {}", folder.display());
    None
}

fn validator(schema: &Value) -> Validator {
    // The vendor's times have no colon in the offset, so its own `format: date-time` refuses them.
    let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(false);
    options.build(schema).expect("a schema")
}

/// Panics with every way in which an answer differs from the documents.
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    let found = differences(method, path, reply);
    assert!(found.is_empty(), "{}\n{:.2000}", found.join("\n"), reply.text);
}

/// Every way in which an answer differs from the documents.
pub(crate) fn differences(method: &Method, path: &str, reply: &Reply) -> Vec<String> {
    let Some(documents) = DOCUMENTS.as_ref() else { return Vec::new() };
    let path = documented(path);
    let document = match path.split('/').nth(2) {
        Some("api") => &documents.platform,
        Some("servicedeskapi") => &documents.desk,
        // The control door, the gateway's own routes and the old webhook API have no document.
        _ => return Vec::new(),
    };
    let Some((template, operation)) = operation(document, method, &path) else {
        let name = format!("{method} {path} {}", reply.status);
        let is_known = reply.status >= 400 || exceptions::known(&name, "in no document");
        return if is_known { Vec::new() } else { vec![format!("{name}: in no document")] };
    };
    let name = format!("{method} {template} {}", reply.status);
    let mut found = shape(document, operation, reply).unwrap_or_else(|complaint| vec![complaint]);
    documents_in(&reply.body, &documents.rich_text, &mut found);
    found.retain(|complaint| !exceptions::known(&name, complaint));
    found.iter().map(|complaint| format!("{name}: {complaint}")).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The scopes that the documents name for an operation; none where there is no document, or no OAuth in it.
pub(crate) fn scopes(method: &str, path: &str) -> Option<Vec<String>> {
    let documents = DOCUMENTS.as_ref()?;
    let document = if path.starts_with("/rest/servicedeskapi") { &documents.desk } else { &documents.platform };
    let holes =
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/");
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let (_, operation) = operation(document, &method, &holes)?;
    let of_oauth = operation["security"].as_array()?.iter().find_map(|way| way.get("OAuth2"))?;
    // The granular scopes, which have a third part, are another way of asking for the same.
    let classic = of_oauth.as_array()?.iter().filter_map(Value::as_str).filter(|scope| scope.matches(':').count() == 1);
    Some(classic.map(str::to_owned).collect())
}

/// The path as the documents write it: on the site, in the third version.
fn documented(path: &str) -> String {
    let on_site = path.strip_prefix("/ex/jira/").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
    on_site.replacen("/rest/api/2/", "/rest/api/3/", 1).replacen("/rest/api/latest/", "/rest/api/3/", 1)
}

/// The operation whose template fits best: the one with the fewest holes.
fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<(&'d str, &'d Value)> {
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted.starts_with('{') || wanted == given => {}
                _ => return false,
            }
        }
    };
    let paths = document["paths"].as_object()?.iter().filter(|(template, _)| fits(template));
    let (template, operations) = paths.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template, operations.get(method.as_str().to_lowercase())?))
}

/// What is wrong with the status and the shape of the body.
fn shape(document: &Value, operation: &Value, reply: &Reply) -> Result<Vec<String>, String> {
    let documented = &operation["responses"][reply.status.to_string()];
    if documented.is_null() && reply.status < 300 {
        return Err(format!("status {} is not documented", reply.status));
    }
    let media_type = reply.header("content-type");
    if reply.text.is_empty() || !media_type.starts_with("application/json") {
        return Ok(Vec::new());
    }
    let schema = &documented["content"]["application/json"]["schema"];
    if schema.is_null() {
        return match reply.status {
            400.. => Ok(Vec::new()),
            _ => Err("a body is not documented".into()),
        };
    }
    let judge = validator(&closed(document, schema));
    Ok(judge
        .iter_errors(&reply.body)
        .map(|error| format!("{}: {error}", place(&error.instance_path().to_string())))
        .collect())
}

/// A place in the body, with `#` for the position in a list.
fn place(pointer: &str) -> String {
    let parts = pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "#" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// A schema with all that it refers to, in the words of JSON Schema, in which every object says all its keys.
fn closed(document: &Value, schema: &Value) -> Value {
    let mut parts = BTreeMap::new();
    let mut root = strict(schema, false);
    gather(document, schema, &mut parts);
    root["components"] = json!({ "schemas": parts.into_iter().collect::<Map<_, _>>() });
    root
}

fn gather(document: &Value, schema: &Value, parts: &mut BTreeMap<String, Value>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next())
                && !parts.contains_key(name)
            {
                let part = &document["components"]["schemas"][name];
                parts.insert(name.to_owned(), strict(part, false));
                gather(document, part, parts);
            }
            map.values().for_each(|value| gather(document, value, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(document, item, parts)),
        _ => {}
    }
}

/// OpenAPI's `nullable` as a type, and `additionalProperties: false` where properties are named.
fn strict(schema: &Value, is_part: bool) -> Value {
    let Value::Object(map) = schema else {
        return match schema {
            Value::Array(items) => items.iter().map(|item| strict(item, is_part)).collect(),
            other => other.clone(),
        };
    };
    let mut strict_map: Map<String, Value> = map
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "example" | "discriminator" | "nullable"))
        .map(|(key, value)| match key.as_str() {
            "enum" | "required" | "default" => (key.clone(), value.clone()),
            "properties" => {
                let named = value.as_object().into_iter().flatten();
                (
                    key.clone(),
                    named.map(|(name, value)| (name.clone(), strict(value, false))).collect::<Map<_, _>>().into(),
                )
            }
            _ => (key.clone(), strict(value, key == "allOf")),
        })
        .collect();
    let is_open = map.get("additionalProperties").is_none_or(|value| *value == json!(true));
    if map.get("properties").is_some_and(Value::is_object) && is_open && !is_part {
        strict_map.insert("additionalProperties".into(), json!(false));
    }
    match map.get("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [strict_map, { "type": "null" }] }),
        _ => Value::Object(strict_map),
    }
}

/// Judges every document inside a body.
fn documents_in(body: &Value, schema: &Validator, found: &mut Vec<String>) {
    match body {
        Value::Object(map) if map.get("type") == Some(&json!("doc")) && map.contains_key("version") => {
            found.extend(schema.iter_errors(body).map(|error| format!("a document: {error}")));
        }
        Value::Object(map) => map.values().for_each(|value| documents_in(value, schema, found)),
        Value::Array(items) => items.iter().for_each(|item| documents_in(item, schema, found)),
        _ => {}
    }
}
