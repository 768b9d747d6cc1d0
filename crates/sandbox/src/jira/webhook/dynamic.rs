//! `/rest/api/{version}/webhook`: webhooks that an OAuth app registers; they expire after 30 days.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Dynamic, Webhook, send};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::jql::parser::{Condition, Operator};
use crate::jira::limits::{DYNAMIC_WEBHOOKS, PAGE};
use crate::jira::paging::Page;
use crate::jira::session::Session;
use crate::jira::{jql, oauth};

const LIFE_MS: i64 = 30 * 24 * 3_600_000;
const EVENTS: &[&str] = &[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issue_property_set",
    "issue_property_deleted",
];

/// Only apps may come here: callers with an OAuth token.
fn app(s: &Session<'_>) -> Result<String, Refusal> {
    let me = s.me()?;
    if s.call.is_by_app() {
        Ok(me)
    } else {
        Err(Refusal::message(403, "Only Connect and OAuth 2.0 apps can use this operation."))
    }
}

fn own<'s>(s: &'s Session<'_>, me: &'s str) -> impl Iterator<Item = &'s Webhook> {
    s.contents.webhooks.values().filter(move |hook| hook.dynamic.is_some() && hook.changed_by == me)
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let me = app(s)?;
    let page = Page::of(s.call, PAGE, PAGE)?;
    let view = s.view();
    let show = |hook: &Webhook| {
        let expires = hook.dynamic.as_ref().map_or(0, |d| d.expires);
        json!({ "id": hook.id, "jqlFilter": hook.jql, "events": hook.events, "expirationDate": view.time(expires), "url": hook.url })
    };
    let total = own(s, &me).count();
    Ok(Reply::ok(page.values(&view.api("webhook"), page.cut(own(s, &me).map(show)), total)))
}

/// Errors of single registrations hide inside a 200.
pub(crate) fn register(s: &mut Session<'_>) -> Answer {
    let me = app(s)?;
    let body = s.call.closed_object(&["url", "webhooks"])?;
    let url = body.get("url").and_then(Value::as_str).filter(|url| url::Url::parse(url).is_ok());
    let url = url.ok_or_else(|| Refusal::message(400, "The URL is not valid."))?.to_owned();
    let wanted = body.get("webhooks").and_then(Value::as_array).cloned().ok_or_else(Refusal::payload)?;
    let results: Vec<Value> = wanted
        .iter()
        .map(|row| match register_one(s, &me, &url, row) {
            Ok(id) => json!({ "createdWebhookId": id }),
            Err(problem) => json!({ "errors": [problem] }),
        })
        .collect();
    Ok(Reply::ok(json!({ "webhookRegistrationResult": results })))
}

fn register_one(s: &mut Session<'_>, me: &str, url: &str, row: &Value) -> Result<u64, String> {
    let list = |name: &str| -> Vec<String> {
        row.get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let events = list("events");
    if let Some(unknown) = events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        return Err(format!("Unknown event {unknown}"));
    }
    let filter = row.get("jqlFilter").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(condition) = jql::parse(&filter)?.condition {
        check_filter(&condition)?;
    }
    if own(s, me).count() >= DYNAMIC_WEBHOOKS {
        return Err(format!("The limit of {DYNAMIC_WEBHOOKS} webhooks was reached"));
    }
    let id = s.contents.next_id();
    let dynamic = Dynamic {
        expires: s.now + LIFE_MS,
        fields: list("fieldIdsFilter"),
        client_secret: oauth::CLIENT_SECRET.to_owned(),
    };
    let hook = Webhook {
        id,
        name: "dynamic".into(),
        description: String::new(),
        url: url.to_owned(),
        events,
        jql: filter,
        exclude_body: false,
        secret: None,
        enabled: true,
        changed_by: me.to_owned(),
        changed: s.now,
        dynamic: Some(dynamic),
    };
    s.contents.webhooks.insert(id, hook);
    Ok(id)
}

/// Filters of apps know few fields and only equality.
/// <https://developer.atlassian.com/cloud/jira/platform/webhooks/#supported-jql-queries>
fn check_filter(condition: &Condition) -> Result<(), String> {
    const FIELDS: [&str; 10] =
        ["issuekey", "key", "issue", "project", "issuetype", "type", "status", "assignee", "reporter", "priority"];
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().try_for_each(check_filter),
        Condition::Not(part) => check_filter(part),
        Condition::Clause(clause) => {
            let field = clause.field.to_lowercase();
            let is_known =
                FIELDS.contains(&field.as_str()) || field.starts_with("issue.property") || field.starts_with("cf[");
            let compares =
                matches!(clause.operator, Operator::Equals | Operator::Differs | Operator::In | Operator::NotIn);
            match (is_known, compares) {
                (true, true) => Ok(()),
                (false, _) => Err(format!("The clause {} is unsupported", clause.field)),
                (true, false) => Err(format!("The operator {} is unsupported", clause.operator.sign())),
            }
        }
    }
}

fn ids(s: &Session<'_>) -> Result<Vec<u64>, Refusal> {
    let body = s.call.closed_object(&["webhookIds"])?;
    Ok(body
        .get("webhookIds")
        .and_then(Value::as_array)
        .ok_or_else(Refusal::payload)?
        .iter()
        .filter_map(Value::as_u64)
        .collect())
}

pub(crate) fn refresh(s: &mut Session<'_>) -> Answer {
    let me = app(s)?;
    let ids = ids(s)?;
    let expires = s.now + LIFE_MS;
    for hook in s.contents.webhooks.values_mut().filter(|h| ids.contains(&h.id) && h.changed_by == me) {
        if let Some(dynamic) = &mut hook.dynamic {
            dynamic.expires = expires;
        }
    }
    Ok(Reply::ok(json!({ "expirationDate": s.view().time(expires) })))
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let me = app(s)?;
    let ids = ids(s)?;
    s.contents.webhooks.retain(|id, hook| !(ids.contains(id) && hook.dynamic.is_some() && hook.changed_by == me));
    Ok(Reply::empty(http::StatusCode::ACCEPTED))
}

/// The bearer token of a delivery: a JWT signed with the app's secret.
pub(crate) fn token(client_secret: &str, now: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let issued = now.div_euclid(1000);
    let signed = format!(
        "{}.{}",
        part(json!({ "alg": "HS256", "typ": "JWT" })),
        part(json!({ "iss": oauth::CLIENT_ID, "iat": issued, "exp": issued + 180 }))
    );
    let mac = URL_SAFE_NO_PAD.encode(send::mac(client_secret.as_bytes(), signed.as_bytes()));
    format!("{signed}.{mac}")
}
