//! Status, which flows both ways whatever the item's mode, and which Jira takes only as a transition.
//! Where several share a record, it flows one way: from the one to all of them, or rolled up to the one.
//!
//! The side that changed since the base wins; both: the later; no base: Salesforce, so that a new issue never
//! overwrites the record it was made for.

use std::borrow::Cow;

use super::{
    FieldWrite, Hop, Need, Plan, Write,
    field::{Scene, Verdict},
    roll_up,
};
use crate::{
    base::Base,
    item::{ConflictPolicy, ConnectedItem, Direction, FieldMapping, MappingKey, StatusMapping, ValueMap},
    known::Known,
    link::LinkFacts,
    plan::{Conflict, Note, NoteCode, Why},
    record::{Field, FieldPath, Record},
    side::{Side, Sides},
    value::Value,
    workflow::Workflow,
};

/// Key of the status in bases, notes and conflicts, and Jira's name for its field.
pub const STATUS: &str = "status";

/// The status table as a mapping like any other.
pub(super) fn mapping(status: &StatusMapping) -> FieldMapping {
    FieldMapping {
        key: MappingKey::named(STATUS),
        values: Some(status.values.clone()),
        roll_up: status.roll_up,
        rule: status.rule,
        ..FieldMapping::plain(status.field.as_str(), STATUS)
    }
}

/// The same with the closest safe match for what the table does not list.
fn mapping_now(status: &StatusMapping, now: Sides<&Value>, known: &Known, is_outdated: bool) -> FieldMapping {
    let Some(workflow) = &known.workflow else { return mapping(status) };
    let mut values = status.values.clone();
    values.pairs.retain(|(from, to)| is_chosen(status, workflow, from, to));
    let mapped = Sides::new(maps_back(&values, now), values.to_jira(now.salesforce).is_some());
    // Where only the table has changed, it says where the issue belongs, not how what it no longer lists might still fit.
    let mapped = Sides::new(mapped.salesforce || is_outdated && mapped.jira, mapped.jira);
    for target in Side::BOTH.into_iter().filter(|target| !mapped.get(*target)) {
        let (source, shown) = (now.get(target.other()), now.get(target));
        let closest = workflow.closest(target, &source.to_string(), &shown.to_string());
        let Some(closest) = closest.filter(|_| !source.is_empty()) else { continue };
        let pair = Sides::from_view(target, Value::text(closest), (*source).clone());
        // What leads back to Salesforce stands first, for it must also lead there again.
        let at = if target == Side::Salesforce { 0 } else { values.pairs.len() };
        values.pairs.insert(at, (pair.salesforce, pair.jira));
    }
    FieldMapping { values: Some(values), ..mapping(status) }
}

/// Of the several statuses of one value, the first that the project has; the first, if it has none of them.
fn is_chosen(status: &StatusMapping, workflow: &Workflow, from: &Value, to: &Value) -> bool {
    let mut several = status.values.pairs.iter().filter(|(value, _)| value == from).map(|(_, to)| to);
    let first = several.clone().next();
    several.find(|to| workflow.has(Side::Jira, &to.to_string())).or(first) == Some(to)
}

fn maps_back(values: &ValueMap, now: Sides<&Value>) -> bool {
    values.to_salesforce(now.jira).is_some()
}

/// Whether what both sides show can be judged only with their statuses at hand.
fn wants_workflow(status: &StatusMapping, now: Sides<&Value>, known: &Known) -> bool {
    let listed = |value: &Value| status.values.pairs.iter().filter(|(from, _)| from == value).count();
    let back = status.values.to_salesforce(now.jira);
    let unlisted = Sides::new(listed(now.salesforce) == 0, back.is_none());
    let open = |side: Side| *unlisted.get(side) && !now.get(side).is_empty();
    let is_one_of_several = [Some(now.salesforce), back].into_iter().flatten().any(|value| listed(value) > 1);
    known.workflow.is_none() && (is_one_of_several || Side::BOTH.into_iter().any(open))
}

/// The status of a record that is about to be created.
pub(super) fn create(
    item: &ConnectedItem,
    target: Side,
    source: &Record,
    known: &Known,
    plan: &mut Plan,
) -> Option<FieldWrite> {
    let status = item.status.as_ref()?;
    let paths = Sides::new(status.field.clone(), FieldPath::from(STATUS));
    let empty = Value::Empty;
    let shown = source.value(paths.get(target.other()).as_str()).unwrap_or(&empty);
    let now = Sides::from_view(target, &empty, shown);
    if wants_workflow(status, now, known) {
        plan.needs.push(Need::Workflow);
    }
    super::creation::first_value(&mapping_now(status, now, known, false), target, source, plan)
}

/// The write that moves an issue.
pub(super) fn write(item: &ConnectedItem, change: FieldWrite, known: &Known) -> Write {
    let (from, to) = (change.from.to_string(), change.to.to_string());
    // Without a known way the transition that leads straight there is tried.
    let names = known.way(&from, &to).filter(|way| !way.is_empty()).unwrap_or_else(|| vec![to]);
    let on = item.status.as_ref().map(|status| &status.on);
    let fields = |name: &String| on.and_then(|on| on.get(&name.to_lowercase())).cloned().unwrap_or_default();
    let hops = names.into_iter().map(|to| Hop { fields: fields(&to), to }).collect();
    Write::Status { change, hops }
}

