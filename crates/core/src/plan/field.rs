//! One mapped field, three ways: the reconciliation table.
//!
//! ```text
//! base      Salesforce  Jira      what happens
//! same      same        same      nothing (this costs two comparisons)
//! any       agree       agree     only the base moves
//! there     changed     same      write Jira                 or restore it, if the field does not flow there
//! there     same        changed   write Salesforce           or restore it
//! there     changed     changed   the rule: one wins, the later wins, both are joined, or ask
//! none      empty       filled    fill the empty side; if the field does not flow there, leave both
//! none      filled      filled    the rule
//! ```

use std::borrow::Cow;

use jiff::SignedDuration;

use super::{Conflict, FieldWrite, Need, Note, NoteCode, Plan, Why, join, lens, roll_up};
use crate::{
    base::Base,
    item::{ConflictPolicy, ConnectedItem, Direction, Drift, FieldMapping, Mode},
    known::Known,
    link::{Decision, LinkFacts, Take},
    record::{FieldPath, Record},
    side::{Side, Sides},
    value::Value,
};

/// Clocks of two vendors may differ by this much, so edits this close together have no order.
pub(super) const LATER_BY: SignedDuration = SignedDuration::from_mins(2);

#[expect(
    clippy::too_many_arguments,
    reason = "the five inputs of plan() and its two outputs; a struct would only rename them"
)]
pub(super) fn reconcile(
    item: &ConnectedItem,
    mapping: &FieldMapping,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    known: &Known,
    plan: &mut Plan,
    updates: &mut Sides<Vec<FieldWrite>>,
) {
    let read = read(mapping, now, plan);
    let shown = read.and_then(|collected| roll_up::shown(item, mapping, link, base, collected, plan));
    let Some(collected) = shown else { return plan.keep_decision(link, &mapping.key) };
    let values = Sides::new(&*collected.salesforce, &*collected.jira);
    let flows = |side: &Side| direction(item, mapping).allows(*side);
    let losses =
        Side::BOTH.into_iter().filter(flows).map(|side| lens::stays_behind(mapping, side, values.get(side.other())));
    plan.notes.extend(losses.flatten());
    let agreed = base.and_then(|b| b.get(&mapping.key));
    let chosen = link.decisions.get(&mapping.key);
    let is_outdated = base.is_some_and(|base| base.is_outdated(mapping));
    let is_same = agreed.is_some_and(|a| a.salesforce == *values.salesforce && a.jira == *values.jira);
    if chosen.is_none() && is_same && !is_outdated {
        return;
    }
    let scene = Scene {
        mapping,
        direction: direction(item, mapping),
        drift: item.drift,
        policy: mapping.conflicts.unwrap_or(item.conflicts),
        agreed,
        is_outdated,
        now: values,
    };
    if let Some(chosen) = scene.chosen(chosen, link) {
        plan.keep_decision(link, &mapping.key);
        return match chosen {
            Ok((side, write)) => updates.get_mut(side).push(write),
            Err(note) => plan.notes.push(note),
        };
    }
    if scene.is_as_agreed() {
        return;
    }
    let (side, write) = match scene.verdict(link, known) {
        Verdict::Write(side, why) => {
            if why == Why::Decided {
                plan.keep_decision(link, &mapping.key);
            }
            (side, scene.write(side, why, link))
        }
        Verdict::Join(side, joined) => (side, scene.write_to(side, scene.in_form(side, joined), Why::Joined, link)),
        Verdict::Agree => return plan.base.push((mapping.key.clone(), values.map(Value::clone))),
        Verdict::Conflict => {
            let now = Sides::new(scene.own(Side::Salesforce).clone(), scene.own(Side::Jira).clone());
            return plan.conflicts.push(Conflict { key: mapping.key.clone(), now });
        }
        Verdict::Need => return plan.needs.push(Need::ChangeTimes(mapping.key.clone())),
        Verdict::Drift(side) => return plan.notes.push(scene.drifted(side)),
    };
    match write {
        Ok(write) => updates.get_mut(side).push(write),
        Err(note) => plan.notes.push(note),
    }
}

