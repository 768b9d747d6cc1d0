//! Who is let into the portal and who is taken out of it: in the histories with access, by a chance of its own.

use super::{
    History, STEPS_A_DAY,
    machines::{Running, Task},
};
use crate::chance::Dice;

/// How many steps in a thousand somebody wants another person in or out, and a machine looks at what is wanted.
const WISHES: usize = 200;
const LOOKS: usize = 250;

/// Everything that must have happened in a run with access.
pub(crate) const LET_IN: [&str; 4] =
    ["access asked for", "access revoked", "access revoked meanwhile", "taken out in Jira"];

/// What people do about access, and how often.
#[derive(Clone, Copy, Debug)]
enum Act {
    Ask,
    Revoke,
    Meanwhile,
    TakeOut,
}

const ACTS: [(Act, usize); 4] = [(Act::Ask, 30), (Act::Revoke, 20), (Act::Meanwhile, 15), (Act::TakeOut, 5)];

/// How often requests are looked at before they must have come to rest.
const LOOKS_MAX: usize = 30;

impl History {
    pub(super) async fn allow_the_domain(&mut self) {
        let engine = self.machines[0].machine.engine.clone();
        engine.add_domain("acme.test", "a person").await.expect("a domain");
    }

    /// Perhaps somebody wants something now, and perhaps a machine looks.
    pub(super) async fn let_in(&mut self) {
        if !self.configured.has_portal {
            return;
        }
        let dice = Dice::new(self.seed.wrapping_mul(49_979_687).wrapping_add(self.step));
        if self.step % STEPS_A_DAY < self.day.people_rest_from && dice.in_a_thousand(WISHES) {
            self.wish(&dice).await;
        }
        if !self.machines.is_empty() && dice.in_a_thousand(LOOKS) {
            self.look_at_access(dice.below(self.machines.len()));
        }
    }

    async fn wish(&mut self, dice: &Dice) {
        let all: Vec<Act> = ACTS.iter().flat_map(|(act, weight)| std::iter::repeat_n(*act, *weight)).collect();
        match *dice.pick(&all) {
            Act::Ask => {
                self.happened("access asked for");
                self.people.ask_for_access(dice).await;
            }
            Act::Revoke => self.revoke(dice).await,
            Act::Meanwhile => self.revoke_meanwhile(dice).await,
            Act::TakeOut => {
                self.happened("taken out in Jira");
                self.people.take_out(dice).await;
            }
        }
    }

    async fn revoke(&mut self, dice: &Dice) {
        let wished: Vec<usize> = (0..self.people.grants.len()).filter(|n| self.people.grants[*n].is_wished).collect();
        if !wished.is_empty() {
            self.happened("access revoked");
            self.people.revoke(*dice.pick(&wished)).await;
        }
    }

    /// Somebody revokes while a machine is about to let a person in, or to say that it has.
    async fn revoke_meanwhile(&mut self, dice: &Dice) {
        let about_to = self.stage.gate.some_write().is_some_and(|(_, said)| {
            said.starts_with("add member") || said.starts_with("create customer") || said.contains("Entente_Access__c")
        });
        if about_to {
            self.happened("access revoked meanwhile");
        }
        self.revoke(dice).await;
    }

    pub(super) fn look_at_access(&mut self, at: usize) {
        if self.machines.get(at).is_some_and(Running::is_at_work)
            && !self.is_paused(at)
            && self.is_doing(at, Task::Access) == 0
        {
            let (steps, is_quiet) = (self.machines[at].machine.steps.clone(), self.access_is_quiet.clone());
            is_quiet.set(false);
            self.start(
                at,
                Task::Access,
                Box::pin(async move {
                    is_quiet.set(steps.access().await?);
                    Ok(())
                }),
            );
        }
    }

    /// Nothing goes wrong any more: requests are looked at until they need no more looks.
    pub(crate) async fn access_until_quiet(&mut self) -> Result<(), String> {
        for _ in 0..LOOKS_MAX {
            self.look_at_access(0);
            self.finish_all().await;
            if self.access_is_quiet.get() {
                return Ok(());
            }
            self.rest(150_000).await;
        }
        Err("after hours, requests for access do not come to rest".to_owned())
    }
}
