//! What a pair shows is what somebody wrote last, on the one side or on the other: an older word never comes back (I3, I6).

use std::collections::BTreeSet;

use super::{
    agreement::{mapped, pairs},
    journal::{late, words},
};
use crate::{
    history::History,
    people::{Field, Place, Record},
};

/// Without a look nobody hears of an issue in another project, so its older word may stand on the other side.
pub(super) async fn are_the_last_without_a_look(history: &mut History) -> Result<(), String> {
    let pairs = pairs(history).await.into_iter().filter(|(_, issue)| issue.name.starts_with("OPS-"));
    all_are_the_last(history, pairs.collect()).await
}

pub(super) async fn are_the_last(history: &mut History) -> Result<(), String> {
    let pairs = pairs(history).await;
    all_are_the_last(history, pairs).await
}

async fn all_are_the_last(history: &History, pairs: Vec<(Record, Record)>) -> Result<(), String> {
    // An older database knows an older agreement; then the rule decides between what stands on both sides.
    if history.has_seen("image put back") || history.has_seen("mapping edited") {
        return Ok(());
    }
    // Where a side's clock was set back, a late write is late by hours: long after anybody waits for it.
    let late = if history.has_seen("clock jumps") { late(history) } else { BTreeSet::new() };
    let texts: Vec<Field> =
        mapped(history).into_iter().filter(|field| field.choices(Place::Jira, "").is_none()).collect();
    for (case, issue) in pairs {
        for field in texts.iter().copied() {
            let of = |id: &String| history.people.last_words.get(&(id.clone(), field));
            let (salesforce, jira) = (of(&case.id), of(&issue.id));
            for word in words(case.shows(field)).iter().chain(&words(issue.shows(field))) {
                if Some(word) != salesforce && Some(word) != jira && !late.contains(word) {
                    return Err(format!(
                        "{field:?} of {} and {} shows {word}, but the last words are {salesforce:?} and {jira:?}",
                        case.name, issue.name
                    ));
                }
            }
        }
    }
    Ok(())
}
