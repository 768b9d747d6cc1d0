//! Issues that do not answer under the ids that their links remember: after a migration to another site they have their old
//! keys and other ids, and an old id may be that of somebody else's issue.
//!
//! Such an issue is neither read nor written, nor is its link dissolved: the guard holds the item until a person has said
//! that the links shall follow (`entente relink`).

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{Side, State};
use entente_jira::{IssueKey, IssueRef};
use entente_transport::CallError;

use super::{Scene, meet};
use crate::{outside::SiteIssue, unit::Work};

/// Who answers to the keys that links remember.
struct Keys {
    ids: BTreeMap<String, String>,
    /// Issues that answer to one of the keys under another: they were moved.
    moved: BTreeSet<String>,
}

/// Marks the linked issues that are missing, or show another key than their links, and are not what was linked.
pub(super) async fn mark(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), CallError> {
    let doubtful: Vec<&mut Work> = works.iter_mut().filter(|work| is_doubtful(work)).collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let keys = doubtful.iter().filter_map(|work| work.unit.link.as_ref()?.jira_key.parse().ok()).collect();
    let keys = Keys::read(scene, keys).await?;
    for work in doubtful {
        if !is_ours(scene, work, &keys) {
            let key = work.unit.link.as_ref().map(|link| link.jira_key.clone()).unwrap_or_default();
            work.seen.jira.state = State::Unreadable(format!("{key} does not answer under the id that it had"));
            work.seen.jira.is_renumbered = true;
        }
    }
    Ok(())
}

fn is_doubtful(work: &Work) -> bool {
    let Some(link) = &work.unit.link else { return false };
    match &work.seen.jira.state {
        State::Present(_) => work.seen.jira.key.as_ref() != Some(&link.jira_key),
        State::Gone { .. } => true,
        State::None | State::Unreadable(_) => false,
    }
}

/// Whether an id still means the issue that was linked: nobody else has its key, and what has another one was moved.
fn is_ours(scene: &Scene<'_>, work: &Work, keys: &Keys) -> bool {
    let Some(link) = &work.unit.link else { return true };
    if keys.ids.get(&link.jira_key).is_some_and(|id| *id != link.jira_id) {
        return false;
    }
    let is_gone = !matches!(work.seen.jira.state, State::Present(_));
    is_gone || keys.moved.contains(&link.jira_id) || names(scene, work, &link.salesforce_id)
}

/// Whether an issue names a record, by our marker or in its correlation field.
fn names(scene: &Scene<'_>, work: &Work, record: &str) -> bool {
    meet::claimants::records_named(scene, &work.seen.jira).any(|named| named == record)
}

impl Keys {
    async fn read(scene: &Scene<'_>, asked: Vec<IssueKey>) -> Result<Self, CallError> {
        let refs = asked.iter().cloned().map(IssueRef::from).collect();
        let answers = scene.wired.site.read(refs, &["updated".to_owned()]).await?;
        // An issue that has moved answers to its old key under its new one.
        let asked: BTreeSet<String> = asked.iter().map(ToString::to_string).collect();
        let (found, moved): (Vec<&SiteIssue>, Vec<&SiteIssue>) =
            answers.iter().partition(|issue| asked.contains(&issue.key()));
        Ok(Self {
            ids: found.into_iter().map(|issue| (issue.key(), issue.id())).collect(),
            moved: moved.into_iter().map(SiteIssue::id).collect(),
        })
    }
}

/// Why a round must not go on, if some of its issues are not what was linked.
pub(super) fn reason(scene: &Scene<'_>, works: &[Work]) -> Option<String> {
    let mut strangers = works.iter().filter(|work| work.seen.get(Side::Jira).is_renumbered).peekable();
    let key = strangers.peek()?.unit.link.as_ref()?.jira_key.clone();
    let item = &scene.wired.item.name;
    Some(format!(
        "{} of its issues have other ids than they had, such as {key}, as after a migration of the site; nothing is \
         written. If the site is the right one, `entente relink {item}` finds them by their keys",
        strangers.count()
    ))
}
