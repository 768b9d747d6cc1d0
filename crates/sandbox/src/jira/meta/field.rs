//! Fields: the list, the search, custom field contexts and options.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::input::id_text;
use crate::jira::fields::{Choice, Field, Kind, PLATFORM_TYPES};
use crate::jira::limits::{FIELD_PAGE, PAGE};
use crate::jira::paging::Page;
use crate::jira::session::Session;

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    Ok(Reply::ok(s.contents.catalogue.fields.iter().map(|f| view.field_row(f)).collect()))
}

pub(crate) fn search(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let (kinds, ids) = (s.call.query_list("type"), s.call.query_list("id"));
    let text = s.call.query("query").unwrap_or_default().to_lowercase();
    let fits = |field: &&Field| {
        let kind = if field.custom.is_some() { "custom" } else { "system" };
        (kinds.is_empty() || kinds.iter().any(|k| k == kind))
            && (ids.is_empty() || ids.contains(&field.id))
            && field.name.to_lowercase().contains(&text)
    };
    let found: Vec<&Field> = s.contents.catalogue.fields.iter().filter(fits).collect();
    let show = |field: &&Field| json!({ "id": field.id, "name": field.name, "schema": field.schema(), "description": field.description, "key": field.id, "isLocked": false, "screensCount": 1, "contextsCount": 1 });
    let rows = page.cut(found.iter().map(show));
    Ok(Reply::ok(page.values(&s.view().api("field/search"), rows, found.len())))
}

/// Administrators add custom fields; the types are those of the platform.
pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, custom) = (text("name").to_owned(), text("type").to_owned());
    if name.is_empty() {
        return Err(Refusal::field(400, "name", "The custom field name must be provided."));
    }
    let kind = custom.strip_prefix(PLATFORM_TYPES).and_then(|rest| kind_of(rest.trim_start_matches(':')));
    let kind = kind.ok_or_else(|| Refusal::field(400, "type", "The custom field type is not valid."))?;
    let number = s.contents.next_id();
    let field = crate::jira::fields::founding::custom(number, &name, kind, &custom, &[]);
    let row = s.view().field_row(&field);
    s.contents.catalogue.fields.push(field);
    Ok(Reply::created(row))
}

/// Administrators rename and describe custom fields.
pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    let id = custom(s)?.id.clone();
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(field) = s.contents.catalogue.fields.iter_mut().find(|f| f.id == id) {
        field.name = text("name").unwrap_or_else(|| field.name.clone());
        field.description = text("description").unwrap_or_else(|| field.description.clone());
    }
    Ok(Reply::no_content())
}

pub(crate) fn kind_of(suffix: &str) -> Option<Kind> {
    Some(match suffix {
        "textfield" => Kind::Text,
        "textarea" => Kind::Rich,
        "url" => Kind::Url,
        "float" => Kind::Number,
        "datepicker" => Kind::Date,
        "datetime" => Kind::DateTime,
        "select" | "radiobuttons" => Kind::Option,
        "cascadingselect" => Kind::Cascading,
        "multiselect" | "multicheckboxes" => Kind::Options,
        "labels" => Kind::Labels,
        "userpicker" => Kind::User,
        "multiuserpicker" | "people" => Kind::Users,
        "grouppicker" => Kind::Group,
        "multigrouppicker" => Kind::Groups,
        "version" => Kind::Version,
        "multiversion" => Kind::Versions,
        "readonlyfield" => Kind::ReadOnly,
        _ => return None,
    })
}

fn custom<'s>(s: &'s Session<'_>) -> Result<&'s Field, Refusal> {
    s.administer()?;
    let field = s.contents.catalogue.field(s.call.param("field")).filter(|f| f.custom.is_some());
    field.ok_or_else(|| Refusal::message(404, "The custom field was not found."))
}

/// One global context per field; its id follows from the field's number.
fn context_id(field: &Field) -> String {
    (field.custom_number().unwrap_or_default() + 100).to_string()
}

pub(crate) fn contexts(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = custom(s)?;
    let row = json!({ "id": context_id(field), "name": format!("Default Configuration Scheme for {}", field.name), "description": "", "isGlobalContext": field.scope.is_none(), "isAnyIssueType": true });
    let url = s.view().api(&format!("field/{}/context", field.id));
    Ok(Reply::ok(page.values(&url, page.cut(std::iter::once(row)), 1)))
}

