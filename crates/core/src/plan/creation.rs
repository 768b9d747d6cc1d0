//! A record that has no twin: whether it gets one, and with which first values.

use super::{
    FieldWrite, Note, NoteCode, Plan, Why, Write,
    correlation::{self, CORRELATION},
    field, lens,
    presence::admits,
    status,
};
use crate::{
    filter::Verdict,
    item::{ConnectedItem, FieldMapping, Start},
    known::Known,
    likeness::Alike,
    link::LinkFacts,
    record::Record,
    side::Side,
    value::Value,
};

/// At this point exactly one side exists and the other never did.
pub(super) fn create(
    item: &ConnectedItem,
    link: &LinkFacts,
    target: Side,
    source: &Record,
    known: &Known,
    plan: &mut Plan,
) {
    let wanted = item.creates_on(target) && item.acts_on(target) && has_started(item.start, link, known);
    // What had a twin, or goes on in another record, gets none by itself.
    let is_over = link.was_linked || link.succession.is_some();
    if is_over || admits(item, target.other(), source) != Verdict::Passes {
        return;
    }
    if let Some((code, text)) = waits(link) {
        plan.notes.push(Note { code, key: None, text });
        return;
    }
    if !has_nobody_alike(&link.alike, plan) || !wanted {
        return;
    }
    if let Some(note) = correlation::names_another(item, target.other(), source) {
        plan.notes.push(note);
        return;
    }
    let mapped = item.fields.iter().filter(|mapping| mapping.direction.allows(target));
    let mut fields: Vec<FieldWrite> = mapped.filter_map(|mapping| first_value(mapping, target, source, plan)).collect();
    fields.retain(|write| !is_refused(item, link, target, write, plan));
    let status = status::create(item, target, source, known, plan);
    // A record takes its status with its other fields, an issue only by a transition once it is there.
    let moved = match target {
        Side::Salesforce => {
            fields.extend(status);
            None
        }
        Side::Jira => status,
    };
    if let Some(blocked) = link.blocked.get(CORRELATION).filter(|b| b.is_of(&fingerprint(&fields))) {
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

/// What comes first: a link that goes on in the record, or an item that stands before this one.
fn waits(link: &LinkFacts) -> Option<(NoteCode, String)> {
    if let Some(ancestor) = &link.ancestor {
        return Some((NoteCode::Succeeds, format!("{ancestor} goes on in it, and its link comes first")));
    }
    let earlier = link.waits_for.as_ref()?;
    Some((NoteCode::Paused, format!("it waits for item {earlier}, which stands before this one and rests")))
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
fn is_refused(item: &ConnectedItem, link: &LinkFacts, target: Side, write: &FieldWrite, plan: &mut Plan) -> bool {
    let refused = link.blocked.get(&write.key).filter(|b| b.side == target && b.is_of(&write.refusal()));
    plan.notes.extend(refused.map(|blocked| {
        let to = item.spoken(&write.key, &write.to);
        let text = format!("{target} refused \"{to}\" for {}: {}", write.path, blocked.message);
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
