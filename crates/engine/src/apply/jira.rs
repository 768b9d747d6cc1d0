//! Field updates in Jira: one edit per changed issue, which answers with the issue and its changelog.

use entente_core::{MappingKey, Side, Value, plan::FieldWrite};
use entente_jira::{Change, ChangeItem, Edit, Edited, HistoryMetadata, Participant};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::receipt::{Receipt, wire_name};
use crate::{
    limits::EDITS_IN_FLIGHT_MAX,
    outside::SiteIssue,
    round::{Scene, read},
    translate,
    unit::Work,
};

/// Edits every issue that has field writes or wants its correlation field set.
pub(super) async fn write(scene: &Scene<'_>, works: &[Work]) -> Vec<Receipt> {
    let mut edits = Vec::new();
    for (n, work) in works.iter().enumerate() {
        if let Some(fields) = fields(scene, work) {
            edits.push(edit(scene, n, work, fields));
        }
    }
    stream::iter(edits).buffer_unordered(EDITS_IN_FLIGHT_MAX).collect().await
}

/// What the edit of an issue sets; `None` when there is nothing to set.
fn fields(scene: &Scene<'_>, work: &Work) -> Option<Map<String, Json>> {
    if !work.is_open() || work.unit.ids.jira.is_none() {
        return None;
    }
    let mut fields = Map::new();
    for write in work.updates(Side::Jira) {
        let Some(field) = scene.scheme.jira.get(&write.path) else { continue };
        translate::jira::put(&mut fields, field, &write.to, work.seen.jira.record());
    }
    if let (Some(path), Some(_)) = (work.correlation(Side::Jira), &work.unit.ids.salesforce) {
        fields.insert(wire_name(scene, Side::Jira, path), Json::from(work.id(Side::Salesforce)));
    }
    (!fields.is_empty()).then_some(fields)
}

async fn edit(scene: &Scene<'_>, n: usize, work: &Work, fields: Map<String, Json>) -> Receipt {
    let edit = Edit { fields, history: Some(history(work)), ..Edit::default() };
    let edited = match work.issue_id() {
        Ok(id) => scene.wired.site.client.edit(id, &edit).await,
        Err(error) => Err(error),
    };
    match edited {
        Ok(edited) => {
            let (lost, moved) = around(scene, work, &edited);
            let read_ms = scene.wired.site.read_ms(edited.moment);
            let seen = edited.issue.map(|issue| read::jira_seen(scene, &SiteIssue { issue, read_ms }));
            Receipt { work: n, side: Side::Jira, outcome: Ok(seen), lost, moved }
        }
        Err(error) => Receipt { work: n, side: Side::Jira, outcome: Err(error), lost: Vec::new(), moved: false },
    }
}

/// Marks our entry in the issue's changelog.
pub(super) fn history(work: &Work) -> HistoryMetadata {
    HistoryMetadata {
        kind: Some("entente:sync".to_owned()),
        description: Some(format!("From Salesforce {}", work.id(Side::Salesforce))),
        generator: Some(Participant { id: Some("entente".to_owned()), kind: Some("integration".to_owned()) }),
        ..HistoryMetadata::default()
    }
}

/// Whether the entry bears the mark of [`history`].
pub(crate) fn is_ours(change: &entente_jira::Change) -> bool {
    let generator = change.history_metadata.as_ref().and_then(|history| history.generator.as_ref());
    generator.and_then(|generator| generator.id.as_deref()) == Some("entente")
}

/// What others set between our read and our edit, which the edit overwrote, and whether somebody has changed one of its
/// fields again before the answer. Jira has no conditional edit, but its changelog says who was there.
fn around(scene: &Scene<'_>, work: &Work, edited: &Edited) -> (Given, bool) {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::LostUnheard) {
        return (Vec::new(), false);
    }
    let (Some(issue), Some(read)) = (&edited.issue, work.seen.jira.modified) else { return (Vec::new(), false) };
    let set = |write: &FieldWrite| (wire_name(scene, Side::Jira, &write.path), write.key.clone(), write.to.clone());
    let set: Vec<Set> = work.updates(Side::Jira).iter().map(set).collect();
    let (before, after) = others(issue.changes(), read, &set);
    (before, !after.is_empty())
}

