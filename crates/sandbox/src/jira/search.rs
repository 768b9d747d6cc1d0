//! `search/jql` and what belongs to it: pages by token, counts, parsing and matching.
//!
//! The index may lag (`/__sandbox/index`): then a search shows issues as they were, except those that are to be reconciled.

pub(super) mod suggest;

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Problems, Refusal, Reply};
use super::issue::{Issue, transition};
use super::jql::order::Place;
use super::jql::{self, Asker, Search};
use super::limits::{PROPERTIES_PER_READ, RECONCILE_ISSUES, SEARCH_PAGE, SEARCH_PAGE_DEFAULT, SEARCH_PAGE_WITH_FIELDS};
use super::permission;
use super::render::issue::Wanted;
use super::session::{Session, texts};

const BODY: &[&str] = &[
    "jql",
    "nextPageToken",
    "maxResults",
    "fields",
    "expand",
    "properties",
    "fieldsByKeys",
    "failFast",
    "reconcileIssues",
];
const UNBOUNDED: &str = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.";

/// Where a page ended; opaque to the client.
#[derive(Serialize, Deserialize)]
struct Token {
    jql: String,
    after: Place,
}

pub(crate) fn post(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(BODY)?;
    search(s, &body)
}

/// The same as query parameters.
pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let mut body = Map::new();
    for name in ["jql", "nextPageToken", "expand"] {
        if let Some(value) = s.call.query(name) {
            body.insert(name.into(), json!(value));
        }
    }
    for name in ["fields", "properties", "reconcileIssues"] {
        let list = s.call.query_list(name);
        if !list.is_empty() {
            body.insert(name.into(), json!(list));
        }
    }
    if let Some(n) = s.call.query_number("maxResults")? {
        body.insert("maxResults".into(), json!(n));
    }
    search(s, &body)
}

fn search(s: &mut Session<'_>, body: &Map<String, Value>) -> Answer {
    let text = body.get("jql").and_then(Value::as_str).unwrap_or_default();
    let size = match body.get("maxResults") {
        None | Some(Value::Null) => SEARCH_PAGE_DEFAULT,
        Some(n) => n
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=SEARCH_PAGE).contains(n))
            .ok_or_else(|| Refusal::message(400, "The value of maxResults must be between 1 and 5000."))?,
    };
    let fields = texts(body.get("fields"), usize::MAX, "")?;
    let properties =
        texts(body.get("properties"), PROPERTIES_PER_READ, "The number of properties exceeds the limit of 5.")?;
    let expand = body
        .get("expand")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .split(',')
        .map(|e| e.trim().to_owned())
        .collect();
    let reconcile = texts(
        body.get("reconcileIssues"),
        RECONCILE_ISSUES,
        "The number of issues to reconcile exceeds the limit of 50.",
    )?;
    let wanted = Wanted::new(&fields, "id", expand, properties);
    let size = if wanted.is_bare() { size } else { size.min(SEARCH_PAGE_WITH_FIELDS) };
    let search = compile(s, text)?;
    let after = body.get("nextPageToken").and_then(Value::as_str).map(|token| read_token(token, text)).transpose()?;
    let finder = Finder::new(s, &search, &reconcile);
    let (rows, more) = finder.page(after.as_ref(), size);
    let view = s.view();
    let bare = wanted.is_bare() && wanted.properties.is_empty();
    let show = |issue: &&Issue| {
        if bare {
            return json!({ "id": issue.id.to_string(), "key": issue.key });
        }
        let mut row = view.issue(issue, &wanted);
        if wanted.expands("transitions") {
            row["transitions"] = transition::available(s, issue);
        }
        row
    };
    // Assigned, not written into `json!`, which would copy every row once more.
    let mut answer = json!({ "issues": [], "isLast": !more });
    answer["issues"] = rows.iter().map(show).collect();
    if let (true, Some(last)) = (more, rows.last()) {
        answer["nextPageToken"] =
            json!(write_token(&Token { jql: text.to_owned(), after: search.order.place(last, s.contents) }));
    }
    for (name, facet) in [("names", "name"), ("schema", "schema")] {
        if wanted.expands(name) {
            answer[name] = view.field_facets(&wanted, facet);
        }
    }
    Ok(Reply::ok(answer))
}

