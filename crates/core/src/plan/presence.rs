//! Is each side there? The outermost question of a plan, and the only one that may create or dissolve.

use jiff::Timestamp;

use super::{FieldWrite, Note, NoteCode, Plan, Why, Write, field, lens, lifecycle, status};
use crate::{
    base::Base,
    filter::Verdict,
    item::{ConnectedItem, FieldMapping, MappingKey, Mode, Start},
    known::Known,
    likeness::Alike,
    link::LinkFacts,
    record::{FieldPath, Record, State},
    side::{Side, Sides},
    value::Value,
};

/// Key under which the base keeps the correlation values, and refused creations are blocked.
pub const CORRELATION: &str = "correlation";

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

/// At this point exactly one side exists and the other never did.
fn create(item: &ConnectedItem, link: &LinkFacts, target: Side, source: &Record, known: &Known, plan: &mut Plan) {
    let wanted = item.creates_on(target) && item.acts_on(target) && has_started(item.start, link, known);
    // What had a twin, or goes on in another record, gets none by itself.
    let is_over = link.was_linked || link.succession.is_some();
    if is_over || admits(item, target.other(), source) != Verdict::Passes {
        return;
    }
    if let Some(ancestor) = &link.ancestor {
        let text = format!("{ancestor} goes on in it, and its link comes first");
        plan.notes.push(Note { code: NoteCode::Succeeds, key: None, text });
        return;
    }
    if let Some(earlier) = &link.waits_for {
        let text = format!("it waits for item {earlier}, which stands before this one and rests");
        plan.notes.push(Note { code: NoteCode::Paused, key: None, text });
        return;
    }
    if !has_nobody_alike(&link.alike, plan) || !wanted {
        return;
    }
    if let Some(note) = names_another(item, target.other(), source) {
        plan.notes.push(note);
        return;
    }
    let mapped = item.fields.iter().filter(|mapping| mapping.direction.allows(target));
    let mut fields: Vec<FieldWrite> = mapped.filter_map(|mapping| first_value(mapping, target, source, plan)).collect();
    fields.retain(|write| !is_refused(link, target, write, plan));
    let status = status::create(item, target, source, known, plan);
    // A record takes its status with its other fields, an issue only by a transition once it is there.
    let moved = match target {
        Side::Salesforce => {
            fields.extend(status);
            None
        }
        Side::Jira => status,
    };
    if let Some(blocked) = link.blocked.get(CORRELATION).filter(|b| b.value == fingerprint(&fields)) {
        let text = format!("{target} refused to create this record: {}", blocked.message);
        plan.notes.push(Note { code: NoteCode::Blocked, key: None, text });
        return;
    }
    plan.writes.push(Write::Create { side: target, fields });
    if let Some(correlation) = &item.correlation {
        // The new record shows its source from the first moment; the source learns the key once there is one.
        let path = correlation.get(target.other()).clone();
        plan.writes.push(Write::Correlate { side: target.other(), path, from: Value::Empty });
    }
    plan.writes.extend(moved.map(|change| status::write(item, change, known)));
}

/// A record that could be the twin of one that is there gets no other, until a person has said which.
fn has_nobody_alike(alike: &Alike, plan: &mut Plan) -> bool {
    match alike {
        Alike::Nobody => return true,
        Alike::Ignored(_) => {}
        Alike::Several(group) => {
            let text = format!("{group}; `entente matches` asks which of them belong together");
            plan.notes.push(Note { code: NoteCode::Ambiguous, key: None, text });
        }
    }
    false
}

/// A record whose correlation field shows something is somebody's twin already, or is meant to be: it gets no other. Nor
/// does one whose correlation field cannot be read: it may be.
fn names_another(item: &ConnectedItem, side: Side, source: &Record) -> Option<Note> {
    let path = item.correlation.as_ref()?.get(side);
    let (code, text) = match source.value(path.as_str()) {
        Some(shown) if shown.is_empty() => return None,
        Some(shown) => (
            NoteCode::CorrelationTaken,
            format!("{side} {path} shows \"{shown}\", so no twin is created; clear it to let one be created"),
        ),
        None => (
            NoteCode::Unreadable,
            format!("the correlation field {path} in {side} cannot be read, so no twin is created; let it be read"),
        ),
    };
    Some(Note { code, key: Some(MappingKey::named(CORRELATION)), text })
}

/// The first value of one field of a record that is about to be created.
pub(super) fn first_value(
    mapping: &FieldMapping,
    target: Side,
    source: &Record,
    plan: &mut Plan,
) -> Option<FieldWrite> {
    let from = target.other();
    let shown = match mapping.collect(from, source) {
        Ok(shown) => shown,
        Err((path, _)) => {
            plan.notes.push(field::unreadable(mapping, from, path, Some("it is left out of the new record")));
            return None;
        }
    };
    let Some(to) = lens::convert(mapping, target, &shown, &Value::Empty) else {
        plan.notes.push(lens::unmapped(mapping, target, &shown));
        return None;
    };
    plan.notes.extend(lens::stays_behind(mapping, target, &shown));
    (!to.is_empty()).then(|| FieldWrite {
        key: mapping.key.clone(),
        path: mapping.paths.get(target).clone(),
        from: Value::Empty,
        to,
        source: shown.into_owned(),
        overwrites: false,
        why: Why::Created,
    })
}

