//! The fields of the site: what kinds there are, how a written value is read, how a stored one is shown.
//!
//! A value has one *stored form* per kind (`kind`); `input` turns what a client sends into it or into the vendor's complaint,
//! `output` turns it into what a client gets, `text` into what the history shows.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) mod duration;
pub(crate) mod founding;
pub(crate) mod input;
pub(crate) mod kind;
pub(crate) mod output;
pub(crate) mod text;

pub(crate) use kind::Kind;

/// Where platform custom field types live.
pub(crate) const PLATFORM_TYPES: &str = "com.atlassian.jira.plugin.system.customfieldtypes";

/// Which of the two languages of rich text a call speaks: v3 sends documents, v2 wiki markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rich {
    Document,
    Wiki,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Full key of the custom field type; `None` for system fields.
    pub(crate) custom: Option<String>,
    /// Of custom fields: for which projects they are, and with which options.
    pub(crate) contexts: Vec<Context>,
    /// On the create screens and the edit screens.
    pub(crate) on_create: bool,
    pub(crate) on_edit: bool,
    pub(crate) required: bool,
    pub(crate) description: String,
    /// The team-managed project whose own it is; others do not have it on any screen.
    #[serde(default)]
    pub(crate) scope: Option<u64>,
}

/// What a custom field is in some projects, or in all that have no context of their own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Empty: every other project.
    pub(crate) projects: Vec<u64>,
    pub(crate) choices: Vec<Choice>,
}

impl Context {
    pub(crate) fn is_global(&self) -> bool {
        self.projects.is_empty()
    }

    /// An option at either level.
    pub(crate) fn choice_mut(&mut self, id: &str) -> Option<&mut Choice> {
        for choice in &mut self.choices {
            if choice.id == id {
                return Some(choice);
            }
            if let Some(child) = choice.children.iter_mut().find(|c| c.id == id) {
                return Some(child);
            }
        }
        None
    }
}

/// An option of a select-like field; only cascading selects have children.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) disabled: bool,
    pub(crate) children: Vec<Choice>,
}

impl Field {
    pub(crate) fn is_in(&self, project: u64) -> bool {
        let is_configured = self.custom.is_none() || self.context_of(project).is_some();
        is_configured && self.scope.is_none_or(|scope| scope == project)
    }

    /// The context that issues of a project meet.
    fn context_of(&self, project: u64) -> Option<&Context> {
        let own = self.contexts.iter().find(|context| context.projects.contains(&project));
        own.or_else(|| self.contexts.iter().find(|context| context.is_global()))
    }

    /// The options that issues of a project may have.
    pub(crate) fn choices_in(&self, project: u64) -> &[Choice] {
        self.context_of(project).map(|context| context.choices.as_slice()).unwrap_or_default()
    }

    /// Every option of every context, at both levels.
    pub(crate) fn all_choices(&self) -> impl Iterator<Item = &Choice> {
        let choices = self.contexts.iter().flat_map(|context| &context.choices);
        choices.flat_map(|choice| std::iter::once(choice).chain(&choice.children))
    }

    pub(crate) fn custom_number(&self) -> Option<u64> {
        self.id.strip_prefix("customfield_")?.parse().ok()
    }

    pub(crate) fn schema(&self) -> Value {
        let (kind, items) = self.kind.schema();
        let mut schema = json!({ "type": kind });
        if let Some(items) = items {
            schema["items"] = json!(items);
        }
        match (&self.custom, self.custom_number()) {
            (Some(custom), Some(number)) => {
                schema["custom"] = json!(custom);
                schema["customId"] = json!(number);
            }
            _ => schema["system"] = json!(self.id),
        }
        schema
    }

    /// Names by which JQL knows the field.
    pub(crate) fn clause_names(&self) -> Vec<String> {
        let Some(number) = self.custom_number() else { return system_clauses(&self.id) };
        let kind = self.custom.as_deref().and_then(|c| c.rsplit(':').next()).unwrap_or_default();
        vec![format!("cf[{number}]"), self.name.clone(), format!("{}[{}]", self.name, clause_kind(kind))]
    }

    pub(crate) fn choice(&self, id: &str) -> Option<&Choice> {
        self.contexts.iter().flat_map(|context| &context.choices).find(|c| c.id == id)
    }
}

fn system_clauses(id: &str) -> Vec<String> {
    let names: &[&str] = match id {
        "issuetype" => &["issuetype", "type"],
        "fixVersions" => &["fixVersion"],
        "versions" => &["affectedVersion"],
        "components" => &["component"],
        "duedate" => &["due", "duedate"],
        "created" => &["created", "createdDate"],
        "updated" => &["updated", "updatedDate"],
        "resolutiondate" => &["resolutiondate", "resolved"],
        "watches" => &["watchers"],
        "issuekey" => &["id", "issue", "issuekey", "key"],
        "attachment" => &["attachments"],
        "statuscategorychangedate" => &["statusCategoryChangedDate"],
        other => return vec![other.to_owned()],
    };
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn clause_kind(suffix: &str) -> &str {
    match suffix {
        "textfield" => "Short text",
        "textarea" => "Paragraph",
        "float" => "Number",
        "datepicker" => "Date",
        "datetime" => "Time stamp",
        "select" => "Dropdown",
        "userpicker" => "User Picker (single user)",
        "labels" => "Labels",
        "url" => "URL Field",
        other => other,
    }
}
