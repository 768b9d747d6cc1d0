//! Who may do what, and how a test takes a right away.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::contents::Contents;
use super::people::{ADMINISTRATORS, AccountKind};

/// (id, key, name, whether it is global)
const PERMISSIONS: [(u16, &str, &str, bool); 25] = [
    (0, "ADMINISTER", "Administer Jira", true),
    (33, "BULK_CHANGE", "Make bulk changes", true),
    (23, "ADMINISTER_PROJECTS", "Administer Projects", false),
    (10, "BROWSE_PROJECTS", "Browse Projects", false),
    (11, "CREATE_ISSUES", "Create Issues", false),
    (12, "EDIT_ISSUES", "Edit Issues", false),
    (16, "DELETE_ISSUES", "Delete Issues", false),
    (13, "ASSIGN_ISSUES", "Assign Issues", false),
    (17, "ASSIGNABLE_USER", "Assignable User", false),
    (14, "RESOLVE_ISSUES", "Resolve Issues", false),
    (18, "CLOSE_ISSUES", "Close Issues", false),
    (46, "TRANSITION_ISSUES", "Transition Issues", false),
    (28, "SCHEDULE_ISSUES", "Schedule Issues", false),
    (30, "MODIFY_REPORTER", "Modify Reporter", false),
    (21, "LINK_ISSUES", "Link Issues", false),
    (15, "ADD_COMMENTS", "Add Comments", false),
    (34, "EDIT_ALL_COMMENTS", "Edit All Comments", false),
    (35, "EDIT_OWN_COMMENTS", "Edit Own Comments", false),
    (36, "DELETE_ALL_COMMENTS", "Delete All Comments", false),
    (37, "DELETE_OWN_COMMENTS", "Delete Own Comments", false),
    (19, "CREATE_ATTACHMENTS", "Create Attachments", false),
    (38, "DELETE_ALL_ATTACHMENTS", "Delete All Attachments", false),
    (39, "DELETE_OWN_ATTACHMENTS", "Delete Own Attachments", false),
    (20, "WORK_ON_ISSUES", "Work On Issues", false),
    (32, "MANAGE_WATCHERS", "Manage Watchers", false),
];

/// A right given or taken through the control door; later ones win.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Right {
    pub(crate) account: String,
    /// `None`: every project.
    pub(crate) project: Option<u64>,
    pub(crate) permission: String,
    pub(crate) granted: bool,
}

pub(crate) fn is_known(key: &str) -> bool {
    PERMISSIONS.iter().any(|row| row.1 == key)
}

/// Whether an account has a permission; anonymous callers and customers have none.
pub(crate) fn may(contents: &Contents, account: Option<&str>, permission: &str, project: Option<u64>) -> bool {
    let Some(account) = account else { return false };
    let archived = |id| contents.catalogue.projects.get(&id).is_some_and(|project| project.archived);
    if project.is_some_and(archived) {
        return false;
    }
    let concerns = |right: &&Right| {
        right.account == account
            && right.permission == permission
            && (right.project.is_none() || right.project == project)
    };
    if let Some(right) = contents.rights.iter().rev().find(concerns) {
        return right.granted;
    }
    // Who cannot see a project can do nothing in it.
    if permission != "BROWSE_PROJECTS" && project.is_some() && !may(contents, Some(account), "BROWSE_PROJECTS", project)
    {
        return false;
    }
    let licensed = contents.people.users.get(account).is_some_and(|u| u.kind != AccountKind::Customer && u.active);
    licensed && (contents.people.is_in(account, ADMINISTRATORS) || !permission.starts_with("ADMINISTER"))
}

/// Every permission that there is.
pub(crate) fn list() -> Value {
    let rows = PERMISSIONS.into_iter().map(|(_, key, name, global)| {
        let kind = if global { "GLOBAL" } else { "PROJECT" };
        (key.to_owned(), json!({ "key": key, "name": name, "type": kind, "description": "" }))
    });
    json!({ "permissions": rows.collect::<Map<_, _>>() })
}

/// The body of `mypermissions`.
pub(crate) fn describe(contents: &Contents, account: Option<&str>, keys: &[String], project: Option<u64>) -> Value {
    let mut map = Map::new();
    for (id, key, name, global) in PERMISSIONS.into_iter().filter(|row| keys.iter().any(|key| key == row.1)) {
        // Without a project the question is: in any project?
        let have = match project {
            None if !global => contents.catalogue.projects.keys().any(|id| may(contents, account, key, Some(*id))),
            _ => may(contents, account, key, project),
        };
        let kind = if global { "GLOBAL" } else { "PROJECT" };
        map.insert(key.into(), json!({ "id": id.to_string(), "key": key, "name": name, "type": kind, "description": "", "havePermission": have }));
    }
    json!({ "permissions": map })
}
