//! Nothing that a person wrote is overwritten without a journal entry that holds it (I3).
//!
//! Every text of a person carries a word of its own; wherever one of our writes takes a word away, the journal must have it.

use std::collections::BTreeSet;

use entente_sandbox::control::Write;

use crate::history::History;

pub(super) async fn has_everything_overwritten(history: &mut History) -> Result<(), String> {
    // A database that was put back does not hold what was journalled since; and a changelog whose times jump does not
    // say what came after our last reading.
    if ["image put back", "clock jumps"].iter().any(|what| history.has_seen(what)) {
        return Ok(());
    }
    let lost = lost(history).await.into_iter().find(|(word, _)| !history.given_up.contains(word));
    let words = |(word, write)| format!("{word} was overwritten and the journal does not have it: {write:?}");
    lost.map_or(Ok(()), |lost| Err(words(lost)))
}

/// Words that our writes have taken away, and that the journal does not have.
pub(crate) async fn lost(history: &History) -> Vec<(String, Write)> {
    let mut kept = kept(history).await;
    // Of a write that took effect late, people may have overwritten the value where it came from: nobody lost it but they.
    let late = late(history);
    kept.extend(late.iter().cloned());
    let issues = history.people.issues().await;
    // What takes effect after a person has dissolved the link meets nobody who would look; nor does what was in a case
    // that is gone.
    let is_parted = |name: &str| {
        let case = issues.iter().find(|issue| issue.name == name).and_then(|issue| issue.names.as_ref());
        history.left_alone.contains(name)
            || history.ever_deleted_cases.contains(name)
            || case.is_some_and(|case| history.parted.contains_key(case))
    };
    // What an automation says under our account it may change: the engine speaks another version of Jira's interface, and
    // leaves alone the comments that others wrote.
    let is_their_own = |write: &Write| {
        write.route.contains("/rest/api/2/") || history.people.said.iter().any(|said| said.id == write.record)
    };
    // What an unheard write has replaced only the issue's own history knows, and that is deleted with the issue.
    let entries = history.journal().await;
    let told: BTreeSet<String> =
        entries.iter().filter_map(|entry| Some(entry.what.after.as_ref()?.to_string())).collect();
    let is_gone_unheard = |write: &Write| {
        history.people.deleted_issues.contains(&write.record) && !told.contains(&write.after.to_string())
    };
    let mut lost = Vec::new();
    let ours = super::writes::ours(history).into_iter();
    let is_ours_to_tell = |write: &Write| !is_parted(&write.record) && !is_their_own(write) && !is_gone_unheard(write);
    for write in ours.filter(is_ours_to_tell) {
        let (before, after) = (words(&write.before.to_string()), words(&write.after.to_string()));
        // What a late write replaces is found where somebody looks at it before it is sent again and heard of: not always.
        if !after.is_empty() && after.is_subset(&late) {
            continue;
        }
        let gone = before.difference(&after).filter(|word| !kept.contains(*word));
        lost.extend(gone.map(|word| (word.clone(), write.clone())));
    }
    lost
}

/// Every word in a write that took effect late.
pub(super) fn late(history: &History) -> BTreeSet<String> {
    history.stage.books.lock().late.iter().flat_map(|said| words(said)).collect()
}

/// Every word in a value of the journal, or in what a pair last agreed on: a field that the item maps no more still has
/// that, and what was written over it is journalled when the field comes back.
async fn kept(history: &History) -> BTreeSet<String> {
    let ids: Vec<i64> = super::twins::links(history).await.iter().map(|link| link.id).collect();
    let bases = history.stage.store.bases(&ids).await.expect("bases");
    let agreed = bases.values().flat_map(|(base, _)| base.fields.values());
    let agreed = agreed.flat_map(|values| [values.salesforce.to_string(), values.jira.to_string()]);
    let entries = history.journal().await;
    let values = entries.iter().flat_map(|entry| [&entry.what.before, &entry.what.after]).flatten();
    values.map(ToString::to_string).chain(agreed).flat_map(|text| words(&text)).collect()
}

/// The words of people in a text.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let is_word = |part: &&str| {
        part.len() > 2
            && part.starts_with('w')
            && part.ends_with('w')
            && part[1..part.len() - 1].bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(is_word).map(str::to_owned).collect()
}
