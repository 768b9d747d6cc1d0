//! Fields: the site's list, and what may be set when creating or editing one kind of issue.

use std::collections::BTreeMap;

use entente_transport::CallError;
use serde::Deserialize;
use serde_json::Value;

use super::Client;
use super::projects::IssueType;
use crate::id::IssueRef;
use crate::limits::META_PAGE_ROWS;
use crate::request::Request;

/// A field of the site. Match fields by id: team-managed projects make fields with the same name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// `summary`, `customfield_10021`.
    pub id: String,
    /// The name in the calling account's language.
    pub name: String,
    /// Whether it was made on this site or by an app.
    #[serde(default)]
    pub custom: bool,
    /// The names by which JQL knows it.
    #[serde(default)]
    pub clause_names: Vec<String>,
    /// What it holds; absent for a few columns that are no fields.
    #[serde(default)]
    pub schema: Option<FieldSchema>,
    /// The team-managed project that it belongs to.
    #[serde(default)]
    scope: Option<FieldScope>,
}

/// What a field holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldSchema {
    /// `string`, `number`, `option`, `array`, ... A multi-line text also says `string`; look at [`FieldSchema::custom`].
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What the elements of an array are.
    #[serde(default)]
    pub items: Option<String>,
    /// The system field's name.
    #[serde(default)]
    pub system: Option<String>,
    /// The custom field's type, such as `com.atlassian.jira.plugin.system.customfieldtypes:textarea`.
    #[serde(default)]
    pub custom: Option<String>,
    /// The custom field's number.
    #[serde(default)]
    pub custom_id: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct FieldScope {
    #[serde(default)]
    project: Option<ScopeProject>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct ScopeProject {
    id: String,
}

/// A field on a create, edit or transition screen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldMeta {
    /// The field's id.
    #[serde(default)]
    pub field_id: String,
    /// The name in the calling account's language.
    #[serde(default)]
    pub name: String,
    /// Whether the screen demands it. Transitions are only held to their validators, not to this.
    #[serde(default)]
    pub required: bool,
    /// Whether Jira fills it in when it is left out.
    #[serde(default)]
    pub has_default_value: bool,
    /// `set`, `add`, `remove`, ...; empty: cannot be changed here.
    #[serde(default)]
    pub operations: Vec<String>,
    /// What it holds.
    #[serde(default)]
    pub schema: FieldSchema,
    /// The choices, where Jira lists them, each as Jira writes it (`id` with `value` or `name`, options with `children`).
    #[serde(default)]
    pub allowed_values: Vec<Value>,
    /// Where to search for choices that are not listed.
    #[serde(default)]
    pub auto_complete_url: Option<String>,
}

impl Field {
    /// The id of the team-managed project that this field belongs to; `None` for fields of the whole site.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        Some(&self.scope.as_ref()?.project.as_ref()?.id)
    }
}

impl FieldMeta {
    /// The choices as people read them: options have a value, projects a key, everything else a name.
    #[must_use]
    pub fn choices(&self) -> Vec<String> {
        let parts = if self.schema.kind == "project" { ["key", "name"] } else { ["value", "name"] };
        let text = |choice: &Value| {
            let shown = parts.iter().find_map(|part| choice.get(part))?;
            shown.as_str().map(str::to_owned)
        };
        self.allowed_values.iter().filter_map(text).collect()
    }
}

impl FieldSchema {
    /// Whether values are rich text (ADF) although the type says `string`: description, environment, multi-line fields.
    #[must_use]
    pub fn is_rich_text(&self) -> bool {
        let system = matches!(self.system.as_deref(), Some("description" | "environment"));
        system || self.custom.as_deref().is_some_and(|custom| custom.ends_with(":textarea"))
    }
}

#[derive(Deserialize)]
struct ScreenFields {
    fields: BTreeMap<String, FieldMeta>,
}

/// The fields of a screen that answers with a map: the id is the key.
pub(crate) fn with_ids(fields: BTreeMap<String, FieldMeta>) -> Vec<FieldMeta> {
    fields.into_iter().map(|(field_id, meta)| FieldMeta { field_id, ..meta }).collect()
}

impl Client {
    /// Every field that the account can see.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-get>
    pub async fn fields(&self) -> Result<Vec<Field>, CallError> {
        self.fetch(Request::read("GET /rest/api/3/field")).await
    }

    /// The custom fields whose name or description contains `text`, with all pages. This list and [`Client::fields`]
    /// differ slightly, so discovery looks at both.
    ///
    /// # Errors
    /// `Denied` without the right to administer Jira.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-search-get>
    pub async fn find_fields(&self, text: &str) -> Result<Vec<Field>, CallError> {
        let request = || Request::read("GET /rest/api/3/field/search").query("type", "custom").query("query", text);
        let mut fields: Vec<Field> = self.every_row("values", META_PAGE_ROWS, request).await?;
        // This listing leaves out what is true of all of its rows.
        fields.iter_mut().for_each(|field| field.custom = true);
        Ok(fields)
    }

    /// The issue types that the account may create in this project (id or key), all pages. Empty without the right to
    /// create issues.
    ///
    /// # Errors
    /// `Gone`, when there is no such project.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-get>
    pub async fn creatable_types(&self, project: &str) -> Result<Vec<IssueType>, CallError> {
        let route = "GET /rest/api/3/issue/createmeta/{project}/issuetypes";
        self.every_row("issueTypes", META_PAGE_ROWS, || Request::read(route).segment(project)).await
    }

    /// The fields of the create screen of one issue type (by id) in a project (id or key), all pages.
    ///
    /// # Errors
    /// `Gone`, when there is no such project or type.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get>
    pub async fn create_meta(&self, project: &str, issue_type_id: &str) -> Result<Vec<FieldMeta>, CallError> {
        let route = "GET /rest/api/3/issue/createmeta/{project}/issuetypes/{type}";
        let request = || Request::read(route).segment(project).segment(issue_type_id);
        self.every_row("fields", META_PAGE_ROWS, request).await
    }

    /// The fields that the account may change on this issue now, by id.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-editmeta-get>
    pub async fn edit_meta(&self, issue: impl Into<IssueRef>) -> Result<Vec<FieldMeta>, CallError> {
        let request = Request::read("GET /rest/api/3/issue/{issue}/editmeta").segment(issue.into());
        let screen: ScreenFields = self.fetch(request).await?;
        Ok(with_ids(screen.fields))
    }
}
