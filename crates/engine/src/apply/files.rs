//! Copies of files. Each is announced before it is sent, one of each link and direction at a time, and its content goes
//! from one side to the other in pieces, as it arrives. In Salesforce a copy's description names the original; Jira has no
//! place for that, so there a file of ours with the name and size that were sent is the copy. An answer that was lost is
//! looked for among the files of the pair before anything is sent again.

mod content;
mod finish;

use std::collections::{BTreeMap, VecDeque};

use entente_core::{
    Side,
    files::{File, FileCopy, FileKey, FileStanding, FileStep, Name},
};
use entente_jira::NewAttachment;
use entente_salesforce::NewFile;
use entente_store::{LinkId, NewEntry};
use entente_transport::CallError;
use futures_util::{StreamExt, stream};

use crate::{
    error::EngineError,
    folders::{self, note},
    limits::{FILE_BYTES_PER_MS_MIN, FILES_IN_FLIGHT_MAX, FILES_PER_ROUND_MAX},
    outside::org::files::{description, record_id},
    round::Scene,
    unit::Work,
};

/// One file to copy.
#[derive(Clone)]
struct Parcel {
    work: usize,
    key: FileKey,
    file: File,
}

impl Parcel {
    /// The side of the copy.
    fn side(&self) -> Side {
        self.key.origin.other()
    }

    fn copy(&self, standing: FileStanding) -> FileCopy {
        let name = Name::of(&self.file.name).as_str().to_owned();
        FileCopy { key: self.key.clone(), name, n_bytes: self.file.n_bytes, standing, is_finished: false }
    }
}

/// What is still to be copied, by link and direction.
type Queues = BTreeMap<(usize, Side), VecDeque<Parcel>>;

/// Copies the files of all links whose files have changed.
pub(super) async fn write(scene: &Scene<'_>, works: &mut [Work]) {
    if let Err(error) = folders::read(scene, works).await {
        let is_concerned = |work: &Work| work.is_open() && work.unit.link.is_some();
        return put_off(scene, works, &error.to_string(), is_concerned);
    }
    works.iter_mut().for_each(know);
    let mut queues = queues(works);
    for _ in 0..FILES_PER_ROUND_MAX {
        let next: Vec<Parcel> = queues.values_mut().filter_map(VecDeque::pop_front).collect();
        if next.is_empty() {
            break;
        }
        if let Err(error) = announce(scene, works, &next).await {
            put_off(scene, works, &error.to_string(), |work| work.folder.is_some());
            break;
        }
        for (parcel, result) in send(scene, works, next).await {
            if let Ending::HoldsUp = settle(scene, &mut works[parcel.work], &parcel, result) {
                queues.remove(&(parcel.work, parcel.side()));
            }
        }
    }
    for ((n, _), _) in queues.iter().filter(|(_, left)| !left.is_empty()) {
        let due_ms = scene.worker.soon(&works[*n].unit);
        works[*n].folder.get_or_insert_default().again(due_ms, "more files are to be copied");
    }
    finish::run(scene, works).await;
    works.iter_mut().for_each(wait);
}

fn put_off(scene: &Scene<'_>, works: &mut [Work], reason: &str, is_concerned: impl Fn(&Work) -> bool) {
    for work in works.iter_mut().filter(|work| is_concerned(work)) {
        let due_ms = scene.worker.later(&work.unit);
        work.folder.get_or_insert_default().again(due_ms, reason);
    }
}

/// Copies that were found need no call, and neither do files that stay. One whose answer was lost is told now.
fn know(work: &mut Work) {
    let Some(folder) = &mut work.folder else { return };
    let known = folder.plan.steps.iter().filter_map(|step| match step {
        FileStep::Know(copy) => Some(copy.clone()),
        FileStep::Copy { .. } | FileStep::Finish(_) | FileStep::Forget(_) => None,
    });
    folder.known = known.collect();
    let was_sent = |found: &&FileCopy| {
        let is_it = |copy: &FileCopy| copy.key == found.key && matches!(copy.standing, FileStanding::Sent { .. });
        found.copy().is_some() && folder.copies.iter().any(is_it)
    };
    let found: Vec<FileCopy> = folder.known.iter().filter(was_sent).cloned().collect();
    for copy in found {
        told(work, copy.key.origin.other(), &copy.name);
    }
}

/// A copy is there, as people read it.
fn told(work: &mut Work, side: Side, name: &str) {
    let text = format!("{} file {name} copied to {}", work.name(side.other()), work.name(side));
    work.journal.push(entry(work, side, text.clone()));
    work.told.push(text);
}

fn queues(works: &[Work]) -> Queues {
    let mut queues = Queues::new();
    for (n, work) in works.iter().enumerate() {
        for (side, folder) in Side::BOTH.into_iter().flat_map(|side| work.folder.as_ref().map(|folder| (side, folder)))
        {
            let parcel = |(key, file): (&FileKey, &File)| Parcel { work: n, key: key.clone(), file: file.clone() };
            queues.insert((n, side), folder.plan.copies(side).map(parcel).collect());
        }
    }
    queues
}

