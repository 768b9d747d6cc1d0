//! The note on a record that says which issue it is linked with: written once for each link, announced before it is sent,
//! and looked for before it is ever sent again.

use std::collections::HashSet;

use entente_core::{Side, link::Origin};
use entente_store::{LinkId, NewEntry};

use super::put_off;
use crate::{
    error::EngineError,
    outside::Talk,
    round::Scene,
    threads,
    unit::{LinkNote, Work},
};

/// What stands for the key of an issue that is still to be created.
pub(crate) const NEW_ISSUE_KEY: &str = "(the key of the new issue)";
/// What stands for its address.
pub(crate) const NEW_ISSUE_URL: &str = "(the address of the new issue)";

/// Writes the notes that are due.
pub(super) async fn write(scene: &Scene<'_>, works: &mut [Work]) {
    if let Err(error) = read(scene, works).await {
        return put_off(scene, works.iter_mut().filter(|work| work.is_whole_link()), &error.to_string());
    }
    for work in works.iter_mut() {
        if let Some(LinkNote::Sent { until_ms }) = work.link_note {
            work.again(until_ms, "a note that was sent may still appear");
        }
    }
    if let Err(error) = send(scene, works).await {
        let due = works.iter_mut().filter(|work| work.link_note == Some(LinkNote::Due));
        put_off(scene, due, &error.to_string());
    }
}

/// Where notes are written, if they are.
fn talk<'s>(scene: &'s Scene<'_>) -> Option<&'s Talk> {
    let item = &scene.wired.item;
    let is_written = item.link_note && item.acts_on(Side::Salesforce) && scene.worker.only != Some(Side::Jira);
    scene.scheme.talk.as_ref().filter(|talk| is_written && !talk.is_empty())
}

/// Finds out which links have no note yet: one question for all of which nothing is known.
pub(crate) async fn read(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let Some(talk) = talk(scene) else { return Ok(()) };
    let links: Vec<(usize, LinkId)> = works
        .iter()
        .enumerate()
        .filter(|(_, work)| work.is_whole_link())
        .filter_map(|(n, work)| Some((n, work.link_id()?)))
        .collect();
    let ids: Vec<LinkId> = links.iter().map(|(_, id)| *id).collect();
    let known = if ids.is_empty() { return Ok(()) } else { scene.worker.store().link_notes(&ids).await? };
    let open: Vec<(usize, Option<i64>)> = links
        .into_iter()
        .filter(|(_, id)| known.get(id) != Some(&None))
        .map(|(n, id)| (n, known.get(&id).copied().flatten()))
        .collect();
    look_for(scene, talk, works, open).await
}

/// Finds out which of these are going to need one: they have no link yet, and are to get one.
pub(crate) async fn foresee(scene: &Scene<'_>, works: &mut [Work], new: &[usize]) -> Result<(), EngineError> {
    let Some(talk) = talk(scene) else { return Ok(()) };
    look_for(scene, talk, works, new.iter().map(|n| (*n, None)).collect()).await
}

/// Whether a note is there already; if not, whether one that was sent may still appear until a time.
async fn look_for(
    scene: &Scene<'_>,
    talk: &Talk,
    works: &mut [Work],
    open: Vec<(usize, Option<i64>)>,
) -> Result<(), EngineError> {
    let records: HashSet<String> = open.iter().map(|(n, _)| works[*n].id(Side::Salesforce).to_owned()).collect();
    let records: Vec<String> = records.into_iter().filter(|id| !id.is_empty()).collect();
    let said = if records.is_empty() { Vec::new() } else { said(scene, talk, records).await? };
    let now_ms = scene.worker.outside().now_ms();
    for (n, until_ms) in open {
        let work = &mut works[n];
        let own = address(scene, work);
        let is_there = said
            .iter()
            .any(|(record, text)| record == work.id(Side::Salesforce) && text.lines().any(|line| line == own));
        work.link_note = Some(match until_ms {
            _ if is_there => LinkNote::There,
            Some(until_ms) if until_ms > now_ms => LinkNote::Sent { until_ms },
            Some(_) | None => LinkNote::Due,
        });
    }
    Ok(())
}

/// What Entente says about some records, each with its record.
async fn said(scene: &Scene<'_>, talk: &Talk, records: Vec<String>) -> Result<Vec<(String, String)>, EngineError> {
    let heading = heading(scene);
    let said = scene.wired.org.comments(talk, &records).await.map_err(EngineError::peer(&scene.wired.org.name))?;
    let texts = said.into_iter().filter(|said| said.comment.is_by_us);
    let texts = texts.map(|said| (said.record, said.comment.text.plain().to_owned()));
    Ok(texts.filter(|(_, text)| text.starts_with(&heading)).collect())
}

fn heading(scene: &Scene<'_>) -> String {
    format!("{} Salesforce Jira link note", scene.wired.item.mark())
}

fn address(scene: &Scene<'_>, work: &Work) -> String {
    scene.wired.site.url_of(work.label(Side::Jira))
}

/// What a note says: the issue, where it is, and how they came together.
pub(crate) fn text(scene: &Scene<'_>, work: &Work) -> String {
    let how = match work.unit.link.as_ref().map(|link| link.origin) {
        Some(Origin::Manual) => "by hand",
        Some(Origin::Auto) | None => "automatically",
    };
    let (heading, mut key, mut url) = (heading(scene), work.label(Side::Jira).to_owned(), address(scene, work));
    if work.unit.ids.jira.is_none() {
        (key, url) = (NEW_ISSUE_KEY.to_owned(), NEW_ISSUE_URL.to_owned());
    }
    format!("{heading}\n{key}\n{url}\nlinked {how} under {}", scene.wired.item.name)
}

async fn send(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let due: Vec<usize> = (0..works.len()).filter(|n| works[*n].link_note == Some(LinkNote::Due)).collect();
    let Some(talk) = scene.scheme.talk.as_ref().filter(|_| !due.is_empty()) else { return Ok(()) };
    let until_ms = || scene.worker.outside().now_ms() + scene.wired.org.settle_ms;
    let links: Vec<LinkId> = due.iter().filter_map(|n| works[*n].link_id()).collect();
    scene.worker.store().announce_link_notes(&scene.worker.fence()?, &links, until_ms()).await?;
    let notes: Vec<(String, String)> =
        due.iter().map(|n| (works[*n].id(Side::Salesforce).to_owned(), text(scene, &works[*n]))).collect();
    for (n, outcome) in due.into_iter().zip(scene.wired.org.add_notes(talk, &notes).await) {
        let work = &mut works[n];
        match outcome {
            Ok(()) => {
                work.link_note = Some(LinkNote::There);
                work.journal.push(told(work));
            }
            Err(error) => {
                let until_ms = if error.may_have_happened() { until_ms() } else { 0 };
                work.link_note = Some(LinkNote::Sent { until_ms });
                let text = format!("the note about the link was not written: {error}");
                let due_ms = scene.worker.later_after(&work.unit, error.after());
                work.notes.push(threads::note(&text));
                work.again(due_ms, text);
            }
        }
    }
    Ok(())
}

fn told(work: &Work) -> NewEntry {
    let text = format!("{} says that it is linked with {}", work.name(Side::Salesforce), work.label(Side::Jira));
    let record_id = Some(work.id(Side::Salesforce).to_owned());
    NewEntry { kind: "note".to_owned(), side: Some(Side::Salesforce), record_id, text, ..NewEntry::default() }
}
