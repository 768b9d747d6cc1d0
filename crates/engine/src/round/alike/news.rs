//! Reviews that may be over: one of those who were alike is linked now, gone, or shows something else.

use entente_core::{
    Side,
    likeness::{Alike, Group},
};
use entente_store::{Hint, ParkedClass};

use super::{look_at, reviews};
use crate::{
    error::EngineError,
    round::Scene,
    unit::{End, Work},
};

/// Hints for the records whose reviews name a unit of this round that is not what it was, and for the issues that waited
/// with a record whose review is over.
pub(in crate::round) async fn news(scene: &Scene<'_>, works: &[Work]) -> Result<Vec<Hint>, EngineError> {
    let mut hints: Vec<Hint> = Vec::new();
    if scene.wired.item.match_rules.is_empty() {
        return Ok(hints);
    }
    for (record, (class, group)) in &reviews(scene).await? {
        match works.iter().find(|work| work.id(Side::Salesforce) == record) {
            Some(work) => hints.extend(waiting(scene, work, group)),
            None if *class == ParkedClass::Ambiguous && works.iter().any(|work| has_left(scene, work, group)) => {
                hints.push(look_at(scene, Side::Salesforce, record));
            }
            None => {}
        }
    }
    Ok(hints)
}

/// The issues that waited with a record, where records are created for such.
fn waiting<'a>(scene: &'a Scene<'_>, work: &'a Work, group: &'a Group) -> impl Iterator<Item = Hint> + 'a {
    let goes_on = matches!(&work.alike, Some(Alike::Several(now)) if now == group);
    let is_certain = !matches!(work.end, End::Again { .. });
    let is_over = !goes_on && is_certain && scene.wired.item.creates_on(Side::Salesforce);
    let issues = group.members.jira.iter().filter(move |issue| is_over && issue.id != work.id(Side::Jira));
    issues.map(|issue| look_at(scene, Side::Jira, &issue.id))
}

/// Whether a unit was one of a group and is not any more.
fn has_left(scene: &Scene<'_>, work: &Work, group: &Group) -> bool {
    let was_one = Side::BOTH.into_iter().any(|side| group.has(side, work.id(side)));
    let is_alone = work.unit.link.is_none() && Side::BOTH.into_iter().any(|side| work.unit.ids.get(side).is_none());
    let shows_it = || {
        let shows = |side: Side| {
            let record = work.seen.get(side).record()?;
            let rule = scene.wired.item.match_rules.iter().find(|rule| rule.to_string() == group.rule)?;
            Some(rule.value(side, record)? == group.value)
        };
        Side::BOTH.into_iter().filter(|side| group.has(*side, work.id(*side))).all(|side| shows(side) == Some(true))
    };
    was_one && !(is_alone && shows_it())
}
