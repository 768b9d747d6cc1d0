//! `DELETE /issue/{issue}`.

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::session::Session;
use crate::jira::webhook::event;

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("DELETE_ISSUES", "You do not have permission to delete issues in this project.")?;
    let sub_tasks: Vec<u64> = {
        let is_sub_task = |kind: &str| s.contents.catalogue.issue_type(kind).is_some_and(|t| t.level < 0);
        s.contents.children_of(id).filter(|child| is_sub_task(&child.kind)).map(|child| child.id).collect()
    };
    if !sub_tasks.is_empty() && !s.call.query_flag("deleteSubtasks", false) {
        let key = &s.issue()?.key;
        return Err(Refusal::message(
            400,
            format!(
                "The issue '{key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks."
            ),
        ));
    }
    for id in sub_tasks.into_iter().chain([id]) {
        remove(s, id);
    }
    Ok(Reply::no_content())
}

/// The event shows the issue's last state, so it is made first; its children follow as secondary events.
fn remove(s: &mut Session<'_>, id: u64) {
    let Some(key) = s.contents.issues.get(&id).map(|issue| issue.key.clone()) else { return };
    event::issue_deleted(s, id);
    s.before_change(id);
    s.log(&key, "(deleted)", Some(key.clone()), None);
    s.contents.remove_issue(id);
}
