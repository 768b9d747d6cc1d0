//! People and groups: who am I, who is there, who can be assigned.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::input::UNKNOWN_USER;
use crate::jira::limits::FIELD_PAGE;
use crate::jira::paging::Page;
use crate::jira::people::User;
use crate::jira::permission;
use crate::jira::session::Session;

pub(crate) fn myself(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let user = s.contents.people.users.get(&me).ok_or_else(Refusal::login)?;
    Ok(Reply::ok(s.view().full_user(user, &s.call.query_list("expand"))))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let account = s
        .call
        .query("accountId")
        .ok_or_else(|| Refusal::message(400, "The 'accountId' query parameter needs to be provided."))?;
    let user = s.contents.people.users.get(&*account).ok_or_else(|| Refusal::message(404, UNKNOWN_USER))?;
    Ok(Reply::ok(s.view().full_user(user, &s.call.query_list("expand"))))
}

/// Ten by default, which surprises everybody once.
pub(crate) fn bulk(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let page = Page::of(s.call, 10, 200)?;
    let view = s.view();
    let found: Vec<&User> = s.call.query_all("accountId").filter_map(|id| s.contents.people.users.get(id)).collect();
    let rows = page.cut(found.iter().map(|u| view.user(&u.account_id)));
    Ok(Reply::ok(page.values(&view.api("user/bulk"), rows, found.len())))
}

/// Name or visible e-mail, by the beginning of a word.
fn called(user: &User, query: &str) -> bool {
    let query = query.to_lowercase();
    let name = user.name.to_lowercase();
    let by_name = name.starts_with(&query) || name.split_whitespace().any(|word| word.starts_with(&query));
    by_name || (user.shows_email && user.email.to_lowercase().starts_with(&query))
}

fn paged(s: &Session<'_>, fits: impl Fn(&User) -> bool) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, 1000)?;
    let view = s.view();
    // The window is cut first and filtered afterwards, so a short page is not the last one (JRACLOUD-71293).
    let window = s.contents.people.users.values().skip(page.start).take(page.size);
    Ok(Reply::ok(window.filter(|u| fits(u)).map(|u| view.user(&u.account_id)).collect()))
}

pub(crate) fn search(s: &mut Session<'_>) -> Answer {
    s.me()?;
    match (s.call.query("query"), s.call.query("accountId")) {
        // Client libraries look people up by their ids here as well.
        (Some(query), None) => paged(s, |user| called(user, &query) || user.account_id == *query),
        (None, Some(account)) => paged(s, |user| user.account_id == *account),
        _ => Err(Refusal::message(400, "Specify either the 'query' or the 'accountId' query parameter.")),
    }
}

pub(crate) fn all(s: &mut Session<'_>) -> Answer {
    s.me()?;
    paged(s, |_| true)
}

pub(crate) fn assignable(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let place = s.call.query("project").or_else(|| s.call.query("projectKeys"));
    let project = match (place, s.call.query("issueKey").or_else(|| s.call.query("issueId"))) {
        (Some(key), _) => s.project(key.split(',').next().unwrap_or_default())?.id,
        (None, Some(issue)) => s.find(&issue)?.project,
        (None, None) => {
            return Err(Refusal::message(400, "The 'project' or 'issueKey' query parameter needs to be provided."));
        }
    };
    let (query, account) = (s.call.query("query").unwrap_or_default(), s.call.query("accountId"));
    let may = |user: &User| {
        s.contents.people.assignable(&user.account_id)
            && permission::may(s.contents, Some(&user.account_id), "ASSIGNABLE_USER", Some(project))
    };
    paged(s, |user| may(user) && called(user, &query) && account.as_deref().is_none_or(|id| id == user.account_id))
}

/// The groups of one person.
pub(crate) fn groups_of(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let account = s.call.query("accountId").unwrap_or_default();
    let user = s.contents.people.users.get(&*account).ok_or_else(|| Refusal::message(404, UNKNOWN_USER))?;
    let view = s.view();
    let groups = user.groups.iter().filter_map(|name| s.contents.people.group_by(name));
    Ok(Reply::ok(groups.map(|group| view.group(&group.id)).collect()))
}

