//! One call as a handler sees it: what was asked, by whom, and the site to answer from.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, OriginalUri, RawPathParams, Request};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use bytes::Bytes;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::auth::Caller;
use super::catalogue::Project;
use super::contents::{Contents, Unindexed};
use super::fields::Rich;
use super::issue::Issue;
use super::limits::{FILE_BYTES, REQUEST_BYTES};
use super::render::View;
use super::site::Site;
use super::{permission, time};
use crate::control::{BackDated, Write, fault};

/// A request, read completely.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Method and route template, as the ledger counts it.
    pub(crate) route: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) back_dated_ms: Option<i64>,
    params: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let matched = parts.extensions.get::<MatchedPath>().map(|m| m.as_str().to_owned()).unwrap_or_default();
        let params = RawPathParams::from_request_parts(&mut parts, state).await;
        let params = params.map(|p| p.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()).unwrap_or_default();
        // Behind the gateway the routes are nested, which cuts the prefix from the plain URI.
        let uri = parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |uri| uri.0.clone());
        let path = uri.path().to_owned();
        let body = read(body)
            .await
            .ok_or_else(|| Refusal::message(413, "The request is too large.").into_response_at(&path))?;
        let query =
            url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let back_dated_ms = parts.extensions.get::<BackDated>().map(|back| back.at_ms);
        Ok(Self {
            route: template(&parts.method, &matched),
            method: parts.method,
            path,
            headers: parts.headers,
            body,
            back_dated_ms,
            params,
            query,
        })
    }
}

async fn read(body: Body) -> Option<Bytes> {
    axum::body::to_bytes(body, REQUEST_BYTES).await.ok()
}

fn template(method: &Method, matched: &str) -> String {
    let segments = matched.split('/').map(|segment| if segment.contains('{') { "{..}" } else { segment });
    format!("{method} {}", segments.collect::<Vec<_>>().join("/"))
}

impl Call {
    /// A part of the path; the route guarantees it.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A query parameter; one that is blank counts as absent, and repeated ones are joined, as the vendor reads them.
    pub(crate) fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values = self
            .query
            .iter()
            .filter(|(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.as_str());
        let first = values.next()?;
        let rest: Vec<&str> = values.collect();
        Some(if rest.is_empty() { Cow::Borrowed(first) } else { Cow::Owned(format!("{first},{}", rest.join(","))) })
    }

    /// All values of a parameter that may be repeated.
    pub(crate) fn query_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A comma-separated list parameter, in all its repetitions.
    pub(crate) fn query_list(&self, name: &str) -> Vec<String> {
        let values = self.query_all(name).flat_map(|value| value.split(','));
        values.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect()
    }

    pub(crate) fn query_flag(&self, name: &str, default: bool) -> bool {
        self.query(name).map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// A whole number; the first of a repeated one counts, and anything else is a conversion problem.
    pub(crate) fn query_number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.query_all(name).next().map(str::trim) else { return Ok(None) };
        let digits = text.strip_prefix('+').unwrap_or(text);
        digits.parse::<i64>().map(Some).map_err(|_| Refusal::conversion(name, text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// v2 (which is also what `latest` means) speaks wiki markup, everything else documents.
    pub(crate) fn rich(&self) -> Rich {
        let wiki = self.path.contains("/rest/api/2/") || self.path.contains("/rest/api/latest/");
        if wiki { Rich::Wiki } else { Rich::Document }
    }

    /// What stands before `/rest` when the call came through the gateway.
    pub(crate) fn gateway_prefix(&self) -> &str {
        match self.path.starts_with("/ex/jira/") {
            true => self.path.match_indices('/').nth(3).map_or(self.path.as_str(), |(at, _)| &self.path[..at]),
            false => "",
        }
    }

    /// Whether it came with an app's token: apps are limited, and may do things that people may not.
    pub(crate) fn is_by_app(&self) -> bool {
        !self.gateway_prefix().is_empty() && self.header("authorization").is_some_and(|h| h.starts_with("Bearer "))
    }

    pub(crate) fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.body).map_err(|_| Refusal::malformed())
    }

    /// A body that has to be an object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match self.json()? {
            Value::Object(map) => Ok(map),
            _ => Err(Refusal::payload()),
        }
    }

    /// An object that knows no other keys: the vendor's closed schemas.
    pub(crate) fn closed_object(&self, known: &[&str]) -> Result<Map<String, Value>, Refusal> {
        let map = self.object()?;
        if map.keys().all(|key| known.contains(&key.as_str())) { Ok(map) } else { Err(Refusal::payload()) }
    }
}

/// A call at work on the site.
pub(crate) struct Session<'a> {
    pub(crate) site: &'a Site,
    pub(crate) contents: &'a mut Contents,
    pub(crate) call: &'a Call,
    /// Account id; `None` is anonymous.
    pub(crate) caller: Option<String>,
    pub(crate) now: i64,
}

impl<'a> Session<'a> {
    pub(crate) fn new(site: &'a Site, contents: &'a mut Contents, call: &'a Call, caller: Caller, now: i64) -> Self {
        Self { site, contents, call, caller: caller.account, now }
    }

    /// The caller's account id, where a login is needed.
    pub(crate) fn me(&self) -> Result<String, Refusal> {
        self.caller.clone().ok_or_else(Refusal::login)
    }

