//! Is each side there? The outermost question of a plan, and the only one that may create or dissolve.

use jiff::Timestamp;

use super::{
    Note, NoteCode, Plan, Write,
    correlation::{CORRELATION, correlate},
    creation::create,
    field, lifecycle, status,
};
use crate::{
    base::Base,
    filter::Verdict,
    item::{ConnectedItem, MappingKey, Mode},
    known::Known,
    link::LinkFacts,
    record::{Record, State},
    side::{Side, Sides},
    value::Value,
};

pub(super) fn plan(
    item: &ConnectedItem,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&State>,
    known: &Known,
    plan: &mut Plan,
) {
    match (now.salesforce, now.jira) {
        (State::Unreadable(why), _) => plan.notes.push(unreadable(Side::Salesforce, why)),
        (_, State::Unreadable(why)) => plan.notes.push(unreadable(Side::Jira, why)),
        (State::Present(salesforce), State::Present(jira)) => {
            linked(item, link, base, Sides::new(salesforce, jira), known, plan);
        }
        (State::Present(record), State::None) => create(item, link, Side::Jira, record, known, plan),
        (State::None, State::Present(record)) => create(item, link, Side::Salesforce, record, known, plan),
        (State::Gone { confirmed, .. }, State::Present(kept)) => {
            gone(Side::Salesforce, *confirmed, item, link, base, kept, plan)
        }
        (State::Present(kept), State::Gone { confirmed, .. }) => {
            gone(Side::Jira, *confirmed, item, link, base, kept, plan)
        }
        (State::Gone { .. } | State::None, State::Gone { .. } | State::None) => both_missing(now, plan),
    }
}

/// Whether the record of one side may enter the item: by its filter, and for Jira by nothing else (project and issue
/// type are part of how issues are found).
#[must_use]
pub fn admits(item: &ConnectedItem, side: Side, record: &Record) -> Verdict {
    match side {
        Side::Salesforce => item.salesforce.filter.judge(record),
        Side::Jira => item.jira.filter.judge(record),
    }
}

/// Whether a run takes an unlinked record of one side up: by its filter, and where that looks back, by the start of the
/// last run that finished.
#[must_use]
pub fn takes_up(item: &ConnectedItem, side: Side, record: &Record, last: Option<Timestamp>) -> Verdict {
    match side {
        Side::Salesforce => item.salesforce.filter.judge_since(record, last),
        Side::Jira => item.jira.filter.judge_since(record, last),
    }
}

fn unreadable(side: Side, why: &str) -> Note {
    Note { code: NoteCode::Unreadable, key: None, text: format!("The {side} record cannot be read: {why}") }
}

/// At this point `lost` had a record and has it no more, while the other side is there. An edit beats the deletion in
/// so far as the kept record is never touched; nothing is ever deleted here.
fn gone(
    lost: Side,
    confirmed: bool,
    item: &ConnectedItem,
    link: &LinkFacts,
    base: Option<&Base>,
    kept: &Record,
    plan: &mut Plan,
) {
    if !confirmed {
        let text = format!("The {lost} record was not found; waiting until this is certain");
        plan.notes.push(Note { code: NoteCode::Missing, key: None, text });
        return;
    }
    if lost == Side::Salesforce && lifecycle::merged(item, link, plan) {
        return;
    }
    let edited = item.fields.iter().any(|mapping| {
        let now = mapping.collect(lost.other(), kept);
        base.and_then(|b| b.get(&mapping.key)).is_some_and(|agreed| now.is_ok_and(|v| *v != *agreed.get(lost.other())))
    });
    let edited = if edited { ", which was edited since," } else { "" };
    let kept = format!("The {lost} record was deleted; the {} record{edited} is kept", lost.other());
    lifecycle::deleted(item, kept, plan);
}

fn both_missing(now: Sides<&State>, plan: &mut Plan) {
    let confirmed = |state: &State| matches!(state, State::Gone { confirmed: true, .. });
    if confirmed(now.salesforce) && confirmed(now.jira) {
        plan.writes.push(Write::Unlink { reason: "Both records were deleted".to_owned() });
    } else if matches!((now.salesforce, now.jira), (State::Gone { .. }, State::Gone { .. })) {
        let text = "Neither record was found; waiting until this is certain".to_owned();
        plan.notes.push(Note { code: NoteCode::Missing, key: None, text });
    }
}

/// At this point both sides are there.
fn linked(
    item: &ConnectedItem,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    known: &Known,
    plan: &mut Plan,
) {
    if let Some(others) = &link.crowded {
        let text = format!(
            "{others} share a record, and the item does not allow that; it rests until one of them is unlinked"
        );
        plan.notes.push(Note { code: NoteCode::Crowded, key: Some(MappingKey::named(CORRELATION)), text });
        return;
    }
    if lifecycle::converted(item, link, plan) {
        return;
    }
    if item.mode == Mode::DisplayOnly {
        return display(item, base, now.salesforce, plan);
    }
    if lifecycle::has_left(item, link, now.salesforce, plan) {
        return;
    }
    if let Some(paths) = &item.correlation {
        correlate(item, paths, link, base, now, plan);
    }
    let mut updates = Sides::new(Vec::new(), Vec::new());
    for mapping in &item.fields {
        field::reconcile(item, mapping, link, base, now, known, plan, &mut updates);
    }
    let moved = status::reconcile(item, link, base, now, known, plan, &mut updates);
    for (side, fields) in [(Side::Salesforce, updates.salesforce), (Side::Jira, updates.jira)] {
        if !fields.is_empty() {
            plan.writes.push(Write::Update { side, fields });
        }
    }
    plan.writes.extend(moved);
    lifecycle::keep_converted(link, plan);
}

/// What is only shown is remembered as it was seen, for the time when Salesforce does not answer.
fn display(item: &ConnectedItem, base: Option<&Base>, salesforce: &Record, plan: &mut Plan) {
    for mapping in &item.fields {
        let path = &mapping.paths.salesforce;
        match salesforce.value(path.as_str()) {
            Some(value)
                if base.and_then(|base| base.get(&mapping.key)).is_none_or(|seen| seen.salesforce != *value) =>
            {
                plan.base.push((mapping.key.clone(), Sides::new(value.clone(), Value::Empty)));
            }
            Some(_) => {}
            None => {
                let why = Some("it is shown as it was last seen");
                plan.notes.push(field::unreadable(mapping, Side::Salesforce, path, why));
            }
        }
    }
}
