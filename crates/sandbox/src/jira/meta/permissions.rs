//! Permissions: which there are, which the caller has, where somebody else has them.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::permission;
use crate::jira::session::{Session, texts};

/// Which permissions the caller has; unknown keys are refused by name.
pub(crate) fn mine(s: &mut Session<'_>) -> Answer {
    let keys = s.call.query_list("permissions");
    if keys.is_empty() {
        return Err(Refusal::message(400, "The 'permissions' query parameter is required."));
    }
    check_known(&keys)?;
    let issue = s.call.query("issueKey").or_else(|| s.call.query("issueId"));
    let project = match (s.call.query("projectKey").or_else(|| s.call.query("projectId")), issue) {
        (Some(project), _) => Some(s.project(&project)?.id),
        (None, Some(issue)) => Some(s.find(&issue)?.project),
        (None, None) => None,
    };
    Ok(Reply::ok(permission::describe(s.contents, s.caller.as_deref(), &keys, project)))
}

fn check_known(keys: &[String]) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    for key in keys.iter().filter(|key| !permission::is_known(key)) {
        problems.field(key, "Unrecognized permission");
    }
    problems.check()
}

pub(crate) fn all(_: &mut Session<'_>) -> Answer {
    Ok(Reply::ok(permission::list()))
}

/// The projects in which the caller has all of some permissions.
pub(crate) fn projects(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let keys = texts(s.call.object()?.get("permissions"), usize::MAX, "")?;
    check_known(&keys)?;
    let projects = s.contents.catalogue.projects.values();
    let permitted = projects.filter(|project| keys.iter().all(|key| s.may(key, project.id)));
    let rows: Vec<Value> = permitted.map(|project| json!({ "id": project.id, "key": project.key })).collect();
    Ok(Reply::ok(json!({ "projects": rows })))
}

/// What somebody may do, in which projects and with which issues; others need to administer for asking.
pub(crate) fn check(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let body = s.call.object()?;
    let account = body.get("accountId").and_then(Value::as_str).unwrap_or(&me).to_owned();
    if account != me {
        s.administer()?;
    }
    let asked = texts(body.get("globalPermissions"), usize::MAX, "")?;
    check_known(&asked)?;
    let may = |key: &str, project| permission::may(s.contents, Some(&account), key, project);
    let global: Vec<&String> = asked.iter().filter(|key| may(key, None)).collect();
    let mut rows = Vec::new();
    for row in body.get("projectPermissions").and_then(Value::as_array).into_iter().flatten() {
        let ids = |name: &str| row.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
        let keys = texts(row.get("permissions"), usize::MAX, "")?;
        check_known(&keys)?;
        for key in keys {
            let projects: Vec<u64> = ids("projects").filter(|id| may(&key, Some(*id))).collect();
            let issue = |id: &u64| s.contents.issues.get(id).is_some_and(|issue| may(&key, Some(issue.project)));
            let issues: Vec<u64> = ids("issues").filter(issue).collect();
            rows.push(json!({ "permission": key, "issues": issues, "projects": projects }));
        }
    }
    Ok(Reply::ok(json!({ "globalPermissions": global, "projectPermissions": rows })))
}
