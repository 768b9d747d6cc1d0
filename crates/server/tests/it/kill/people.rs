//! People who work in the org and in the site, and a ledger of what each of them wrote last.
//!
//! Nobody writes a field of a pair on one side while the other side still has to hear of an earlier edit: that would be
//! a conflict, which has its own tests. Once both sides show the same, either side may be next.

mod company;
#[path = "../../../../engine/tests/simulation/people/field.rs"]
mod field;

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;
use rand::rngs::StdRng;

pub(super) use company::{Company, Record};
pub(super) use field::{Field, Place};

/// Another value than `now`, as a person at `place` would write it.
fn other_than(field: Field, now: &str, place: Place, number: usize, dice: &mut StdRng) -> String {
    match field.choices(place, now) {
        Some(choices) => pick(dice, &choices).to_owned(),
        None => format!("Edit {number} of {field:?} in {place:?}"),
    }
}

/// The last value that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    place: Place,
    value: String,
}

impl Written {
    /// Whether a case and its issue both show it.
    pub(super) fn stands(&self, field: Field, case: &str, issue: &str) -> bool {
        let kept = match self.place {
            Place::Salesforce => case == self.value,
            Place::Jira => issue == self.value,
        };
        kept && field.in_jira(case) == issue
    }
}

/// The people, and what they wrote.
pub(super) struct People {
    company: Company,
    /// By case and field.
    ledger: BTreeMap<(String, Field), Written>,
    n_edits: usize,
    n_new_cases: usize,
}

impl People {
    pub(super) fn of(company: Company) -> Self {
        Self { company, ledger: BTreeMap::new(), n_edits: 0, n_new_cases: 0 }
    }

    pub(super) fn company(&self) -> &Company {
        &self.company
    }

    pub(super) fn ledger(&self) -> &BTreeMap<(String, Field), Written> {
        &self.ledger
    }

    pub(super) fn told(&self) -> String {
        format!("people made {} edits and {} cases", self.n_edits, self.n_new_cases)
    }

    /// One person does one thing.
    pub(super) fn edit(&mut self, dice: &mut StdRng) {
        match dice.random_range(0..10) {
            // Who calls wants no twin.
            0 | 1 => drop(self.open_case(pick(dice, &["Web", "Web", "Email", "Phone"]))),
            2 => self.bring_in(dice),
            _ => self.change(dice),
        }
    }

    /// A new case, which came by `origin`; its id.
    pub(super) fn open_case(&mut self, origin: &str) -> String {
        self.n_new_cases += 1;
        let subject = format!("New case {}", self.n_new_cases);
        let case = self.company.open_case(&subject, origin);
        self.wrote(&case, Field::Subject, Place::Salesforce, &subject);
        case
    }

    /// Somebody writes a value.
    pub(super) fn write(&mut self, case: &str, issue: Option<&Record>, field: Field, place: Place, value: &str) {
        self.n_edits += 1;
        match (place, issue) {
            (Place::Jira, Some(issue)) => self.company.edit_issue(&issue.key, field, value),
            _ => self.company.edit_case(case, field.name(Place::Salesforce), value),
        }
        self.wrote(case, field, place, value);
    }

    /// A case that came by phone is found to have come by e-mail: it wants a twin now.
    fn bring_in(&mut self, dice: &mut StdRng) {
        let cases = self.company.cases();
        let by_phone: Vec<&String> = cases.iter().filter(|(_, case)| !case.wants_twin()).map(|(id, _)| id).collect();
        if !by_phone.is_empty() {
            self.company.edit_case(pick::<&String>(dice, &by_phone), "Origin", "Email");
        }
    }

    /// A field changes on a side on which it may.
    fn change(&mut self, dice: &mut StdRng) {
        let (cases, issues) = (self.company.cases(), self.company.issues());
        // People like to go back to where they were.
        let touched: BTreeSet<&String> = self.ledger.keys().map(|(case, _)| case).collect();
        let id = match dice.random_range(0..2) {
            0 if !touched.is_empty() => (*pick(dice, &touched.into_iter().collect::<Vec<_>>())).clone(),
            _ => pick(dice, &cases.keys().collect::<Vec<_>>()).to_owned(),
        };
        let issue = issues.iter().find(|issue| issue.twin.as_ref() == Some(&id));
        let field = pick(dice, &Field::ALL);
        let case = &cases[&id];
        let places = self.places(&id, field, case, issue);
        if places.is_empty() {
            return;
        }
        let place = pick(dice, &places);
        let now = if place == Place::Jira { issue } else { Some(case) };
        let value = other_than(field, now.map_or("", |now| now.shows(field)), place, self.n_edits, dice);
        self.write(&id, issue, field, place, &value);
    }

    /// Where a field may be written now.
    fn places(&self, id: &str, field: Field, case: &Record, issue: Option<&Record>) -> Vec<Place> {
        let Some(issue) = issue else { return vec![Place::Salesforce] };
        let (there, here) = (case.shows(field), issue.shows(field));
        match self.ledger.get(&(id.to_owned(), field)) {
            Some(written) if !written.stands(field, there, here) => vec![written.place],
            None if field.in_jira(there) != here => Vec::new(),
            _ => vec![Place::Salesforce, Place::Jira],
        }
    }

    fn wrote(&mut self, case: &str, field: Field, place: Place, value: &str) {
        self.ledger.insert((case.to_owned(), field), Written { place, value: value.to_owned() });
    }
}

pub(super) fn pick<T: Clone>(dice: &mut StdRng, choices: &[T]) -> T {
    choices[dice.random_range(0..choices.len())].clone()
}
