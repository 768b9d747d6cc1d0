//! `@{part.path}` inside a composite call: what an earlier part answered.
//!
//! Vendor page: REST API Developer Guide, "Composite", reference ids.

use std::collections::HashMap;

use serde_json::Value;

use super::super::refusal::{Answered, Refusal};

/// The bodies of the parts that succeeded, by reference id.
pub(super) type Bodies = HashMap<String, Value>;

/// A text with its references replaced.
pub(super) fn in_text(text: &str, bodies: &Bodies) -> Answered<String> {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@{") {
        let Some((reference, tail)) = after.split_once('}') else { break };
        replaced.push_str(before);
        let value = look_up(reference, bodies).ok_or_else(|| missing(reference))?;
        replaced.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        rest = tail;
    }
    replaced.push_str(rest);
    Ok(replaced)
}

/// A body with the references in all its texts replaced.
pub(super) fn in_value(value: &Value, bodies: &Bodies) -> Answered<Value> {
    Ok(match value {
        Value::String(text) => Value::String(in_text(text, bodies)?),
        Value::Array(list) => Value::Array(list.iter().map(|one| in_value(one, bodies)).collect::<Answered<_>>()?),
        Value::Object(fields) => {
            let each = fields.iter().map(|(name, value)| Ok((name.clone(), in_value(value, bodies)?)));
            Value::Object(each.collect::<Answered<_>>()?)
        }
        other => other.clone(),
    })
}

fn missing(reference: &str) -> Refusal {
    let part = reference.split(['.', '[']).next().unwrap_or_default();
    let message = format!("Invalid reference specified. No value for {reference} found in {part}");
    Refusal::new(400, "PROCESSING_HALTED", message)
}

/// `part.records[0].Id`.
fn look_up<'a>(reference: &str, bodies: &'a Bodies) -> Option<&'a Value> {
    let steps = reference.replace('[', ".").replace(']', "");
    let mut steps = steps.split('.');
    let mut value = bodies.get(steps.next()?)?;
    for step in steps {
        value = match value {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_replaced_wherever_they_stand() {
        let bodies = Bodies::from([
            ("a".to_owned(), json!({"id": "500A"})),
            ("q".to_owned(), json!({"records": [{"Id": "001B", "N": 3}]})),
        ]);
        assert_eq!(in_text("/sobjects/Case/@{a.id}/x", &bodies).expect("known"), "/sobjects/Case/500A/x");
        let body = json!({"ParentId": "@{a.id}", "deep": ["@{q.records[0].Id}", 5]});
        assert_eq!(in_value(&body, &bodies).expect("known"), json!({"ParentId": "500A", "deep": ["001B", 5]}));
        let refusal = in_text("@{z.id}", &bodies).expect_err("unknown part");
        assert_eq!(refusal.message, "Invalid reference specified. No value for z.id found in z");
    }
}
