//! Comments: list, by ids, add, edit, delete, and their properties.
//!
//! In a service project a comment is visible to customers unless `sd.public.comment` says `internal`; a role or group
//! restriction does not change that.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Comment, Issue, change, property};
use crate::jira::adf;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::Rich;
use crate::jira::fields::input::id_text;
use crate::jira::limits::{COMMENTS_PER_ISSUE, PAGE, RICH_TEXT_CHARS};
use crate::jira::paging::Page;
use crate::jira::session::{Session, texts};
use crate::jira::webhook::event;

/// A comment that was judged and can be added.
pub(crate) struct Draft {
    pub(crate) body: Value,
    pub(crate) visibility: Option<Value>,
    pub(crate) parent: Option<u64>,
    pub(crate) properties: BTreeMap<String, Value>,
}

impl Draft {
    /// Judges a comment body.
    pub(crate) fn read(s: &Session<'_>, value: &Value) -> Result<Self, Refusal> {
        let map = value.as_object().ok_or_else(Refusal::payload)?;
        let body = read_body(map.get("body"), s.call.rich())?;
        let visibility = read_visibility(s, map.get("visibility"))?;
        let parent = map.get("parentId").and_then(id_text).and_then(|id| id.parse().ok());
        Ok(Self { body, visibility, parent, properties: property::read_list(map.get("properties"))? })
    }

    /// Adds it, moves the issue's `updated` and tells about it.
    pub(crate) fn insert(self, s: &mut Session<'_>, issue: u64) -> u64 {
        let id = s.contents.next_id();
        let me = s.caller.clone().unwrap_or_default();
        let text = adf::text::of_stored(&self.body);
        let comment = Comment {
            id,
            author: me.clone(),
            update_author: me,
            body: self.body,
            created: s.now,
            updated: s.now,
            visibility: self.visibility,
            parent: self.parent,
            properties: self.properties,
        };
        change::touch(s, issue);
        let key = s.contents.change_issue(issue, |issue| {
            issue.comments.push(comment);
            issue.key.clone()
        });
        s.log(&key.unwrap_or_default(), "comment", None, Some(text));
        event::comment(s, "comment_created", issue, id);
        id
    }
}

fn read_body(body: Option<&Value>, language: Rich) -> Result<Value, Refusal> {
    let invalid = || Refusal::field(400, "comment", "Comment body is not valid!");
    let stored = match (body, language) {
        (None | Some(Value::Null), _) => return Err(Refusal::field(400, "comment", "Comment body can not be empty!")),
        (Some(Value::String(text)), Rich::Wiki) => json!({ "wiki": text }),
        (Some(doc @ Value::Object(_)), Rich::Document) => {
            adf::rules::check(doc).map_err(|_| invalid())?;
            json!({ "doc": doc })
        }
        (Some(_), _) => return Err(invalid()),
    };
    let text = adf::text::of_stored(&stored);
    if adf::is_empty(&stored) || (language == Rich::Wiki && text.trim().is_empty()) {
        return Err(Refusal::field(400, "comment", "Comment body can not be empty!"));
    }
    if text.chars().count() > RICH_TEXT_CHARS {
        return Err(Refusal::field(
            400,
            "comment",
            "The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
        ));
    }
    Ok(stored)
}

/// Groups must exist; role names are taken as they are, as this site has the vendor's usual ones.
fn read_visibility(s: &Session<'_>, value: Option<&Value>) -> Result<Option<Value>, Refusal> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(None) };
    let refused = |text: String| Refusal::field(400, "commentLevel", text);
    let wanted =
        value.get("identifier").or_else(|| value.get("value")).and_then(Value::as_str).ok_or_else(Refusal::payload)?;
    match value.get("type").and_then(Value::as_str) {
        Some("group") => {
            let group = s
                .contents
                .people
                .group_by(wanted)
                .ok_or_else(|| refused(format!("Group: {wanted} does not exist.")))?;
            Ok(Some(json!({ "type": "group", "value": group.name, "identifier": group.id })))
        }
        Some("role")
            if ["Administrators", "Service Desk Team", "Service Desk Customers", "Developers"].contains(&wanted) =>
        {
            Ok(Some(json!({ "type": "role", "value": wanted, "identifier": wanted })))
        }
        Some("role") => Err(refused(format!("Role: {wanted} does not exist."))),
        _ => Err(Refusal::payload()),
    }
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let newest_first = read_order(s)?;
    let page = Page::of(s.call, PAGE, PAGE)?;
    let issue = s.issue()?;
    let view = s.view();
    let expand = s.call.query_list("expand");
    let seen: Vec<&Comment> = issue.comments.iter().filter(|c| sees(s, c)).collect();
    let show = |comment: &&Comment| view.expanded_comment(issue, comment, &expand);
    let rows = if newest_first { page.cut(seen.iter().rev().map(show)) } else { page.cut(seen.iter().map(show)) };
    Ok(Reply::ok(page.named("comments", rows, seen.len())))
}

