//! Short histories: a company at rest, something that people do, and a machine that dies while it sees to that.

use super::{History, oracles};
use crate::{people::Field, stage::Configured, wire::Fault};

/// A short history: a company at rest, something that people do, and a machine that dies while it sees to that.
#[derive(Clone, Debug)]
pub(crate) struct Small {
    pub(crate) configured: Configured,
    /// Whether the machine has seen the company before.
    pub(crate) is_first: bool,
    pub(crate) acts: Vec<Act>,
    /// What happens to the first write.
    pub(crate) fault: Option<Fault>,
    /// The boundary at which the machine dies, and on which side of it.
    pub(crate) dies_at: Option<(u64, bool)>,
}

/// What people do in a short history, to its first pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Case(Field),
    Issue(Field),
    OpenCase,
    OpenIssue,
    LinkByHand,
    DeleteCase,
    DeleteIssue,
}

impl History {
    pub(super) async fn live_briefly(&mut self, small: &Small) -> Result<(), String> {
        self.begin().await;
        let books = self.stage.books.clone();
        {
            let books = &mut *books.lock();
            (books.faults_in_a_thousand, books.commits_fail, books.commits_kill) = (0, 0, 0);
        }
        if !small.is_first {
            self.heal().await;
            self.sweep().await?;
        }
        for act in &small.acts {
            self.act(*act).await;
        }
        {
            let books = &mut *books.lock();
            (books.n_boundaries, books.dies_at, books.next_fault) = (0, small.dies_at, small.fault);
        }
        self.heal().await;
        for _ in 0..3 {
            self.pass(6_000).await;
            self.poll(0);
            self.finish_all().await;
            self.serve().await;
            self.rounds_while_due().await;
        }
        let n_boundaries = books.lock().n_boundaries;
        (books.lock().dies_at, books.lock().next_fault) = (None, None);
        self.heal().await;
        let ended = oracles::in_the_end(self).await;
        books.lock().n_boundaries = n_boundaries;
        ended
    }

    async fn act(&mut self, act: Act) {
        let dice = self.dice.clone();
        let (case, issue) = (self.people.cases.first().cloned().unwrap_or_default(), self.people.issues().await);
        let issue = issue.into_iter().find(|issue| issue.names.as_deref() == Some(case.as_str()));
        match (act, issue) {
            (Act::Case(field), _) => {
                let Some(case) = self.people.case(&case).await else { return };
                self.people.write_case(&case, field, &dice).await;
            }
            (Act::Issue(field), Some(issue)) => drop(self.people.write_issue(&issue, field, &dice).await),
            (Act::OpenCase, _) => drop(self.people.open_case(&dice, None).await),
            (Act::OpenIssue, _) => drop(self.people.open_issue().await),
            (Act::LinkByHand, _) => {
                let key = self.people.open_issue().await;
                self.people.open_case(&dice, Some(&key)).await;
            }
            (Act::DeleteCase, _) => self.delete_case().await,
            (Act::DeleteIssue, Some(issue)) => {
                self.people.delete_issue(&issue.name).await;
                self.widowed.extend(issue.case);
            }
            (Act::Issue(_) | Act::DeleteIssue, None) => {}
        }
    }
}
