//! Whether live values survive their line: each is carried over and back, on paper, through what the other side's field
//! would make of it. Only records that pass the item's filter count. What does not survive is shown, with the way out:
//! let the line flow one way only.

use entente_core::{
    ConnectedItem, FieldMapping, Record, Side, Value,
    field_type::SalesforceType,
    filter::Verdict,
    item::{Direction, Mode},
    plan::{Broken, admits, round_trip},
};
use entente_jira::jql::Jql;
use entente_transport::CallError;

use super::finding::{at_line, of_engine, warning};
use crate::{
    error::EngineError,
    limits::LIVE_VALUES_MAX,
    look::asked::{filtered_issues, filtered_records},
    outside::{Org, Site},
    report::Finding,
    scheme::Scheme,
    translate::{self, Kind},
};

/// What a value that does not survive is filed under.
pub(crate) const CODE: &str = "round-trip";
/// Characters of a value that a finding shows.
const SHOWN_MAX: usize = 60;

/// Records with the names by which people find them.
type Named = Vec<(String, Record)>;

/// Reads up to [`LIVE_VALUES_MAX`] records of each side whose values flow, and tries every line on them.
pub(super) async fn examine(item: &ConnectedItem, org: &Org, site: &Site, people: &[(String, String)]) -> Vec<Finding> {
    if item.mode == Mode::DisplayOnly {
        return Vec::new();
    }
    // What does not resolve has been said by itself.
    let Ok(scheme) = Scheme::resolve(item, org, site, people).await else { return Vec::new() };
    let mut found = Vec::new();
    for target in Side::BOTH.into_iter().filter(|side| item.writes_to(*side)) {
        let records = match target {
            Side::Salesforce => issues(&scheme, site).await,
            Side::Jira => rows(&scheme, org).await,
        };
        match records {
            Ok(records) => {
                let lines = scheme.item.fields.iter().enumerate().filter(|(_, line)| line.direction.allows(target));
                let broken = lines.filter_map(|(n, line)| Some((n, first_broken(&scheme, line, target, &records)?)));
                found.extend(broken.map(|(n, finding)| at_line(item, n, finding)));
            }
            Err(error) => found.push(of_engine(error)),
        }
    }
    found
}

async fn rows(scheme: &Scheme, org: &Org) -> Result<Named, EngineError> {
    let (object, asked) = (&scheme.item.salesforce.object, filtered_records(&scheme.item, scheme, None));
    let rows = org.newest(object, &scheme.salesforce_paths, asked, LIVE_VALUES_MAX).await;
    let rows = rows.map_err(EngineError::peer(&org.name))?.into_iter();
    let named = rows.map(|row| (row.id, translate::salesforce::record(scheme.salesforce.values(), &row.fields)));
    Ok(named.filter(|(_, record)| is_taken(scheme, Side::Salesforce, record)).collect())
}

async fn issues(scheme: &Scheme, site: &Site) -> Result<Named, EngineError> {
    let found = match filtered_issues(&scheme.item, scheme, None) {
        Some(asked) => match asked_issues(scheme, site, Some(asked)).await {
            // Jira refuses to look for a value that it has never heard of: we look for it among all issues.
            Err(CallError::Invalid { .. }) => asked_issues(scheme, site, None).await,
            found => found,
        },
        None => asked_issues(scheme, site, None).await,
    };
    let mut named = found.map_err(EngineError::peer(&site.name))?;
    named.retain(|(_, record)| is_taken(scheme, Side::Jira, record));
    Ok(named)
}

async fn asked_issues(scheme: &Scheme, site: &Site, asked: Option<Jql>) -> Result<Named, CallError> {
    let (Some((_, project)), Some(issue_type)) = (&scheme.project, &scheme.issue_type) else { return Ok(Named::new()) };
    let mut pages = site.scan(project, issue_type, asked, &scheme.jira_ids);
    let mut named = Named::new();
    while named.len() < LIVE_VALUES_MAX {
        let Some(page) = pages.next().await? else { break };
        let issues = page.issues.into_iter();
        named.extend(issues.filter_map(|issue| {
            let record = translate::jira::record(scheme.jira.values(), &issue.fields);
            Some((issue.key?.to_string(), record))
        }));
    }
    named.truncate(LIVE_VALUES_MAX);
    Ok(named)
}

/// Whether a record passes the item's filter; what the vendor was asked may let others through.
fn is_taken(scheme: &Scheme, side: Side, record: &Record) -> bool {
    admits(&scheme.item, side, record) == Verdict::Passes
}

/// The first value that breaks a line, and how many do.
fn first_broken(scheme: &Scheme, line: &FieldMapping, target: Side, records: &Named) -> Option<Finding> {
    let (from, to) = (scheme.salesforce.get(&line.paths.salesforce)?, scheme.jira.get(&line.paths.jira)?);
    // Whoever is not known is a matter of the table of people; kinds that are not carried have been named.
    let is_looked_up = from.field_type == SalesforceType::Person;
    if is_looked_up || matches!(from.kind, Kind::Foreign(_)) || matches!(to.kind, Kind::Foreign(_)) {
        return None;
    }
    let kept = |sent: &Value| match target {
        Side::Salesforce => translate::salesforce::kept(&from.kind, sent),
        Side::Jira => translate::jira::kept(&to.kind, to.field_type, sent),
    };
    let mut broken = Vec::new();
    for (name, record) in records {
        let Ok(value) = line.collect(target.other(), record) else { continue };
        let found = round_trip(line, target, &value, kept);
        broken.extend(found.map(|found| (name, line.collected(target.other(), &value).own.1.clone(), found)));
    }
    let (name, value, found) = broken.first()?;
    let (from, to) = (line.paths.get(target.other()), line.paths.get(target));
    let is = format!("{} {from} of {name} is {}", target.other(), quoted(value));
    let (outcome, away) = match found {
        Broken::NoCounterpart => (format!("for which {target} {to} has no value"), target.other()),
        Broken::ShownAs(shown) => (format!("which {target} {to} would show as {}", quoted(shown)), target),
        Broken::ComesBackAs(back) => (format!("which would come back from {target} {to} as {}", quoted(back)), target),
    };
    let message = format!("{is}, {outcome}; so it is with {} of {} records", broken.len(), records.len());
    Some(warning(CODE, message, remedy(line, away)))
}

/// The offer to let the line flow one way.
fn remedy(line: &FieldMapping, towards: Side) -> String {
    match (line.direction, towards) {
        (Direction::Both, Side::Salesforce) => {
            "Change the steps or the table of the line, or write `direction: to-salesforce`.".to_owned()
        }
        (Direction::Both, Side::Jira) => {
            "Change the steps or the table of the line, or write `direction: to-jira`.".to_owned()
        }
        _ => "Change the steps or the table of the line, or map another field.".to_owned(),
    }
}

fn quoted(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(SHOWN_MAX).collect();
    format!("{short:?}{}", if short == text { "" } else { " .." })
}