/// What should happen to the status of a link whose sides are both there. A Salesforce status joins the record's
/// update; a Jira status is a write of its own, which is returned.
pub(super) fn reconcile(
    item: &ConnectedItem,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    known: &Known,
    plan: &mut Plan,
    updates: &mut Sides<Vec<FieldWrite>>,
) -> Option<Write> {
    let status = item.status.as_ref()?;
    let shown = read(status, now, plan).and_then(|now| roll_up::shown(item, &mapping(status), link, base, now, plan));
    let Some(now) = shown else {
        plan.keep_decision(link, &MappingKey::named(STATUS));
        return None;
    };
    let now = Sides::new(&*now.salesforce, &*now.jira);
    let agreed = base.and_then(|b| b.fields.get(STATUS));
    let chosen = link.decisions.get(STATUS);
    let is_outdated = base.is_some_and(|base| base.is_outdated(&mapping(status)));
    let is_same = agreed.is_some_and(|agreed| agreed.as_ref() == now);
    if chosen.is_none() && !is_outdated && is_same {
        return None;
    }
    if wants_workflow(status, now, known) {
        plan.needs.push(Need::Workflow);
        return None;
    }
    let only_the_table = is_outdated && is_same;
    let mapping = mapping_now(status, now, known, only_the_table);
    let scene = Scene {
        mapping: &mapping,
        direction: direction(item, status),
        // What flows both ways has no drift.
        drift: item.drift,
        policy: if agreed.is_some() { ConflictPolicy::LatestWins } else { ConflictPolicy::SalesforceWins },
        agreed,
        is_outdated,
        now,
    };
    let write = match scene.chosen(chosen, link) {
        Some(write) => {
            plan.keep_decision(link, &mapping.key);
            write
        }
        None if scene.is_as_agreed() => return None,
        None => match scene.verdict(link, known) {
            Verdict::Write(side, why) => {
                if why == Why::Decided {
                    plan.keep_decision(link, &mapping.key);
                }
                scene.write(side, why, link).map(|change| (side, change))
            }
            Verdict::Drift(side) => {
                plan.notes.push(scene.drifted(side));
                return None;
            }
            verdict => return unwritten(verdict, &mapping, now, plan),
        },
    };
    match write {
        // The status that is there is the closest match already.
        Ok((_, change)) if change.to == change.from => return unwritten(Verdict::Agree, &mapping, now, plan),
        Ok((Side::Jira, change)) if change.to.is_empty() => plan.notes.push(emptied(status, &change)),
        Ok((Side::Jira, change)) => return Some(self::write(item, change, known)),
        Ok((Side::Salesforce, change)) => updates.salesforce.push(change),
        Err(note) if note.code == NoteCode::Unmapped => plan.notes.push(unmatched(status, now, &mapping)),
        Err(note) => plan.notes.push(note),
    }
    None
}

/// Several to one: either the one decides for all of them, or all of them together for the one.
fn direction(item: &ConnectedItem, status: &StatusMapping) -> Direction {
    match (item.cardinality.one(), status.roll_up) {
        (None, _) => Direction::Both,
        (Some(one), Some(_)) => Direction::towards(one),
        (Some(one), None) => Direction::towards(one.other()),
    }
}

/// What both sides show, or a note: what cannot be read is never taken for empty.
fn read<'a>(status: &StatusMapping, now: Sides<&'a Record>, plan: &mut Plan) -> Option<Sides<Cow<'a, Value>>> {
    let shown = (now.salesforce.field(status.field.as_str()), now.jira.field(STATUS));
    let (Some(Field::Known(salesforce)), Some(Field::Known(jira))) = shown else {
        plan.notes.push(Note {
            code: NoteCode::Unreadable,
            key: Some(MappingKey::named(STATUS)),
            text: format!("The status cannot be read on both sides ({} and {STATUS})", status.field),
        });
        return None;
    };
    Some(Sides::new(Cow::Borrowed(salesforce), Cow::Borrowed(jira)))
}

fn unwritten(verdict: Verdict, mapping: &FieldMapping, now: Sides<&Value>, plan: &mut Plan) -> Option<Write> {
    match verdict {
        Verdict::Agree => plan.base.push((mapping.key.clone(), now.map(Value::clone))),
        Verdict::Need => plan.needs.push(Need::ChangeTimes(mapping.key.clone())),
        // The status has no `ask` and joins nothing, so none can arise; a conflict is the safe reading.
        Verdict::Write(..) | Verdict::Join(..) | Verdict::Conflict | Verdict::Drift(_) => {
            plan.conflicts.push(Conflict { key: mapping.key.clone(), now: now.map(Value::clone) });
        }
    }
    None
}

/// An issue always has a status.
fn emptied(status: &StatusMapping, change: &FieldWrite) -> Note {
    let text =
        format!("Salesforce {} is empty, and Jira status stays \"{}\": an issue has one", status.field, change.from);
    Note { code: NoteCode::Unmapped, key: Some(change.key.clone()), text }
}

/// No safe match: both sides stay as they are.
fn unmatched(status: &StatusMapping, now: Sides<&Value>, mapping: &FieldMapping) -> Note {
    let unlisted = mapping.values.as_ref().is_some_and(|values| values.to_jira(now.salesforce).is_none());
    let (side, value) = if unlisted { (Side::Salesforce, now.salesforce) } else { (Side::Jira, now.jira) };
    let text = format!(
        "Salesforce {} is \"{}\" and Jira status is \"{}\"; the status table has no line for {side}'s \"{value}\" and no \
         {} status is a safe match; both are left as they are",
        status.field,
        now.salesforce,
        now.jira,
        side.other()
    );
    Note { code: NoteCode::Unmapped, key: Some(mapping.key.clone()), text }
}
