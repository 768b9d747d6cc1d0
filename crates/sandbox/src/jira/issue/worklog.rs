//! The work log of an issue.

use serde_json::{Value, json};

use super::{Worklog, change, history};
use crate::jira::adf;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::{Rich, duration};
use crate::jira::limits::WORKLOGS_PER_ISSUE;
use crate::jira::paging::Page;
use crate::jira::session::{Session, texts};
use crate::jira::time;
use crate::jira::webhook::event;

/// An entry that was judged and can be added.
pub(crate) struct Draft {
    comment: Value,
    started: i64,
    seconds: u64,
}

impl Draft {
    pub(crate) fn read(s: &Session<'_>, value: &Value) -> Result<Self, Refusal> {
        let seconds = value.get("timeSpentSeconds").and_then(Value::as_u64);
        let seconds = seconds.or_else(|| duration::parse(value.get("timeSpent")?.as_str()?));
        let seconds = seconds
            .filter(|n| *n > 0)
            .ok_or_else(|| Refusal::field(400, "timeLogged", "You must indicate the time spent working"))?;
        let started = match value.get("started") {
            None => s.now,
            Some(text) => text.as_str().and_then(time::parse).ok_or_else(|| {
                Refusal::field(400, "startDate", "You must specify a date on which the work occurred")
            })?,
        };
        let comment = match (value.get("comment"), s.call.rich()) {
            (None | Some(Value::Null), _) => Value::Null,
            (Some(Value::String(text)), Rich::Wiki) => json!({ "wiki": text }),
            (Some(doc), Rich::Document) if adf::rules::check(doc).is_ok() => json!({ "doc": doc }),
            _ => return Err(Refusal::field(400, "comment", "Comment body is not valid!")),
        };
        Ok(Self { comment, started, seconds })
    }

    /// Adds it, books the time in the history and tells about it.
    pub(crate) fn insert(self, s: &mut Session<'_>, issue: u64) -> u64 {
        let id = s.contents.next_id();
        let me = s.caller.clone().unwrap_or_default();
        let entry = Worklog {
            id,
            author: me.clone(),
            update_author: me,
            comment: self.comment,
            created: s.now,
            updated: s.now,
            started: self.started,
            seconds: self.seconds,
        };
        let spent = s.contents.change_issue(issue, |issue| {
            let before = issue.seconds_spent();
            issue.worklogs.push(entry);
            (before, issue.seconds_spent())
        });
        book(s, issue, spent.unwrap_or_default());
        event::worklog(s, "worklog_created", issue, id);
        id
    }
}

fn book(s: &mut Session<'_>, issue: u64, (before, after): (u64, u64)) {
    let shown = |seconds: u64| {
        let text = (seconds > 0).then(|| seconds.to_string());
        (text.clone(), text)
    };
    let key = s.contents.issues.get(&issue).map(|i| i.key.clone()).unwrap_or_default();
    s.log(&key, "timespent", shown(before).1, shown(after).1);
    change::record(s, issue, vec![history::system("timespent", "timespent", shown(before), shown(after))], None);
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, WORKLOGS_PER_ISSUE, WORKLOGS_PER_ISSUE)?;
    let after = s.call.query_number("startedAfter")?.unwrap_or(i64::MIN);
    let before = s.call.query_number("startedBefore")?.unwrap_or(i64::MAX);
    let issue = s.issue()?;
    let view = s.view();
    let rows: Vec<&Worklog> = issue.worklogs.iter().filter(|w| w.started > after && w.started < before).collect();
    let total = rows.len();
    Ok(Reply::ok(page.named("worklogs", page.cut(rows.into_iter().map(|w| view.worklog(issue, w))), total)))
}

pub(crate) fn add(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("WORK_ON_ISSUES", "You do not have permission to associate a worklog to this issue.")?;
    let body = Value::Object(s.call.object()?);
    if s.is_full(s.issue()?.worklogs.len(), WORKLOGS_PER_ISSUE) {
        return Err(Refusal::message(413, "The issue has reached the maximum number of worklogs."));
    }
    let entry = Draft::read(s, &body)?.insert(s, id);
    let issue = s.issue()?;
    let row = issue.worklogs.iter().find(|w| w.id == entry).map(|w| s.view().worklog(issue, w));
    Ok(Reply::created(row.unwrap_or_default()))
}

