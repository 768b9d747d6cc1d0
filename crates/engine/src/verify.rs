//! Do both sides agree? Every link and every candidate is read and planned; nothing is written, not even to the store.

use entente_core::{
    MappingKey, Side, Sides,
    plan::{NoteCode, Write},
    threads::Step,
};

use crate::{
    EngineError, folders, look,
    report::{Difference, DifferenceWhy, Progress, VerifyReport},
    round::Needs,
    threads,
    unit::Work,
    wiring::Wired,
    worker::Worker,
};

/// Adds what is true of one item.
pub(crate) async fn item(
    worker: &Worker,
    wired: &Wired,
    progress: &(dyn Fn(Progress) + Sync),
    report: &mut VerifyReport,
) -> Result<(), EngineError> {
    wired.site.verify().await?;
    look::may_begin(worker, wired).await?;
    report.incomplete.extend(wired.incomplete());
    look::each_page_for_sure(worker, wired, Needs::Open, progress, async |scene, mut works| {
        threads::read(scene, &mut works).await?;
        folders::read(scene, &mut works).await?;
        works.iter().for_each(|work| add(wired, work, report));
        Ok(())
    })
    .await
}

fn add(wired: &Wired, work: &Work, report: &mut VerifyReport) {
    if work.unit.link.is_none() {
        return candidate(wired, work, report);
    }
    report.links += 1;
    if Side::BOTH.into_iter().any(|side| work.seen.get(side).record().is_none()) {
        report.missing += 1;
        report.differences.push(lacking(wired, work, DifferenceWhy::Unreadable));
        return;
    }
    let differences = differences(wired, work);
    if differences.is_empty() {
        report.agree += 1;
    } else if differences.iter().any(|difference| difference.why == DifferenceWhy::Unexplained) {
        report.disagree += 1;
    } else {
        report.explained += 1;
    }
    report.differences.extend(differences);
}

/// A record that would get a twin, or be linked to one that is there, has none now.
fn candidate(wired: &Wired, work: &Work, report: &mut VerifyReport) {
    let parked = work
        .plan
        .notes
        .iter()
        .any(|note| matches!(note.code, NoteCode::Blocked | NoteCode::Ambiguous | NoteCode::Unreadable));
    let creates = work.creation(Side::Salesforce).is_some() || work.creation(Side::Jira).is_some();
    let matches = work.unit.ids.salesforce.is_some() && work.unit.ids.jira.is_some();
    if parked || creates || matches {
        report.missing += 1;
        let why = if parked { DifferenceWhy::Blocked } else { DifferenceWhy::Unexplained };
        report.differences.push(lacking(wired, work, why));
    }
}

fn lacking(wired: &Wired, work: &Work, why: DifferenceWhy) -> Difference {
    let name =
        |side| work.unit.ids.get(side).clone().filter(|_| work.seen.get(side).record().is_some()).unwrap_or_default();
    Difference {
        item: wired.item.name.clone(),
        link: work.link_id(),
        field: "record".to_owned(),
        salesforce: name(Side::Salesforce),
        jira: name(Side::Jira),
        why,
    }
}

fn differences(wired: &Wired, work: &Work) -> Vec<Difference> {
    let plan = &work.plan;
    let mut found: Vec<Difference> = Vec::new();
    if plan.heir().is_some() {
        found.push(lacking(wired, work, DifferenceWhy::Unexplained));
    }
    for conflict in &plan.conflicts {
        found.push(difference(wired, work, &conflict.key, DifferenceWhy::Conflict));
    }
    for note in &plan.notes {
        let why = match note.code {
            NoteCode::Unmapped => DifferenceWhy::Unmapped,
            NoteCode::Unreadable => DifferenceWhy::Unreadable,
            NoteCode::Blocked => DifferenceWhy::Blocked,
            NoteCode::Drift => DifferenceWhy::Drift,
            NoteCode::Paused | NoteCode::Crowded => DifferenceWhy::Paused,
            NoteCode::Converted => DifferenceWhy::Blocked,
            NoteCode::Ambiguous
            | NoteCode::Succeeds
            | NoteCode::CorrelationTaken
            | NoteCode::Missing
            | NoteCode::Left
            | NoteCode::Comment
            | NoteCode::File
            | NoteCode::Formatting => continue,
        };
        if let Some(key) = &note.key {
            found.push(difference(wired, work, key, why));
        }
    }
    found.extend(comments(wired, work));
    found.extend(files(wired, work));
    let open: Vec<MappingKey> = plan.needs.iter().map(entente_core::plan::Need::mapping).collect();
    let written = plan.writes.iter().flat_map(|write| match write {
        Write::Update { fields, .. } => fields.iter().map(|field| &field.key).collect(),
        Write::Status { change, .. } => vec![&change.key],
        Write::Create { .. } | Write::Correlate { .. } | Write::Follow { .. } | Write::Unlink { .. } => Vec::new(),
    });
    for key in written.chain(&open) {
        found.push(difference(wired, work, key, DifferenceWhy::Unexplained));
    }
    found
}

/// Comments that are not on the other side as they should be.
fn comments(wired: &Wired, work: &Work) -> Vec<Difference> {
    let Some(plan) = work.thread.as_ref().map(|thread| &thread.plan) else { return Vec::new() };
    let lacking = |step: &Step| {
        let text = match step {
            Step::Create { copy, .. } | Step::Edit { copy, .. } => copy.text().plain().to_owned(),
            Step::Adopt(_) => return None,
        };
        let Sides { salesforce, jira } = Sides::from_view(step.side(), String::new(), text);
        let why = DifferenceWhy::Unexplained;
        Some(Difference { salesforce, jira, ..difference(wired, work, &MappingKey::named("comments"), why) })
    };
    plan.steps.iter().filter_map(lacking).collect()
}

/// Files that are not on the other side as they should be.
fn files(wired: &Wired, work: &Work) -> Vec<Difference> {
    let Some(plan) = work.folder.as_ref().map(|folder| &folder.plan) else { return Vec::new() };
    let lacking = |side: Side| {
        plan.copies(side).map(move |(_, file)| {
            let Sides { salesforce, jira } = Sides::from_view(side, String::new(), file.name.clone());
            let why = DifferenceWhy::Unexplained;
            Difference { salesforce, jira, ..difference(wired, work, &MappingKey::named("attachments"), why) }
        })
    };
    Side::BOTH.into_iter().flat_map(lacking).collect()
}

fn difference(wired: &Wired, work: &Work, key: &MappingKey, why: DifferenceWhy) -> Difference {
    let shown = |side: Side| {
        let path = wired.item.path(key, side);
        let value = path.and_then(|path| work.seen.get(side).record()?.value(path.as_str()).map(ToString::to_string));
        value.unwrap_or_default()
    };
    Difference {
        item: wired.item.name.clone(),
        link: work.link_id(),
        field: key.to_string(),
        salesforce: shown(Side::Salesforce),
        jira: shown(Side::Jira),
        why,
    }
}
