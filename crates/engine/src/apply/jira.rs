//! Field updates in Jira: one edit per changed issue, which answers with the issue and its changelog.

use entente_core::{MappingKey, Side, Value};
use entente_jira::{Edit, Edited, HistoryMetadata, Participant};
use futures_util::{StreamExt, stream};
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
    let Ok(id) = work.id(Side::Jira).parse::<entente_jira::IssueId>() else {
        let reason = format!("{} is no issue id", work.id(Side::Jira));
        let outcome = Err(entente_transport::CallError::Broken { reason });
        return Receipt { work: n, side: Side::Jira, outcome, lost: Vec::new(), moved: false };
    };
    match scene.wired.site.client.edit(id, &edit).await {
        Ok(edited) => {
            let lost = lost(scene, work, &edited);
            let read_ms = scene.wired.site.read_ms(edited.moment);
            let seen = edited.issue.map(|issue| read::jira_seen(scene, &SiteIssue { issue, read_ms }));
            Receipt { work: n, side: Side::Jira, outcome: Ok(seen), lost, moved: false }
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

/// Values that others set between our read and our edit, which the edit overwrote. Jira has no conditional edit, but
/// its changelog says who was there.
fn lost(scene: &Scene<'_>, work: &Work, edited: &Edited) -> Vec<(MappingKey, Value)> {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::LostUnheard) {
        return Vec::new();
    }
    let (Some(issue), Some(read)) = (&edited.issue, work.seen.jira.modified) else { return Vec::new() };
    // The newest entry is this very edit, whether or not Jira returns the mark.
    let between =
        issue.changes().iter().skip(1).filter(|change| !is_ours(change) && change.created.is_some_and(|at| at > read));
    let mut lost = Vec::new();
    for item in between.flat_map(|change| &change.items) {
        for write in work.updates(Side::Jira) {
            if item.field_id.as_deref() == Some(wire_name(scene, Side::Jira, &write.path).as_str()) {
                let value = item.to_string.as_deref().map_or(Value::Empty, Value::text);
                if value != write.to {
                    lost.push((write.key.clone(), value));
                }
            }
        }
    }
    lost
}
