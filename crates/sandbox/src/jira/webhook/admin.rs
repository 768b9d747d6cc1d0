//! `/rest/webhooks/1.0/webhook`: the administrator's webhooks, for self-hosted tools.

use serde_json::{Map, Value, json};

use super::Webhook;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::session::Session;

const FILTER: &str = "issue-related-events-section";

fn show(s: &Session<'_>, hook: &Webhook) -> Value {
    let name = s.contents.people.users.get(&hook.changed_by).map(|u| u.name.as_str()).unwrap_or_default();
    json!({
        "name": hook.name,
        "description": hook.description,
        "url": hook.url,
        "excludeBody": hook.exclude_body,
        "filters": { FILTER: hook.jql },
        "events": hook.events,
        "enabled": hook.enabled,
        "self": format!("{}/rest/webhooks/1.0/webhook/{}", s.site.control().base_url(), hook.id),
        "lastUpdatedUser": hook.changed_by,
        "lastUpdatedDisplayName": name,
        "lastUpdated": hook.changed,
        // The secret itself is never shown again.
        "isSigned": hook.secret.is_some(),
    })
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    s.administer()?;
    let hooks = s.contents.webhooks.values().filter(|hook| hook.dynamic.is_none());
    Ok(Reply::ok(hooks.map(|hook| show(s, hook)).collect()))
}

fn addressed(s: &Session<'_>) -> Result<u64, Refusal> {
    s.administer()?;
    let id = s
        .call
        .param("webhook")
        .parse()
        .ok()
        .filter(|id| s.contents.webhooks.get(id).is_some_and(|h| h.dynamic.is_none()));
    id.ok_or_else(|| Refusal::message(404, "The webhook does not exist."))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?;
    let hook = s.contents.webhooks.get(&id).ok_or_else(Refusal::no_issue)?;
    Ok(Reply::ok(show(s, hook)))
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let me = s.administer()?;
    let body = s.call.object()?;
    let fresh = Webhook {
        id: 0,
        name: String::new(),
        description: String::new(),
        url: String::new(),
        events: Vec::new(),
        jql: String::new(),
        exclude_body: false,
        secret: None,
        enabled: true,
        changed_by: me,
        changed: s.now,
        dynamic: None,
    };
    let mut hook = read(&body, fresh)?;
    hook.id = s.contents.next_id();
    let row = show(s, &hook);
    s.contents.webhooks.insert(hook.id, hook);
    Ok(Reply::created(row))
}

/// What is left out stays as it is.
pub(crate) fn put(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?;
    let body = s.call.object()?;
    let present = s.contents.webhooks.get(&id).cloned().ok_or_else(Refusal::no_issue)?;
    let hook = Webhook { changed: s.now, changed_by: s.me()?, ..read(&body, present)? };
    let row = show(s, &hook);
    s.contents.webhooks.insert(id, hook);
    Ok(Reply::ok(row))
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?;
    s.contents.webhooks.remove(&id);
    Ok(Reply::no_content())
}

fn read(body: &Map<String, Value>, mut hook: Webhook) -> Result<Webhook, Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    hook.name = text("name").unwrap_or(hook.name);
    hook.description = text("description").unwrap_or(hook.description);
    hook.url = text("url").unwrap_or(hook.url);
    hook.secret = text("secret").or(hook.secret);
    hook.exclude_body = body.get("excludeBody").and_then(Value::as_bool).unwrap_or(hook.exclude_body);
    hook.enabled = body.get("enabled").and_then(Value::as_bool).unwrap_or(hook.enabled);
    if let Some(events) = body.get("events") {
        hook.events = events
            .as_array()
            .ok_or_else(Refusal::payload)?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
    }
    if let Some(filter) = body.get("filters").and_then(|f| f.get(FILTER)).and_then(Value::as_str) {
        filter.clone_into(&mut hook.jql);
    }
    if hook.name.is_empty() {
        return Err(Refusal::message(400, "The webhook needs a name."));
    }
    if url::Url::parse(&hook.url.replace(['{', '}'], "")).is_err() {
        return Err(Refusal::message(400, "The webhook needs a valid URL."));
    }
    if let Err(complaint) = crate::jira::jql::parse(&hook.jql) {
        return Err(Refusal::message(400, complaint));
    }
    Ok(hook)
}
