//! Fields: the list, the search, making and naming custom ones; `context` and `option` have how they are configured.

pub(crate) mod context;
pub(crate) mod option;

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::{Field, Kind, PLATFORM_TYPES};
use crate::jira::limits::FIELD_PAGE;
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
    let show = |field: &&Field| json!({ "id": field.id, "name": field.name, "schema": field.schema(), "description": field.description, "key": field.id, "isLocked": false, "screensCount": 1, "contextsCount": field.contexts.len() });
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
        "project" => Kind::Project,
        "readonlyfield" => Kind::ReadOnly,
        _ => return None,
    })
}

fn custom<'s>(s: &'s Session<'_>) -> Result<&'s Field, Refusal> {
    s.administer()?;
    let field = s.contents.catalogue.field(s.call.param("field")).filter(|f| f.custom.is_some());
    field.ok_or_else(|| Refusal::message(404, "The custom field was not found."))
}
