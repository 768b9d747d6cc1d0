//! Which scopes an app's token needs for a call that comes in through the gateway.
//!
//! The classic scopes, as the vendor's documents of the two APIs name them for each operation.

use super::session::Call;

const READ: &str = "read:jira-work";
const WRITE: &str = "write:jira-work";
const PEOPLE: &str = "read:jira-user";
const PROJECT: &str = "manage:jira-project";
const CONFIGURATION: &str = "manage:jira-configuration";
const WEBHOOK: &str = "manage:jira-webhook";
const CUSTOMER: &str = "manage:servicedesk-customer";

/// All of them, which a token has unless the control door says otherwise.
pub(crate) const ALL: [&str; 9] = [
    READ,
    WRITE,
    PEOPLE,
    WEBHOOK,
    PROJECT,
    CONFIGURATION,
    "read:servicedesk-request",
    "write:servicedesk-request",
    CUSTOMER,
];

/// What a call needs.
pub(crate) fn needed(call: &Call) -> Vec<&'static str> {
    let (_, path) = call.route.split_once("/rest/").unwrap_or_default();
    let path: Vec<&str> = path.split('/').collect();
    let method = call.method.as_str();
    match path.as_slice() {
        ["api", _, rest @ ..] => platform(method, rest),
        ["servicedeskapi", rest @ ..] => desk(method, rest),
        _ => Vec::new(),
    }
}

fn platform(method: &str, path: &[&str]) -> Vec<&'static str> {
    let reads = method == "GET";
    let one = match path {
        ["serverInfo"] | ["permissions", "check"] => return Vec::new(),
        ["webhook", ..] => return vec![READ, WEBHOOK],
        ["group", "member"] | ["mypreferences", ..] | ["role"] | ["statuses", ..] | ["workflow"] => CONFIGURATION,
        ["permissions"] | ["priority", "search"] | ["field", _, "context", ..] => CONFIGURATION,
        ["field", ..] | ["project"] | ["project", _, "restore"] if !reads => CONFIGURATION,
        ["user" | "users" | "group" | "groups" | "myself" | "configuration", ..] => PEOPLE,
        ["workflow", "search"] => PROJECT,
        ["component" | "version" | "project", ..] if !reads => PROJECT,
        ["permissions", "project"] | ["jql", ..] | ["search", ..] | ["changelog", "bulkfetch"] => READ,
        ["comment" | "worklog", "list"] | ["issue", "bulkfetch" | "watching"] => READ,
        ["issue", _, "changelog", "list"] => READ,
        _ if reads => READ,
        _ => WRITE,
    };
    vec![one]
}

fn desk(method: &str, path: &[&str]) -> Vec<&'static str> {
    match path {
        ["info"] | ["request", _, "comment", _, "attachment"] => Vec::new(),
        ["customer" | "organization", ..] | ["servicedesk", _, "customer" | "organization", ..] => vec![CUSTOMER],
        ["servicedesk", _, "queue", ..] | ["request", _, "sla", ..] => vec![READ],
        _ if method == "GET" => vec!["read:servicedesk-request"],
        _ => vec!["write:servicedesk-request"],
    }
}
