//! Reads what a client writes into a field: the stored form, or the vendor's complaint about it.

use serde_json::{Value, json};

use super::{Choice, Field, Kind, Rich, duration};
use crate::jira::adf;
use crate::jira::contents::Contents;
use crate::jira::limits::{LABEL_CHARS, RICH_TEXT_CHARS, TEXT_FIELD_CHARS};
use crate::jira::time;

/// What a value has to be judged against.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) contents: &'a Contents,
    pub(crate) project: u64,
    pub(crate) rich: Rich,
}

/// A complaint: either about this field, or about the whole request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Complaint {
    Field(String),
    /// `errorMessages: ["INVALID_INPUT"]`, which names no field.
    InvalidInput,
}

impl<T: Into<String>> From<T> for Complaint {
    fn from(text: T) -> Self {
        Self::Field(text.into())
    }
}

type Stored = Result<Value, Complaint>;

/// Reads one value; `Value::Null` means the field becomes empty.
pub(crate) fn read(field: &Field, input: &Value, context: Context<'_>) -> Stored {
    if input.is_null() {
        return if field.id == "summary" { Err(NO_SUMMARY.into()) } else { Ok(Value::Null) };
    }
    let choices = field.choices_in(context.project);
    match field.kind {
        Kind::Text if field.id == "summary" => summary(input),
        Kind::Text => text(input, TEXT_FIELD_CHARS),
        Kind::Rich => rich(input, context.rich),
        Kind::Url => url(input),
        Kind::Number => {
            if input.is_number() {
                Ok(input.clone())
            } else {
                Err("Operation value must be a number".into())
            }
        }
        Kind::Date => date(input),
        Kind::DateTime => moment(input),
        Kind::Option => choice(choices, input).map(|c| json!(c.id)),
        Kind::Cascading => cascading(choices, input),
        Kind::Options => list(input, |item| choice(choices, item).map(|c| json!(c.id))),
        Kind::Labels => list(input, label),
        Kind::User => user(field, input, context),
        Kind::Users => list(input, |item| user(field, item, context)),
        Kind::Group => group(input, context),
        Kind::Groups => list(input, |item| group(item, context)),
        Kind::Version => version(field, input, context),
        Kind::Versions => list(input, |item| version(field, item, context)),
        Kind::Components => list(input, |item| component(item, context)),
        Kind::Priority => {
            named(input, context.contents.catalogue.priorities.iter().map(|p| (&p.id, &p.name)), "priority")
        }
        Kind::Resolution => {
            named(input, context.contents.catalogue.resolutions.iter().map(|r| (&r.id, &r.name)), "resolution")
        }
        Kind::Parent => parent(input, context),
        Kind::TimeTracking => time_tracking(input),
        Kind::Organizations => list(input, |item| organization(item, context)),
        Kind::Project => project(input, context),
        Kind::RequestType | Kind::ServiceLevel | Kind::Structural(_) | Kind::ReadOnly => {
            Err(off_screen(&field.id).into())
        }
    }
}

pub(crate) const NO_SUMMARY: &str = "You must specify a summary of the issue.";

pub(crate) fn off_screen(field: &str) -> String {
    format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.")
}

fn summary(input: &Value) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    if text.trim().is_empty() {
        return Err(NO_SUMMARY.into());
    }
    if text.contains(['\n', '\r']) {
        return Err("The summary is invalid because it contains newline characters.".into());
    }
    if text.chars().count() > TEXT_FIELD_CHARS {
        return Err("Summary must be less than 255 characters.".into());
    }
    // The vendor trims what people type around a summary.
    Ok(json!(text.trim()))
}

fn text(input: &Value, max: usize) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    if text.chars().count() > max {
        return Err(format!("The entered text is too long. It exceeds the allowed limit of {max} characters.").into());
    }
    Ok(if text.is_empty() { Value::Null } else { json!(text) })
}

