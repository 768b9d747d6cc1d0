//! What an app's event says: which issue, and whether it is gone. Events of Forge apps have names and bodies of their own.
//! <https://developer.atlassian.com/platform/forge/events-reference/jira/>

use jiff::Timestamp;
use serde::Deserialize;

use super::Problem;
use super::body::Issue;
use crate::id::IssueId;
use crate::limits::WEBHOOK_BODY_BYTES_MAX;

/// The id and the version out of one event of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppEvent {
    /// The issue it is about; none for events about nothing that is synchronized.
    pub issue: Option<IssueId>,
    /// Whether the issue is gone.
    pub is_deletion: bool,
    /// The version of the issue that the body shows, if it does.
    pub updated: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    event_type: String,
    issue: Option<Issue>,
}

/// Reads one event of an app.
///
/// # Errors
/// [`Problem`], when the body is too large or no event.
pub fn parse_app_event(body: &[u8]) -> Result<AppEvent, Problem> {
    if body.len() > WEBHOOK_BODY_BYTES_MAX {
        return Err(Problem::TooLarge { bytes: body.len() });
    }
    let body: Body =
        serde_json::from_slice(body).map_err(|error| Problem::NotAWebhook { reason: error.to_string() })?;
    Ok(AppEvent {
        issue: body.issue.as_ref().and_then(|issue| issue.id),
        is_deletion: body.event_type == "avi:jira:deleted:issue",
        updated: body.issue.as_ref().and_then(Issue::updated),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_gives_its_issue_its_version_and_whether_it_is_gone() {
        let event = |body: &str| parse_app_event(body.as_bytes());
        let issue = r#""issue":{"id":"10007","key":"OPS-7","fields":{"updated":"2026-02-16T14:00:00.250+0200"}}"#;
        let updated = event(&format!(r#"{{"eventType":"avi:jira:updated:issue",{issue},"changelog":{{}}}}"#)).unwrap();
        let read = AppEvent {
            issue: Some(IssueId::new(10007)),
            is_deletion: false,
            updated: "2026-02-16T12:00:00.25Z".parse().ok(),
        };
        assert_eq!(updated, read);
        let gone = event(&format!(r#"{{"eventType":"avi:jira:deleted:issue",{issue}}}"#)).unwrap();
        assert_eq!(gone, AppEvent { is_deletion: true, ..read });
        let bare = event(r#"{"eventType":"avi:jira:commented:issue","issue":{"id":10007}}"#).unwrap();
        assert_eq!((bare.issue, bare.updated), (Some(IssueId::new(10007)), None));
        assert_eq!(event(r#"{"eventType":"avi:jira:created:project"}"#).unwrap().issue, None);
        assert!(matches!(event("{}"), Err(Problem::NotAWebhook { .. })));
    }
}
