//! The configuration every world begins with: OPS, a company-managed software project, and the service desks SUP and ITS.

use std::collections::BTreeMap;

use super::workflow::{Transition, Workflow};
use super::{Catalogue, Category, IssueType, LinkType, Named, Project, ProjectKind, Status, Version};
use crate::jira::fields::founding::fields;
use crate::jira::people::ADMIN_ID;

pub(crate) const TO_DO: &str = "10000";
pub(crate) const IN_PROGRESS: &str = "3";
pub(crate) const BLOCKED: &str = "10002";
pub(crate) const DONE: &str = "10001";
const WAITING_FOR_SUPPORT: &str = "10010";
const WAITING_FOR_CUSTOMER: &str = "10011";
const RESOLVED: &str = "5";
const CLOSED: &str = "6";

/// The resolution that a plain "done" sets.
pub(crate) const RESOLUTION_DONE: &str = "10000";
pub(crate) const PRIORITY_DEFAULT: &str = "3";
/// The workflow of imported projects: from any status to any status.
pub(crate) const OPEN_WORKFLOW: &str = "open";

pub(crate) const SUB_TASK: &str = "10003";

pub(crate) fn catalogue() -> Catalogue {
    Catalogue {
        projects: projects(),
        issue_types: issue_types(),
        statuses: statuses(),
        priorities: named(&[("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest")]),
        resolutions: named(&[
            (RESOLUTION_DONE, "Done"),
            ("10001", "Won't Do"),
            ("10002", "Duplicate"),
            ("10003", "Cannot Reproduce"),
            ("10004", "Known Error"),
        ]),
        link_types: link_types(),
        workflows: BTreeMap::from([
            ("software".to_owned(), software_workflow()),
            ("service".to_owned(), service_workflow()),
        ]),
        fields: fields(),
    }
}

fn named(rows: &[(&str, &str)]) -> Vec<Named> {
    rows.iter().map(|(id, name)| Named { id: (*id).into(), name: (*name).into(), description: String::new() }).collect()
}

fn issue_types() -> Vec<IssueType> {
    [
        ("10000", "Epic", "A big user story that needs to be broken down.", 1),
        ("10001", "Story", "Functionality expressed as a user goal.", 0),
        ("10002", "Task", "A small, distinct piece of work.", 0),
        (SUB_TASK, "Sub-task", "A small piece of work that is part of a larger task.", -1),
        ("10004", "Bug", "A problem or error.", 0),
        ("10010", "Service Request", "A request for help or for something standard.", 0),
        ("10011", "Incident", "An interruption or reduction of a service.", 0),
        ("10012", "Problem", "The cause behind one or more incidents.", 0),
        ("10013", "Change", "A change of a service.", 0),
    ]
    .into_iter()
    .map(|(id, name, description, level)| IssueType {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        level,
        scope: None,
    })
    .collect()
}

fn statuses() -> Vec<Status> {
    [
        (TO_DO, "To Do", Category::New),
        (IN_PROGRESS, "In Progress", Category::Indeterminate),
        (BLOCKED, "Blocked", Category::Indeterminate),
        (DONE, "Done", Category::Done),
        (WAITING_FOR_SUPPORT, "Waiting for support", Category::New),
        (WAITING_FOR_CUSTOMER, "Waiting for customer", Category::Indeterminate),
        (RESOLVED, "Resolved", Category::Done),
        (CLOSED, "Closed", Category::Done),
    ]
    .into_iter()
    .map(|(id, name, category)| Status {
        id: id.into(),
        name: name.into(),
        description: String::new(),
        category,
        scope: None,
    })
    .collect()
}

fn link_types() -> Vec<LinkType> {
    [
        ("10000", "Blocks", "is blocked by", "blocks"),
        ("10001", "Cloners", "is cloned by", "clones"),
        ("10002", "Duplicate", "is duplicated by", "duplicates"),
        ("10003", "Relates", "relates to", "relates to"),
    ]
    .into_iter()
    .map(|(id, name, inward, outward)| LinkType {
        id: id.into(),
        name: name.into(),
        inward: inward.into(),
        outward: outward.into(),
    })
    .collect()
}

fn step(id: &str, name: &str, from: &[&str], to: &str) -> Transition {
    Transition {
        id: id.into(),
        name: name.into(),
        from: from.iter().map(|s| (*s).into()).collect(),
        to: to.into(),
        ..Transition::default()
    }
}

