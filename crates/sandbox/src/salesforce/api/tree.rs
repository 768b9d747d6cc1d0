//! `/composite/tree/Account`: records and their children, all or none.

use std::sync::Arc;

use http::Method;
use serde_json::{Map, Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write;
use super::answer::Answer;
use super::call::Call;
use super::{Context, object, with_headers, wrong_method};

const RECORDS_MAX: usize = 200;
const DEPTH_MAX: usize = 5;

/// What was made, by reference id, in the order of making.
type Made = Vec<(String, Arc<str>)>;
/// The reference id of the record that was refused, and why.
type Failed = (String, Refusal);

pub(super) fn create(state: &mut State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    if call.method != Method::POST {
        return Err(wrong_method(call, "POST"));
    }
    let object = object(state, context, name)?;
    let records = call.record()?.get("records").and_then(Value::as_array).cloned();
    let records = records.ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "records is required"))?;
    let caller = with_headers(context.caller.clone(), &call.headers);
    let inner = Context { control: context.control, caller, in_composite: context.in_composite };
    let savepoint = state.savepoint();
    let mut made = Made::new();
    match branch(state, &inner, object, None, &records, 1, &mut made) {
        Ok(()) => {
            let results: Vec<_> =
                made.iter().map(|(reference, id)| json!({ "referenceId": reference, "id": &**id })).collect();
            Ok(Answer::json(json!({ "hasErrors": false, "results": results })).with(201))
        }
        Err((reference, refusal)) => {
            state.roll_back(savepoint);
            let results = json!([{ "referenceId": reference, "errors": [refusal.row()] }]);
            Ok(Answer::json(json!({ "hasErrors": true, "results": results })).with(400))
        }
    }
}

fn branch(
    state: &mut State,
    context: &Context<'_>,
    object: usize,
    parent: Option<(usize, &str)>,
    records: &[Value],
    depth: usize,
    made: &mut Made,
) -> Result<(), Failed> {
    for record in records {
        let reference = record["attributes"]["referenceId"].as_str().unwrap_or_default().to_owned();
        let failed = |refusal| (reference.clone(), refusal);
        if depth > DEPTH_MAX || made.len() == RECORDS_MAX {
            let message = format!("a tree has at most {RECORDS_MAX} records and {DEPTH_MAX} levels");
            return Err(failed(Refusal::new(400, "INVALID_INPUT", message)));
        }
        let fields = record.as_object().ok_or_else(|| failed(Refusal::json("A record must be a JSON object.")))?;
        let (children, mut own): (Map<_, _>, Map<_, _>) =
            fields.clone().into_iter().partition(|(_, value)| value.get("records").is_some_and(Value::is_array));
        if let Some((field, id)) = parent {
            own.insert(state.object(object).fields[field].name.clone(), json!(id));
        }
        let id = write::create(state, &context.caller, object, &own, None).map_err(failed)?;
        made.push((reference.clone(), id.clone()));
        for (list, nested) in &children {
            let (child, field) = list_of(state, object, list).map_err(failed)?;
            let nested = nested["records"].as_array().cloned().unwrap_or_default();
            branch(state, context, child, Some((field, &id)), &nested, depth + 1, made)?;
        }
    }
    Ok(())
}

fn list_of(state: &State, object: usize, name: &str) -> Answered<(usize, usize)> {
    let lists = state.schema.children_of(object);
    let found =
        lists.into_iter().find(|list| list.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    found.map(|list| (list.object, list.field)).ok_or_else(|| Refusal::no_column(name, &state.object(object).name))
}