/// Rich text for a field; `body` does the same for comments.
fn rich(input: &Value, language: Rich) -> Stored {
    let stored = match (language, input) {
        (Rich::Wiki, Value::String(text)) => json!({ "wiki": text }),
        (Rich::Wiki, _) => return Err("Operation value must be a string".into()),
        (Rich::Document, Value::Object(_)) => {
            adf::rules::check(input).map_err(|_| Complaint::InvalidInput)?;
            json!({ "doc": input })
        }
        (Rich::Document, _) => {
            return Err("Operation value must be an Atlassian Document (see the Atlassian Document Format)".into());
        }
    };
    let text = adf::text::of_stored(&stored);
    if text.chars().count() > RICH_TEXT_CHARS {
        return Err("The entered text is too long. It exceeds the allowed limit of 32,767 characters.".into());
    }
    Ok(if adf::is_empty(&stored) { Value::Null } else { stored })
}

fn url(input: &Value) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    match url::Url::parse(text) {
        _ if text.is_empty() => Ok(Value::Null),
        Ok(_) => Ok(json!(text)),
        Err(_) => Err("Please enter a valid URL.".into()),
    }
}

fn date(input: &Value) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    let complaint = || format!("Error parsing date string: {text}");
    // A time behind the day is ignored, as the vendor does.
    let day = text.get(..10).ok_or_else(complaint)?;
    day.parse::<jiff::civil::Date>().map_err(|_| complaint())?;
    Ok(json!(day))
}

fn moment(input: &Value) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    Ok(time::parse(text).map(|ms| json!(ms)).ok_or_else(|| format!("Error parsing date string: {text}"))?)
}

fn choice<'a>(choices: &'a [Choice], input: &Value) -> Result<&'a Choice, Complaint> {
    let id = input.get("id").and_then(id_text);
    let value = input.get("value").and_then(Value::as_str);
    match (id, value) {
        (Some(id), _) => {
            Ok(choices.iter().find(|c| c.id == id).ok_or_else(|| format!("Option id '{id}' is not valid"))?)
        }
        (None, Some(value)) => Ok(choices
            .iter()
            .find(|c| c.value == value)
            .ok_or_else(|| format!("Option value '{value}' is not valid"))?),
        (None, None) => Err("Specify a valid 'id' or 'name' for the option".into()),
    }
}

fn cascading(choices: &[Choice], input: &Value) -> Stored {
    let parent = choice(choices, input)?;
    match input.get("child").filter(|c| !c.is_null()) {
        None => Ok(json!([parent.id])),
        Some(child) => Ok(json!([parent.id, choice(&parent.children, child)?.id])),
    }
}

/// A list field: read each, keep the first of equals.
fn list(input: &Value, mut read: impl FnMut(&Value) -> Stored) -> Stored {
    let items = input.as_array().ok_or("data was not an array")?;
    let mut stored: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        let value = read(item)?;
        if !stored.contains(&value) {
            stored.push(value);
        }
    }
    Ok(if stored.is_empty() { Value::Null } else { Value::Array(stored) })
}

fn label(input: &Value) -> Stored {
    let text = input.as_str().ok_or("Operation value must be a string")?;
    if text.contains(char::is_whitespace) {
        return Err(format!("The label '{text}' contains spaces which is invalid.").into());
    }
    if text.chars().count() > LABEL_CHARS {
        return Err(format!("The label '{text}' exceeds the maximum length allowed (255 characters).").into());
    }
    Ok(json!(text))
}

/// `{"accountId"}`; `{"id"}` is accepted as well.
fn user(field: &Field, input: &Value, context: Context<'_>) -> Stored {
    let id = input.get("accountId").or_else(|| input.get("id"));
    let id = match id {
        Some(Value::Null) => return Ok(Value::Null),
        Some(Value::String(id)) => id,
        _ => return Err("Specify a valid 'id' or 'name' for the user".into()),
    };
    let people = &context.contents.people;
    if !people.users.contains_key(id) {
        return Err(UNKNOWN_USER.into());
    }
    if field.id == "assignee" && !people.assignable(id) {
        return Err(format!("User '{id}' cannot be assigned issues.").into());
    }
    Ok(json!(id))
}

