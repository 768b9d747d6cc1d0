//! What of a site can be connected: its projects, the issue types of each, and the fields that a new issue takes.

use std::collections::BTreeMap;

use entente_jira::FieldMeta;
use serde::Serialize;

use crate::{Engine, EngineError, outside::Site};

/// The projects of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Projects {
    /// The connection.
    pub connection: String,
    /// Those that the account sees.
    pub projects: Vec<CatalogueProject>,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueProject {
    /// As the configuration names it.
    pub key: String,
    /// What people call it.
    pub name: String,
}

/// The issue types of one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueTypes {
    /// The project.
    pub project: String,
    /// Its types, without those whose issues need a parent.
    pub types: Vec<CatalogueType>,
}

/// One issue type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueType {
    /// As the configuration names it.
    pub name: String,
    /// The statuses that its issues can have in this project.
    pub statuses: Vec<String>,
}

/// What a new issue of one type takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueFields {
    /// The project.
    pub project: String,
    /// The issue type.
    pub issue_type: String,
    /// The fields of its create screen; none where the account may not create issues.
    pub fields: Vec<IssueField>,
}

/// One field of an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueField {
    /// As the configuration names it: Jira's own by their id, others by their name where that is theirs alone.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The vendor's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a new issue needs it from us.
    pub required: bool,
    /// Whether it holds a line of text, as a correlation does.
    pub is_line: bool,
    /// The choices, where Jira lists them.
    pub values: Vec<String>,
}

/// What every new issue has by itself.
const OURS: [&str; 3] = ["project", "issuetype", "reporter"];

/// The type of a custom field of one line.
const LINE: &str = ":textfield";

impl Engine {
    /// The projects of a site.
    ///
    /// # Errors
    /// There is no such site, or it does not answer.
    pub async fn projects(&self, connection: &str) -> Result<Projects, EngineError> {
        let site = self.site(connection)?;
        site.verify().await?;
        let all = site.client.projects().await.map_err(EngineError::peer(connection))?;
        let projects = all.into_iter().map(|project| CatalogueProject { key: project.key, name: project.name });
        Ok(Projects { connection: connection.to_owned(), projects: projects.collect() })
    }

    /// The issue types of a project.
    ///
    /// # Errors
    /// There is no such site or project, or the site does not answer.
    pub async fn issue_types(&self, connection: &str, project: &str) -> Result<IssueTypes, EngineError> {
        let site = self.site(connection)?;
        let kinds = project_of(&site, project).await?.issue_types.clone();
        let statuses = site.client.project_statuses(project).await.map_err(EngineError::peer(connection))?;
        let types = kinds.into_iter().filter(|kind| !kind.subtask).map(|kind| {
            let own = statuses.iter().find(|own| own.id == kind.id).map(|own| &own.statuses);
            let statuses = own.into_iter().flatten().map(|status| status.name.clone()).collect();
            CatalogueType { name: kind.name, statuses }
        });
        Ok(IssueTypes { project: project.to_owned(), types: types.collect() })
    }

    /// What a new issue of one type takes.
    ///
    /// # Errors
    /// There is no such site, project or type, or the site does not answer.
    pub async fn issue_fields(&self, connection: &str, project: &str, kind: &str) -> Result<IssueFields, EngineError> {
        let site = self.site(connection)?;
        let of_project = project_of(&site, project).await?;
        let known = of_project.issue_types.iter().find(|known| known.name.eq_ignore_ascii_case(kind));
        let known = known.ok_or_else(|| EngineError::Missing(format!("{project} has no issue type {kind}.")))?;
        let screen = site.client.create_meta(project, &known.id).await.map_err(EngineError::peer(connection))?;
        let mut n_called: BTreeMap<String, usize> = BTreeMap::new();
        for field in site.fields().await?.iter() {
            *n_called.entry(field.name.to_lowercase()).or_default() += 1;
        }
        let is_alone = |field: &FieldMeta| n_called.get(&field.name.to_lowercase()) == Some(&1);
        let screen = screen.into_iter().filter(|field| !OURS.contains(&field.field_id.as_str()));
        let fields = screen.map(|field| shown(&field, is_alone(&field))).collect();
        Ok(IssueFields { project: project.to_owned(), issue_type: known.name.clone(), fields })
    }

    fn site(&self, connection: &str) -> Result<std::sync::Arc<Site>, EngineError> {
        let wiring = self.inner.wiring();
        wiring.sites.get(connection).cloned().ok_or_else(|| {
            let names: Vec<&str> = wiring.sites.keys().map(String::as_str).collect();
            let sentence = format!("There is no Jira connection \"{connection}\"; there is: {}.", names.join(", "));
            EngineError::Missing(sentence)
        })
    }
}

async fn project_of(site: &Site, key: &str) -> Result<std::sync::Arc<entente_jira::Project>, EngineError> {
    // What people pick from shall be as it is now.
    site.forget_metadata();
    let missing = || EngineError::Missing(format!("{} has no project {key} that the account can see.", site.name));
    site.project(key).await?.ok_or_else(missing)
}

fn shown(field: &FieldMeta, is_alone: bool) -> IssueField {
    let is_custom = field.schema.custom.is_some();
    let name = if is_custom && is_alone { &field.name } else { &field.field_id };
    IssueField {
        name: name.clone(),
        label: field.name.clone(),
        kind: field.schema.kind.clone(),
        required: field.required && !field.has_default_value,
        is_line: field.schema.custom.as_deref().is_some_and(|custom| custom.ends_with(LINE)),
        values: field.choices(),
    }
}
