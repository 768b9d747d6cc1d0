//! What people do in the middle of our work: between a round's reading and its writing, while a poll goes by.

use super::{
    History,
    machines::{Actor, Task},
};
use crate::{
    chance::Dice,
    gate::ActorId,
    oracles,
    people::{Place, Record},
};

/// Calls that go by until one stands at the gate that may change something.
const CALLS_MAX: usize = 24;

impl History {
    /// Somebody edits the very record that a call is about to change, or its twin; a poll may see that before the round has
    /// ended which does not know of it.
    pub(super) async fn edit_meanwhile(&mut self) -> Result<(), String> {
        let dice = self.dice.clone();
        if self.stage.gate.some_write().is_none() {
            self.edit_and_begin().await;
        }
        let Some((actor, said)) = self.some_write().await else { return Ok(()) };
        let Some((case, issue)) = self.named_in(&said).await else { return Ok(()) };
        let place = *dice.pick(&[Place::Salesforce, Place::Jira]);
        self.edit(place, &case, &issue, &dice).await;
        self.happened("edit meanwhile");
        oracles::are_kept(self).await?;
        let Some(at) = self.actors.iter().find(|other| other.id == actor).and_then(|actor| self.index(actor.machine))
        else {
            return Ok(());
        };
        if dice.in_a_thousand(500) {
            // A poll that began within an edit's own second cannot tell whether that was the last one in it.
            self.pass(dice.between(1, 3_000)).await;
            self.poll(at);
            self.finish_only(at, Task::Poll).await;
            oracles::are_kept(self).await?;
        }
        if dice.in_a_thousand(700) {
            self.finish_one(at).await;
        }
        oracles::are_kept(self).await
    }

    /// Somebody edits a pair, and a round begins that has to carry it over.
    async fn edit_and_begin(&mut self) {
        let dice = self.dice.clone();
        let Some((case, issue)) = self.people.some_pair(&dice).await else { return };
        let place = *dice.pick(&[Place::Salesforce, Place::Jira]);
        self.edit(place, &case, &issue, &dice).await;
        self.pass(dice.between(1_000, 4_000)).await;
        if let Some(at) = self.poll_by_owner().await {
            self.turn(at).await;
        }
    }

    /// Rounds go on until a call stands at the gate that may change something.
    async fn some_write(&mut self) -> Option<(ActorId, std::sync::Arc<str>)> {
        for _ in 0..CALLS_MAX {
            let found = self.stage.gate.some_write();
            if found.is_some() {
                return found;
            }
            let awake = |actor: &&Actor| self.index(actor.machine).is_some_and(|at| !self.is_paused(at));
            let rounds = self.actors.iter().filter(|actor| actor.task == Task::Round);
            let ids: Vec<ActorId> = rounds.filter(awake).map(|actor| actor.id).collect();
            let dice = self.dice.clone();
            match ids.first() {
                Some(id) => {
                    self.stage.gate.release(*id, &dice);
                    self.advance_actor(*id).await;
                }
                None => {
                    let at = dice.below(self.machines.len());
                    if self.is_paused(at) || self.turn(at).await == 0 {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// The pair that a call is about.
    async fn named_in(&mut self, said: &str) -> Option<(Record, Record)> {
        let pairs = self.people.pairs().await;
        let by_issue = |issue: &Record| said.contains(&format!("/issue/{}", issue.id));
        pairs.into_iter().find(|(case, issue)| said.contains(&case.name) || by_issue(issue))
    }

    async fn edit(&mut self, place: Place, case: &Record, issue: &Record, dice: &Dice) {
        let field = self.people.some_field(dice);
        match place {
            Place::Salesforce => drop(self.people.write_case(case, field, dice).await),
            Place::Jira => drop(self.people.write_issue(issue, field, dice).await),
        }
    }
}