pub(crate) const UNKNOWN_USER: &str = "Specified user does not exist or you do not have required permissions";

fn group(input: &Value, context: Context<'_>) -> Stored {
    let wanted = input.get("groupId").or_else(|| input.get("name")).and_then(Value::as_str).unwrap_or_default();
    let group = context.contents.people.group_by(wanted).ok_or_else(|| format!("Group '{wanted}' does not exist."))?;
    Ok(json!(group.id))
}

fn version(field: &Field, input: &Value, context: Context<'_>) -> Stored {
    let versions =
        context.contents.catalogue.projects.get(&context.project).map(|p| p.versions.as_slice()).unwrap_or_default();
    let _ = field;
    named(input, versions.iter().map(|v| (&v.id, &v.name)), "version")
}

fn component(input: &Value, context: Context<'_>) -> Stored {
    let components =
        context.contents.catalogue.projects.get(&context.project).map(|p| p.components.as_slice()).unwrap_or_default();
    named(input, components.iter().map(|c| (&c.id, &c.name)), "component")
}

fn named<'a>(input: &Value, mut known: impl Iterator<Item = (&'a String, &'a String)>, noun: &str) -> Stored {
    if let Some(id) = input.get("id").and_then(id_text) {
        let found = known.find(|(known, _)| **known == id);
        return Ok(found.map(|(id, _)| json!(id)).ok_or_else(|| match noun {
            "priority" => "The priority selected is invalid.".to_owned(),
            _ => format!("{} with id '{id}' does not exist.", capital(noun)),
        })?);
    }
    let Some(name) = input.get("name").and_then(Value::as_str) else {
        return Err(format!("Could not find valid 'id' or 'name' in {noun} object.").into());
    };
    let found = known.find(|(_, known)| known.eq_ignore_ascii_case(name));
    Ok(found.map(|(id, _)| json!(id)).ok_or_else(|| match noun {
        "priority" => "The priority selected is invalid.".to_owned(),
        _ => format!("{} name '{name}' is not valid", capital(noun)),
    })?)
}

fn capital(noun: &str) -> String {
    let mut letters = noun.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn parent(input: &Value, context: Context<'_>) -> Stored {
    let wanted =
        input.get("id").and_then(id_text).or_else(|| input.get("key").and_then(Value::as_str).map(str::to_owned));
    let wanted = wanted.ok_or("data was not an object")?;
    let parent = context.contents.find_issue(&wanted).ok_or("Could not find issue by id or key.")?;
    Ok(json!(parent.id))
}

/// `{"id"}` or `{"key"}` of a project.
fn project(input: &Value, context: Context<'_>) -> Stored {
    let wanted = input.get("id").and_then(id_text).or_else(|| input.get("key").and_then(id_text));
    let wanted = wanted.ok_or("Specify a valid 'id' or 'key' for the project")?;
    let project = context.contents.find_project(&wanted).ok_or("Specify a valid project ID or key")?;
    Ok(json!(project.id))
}

fn time_tracking(input: &Value) -> Stored {
    let read = |name: &str| match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(duration::parse).map(Some).ok_or_else(|| {
            Complaint::Field(
                "Original estimate and remaining estimate need to be in the right format, for example 1w 2d 3h.".into(),
            )
        }),
    };
    let (original, remaining) = (read("originalEstimate")?, read("remainingEstimate")?);
    Ok(match (original, remaining) {
        (None, None) => Value::Null,
        (original, remaining) => json!({ "original": original.or(remaining), "remaining": remaining.or(original) }),
    })
}

fn organization(input: &Value, context: Context<'_>) -> Stored {
    let id = input.as_u64().or_else(|| input.get("id").and_then(id_text)?.parse().ok());
    let known = id.filter(|id| context.contents.desks.organizations.contains_key(id));
    Ok(known.map(|id| json!(id)).ok_or("The organization does not exist.")?)
}

/// Ids are strings on the wire, yet numbers are understood.
pub(crate) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