/// The item's mode narrows the field's direction.
fn direction(item: &ConnectedItem, mapping: &FieldMapping) -> Direction {
    match item.mode {
        Mode::OneWay if !item.flows(mapping, Side::Salesforce) => Direction::ToJira,
        Mode::OneWay | Mode::TwoWay | Mode::DisplayOnly => mapping.direction,
    }
}

/// Both values, or a note: what cannot be read is never taken for empty.
fn read<'a>(mapping: &'a FieldMapping, now: Sides<&'a Record>, plan: &mut Plan) -> Option<Sides<Cow<'a, Value>>> {
    let mut collect = |side| {
        let collected = mapping.collect(side, now.get(side));
        collected.map_err(|(path, why)| plan.notes.push(unreadable(mapping, side, path, why))).ok()
    };
    let (salesforce, jira) = (collect(Side::Salesforce), collect(Side::Jira));
    Some(Sides::new(salesforce?, jira?))
}

pub(super) fn unreadable(mapping: &FieldMapping, side: Side, path: &FieldPath, why: Option<&str>) -> Note {
    let why = why.unwrap_or("it was not among the fields that the vendor returned");
    let text = format!("{side} {path} cannot be read: {why}");
    Note { code: NoteCode::Unreadable, key: Some(mapping.key.clone()), text }
}

/// Everything that one field's decision depends on. The values differ from the base, or there is none.
pub(super) struct Scene<'a> {
    pub(super) mapping: &'a FieldMapping,
    pub(super) direction: Direction,
    pub(super) drift: Drift,
    pub(super) policy: ConflictPolicy,
    pub(super) agreed: Option<&'a Sides<Value>>,
    /// Both sides agreed under another rule than the line has now.
    pub(super) is_outdated: bool,
    pub(super) now: Sides<&'a Value>,
}

/// What happens to one field.
pub(super) enum Verdict {
    Agree,
    Write(Side, Why),
    Join(Side, Value),
    Conflict,
    Need,
    Drift(Side),
}

#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Same,
    New,
}