fn in_context<'s>(s: &'s Session<'_>) -> Result<&'s Field, Refusal> {
    let field = custom(s)?;
    if context_id(field) == s.call.param("context") {
        Ok(field)
    } else {
        Err(Refusal::message(404, "The custom field context was not found."))
    }
}

fn option_row(choice: &Choice) -> Value {
    json!({ "id": choice.id, "value": choice.value, "disabled": choice.disabled })
}

pub(crate) fn options(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, PAGE, PAGE)?;
    let field = in_context(s)?;
    let mut rows = Vec::new();
    for choice in &field.choices {
        rows.push(option_row(choice));
        for child in &choice.children {
            let mut row = option_row(child);
            row["optionId"] = json!(choice.id);
            rows.push(row);
        }
    }
    let total = rows.len();
    let url = s.view().api(&format!("field/{}/context/{}/option", field.id, context_id(field)));
    Ok(Reply::ok(page.values(&url, page.cut(rows.into_iter()), total)))
}

pub(crate) fn add_options(s: &mut Session<'_>) -> Answer {
    let id = in_context(s)?.id.clone();
    let body = s.call.closed_object(&["options"])?;
    let wanted = body.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for option in &wanted {
        let value = option
            .get("value")
            .and_then(Value::as_str)
            .filter(|v| !v.is_empty())
            .ok_or_else(Refusal::payload)?
            .to_owned();
        let choice = Choice {
            id: s.contents.next_id().to_string(),
            value,
            disabled: option.get("disabled") == Some(&json!(true)),
            children: Vec::new(),
        };
        rows.push(option_row(&choice));
        if let Some(field) = s.contents.catalogue.fields.iter_mut().find(|f| f.id == id) {
            match option.get("optionId").and_then(Value::as_str) {
                None => field.choices.push(choice),
                Some(parent) => {
                    field.choices.iter_mut().filter(|c| c.id == parent).for_each(|c| c.children.push(choice.clone()))
                }
            }
        }
    }
    Ok(Reply::ok(json!({ "options": rows })))
}

/// New names for options, or whether they can still be chosen; all or nothing.
pub(crate) fn update_options(s: &mut Session<'_>) -> Answer {
    let id = in_context(s)?.id.clone();
    let body = s.call.closed_object(&["options"])?;
    let wanted = body.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(field) = s.contents.catalogue.fields.iter_mut().find(|f| f.id == id) else { return Err(no_option()) };
    let id = |row: &Value| row.get("id").and_then(id_text).unwrap_or_default();
    if wanted.iter().any(|row| field.choice_mut(&id(row)).is_none()) {
        return Err(no_option());
    }
    for row in &wanted {
        let Some(choice) = field.choice_mut(&id(row)) else { continue };
        choice.value = row.get("value").and_then(Value::as_str).unwrap_or(&choice.value).to_owned();
        choice.disabled = row.get("disabled").and_then(Value::as_bool).unwrap_or(choice.disabled);
    }
    Ok(Reply::ok(json!({ "options": wanted })))
}

fn no_option() -> Refusal {
    Refusal::message(404, "The custom field option was not found.")
}

/// One option, by an id that is unique over all fields.
pub(crate) fn option(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let wanted = s.call.param("option");
    let all = s.contents.catalogue.fields.iter().flat_map(|f| &f.choices);
    let choice =
        all.flat_map(|c| std::iter::once(c).chain(&c.children)).find(|c| c.id == wanted).ok_or_else(no_option)?;
    let url = s.view().api(&format!("customFieldOption/{}", choice.id));
    Ok(Reply::ok(json!({ "self": url, "value": choice.value })))
}

/// Which projects a field's contexts are for.
pub(crate) fn project_mapping(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = custom(s)?;
    let row = match field.scope {
        None => json!({ "contextId": context_id(field), "isGlobalContext": true }),
        Some(project) => json!({ "contextId": context_id(field), "projectId": project.to_string() }),
    };
    let url = s.view().api(&format!("field/{}/context/projectmapping", field.id));
    Ok(Reply::ok(page.values(&url, page.cut(std::iter::once(row)), 1)))
}

/// Which issue types a field's contexts are for.
pub(crate) fn type_mapping(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = custom(s)?;
    let row = json!({ "contextId": context_id(field), "isAnyIssueType": true });
    let url = s.view().api(&format!("field/{}/context/issuetypemapping", field.id));
    Ok(Reply::ok(page.values(&url, page.cut(std::iter::once(row)), 1)))
}
