//! Rows as the REST API shows them.

use serde_json::{Map, Value, json};

use super::super::schema::Kind;
use super::super::state::State;
use super::super::table::Row;
use super::super::write::Caller;
use super::bind::{Node, Plan, Shape};
use super::path::Leaf;
use super::run;

/// The rows in these places, as the plan's SELECT shows them.
pub(in crate::salesforce) fn rows(state: &State, caller: &Caller, plan: &Plan, places: &[usize]) -> Vec<Value> {
    let Shape::Rows(nodes) = &plan.shape else { return Vec::new() };
    let table = &state.tables[plan.base];
    let shown = places.iter().filter_map(|place| table.row(*place));
    shown.map(|row| show(state, caller, plan.object, plan.base, row, nodes)).collect()
}

/// A list of children by its relationship's name, as a query answer shows it.
pub(in crate::salesforce) fn relationship_rows(records: Vec<Value>) -> Value {
    json!({ "totalSize": records.len(), "done": true, "records": records })
}

/// `object` names the row, `base` is the object that it is of.
fn show(state: &State, caller: &Caller, object: usize, base: usize, row: &Row, nodes: &[Node]) -> Value {
    let name = &state.object(object).name;
    let url = format!("/services/data/{}/sobjects/{name}/{}", caller.version, row.id);
    let mut shown = Map::with_capacity(nodes.len() + 1);
    shown.insert("attributes".to_owned(), json!({ "type": name, "url": url }));
    for node in nodes {
        match node {
            Node::Leaf { name, leaf } => drop(shown.insert(name.clone(), value(state, caller, base, row, name, leaf))),
            Node::Parent { hop, nodes } => {
                let parent = hop.follow(state, base, row);
                let value = parent.map_or(Value::Null, |(object, row)| show(state, caller, object, object, row, nodes));
                shown.insert(hop.shown.clone(), value);
            }
            Node::Children { name, field, plan } => {
                let places = state.tables[plan.base].having(*field, &row.id).into_iter().flatten();
                let places = run::among(state, plan, places);
                let records = rows(state, caller, plan, &places);
                let value = if records.is_empty() { Value::Null } else { relationship_rows(records) };
                shown.insert(name.clone(), value);
            }
            Node::TypeOf { hop, when, otherwise } => {
                let parent = hop.follow(state, base, row);
                let value = parent.map_or(Value::Null, |(object, row)| {
                    let nodes = when.iter().find(|(of, _)| *of == object).map_or(otherwise, |(_, nodes)| nodes);
                    show(state, caller, object, object, row, nodes)
                });
                shown.insert(hop.shown.clone(), value);
            }
        }
    }
    Value::Object(shown)
}

fn value(state: &State, caller: &Caller, object: usize, row: &Row, name: &str, leaf: &Leaf) -> Value {
    let seen = leaf.see(state, object, row);
    match seen.kind {
        Kind::Address => address(state, object, row, name),
        Kind::Location => location(state, object, row, name),
        // Bytes are shown as the place where they are.
        Kind::Base64 => {
            let object = &state.object(object).name;
            json!(format!("/services/data/{}/sobjects/{object}/{}/{name}", caller.version, row.id))
        }
        kind => seen.cell.to_wire(kind),
    }
}

/// A place shows its two numbers as one; null when it has none.
fn location(state: &State, object: usize, row: &Row, name: &str) -> Value {
    let stem = name.strip_suffix("__c").unwrap_or(name);
    let part = |part: &str| state.get(object, row, &format!("{stem}__{part}__s")).to_wire(Kind::Double);
    let (latitude, longitude) = (part("Latitude"), part("Longitude"));
    if latitude.is_null() { Value::Null } else { json!({ "latitude": latitude, "longitude": longitude }) }
}

/// A compound field shows its parts as one; null when all of them are.
fn address(state: &State, object: usize, row: &Row, name: &str) -> Value {
    let prefix = name.strip_suffix("Address").unwrap_or_default();
    let part = |part: &str| state.get(object, row, &format!("{prefix}{part}")).to_wire(Kind::Text);
    let parts = ["City", "Country", "PostalCode", "State", "Street"].map(|name| (name, part(name)));
    if parts.iter().all(|(_, value)| value.is_null()) {
        return Value::Null;
    }
    let lower = |name: &str| name[..1].to_lowercase() + &name[1..];
    let mut shown: Map<String, Value> = parts.into_iter().map(|(name, value)| (lower(name), value)).collect();
    for name in ["geocodeAccuracy", "latitude", "longitude"] {
        shown.insert(name.to_owned(), Value::Null);
    }
    Value::Object(shown)
}
