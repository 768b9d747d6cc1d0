//! What the site needs for portal access: the desks, and an account that administers Jira and is an agent there.

use entente_core::config::{Access, DomainTaskRoute};
use entente_transport::CallError;

use crate::{
    doctor::{
        Depth,
        finding::{error, failed},
        of_connection,
        site::{ADMINISTER, find_project},
    },
    outside::Site,
    report::Finding,
};

/// Nobody has this address; asking for it shows whether we may ask.
const NOBODY: &str = "nobody@entente.invalid";

pub(super) async fn examine(access: &Access, site: &Site, depth: Depth) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut desks: Vec<&str> = access.sources.iter().map(|source| source.desk.as_str()).collect();
    desks.sort_unstable();
    desks.dedup();
    if depth == Depth::Rights {
        found.extend(administers(site).await);
    }
    for project in desks {
        found.extend(desk(site, project, depth).await);
    }
    let place = ["access", "domain_task"].map(str::to_owned).to_vec();
    let task = task(access, site, depth).await;
    found.extend(task.into_iter().map(|finding| Finding { place: place.clone(), ..finding }));
    found.into_iter().map(|finding| of_connection(&site.name, finding)).collect()
}

/// Only administrators make customers.
/// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-customer/#api-rest-servicedeskapi-customer-post>
async fn administers(site: &Site) -> Option<Finding> {
    match site.client.my_permissions(&[ADMINISTER], None).await {
        Ok(had) if had.get(ADMINISTER) == Some(&true) => None,
        Ok(_) => {
            let message = format!(
                "connection {}: the account lacks the permission Administer Jira (ADMINISTER), so it can make no customer of the portal",
                site.name
            );
            Some(error(
                "access-administer",
                message,
                "Give the account Administer Jira, or use another one for `access:`.",
            ))
        }
        Err(call) => Some(failed(&site.name, &call)),
    }
}

async fn desk(site: &Site, project: &str, depth: Depth) -> Vec<Finding> {
    let connection = &site.name;
    let desk = match site.client.service_desk(project).await {
        Ok(Some(desk)) => desk,
        Ok(None) => {
            let message = format!(
                "connection {connection}: there is no service desk for the project {project} that the account can see"
            );
            let remedy = format!("Correct `desk`, or give the account access to the service project {project}.");
            return vec![error("access-desk", message, remedy)];
        }
        Err(call) => return vec![no_agent(site, project, &call)],
    };
    if depth == Depth::Names {
        return Vec::new();
    }
    match site.client.desk_organizations(&desk.id).await {
        Ok(_) => {}
        Err(call) => return vec![no_agent(site, project, &call)],
    }
    let asked = site.client.find_customer(&desk.id, NOBODY).await;
    asked.err().map(|call| no_search(site, project, &call)).into_iter().collect()
}

fn no_agent(site: &Site, project: &str, call: &CallError) -> Finding {
    let CallError::Denied { reason } = call else { return failed(&site.name, call) };
    let message = format!(
        "connection {}: the account is no agent of the service desk {project}, so it can put no organization there: {reason}",
        site.name
    );
    let remedy =
        format!("Give the account a licence of Jira Service Management and the role Service Desk Team in {project}.");
    error("access-agent", message, remedy)
}

/// The list of customers is what Atlassian calls an experiment, and may be switched off for a site.
/// <https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/#experimental>
fn no_search(site: &Site, project: &str, call: &CallError) -> Finding {
    let (CallError::Stale { reason } | CallError::Denied { reason } | CallError::Gone { reason }) = call else {
        return failed(&site.name, call);
    };
    let message = format!(
        "connection {}: the customers of the service desk {project} cannot be searched, so a customer that exists is not found: {reason}",
        site.name
    );
    error("access-experimental", message, "Let Jira's administrator allow the experimental API of the service desk.")
}

/// Where somebody is asked for a domain.
async fn task(access: &Access, site: &Site, depth: Depth) -> Vec<Finding> {
    let DomainTaskRoute::Jira { project: key, issue_type, assignee } = &access.domain_task else { return Vec::new() };
    let project = match find_project(site, key).await {
        Ok(project) => project,
        Err(finding) => return vec![finding],
    };
    let connection = &site.name;
    let mut found = Vec::new();
    if !project.issue_types.iter().any(|kind| kind.name.eq_ignore_ascii_case(issue_type)) {
        let message = format!(
            "connection {connection}: project {key} has no issue type {issue_type} for the task about a domain"
        );
        let names: Vec<&str> = project.issue_types.iter().map(|kind| kind.name.as_str()).collect();
        found.push(error("access-task", message, format!("Write one of: {}.", names.join(", "))));
    }
    if let Some(email) = assignee.as_ref().filter(|assignee| assignee.contains('@')) {
        let shows = |shown: &str| shown.eq_ignore_ascii_case(email);
        match site.client.find_users(email).await {
            Ok(users) if users.iter().any(|user| user.active && user.email.as_deref().is_some_and(shows)) => {}
            Ok(_) => {
                let message = format!("connection {connection}: no account in Jira shows the address {email}");
                found.push(error("access-task", message, "Write the account's id as `assignee` of `domain_task`."));
            }
            Err(call) => found.push(failed(connection, &call)),
        }
    }
    if depth == Depth::Rights {
        found.extend(creates_tasks(site, key, &project.id).await);
    }
    found
}

async fn creates_tasks(site: &Site, key: &str, project: &str) -> Option<Finding> {
    const CREATE: &str = "CREATE_ISSUES";
    match site.client.my_permissions(&[CREATE], Some(project)).await {
        Ok(had) if had.get(CREATE) == Some(&true) => None,
        Ok(_) => {
            let message = format!(
                "connection {}: in project {key} the account lacks the permission Create issues ({CREATE}), so nobody is asked for a domain",
                site.name
            );
            Some(error("access-task", message, format!("Give the account Create issues in {key}.")))
        }
        Err(call) => Some(failed(&site.name, &call)),
    }
}
