//! Whether fields are of the kind that a rule or a reference needs of them.

use entente_core::{
    ConnectedItem, FieldMapping, Side, Sides, Value,
    field_type::{JiraType, SalesforceType},
    item::ConflictPolicy,
};

use super::finding::{at_line, error};
use crate::{
    report::Finding,
    scheme::{Scheme, Takes},
};

/// A record id and an issue key as long as they are in practice.
const EXAMPLES: Sides<&str> = Sides { salesforce: "PROJECT-123456", jira: "5005g0000000001AAA" };

/// Edits of both sides can be joined only where both fields hold a set, or both a text.
pub(super) fn unjoinable(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let wrong = |(n, line): (usize, &FieldMapping)| {
        let policy = line.conflicts?;
        let (from, to) = (scheme.salesforce.get(&line.paths.salesforce)?, scheme.jira.get(&line.paths.jira)?);
        let (word, wanted) = match policy {
            ConflictPolicy::Union if !are_sets(from.field_type, to.field_type) => ("union", "sets of values"),
            ConflictPolicy::Append if !are_texts(from.field_type, to.field_type) => ("append", "texts"),
            _ => return None,
        };
        let (salesforce, jira) = (&line.paths.salesforce, &line.paths.jira);
        let message =
            format!("`conflicts: {word}` joins {wanted}, and {salesforce} and {jira} are not both such fields");
        Some(at_line(item, n, error("join-kind", message, "Let one side win, or write `conflicts: ask`.")))
    };
    item.fields.iter().enumerate().filter_map(wrong).collect()
}

fn are_sets(salesforce: SalesforceType, jira: JiraType) -> bool {
    let is_set = matches!(jira, JiraType::Choices | JiraType::Labels | JiraType::NamedSet | JiraType::People);
    salesforce == SalesforceType::Choices && is_set
}

fn are_texts(salesforce: SalesforceType, jira: JiraType) -> bool {
    matches!(salesforce, SalesforceType::Text | SalesforceType::LongText | SalesforceType::RichText)
        && matches!(jira, JiraType::Line | JiraType::Document)
}

/// The correlation fields hold a line of text, long enough for the other side's key.
pub(super) fn uncorrelated(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let Some(correlation) = &item.correlation else { return Vec::new() };
    let (salesforce, jira) = (scheme.salesforce.get(&correlation.salesforce), scheme.jira.get(&correlation.jira));
    let why = |is_text: bool, takes: &Takes, side: Side| {
        if takes.computed {
            return Some(format!("is filled in by {side} itself"));
        }
        let too_short = || takes.refuses(&Value::text(EXAMPLES.get(side)));
        if is_text { too_short() } else { Some("is no text field".to_owned()) }
    };
    let salesforce = salesforce.filter(|field| field.query_path.is_some()).and_then(|field| {
        let is_text = matches!(field.field_type, SalesforceType::Text | SalesforceType::LongText);
        why(is_text, &field.takes, Side::Salesforce)
    });
    let jira = jira
        .filter(|field| field.id.is_some())
        .and_then(|field| why(field.field_type == JiraType::Line, &field.takes, Side::Jira));
    let said = |side: Side, why: Option<String>| {
        let message = format!("The correlation field {} in {side} {}", correlation.get(side), why?);
        let (kind, new) = match side {
            Side::Salesforce => ("a text field of at least 20 characters", "type Text, length 255"),
            Side::Jira => ("a text field (single line)", "a custom field of the type Short text (plain text only)"),
        };
        let remedy = format!("Name {kind} that nothing else is written to, or create one: {new}.");
        Some(error("correlation-kind", message, remedy))
    };
    [said(Side::Salesforce, salesforce), said(Side::Jira, jira)].into_iter().flatten().collect()
}
