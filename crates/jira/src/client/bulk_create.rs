//! Creating up to fifty issues in one call, each with its own outcome.

use entente_transport::{CallError, CallProblem};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Client;
use super::create::{Created, NewIssue};
use crate::dialect::classify;
use crate::fault::Fault;
use crate::limits::{BULK_CALL_TIMEOUT, BULK_CREATE_ISSUES_MAX};
use crate::request::{Request, at_most};

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    issues: Vec<Created>,
    #[serde(default)]
    errors: Vec<Failed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    /// Counted from zero.
    failed_element_number: usize,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    element_errors: Map<String, Value>,
}

impl Client {
    /// Creates at most [`BULK_CREATE_ISSUES_MAX`] issues; the outcomes stand in the order of `issues`. Some may succeed
    /// while others fail.
    ///
    /// # Errors
    /// The outer error is for the call as a whole: after `Ambiguous` any of the issues may exist. Each inner error is
    /// about one issue: `Invalid` or `Denied` when Jira refused it, `NotApplied` when that passes, `Ambiguous` when Jira's answer does not say what
    /// became of it.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post>
    pub async fn bulk_create(&self, issues: &[NewIssue]) -> Result<Vec<Result<Created, CallError>>, CallError> {
        at_most(BULK_CREATE_ISSUES_MAX, issues.len(), "issues to create")?;
        if issues.is_empty() {
            return Ok(Vec::new());
        }
        let updates: Vec<Value> = issues.iter().map(NewIssue::body).collect();
        let request = Request::write("POST /rest/api/3/issue/bulk").json(json!({ "issueUpdates": updates }));
        // When every issue was refused the status is 400 and the body is the same as after a success.
        let answer = self.send(request.timeout(BULK_CALL_TIMEOUT).answers(&[400])).await?;
        let answered: Option<Answered> = answer.json().ok();
        match answered.map(|answered| outcomes(issues.len(), answered)) {
            Some(Some(outcomes)) if !all_unknown(&outcomes) => Ok(outcomes),
            _ if answer.status == StatusCode::BAD_REQUEST => Err(classify(&answer).err().unwrap_or_else(unclear)),
            _ => Err(unclear()),
        }
    }
}

/// One outcome per issue, `None` if the answer contradicts itself: then nobody knows which key belongs to which issue.
fn outcomes(n_issues: usize, answered: Answered) -> Option<Vec<Result<Created, CallError>>> {
    let mut outcomes: Vec<Result<Created, CallError>> = (0..n_issues).map(|_| Err(unclear())).collect();
    let mut refused = vec![false; n_issues];
    let n_errors = answered.errors.len();
    for failed in answered.errors {
        let element = failed.failed_element_number;
        *refused.get_mut(element)? = true;
        outcomes[element] = Err(failed.error());
    }
    let open: Vec<usize> = (0..n_issues).filter(|element| !refused[*element]).collect();
    // Successes carry no number: they stand in the order of what was not refused, which holds only if none is left out.
    let complete = open.len() == answered.issues.len() && n_issues - open.len() == n_errors;
    if !complete && !answered.issues.is_empty() {
        return None;
    }
    for (element, created) in open.into_iter().zip(answered.issues) {
        outcomes[element] = Ok(created);
    }
    Some(outcomes)
}

fn all_unknown(outcomes: &[Result<Created, CallError>]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Err(CallError::Ambiguous { .. })))
}

impl Failed {
    /// Jira refused this element, so it surely was not created, whatever its status says.
    fn error(&self) -> CallError {
        let problems = Fault::of_json(&self.element_errors).problems;
        let reason =
            || Fault::of_json(&self.element_errors).sentence(|| "Jira refused this issue without a word".into());
        match self.status {
            Some(401) => CallError::Auth { reason: reason() },
            Some(403) => CallError::Denied { reason: reason() },
            // Somebody else works on it, too much at once, a fault of Jira's: it passes.
            Some(408 | 409 | 412 | 423 | 429 | 500..) => CallError::NotApplied { after: None, reason: reason() },
            _ if problems.is_empty() => CallError::Invalid { problems: vec![CallProblem::new(reason())] },
            _ => CallError::Invalid { problems },
        }
    }
}

fn unclear() -> CallError {
    CallError::Ambiguous { reason: "Jira's answer to the bulk create does not say what became of every issue".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(n_issues: usize, answer: Value) -> Option<Vec<String>> {
        let answered = serde_json::from_value(answer).expect("an answer");
        let word = |outcome: Result<Created, CallError>| match outcome {
            Ok(created) => created.key.to_string(),
            Err(CallError::Invalid { problems }) => format!("invalid {}", problems[0]),
            Err(CallError::Denied { reason }) => format!("denied {reason}"),
            Err(CallError::NotApplied { reason, .. }) => format!("not applied {reason}"),
            Err(CallError::Ambiguous { .. }) => "unclear".into(),
            Err(other) => panic!("{other:?}"),
        };
        Some(outcomes(n_issues, answered)?.into_iter().map(word).collect())
    }

    fn created(number: u64) -> Value {
        json!({"id": (10_000 + number).to_string(), "key": format!("OPS-{number}"), "self": "x"})
    }

    fn failed(element: usize, status: u16) -> Value {
        json!({"status": status, "failedElementNumber": element,
               "elementErrors": {"errorMessages": [], "errors": {"summary": "no"}}})
    }

    #[test]
    fn outcomes_stand_in_the_order_of_the_issues() {
        let answer = json!({"issues": [created(1), created(2)], "errors": [failed(1, 400), failed(3, 403)]});
        assert_eq!(read(4, answer).expect("clear"), ["OPS-1", "invalid summary: no", "OPS-2", "denied summary: no"]);
    }

    #[test]
    fn a_refused_element_was_surely_not_created() {
        let answer = json!({"issues": [], "errors": [failed(0, 500), {"failedElementNumber": 1}]});
        let expected = ["not applied summary: no", "invalid Jira refused this issue without a word"];
        assert_eq!(read(2, answer).expect("clear"), expected);
    }

    #[test]
    fn a_refusal_that_passes_is_none_of_the_content() {
        let passing = [408, 409, 412, 423, 429, 500, 503];
        let errors: Vec<Value> = passing.iter().enumerate().map(|(n, status)| failed(n, *status)).collect();
        let outcomes = read(errors.len(), json!({"issues": [], "errors": errors})).expect("clear");
        assert!(outcomes.iter().all(|outcome| outcome == "not applied summary: no"), "{outcomes:?}");
    }

    #[test]
    fn an_answer_that_contradicts_itself_is_never_guessed_at() {
        for (situation, answer) in [
            ("a success is left out", json!({"issues": [created(1)], "errors": []})),
            ("one success too many", json!({"issues": [created(1), created(2), created(3)], "errors": []})),
            ("a number that is none of ours", json!({"issues": [created(1)], "errors": [failed(2, 400)]})),
            ("the same number twice", json!({"issues": [created(1)], "errors": [failed(1, 400), failed(1, 400)]})),
        ] {
            assert_eq!(read(2, answer), None, "{situation}");
        }
    }

    #[test]
    fn errors_without_successes_are_told_apart_from_silence() {
        let answer = json!({"issues": [], "errors": [failed(0, 400)]});
        assert_eq!(read(2, answer).expect("clear"), ["invalid summary: no", "unclear"]);
    }
}
