//! The options of one context of a custom field.

use serde_json::{Value, json};

use super::context::{context, context_mut};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::Choice;
use crate::jira::fields::input::id_text;
use crate::jira::limits::PAGE;
use crate::jira::paging::Page;
use crate::jira::session::Session;

fn row(choice: &Choice) -> Value {
    json!({ "id": choice.id, "value": choice.value, "disabled": choice.disabled })
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, PAGE, PAGE)?;
    let (field, context) = context(s)?;
    let mut rows = Vec::new();
    for choice in &context.choices {
        rows.push(row(choice));
        for child in &choice.children {
            let mut row = row(child);
            row["optionId"] = json!(choice.id);
            rows.push(row);
        }
    }
    let total = rows.len();
    let url = s.view().api(&format!("field/{}/context/{}/option", field.id, context.id));
    Ok(Reply::ok(page.values(&url, page.cut(rows.into_iter()), total)))
}

pub(crate) fn add(s: &mut Session<'_>) -> Answer {
    context(s)?;
    let body = s.call.closed_object(&["options"])?;
    let wanted = body.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for option in &wanted {
        let value = option.get("value").and_then(Value::as_str).filter(|value| !value.is_empty());
        let value = value.ok_or_else(Refusal::payload)?.to_owned();
        let disabled = option.get("disabled") == Some(&json!(true));
        let choice = Choice { id: s.contents.next_id().to_string(), value, disabled, children: Vec::new() };
        rows.push(row(&choice));
        let context = context_mut(s)?;
        match option.get("optionId").and_then(Value::as_str) {
            None => context.choices.push(choice),
            Some(parent) => {
                context.choices.iter_mut().filter(|c| c.id == parent).for_each(|c| c.children.push(choice.clone()))
            }
        }
    }
    Ok(Reply::ok(json!({ "options": rows })))
}

/// New names for options, or whether they can still be chosen; all or nothing.
pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["options"])?;
    let wanted = body.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let context = context_mut(s)?;
    let id = |row: &Value| row.get("id").and_then(id_text).unwrap_or_default();
    if wanted.iter().any(|row| context.choice_mut(&id(row)).is_none()) {
        return Err(missing());
    }
    for row in &wanted {
        let Some(choice) = context.choice_mut(&id(row)) else { continue };
        choice.value = row.get("value").and_then(Value::as_str).unwrap_or(&choice.value).to_owned();
        choice.disabled = row.get("disabled").and_then(Value::as_bool).unwrap_or(choice.disabled);
    }
    Ok(Reply::ok(json!({ "options": wanted })))
}

/// Takes an option away; one that issues have cannot go.
pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("option").to_owned();
    let field = context(s)?.0.id.clone();
    let wanted = json!(id);
    let has = |value: &Value| *value == wanted || value.as_array().is_some_and(|values| values.contains(&wanted));
    if s.contents.issues.values().any(|issue| issue.value(&field).is_some_and(has)) {
        return Err(Refusal::message(400, "The option cannot be deleted, because it is used in issues."));
    }
    let context = context_mut(s)?;
    context.choice_mut(&id).ok_or_else(missing)?;
    context.choices.retain(|choice| choice.id != id);
    context.choices.iter_mut().for_each(|choice| choice.children.retain(|child| child.id != id));
    Ok(Reply::no_content())
}

/// One option, by an id that is unique over all fields.
pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let wanted = s.call.param("option");
    let mut all = s.contents.catalogue.fields.iter().flat_map(|field| field.all_choices());
    let choice = all.find(|choice| choice.id == wanted).ok_or_else(missing)?;
    let url = s.view().api(&format!("customFieldOption/{}", choice.id));
    Ok(Reply::ok(json!({ "self": url, "value": choice.value })))
}

fn missing() -> Refusal {
    Refusal::message(404, "The custom field option was not found.")
}
