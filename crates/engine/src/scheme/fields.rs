//! The fields that planning an item needs, found in its org and its site.

use std::collections::BTreeMap;

use entente_core::{
    ConnectedItem, FieldPath, Side,
    field_type::{Form, JiraType, SalesforceType},
    filter::{Comparable, Filter},
    plan::STATUS,
    record::shown,
};
use entente_jira::{Field, FieldMeta, jql};

use super::{Reference, Takes};
use crate::{
    error::EngineError,
    outside::{Described, Org, Site},
    translate::{self, Kind, Level},
};

/// One Salesforce field of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SalesforceField {
    /// As the item names it.
    pub(crate) path: FieldPath,
    /// As SOQL names it; `None` when the org has no such field, or hides it.
    pub(crate) query_path: Option<String>,
    /// How it travels.
    pub(crate) kind: Kind,
    /// How its values behave.
    pub(crate) field_type: SalesforceType,
    /// The form that it wants of a value.
    pub(crate) form: Form,
    /// How a query compares it, where a query may.
    pub(crate) comparable: Option<Comparable>,
    /// What it can hold.
    pub(crate) takes: Takes,
    /// The lookup that is written in its place, where it is a field of a related record.
    pub(crate) reference: Option<Reference>,
}

impl SalesforceField {
    pub(crate) fn missing(&self) -> String {
        format!("the org has no field {} that the integration user can see", self.path)
    }
}

/// One Jira field of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JiraField {
    /// As the item names it.
    pub(crate) path: FieldPath,
    /// The field id; `None` when the site has no such field, or hides it, or has several.
    pub(crate) id: Option<String>,
    /// The ids of the fields that bear the name, where several do.
    pub(crate) namesakes: Vec<String>,
    /// How it travels.
    pub(crate) kind: Kind,
    /// How its values behave.
    pub(crate) field_type: JiraType,
    /// How a search names it.
    pub(crate) clause: Option<jql::Field>,
    /// How a search compares it, where a search may.
    pub(crate) comparable: Option<Comparable>,
    /// What it can hold.
    pub(crate) takes: Takes,
}

impl JiraField {
    pub(crate) fn missing(&self) -> String {
        match self.namesakes.as_slice() {
            [] => format!("the site has no field {} that the account can see", self.path),
            several => format!("several fields of the site are called {}: {}", self.path, several.join(", ")),
        }
    }

    /// The name of the other option, when this is one of the two of a cascading field.
    pub(crate) fn sibling(&self, level: Level) -> Option<FieldPath> {
        let (field, _) = self.path.as_str().rsplit_once('.').filter(|_| matches!(self.kind, Kind::Cascade(Some(_))))?;
        Some(FieldPath::new(format!("{field}.{}", level.as_str())))
    }
}

/// The fields that a name means in a project, and which of their options: by id, by name, and by name in other letters.
/// Only a name can mean several. `AREA.parent` and `AREA.child` are the two options of a cascading field.
pub(crate) fn find_jira_fields<'a>(
    all: &'a [Field],
    name: &str,
    project: Option<&str>,
) -> Vec<(&'a Field, Option<Level>)> {
    let is_here = |field: &&Field| field.project_id().is_none_or(|id| project.is_none_or(|project| project == id));
    let those = |is_meant: &dyn Fn(&Field) -> bool| -> Vec<&'a Field> {
        all.iter().filter(|field| is_meant(field)).filter(is_here).collect()
    };
    let find = |name: &str| {
        let in_order: [&dyn Fn(&Field) -> bool; 3] =
            [&|field| field.id == name, &|field| field.name == name, &|field| field.name.eq_ignore_ascii_case(name)];
        in_order.into_iter().map(those).find(|found| !found.is_empty()).unwrap_or_default()
    };
    let is_cascade = |field: &&Field| field.schema.as_ref().is_some_and(|s| s.kind == "option-with-child");
    let option = || {
        let (field, level) = name.rsplit_once('.')?;
        let level = [Level::Parent, Level::Child].into_iter().find(|known| known.as_str() == level)?;
        Some(find(field).into_iter().filter(is_cascade).map(|field| (field, Some(level))).collect())
    };
    match find(name) {
        found if found.is_empty() => option().unwrap_or_default(),
        found => found.into_iter().map(|field| (field, None)).collect(),
    }
}

pub(super) async fn in_salesforce(
    item: &ConnectedItem,
    org: &Org,
) -> Result<BTreeMap<FieldPath, SalesforceField>, EngineError> {
    let mut fields = BTreeMap::new();
    for path in wanted_in_salesforce(item) {
        let field = salesforce_field(item, org, &path).await?;
        fields.insert(path, field);
    }
    Ok(fields)
}

/// Every Salesforce field that planning an item needs.
pub(super) fn wanted_in_salesforce(item: &ConnectedItem) -> Vec<FieldPath> {
    let mapped = item.fields.iter().flat_map(|mapping| mapping.read_on(Side::Salesforce)).cloned();
    let filters = [Some(&item.salesforce.filter), item.batch.as_ref().map(|batch| &batch.unless)];
    let filtered = filters.into_iter().flatten().flat_map(Filter::fields).cloned();
    let status = item.status.iter().map(|status| status.field.clone());
    let correlation = item.correlation.iter().map(|correlation| correlation.salesforce.clone());
    let matched = item.match_rules.iter().map(|rule| rule.paths.salesforce.clone());
    let all = mapped.chain(filtered).chain(status).chain(correlation).chain(matched);
    all.filter(|path| !shown::has(Side::Salesforce, path.as_str())).collect()
}

