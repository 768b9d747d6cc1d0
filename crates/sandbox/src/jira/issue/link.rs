//! Links between issues. A link is `source <outward> destination`; which side of the request is the source is disputed
//! among the vendor's own pages, so the control door can turn it round (default: `inwardIssue` is the source).

use http::StatusCode;
use serde_json::{Value, json};

use super::{change, comment, history};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::contents::IssueLink;
use crate::jira::fields::input::id_text;
use crate::jira::limits::LINKS_PER_ISSUE;
use crate::jira::session::Session;
use crate::jira::webhook::event;

/// A link that was judged and can be made; an end that is `None` is the issue being made.
pub(crate) struct Draft {
    kind: String,
    source: Option<u64>,
    destination: Option<u64>,
}

impl Draft {
    /// Judges a link of `update.issuelinks`, where the issue itself is the missing end.
    pub(crate) fn read_for(s: &Session<'_>, issue: Option<u64>, value: &Value) -> Result<Self, Refusal> {
        let kind = read_kind(s, value)?;
        let (inward, outward) = (read_end(s, value.get("inwardIssue"))?, read_end(s, value.get("outwardIssue"))?);
        match (inward, outward) {
            (None, Some(other)) => Ok(Self { kind, source: issue, destination: Some(other) }),
            (Some(other), None) => Ok(Self { kind, source: Some(other), destination: issue }),
            _ => Err(Refusal::field(400, "issuelinks", "Specify exactly one of 'inwardIssue' and 'outwardIssue'.")),
        }
    }

    fn read(s: &Session<'_>, value: &Value) -> Result<Self, Refusal> {
        let kind = read_kind(s, value)?;
        let inward = read_end(s, value.get("inwardIssue"))?.ok_or_else(Refusal::no_issue)?;
        let outward = read_end(s, value.get("outwardIssue"))?.ok_or_else(Refusal::no_issue)?;
        let turned = s.site.knobs().lock().outward_is_source;
        let (source, destination) = if turned { (outward, inward) } else { (inward, outward) };
        Ok(Self { kind, source: Some(source), destination: Some(destination) })
    }

    /// Makes the link; a link that is there already is accepted silently and stays one.
    pub(crate) fn insert(self, s: &mut Session<'_>, issue: u64) {
        let (source, destination) = (self.source.unwrap_or(issue), self.destination.unwrap_or(issue));
        if s.contents
            .links_of(source)
            .any(|l| l.kind == self.kind && l.source == source && l.destination == destination)
        {
            return;
        }
        let link = IssueLink { id: s.contents.next_id(), kind: self.kind, source, destination };
        s.contents.insert_link(link.clone());
        tell(s, &link, true);
    }
}

fn read_kind(s: &Session<'_>, value: &Value) -> Result<String, Refusal> {
    let kind = value.get("type").unwrap_or(&Value::Null);
    let (id, name) = (kind.get("id").and_then(id_text), kind.get("name").and_then(Value::as_str));
    let found = s
        .contents
        .catalogue
        .link_types
        .iter()
        .find(|t| id.as_deref() == Some(&t.id) || name.is_some_and(|n| t.name.eq_ignore_ascii_case(n)));
    let shown = id.clone().or(name.map(str::to_owned)).unwrap_or_default();
    found
        .map(|t| t.id.clone())
        .ok_or_else(|| Refusal::message(404, format!("No issue link type with name '{shown}' found.")))
}

fn read_end(s: &Session<'_>, value: Option<&Value>) -> Result<Option<u64>, Refusal> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(None) };
    let wanted = value
        .get("id")
        .and_then(id_text)
        .or_else(|| value.get("key").and_then(id_text))
        .ok_or_else(Refusal::no_issue)?;
    s.find(&wanted).map(|issue| Some(issue.id))
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let body = Value::Object(s.call.closed_object(&["type", "inwardIssue", "outwardIssue", "comment"])?);
    let draft = Draft::read(s, &body)?;
    for end in [draft.source, draft.destination].into_iter().flatten() {
        let project = s.contents.issues.get(&end).map(|i| i.project).unwrap_or_default();
        if !s.may("LINK_ISSUES", project) {
            return Err(Refusal::message(401, "You do not have permission to link issues in this project."));
        }
        if s.is_full(s.contents.links_of(end).count(), LINKS_PER_ISSUE) {
            return Err(Refusal::message(413, "The issue has reached the maximum number of links."));
        }
    }
    let comment = body.get("comment").filter(|c| !c.is_null()).map(|c| comment::Draft::read(s, c)).transpose()?;
    let on = draft.source.unwrap_or_default();
    draft.insert(s, on);
    if let Some(comment) = comment {
        comment.insert(s, on);
    }
    Ok(Reply::empty(StatusCode::CREATED))
}

fn addressed<'s>(s: &'s Session<'_>) -> Result<&'s IssueLink, Refusal> {
    let id = s.call.param("link");
    let link = id.parse().ok().and_then(|id: u64| s.contents.links.get(&id));
    let link = link.filter(|l| s.find(&l.source.to_string()).is_ok() && s.find(&l.destination.to_string()).is_ok());
    link.ok_or_else(|| Refusal::message(404, format!("No issue link with id '{id}' exists.")))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let link = addressed(s)?;
    let view = s.view();
    let mut row = view.link(link, link.source);
    row["inwardIssue"] = view.linked_issue(link.source);
    Ok(Reply::ok(row))
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?.id;
    if let Some(link) = s.contents.remove_link(id) {
        tell(s, &link, false);
    }
    Ok(Reply::no_content())
}

/// Both ends get a line in their history, and one event tells of the link.
fn tell(s: &mut Session<'_>, link: &IssueLink, made: bool) {
    let Some(kind) = s.contents.catalogue.link_type(&link.kind).cloned() else { return };
    for (end, other, words) in
        [(link.source, link.destination, &kind.outward), (link.destination, link.source, &kind.inward)]
    {
        let key = |id: u64| s.contents.issues.get(&id).map(|i| i.key.clone()).unwrap_or_default();
        let (own, other) = (key(end), key(other));
        let shown = (Some(other.clone()), Some(format!("This issue {words} {other}")));
        let (from, to) = if made { ((None, None), shown) } else { (shown, (None, None)) };
        s.log(&own, "issuelinks", from.1.clone(), to.1.clone());
        change::record(s, end, vec![history::system("Link", "", from, to)], None);
    }
    event::link(s, if made { "issuelink_created" } else { "issuelink_deleted" }, link);
}

pub(crate) fn one_type(s: &mut Session<'_>) -> Answer {
    let wanted = s.call.param("type");
    if s.contents.catalogue.link_type(wanted).is_none() {
        return Err(Refusal::message(404, format!("No issue link type with id '{wanted}' found.")));
    }
    Ok(Reply::ok(s.view().link_type(wanted)))
}

pub(crate) fn types(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    let rows: Vec<Value> = s.contents.catalogue.link_types.iter().map(|t| view.link_type(&t.id)).collect();
    Ok(Reply::ok(json!({ "issueLinkTypes": rows })))
}
