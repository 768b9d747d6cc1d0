//! Accounts of what was offered and what was read: a cursor lies behind no edit that nobody was told of (I10), and a hint
//! ends only when its record has been read since it was offered (I15).
//!
//! What was read is known from the network: the ids that a question names, or that the answer to a full look shows.

use std::collections::BTreeMap;

use entente_store::{Hint, HintKey};

use crate::{history::History, people::Place};

/// What polls of each side have read to.
const CURSORS: [(Place, &str); 2] = [(Place::Salesforce, "salesforce/Case"), (Place::Jira, "jira/site")];
/// How far a poll looks back behind its cursor, for an index that lags.
const JIRA_OVERLAP_MS: i64 = 10 * 60_000;

#[derive(Default)]
pub(crate) struct Accounts {
    hints: BTreeMap<HintKey, Offered>,
    /// When each record was read last.
    read_ms: BTreeMap<String, i64>,
    checked_ms: i64,
}

/// A hint as it was seen to wait.
#[derive(Clone, Copy)]
struct Offered {
    seq: i64,
    /// The newest offer that it stands for was made after this time.
    after_ms: i64,
    /// The one version that all its offers announce.
    version_ms: Option<i64>,
}

impl Offered {
    /// Whether it tells of an edit. A push that comes late announces what was there before; where a clock has jumped, what
    /// it announces may be stamped with a later time than an edit that came after it.
    fn tells_of(&self, edited_ms: i64, place: Place, clock_jumps: bool) -> bool {
        // Salesforce stamps whole seconds.
        let stamp_ms = if place == Place::Salesforce { edited_ms / 1_000 * 1_000 } else { edited_ms };
        let is_later = |version_ms| version_ms >= stamp_ms && !clock_jumps;
        self.after_ms >= edited_ms && self.version_ms.is_none_or(is_later)
    }
}

impl Accounts {
    /// Another database has other hints.
    pub(crate) fn forget_hints(&mut self) {
        self.hints.clear();
    }

    fn has_read_since(&self, id: &str, edited_ms: i64) -> bool {
        self.read_ms.get(id).is_some_and(|read_ms| *read_ms > edited_ms)
    }

    /// What the network has carried since.
    fn take_reads(&mut self, reads: Vec<(i64, String)>, edited: &BTreeMap<String, i64>) {
        for (ms, said) in reads {
            for id in edited.keys().filter(|id| names(&said, id)) {
                self.read_ms.insert(id.clone(), ms);
            }
        }
    }
}

/// Looks at the hints and at the cursors as they are now.
pub(crate) async fn are_kept(history: &mut History) -> Result<(), String> {
    let reads = std::mem::take(&mut history.stage.books.lock().reads);
    let edited = history.people.edited_ms.clone();
    history.accounts.take_reads(reads, &edited);
    let due = history.stage.store.due("org", i64::MAX, 10_000).await.expect("hints");
    let (now_ms, checked_ms) = (history.now_ms(), history.accounts.checked_ms);
    let version_ms = |hint: &Hint| hint.version.as_ref().and_then(|version| version.parse().ok());
    let now: BTreeMap<HintKey, (i64, Option<i64>)> =
        due.into_iter().map(|due| (due.hint.key.clone(), (due.seq, version_ms(&due.hint)))).collect();
    let (before, clock_jumps) = (std::mem::take(&mut history.accounts.hints), history.has_seen("clock jumps"));
    let mut suspects: Vec<(String, String)> = Vec::new();
    for (key, offered) in &before {
        let has_ended = now.get(key).is_none_or(|(seq, _)| *seq < offered.seq);
        let id = &key.record_id;
        if let Some(edited_ms) =
            edited.get(id).filter(|edited_ms| has_ended && offered.tells_of(**edited_ms, place_of(id), clock_jumps))
            && !history.accounts.has_read_since(id, *edited_ms)
        {
            suspects.push((id.clone(), format!("the hint about {id} ended, and nobody has read it since its edit")));
        }
    }
    history.accounts.hints = now
        .into_iter()
        .map(|(key, (seq, version_ms))| {
            let known = before.get(&key).filter(|offered| offered.seq == seq).copied();
            let offered = Offered { version_ms, ..known.unwrap_or(Offered { seq, after_ms: checked_ms, version_ms }) };
            (key, offered)
        })
        .collect();
    history.accounts.checked_ms = now_ms;
    suspects.extend(behind_cursors(history, &edited).await);
    is_any_linked(history, suspects).await
}

/// Records that were edited before what a poll will ever ask for again, that nobody has read since, and about which no
/// hint waits.
async fn behind_cursors(history: &History, edited: &BTreeMap<String, i64>) -> Vec<(String, String)> {
    let mut suspects = Vec::new();
    // Stamps of a clock that jumps lie on either side of a cursor.
    if history.has_seen("clock jumps") || history.has_seen("image put back") {
        return suspects;
    }
    let lags = ["index lags", "creation unheard"].iter().any(|what| history.has_seen(what));
    for (place, name) in CURSORS {
        let overlap_ms = if lags && place == Place::Jira { JIRA_OVERLAP_MS } else { 0 };
        let cursor = history.stage.store.get_cursor("org", name).await.expect("a cursor");
        let Some(cursor_ms) = cursor.and_then(|text| text.parse::<i64>().ok()) else { continue };
        // Of other projects than its own no poll hears.
        let is_asked = |id: &String| place_of(id) == place && !history.people.ever_moved.contains(id);
        for (id, edited_ms) in edited.iter().filter(|(id, _)| is_asked(id)) {
            let waits = history.accounts.hints.keys().any(|key| key.record_id == *id);
            if edited_ms + overlap_ms < cursor_ms && !waits && !history.accounts.has_read_since(id, *edited_ms) {
                suspects
                    .push((id.clone(), format!("the cursor {name} is past an edit of {id} that nobody was told of")));
            }
        }
    }
    suspects
}

/// Whether a question or an answer names a record: numbers stand in other places too.
fn names(said: &str, id: &str) -> bool {
    match place_of(id) {
        Place::Salesforce => said.contains(id),
        Place::Jira => said.contains(&format!("\"{id}\"")) || said.contains(&format!("/issue/{id}?")),
    }
}

/// A case's id is longer than an issue's number.
fn place_of(id: &str) -> Place {
    if id.len() > 12 { Place::Salesforce } else { Place::Jira }
}

/// Of pairs alone, that nothing has parted, must anybody know.
async fn is_any_linked(history: &History, suspects: Vec<(String, String)>) -> Result<(), String> {
    if suspects.is_empty() {
        return Ok(());
    }
    let links = super::live_links(history).await;
    let merged = &history.people.merged;
    let is_kept = |id: &str| {
        links.iter().any(|link| {
            !merged.values().any(|master| *master == link.salesforce_id)
                && (link.salesforce_id == id || link.jira_id == id)
                && !history.ever_deleted_cases.contains(&link.salesforce_id)
                && !history.widowed.contains(&link.salesforce_id)
                && !history.parted.contains_key(&link.salesforce_id)
        })
    };
    let found = suspects.into_iter().find(|(id, _)| is_kept(id));
    found.map_or(Ok(()), |(_, why)| Err(why))
}
