//! The service desk API's own pages and refusals.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::people::AGENTS;
use crate::jira::session::Session;

const PAGE: i64 = 50;

/// The page of `rows` that `start` and `limit` ask for.
pub(super) fn page(s: &Session<'_>, tail: &str, rows: Vec<Value>) -> Answer {
    let number = |name: &str, default: i64| {
        s.call.query_number(name).map(|n| usize::try_from(n.unwrap_or(default).max(0)).unwrap_or(0))
    };
    let (start, limit) = (number("start", 0)?, number("limit", PAGE)?.min(100));
    let total = rows.len();
    let values: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    let base = s.view().desk_api(tail);
    let mut links = json!({ "base": s.site.control().base_url(), "context": "", "self": format!("{base}?start={start}&limit={limit}") });
    let last = start + values.len() >= total;
    if !last {
        links["next"] = json!(format!("{base}?start={}&limit={limit}", start + values.len()));
    }
    if start > 0 {
        links["prev"] = json!(format!("{base}?start={}&limit={limit}", start.saturating_sub(limit)));
    }
    let size = values.len();
    Ok(Reply::ok(
        json!({ "_expands": [], "size": size, "start": start, "limit": limit, "isLastPage": last, "_links": links, "values": values }),
    ))
}

/// All rows as one page, where a page is a part of something else.
pub(super) fn whole(s: &Session<'_>, tail: &str, rows: Vec<Value>) -> Value {
    let links = json!({ "base": s.site.control().base_url(), "context": "", "self": s.view().desk_api(tail) });
    let size = rows.len();
    json!({ "_expands": [], "size": size, "start": 0, "limit": size, "isLastPage": true, "_links": links, "values": rows })
}

pub(super) fn refuse(status: u16, message: impl Into<String>, key: &'static str) -> Refusal {
    Refusal::Desk { status, message: message.into(), key }
}

pub(super) fn missing(what: &str) -> Refusal {
    refuse(404, format!("The {what} does not exist or you do not have permission to see it."), "sd.error.notfound")
}

/// Somebody who works here, as opposed to a customer.
pub(super) fn agent(s: &Session<'_>) -> Result<String, Refusal> {
    let me = s.me()?;
    let works_here = s.contents.people.is_in(&me, AGENTS) || s.administers();
    if works_here { Ok(me) } else { Err(refuse(403, "You are not an agent.", "sd.error.not.agent")) }
}

pub(super) fn administrator(s: &Session<'_>) -> Result<String, Refusal> {
    let me = s.me()?;
    if s.administers() {
        Ok(me)
    } else {
        Err(refuse(403, "You must be a Jira administrator.", "sd.error.not.administrator"))
    }
}

/// Operations that are still experiments answer only those who say that they know.
pub(super) fn experimental(s: &Session<'_>) -> Result<(), Refusal> {
    match s.call.header("x-experimentalapi") {
        Some(value) if value.eq_ignore_ascii_case("opt-in") => Ok(()),
        _ => Err(refuse(
            412,
            "This API is experimental. Experimental APIs are not guaranteed to be stable within the preview period. \
             You must set the header 'X-ExperimentalApi: opt-in' to opt into using this API.",
            "sd.error.experimental",
        )),
    }
}

/// `{"accountIds":[..]}`, split into those that exist and those that do not.
pub(super) fn accounts(s: &Session<'_>) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let body = s.call.object()?;
    let ids = body.get("accountIds").and_then(Value::as_array).ok_or_else(Refusal::payload)?;
    let ids = ids.iter().filter_map(Value::as_str).map(str::to_owned);
    Ok(ids.partition(|id| s.contents.people.users.contains_key(id)))
}

pub(super) fn unknown_users(ids: &[String]) -> Refusal {
    refuse(400, format!("The users [{}] do not exist.", ids.join(", ")), "sd.error.user.not.found")
}
