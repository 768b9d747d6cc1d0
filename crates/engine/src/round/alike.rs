//! Records without a twin that name nobody, and those that show the same by the item's match rules.
//!
//! A search may lag, so what it finds is read by id before it counts. Where a question stays open the record waits:
//! nothing is created beside a twin that could not be looked for.

mod candidates;
mod news;

use std::collections::BTreeMap;

use entente_core::{
    Side, Sides,
    likeness::{Alike, Group, Likeness, MatchRule, Member},
};
use entente_store::{Hint, HintKey, Parked, ParkedClass};

use self::candidates::Candidates;
use super::{Scene, meet};
use crate::{
    error::EngineError,
    limits::ALIKE_TOLD_MAX,
    unit::{End, Refused, Work},
};

pub(crate) use candidates::of_records;
pub(super) use news::news;

/// The reviews of an item, by the record that they are about.
pub(crate) type Reviews = BTreeMap<String, (ParkedClass, Group)>;

/// Who is whose twin by the match rules, by the number of the unit: records for issues, and issues for records.
pub(super) async fn twins(
    scene: &Scene<'_>,
    works: &mut [Work],
) -> Result<Sides<BTreeMap<usize, String>>, EngineError> {
    let mut twins = Sides::new(BTreeMap::new(), BTreeMap::new());
    let mut open: Vec<(usize, Side)> = (0..works.len()).filter_map(|n| Some((n, seeker(scene, &works[n])?))).collect();
    if scene.wired.item.match_rules.is_empty() || open.is_empty() {
        return Ok(twins);
    }
    let reviews = reviews(scene).await?;
    let candidates = Candidates::new(scene, &reviews).await;
    open.iter().for_each(|(n, _)| works[*n].alike = Some(Alike::Nobody));
    for (n_rule, rule) in scene.wired.item.match_rules.iter().enumerate() {
        open.retain(|(n, side)| can_seek(scene, &mut works[*n], *side, rule));
        open.retain(|(n, _)| !is_put_aside(&mut works[*n], rule, &reviews));
        let asked = candidates.groups(works, &open, n_rule).await;
        let groups = match asked {
            Ok(groups) => groups,
            Err(error @ EngineError::Store(_)) => return Err(error),
            Err(error) => {
                open.iter().for_each(|(n, _)| works[*n].again(scene.worker.later(&works[*n].unit), error.to_string()));
                return Ok(twins);
            }
        };
        let mut undecided = Vec::new();
        for (n, side) in std::mem::take(&mut open) {
            let value = works[n].seen.get(side).record().and_then(|record| rule.value(side, record));
            let group = value.and_then(|value| groups.get(&value));
            match group.map(|group| group.likeness(side)) {
                None | Some(Likeness::Nobody) => undecided.push((n, side)),
                Some(Likeness::Twin(member)) => {
                    works[n].alike_by = Some(rule.to_string());
                    twins.get_mut(side).insert(n, member.id.clone());
                }
                Some(Likeness::Several) => doubt(scene, &mut works[n], side, group, &reviews).await?,
            }
        }
        open = undecided;
    }
    Ok(twins)
}

/// The side of a unit whose record has no twin and names none.
fn seeker(scene: &Scene<'_>, work: &Work) -> Option<Side> {
    if work.unit.link.is_some() || !work.is_open() || work.unit.before(&scene.wired.item.name).is_some() {
        return None;
    }
    let side = match (&work.unit.ids.salesforce, &work.unit.ids.jira) {
        (Some(_), None) => Side::Salesforce,
        (None, Some(_)) => Side::Jira,
        _ => return None,
    };
    let record = work.seen.get(side).record()?;
    (work.seen.get(side).marked.is_none() && names_nobody(scene, side, record)).then_some(side)
}

/// Whether its correlation field was seen to be empty.
fn names_nobody(scene: &Scene<'_>, side: Side, record: &entente_core::Record) -> bool {
    let path = scene.wired.item.correlation.as_ref().map(|correlation| correlation.get(side));
    path.and_then(|path| record.value(path.as_str())).is_some_and(entente_core::Value::is_empty)
}

