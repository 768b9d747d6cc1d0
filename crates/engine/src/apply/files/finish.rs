//! What follows a copy: customers are kept out, and a note on each side says where it came from. What nobody knows to be
//! done is looked for first, so that people are told once.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Side,
    codec::adf,
    files::{FileCopy, FileKey, FileStep},
    rich::Document,
};
use entente_jira::{CommentAudience, NewComment};
use entente_transport::CallError;

use crate::{
    folders::note,
    outside::{Talk, note_of_copies},
    round::Scene,
    unit::Work,
};

/// What people are to be told of one link.
struct Untold {
    work: usize,
    copies: Vec<FileCopy>,
    /// Copies that were found: an earlier round may have told of them.
    found: BTreeSet<FileKey>,
}

pub(super) async fn run(scene: &Scene<'_>, works: &mut [Work]) {
    for untold in untold(works) {
        let outcome = one(scene, &works[untold.work], &untold).await;
        let work = &mut works[untold.work];
        let (is_finished, again) = match outcome {
            Ok(()) | Err(CallError::Ambiguous { .. }) => (true, None),
            Err(error @ (CallError::Denied { .. } | CallError::Invalid { .. })) => {
                work.notes.push(note(&format!("nobody could be told of copied files: {error}")));
                (true, None)
            }
            Err(
                error @ (CallError::NotApplied { .. }
                | CallError::Throttled { .. }
                | CallError::Auth { .. }
                | CallError::Stale { .. }
                | CallError::Gone { .. }
                | CallError::Broken { .. }),
            ) => (false, Some((scene.worker.later_after(&work.unit, error.after()), error.to_string()))),
        };
        let folder = work.folder.get_or_insert_default();
        folder.moved |= is_finished;
        untold.copies.into_iter().for_each(|copy| folder.learn(FileCopy { is_finished, ..copy }));
        if let Some((due_ms, reason)) = again {
            folder.again(due_ms, format!("nobody was told of copied files: {reason}"));
        }
    }
}

fn untold(works: &[Work]) -> Vec<Untold> {
    let of = |(n, work): (usize, &Work)| {
        let folder = work.folder.as_ref()?;
        let found = folder.plan.steps.iter().filter_map(|step| match step {
            FileStep::Finish(copy) => Some(copy.clone()),
            FileStep::Copy { .. } | FileStep::Know(_) | FileStep::Forget(_) => None,
        });
        let mut copies: Vec<FileCopy> = found.collect();
        let found: BTreeSet<FileKey> = copies.iter().map(|copy| copy.key.clone()).collect();
        let is_new = |copy: &&FileCopy| copy.copy().is_some() && !copy.is_finished && !found.contains(&copy.key);
        copies.extend(folder.known.iter().filter(is_new).cloned());
        (!copies.is_empty()).then_some(Untold { work: n, copies, found })
    };
    works.iter().enumerate().filter_map(of).collect()
}

async fn one(scene: &Scene<'_>, work: &Work, untold: &Untold) -> Result<(), CallError> {
    let in_salesforce: Vec<&FileCopy> = untold.copies.iter().filter(|copy| copy.key.origin == Side::Jira).collect();
    let record = work.id(Side::Salesforce).to_owned();
    let versions: Vec<String> = in_salesforce.iter().filter_map(|copy| copy.copy()).map(str::to_owned).collect();
    scene.wired.org.keep_inside(std::slice::from_ref(&record), &versions).await?;
    let mark = scene.wired.item.mark();
    in_jira(scene, work, untold, mark).await?;
    match &scene.scheme.talk {
        Some(talk) if !in_salesforce.is_empty() => to_salesforce(scene, work, talk, untold, mark, &in_salesforce).await,
        Some(_) | None => Ok(()),
    }
}

async fn in_jira(scene: &Scene<'_>, work: &Work, untold: &Untold, mark: &str) -> Result<(), CallError> {
    let issue = work.issue_id()?;
    let told = match untold.found.is_empty() {
        true => BTreeMap::new(),
        false => scene.wired.site.noted_copies(issue).await?,
    };
    let is_told = |copy: &&FileCopy| told.contains_key(&copy.key.marker());
    let copies: Vec<&FileCopy> = untold.copies.iter().filter(|copy| !is_told(copy)).collect();
    if copies.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = copies.iter().map(|copy| line(copy)).collect();
    let text = Document::of_plain(&format!("{mark} Attachment sync comment\n{}", lines.join("\n")));
    let properties = vec![note_of_copies(&copies)];
    let comment = NewComment { body: adf::write(&text), audience: CommentAudience::Staff, properties };
    scene.wired.site.client.add_comment(issue, &comment).await.map(drop)
}

/// Where a file came from, and where its copy is.
fn line(copy: &FileCopy) -> String {
    let (name, original, id) = (&copy.name, &copy.key.file, copy.copy().unwrap_or_default());
    match copy.key.origin {
        Side::Salesforce => format!("{name} came from Salesforce (file {original}); it is attachment {id} here."),
        Side::Jira => format!("{name} came from Jira (attachment {original}); in Salesforce it is file {id}."),
    }
}

async fn to_salesforce(
    scene: &Scene<'_>,
    work: &Work,
    talk: &Talk,
    untold: &Untold,
    mark: &str,
    copies: &[&FileCopy],
) -> Result<(), CallError> {
    let heading = format!("{mark} Jira attachment sync note");
    let row = |copy: &&FileCopy| format!("attachment {} of {}: {}", copy.key.file, work.label(Side::Jira), copy.name);
    let record = work.id(Side::Salesforce).to_owned();
    let mut told = Vec::new();
    if copies.iter().any(|copy| untold.found.contains(&copy.key)) {
        let said = scene.wired.org.comments(talk, std::slice::from_ref(&record)).await?;
        let notes = said.into_iter().map(|said| said.comment.text.plain().to_owned());
        told.extend(notes.filter(|text| text.starts_with(&heading)));
    }
    let is_told = |copy: &&FileCopy| {
        let named = format!("attachment {} of ", copy.key.file);
        told.iter().any(|text| text.lines().any(|line| line.starts_with(&named)))
    };
    let rows: Vec<String> = copies.iter().filter(|copy| !is_told(copy)).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let note = (record, format!("{heading}\n{}", rows.join("\n")));
    scene.wired.org.add_notes(talk, &[note]).await.into_iter().collect()
}