async fn announce(scene: &Scene<'_>, works: &[Work], next: &[Parcel]) -> Result<(), EngineError> {
    let now_ms = scene.worker.outside().now_ms();
    let sent = |parcel: &Parcel| -> Option<(LinkId, FileCopy)> {
        let under_way_ms = i64::try_from(parcel.file.n_bytes / FILE_BYTES_PER_MS_MIN).unwrap_or(i64::MAX / 2);
        let until_ms = now_ms + scene.wired.settle_ms(parcel.side()) + under_way_ms;
        Some((works[parcel.work].link_id()?, parcel.copy(FileStanding::Sent { until_ms })))
    };
    let copies: Vec<(LinkId, FileCopy)> = next.iter().filter_map(sent).collect();
    Ok(scene.worker.store().announce_files(&scene.worker.fence()?, &copies).await?)
}

/// Files of different links go side by side; what comes of each.
async fn send(scene: &Scene<'_>, works: &[Work], next: Vec<Parcel>) -> Vec<(Parcel, Result<String, CallError>)> {
    let one = async |parcel: Parcel| {
        let work = &works[parcel.work];
        let result = match parcel.side() {
            Side::Salesforce => to_salesforce(scene, work, &parcel).await,
            Side::Jira => to_jira(scene, work, &parcel).await,
        };
        (parcel, result)
    };
    stream::iter(next).map(one).buffer_unordered(FILES_IN_FLIGHT_MAX).collect().await
}

async fn to_salesforce(scene: &Scene<'_>, work: &Work, parcel: &Parcel) -> Result<String, CallError> {
    let name = Name::of(&parcel.file.name);
    let file = NewFile {
        title: name.title().to_owned(),
        file_name: name.as_str().to_owned(),
        description: description(&parcel.key.file, &scene.wired.site.url_of(work.label(Side::Jira))),
        linked_to: record_id(work.id(Side::Salesforce))?,
        length: parcel.file.n_bytes,
        open: content::of(scene, &parcel.key, parcel.file.n_bytes),
    };
    scene.wired.org.add_file(&file).await
}

async fn to_jira(scene: &Scene<'_>, work: &Work, parcel: &Parcel) -> Result<String, CallError> {
    let issue = work.issue_id()?;
    let filename = Name::of(&parcel.file.name).as_str().to_owned();
    let file = NewAttachment {
        mime_type: mime_guess::from_path(&filename).first_or_octet_stream().to_string(),
        filename,
        open: content::of(scene, &parcel.key, parcel.file.n_bytes),
    };
    scene.wired.site.client.upload(issue, &file).await.map(|attachment| attachment.id)
}

/// Whether the direction goes on with the next file.
enum Ending {
    GoesOn,
    /// What is not known yet could not be told from what is sent next.
    HoldsUp,
}

/// Takes an outcome into account.
fn settle(scene: &Scene<'_>, work: &mut Work, parcel: &Parcel, result: Result<String, CallError>) -> Ending {
    let side = parcel.side();
    let now_ms = scene.worker.outside().now_ms();
    let mut ending = Ending::HoldsUp;
    let standing = match result {
        Ok(id) => {
            told(work, side, &parcel.file.name);
            ending = Ending::GoesOn;
            FileStanding::Made { id }
        }
        Err(error @ CallError::Invalid { .. }) => {
            ending = Ending::GoesOn;
            FileStanding::Refused { reason: error.to_string() }
        }
        Err(error) => {
            let text = format!("the file {} was not copied to {side}: {error}", parcel.file.name);
            if matches!(error, CallError::Denied { .. } | CallError::NotApplied { .. }) {
                work.notes.push(note(&text));
            }
            let due_ms = scene.worker.later_after(&work.unit, error.after());
            work.folder.get_or_insert_default().again(due_ms, text);
            // What a lost request may still do, it may do from now on, not from when it was sent.
            let until_ms = if error.may_have_happened() { now_ms + scene.wired.settle_ms(side) } else { 0 };
            FileStanding::Sent { until_ms }
        }
    };
    let folder = work.folder.get_or_insert_default();
    folder.moved |= matches!(standing, FileStanding::Made { .. });
    folder.learn(parcel.copy(standing));
    ending
}

fn entry(work: &Work, side: Side, text: String) -> NewEntry {
    let record_id = Some(work.id(side).to_owned());
    NewEntry { kind: "file".to_owned(), side: Some(side), record_id, text, ..NewEntry::default() }
}

/// What is waited for is looked at when its time is over.
fn wait(work: &mut Work) {
    let Some(folder) = &mut work.folder else { return };
    if let Some(until_ms) = folder.plan.waits_until_ms {
        folder.again(until_ms, "a file that was sent may still appear");
    }
}
