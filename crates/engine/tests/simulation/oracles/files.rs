//! Files: each is on the other side once, as it is, for the staff alone. Asked of what both sides show and of the ledger of
//! what people attached.

use super::talk::kept;
use crate::{
    history::History,
    people::{Attached, File, content_of},
};

/// Every file of a pair is on its other side once, and nothing else is.
pub(super) async fn are_carried_once(history: &mut History) -> Result<(), String> {
    if !history.configured.has_files {
        return Ok(());
    }
    for (case, issue) in kept(history).await {
        let files = history.people.files(&[&case.id], &[&issue.id]).await;
        for file in &files {
            let others: Vec<&File> = files.iter().filter(|other| other.place != file.place).collect();
            match history.people.attached.iter().find(|one| one.place == file.place && one.id == file.id) {
                Some(original) => has_its_copy(original, file, &others)?,
                None => is_a_copy(&history.people.attached, file, &files)?,
            }
        }
    }
    Ok(())
}

fn has_its_copy(original: &Attached, file: &File, others: &[&File]) -> Result<(), String> {
    let copies: Vec<&&File> = others.iter().filter(|other| other.content == file.content).collect();
    match copies.as_slice() {
        _ if original.is_disturbed => Ok(()),
        [copy] if copy.name == file.name => Ok(()),
        copies => Err(format!("{file:?} has {} copies: {copies:?} of {others:?}", copies.len())),
    }
}

/// What nobody attached is the one copy of a file of the other side, and for the staff.
fn is_a_copy(attached: &[Attached], copy: &File, files: &[File]) -> Result<(), String> {
    let is_of = |original: &&Attached| original.place != copy.place && content_of(&original.word) == copy.content;
    if !attached.iter().any(|one| is_of(&one)) {
        return Err(format!("a copy of nothing that was attached on the other side: {copy:?}"));
    }
    if copy.is_for_customers {
        return Err(format!("a copy is shown to customers: {copy:?}"));
    }
    let is_twin = |other: &&File| other.place == copy.place && other.content == copy.content && other.id != copy.id;
    files.iter().find(is_twin).map_or(Ok(()), |twin| Err(format!("copied twice: {copy:?} and {twin:?}")))
}

impl File {
    /// Whether nobody attached it.
    pub(crate) fn is_copy(&self, attached: &[Attached]) -> bool {
        !attached.iter().any(|one| one.place == self.place && one.id == self.id)
    }
}