/// Judged before the issue is even looked for.
fn read_order(s: &Session<'_>) -> Result<bool, Refusal> {
    match s.call.query("orderBy").as_deref().map(str::to_lowercase).as_deref() {
        None | Some("created" | "+created") => Ok(false),
        Some("-created") => Ok(true),
        Some(other) => Err(Refusal::message(400, format!("The order by field '{other}' is not supported."))),
    }
}

/// A group's comment is for its members; a role's for everybody who works here.
fn sees(s: &Session<'_>, comment: &Comment) -> bool {
    let Some(visibility) = &comment.visibility else { return true };
    let group = visibility["type"] == "group";
    !group
        || s.caller
            .as_deref()
            .is_some_and(|me| s.contents.people.is_in(me, visibility["value"].as_str().unwrap_or_default()))
}

pub(crate) fn by_ids(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["ids"])?;
    let ids = texts(body.get("ids"), 1000, "The number of comment IDs exceeds the limit of 1000.")?;
    let view = s.view();
    let expand = s.call.query_list("expand");
    let found = ids.iter().filter_map(|id| id.parse().ok()).filter_map(|id| find_anywhere(s, id));
    let rows: Vec<Value> = found.map(|(issue, comment)| view.expanded_comment(issue, comment, &expand)).collect();
    let page = Page { start: 0, size: 1000 };
    let total = rows.len();
    Ok(Reply::ok(page.values(&view.api("comment/list"), rows, total)))
}

fn find_anywhere<'s>(s: &'s Session<'_>, id: u64) -> Option<(&'s Issue, &'s Comment)> {
    let issue = s.contents.home_of(id).filter(|issue| s.may("BROWSE_PROJECTS", issue.project))?;
    Some((issue, issue.comment(id).filter(|c| sees(s, c))?))
}

pub(crate) fn add(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("ADD_COMMENTS", "You do not have the permission to comment on this issue.")?;
    let body = s.call.object()?;
    if s.is_full(s.issue()?.comments.len(), COMMENTS_PER_ISSUE) {
        return Err(Refusal::message(413, "The issue has reached the maximum number of comments."));
    }
    let draft = Draft::read(s, &Value::Object(body))?;
    let comment = draft.insert(s, id);
    show_one(s, id, comment, Reply::created)
}

fn show_one(s: &Session<'_>, issue: u64, comment: u64, reply: fn(Value) -> Reply) -> Answer {
    let issue = s.contents.issues.get(&issue).ok_or_else(Refusal::no_issue)?;
    let comment = issue.comment(comment).ok_or_else(no_comment)?;
    Ok(reply(s.view().expanded_comment(issue, comment, &s.call.query_list("expand"))))
}

fn no_comment() -> Refusal {
    Refusal::message(404, "Can not find a comment for the id.")
}

/// The comment of the path, on the issue of the path.
fn addressed(s: &Session<'_>) -> Result<(u64, u64), Refusal> {
    let issue = s.issue()?;
    let id = s.call.param("comment").parse().ok().and_then(|id| issue.comment(id)).filter(|c| sees(s, c));
    let text = format!("Can not find a comment for the id: {}.", s.call.param("comment"));
    Ok((issue.id, id.ok_or_else(|| Refusal::message(404, text))?.id))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let (issue, comment) = addressed(s)?;
    show_one(s, issue, comment, Reply::ok)
}

fn own_or_all(s: &Session<'_>, issue: u64, comment: u64, verb: &str) -> bool {
    let Some(issue) = s.contents.issues.get(&issue) else { return false };
    let own = issue.comment(comment).is_some_and(|c| Some(&c.author) == s.caller.as_ref());
    s.may(&format!("{verb}_ALL_COMMENTS"), issue.project)
        || (own && s.may(&format!("{verb}_OWN_COMMENTS"), issue.project))
}

