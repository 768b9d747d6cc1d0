//! Projects made, renamed, archived and restored by administrators.

use serde_json::{Value, json};

use super::key_complaint;
use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::catalogue::founding::{OPEN_WORKFLOW, RESOLUTION_DONE, project as new_project};
use crate::jira::catalogue::workflow::{Transition, Workflow};
use crate::jira::catalogue::{Category, IssueType, Project, ProjectKind, Status};
use crate::jira::contents::Contents;
use crate::jira::session::Session;

/// A template whose name says so makes a team-managed project.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-post>
pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (key, name) = (text("key").to_owned(), text("name").to_owned());
    check(s, &key, &name, None)?;
    let kind = match text("projectTypeKey") {
        "" | "software" => ProjectKind::Software,
        "business" => ProjectKind::Business,
        "service_desk" => ProjectKind::ServiceDesk,
        _ => return Err(Refusal::field(400, "projectType", "The project type is not valid.")),
    };
    let by_team =
        text("projectTemplateKey").contains("simplified-agility") || text("projectTemplateKey").contains("next-gen");
    let lead = Some(text("leadAccountId").to_owned()).filter(|lead| s.contents.people.users.contains_key(lead));
    let id = s.contents.next_id();
    let mut project = new_project(id, &key, &name, kind, &["10004", "10002", "10001", "10000", "10003"], "software");
    project.lead = lead.unwrap_or_else(|| project.lead.clone());
    project.description = text("description").to_owned();
    if by_team {
        let own = by_itself(s.contents, id, &key);
        (project.team_managed, project.issue_types, project.workflow) = (true, own.0, own.1);
    }
    s.contents.catalogue.projects.insert(id, project);
    let url = s.view().api(&format!("project/{id}"));
    Ok(Reply::created(json!({ "self": url, "id": id, "key": key })))
}

fn check(s: &Session<'_>, key: &str, name: &str, own: Option<u64>) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    if let Some(complaint) = key_complaint(s.contents, key) {
        problems.field("projectKey", complaint);
    }
    if name.is_empty() {
        problems.field("projectName", "You must specify a valid project name.");
    } else if s.contents.catalogue.projects.values().any(|project| project.name == name && Some(project.id) != own) {
        problems.field("projectName", "A project with that name already exists.");
    }
    problems.check()
}

/// Types and statuses of a team-managed project: called as everywhere, with ids of their own.
fn by_itself(contents: &mut Contents, project: u64, key: &str) -> (Vec<String>, String) {
    let types = [("Task", 0), ("Bug", 0), ("Epic", 1), ("Subtask", -1)].map(|(name, level)| IssueType {
        id: contents.next_id().to_string(),
        name: name.into(),
        description: String::new(),
        level,
        scope: Some(project),
    });
    let rows = [("To Do", Category::New), ("In Progress", Category::Indeterminate), ("Done", Category::Done)];
    let statuses = rows.map(|(name, category)| Status {
        id: contents.next_id().to_string(),
        name: name.into(),
        description: String::new(),
        category,
        scope: Some(project),
    });
    let ways = statuses.iter().zip(1..).map(|(status, n)| Transition {
        id: format!("{n}1"),
        name: status.name.clone(),
        to: status.id.clone(),
        resolution: Some(if status.category == Category::Done { RESOLUTION_DONE.into() } else { String::new() }),
        ..Transition::default()
    });
    let workflow = Workflow {
        name: format!("Workflow of {key}"),
        initial: statuses[0].id.clone(),
        statuses: statuses.iter().map(|status| status.id.clone()).collect(),
        transitions: ways.collect(),
    };
    let name = format!("{OPEN_WORKFLOW}-team-{project}");
    contents.catalogue.workflows.insert(name.clone(), workflow);
    let ids = types.iter().map(|kind| kind.id.clone()).collect();
    contents.catalogue.issue_types.extend(types);
    contents.catalogue.statuses.extend(statuses);
    (ids, name)
}

/// A new key is a new key for every issue; the old ones lead there too.
pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let (id, old_key, old_name) = s.project(s.call.param("project")).map(|p| (p.id, p.key.clone(), p.name.clone()))?;
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = text("key").unwrap_or_else(|| old_key.clone());
    let name = text("name").unwrap_or(old_name);
    if key != old_key {
        check(s, &key, &name, Some(id))?;
        rename(s.contents, id, &old_key, &key);
    }
    if let Some(project) = s.contents.catalogue.projects.get_mut(&id) {
        project.name = name;
        project.description = text("description").unwrap_or_else(|| project.description.clone());
    }
    let project = s.contents.catalogue.projects.get(&id).ok_or_else(Refusal::no_issue)?;
    Ok(Reply::ok(s.view().project(project)))
}

fn rename(contents: &mut Contents, id: u64, old_key: &str, key: &str) {
    contents.old_project_keys.insert(old_key.to_owned(), id);
    contents.old_project_keys.remove(key);
    if let Some(project) = contents.catalogue.projects.get_mut(&id) {
        key.clone_into(&mut project.key);
    }
    let issues = contents.issues.values().filter(|issue| issue.project == id);
    let ids: Vec<u64> = issues.map(|issue| issue.id).collect();
    for id in ids {
        contents.change_issue(id, |issue| {
            let number = issue.key.rsplit('-').next().unwrap_or_default();
            issue.key = format!("{key}-{number}");
        });
    }
}

pub(crate) fn archive(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let id = s.project(s.call.param("project"))?.id;
    set_archived(s, id, true);
    Ok(Reply::no_content())
}

/// Brings an archived project back, which nobody can see before that.
pub(crate) fn restore(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let asked = s.call.param("project");
    let missing = || Refusal::message(404, format!("No project could be found with key '{asked}'."));
    let id = s.contents.find_project(asked).ok_or_else(missing)?.id;
    set_archived(s, id, false);
    let project: &Project = s.contents.catalogue.projects.get(&id).ok_or_else(missing)?;
    Ok(Reply::ok(s.view().project(project)))
}

fn set_archived(s: &mut Session<'_>, id: u64, archived: bool) {
    if let Some(project) = s.contents.catalogue.projects.get_mut(&id) {
        project.archived = archived;
    }
}
