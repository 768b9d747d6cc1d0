//! The site: the sign-in, the projects and the account's permissions there. Fields and screens have their own file.

mod portal;
mod screen;

use std::sync::Arc;

use entente_core::{ConnectedItem, Side, config::Config, item::Mode};
use entente_jira::{Field, IssueType, Project};

use super::{
    Depth,
    finding::{error, failed, of_engine, perhaps, unknown_field, warning},
    rights::SiteRights,
    uses,
};
use crate::{outside::Site, report::Finding, scheme::find_jira_fields};

/// A permission of a project, by its key and as administrators see it.
/// <https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects/>
struct Permission {
    key: &'static str,
    name: &'static str,
    /// Whether the item's own work needs it.
    needed: fn(&ConnectedItem) -> bool,
    /// Without it, what stays behind while everything else goes on.
    leaves: Option<&'static str>,
}

const PERMISSIONS: [Permission; 6] = [
    Permission { key: "BROWSE_PROJECTS", name: "Browse projects", needed: |_| true, leaves: None },
    Permission {
        key: "CREATE_ISSUES",
        name: "Create issues",
        needed: |item| item.creates_on(Side::Jira),
        leaves: None,
    },
    Permission { key: "EDIT_ISSUES", name: "Edit issues", needed: synchronizes, leaves: None },
    Permission {
        key: "TRANSITION_ISSUES",
        name: "Transition issues",
        needed: |item| item.writes_to(Side::Jira) && item.status.is_some(),
        leaves: None,
    },
    Permission {
        key: "ADD_COMMENTS",
        name: "Add comments",
        needed: |item| item.speaks_on(Side::Jira),
        leaves: Some("comments"),
    },
    Permission {
        key: "CREATE_ATTACHMENTS",
        name: "Create attachments",
        needed: |item| item.attachments.as_ref().is_some_and(|rules| rules.flow_to(Side::Jira)),
        leaves: Some("files"),
    },
];

/// Global: webhooks are registered by administrators only.
pub(super) const ADMINISTER: &str = "ADMINISTER";

fn synchronizes(item: &ConnectedItem) -> bool {
    item.mode != Mode::DisplayOnly
}

/// Signs in. Wrong credentials look like an empty site everywhere else.
pub(super) async fn connect(site: &Site) -> Result<(), Finding> {
    site.forget_metadata();
    site.client.verify().await.map(drop).map_err(|call| failed(&site.name, &call))
}

/// What an item lacks in its site.
pub(super) async fn examine(item: &ConnectedItem, site: &Site, depth: Depth) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields = match site.fields().await {
        Ok(fields) => fields,
        Err(error) => return vec![of_engine(error)],
    };
    found.extend(unknown_fields(item, &fields));
    for key in &item.jira.projects {
        let project = match find_project(site, key).await {
            Ok(project) => project,
            Err(finding) => {
                found.push(finding);
                continue;
            }
        };
        if depth == Depth::Rights {
            found.extend(permissions(item, site, &project).await);
        }
        match find_type(item, site, &project) {
            None => {}
            Some(Ok(kind)) => {
                found.extend(screen::examine(item, site, &fields, &project, kind).await);
                found.extend(portal::examine(item, site, &fields, &project, kind).await);
            }
            Some(Err(finding)) => found.push(finding),
        }
    }
    found
}

fn unknown_fields(item: &ConnectedItem, all: &[Field]) -> Vec<Finding> {
    let uses = uses::fields(item, Side::Jira);
    let missing = uses.keys().filter(|path| find_field(all, path.as_str()).is_none());
    let known = || all.iter().map(|field| field.name.as_str());
    missing.map(|path| unknown_field(item, Side::Jira, path, &perhaps(path.as_str(), known()))).collect()
}

/// As the scheme reads it.
fn find_field<'a>(all: &'a [Field], name: &str) -> Option<&'a Field> {
    find_jira_fields(all, name, None).first().map(|(field, _)| *field)
}

pub(super) async fn find_project(site: &Site, key: &str) -> Result<Arc<Project>, Finding> {
    let connection = &site.name;
    if let Some(project) = site.project(key).await.map_err(of_engine)? {
        return Ok(project);
    }
    let all = site.client.projects().await.map_err(|call| failed(connection, &call))?;
    let perhaps = perhaps(key, all.iter().map(|project| project.key.as_str()));
    let message = format!(
        "connection {connection}: there is no project {key}, or the account lacks the permission Browse projects \
         (BROWSE_PROJECTS) there"
    );
    Err(error(
        "unknown-project",
        message,
        format!("{perhaps}Check the key, or give the account Browse projects in {key}."),
    ))
}

