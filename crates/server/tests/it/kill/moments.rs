//! Killed at one exact moment: the vendor has done what it was asked, and nobody wrote down that it did.
//!
//! The stand-in holds its answer back, so the moment lasts until the kill. Then somebody goes on from what both sides
//! show by now. That is no conflict: it is the last edit, and it must stand. The same holds without a kill, when only
//! the answer was lost.

use serde_json::json;

use super::people::{Field, Place, Record};
use super::{Stage, proof};
use crate::process::{get, wait_for};

const CREATE: &str = "POST /rest/api/3/issue/bulk";
const EDIT: &str = "PUT /rest/api/3/issue/{..}";
const MOVE: &str = "POST /rest/api/3/issue/{..}/transitions";
const COMPOSITE: &str = "POST /services/data/v64.0/composite";

impl Stage {
    fn empty() -> Self {
        Self::new(&["--seed", "empty"])
    }

    /// The server lives, has looked at everything, and has nothing left to do with this many links.
    fn wait_for_rest(&self, n_links: u64) {
        let status = format!("{}/api/v1/status", self.server.url());
        wait_for("the server to come to rest", || {
            let status = get(&status, "first-token")?;
            let fresh = |connection: &serde_json::Value| connection["fresh_seconds"].is_number();
            let looked = status["connections"].as_array()?.iter().all(fresh);
            (looked && status["idle"] == true && status["backlog"] == 0 && status["links"] == n_links).then_some(())
        });
    }

    /// From now on an answer that matters does not come.
    fn hold(&self, side: Place, route: &str) {
        let hold = json!({ "name": "slow", "route": route, "delay_ms": 600_000 });
        self.people.company().add_fault(side, &hold);
    }

    /// The one issue, once it is as it should be.
    fn issue(&self, what: &str, is_so: impl Fn(&Record) -> bool) -> Record {
        wait_for(what, || self.people.company().issues().into_iter().find(&is_so))
    }
}

/// The issue is there, the link is not.
fn after_a_creation(field: Field, value: &str) {
    let mut stage = Stage::empty();
    let mut life = stage.server.start();
    life.is_ready();
    stage.wait_for_rest(0);
    stage.hold(Place::Jira, CREATE);
    let case = stage.people.open_case("Web");
    let issue = stage.issue("the issue", |_| true);
    life.kill();
    stage.people.write(&case, Some(&issue), field, Place::Jira, value);
    proof::everything_agrees(&stage);
}

/// The issue is there, the answer was lost, the server lives on and finds the issue by its mark. No webhook helps it.
fn after_a_lost_answer(field: Field, place: Place, value: &str) {
    let mut stage = Stage::empty();
    let mut life = stage.server.start();
    life.is_ready();
    stage.wait_for_rest(0);
    stage.people.company().lose_webhooks();
    let fault = json!({ "name": "timeout_after_commit", "route": CREATE, "times": 1 });
    stage.people.company().add_fault(Place::Jira, &fault);
    let case = stage.people.open_case("Web");
    let issue = stage.issue("the issue", |_| true);
    stage.people.write(&case, Some(&issue), field, place, value);
    stage.wait_for_rest(1);
    life.kill();
    proof::everything_agrees(&stage);
}

/// What one person wrote has reached the other side, where another person goes on from it; the base is the old one.
fn after_an_update(field: Field, (first, one): (Place, &str), route: &str, (second, two): (Place, &str)) {
    let mut stage = Stage::empty();
    let mut life = stage.server.start();
    life.is_ready();
    let case = stage.people.open_case("Web");
    stage.wait_for_rest(1);
    let issue = stage.issue("the issue", |_| true);
    stage.hold(second, route);
    stage.people.write(&case, Some(&issue), field, first, one);
    wait_for("the value to arrive", || {
        let cases = stage.people.company().cases();
        let issue = stage.people.company().issues().remove(0);
        let written = stage.people.ledger()[&(case.clone(), field)].clone();
        written.stands(field, cases[&case].shows(field), issue.shows(field)).then_some(())
    });
    life.kill();
    stage.people.write(&case, Some(&issue), field, second, two);
    proof::everything_agrees(&stage);
}

#[test]
fn a_new_issue_that_is_edited_before_it_is_linked_keeps_the_edit() {
    after_a_creation(Field::Subject, "Edited in Jira");
}

#[test]
fn a_new_issue_that_is_moved_before_it_is_linked_stays_there() {
    after_a_creation(Field::Status, "Blocked");
}

#[test]
fn an_edit_of_the_case_while_its_issue_is_looked_for_reaches_the_issue() {
    after_a_lost_answer(Field::Subject, Place::Salesforce, "Edited in Salesforce");
}

#[test]
fn an_edit_of_an_issue_that_is_looked_for_reaches_the_case() {
    after_a_lost_answer(Field::Subject, Place::Jira, "Edited in Jira");
}

#[test]
fn an_edit_in_jira_on_top_of_a_value_that_just_came_stands() {
    let (salesforce, jira) = ((Place::Salesforce, "From Salesforce"), (Place::Jira, "Then in Jira"));
    after_an_update(Field::Subject, salesforce, EDIT, jira);
}

#[test]
fn a_move_in_jira_on_top_of_a_status_that_just_came_stands() {
    after_an_update(Field::Status, (Place::Salesforce, "On Hold"), MOVE, (Place::Jira, "Done"));
}

#[test]
fn an_edit_in_salesforce_on_top_of_a_value_that_just_came_stands() {
    let (jira, salesforce) = ((Place::Jira, "From Jira"), (Place::Salesforce, "Then in Salesforce"));
    after_an_update(Field::Subject, jira, COMPOSITE, salesforce);
}