/// A record whose field cannot be read, or not be searched for, may have a twin: it gets none until that is known.
fn can_seek(scene: &Scene<'_>, work: &mut Work, side: Side, rule: &MatchRule) -> bool {
    let lacking = scene.scheme.unsearchable(rule).or_else(|| {
        let can_read = work.seen.get(side).record().is_some_and(|record| rule.can_read(side, record));
        (!can_read).then(|| format!("{side} {} cannot be read", rule.paths.get(side)))
    });
    if let Some(lacking) = &lacking {
        meet::refuse(scene, work, &format!("whether it has a twin cannot be said ({rule}): {lacking}"));
    }
    lacking.is_none()
}

/// What a person has said about a record holds as long as it shows what it showed then.
fn is_put_aside(work: &mut Work, rule: &MatchRule, reviews: &Reviews) -> bool {
    let Some((class, group)) = reviews.get(work.id(Side::Salesforce)) else { return false };
    let record = work.seen.salesforce.record();
    let Some(value) = record.and_then(|record| rule.value(Side::Salesforce, record)) else { return false };
    if !group.is_about(rule, &value) {
        return false;
    }
    match class {
        ParkedClass::New => true,
        ParkedClass::Ignored => {
            work.alike = Some(Alike::Ignored(group.clone()));
            park(work, group, ParkedClass::Ignored);
            true
        }
        ParkedClass::Ambiguous | ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => false,
    }
}

/// Several could be its twin. The record waits for a person; an issue waits with the records that it could belong to.
async fn doubt(
    scene: &Scene<'_>,
    work: &mut Work,
    side: Side,
    group: Option<&Group>,
    reviews: &Reviews,
) -> Result<(), EngineError> {
    let Some(group) = group else { return Ok(()) };
    work.alike = Some(Alike::Several(group.clone()));
    work.end = End::Refused;
    if side == Side::Salesforce {
        park(work, group, ParkedClass::Ambiguous);
        return Ok(());
    }
    let unheard =
        group.members.salesforce.iter().filter(|record| reviews.get(&record.id).is_none_or(|r| r.1 != *group));
    let hints: Vec<Hint> = unheard.map(|record| look_at(scene, Side::Salesforce, &record.id)).collect();
    Ok(scene.worker.store().offer(&hints, scene.worker.outside().now_ms()).await?)
}

fn park(work: &mut Work, group: &Group, class: ParkedClass) {
    let fingerprint = serde_json::to_string(group).unwrap_or_default();
    work.parked = Some(Refused::new(format!("{group}: which belong together?"), class, fingerprint));
    work.end = End::Refused;
}

/// The group of those that show the same, in an order of its own, and no longer than people read.
pub(crate) fn group(rule: &MatchRule, value: &str, members: Sides<Vec<Member>>) -> Group {
    let told = |mut members: Vec<Member>| {
        members.sort();
        members.dedup();
        members.truncate(ALIKE_TOLD_MAX);
        members
    };
    Group { rule: rule.to_string(), value: value.to_owned(), members: members.map(told) }
}

/// The reviews of the item.
pub(crate) async fn reviews(scene: &Scene<'_>) -> Result<Reviews, EngineError> {
    let parked = scene.worker.store().reviews(Some(&scene.wired.item.name)).await?;
    Ok(parked.iter().filter_map(|parked| Some((parked.key.record_id.clone(), review(parked)?))).collect())
}

/// What a parked candidate's review is about.
pub(crate) fn review(parked: &Parked) -> Option<(ParkedClass, Group)> {
    Some((parked.class, serde_json::from_str(&parked.fingerprint).ok()?))
}

fn look_at(scene: &Scene<'_>, side: Side, id: &str) -> Hint {
    let key = HintKey::of(&scene.wired.item, side, id);
    Hint::about(key, scene.worker.outside().now_ms())
}
