//! What people attach, and what happens to it meanwhile: in the histories with files, by a chance of its own.

use super::{History, STEPS_A_DAY};
use crate::{
    chance::Dice,
    oracles,
    people::{File, Place, content_of},
};

/// How many steps in a thousand somebody does something with a file, on a day without files or not.
const PACES: [usize; 3] = [0, 200, 500];

/// Everything that must have happened in a run with files.
pub(crate) const ATTACHED: [&str; 6] = [
    "file attached",
    "file attached meanwhile",
    "file renewed",
    "file deleted",
    "file deleted meanwhile",
    "copy of a file deleted",
];

/// What people do about files, and how often.
#[derive(Clone, Copy, Debug)]
enum Act {
    Attach,
    Renew,
    Delete,
    DeleteCopy,
    Meanwhile,
}

const ACTS: [(Act, usize); 5] =
    [(Act::Attach, 50), (Act::Renew, 10), (Act::Delete, 8), (Act::DeleteCopy, 6), (Act::Meanwhile, 20)];

impl History {
    /// Perhaps somebody attaches something now.
    pub(super) async fn attach(&mut self) {
        if !self.configured.has_files || self.step % STEPS_A_DAY >= self.day.people_rest_from {
            return;
        }
        let day = Dice::new(self.seed.wrapping_mul(86_028_121).wrapping_add(self.step / STEPS_A_DAY));
        let dice = Dice::new(self.seed.wrapping_mul(67_867_967).wrapping_add(self.step));
        if !dice.in_a_thousand(*day.pick(&PACES)) {
            return;
        }
        let all: Vec<Act> = ACTS.iter().flat_map(|(act, weight)| std::iter::repeat_n(*act, *weight)).collect();
        match *dice.pick(&all) {
            Act::Attach => self.attach_some(&dice, "file attached").await,
            Act::Renew => {
                self.with_some_file(&dice, "file renewed", |_, file| file.place == Place::Salesforce).await;
            }
            Act::Delete => {
                self.with_some_file(&dice, "file deleted", |history, file| !file.is_copy(&history.people.attached))
                    .await;
            }
            Act::DeleteCopy => {
                let is_copy = |history: &Self, file: &File| file.is_copy(&history.people.attached);
                self.with_some_file(&dice, "copy of a file deleted", is_copy).await;
            }
            Act::Meanwhile => self.attach_meanwhile(&dice).await,
        }
    }

    async fn attach_some(&mut self, dice: &Dice, what: &'static str) {
        let Some((case, issue)) = self.people.some_pair(dice).await else { return };
        self.happened(what);
        match dice.in_a_thousand(500) {
            true => self.people.attach(Place::Salesforce, &case.id, dice).await,
            false => self.people.attach(Place::Jira, &issue.id, dice).await,
        }
    }

    /// Somebody renews or deletes a file of a pair, of those that are asked for.
    async fn with_some_file(&mut self, dice: &Dice, what: &'static str, is_meant: impl Fn(&Self, &File) -> bool) {
        let Some((case, issue)) = self.people.some_pair(dice).await else { return };
        let files = self.people.files(&[&case.id], &[&issue.id]).await;
        let meant: Vec<&File> = files.iter().filter(|file| is_meant(self, file)).collect();
        if meant.is_empty() {
            return;
        }
        let file = (*dice.pick(&meant)).clone();
        self.happened(what);
        match what {
            "file renewed" => self.people.renew(&file).await,
            _ => self.people.remove(&file).await,
        }
    }

    /// While a copy is about to be sent, its original is deleted, or somebody attaches another file to the same pair.
    async fn attach_meanwhile(&mut self, dice: &Dice) {
        let said = self.stage.gate.some_write().map(|(_, said)| said).unwrap_or_default();
        let words = oracles::words(&said);
        let is_under_way = |word: &&String| said.contains(&content_of(word));
        let Some(word) = words.iter().find(is_under_way) else { return self.attach_some(dice, "file attached").await };
        if dice.in_a_thousand(500) {
            return self.attach_some(dice, "file attached meanwhile").await;
        }
        let pairs = self.people.pairs().await;
        let (cases, issues): (Vec<&str>, Vec<&str>) =
            pairs.iter().map(|(case, issue)| (case.id.as_str(), issue.id.as_str())).unzip();
        let files = self.people.files(&cases, &issues).await;
        let is_original = |file: &&File| file.content == content_of(word) && !file.is_copy(&self.people.attached);
        if let Some(file) = files.iter().find(is_original) {
            self.happened("file deleted meanwhile");
            self.people.remove(file).await;
        }
    }
}