/// A field that an edit sets: its id, its mapping and its value.
type Set = (String, MappingKey, Value);

/// Values that somebody gave fields.
type Given = Vec<(MappingKey, Value)>;

/// What others gave the fields of our edit since `read`: before it, and after it. The changes are the newest first.
fn others(changes: &[Change], read: Timestamp, set: &[Set]) -> (Given, Given) {
    let theirs = |changes: &[Change]| -> Given {
        let since = changes.iter().filter(|change| !is_ours(change) && change.created.is_some_and(|at| at > read));
        since.flat_map(|change| unlike(change, set)).collect()
    };
    // Should Jira not return our mark, our entry is the newest that says what we set, or simply the newest.
    let says_so = |change: &Change| sets_any(change, set) && unlike(change, set).is_empty();
    let own = changes.iter().position(is_ours).or_else(|| changes.iter().position(says_so)).unwrap_or_default();
    let (after, before) = changes.split_at(own);
    (theirs(before.get(1..).unwrap_or_default()), theirs(after))
}

fn sets_any(change: &Change, set: &[Set]) -> bool {
    change.items.iter().any(|item| set.iter().any(|(id, ..)| item.field_id.as_ref() == Some(id)))
}

/// Fields of our edit that an entry sets to something else.
fn unlike(change: &Change, set: &[Set]) -> Given {
    let of = |item: &ChangeItem| {
        let (_, key, to) = set.iter().find(|(id, ..)| item.field_id.as_ref() == Some(id))?;
        let value = item.to_string.as_deref().map_or(Value::Empty, Value::text);
        (!value.means(to)).then(|| (key.clone(), value))
    };
    change.items.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: i64, by_us: bool, summary: &str) -> Change {
        let generator = Participant { id: Some("entente".to_owned()), kind: None };
        let mark = HistoryMetadata { generator: by_us.then_some(generator), ..HistoryMetadata::default() };
        let text = format!(r#"{{"id":"{at}","items":[{{"fieldId":"summary","toString":"{summary}"}}]}}"#);
        let change: Change = serde_json::from_str(&text).unwrap();
        Change { created: Timestamp::from_second(at).ok(), history_metadata: Some(mark), ..change }
    }

    /// The newest first, as Jira answers; the issue was read at second 10, and our edit sets `ours`.
    #[track_caller]
    fn expect(changes: &[(i64, bool, &str)], before: &[&str], after: &[&str]) {
        let changes: Vec<Change> = changes.iter().map(|(at, by_us, to)| change(*at, *by_us, to)).collect();
        let set = [("summary".to_owned(), MappingKey::named("Subject>summary"), Value::text("ours"))];
        let (found_before, found_after) = others(&changes, Timestamp::from_second(10).unwrap(), &set);
        let texts = |found: Given| found.into_iter().map(|(_, v)| v.to_string()).collect::<Vec<_>>();
        assert_eq!((texts(found_before), texts(found_after)), (texts_of(before), texts_of(after)));
    }

    fn texts_of(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn edits_of_others_stand_before_or_after_ours() {
        expect(&[(12, true, "ours"), (9, false, "old")], &[], &[]);
        expect(&[(12, true, "ours"), (11, false, "between")], &["between"], &[]);
        expect(&[(13, false, "faster"), (12, true, "ours"), (11, false, "between")], &["between"], &["faster"]);
        expect(&[(13, true, "ours"), (12, true, "ours, earlier"), (9, false, "old")], &[], &[]);
    }

    #[test]
    fn an_edit_without_its_mark_is_known_by_what_it_says() {
        expect(&[(12, false, "ours"), (11, false, "between")], &["between"], &[]);
        expect(&[(13, false, "faster"), (12, false, "ours")], &[], &["faster"]);
        expect(&[(12, false, "what Jira makes of ours"), (11, false, "between")], &["between"], &[]);
    }
}