fn write_token(token: &Token) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(token).unwrap_or_default())
}

fn read_token(token: &str, jql: &str) -> Result<Place, Refusal> {
    let read = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| serde_json::from_slice::<Token>(&bytes).ok());
    read.filter(|token| token.jql == jql)
        .map(|token| token.after)
        .ok_or_else(|| Refusal::message(400, "The provided next page token is invalid or expired."))
}

fn asker<'s>(s: &'s Session<'_>) -> Asker<'s> {
    Asker { account: s.caller.as_deref(), zone: s.zone(), now: s.now }
}

fn compile(s: &Session<'_>, text: &str) -> Result<Search, Refusal> {
    let search = jql::compile(s.contents, text, &asker(s)).map_err(|complaints| Refusal::Platform {
        status: 400,
        problems: Problems { messages: complaints, ..Problems::default() },
    })?;
    if search.rule.is_none() { Err(Refusal::message(400, UNBOUNDED)) } else { Ok(search) }
}

/// Walks the issues in the order of a search.
struct Finder<'s> {
    s: &'s Session<'s>,
    search: &'s Search,
    projects: HashSet<u64>,
    /// Issues the index does not show as they are.
    stale: HashSet<u64>,
}

impl<'s> Finder<'s> {
    fn new(s: &'s Session<'_>, search: &'s Search, reconcile: &[String]) -> Self {
        // The session's own lifetime is longer than this borrow of it.
        let s: &'s Session<'s> = s;
        let lag = s.site.knobs().lock().index_lag_ms;
        let reconcile: HashSet<u64> = reconcile.iter().filter_map(|id| id.parse().ok()).collect();
        let unindexed = s
            .contents
            .index
            .unindexed
            .iter()
            .filter(|(id, change)| change.changed_at > s.now - lag && !reconcile.contains(id));
        let stale = unindexed.map(|(id, _)| *id).collect();
        let projects = s
            .contents
            .catalogue
            .projects
            .keys()
            .copied()
            .filter(|id| permission::may(s.contents, s.caller.as_deref(), "BROWSE_PROJECTS", Some(*id)))
            .collect();
        Self { s, search, projects, stale }
    }

    fn fits(&self, issue: &Issue) -> bool {
        self.projects.contains(&issue.project)
            && self.search.rule.as_ref().is_some_and(|rule| rule.fits(issue, self.s.contents))
    }

    /// One page behind a place, and whether there is more.
    fn page(&self, after: Option<&Place>, size: usize) -> (Vec<&'s Issue>, bool) {
        let mut rows: Vec<&Issue> = match self.walk(after) {
            Some(ids) => ids
                .filter_map(|id| self.s.contents.issues.get(&id))
                .filter(|issue| self.fits(issue))
                .take(size + 1)
                .collect(),
            None => self.sorted(after),
        };
        let more = rows.len() > size;
        rows.truncate(size);
        (rows, more)
    }