/// Who could see an issue or a project, by name.
pub(crate) fn viewers(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let project = match (s.call.query("issueKey"), s.call.query("projectKey")) {
        (Some(issue), _) => s.find(&issue)?.project,
        (None, Some(key)) => s.project(&key)?.id,
        (None, None) => return Err(Refusal::message(400, "Either the 'issueKey' or the 'projectKey' is required.")),
    };
    let (query, account) = (s.call.query("query").unwrap_or_default(), s.call.query("accountId"));
    let sees = |user: &User| permission::may(s.contents, Some(&user.account_id), "BROWSE_PROJECTS", Some(project));
    paged(s, |user| sees(user) && called(user, &query) && account.as_deref().is_none_or(|id| id == user.account_id))
}

/// Suggestions while somebody types a name.
pub(crate) fn pick_user(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let query = s.call.query("query").unwrap_or_default();
    let view = s.view();
    let found: Vec<&User> = s.contents.people.users.values().filter(|u| u.active && called(u, &query)).collect();
    let rows: Vec<Value> = found
        .iter()
        .take(FIELD_PAGE)
        .map(|user| {
            json!({
                "accountId": user.account_id,
                "accountType": user.kind.name(),
                "displayName": user.name,
                "html": format!("<strong>{}</strong>", user.name),
                "avatarUrl": view.user(&user.account_id)["avatarUrls"]["24x24"],
            })
        })
        .collect();
    let header = format!("Showing {} of {} matching users", rows.len(), found.len());
    Ok(Reply::ok(json!({ "users": rows, "total": found.len(), "header": header })))
}

/// Suggestions while somebody types the name of a group.
pub(crate) fn pick_group(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let query = s.call.query("query").unwrap_or_default().to_lowercase();
    let found = s.contents.people.groups.values().filter(|g| g.name.to_lowercase().contains(&query));
    let rows: Vec<Value> =
        found.map(|g| json!({ "name": g.name, "groupId": g.id, "html": g.name, "labels": [] })).collect();
    let header = format!("Showing {0} of {0} matching groups", rows.len());
    Ok(Reply::ok(json!({ "header": header, "total": rows.len(), "groups": rows })))
}

pub(crate) fn groups(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let (ids, names) = (s.call.query_list("groupId"), s.call.query_list("groupName"));
    let fits = |id: &str, name: &str| {
        (ids.is_empty() && names.is_empty()) || ids.iter().any(|i| i == id) || names.iter().any(|n| n == name)
    };
    let found: Vec<Value> = s
        .contents
        .people
        .groups
        .values()
        .filter(|g| fits(&g.id, &g.name))
        .map(|g| json!({ "name": g.name, "groupId": g.id }))
        .collect();
    let total = found.len();
    Ok(Reply::ok(page.values(&s.view().api("group/bulk"), page.cut(found.into_iter()), total)))
}

/// One group, with its first members where they are asked for.
pub(crate) fn group(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let wanted = s.call.query("groupId").or_else(|| s.call.query("groupname")).unwrap_or_default();
    let missing = || Refusal::message(404, format!("The group named '{wanted}' does not exist."));
    let group = s.contents.people.group_by(&wanted).ok_or_else(missing)?;
    let view = s.view();
    let members: Vec<&User> = s.contents.people.users.values().filter(|u| u.groups.contains(&group.name)).collect();
    let shown =
        if s.call.query_list("expand").iter().any(|e| e == "users") { members.len().min(FIELD_PAGE) } else { 0 };
    let items: Value = members.iter().take(shown).map(|u| view.user(&u.account_id)).collect();
    let mut row = view.group(&group.id);
    row["users"] = json!({ "size": members.len(), "items": items, "max-results": FIELD_PAGE, "start-index": 0, "end-index": shown });
    row["expand"] = json!("users");
    Ok(Reply::ok(row))
}

pub(crate) fn members(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let wanted = s.call.query("groupId").or_else(|| s.call.query("groupname")).unwrap_or_default();
    let group = s
        .contents
        .people
        .group_by(&wanted)
        .ok_or_else(|| Refusal::message(404, format!("The group named '{wanted}' does not exist.")))?;
    let view = s.view();
    let inactive = s.call.query_flag("includeInactiveUsers", false);
    let members: Vec<&User> =
        s.contents.people.users.values().filter(|u| u.groups.contains(&group.name) && (u.active || inactive)).collect();
    let rows = page.cut(members.iter().map(|u| view.user(&u.account_id)));
    Ok(Reply::ok(page.values(&view.api("group/member"), rows, members.len())))
}