fn addressed(s: &Session<'_>) -> Result<(u64, u64), Refusal> {
    let issue = s.issue()?;
    let asked = s.call.param("worklog");
    let found = asked.parse().ok().and_then(|id: u64| issue.worklogs.iter().find(|w| w.id == id));
    Ok((issue.id, found.ok_or_else(|| Refusal::message(404, format!("Cannot find worklog with id: '{asked}'.")))?.id))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let (_, id) = addressed(s)?;
    let issue = s.issue()?;
    let row = issue.worklogs.iter().find(|w| w.id == id).map(|w| s.view().worklog(issue, w));
    Ok(Reply::ok(row.unwrap_or_default()))
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    s.issue_with("WORK_ON_ISSUES", "You do not have permission to delete this worklog.")?;
    let (issue, id) = addressed(s)?;
    event::worklog(s, "worklog_deleted", issue, id);
    s.contents.deleted_worklogs.push((id, s.now));
    let spent = s.contents.change_issue(issue, |issue| {
        let before = issue.seconds_spent();
        issue.worklogs.retain(|w| w.id != id);
        (before, issue.seconds_spent())
    });
    book(s, issue, spent.unwrap_or_default());
    Ok(Reply::no_content())
}

/// What is not said stays as it is.
pub(crate) fn edit(s: &mut Session<'_>) -> Answer {
    s.issue_with("WORK_ON_ISSUES", "You do not have permission to edit this worklog.")?;
    let (issue, id) = addressed(s)?;
    let mut body = Value::Object(s.call.object()?);
    let worklogs = s.contents.issues.get(&issue).map(|issue| issue.worklogs.as_slice()).unwrap_or_default();
    let before = worklogs.iter().find(|w| w.id == id).cloned();
    let Some(before) = before else { return get(s) };
    if body.get("timeSpent").or_else(|| body.get("timeSpentSeconds")).is_none() {
        body["timeSpentSeconds"] = json!(before.seconds);
    }
    let draft = Draft::read(s, &body)?;
    let (me, now) = (s.caller.clone().unwrap_or_default(), s.now);
    let (has_comment, has_start) = (body.get("comment").is_some(), body.get("started").is_some());
    let spent = s.contents.change_issue(issue, |issue| {
        let before = issue.seconds_spent();
        if let Some(worklog) = issue.worklogs.iter_mut().find(|w| w.id == id) {
            worklog.seconds = draft.seconds;
            worklog.started = if has_start { draft.started } else { worklog.started };
            worklog.comment = if has_comment { draft.comment } else { worklog.comment.clone() };
            (worklog.update_author, worklog.updated) = (me, now);
        }
        (before, issue.seconds_spent())
    });
    book(s, issue, spent.unwrap_or_default());
    event::worklog(s, "worklog_updated", issue, id);
    get(s)
}

/// Rows of one page of changes since a time.
const CHANGES: usize = 1000;

/// Ids of worklogs that were written since a time, oldest first.
pub(crate) fn updated(s: &mut Session<'_>) -> Answer {
    let worklogs = s.contents.issues.values().flat_map(|issue| &issue.worklogs);
    changes(s, "updated", worklogs.map(|worklog| (worklog.id, worklog.updated)).collect())
}

pub(crate) fn deleted(s: &mut Session<'_>) -> Answer {
    changes(s, "deleted", s.contents.deleted_worklogs.clone())
}

fn changes(s: &Session<'_>, what: &str, mut rows: Vec<(u64, i64)>) -> Answer {
    s.me()?;
    let since = s.call.query_number("since")?.unwrap_or(0);
    rows.retain(|(_, at)| *at > since);
    rows.sort_by_key(|(id, at)| (*at, *id));
    let last_page = rows.len() <= CHANGES;
    rows.truncate(CHANGES);
    let until = rows.last().map_or(since, |(_, at)| *at);
    let url = |since: i64| s.view().api(&format!("worklog/{what}?since={since}"));
    let values: Vec<Value> =
        rows.iter().map(|(id, at)| json!({ "worklogId": id, "updatedTime": at, "properties": [] })).collect();
    let mut page =
        json!({ "values": values, "since": since, "until": until, "self": url(since), "lastPage": last_page });
    if !last_page {
        page["nextPage"] = json!(url(until));
    }
    Ok(Reply::ok(page))
}

pub(crate) fn by_ids(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let body = s.call.closed_object(&["ids"])?;
    let ids = texts(body.get("ids"), CHANGES, "No more than 1000 worklogs can be asked for at once.")?;
    let view = s.view();
    let found = ids.iter().filter_map(|id| {
        let id: u64 = id.parse().ok()?;
        let issue = s.contents.home_of(id).filter(|issue| s.may("BROWSE_PROJECTS", issue.project))?;
        Some(view.worklog(issue, issue.worklogs.iter().find(|w| w.id == id)?))
    });
    Ok(Reply::ok(found.collect()))
}