/// Follows a path from lookup to lookup; `account.Name` begins with a name of `related:`.
async fn salesforce_field(item: &ConnectedItem, org: &Org, path: &FieldPath) -> Result<SalesforceField, EngineError> {
    let mut object = item.salesforce.object.clone();
    let mut query_path: Vec<String> = Vec::new();
    let mut parts = path.as_str().split('.').peekable();
    let mut field = SalesforceField {
        path: path.clone(),
        query_path: None,
        kind: Kind::Foreign(String::new()),
        field_type: SalesforceType::Opaque,
        form: Form::Any,
        comparable: None,
        takes: Takes::default(),
        reference: None,
    };
    let mut over: Option<Reaching> = None;
    while let Some(part) = parts.next() {
        let describe = org.describe(&object).await?;
        if parts.peek().is_none() {
            if let Some(found) = describe.field(part) {
                query_path.push(found.name.clone());
                field.kind = translate::salesforce::kind(found);
                field.field_type = translate::salesforce::field_type(found);
                field.form = Form::of(&found.kind);
                field.comparable = translate::asked::in_soql(found, query_path.len() == 1);
                field.takes = Takes::in_salesforce(found, field.field_type);
                field.query_path = Some(query_path.join("."));
                if let Some((lookup, relationship)) = over.filter(|_| query_path.len() == 2 && is_written(item, path)) {
                    field.takes.required = !lookup.nillable;
                    field.reference = Some(Reference::new(&lookup, &relationship, &object, found));
                }
            }
            return Ok(field);
        }
        let lookup = match item.related.get(part) {
            Some(lookup) if query_path.is_empty() => describe.field(lookup.as_str()),
            _ => describe.relationship(part),
        };
        let Some((relationship, target)) = lookup.and_then(Described::over) else { return Ok(field) };
        query_path.push(relationship.to_owned());
        over = lookup.cloned().map(|lookup| (lookup, relationship.to_owned()));
        object = target.to_owned();
    }
    Ok(field)
}

/// A lookup, and how a record calls what it points at.
type Reaching = (entente_salesforce::Field, String);

/// Whether a line writes this Salesforce field.
fn is_written(item: &ConnectedItem, path: &FieldPath) -> bool {
    item.fields.iter().any(|line| line.paths.salesforce == *path && line.direction.allows(Side::Salesforce))
}

pub(super) async fn in_jira(
    item: &ConnectedItem,
    site: &Site,
    project: Option<&str>,
    screen: &[FieldMeta],
) -> Result<BTreeMap<FieldPath, JiraField>, EngineError> {
    let all = site.fields().await?;
    let find = |path: FieldPath| {
        let (found, namesakes) = match find_jira_fields(&all, path.as_str(), project).as_slice() {
            [] => (None, Vec::new()),
            [one] => (Some(*one), Vec::new()),
            several => (None, several.iter().map(|(field, _)| field.id.clone()).collect()),
        };
        let schema = found.and_then(|(field, _)| field.schema.as_ref());
        let kind = schema.map_or_else(|| Kind::Foreign(String::new()), translate::jira::kind);
        let (kind, field_type) = match found.and_then(|(_, level)| level) {
            Some(level) => (Kind::Cascade(Some(level)), JiraType::Choice),
            None => (kind, schema.map_or(JiraType::Opaque, translate::jira::field_type)),
        };
        let id = found.map(|(field, _)| field.id.clone());
        let clause = found.and_then(|(field, _)| clause(field));
        let comparable = clause.as_ref().and_then(|_| translate::asked::in_jql(&kind));
        let takes =
            id.as_deref().map(|id| Takes::in_jira(id, field_type == JiraType::Line, screen)).unwrap_or_default();
        (path.clone(), JiraField { id, namesakes, kind, field_type, clause, comparable, takes, path })
    };
    Ok(wanted_in_jira(item).into_iter().map(find).collect())
}

/// Every Jira field that planning an item needs.
fn wanted_in_jira(item: &ConnectedItem) -> Vec<FieldPath> {
    let mapped = item.fields.iter().flat_map(|mapping| mapping.read_on(Side::Jira)).cloned();
    let filtered = item.jira.filter.fields().into_iter().cloned();
    let status = item.status.iter().map(|_| FieldPath::from(STATUS));
    let correlation = item.correlation.iter().map(|correlation| correlation.jira.clone());
    let matched = item.match_rules.iter().map(|rule| rule.paths.jira.clone());
    let all = mapped.chain(filtered).chain(status).chain(correlation).chain(matched);
    all.filter(|path| !shown::has(Side::Jira, path.as_str())).collect()
}

/// What JQL calls a field: one that was made by its number, a system field by a name that may differ from its id.
fn clause(field: &Field) -> Option<jql::Field> {
    let name = field.clause_names.first()?;
    Some(if field.custom { jql::Field::of_id(&field.id) } else { jql::Field::named(name) })
}
