//! What the field names of a query stand for: system fields and their other names, custom fields by number or name.

use super::order::Key;
use super::rule::Clock;
use crate::jira::contents::Contents;
use crate::jira::fields::{Field, Kind, founding};

/// What a field's name stands for.
pub(super) enum Meaning<'a> {
    Issue,
    Project,
    Type,
    Status,
    Category,
    Creator,
    Watcher,
    Time(Clock),
    /// Full text over several fields.
    Text(Vec<String>),
    Field(&'a Field),
}

pub(super) fn meaning<'a>(contents: &'a Contents, name: &str) -> Option<Meaning<'a>> {
    let lower = name.to_lowercase();
    let system = |id: &str| contents.catalogue.field(id).map(Meaning::Field);
    match lower.as_str() {
        "key" | "id" | "issue" | "issuekey" => Some(Meaning::Issue),
        "project" => Some(Meaning::Project),
        "issuetype" | "type" => Some(Meaning::Type),
        "status" => Some(Meaning::Status),
        "statuscategory" => Some(Meaning::Category),
        "creator" => Some(Meaning::Creator),
        "watcher" => Some(Meaning::Watcher),
        "created" | "createddate" => Some(Meaning::Time(Clock::Created)),
        "updated" | "updateddate" => Some(Meaning::Time(Clock::Updated)),
        "resolved" | "resolutiondate" => Some(Meaning::Time(Clock::Resolved)),
        "statuscategorychangeddate" => Some(Meaning::Time(Clock::StatusChanged)),
        "text" | "textfields" => {
            Some(Meaning::Text(["summary", "description", "environment", "comment"].map(String::from).to_vec()))
        }
        "comment" => Some(Meaning::Text(vec!["comment".into()])),
        "fixversion" => system("fixVersions"),
        "affectedversion" => system("versions"),
        "component" => system("components"),
        "due" | "duedate" => system("duedate"),
        "organizations" | "organization" => system(founding::ORGANIZATIONS),
        "summary" | "description" | "environment" | "priority" | "resolution" | "assignee" | "reporter" | "labels"
        | "parent" => system(&lower),
        _ => custom(contents, name, &lower).map(Meaning::Field),
    }
}

/// `cf[10030]`, `customfield_10030`, a display name, or `Name[Short text]`.
fn custom<'a>(contents: &'a Contents, name: &str, lower: &str) -> Option<&'a Field> {
    let number =
        lower.strip_prefix("cf[").and_then(|rest| rest.strip_suffix(']')).and_then(|n| n.trim().parse::<u64>().ok());
    let customs = || contents.catalogue.fields.iter().filter(|f| f.custom.is_some());
    match number {
        Some(number) => customs().find(|f| f.custom_number() == Some(number)),
        None => {
            customs().find(|f| f.clause_names().iter().any(|clause| clause.eq_ignore_ascii_case(name)) || f.id == lower)
        }
    }
}

/// What a field sorts by; some cannot be sorted by.
pub(super) fn sort_key(contents: &Contents, name: &str) -> Option<Key> {
    if name.eq_ignore_ascii_case("id") {
        return Some(Key::Id);
    }
    Some(match meaning(contents, name)? {
        Meaning::Issue => Key::Number,
        Meaning::Project => Key::Project,
        Meaning::Type => Key::Type,
        Meaning::Status | Meaning::Category => Key::Status,
        Meaning::Time(Clock::Created | Clock::StatusChanged) => Key::Created,
        Meaning::Time(Clock::Updated) => Key::Updated,
        Meaning::Time(Clock::Resolved) => Key::Resolved,
        Meaning::Field(field) if field.kind == Kind::Priority => Key::Priority,
        Meaning::Field(field) => Key::Field(field.id.clone()),
        Meaning::Creator | Meaning::Watcher | Meaning::Text(_) | Meaning::Time(Clock::Field(_)) => return None,
    })
}