/// Without `properties` and `visibility` in the body those stay as they are.
pub(crate) fn edit(s: &mut Session<'_>) -> Answer {
    let (issue, id) = addressed(s)?;
    let body = Value::Object(s.call.object()?);
    if !own_or_all(s, issue, id, "EDIT") {
        return Err(Refusal::message(
            400,
            format!("You do not have the permission to edit the comment with the id: {id}."),
        ));
    }
    let draft = Draft::read(s, &body)?;
    let (now, me) = (s.now, s.me()?);
    change::touch(s, issue);
    let texts = s.contents.change_issue(issue, |issue| {
        let key = issue.key.clone();
        let comment = issue.comments.iter_mut().find(|c| c.id == id)?;
        let before = adf::text::of_stored(&comment.body);
        comment.body = draft.body;
        comment.updated = now;
        comment.update_author = me;
        comment.visibility = draft.visibility.or(comment.visibility.take());
        comment.properties.extend(draft.properties);
        Some((key, before, adf::text::of_stored(&comment.body)))
    });
    if let Some((key, before, after)) = texts.flatten() {
        s.log(&key, "comment", Some(before), Some(after));
    }
    event::comment(s, "comment_updated", issue, id);
    show_one(s, issue, id, Reply::ok)
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    if s.caller.is_none() {
        return Err(Refusal::message(405, "Anonymous users cannot delete comments."));
    }
    let (issue, id) = addressed(s)?;
    if !own_or_all(s, issue, id, "DELETE") {
        return Err(Refusal::message(
            400,
            format!("You do not have the permission to delete the comment with the id: {id}."),
        ));
    }
    event::comment(s, "comment_deleted", issue, id);
    change::touch(s, issue);
    let gone = s.contents.change_issue(issue, |issue| {
        let at = issue.comments.iter().position(|c| c.id == id)?;
        Some((issue.key.clone(), issue.comments.remove(at)))
    });
    if let Some((key, comment)) = gone.flatten() {
        s.log(&key, "comment", Some(adf::text::of_stored(&comment.body)), None);
    }
    Ok(Reply::no_content())
}

fn of_path(s: &Session<'_>) -> Result<(u64, u64), Refusal> {
    let id = s.call.param("comment").parse().map_err(|_| no_comment())?;
    find_anywhere(s, id).map(|(issue, comment)| (issue.id, comment.id)).ok_or_else(no_comment)
}

fn properties_of<'s>(s: &'s Session<'_>, (issue, comment): (u64, u64)) -> Result<&'s BTreeMap<String, Value>, Refusal> {
    let comment = s.contents.issues.get(&issue).and_then(|issue| issue.comment(comment));
    comment.map(|c| &c.properties).ok_or_else(no_comment)
}

pub(crate) fn property_keys(s: &mut Session<'_>) -> Answer {
    let at = of_path(s)?;
    let base = s.view().api(&format!("comment/{}/properties", at.1));
    Ok(property::keys(properties_of(s, at)?, &base))
}

pub(crate) fn property_get(s: &mut Session<'_>) -> Answer {
    let at = of_path(s)?;
    property::show(properties_of(s, at)?, s.call.param("property"))
}

pub(crate) fn property_put(s: &mut Session<'_>) -> Answer {
    let (issue, id) = of_path(s)?;
    let (key, value) = property::read_one(s)?;
    let existed = change_properties(s, issue, id, |properties| properties.insert(key, value).is_some());
    Ok(Reply::empty(if existed { http::StatusCode::OK } else { http::StatusCode::CREATED }))
}

pub(crate) fn property_delete(s: &mut Session<'_>) -> Answer {
    let (issue, id) = of_path(s)?;
    let key = s.call.param("property").to_owned();
    if change_properties(s, issue, id, |properties| properties.remove(&key).is_some()) {
        Ok(Reply::no_content())
    } else {
        Err(property::missing(&key))
    }
}

fn change_properties(
    s: &mut Session<'_>,
    issue: u64,
    id: u64,
    change: impl FnOnce(&mut BTreeMap<String, Value>) -> bool,
) -> bool {
    let comment = s.contents.issues.get_mut(&issue).and_then(|issue| issue.comments.iter_mut().find(|c| c.id == id));
    comment.is_some_and(|comment| change(&mut comment.properties))
}

/// A comment of plain text, as the service desk API takes it.
pub(crate) fn plain(text: &str, public: bool) -> Draft {
    let mut properties = BTreeMap::new();
    if !public {
        properties.insert(
            "sd.public.comment".to_owned(),
            Value::Object(Map::from_iter([("internal".to_owned(), json!(true))])),
        );
    }
    Draft { body: json!({ "wiki": text }), visibility: None, parent: None, properties }
}
