//! What one issue type of a project takes: the fields of its create screen, the values that fields and workflow offer.

use std::collections::BTreeMap;

use entente_core::{ConnectedItem, Side, Value, item::StatusMapping, plan::STATUS};
use entente_jira::{Field, FieldMeta, IssueType, Project};
use entente_transport::CallError;

use super::find_field;
use crate::{
    doctor::{
        finding::{error, failed, unknown_value},
        uses::{self, Use},
    },
    outside::Site,
    report::Finding,
};

const PRIORITY: &str = "priority";
const RESOLUTION: &str = "resolution";

/// Filled by us (`NewIssue` names both) or, for the reporter, by Jira: with the account that creates.
const ALWAYS_FILLED: [&str; 3] = ["project", "issuetype", "reporter"];

/// One issue type in one project, and what the item wants there.
struct Screen<'a> {
    site: &'a Site,
    project: &'a Project,
    kind: &'a IssueType,
    /// Empty when the account may not create issues there.
    fields: Vec<FieldMeta>,
    /// The fields that the item uses, by id.
    uses: BTreeMap<&'a str, Use<'a>>,
    /// The item's statuses.
    status: Option<&'a StatusMapping>,
}

/// What an item lacks in its project and issue type.
pub(super) async fn examine(
    item: &ConnectedItem,
    site: &Site,
    all: &[Field],
    project: &Project,
    kind: &IssueType,
) -> Vec<Finding> {
    let fields = match site.client.create_meta(&project.id, &kind.id).await {
        Ok(fields) => fields,
        // Only who may create issues sees the screen; that permission is looked at by itself.
        Err(CallError::Denied { .. } | CallError::Gone { .. }) => Vec::new(),
        Err(call) => return vec![failed(&site.name, &call)],
    };
    let screen = Screen { site, project, kind, fields, uses: by_id(item, all), status: item.status.as_ref() };
    let mut found = Vec::new();
    if item.creates_on(Side::Jira) && !screen.fields.is_empty() {
        found.extend(screen.off_screen(all));
        found.extend(screen.required());
    }
    match screen.values().await {
        Ok(unknown) => found.extend(unknown),
        Err(call) => found.push(failed(&site.name, &call)),
    }
    found
}

/// Several names may stand for one field.
fn by_id<'a>(item: &'a ConnectedItem, all: &'a [Field]) -> BTreeMap<&'a str, Use<'a>> {
    let mut uses: BTreeMap<&str, Use<'_>> = BTreeMap::new();
    for (path, usage) in uses::fields(item, Side::Jira) {
        let Some(field) = find_field(all, path.as_str()) else { continue };
        let found = uses.entry(&field.id).or_default();
        found.written |= usage.written;
        found.values.extend(usage.values);
        // Projects, types and people go by more than one name.
        let is_listed =
            [STATUS, PRIORITY, RESOLUTION].contains(&field.id.as_str()) || field.id.starts_with("customfield_");
        found.asked.extend(usage.asked.into_iter().filter(|_| is_listed));
    }
    uses
}

impl Screen<'_> {
    fn place(&self) -> String {
        format!("connection {}: project {}, issue type {}", self.site.name, self.project.key, self.kind.name)
    }

    /// Jira refuses a creation that sets a field which is not on the create screen.
    fn off_screen(&self, all: &[Field]) -> Vec<Finding> {
        let shown = |id: &str| self.fields.iter().any(|field| field.field_id == id);
        let missing = self.uses.iter().filter(|(id, usage)| usage.written && !shown(id));
        let said = missing.map(|(id, _)| {
            let name = all.iter().find(|field| field.id == **id).map_or(*id, |field| &field.name);
            let message = format!("{}: the field {name} ({id}) is not on the create screen", self.place());
            error(
                "create-screen",
                message,
                format!("Add {name} to the screen for creating issues, or map another field."),
            )
        });
        said.collect()
    }

    /// Jira refuses a creation that leaves a required field empty.
    fn required(&self) -> Vec<Finding> {
        let filled = |id: &str| ALWAYS_FILLED.contains(&id) || self.uses.get(id).is_some_and(|usage| usage.written);
        let open = self.fields.iter().filter(|f| f.required && !f.has_default_value && !filled(&f.field_id));
        let said = open.map(|field| {
            let (name, id) = (&field.name, &field.field_id);
            let message = format!("{}: the field {name} ({id}) is required and nothing fills it", self.place());
            error("required-field", message, format!("Map {name}, or choose another issue type."))
        });
        said.collect()
    }

    /// Values of tables and filters that the project does not offer.
    async fn values(&self) -> Result<Vec<Finding>, CallError> {
        let mut found = Vec::new();
        for (id, usage) in self.uses.iter().filter(|(_, usage)| !(usage.values.is_empty() && usage.asked.is_empty())) {
            let offered = self.offered(id).await?;
            // A field that lists no choices takes any value.
            if offered.is_empty() {
                continue;
            }
            let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
            let place = format!("project {}, issue type {}: the field {id}", self.project.key, self.kind.name);
            let unknown = usage.values.iter().filter(|value| !offered.contains(value));
            let unknown = unknown.filter(|value| *id != STATUS || !self.has_stand_in(value, &offered));
            let unasked =
                usage.asked.iter().filter(|asked| !offered.iter().any(|value| value.eq_ignore_ascii_case(asked)));
            let unknown = unknown.chain(unasked);
            found.extend(unknown.map(|value| unknown_value(&self.site.name, &place, value, &offered)));
        }
        Ok(found)
    }

    /// Whether each value that has this status has another one, too, that the project offers.
    fn has_stand_in(&self, status: &str, offered: &[&str]) -> bool {
        let pairs = || self.status.iter().flat_map(|status| &status.values.pairs);
        let is_offered = |to: &Value| to.as_text().is_some_and(|name| offered.contains(&name));
        let has_other = |value: &Value| pairs().any(|(from, to)| from == value && is_offered(to));
        pairs().filter(|(_, to)| to.as_text() == Some(status)).all(|(from, _)| has_other(from))
    }

    async fn offered(&self, id: &str) -> Result<Vec<String>, CallError> {
        let listed = self.fields.iter().find(|field| field.field_id == id).map(FieldMeta::choices).unwrap_or_default();
        match id {
            STATUS => {
                let types = self.site.client.project_statuses(&self.project.id).await?;
                let own = types.into_iter().find(|kind| kind.id == self.kind.id);
                Ok(own.map(|kind| kind.statuses.into_iter().map(|status| status.name).collect()).unwrap_or_default())
            }
            PRIORITY if listed.is_empty() => {
                let priorities = self.site.client.priorities().await?;
                Ok(priorities.into_iter().map(|priority| priority.name).collect())
            }
            RESOLUTION if listed.is_empty() => {
                let resolutions = self.site.client.resolutions().await?;
                Ok(resolutions.into_iter().map(|resolution| resolution.name).collect())
            }
            _ => Ok(listed),
        }
    }
}
