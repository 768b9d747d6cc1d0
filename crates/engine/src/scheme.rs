//! What the names in an item mean in its org and its site: query paths, field ids, kinds, project and issue type.
//!
//! Resolved from describe and from Jira's field list when the item first runs, and again when a vendor says that
//! something has changed. A name that does not resolve leaves its field unreadable; it never stops the others.

pub(crate) mod circumstances;
mod fields;
mod filters;
mod people;
mod reference;
mod takes;

use std::collections::BTreeMap;

use entente_core::{ConnectedItem, FieldPath, Side, Sides, field_type::Form, item::Mode, likeness::MatchRule};

use crate::{
    error::EngineError,
    outside::{Described, Org, Site, Talk},
    related::{self, Lookup},
    translate::Kind,
};

pub(crate) use fields::{JiraField, SalesforceField, find_jira_fields};
pub(crate) use people::{is_anybody, uncalled};
pub(crate) use reference::Reference;
pub(crate) use takes::Takes;

/// Salesforce system fields that every read asks for.
pub(crate) const SALESFORCE_SYSTEM: [&str; 5] =
    ["Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "LastModifiedById"];

/// Jira system fields that every read asks for.
pub(crate) const JIRA_SYSTEM: [&str; 5] = ["created", "updated", "status", "project", "issuetype"];

/// Whether a lead was converted; no other object has it.
pub(crate) const IS_CONVERTED: &str = "IsConverted";
/// What a converted lead became: the object, and the lead's field that names it.
pub(crate) const CONVERTED: [(&str, &str); 3] =
    [("Account", "ConvertedAccountId"), ("Contact", "ConvertedContactId"), ("Opportunity", "ConvertedOpportunityId")];

/// The external id field of the org prerequisites (apps/salesforce/core).
pub(crate) const ENTENTE_KEY: &str = "Entente_Key__c";

/// What an item's names mean.
#[derive(Debug)]
pub(crate) struct Scheme {
    /// The item with the tables that were learned: who is who.
    pub(crate) item: ConnectedItem,
    /// Salesforce fields to read, by name.
    pub(crate) salesforce: BTreeMap<FieldPath, SalesforceField>,
    /// Jira fields to read, by name.
    pub(crate) jira: BTreeMap<FieldPath, JiraField>,
    /// The object's relationship-free query paths plus system fields.
    pub(crate) salesforce_paths: Vec<String>,
    /// The field by which people name a record of the object: `CaseNumber`, `Name`.
    pub(crate) salesforce_name: String,
    /// The field ids plus system fields.
    pub(crate) jira_ids: Vec<String>,
    /// Project key and id; none for display-only items.
    pub(crate) project: Option<(String, String)>,
    /// Issue type id; none for display-only items.
    pub(crate) issue_type: Option<String>,
    /// The lookups over which fields are read.
    pub(crate) lookups: Vec<Lookup>,
    /// Whether records can be created in Salesforce (the org prerequisites are there).
    pub(crate) salesforce_markers: bool,
    /// What refusals may rest on, as it is now.
    pub(crate) circumstances: Sides<String>,
    /// Where its records have their comments, if comments are carried, or something else is told there.
    pub(crate) talk: Option<Talk>,
    /// Whether files are carried, and we may see those of its records.
    pub(crate) has_files: bool,
    /// What is wrong with the tests of its filters, and who is named and nobody.
    pub(crate) misread: filters::Misread,
}

impl Scheme {
    /// Resolves an item's names.
    pub(crate) async fn resolve(
        item: &ConnectedItem,
        org: &Org,
        site: &Site,
        people: &[(String, String)],
    ) -> Result<Self, EngineError> {
        let salesforce = fields::in_salesforce(item, org).await?;
        let (project, issue_type) = match item.mode {
            Mode::DisplayOnly => (None, None),
            Mode::OneWay | Mode::TwoWay => {
                let (project, issue_type) = project(item, site).await?;
                (Some(project), Some(issue_type))
            }
        };
        let place = project.as_ref().zip(issue_type.as_deref()).map(|((_, id), kind)| (id.as_str(), kind));
        let screen = circumstances::screen(place, site).await?;
        let jira = fields::in_jira(item, site, place.map(|(project, _)| project), &screen).await?;
        let mapping = circumstances::mapping(item, people);
        let mut item = item.clone();
        let strangers = people::introduce(&mut item, &salesforce, &jira, people, org, site).await?;
        let mut misread = filters::settle(&mut item, &salesforce, &jira, org, site).await?;
        misread.strangers.extend(strangers);
        misread.strangers.extend(people::fill_in(&mut item, place.map(|(project, _)| project), site).await?);
        inform(&mut item, &salesforce, &jira);
        let item = &item;
        let ids = jira.values().filter_map(|field| field.id.clone());
        let described = org.describe(&item.salesforce.object).await?;
        let salesforce_name = described.name_field().unwrap_or("Id").to_owned();
        let talk = match item.comments.is_some() || item.attachments.is_some() || item.link_note {
            true => Some(org.talk(&item.salesforce.object).await?),
            false => None,
        };
        let has_files = item.attachments.is_some() && org.has_files().await?;
        let circumstances =
            circumstances::read(item, (&salesforce, &jira), place, &screen, &mapping, (org, site)).await?;
        Ok(Self {
            salesforce_paths: salesforce_paths(&salesforce, &described, &salesforce_name),
            salesforce_name,
            jira_ids: with_system(ids, &JIRA_SYSTEM),
            salesforce_markers: described.field(ENTENTE_KEY).is_some(),
            lookups: related::lookups(item, org, &fields::wanted_in_salesforce(item).into_iter().collect()).await?,
            item: item.clone(),
            circumstances,
            talk,
            has_files,
            misread,
            salesforce,
            jira,
            project,
            issue_type,
        })
    }

    /// Names that do not resolve, for `check --online` and `doctor`.
    pub(crate) fn unresolved(&self) -> Vec<(Side, FieldPath, String)> {
        let salesforce = self.salesforce.values().filter(|f| f.query_path.is_none());
        let jira = self.jira.values().filter(|f| f.id.is_none() && f.namesakes.is_empty());
        salesforce
            .map(|f| (Side::Salesforce, f.path.clone(), f.missing()))
            .chain(jira.map(|f| (Side::Jira, f.path.clone(), f.missing())))
            .collect()
    }

    /// Names that several fields of the site bear, and the ids of those.
    pub(crate) fn ambiguous(&self) -> impl Iterator<Item = (&FieldPath, &[String])> {
        let several = self.jira.values().filter(|field| !field.namesakes.is_empty());
        several.map(|field| (&field.path, field.namesakes.as_slice()))
    }

    /// Why records cannot be looked for by a match rule, if they cannot.
    pub(crate) fn unsearchable(&self, rule: &MatchRule) -> Option<String> {
        let Sides { salesforce, jira } = &rule.paths;
        let is_plain = |kind: &Kind| matches!(kind, Kind::Text | Kind::Number);
        let (record, issue) = (self.salesforce.get(salesforce)?, self.jira.get(jira)?);
        if record.query_path.is_none() {
            Some(record.missing())
        } else if issue.id.is_none() {
            Some(issue.missing())
        } else if !is_plain(&record.kind) || record.comparable.is_none() {
            Some(format!("Salesforce does not filter by {salesforce} as a text or a number"))
        } else if !is_plain(&issue.kind) || issue.clause.is_none() {
            Some(format!("Jira does not search by {jira} as a text or a number"))
        } else {
            None
        }
    }

    /// Names whose kind this version does not carry.
    pub(crate) fn foreign(&self) -> Vec<(Side, FieldPath, String)> {
        let salesforce = self.salesforce.values().map(|f| (Side::Salesforce, &f.path, &f.kind));
        let jira = self.jira.values().map(|f| (Side::Jira, &f.path, &f.kind));
        let named = |(side, path, kind): (Side, &FieldPath, &Kind)| match kind {
            Kind::Foreign(name) if !name.is_empty() => Some((
                side,
                path.clone(),
                format!("{side} {path} is of the type {name}, which this version does not carry"),
            )),
            _ => None,
        };
        salesforce.chain(jira).filter_map(named).collect()
    }
}

/// Tells the lines of an item what they must know of the fields that they tie together.
fn inform(
    item: &mut ConnectedItem,
    salesforce: &BTreeMap<FieldPath, SalesforceField>,
    jira: &BTreeMap<FieldPath, JiraField>,
) {
    for line in &mut item.fields {
        let (record, issue) = (salesforce.get(&line.paths.salesforce), jira.get(&line.paths.jira));
        line.rich = Sides::new(
            record.is_some_and(|field| field.kind == Kind::Html),
            issue.is_some_and(|field| field.kind == Kind::Document),
        );
        line.form = record.map(|field| field.form).unwrap_or_default();
        if record.is_some_and(|field| field.takes.computed) {
            line.spare(Side::Salesforce);
        }
        let refers = |field: &SalesforceField| field.field_type.refers() || field.reference.is_some();
        line.never_empty = Sides::new(
            record.is_some_and(|field| field.form == Form::Flag || field.takes.required && refers(field)),
            issue.is_some_and(|field| field.takes.required && field.kind == Kind::Account),
        );
    }
}

/// What every read of a record asks for: the fields of the item, and what is always needed where the object has it.
fn salesforce_paths(fields: &BTreeMap<FieldPath, SalesforceField>, described: &Described, name: &str) -> Vec<String> {
    let paths = fields.values().filter_map(|field| field.query_path.clone());
    let further = CONVERTED.iter().map(|(_, field)| *field).chain([IS_CONVERTED, ENTENTE_KEY]);
    let further = further.filter_map(|name| described.field(name).map(|field| field.name.clone()));
    with_system(paths.chain([name.to_owned()]).chain(further), &SALESFORCE_SYSTEM)
}

fn with_system(names: impl Iterator<Item = String>, system: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = system.iter().map(|name| (*name).to_owned()).chain(names).collect();
    all.sort();
    all.dedup();
    all
}

/// The item's project (key, id) and issue type id.
async fn project(item: &ConnectedItem, site: &Site) -> Result<((String, String), String), EngineError> {
    let problem = |reason: String| EngineError::Item { item: item.name.clone(), reason };
    let key = item.jira.projects.first().map(String::as_str).unwrap_or_default();
    let wanted = item.jira.issue_type.as_deref().unwrap_or_default();
    let Some(project) = site.project(key).await? else {
        return Err(problem(format!(
            "connection {} has no project {key} that the account can see; check the key, whether the project is archived, and whether \
             the account may browse it",
            site.name
        )));
    };
    let Some(issue_type) = project.issue_types.iter().find(|kind| kind.name.eq_ignore_ascii_case(wanted)) else {
        let names: Vec<&str> = project.issue_types.iter().map(|kind| kind.name.as_str()).collect();
        return Err(problem(format!("project {key} has no issue type \"{wanted}\"; it has {}", names.join(", "))));
    };
    Ok(((project.key.clone(), project.id.clone()), issue_type.id.clone()))
}
