//! Nothing that a person wrote is overwritten without a journal entry that holds it (I3).
//!
//! Every text of a person carries a word of its own; wherever one of our writes takes a word away, the journal must have it.

use std::collections::BTreeSet;

use crate::history::History;

pub(super) async fn has_everything_overwritten(history: &mut History) -> Result<(), String> {
    // A database that was put back does not hold what was journalled since; and a changelog whose times jump does not
    // say what came after our last reading.
    if ["image put back", "clock jumps"].iter().any(|what| history.has_seen(what)) {
        return Ok(());
    }
    let kept = kept(history).await;
    for write in super::writes::ours(history) {
        let (before, after) = (words(&write.before.to_string()), words(&write.after.to_string()));
        if let Some(lost) = before.difference(&after).find(|word| !kept.contains(*word)) {
            return Err(format!("{lost} was overwritten and the journal does not have it: {write:?}"));
        }
    }
    Ok(())
}

/// Every word in a value of the journal.
async fn kept(history: &History) -> BTreeSet<String> {
    let entries = history.stage.store.journal_tail(0, 100_000).await.expect("the journal");
    let values = entries.iter().flat_map(|entry| [&entry.what.before, &entry.what.after]).flatten();
    values.flat_map(|value| words(&value.to_string())).collect()
}

fn words(text: &str) -> BTreeSet<String> {
    let is_word = |part: &&str| {
        part.len() > 2
            && part.starts_with('w')
            && part.ends_with('w')
            && part[1..part.len() - 1].bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(is_word).map(str::to_owned).collect()
}
