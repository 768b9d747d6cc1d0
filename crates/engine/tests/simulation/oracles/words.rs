//! What a pair shows is what somebody wrote last, on the one side or on the other: an older word never comes back (I3, I6).

use super::{
    agreement::{mapped, pairs},
    journal::words,
};
use crate::{
    history::History,
    people::{Field, Place},
};

pub(super) async fn are_the_last(history: &mut History) -> Result<(), String> {
    // An older database knows an older agreement; then the rule decides between what stands on both sides.
    if history.has_seen("image put back") || history.has_seen("mapping edited") {
        return Ok(());
    }
    let texts: Vec<Field> =
        mapped(history).into_iter().filter(|field| field.choices(Place::Jira, "").is_none()).collect();
    for (case, issue) in pairs(history).await {
        for field in texts.iter().copied() {
            let of = |id: &String| history.people.last_words.get(&(id.clone(), field));
            let (salesforce, jira) = (of(&case.id), of(&issue.id));
            for word in words(case.shows(field)).iter().chain(&words(issue.shows(field))) {
                if Some(word) != salesforce && Some(word) != jira {
                    history.tell_journal().await;
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
