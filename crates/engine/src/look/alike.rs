//! Match rules in a full look: the issues are known already, so no further question is asked while nobody has to decide.
//!
//! A round judges what is found here. A record that waits for a person stays at rest as long as the same issues are like it.

use std::collections::{BTreeMap, HashMap};

use entente_core::{
    Side, Sides,
    filter::Verdict,
    likeness::{Alike, Group, Likeness, Member},
    plan::admits,
};
use entente_store::ParkedClass;

use super::issues::JiraSide;
use crate::{
    error::EngineError,
    round::{
        Needs, Scene,
        alike::{self, Reviews},
    },
    unit::{Seen, Work},
};

/// Issues without a twin that name nobody, by the number of a rule and what they show under it.
pub(super) type Index = HashMap<(usize, String), Vec<Member>>;

/// What the issues of a scan show under the item's match rules.
pub(super) fn index(scene: &Scene<'_>, side: &JiraSide) -> Index {
    let mut index = Index::new();
    let is_free = |id: &str| !side.linked.contains(id) && !side.claims.issues().contains(id);
    for (id, seen) in side.seen.iter().filter(|(id, _)| is_free(id)) {
        let Some(record) = seen.record().filter(|r| admits(&scene.scheme.item, Side::Jira, r) == Verdict::Passes)
        else {
            continue;
        };
        let member = || Member { id: id.clone(), name: seen.key.clone().unwrap_or_else(|| id.clone()) };
        for (n, rule) in scene.wired.item.match_rules.iter().enumerate() {
            if let Some(value) = rule.value(Side::Jira, record) {
                index.entry((n, value)).or_default().push(member());
            }
        }
    }
    index
}

/// Says of the records of a page which of them wait for a person, and which a round has to judge. Where
/// needs are fetched, nothing is written, and who is whose twin is found out here as a round would.
pub(super) async fn judge(
    scene: &Scene<'_>,
    jira: &mut JiraSide,
    works: &mut [Work],
    needs: Needs,
) -> Result<(), EngineError> {
    let reviews = alike::reviews(scene).await?;
    if reviews.is_empty() && scene.wired.item.match_rules.is_empty() {
        return Ok(());
    }
    let lone = |work: &Work| {
        let names_nobody = matches!(work.seen.jira.state, entente_core::State::None);
        work.unit.link.is_none() && work.unit.ids.jira.is_none() && names_nobody
    };
    for work in works.iter_mut().filter(|work| lone(work)) {
        let group = group_of(scene, jira, work);
        let stored = reviews.get(work.id(Side::Salesforce));
        work.alike = Some(Alike::Nobody);
        match (group, stored) {
            (None, None) => {}
            (None, Some(_)) => work.is_unjudged = true,
            (Some(group), Some((class, known))) if is_same(&group, known, *class) => settle(jira, work, *class, known),
            (Some(group), _) => {
                jira.elsewhere.extend(group.members.jira.iter().map(|issue| issue.id.clone()));
                work.is_unjudged = true;
                if needs == Needs::Fetched {
                    rehearse(scene, jira, work, group, &reviews).await?;
                }
            }
        }
    }
    Ok(())
}

/// The issues that are like a record, by the first rule under which there are any.
fn group_of(scene: &Scene<'_>, jira: &JiraSide, work: &Work) -> Option<Group> {
    let record = work.seen.salesforce.record()?;
    scene.wired.item.match_rules.iter().enumerate().find_map(|(n, rule)| {
        let value = rule.value(Side::Salesforce, record)?;
        let issues = jira.alike.get(&(n, value.clone()))?;
        Some(alike::group(rule, &value, Sides::new(Vec::new(), issues.clone())))
    })
}

/// Whether a review is about what is found now. What a person has said holds as long as the record shows the same.
fn is_same(found: &Group, known: &Group, class: ParkedClass) -> bool {
    let about_the_same = found.rule == known.rule && found.value == known.value;
    about_the_same && (class != ParkedClass::Ambiguous || found.members.jira == known.members.jira)
}

fn settle(jira: &mut JiraSide, work: &mut Work, class: ParkedClass, known: &Group) {
    match class {
        ParkedClass::Ambiguous => {
            jira.elsewhere.extend(known.members.jira.iter().map(|issue| issue.id.clone()));
            work.alike = Some(Alike::Several(known.clone()));
        }
        ParkedClass::Ignored => work.alike = Some(Alike::Ignored(known.clone())),
        ParkedClass::New | ParkedClass::Mapping | ParkedClass::Rejected | ParkedClass::Denied => {}
    }
}

/// What a round would find out: whether others are like the issue too.
async fn rehearse(
    scene: &Scene<'_>,
    jira: &mut JiraSide,
    work: &mut Work,
    mut group: Group,
    reviews: &Reviews,
) -> Result<(), EngineError> {
    let Some(rule) = scene.wired.item.match_rules.iter().find(|rule| rule.to_string() == group.rule) else {
        return Ok(());
    };
    let shown = work.seen.salesforce.record().and_then(|record| record.value(rule.paths.salesforce.as_str()));
    let values = BTreeMap::from([(group.value.clone(), shown.map(ToString::to_string).unwrap_or_default())]);
    let records = alike::of_records(scene, rule, &values, reviews).await?;
    group.members.salesforce = records.into_iter().map(|(_, member)| member).collect();
    match group.likeness(Side::Salesforce) {
        Likeness::Twin(issue) => {
            work.seen.jira = jira.seen.remove(&issue.id).unwrap_or_else(|| Seen::absent(entente_core::State::None));
            work.unit.ids.jira = Some(issue.id.clone());
            work.alike_by = Some(group.rule.clone());
        }
        Likeness::Several => work.alike = Some(Alike::Several(group)),
        Likeness::Nobody => {}
    }
    Ok(())
}
