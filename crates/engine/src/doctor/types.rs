//! Whether the two fields of a mapping line can hold the same values. docs/field-types.md prints the table.

use entente_core::{
    ConnectedItem, FieldMapping, Side,
    field_type::{Fit, fit},
};

use super::finding::{error, warning};
use crate::{report::Finding, scheme::Scheme, translate::Kind};

/// Lines whose values cannot arrive, or arrive only in part. What steps or a table make of a value is theirs to answer
/// for, and what is not there, or not carried at all, is said elsewhere.
pub(super) fn misfits(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let flows = |line: &FieldMapping, side| item.flows(line, side) && !is_changed(line, side);
    let mut found = Vec::new();
    for line in &item.fields {
        let (salesforce, jira) = (&line.paths.salesforce, &line.paths.jira);
        let (Some(from), Some(to)) = (scheme.salesforce.get(salesforce), scheme.jira.get(jira)) else { continue };
        let is_known = |kind: &Kind| !matches!(kind, Kind::Foreign(_));
        if !is_known(&from.kind) || !is_known(&to.kind) {
            continue;
        }
        let of = |side| fit(from.field_type, to.field_type, side);
        let (back, there) = (of(Side::Salesforce), of(Side::Jira));
        match (back, there) {
            (Fit::None(why), Fit::None(_)) if Side::BOTH.into_iter().any(|side| flows(line, side)) => {
                let message = format!("Salesforce {salesforce} and Jira {jira} hold nothing of each other: {why}");
                found.push(error("field-type", message, "Map another field."));
            }
            _ => {
                let sides = Side::BOTH.into_iter().filter(|side| flows(line, *side));
                found.extend(sides.filter_map(|side| say(line, side, of(side))));
            }
        }
    }
    found
}

fn is_changed(line: &FieldMapping, side: Side) -> bool {
    let steps = match side {
        Side::Salesforce => &line.to_salesforce,
        Side::Jira => &line.to_jira,
    };
    line.values.is_some() || !steps.is_empty()
}

fn say(line: &FieldMapping, side: Side, fit: Fit) -> Option<Finding> {
    let (from, to) = (line.paths.get(side.other()), line.paths.get(side));
    let away = match side {
        Side::Salesforce => "to-jira",
        Side::Jira => "to-salesforce",
    };
    match fit {
        Fit::Full | Fit::Format(_) => None,
        Fit::MayLose(why) => {
            let message = format!("{side} {to} may lose a part of {}'s {from}: {why}", side.other());
            let step = "cut or change the value by a step, such as `first_characters`";
            Some(warning("may-lose", message, format!("Map another field, {step}, or write `direction: {away}`.")))
        }
        Fit::None(why) => {
            let message = format!("{side} {to} cannot hold {}'s {from}: {why}", side.other());
            Some(error("field-type", message, format!("Map another field, or write `direction: {away}`.")))
        }
    }
}
