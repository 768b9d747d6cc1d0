//! A merge of its own, which says what both sides must show after people have edited a pair at rest (I6).
//!
//! It knows nothing of the engine's planner: three values, a rule, and the times of the two edits.

use super::agreement::{agrees, mapped, pairs};
use crate::{
    history::History,
    people::{Field, Record},
    stage::Policy,
};

/// Edits this far apart have an order, whatever the vendors' clocks say.
const CLEARLY_LATER_MS: i64 = 600_000;

/// What one pair must show afterwards.
struct Expected {
    case: String,
    issue: String,
    field: Field,
    /// The value in the words of Jira; `None` when a person must be asked.
    value: Option<String>,
}

pub(super) async fn is_as_expected(history: &mut History) -> Result<(), String> {
    // What waits for a person would hide what is asked here.
    let quiet: Vec<(Record, Record)> = pairs(history).await;
    let quiet =
        quiet.into_iter().filter(|(case, issue)| mapped(history).into_iter().all(|field| agrees(field, case, issue)));
    let quiet: Vec<(Record, Record)> = quiet.take(4).collect();
    let mut expected = Vec::new();
    for (case, issue) in quiet {
        expected.push(edited(history, &case, &issue).await);
    }
    history.sweep().await?;
    for expected in expected {
        check(history, &expected).await?;
    }
    Ok(())
}

/// People edit one field of a pair, on one side or on both.
async fn edited(history: &mut History, case: &Record, issue: &Record) -> Expected {
    let dice = history.dice.clone();
    let field = *dice.pick(&mapped(history));
    let (mut salesforce, mut jira) = (None, None);
    let order = dice.below(4);
    match order {
        0 => salesforce = Some(history.people.write_case(case, field, &dice).await),
        1 => jira = Some(history.people.write_issue(issue, field, &dice).await),
        2 => {
            salesforce = Some(history.people.write_case(case, field, &dice).await);
            history.rest(CLEARLY_LATER_MS).await;
            jira = Some(history.people.write_issue(issue, field, &dice).await);
        }
        _ => {
            jira = Some(history.people.write_issue(issue, field, &dice).await);
            history.rest(CLEARLY_LATER_MS).await;
            salesforce = Some(history.people.write_case(case, field, &dice).await);
        }
    }
    let salesforce = salesforce.as_deref().map(|value| field.in_jira(value));
    let value = merged(history, field, salesforce, jira.as_deref(), order == 2, issue);
    Expected { case: case.name.clone(), issue: issue.name.clone(), field, value }
}

/// The value that both sides must show, in the words of Jira.
fn merged(
    history: &History,
    field: Field,
    salesforce: Option<&str>,
    jira: Option<&str>,
    jira_is_later: bool,
    issue: &Record,
) -> Option<String> {
    let base = issue.shows(field);
    let salesforce = salesforce.filter(|value| *value != base);
    let jira = jira.filter(|value| *value != base);
    let winner = match (salesforce, jira) {
        (None, None) => base,
        (Some(value), None) | (None, Some(value)) => value,
        (Some(one), Some(other)) if one == other => one,
        (Some(salesforce), Some(jira)) => {
            // A status has no owner: the later one stands.
            let policy = if field == Field::Status { Policy::LatestWins } else { history.configured.policy };
            match policy {
                Policy::SalesforceWins => salesforce,
                Policy::JiraWins => jira,
                Policy::LatestWins if jira_is_later => jira,
                Policy::LatestWins => salesforce,
                Policy::Ask => return None,
            }
        }
    };
    Some(winner.to_owned())
}

async fn check(history: &mut History, expected: &Expected) -> Result<(), String> {
    let field = expected.field;
    let Some(case) = history.people.case(&expected.case).await else { return Ok(()) };
    let issues = history.people.issues().await;
    let Some(issue) = issues.iter().find(|issue| issue.name == expected.issue) else { return Ok(()) };
    let shown = (field.in_jira(case.shows(field)), issue.shows(field));
    match &expected.value {
        Some(value) if shown == (value, value) => Ok(()),
        None if shown.0 != shown.1 => Ok(()),
        wanted => Err(format!(
            "{field:?} of {} and {} under {:?}: expected {wanted:?}, shown {shown:?}",
            expected.case, expected.issue, history.configured.policy
        )),
    }
}