/// A value that was refused for itself is left out of the new record; the others are not kept waiting for it.
fn is_refused(link: &LinkFacts, target: Side, write: &FieldWrite, plan: &mut Plan) -> bool {
    let refused = link.blocked.get(&write.key).filter(|b| b.side == target && b.value == write.refusal());
    plan.notes.extend(refused.map(|blocked| {
        let text = format!("{target} refused \"{}\" for {}: {}", write.to, write.path, blocked.message);
        Note { code: NoteCode::Blocked, key: Some(write.key.clone()), text }
    }));
    refused.is_some()
}

/// Whether the record is new enough for auto-create. A record whose age is unknown is not, unless all are.
fn has_started(start: Start, link: &LinkFacts, known: &Known) -> bool {
    let since = match start {
        Start::Everything => return true,
        Start::Now => known.item_started,
        Start::At(time) => Some(time),
    };
    link.created.zip(since).is_some_and(|(created, since)| created >= since)
}

/// The values of a creation as one value: a refused creation is tried again only when they change.
#[must_use]
pub(crate) fn fingerprint(fields: &[FieldWrite]) -> Value {
    Value::list(fields.iter().flat_map(|f| [Value::text(f.path.as_str()), f.to.clone()]).collect())
}

impl Write {
    /// The side that it changes; none for a separation, which changes neither.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::Create { side, .. } | Self::Correlate { side, .. } | Self::Update { side, .. } => Some(*side),
            Self::Status { .. } => Some(Side::Jira),
            Self::Follow { .. } | Self::Unlink { .. } => None,
        }
    }

    /// The fields that it sets.
    #[must_use]
    pub fn fields(&self) -> &[FieldWrite] {
        match self {
            Self::Create { fields, .. } | Self::Update { fields, .. } => fields,
            Self::Status { change, .. } => std::slice::from_ref(change),
            Self::Correlate { .. } | Self::Follow { .. } | Self::Unlink { .. } => &[],
        }
    }

    /// For a creation: what its refusal is remembered by.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Value> {
        match self {
            Self::Create { fields, .. } => Some(fingerprint(fields)),
            _ => None,
        }
    }
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

/// Keeps the correlation fields true. They are ours: a value that we wrote may be corrected (an issue that moved has a
/// new key), a value that somebody else wrote is only reported.
///
/// What several share names the first of them; the others see to their own side only.
fn correlate(
    item: &ConnectedItem,
    paths: &Sides<FieldPath>,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    plan: &mut Plan,
) {
    let (Some(id), Some(issue_key)) = (&link.salesforce_id, &link.jira_key) else { return };
    let mut expected = Sides::new(Value::text(issue_key), Value::text(id));
    let led = item.cardinality.one().zip(link.siblings.as_ref().filter(|siblings| !siblings.leads));
    if let Some((one, siblings)) = led {
        *expected.get_mut(one) = Value::text(&siblings.named);
    }
    let key = MappingKey::named(CORRELATION);
    let agreed = base.and_then(|b| b.get(&key));
    let mut shown = true;
    for side in Side::BOTH {
        let path = paths.get(side);
        let Some(value) = now.get(side).value(path.as_str()) else {
            shown = false;
            let text = format!("The correlation field {path} in {side} cannot be read");
            plan.notes.push(Note { code: NoteCode::Unreadable, key: Some(key.clone()), text });
            continue;
        };
        if is_id(expected.get(side), value) {
            continue;
        }
        shown = false;
        if led.is_some_and(|(one, _)| one == side) {
            continue;
        }
        if let Some(blocked) = link.blocked.get(&correlation_refusal(side)) {
            let text = format!("{side} refused the correlation field {path}: {}", blocked.message);
            plan.notes.push(Note { code: NoteCode::Blocked, key: Some(correlation_refusal(side)), text });
        } else if value.is_empty()
            || is_former(link, side, value)
            || agreed.is_some_and(|agreed| agreed.get(side) == value)
        {
            plan.writes.push(Write::Correlate { side, path: path.clone(), from: value.clone() });
        } else {
            let text = format!("The correlation field {path} in {side} names {value}, not {}", expected.get(side));
            plan.notes.push(Note { code: NoteCode::CorrelationTaken, key: Some(key.clone()), text });
        }
    }
    if shown && agreed != Some(&expected) {
        plan.base.push((key, expected));
    }
}

/// Whether a record shows the key that its issue had before it moved.
fn is_former(link: &LinkFacts, side: Side, shown: &Value) -> bool {
    side == Side::Salesforce && shown.as_text().is_some_and(|shown| link.former_key.as_deref() == Some(shown))
}

/// Key under which the refusal of a correlation write is remembered.
#[must_use]
pub fn correlation_refusal(side: Side) -> MappingKey {
    MappingKey::named(&format!("{CORRELATION} in {side}"))
}

/// People paste 15-character Salesforce ids; the 18-character form only adds a checksum.
fn is_id(expected: &Value, shown: &Value) -> bool {
    match (expected, shown) {
        (Value::Text(expected), Value::Text(shown)) => {
            expected == shown || (expected.len() == 18 && shown.len() == 15 && expected.starts_with(shown.as_str()))
        }
        _ => expected == shown,
    }
}