/// The item's issue type in a project; display-only items have none.
fn find_type<'a>(item: &ConnectedItem, site: &Site, project: &'a Project) -> Option<Result<&'a IssueType, Finding>> {
    let wanted = item.jira.issue_type.as_deref()?;
    let found = project.issue_types.iter().find(|kind| kind.name.eq_ignore_ascii_case(wanted));
    Some(found.ok_or_else(|| {
        let names: Vec<&str> = project.issue_types.iter().map(|kind| kind.name.as_str()).collect();
        let message = format!("connection {}: project {} has no issue type {wanted}", site.name, project.key);
        let perhaps = perhaps(wanted, names.iter().copied());
        error("unknown-issue-type", message, format!("{perhaps}Write one of: {}.", names.join(", ")))
    }))
}

async fn permissions(item: &ConnectedItem, site: &Site, project: &Project) -> Vec<Finding> {
    let needed: Vec<&Permission> = PERMISSIONS.iter().filter(|permission| (permission.needed)(item)).collect();
    let keys: Vec<&str> = needed.iter().map(|permission| permission.key).collect();
    match site.client.my_permissions(&keys, Some(&project.id)).await {
        Ok(had) => {
            let missing = needed.into_iter().filter(|permission| had.get(permission.key) != Some(&true));
            missing.map(|permission| lacks(site, project, permission)).collect()
        }
        Err(call) => vec![failed(&site.name, &call)],
    }
}

fn lacks(site: &Site, project: &Project, permission: &Permission) -> Finding {
    let (connection, project, Permission { key, name, .. }) = (&site.name, &project.key, permission);
    let message =
        format!("connection {connection}: in project {project} the account lacks the permission {name} ({key})");
    let remedy = format!("Give the account {name} in {project}, by the project's permission scheme or a role.");
    match permission.leaves {
        None => error("permission", message, remedy),
        Some(what) => warning("permission", format!("{message}, so {what} stay behind"), remedy),
    }
}

/// What all of that asks for, as one list.
pub(super) fn least(config: &Config, site: &Site) -> SiteRights {
    let mut rights = SiteRights::default();
    for item in config.items.iter().filter(|item| item.jira.connection == site.name) {
        for project in &item.jira.projects {
            let needed = PERMISSIONS.iter().filter(|permission| (permission.needed)(item));
            let of_project = rights.projects.entry(project.clone()).or_default();
            of_project.extend(needed.map(|permission| (permission.key, permission.name)));
        }
        rights.scopes.extend(["read:jira-work", "read:jira-user"]);
        rights.scopes.extend(synchronizes(item).then_some("write:jira-work"));
    }
    if registers_webhooks(site, config) {
        rights.global.insert(ADMINISTER, "Administer Jira");
        rights.scopes.insert("manage:jira-configuration");
    }
    if config.access.as_ref().is_some_and(|access| access.jira == site.name) {
        rights.scopes.extend(["read:jira-work", "read:jira-user", "write:jira-work", "manage:servicedesk-customer"]);
        rights.scopes.extend(["read:servicedesk-request", "write:servicedesk-request"]);
    }
    rights
}

fn registers_webhooks(site: &Site, config: &Config) -> bool {
    let is_used = config.items.iter().any(|item| item.jira.connection == site.name);
    is_used && config.triggers.push && config.server.public_url.is_some() && !site.webhook_secrets.is_empty()
}

/// Whether we may register the webhooks that `setup` would. Without them changes are seen at the next poll.
pub(super) async fn webhooks(site: &Site, config: &Config) -> Option<Finding> {
    if !registers_webhooks(site, config) {
        return None;
    }
    let connection = &site.name;
    match site.client.my_permissions(&[ADMINISTER], None).await {
        Ok(had) if had.get(ADMINISTER) == Some(&true) => None,
        Ok(_) => {
            let message = format!(
                "connection {connection}: the account lacks the permission Administer Jira (ADMINISTER), so it cannot \
                 register webhooks and changes are seen at the next poll"
            );
            let remedy = "Give the account Administer Jira, or let an administrator make the webhook by hand.";
            Some(warning("webhook", message, remedy))
        }
        Err(call) => Some(failed(connection, &call)),
    }
}