    pub(crate) fn view(&self) -> View<'_> {
        let base = self.site.control().base_url() + self.call.gateway_prefix();
        View::new(self.contents, base, self.call.rich(), (self.now, self.zone()), self.caller.as_deref())
    }

    pub(crate) fn zone(&self) -> TimeZone {
        let user = self.caller.as_ref().and_then(|id| self.contents.people.users.get(id));
        user.map_or(TimeZone::UTC, |user| time::zone(&user.zone))
    }

    pub(crate) fn may(&self, permission: &str, project: u64) -> bool {
        permission::may(self.contents, self.caller.as_deref(), permission, Some(project))
    }

    pub(crate) fn administers(&self) -> bool {
        permission::may(self.contents, self.caller.as_deref(), "ADMINISTER", None)
    }

    /// Global administration, or the vendor's refusal.
    pub(crate) fn administer(&self) -> Result<String, Refusal> {
        let me = self.me()?;
        if self.administers() {
            Ok(me)
        } else {
            Err(Refusal::message(403, "Only Jira administrators can access this resource."))
        }
    }

    /// The issue of the path's `issue`, if the caller may see it.
    pub(crate) fn issue(&self) -> Result<&Issue, Refusal> {
        self.find(self.call.param("issue"))
    }

    pub(crate) fn find(&self, id_or_key: &str) -> Result<&Issue, Refusal> {
        let issue = self.contents.find_issue(id_or_key).ok_or_else(Refusal::no_issue)?;
        if self.may("BROWSE_PROJECTS", issue.project) { Ok(issue) } else { Err(Refusal::no_issue()) }
    }

    /// The same, with a permission beyond seeing it.
    pub(crate) fn issue_with(&self, permission: &str, refusal: &str) -> Result<u64, Refusal> {
        let issue = self.issue()?;
        if self.may(permission, issue.project) { Ok(issue.id) } else { Err(Refusal::message(403, refusal)) }
    }

    pub(crate) fn project(&self, id_or_key: &str) -> Result<&Project, Refusal> {
        let found = self.contents.find_project(id_or_key).filter(|p| self.may("BROWSE_PROJECTS", p.id));
        found.ok_or_else(|| Refusal::message(404, format!("No project could be found with key '{id_or_key}'.")))
    }

    /// Whether an issue that holds so many rows of a kind can take no more.
    pub(crate) fn is_full(&self, rows: usize, usual: usize) -> bool {
        rows >= self.site.rates().lock().settings().rows_per_issue.unwrap_or(usual)
    }

    /// How large an attached file may be; `None` if files are switched off.
    pub(crate) fn upload_bytes(&self) -> Option<u64> {
        let rates = self.site.rates().lock();
        let settings = rates.settings();
        settings.attachments.unwrap_or(true).then(|| settings.upload_bytes.unwrap_or(FILE_BYTES))
    }

    /// What a fault with `in_composite` says to one of the many that a bulk call is about.
    pub(crate) fn struck(&self, element: &Value) -> Option<Refusal> {
        let (text, route) = (element.to_string(), self.call.route.as_str());
        let part = fault::Call {
            method: self.call.method.as_str(),
            route: route.split_once(' ').map_or(route, |(_, path)| path),
            path: &self.call.path,
            body: text.as_bytes(),
            in_composite: true,
        };
        let fault = self.site.control().draw_fault(&part)?;
        let said = fault.body.as_ref().and_then(|body| body["errorMessages"][0].as_str());
        Some(Refusal::message(fault.status, said.unwrap_or("Internal server error")))
    }

    /// Remembers the issue as the search index still sees it; call before the change.
    pub(crate) fn before_change(&mut self, id: u64) {
        let lag = self.site.knobs().lock().index_lag_ms;
        if lag == 0 {
            return;
        }
        let before = self.contents.issues.get(&id).cloned();
        let unindexed = &mut self.contents.index.unindexed;
        unindexed.retain(|_, change| change.changed_at > self.now - lag);
        unindexed.entry(id).or_insert(Unindexed { before, changed_at: self.now });
    }

    /// Adds one changed field to the write log.
    pub(crate) fn log(&self, record: &str, field: &str, before: Option<String>, after: Option<String>) {
        let by = self.caller.as_ref().and_then(|id| self.contents.people.users.get(id));
        let by = by.map_or_else(
            || "anonymous".to_owned(),
            |user| if user.email.is_empty() { user.name.clone() } else { user.email.clone() },
        );
        let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
        let write = Write {
            route: self.call.route.clone(),
            record: record.to_owned(),
            field: field.to_owned(),
            before: text(before),
            after: text(after),
            by,
        };
        self.site.control().log_write(write);
    }
}

/// Refuses a list that is too long, or not a list of texts.
pub(crate) fn texts(value: Option<&Value>, max: usize, complaint: &str) -> Result<Vec<String>, Refusal> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(Vec::new()) };
    let items = value.as_array().ok_or_else(Refusal::payload)?;
    if items.len() > max {
        return Err(Refusal::message(400, complaint));
    }
    items.iter().map(|item| super::fields::input::id_text(item).ok_or_else(Refusal::payload)).collect()
}
