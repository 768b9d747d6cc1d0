//! What would follow once records have a link that have none yet: their comments and files, the note about the link, and
//! the lines that show where the new twin is. A run finds out when the pair is there; this does beforehand, and keeps nothing.

use std::collections::HashMap;

use entente_core::{ConnectedItem, FieldMapping, Side, Sides, files::File, record::shown, threads::Comment};
use entente_transport::CallError;
use futures_util::{StreamExt, stream};

use crate::{
    EngineError,
    apply::link_note::{self, NEW_ISSUE_KEY, NEW_ISSUE_URL},
    folders::{self, Folder},
    limits::{EDITS_IN_FLIGHT_MAX, FORESEEN_ISSUES_MAX},
    outside::Talk,
    round::Scene,
    threads::{self, Thread},
    unit::Work,
};

/// How many issues without a link were asked for their comments, which takes one call for each.
#[derive(Debug, Default)]
pub(super) struct Asked {
    n_issues: usize,
    /// Of how many more nobody was asked.
    pub(super) n_unasked: usize,
}

/// Plans the comments and files of records that are to get a link.
pub(super) async fn read(scene: &Scene<'_>, works: &mut [Work], asked: &mut Asked) -> Result<(), EngineError> {
    let new: Vec<usize> = (0..works.len()).filter(|n| is_new(&works[*n])).collect();
    if new.is_empty() {
        return Ok(());
    }
    comments(scene, works, &new, asked).await?;
    link_note::foresee(scene, works, &new).await?;
    files(scene, works, &new).await
}

/// The lines that show on the other side where the twin is that is made on `side`, and what they will say.
pub(super) fn shown_later(item: &ConnectedItem, side: Side) -> impl Iterator<Item = (&FieldMapping, &'static str)> {
    let waits = move |line: &&FieldMapping| {
        shown::has(side, line.paths.get(side).as_str()) && item.flows(line, side.other()) && item.acts_on(side.other())
    };
    item.fields.iter().filter(waits).map(move |line| (line, place_of(line.paths.get(side).as_str())))
}

fn place_of(path: &str) -> &'static str {
    match path {
        shown::ISSUE_KEY => NEW_ISSUE_KEY,
        shown::ISSUE_ID => "(the id of the new issue)",
        shown::ISSUE_URL => NEW_ISSUE_URL,
        _ => "(the address of the new record)",
    }
}

fn is_new(work: &Work) -> bool {
    let is_made = Side::BOTH.into_iter().any(|side| work.creation(side).is_some());
    work.unit.link.is_none() && (is_made || work.has_both_ends())
}

async fn comments(scene: &Scene<'_>, works: &mut [Work], new: &[usize], asked: &mut Asked) -> Result<(), EngineError> {
    let talk = scene.scheme.talk.as_ref().filter(|talk| !talk.is_empty() && scene.wired.item.comments.is_some());
    let Some(talk) = talk else { return Ok(()) };
    let mut own = comments_of_records(scene, talk, &ids(works, new, Side::Salesforce)).await?;
    let mut threads = Vec::with_capacity(new.len());
    for n in new {
        let own = own.remove(works[*n].id(Side::Salesforce)).unwrap_or_default();
        if works[*n].id(Side::Jira).is_empty() {
            threads.push((*n, own, false));
        } else if asked.n_issues < FORESEEN_ISSUES_MAX {
            asked.n_issues += 1;
            threads.push((*n, own, true));
        } else {
            asked.n_unasked += 1;
        }
    }
    let works_seen: &[Work] = works;
    let answers = threads.iter().map(|(n, own, has_issue)| async move {
        match has_issue {
            true => threads::in_jira(scene, &works_seen[*n], &Thread::default(), own).await,
            false => Ok(Vec::new()),
        }
    });
    let answers: Vec<Result<Vec<Comment>, CallError>> =
        stream::iter(answers).buffered(EDITS_IN_FLIGHT_MAX).collect().await;
    for ((n, own, _), theirs) in threads.into_iter().zip(answers) {
        let theirs = theirs.map_err(EngineError::peer(&scene.wired.site.name))?;
        let plan = threads::plan(scene, &works[n], &[], Sides::new(&own, &theirs)).await;
        works[n].notes.extend(plan.notes.iter().map(|text| threads::note(text)));
        works[n].thread = Some(Thread { plan, ..Thread::default() });
    }
    Ok(())
}

async fn comments_of_records(
    scene: &Scene<'_>,
    talk: &Talk,
    records: &[String],
) -> Result<HashMap<String, Vec<Comment>>, EngineError> {
    let mut of: HashMap<String, Vec<Comment>> = HashMap::new();
    if !records.is_empty() {
        let found = scene.wired.org.comments(talk, records).await;
        for found in found.map_err(EngineError::peer(&scene.wired.org.name))? {
            of.entry(found.record).or_default().push(found.comment);
        }
    }
    Ok(of)
}

async fn files(scene: &Scene<'_>, works: &mut [Work], new: &[usize]) -> Result<(), EngineError> {
    if !scene.scheme.has_files {
        return Ok(());
    }
    let (org, site) = (&scene.wired.org, &scene.wired.site);
    let found = org.files(&ids(works, new, Side::Salesforce), &site.url_of("")).await;
    let mut own: HashMap<String, Vec<File>> = HashMap::new();
    for found in found.map_err(EngineError::peer(&org.name))? {
        own.entry(found.record).or_default().push(found.file);
    }
    let issues = ids(works, new, Side::Jira);
    let mut theirs = match issues.is_empty() {
        true => HashMap::new(),
        false => site.files(&issues).await.map_err(EngineError::peer(&site.name))?,
    };
    for n in new {
        let work = &mut works[*n];
        let own = own.remove(work.id(Side::Salesforce)).unwrap_or_default();
        let theirs = theirs.remove(work.id(Side::Jira)).unwrap_or_default();
        let mut folder = Folder::default();
        folder.plan = folders::plan(scene, work, &folder, Sides::new(&own, &theirs));
        work.folder = Some(folder);
    }
    Ok(())
}

/// The ids of these on a side, of those that are there.
fn ids(works: &[Work], new: &[usize], side: Side) -> Vec<String> {
    new.iter().map(|n| works[*n].id(side).to_owned()).filter(|id| !id.is_empty()).collect()
}
