//! Whether the two fields of a mapping line can hold the same values. docs/field-types.md prints the table.

use entente_core::{
    ConnectedItem, FieldMapping, Side,
    field_type::{Fit, fit},
    roll_up::RollUp,
};

use super::finding::{at_line, error, warning};
use crate::{report::Finding, scheme::Scheme, translate::Kind};

/// Lines whose values cannot arrive, or arrive only in part. What steps or a table make of a value is theirs to answer
/// for, and what is not there, or not carried at all, is said elsewhere.
pub(super) fn misfits(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, line) in item.fields.iter().enumerate() {
        // What was learned of its fields may have closed a way.
        let way = &scheme.item.fields[n];
        let flows = |line: &FieldMapping, side| scheme.item.flows(way, side) && !is_changed(line, side);
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
                found.push(at_line(item, n, error("field-type", message, "Map another field.")));
            }
            _ => {
                let sides = Side::BOTH.into_iter().filter(|side| flows(line, *side));
                found.extend(sides.filter_map(|side| say(line, side, of(side))).map(|said| at_line(item, n, said)));
            }
        }
    }
    found
}

/// Lines whose roll-up is of values that the fields of the many do not have.
pub(super) fn unrollable(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let Some(one) = item.cardinality.one() else { return Vec::new() };
    let many = one.other();
    let finding = |(n, line): (usize, &FieldMapping)| {
        let roll_up = line.roll_up?;
        let (from, to) = (scheme.salesforce.get(&line.paths.salesforce)?, scheme.jira.get(&line.paths.jira)?);
        let (is_flag, is_great) = match many {
            Side::Salesforce => (from.field_type.is_flag(), from.field_type.has_greatest()),
            Side::Jira => (false, to.field_type.has_greatest()),
        };
        let lacks = match roll_up {
            RollUp::All | RollUp::Any if !is_flag && line.values.is_none() => {
                "is no checkbox, and the line has no value table whose order could count"
            }
            RollUp::Max if !is_great && line.values.is_none() => {
                "holds neither numbers nor days nor times, and the line has no value table whose order could count"
            }
            RollUp::All | RollUp::Any | RollUp::Max | RollUp::Latest | RollUp::Join => return None,
        };
        let message = format!("{many} {} {lacks}, so it cannot be rolled up like this", line.paths.get(many));
        let remedy = "Add `values:` in the order in which they count, or write `roll_up: latest` or `join`.";
        Some(at_line(item, n, error("roll-up-type", message, remedy)))
    };
    item.fields.iter().enumerate().filter_map(finding).collect()
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
