//! What the vendor suggests while somebody types: issues, and the words of the search language.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Reply};
use crate::jira::issue::Issue;
use crate::jira::session::Session;

/// Rows of one section.
const SUGGESTIONS: usize = 20;

/// `GET /issue/picker`: by key or by words of the summary, the newest first.
pub(crate) fn issues(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let query = s.call.query("query").unwrap_or_default().to_lowercase();
    let asked =
        |issue: &Issue| issue.key.to_lowercase() == query || issue.text("summary").to_lowercase().contains(&query);
    let found = s.contents.updated_until((i64::MAX, u64::MAX)).filter_map(|id| s.contents.issues.get(&id));
    let found = found.filter(|issue| asked(issue) && s.may("BROWSE_PROJECTS", issue.project)).take(SUGGESTIONS);
    let rows: Vec<Value> = found
        .map(|issue| {
            json!({
                "id": issue.id,
                "key": issue.key,
                "keyHtml": issue.key,
                "img": "/images/icons/issuetypes/task.svg",
                "summary": issue.text("summary"),
                "summaryText": issue.text("summary"),
            })
        })
        .collect();
    let sub = format!("Showing {0} of {0} matching issues", rows.len());
    Ok(Reply::ok(json!({ "sections": [{ "label": "Current Search", "sub": sub, "id": "cs", "issues": rows }] })))
}

/// `GET /jql/autocompletedata`.
pub(crate) fn words(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let fields = s.contents.catalogue.fields.iter().filter_map(|field| {
        let name = field.clause_names().into_iter().next()?;
        let mut row = json!({
            "value": name,
            "displayName": format!("{} - {name}", field.name),
            "orderable": "true",
            "searchable": "true",
            "operators": ["=", "!=", "in", "not in", "is", "is not"],
            "types": ["java.lang.Object"],
        });
        if let Some(number) = field.custom_number() {
            row["cfid"] = json!(format!("cf[{number}]"));
        }
        Some(row)
    });
    let functions = ["now()", "startOfDay()", "endOfDay()", "currentUser()"];
    let functions = functions.map(|name| json!({ "value": name, "displayName": name, "types": ["java.lang.Object"] }));
    Ok(Reply::ok(json!({
        "visibleFieldNames": fields.collect::<Vec<_>>(),
        "visibleFunctionNames": functions,
        "jqlReservedWords": ["and", "or", "not", "in", "is", "was", "order", "by", "empty", "null"],
    })))
}