    /// Ids in order straight from an index, where there is one for it.
    fn walk(&self, after: Option<&Place>) -> Option<Box<dyn Iterator<Item = u64> + 's>> {
        let contents: &'s super::contents::Contents = self.s.contents;
        if !self.stale.is_empty() || self.search.rule.as_ref()?.ids().is_some() {
            return None;
        }
        let rule = self.search.rule.as_ref()?;
        match (self.search.order.by_updated(), self.search.order.by_id()) {
            (Some(false), _) => {
                let start = after.map_or((rule.updated_from(), 0), |place| (updated_of(place), place.id + 1));
                Some(Box::new(contents.updated_since(start)))
            }
            (Some(true), _) => {
                let end = after.map_or((i64::MAX, u64::MAX), |place| (updated_of(place), place.id.saturating_sub(1)));
                let from = rule.updated_from();
                let ids = contents.updated_until(end);
                Some(Box::new(ids.take_while(move |id| contents.issues.get(id).is_some_and(|i| i.updated >= from))))
            }
            (None, Some(false)) => {
                Some(Box::new(contents.issues.range(after.map_or(0, |p| p.id + 1)..).map(|(id, _)| *id)))
            }
            (None, Some(true)) => {
                Some(Box::new(contents.issues.range(..after.map_or(u64::MAX, |p| p.id)).rev().map(|(id, _)| *id)))
            }
            (None, None) => None,
        }
    }

    /// Every issue that fits, sorted, behind a place.
    fn sorted(&self, after: Option<&Place>) -> Vec<&'s Issue> {
        let order = &self.search.order;
        let placed = self
            .candidates()
            .into_iter()
            .filter(|issue| self.fits(issue))
            .map(|issue| (order.place(issue, self.s.contents), issue));
        let mut placed: Vec<(Place, &Issue)> =
            placed.filter(|(place, _)| after.is_none_or(|after| order.compare(place, after).is_gt())).collect();
        placed.sort_by(|(a, _), (b, _)| order.compare(a, b));
        placed.into_iter().map(|(_, issue)| issue).collect()
    }

    fn candidates(&self) -> Vec<&'s Issue> {
        let contents: &'s super::contents::Contents = self.s.contents;
        let rule = self.search.rule.as_ref();
        let fresh = |issue: &&Issue| !self.stale.contains(&issue.id);
        let mut rows: Vec<&Issue> = match rule.and_then(|rule| rule.ids()) {
            Some(ids) => ids.iter().filter_map(|id| contents.issues.get(id)).filter(fresh).collect(),
            None => contents
                .updated_since((rule.map_or(i64::MIN, |rule| rule.updated_from()), 0))
                .filter_map(|id| contents.issues.get(&id))
                .filter(fresh)
                .collect(),
        };
        rows.extend(self.stale.iter().filter_map(|id| contents.index.unindexed.get(id)?.before.as_ref()));
        rows
    }

    fn count(&self) -> usize {
        self.candidates().into_iter().filter(|issue| self.fits(issue)).count()
    }
}

/// The first key of an order by `updated`.
#[expect(clippy::cast_possible_truncation, reason = "written by `place` from epoch milliseconds")]
fn updated_of(place: &Place) -> i64 {
    match place.values.first() {
        Some(jql::order::Rank::Number(ms)) => *ms as i64,
        _ => 0,
    }
}

pub(crate) fn approximate_count(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["jql"])?;
    let search = compile(s, body.get("jql").and_then(Value::as_str).unwrap_or_default())?;
    Ok(Reply::ok(json!({ "count": Finder::new(s, &search, &[]).count() })))
}

/// The old search is gone.
pub(crate) fn removed(_: &mut Session<'_>) -> Answer {
    Err(Refusal::message(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    ))
}

/// Which issues fit which filters, without the page machinery and without the index's lag.
pub(crate) fn matches(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["issueIds", "jqls"])?;
    let ids = texts(body.get("issueIds"), 1000, "The number of issues exceeds the limit of 1000.")?;
    let filters = texts(body.get("jqls"), 100, "The number of JQL queries exceeds the limit of 100.")?;
    let rows: Vec<Value> = filters
        .iter()
        .map(|text| match jql::compile(s.contents, text, &asker(s)) {
            Err(complaints) => json!({ "matchedIssues": [], "errors": complaints }),
            Ok(search) => {
                let issues = ids.iter().filter_map(|id| s.find(id).ok());
                let fits = |issue: &&Issue| search.rule.as_ref().is_none_or(|rule| rule.fits(issue, s.contents));
                json!({ "matchedIssues": issues.filter(fits).map(|i| i.id).collect::<Vec<_>>(), "errors": [] })
            }
        })
        .collect();
    Ok(Reply::ok(json!({ "matches": rows })))
}

/// Checks filters when they are configured.
pub(crate) fn parse(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["queries"])?;
    let queries = texts(body.get("queries"), 100, "The number of JQL queries exceeds the limit of 100.")?;
    let strict = s.call.query("validation").is_none_or(|v| v.eq_ignore_ascii_case("strict"));
    let rows: Vec<Value> = queries
        .iter()
        .map(|text| {
            let outcome = if strict {
                jql::compile(s.contents, text, &asker(s)).map(|_| ())
            } else {
                jql::parse(text).map(|_| ()).map_err(|e| vec![e])
            };
            match outcome {
                Ok(()) => json!({ "query": text, "structure": {} }),
                Err(errors) => json!({ "query": text, "errors": errors }),
            }
        })
        .collect();
    Ok(Reply::ok(json!({ "queries": rows })))
}
