//! Comments: each is on the other side once, says there what its author says, and has no more readers there than here, at
//! no moment (I7). Asked of what both sides show and of the ledger of what people said.

use std::collections::{BTreeMap, BTreeSet};

use super::{agreement, words};
use crate::{
    history::History,
    people::{Place, Readers, Record, Said, Shown},
    stage::Talk,
    wire::Carried,
};

/// No word is shown to anybody for whom its author never meant it, and none was sent to customers who could not read it any
/// more when it was read.
pub(crate) async fn are_for_no_more_readers(history: &mut History) -> Result<(), String> {
    if history.configured.talk.is_none() {
        return Ok(());
    }
    sent_as_read(history)?;
    if !std::mem::take(&mut history.stage.books.lock().has_carried) {
        return Ok(());
    }
    let shown = history.people.shown().await;
    let by_word = history.people.by_word();
    let most = if history.configured.talk == Some(Talk::ForStaff) { Readers::Staff } else { Readers::Customers };
    for shown in &shown {
        for word in words(&shown.text) {
            let Some(said) = by_word.get(word.as_str()).filter(|said| !is_itself(said, shown)) else { continue };
            let readers = said.readers_of(&word).unwrap_or(Readers::Some).min(most);
            if readers < Readers::Staff || (shown.for_customers && readers < Readers::Customers) {
                return Err(format!("{word} was said to {readers:?} only, and is read here: {shown:?}"));
            }
        }
    }
    Ok(())
}

/// What was sent as a copy for customers was for customers since whoever sends it has read it.
fn sent_as_read(history: &mut History) -> Result<(), String> {
    let carried = history.stage.books.lock().carried.clone();
    let by_word = history.people.by_word();
    for (n, sent) in carried.iter().enumerate().filter(|(_, sent)| sent.kind.starts_with("add")) {
        for text in for_customers(sent) {
            for word in words(&text) {
                let Some(said) = by_word.get(word.as_str()) else { continue };
                let reads = carried[..n].iter().rev().filter(|read| read.actor == sent.actor);
                let read =
                    reads.into_iter().find(|read| read.kind == "read comments" && read.said.contains(&said.record));
                let read_ms = read.map_or(sent.ms, |read| read.ms);
                if !said.were_for_customers(read_ms, sent.ms) {
                    return Err(format!(
                        "{word} was sent for customers, and was not for them since it was read: {sent:?}"
                    ));
                }
            }
        }
    }
    // What an actor has read is needed for as long as it may still write.
    let since_ms = history.now_ms() - 7_200_000;
    history.stage.books.lock().carried.retain(|carried| carried.kind == "read comments" && carried.ms > since_ms);
    Ok(())
}

/// The copies for customers that a call makes.
fn for_customers(sent: &Carried) -> Vec<String> {
    let Some((_, body)) = sent.said.split_once(' ') else { return Vec::new() };
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    match sent.kind {
        "add case comments" => {
            let rows = body["records"].as_array().into_iter().flatten();
            rows.filter(|row| row["IsPublished"] == true).map(ToString::to_string).collect()
        }
        _ if body["properties"].to_string().contains("\"internal\":true") => Vec::new(),
        _ => vec![body["body"].to_string()],
    }
}

impl Said {
    fn were_for_customers(&self, from_ms: i64, until_ms: i64) -> bool {
        let ends = self.versions.iter().skip(1).map(|next| next.since_ms).chain([i64::MAX]);
        let mut spans = self.versions.iter().zip(ends);
        spans.any(|(version, end_ms)| {
            version.readers == Readers::Customers && version.since_ms <= until_ms && end_ms >= from_ms
        })
    }
}

fn is_itself(said: &Said, shown: &Shown) -> bool {
    said.place == shown.place && said.id == shown.id
}

/// Every comment of a pair is on its other side once, and nothing else is.
pub(super) async fn is_carried_once(history: &mut History) -> Result<(), String> {
    if history.configured.talk.is_none() {
        return Ok(());
    }
    history.stage.books.lock().has_carried = true;
    are_for_no_more_readers(history).await?;
    let shown = history.people.shown().await;
    for (case, issue) in kept(history).await {
        let there = |place: Place| -> Vec<&Shown> {
            let record = if place == Place::Salesforce { &case.id } else { &issue.id };
            shown.iter().filter(|shown| shown.place == place && shown.record == *record).collect()
        };
        for place in [Place::Salesforce, Place::Jira] {
            nothing_is_doubled(history, place, &there(place))?;
        }
        for said in history.people.said.iter().filter(|said| said.record == case.id || said.record == issue.id) {
            let other = if said.place == Place::Salesforce { Place::Jira } else { Place::Salesforce };
            has_its_copy(said, &there(other))?;
        }
    }
    Ok(())
}

/// Pairs whose comments are carried: nothing has befallen either of them.
pub(super) async fn kept(history: &mut History) -> Vec<(Record, Record)> {
    let pairs = agreement::pairs(history).await;
    let links = super::live_links(history).await;
    let masters: BTreeSet<&String> = history.people.merged.values().collect();
    let is_kept = |case: &Record, issue: &Record| {
        let is_linked = links.iter().any(|link| link.salesforce_id == case.id && link.jira_id == issue.id);
        is_linked && !masters.contains(&case.id) && !history.people.ever_moved.contains(&issue.id)
    };
    pairs.into_iter().filter(|(case, issue)| is_kept(case, issue)).collect()
}

/// What nobody wrote is a copy of what somebody said on the other side, and says it alone.
fn nothing_is_doubled(history: &History, place: Place, there: &[&Shown]) -> Result<(), String> {
    let (said, by_word) = (&history.people.said, history.people.by_word());
    let mut seen: BTreeMap<String, &Shown> = BTreeMap::new();
    let is_copy = |shown: &&&Shown| {
        !said.iter().any(|said| is_itself(said, shown))
            && !history.people.disturbed.contains(&(shown.place, shown.id.clone()))
    };
    for copy in there.iter().filter(is_copy) {
        let words = words(&copy.text);
        let originals: Vec<&&Said> = words.iter().filter_map(|word| by_word.get(word.as_str())).collect();
        if originals.is_empty() || originals.iter().any(|said| said.place == place) {
            return Err(format!("a copy of nothing that was said on the other side: {copy:?}"));
        }
        for word in words {
            if let Some(other) = seen.insert(word.clone(), copy) {
                return Err(format!("{word} was copied twice: {other:?} and {copy:?}"));
            }
        }
    }
    Ok(())
}

/// What is still there and meant for all of the staff is read on the other side as it is now, by no more readers.
fn has_its_copy(said: &Said, there: &[&Shown]) -> Result<(), String> {
    let now = said.now();
    if said.is_gone || said.is_disturbed || now.readers == Readers::Some {
        return Ok(());
    }
    let copies: Vec<&&Shown> = there.iter().filter(|shown| words(&shown.text).contains(&now.word)).collect();
    match copies.as_slice() {
        [copy] if copy.for_customers && now.readers != Readers::Customers => {
            Err(format!("{said:?} was taken away from customers, its copy was not: {copy:?}"))
        }
        [_] => Ok(()),
        copies => Err(format!("{said:?} has {} copies: {copies:?} of {there:?}", copies.len())),
    }
}