/// The workflow that a new company-managed software project gets: every status can be reached from every other one.
/// <https://support.atlassian.com/jira-cloud-administration/docs/what-is-the-simplified-workflow/>
fn software_workflow() -> Workflow {
    let finish = |t: Transition| Transition {
        screen: vec!["resolution".into(), "assignee".into()],
        resolution: Some(RESOLUTION_DONE.into()),
        ..t
    };
    let reopen = |t: Transition| Transition { resolution: Some(String::new()), ..t };
    Workflow {
        name: "Software Simplified Workflow for Project OPS".into(),
        initial: TO_DO.into(),
        statuses: [TO_DO, IN_PROGRESS, BLOCKED, DONE].map(String::from).to_vec(),
        transitions: vec![
            reopen(step("11", "To Do", &[], TO_DO)),
            reopen(step("21", "In Progress", &[], IN_PROGRESS)),
            reopen(step("31", "Blocked", &[], BLOCKED)),
            finish(step("41", "Done", &[], DONE)),
        ],
    }
}

/// Resolving needs a resolution, by a validator and not only by its screen.
fn service_workflow() -> Workflow {
    let resolve = |t: Transition| Transition {
        screen: vec!["resolution".into(), "assignee".into()],
        validators: vec![("resolution".into(), "Resolution is required.".into())],
        for_customers: false,
        ..t
    };
    let portal = |t: Transition| Transition { for_customers: true, ..t };
    let reopen = |t: Transition| Transition { resolution: Some(String::new()), for_customers: true, ..t };
    Workflow {
        name: "Jira Service Management default workflow".into(),
        initial: WAITING_FOR_SUPPORT.into(),
        statuses: [WAITING_FOR_SUPPORT, IN_PROGRESS, WAITING_FOR_CUSTOMER, RESOLVED, CLOSED].map(String::from).to_vec(),
        transitions: vec![
            step("11", "Start progress", &[WAITING_FOR_SUPPORT, WAITING_FOR_CUSTOMER], IN_PROGRESS),
            step("21", "Respond to customer", &[WAITING_FOR_SUPPORT, IN_PROGRESS], WAITING_FOR_CUSTOMER),
            portal(step("31", "Respond to support", &[WAITING_FOR_CUSTOMER], WAITING_FOR_SUPPORT)),
            resolve(step(
                "41",
                "Resolve this issue",
                &[WAITING_FOR_SUPPORT, IN_PROGRESS, WAITING_FOR_CUSTOMER],
                RESOLVED,
            )),
            step("51", "Close issue", &[RESOLVED], CLOSED),
            reopen(step("61", "Reopen", &[RESOLVED, CLOSED], WAITING_FOR_SUPPORT)),
        ],
    }
}

fn projects() -> BTreeMap<u64, Project> {
    let ops = project(
        10000,
        "OPS",
        "Operations Engineering",
        ProjectKind::Software,
        &["10004", "10002", "10001", "10000", SUB_TASK],
        "software",
    );
    let sup = project(
        10001,
        "SUP",
        "Customer Support",
        ProjectKind::ServiceDesk,
        &["10010", "10011", "10012", "10004", SUB_TASK],
        "service",
    );
    let its = project(
        10002,
        "ITS",
        "IT Service Desk",
        ProjectKind::ServiceDesk,
        &["10010", "10011", "10013", SUB_TASK],
        "service",
    );
    let mut all = BTreeMap::from([(10000, ops), (10001, sup), (10002, its)]);
    if let Some(ops) = all.get_mut(&10000) {
        ops.components =
            named(&[("10100", "Gateway"), ("10101", "Billing"), ("10102", "Reporting"), ("10103", "Mobile App")]);
        ops.versions = vec![
            version("10200", "2026.10", true, Some("2026-10-15")),
            version("10201", "2026.11", false, Some("2026-11-30")),
            version("10202", "2027.1", false, None),
        ];
    }
    all
}

fn version(id: &str, name: &str, released: bool, release_date: Option<&str>) -> Version {
    Version {
        id: id.into(),
        name: name.into(),
        description: String::new(),
        released,
        archived: false,
        start_date: None,
        release_date: release_date.map(Into::into),
    }
}

pub(crate) fn project(
    id: u64,
    key: &str,
    name: &str,
    kind: ProjectKind,
    issue_types: &[&str],
    workflow: &str,
) -> Project {
    Project {
        id,
        key: key.into(),
        name: name.into(),
        description: String::new(),
        kind,
        lead: ADMIN_ID.into(),
        issue_types: issue_types.iter().map(|t| (*t).into()).collect(),
        components: Vec::new(),
        versions: Vec::new(),
        workflow: workflow.into(),
        type_workflows: BTreeMap::new(),
        team_managed: false,
        archived: false,
        last_number: 0,
        properties: BTreeMap::new(),
    }
}
