//! Who watches an issue, and who votes for it.

use serde_json::{Map, Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::input::UNKNOWN_USER;
use crate::jira::session::{Session, texts};

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let view = s.view();
    let mut row = view.watches(issue);
    row["watchers"] = issue.watchers.iter().map(|account| view.user(account)).collect();
    Ok(Reply::ok(row))
}

/// The body is a bare JSON string; nothing means oneself.
pub(crate) fn add(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let (id, project) = s.issue().map(|issue| (issue.id, issue.project))?;
    let account = match s.call.body.is_empty() {
        true => me.clone(),
        false => match s.call.json()? {
            Value::String(account) => account,
            _ => return Err(Refusal::payload()),
        },
    };
    if !s.contents.people.users.contains_key(&account) {
        return Err(Refusal::message(404, UNKNOWN_USER));
    }
    if account != me && !s.may("MANAGE_WATCHERS", project) {
        return Err(Refusal::message(403, "You do not have permission to manage the watcher list."));
    }
    if let Some(issue) = s.contents.issues.get_mut(&id) {
        issue.watchers.insert(account);
    }
    Ok(Reply::no_content())
}

pub(crate) fn remove(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let id = s.issue()?.id;
    let account = s
        .call
        .query("accountId")
        .ok_or_else(|| Refusal::message(400, "The 'accountId' query parameter needs to be provided."))?
        .into_owned();
    if let Some(issue) = s.contents.issues.get_mut(&id) {
        issue.watchers.remove(&account);
    }
    Ok(Reply::no_content())
}

/// Which of some issues the caller watches.
pub(crate) fn watching(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let ids = texts(s.call.object()?.get("issueIds"), usize::MAX, "")?;
    let watched = |id: &String| s.find(id).is_ok_and(|issue| issue.watchers.contains(&me));
    let rows: Map<String, Value> = ids.iter().map(|id| (id.clone(), json!(watched(id)))).collect();
    Ok(Reply::ok(json!({ "issuesIsWatching": rows })))
}

pub(crate) fn votes(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let view = s.view();
    let mut row = view.votes(issue);
    row["voters"] = issue.voters.iter().map(|account| view.user(account)).collect();
    Ok(Reply::ok(row))
}

/// Nobody can vote for what they reported themselves, nor for what is resolved.
pub(crate) fn vote(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let issue = s.issue()?;
    if issue.text("reporter") == me || issue.value("resolution").is_some() {
        return Err(Refusal::message(404, "You cannot vote for an issue you have reported or that has been resolved."));
    }
    let id = issue.id;
    if let Some(issue) = s.contents.issues.get_mut(&id) {
        issue.voters.insert(me);
    }
    Ok(Reply::no_content())
}

pub(crate) fn unvote(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let id = s.issue()?.id;
    if let Some(issue) = s.contents.issues.get_mut(&id) {
        issue.voters.remove(&me);
    }
    Ok(Reply::no_content())
}