impl Scene<'_> {
    /// Whether both sides show what was agreed, and under the rule that counts.
    pub(super) fn is_as_agreed(&self) -> bool {
        !self.is_outdated && self.agreed.is_some_and(|agreed| agreed.as_ref() == self.now)
    }

    /// The next write towards a value that a person gave; none when it stands already, or when somebody has edited since.
    ///
    /// The side in whose words it was given comes first. Until the other side follows, the decision stays, so that a
    /// crash in between leaves nothing half done.
    pub(super) fn chosen(
        &self,
        decision: Option<&Decision>,
        link: &LinkFacts,
    ) -> Option<Result<(Side, FieldWrite), Note>> {
        let Decision { take: Take::Value { side, value }, seen } = decision? else { return None };
        let (here, there) = (self.own(*side), self.own(side.other()));
        if self.direction != Direction::Both || there != seen.get(side.other()) {
            return None;
        }
        if here.means(value) || (self.is_as_agreed() && here != seen.get(*side)) {
            let open = !lens::agree(self.mapping, self.now);
            return open.then(|| Ok((side.other(), self.write(side.other(), Why::Decided, link)?)));
        }
        if here != seen.get(*side) {
            return None;
        }
        Some(match lens::convert(self.mapping, side.other(), value, there) {
            Some(_) => {
                // What once stood on this side comes back as it was; a typed text takes the form of what is there.
                let value = match value {
                    Value::Rich(_) => value.clone(),
                    typed => self.in_form(*side, typed.clone()),
                };
                self.write_to(*side, value, Why::Decided, link).map(|write| (*side, write))
            }
            None => Err(lens::unmapped(self.mapping, side.other(), value)),
        })
    }

    pub(super) fn verdict(&self, link: &LinkFacts, known: &Known) -> Verdict {
        if lens::agree(self.mapping, self.now) {
            return Verdict::Agree;
        }
        let Some(agreed) = self.agreed else { return self.first_meeting(link, known) };
        match (self.edit(Side::Salesforce, agreed), self.edit(Side::Jira, agreed)) {
            (Edit::Same, Edit::Same) if self.is_outdated => self.remapped(),
            (Edit::Same, Edit::Same) => self.unclaimed(link, known),
            (Edit::New, Edit::New) => self.both(link, known),
            (Edit::New, Edit::Same) => self.one(Side::Salesforce),
            (Edit::Same, Edit::New) => self.one(Side::Jira),
        }
    }

    /// At this point there is no base and the values do not agree.
    fn first_meeting(&self, link: &LinkFacts, known: &Known) -> Verdict {
        match (self.says_nothing(Side::Salesforce), self.says_nothing(Side::Jira)) {
            (true, false) if self.direction.allows(Side::Salesforce) => Verdict::Write(Side::Salesforce, Why::Filled),
            (false, true) if self.direction.allows(Side::Jira) => Verdict::Write(Side::Jira, Why::Filled),
            // The owner has nothing to say yet; that is no reason to empty what people have filled in.
            (true, false) => Verdict::Drift(Side::Jira),
            (false, true) => Verdict::Drift(Side::Salesforce),
            _ => self.unclaimed(link, known),
        }
    }

    /// At this point neither side is known to have changed.
    fn unclaimed(&self, link: &LinkFacts, known: &Known) -> Verdict {
        match lens::formatted(self.mapping, self.now) {
            Some(side) if self.direction.allows(side.other()) => Verdict::Write(side.other(), Why::Filled),
            _ => self.both(link, known),
        }
    }

    /// At this point neither side has changed, and the line has: what follows from its new rule is no edit of anybody's.
    fn remapped(&self) -> Verdict {
        let side = match self.direction {
            Direction::ToJira => Side::Jira,
            Direction::ToSalesforce => Side::Salesforce,
            Direction::Both if self.policy == ConflictPolicy::JiraWins || lens::leads_back(self.mapping) => {
                Side::Salesforce
            }
            Direction::Both => Side::Jira,
        };
        Verdict::Write(side, Why::Remapped)
    }

    fn edit(&self, side: Side, agreed: &Sides<Value>) -> Edit {
        let is_same = lens::is_same(self.mapping, side, agreed.get(side), self.now.get(side));
        if is_same { Edit::Same } else { Edit::New }
    }

    /// At this point only `changed` differs from the base.
    fn one(&self, changed: Side) -> Verdict {
        match (self.direction.allows(changed.other()), self.drift) {
            (true, _) => Verdict::Write(changed.other(), Why::Changed),
            (false, Drift::Restore) => Verdict::Write(changed, Why::Restored),
            (false, Drift::Keep) => Verdict::Drift(changed),
        }
    }

    /// At this point both sides have a claim.
    fn both(&self, link: &LinkFacts, known: &Known) -> Verdict {
        match self.direction {
            Direction::ToJira => return Verdict::Write(Side::Jira, Why::Changed),
            Direction::ToSalesforce => return Verdict::Write(Side::Salesforce, Why::Changed),
            Direction::Both => {}
        }
        if let Some(Decision { take: Take::Side(winner), seen }) = link.decisions.get(&self.mapping.key)
            && Side::BOTH.iter().all(|side| seen.get(*side) == self.own(*side))
        {
            return Verdict::Write(winner.other(), Why::Decided);
        }
        // Whose edit stands on whose is known only to Jira, where a write of ours may not have been recorded.
        if self.agreed.is_some() && link.is_unsettled && !known.change_times.contains_key(&self.mapping.key) {
            return Verdict::Need;
        }
        if self.jira_followed(known) {
            return Verdict::Write(Side::Salesforce, Why::Changed);
        }
        match self.policy {
            ConflictPolicy::SalesforceWins => Verdict::Write(Side::Jira, Why::Won(self.policy)),
            ConflictPolicy::JiraWins => Verdict::Write(Side::Salesforce, Why::Won(self.policy)),
            ConflictPolicy::LatestWins => self.latest(known),
            ConflictPolicy::Ask => Verdict::Conflict,
            ConflictPolicy::Union | ConflictPolicy::Append => {
                let joined = join::join(self.policy, self.agreed, self.now);
                match (joined.means(self.now.salesforce), joined.means(self.now.jira)) {
                    // The same words, set in two ways: there is nothing to join.
                    (true, true) => Verdict::Write(Side::Jira, Why::Won(self.policy)),
                    (_, true) => Verdict::Join(Side::Salesforce, joined),
                    (_, false) => Verdict::Join(Side::Jira, joined),
                }
            }
        }
    }

    /// Whether Jira's newest edit was made on top of what Salesforce shows: our write was applied but never recorded, and
    /// somebody went on from there. Then only Jira has changed.
    fn jira_followed(&self, known: &Known) -> bool {
        let before = known.jira_before.get(&self.mapping.key);
        before.is_some_and(|before| lens::agree(self.mapping, Sides::new(self.now.salesforce, before)))
    }

    fn latest(&self, known: &Known) -> Verdict {
        let Some(times) = known.change_times.get(&self.mapping.key) else { return Verdict::Need };
        let won = Why::Won(ConflictPolicy::LatestWins);
        let ahead = times.salesforce.zip(times.jira).map(|(salesforce, jira)| jira.duration_since(salesforce));
        match ahead {
            Some(ahead) if ahead > LATER_BY => Verdict::Write(Side::Salesforce, won),
            Some(ahead) if -ahead > LATER_BY => Verdict::Write(Side::Jira, won),
            Some(_) | None => Verdict::Write(Side::Jira, Why::Unordered),
        }
    }

    /// The write that carries the other side's value to `side`, unless the mapping has no value for it or the vendor
    /// has refused that very value.
    pub(super) fn write(&self, side: Side, why: Why, link: &LinkFacts) -> Result<FieldWrite, Note> {
        let (old, source) = (*self.now.get(side), *self.now.get(side.other()));
        match lens::convert(self.mapping, side, source, old) {
            Some(to) => self.write_to(side, to, why, link),
            None => Err(lens::unmapped(self.mapping, side, source)),
        }
    }

    fn write_to(&self, side: Side, to: Value, why: Why, link: &LinkFacts) -> Result<FieldWrite, Note> {
        let source = *self.now.get(side.other());
        if to.is_empty() && *self.mapping.never_empty.get(side) {
            return Err(self.emptied(side));
        }
        let was_agreed = self.agreed.is_some_and(|agreed| self.edit(side, agreed) == Edit::Same);
        let from = self.own(side);
        let write = FieldWrite {
            key: self.mapping.key.clone(),
            path: self.mapping.paths.get(side).clone(),
            from: from.clone(),
            to,
            source: source.clone(),
            overwrites: !was_agreed && !from.is_empty() && why != Why::Joined,
            why,
        };
        match link.blocked.get(&write.key).filter(|b| b.side == side && b.is_of(&write.refusal())) {
            None => Ok(write),
            Some(blocked) => {
                let to = self.mapping.spoken(&write.to);
                let text = format!("{side} refused \"{to}\" for {}: {}", write.path, blocked.message);
                Err(Note { code: NoteCode::Blocked, key: Some(write.key), text })
            }
        }
    }

    /// A field that cannot be empty keeps what it shows when the other side shows nothing.
    fn emptied(&self, side: Side) -> Note {
        let (path, other) = (self.mapping.paths.get(side), self.mapping.paths.get(side.other()));
        let text = format!("{side} {path} must not be empty, and {} {other} is; left as it is", side.other());
        Note { code: NoteCode::Unmapped, key: Some(self.mapping.key.clone()), text }
    }

    /// Whether a side has nothing to deliver: its field is empty, and no step (a constant, a further field) fills it.
    fn says_nothing(&self, side: Side) -> bool {
        let steps = match side {
            Side::Salesforce => &self.mapping.to_jira,
            Side::Jira => &self.mapping.to_salesforce,
        };
        let (mine, theirs) = (*self.now.get(side), *self.now.get(side.other()));
        let filled = || lens::convert(self.mapping, side.other(), mine, theirs).is_some_and(|value| !value.is_empty());
        self.own(side).is_empty() && (steps.is_empty() || !filled())
    }

    /// A value in the form that the field of a side has, over what it shows now.
    fn in_form(&self, side: Side, value: Value) -> Value {
        lens::in_form(self.mapping, side, value, self.now.get(side))
    }

    /// What the mapped field itself shows.
    pub(super) fn own(&self, side: Side) -> &Value {
        lens::own(self.mapping, side, self.now.get(side))
    }

    pub(super) fn drifted(&self, side: Side) -> Note {
        let (path, value) = (self.mapping.paths.get(side), self.mapping.spoken(self.own(side)));
        let text = format!("{side} {path} is \"{value}\", which does not flow back; left as it is");
        Note { code: NoteCode::Drift, key: Some(self.mapping.key.clone()), text }
    }
}
