//! What is known of the statuses of an item's two sides, and of the ways between them in Jira.
//!
//! A snapshot for planning, like [`crate::Known`]: the engine learns it, nothing here asks anybody. Names are compared
//! without regard to case, as both vendors do.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use crate::side::{Side, Sides};

/// Whether a status says that the work is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Jira's categories "To Do" and "In Progress"; a Salesforce status that does not close the record.
    Open,
    /// Jira's category "Done"; a Salesforce status that closes the record.
    Closed,
    /// The vendor does not say.
    Unknown,
}

/// The statuses of both sides, and the ways between those of Jira.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workflow {
    /// The statuses that a record can have, in the vendor's order, and what they mean.
    pub statuses: Sides<Vec<(String, Phase)>>,
    /// Where issues can go from a status, by its name in lower case; only what was seen.
    ways: BTreeMap<String, BTreeSet<String>>,
}

impl Workflow {
    /// The statuses of both sides; no way between them is known yet.
    #[must_use]
    pub fn new(statuses: Sides<Vec<(String, Phase)>>) -> Self {
        Self { statuses, ways: BTreeMap::new() }
    }

    /// Issues can go from one status to another.
    pub fn learn(&mut self, from: &str, to: &str) {
        if !same(from, to) {
            self.ways.entry(from.to_lowercase()).or_default().insert(to.to_owned());
        }
    }

    /// Exactly these ways lead out of a status.
    pub fn learn_all<'a>(&mut self, from: &str, to: impl IntoIterator<Item = &'a str>) {
        self.ways.remove(&from.to_lowercase());
        to.into_iter().for_each(|to| self.learn(from, to));
    }

    /// An issue with this status offers these ways: of those that others with it offered, only what it offers too is kept.
    pub fn learn_common<'a>(&mut self, from: &str, to: impl IntoIterator<Item = &'a str>) {
        let offered: BTreeSet<String> = to.into_iter().filter(|to| !same(from, to)).map(str::to_owned).collect();
        match self.ways.entry(from.to_lowercase()) {
            Entry::Vacant(first) => drop(first.insert(offered)),
            Entry::Occupied(mut known) => known.get_mut().retain(|to| offered.contains(to)),
        }
    }

    /// All ways that another one knows.
    pub fn join(&mut self, other: &Self) {
        for (from, to) in &other.ways {
            self.ways.entry(from.clone()).or_default().extend(to.iter().cloned());
        }
    }

    /// The statuses that an issue can reach from this one by the known ways.
    #[must_use]
    pub fn reachable(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next = vec![from.to_lowercase()];
        while let Some(here) = next.pop() {
            let ways = self.ways.get(&here).into_iter().flatten().filter(|to| !same(from, to));
            next.extend(ways.filter(|to| reached.insert(to.as_str())).map(|to| to.to_lowercase()));
        }
        reached
    }

    /// Whether any way is known.
    #[must_use]
    pub fn has_ways(&self) -> bool {
        !self.ways.is_empty()
    }

    /// The shortest known way: every status after `from`, the last of them `to`. Of several that are equally short, one
    /// that reopens nothing; then the first by name.
    #[must_use]
    pub fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut reached: BTreeMap<String, Option<String>> = BTreeMap::from([(from.to_lowercase(), None)]);
        let mut next = VecDeque::from([from.to_owned()]);
        while let Some(here) = next.pop_front() {
            if same(&here, to) {
                return Some(trace(&reached, here));
            }
            let mut ways: Vec<&String> = self.ways.get(&here.to_lowercase()).into_iter().flatten().collect();
            // A detour over a closed status may tell customers that their request is done.
            ways.sort_by_key(|way| (self.phase(Side::Jira, way) == Phase::Closed, way.to_lowercase()));
            for way in ways {
                if let Entry::Vacant(unreached) = reached.entry(way.to_lowercase()) {
                    unreached.insert(Some(here.clone()));
                    next.push_back(way.clone());
                }
            }
        }
        None
    }

    /// What a status means.
    #[must_use]
    pub fn phase(&self, side: Side, status: &str) -> Phase {
        let found = self.statuses.get(side).iter().find(|(name, _)| same(name, status));
        found.map_or(Phase::Unknown, |(_, phase)| *phase)
    }

    /// Whether going from one status to another opens what was closed. What the vendor does not say is no reopening.
    #[must_use]
    pub fn reopens(&self, side: Side, from: &str, to: &str) -> bool {
        self.phase(side, from) == Phase::Closed && self.phase(side, to) == Phase::Open
    }

    /// Whether a side has a status of this name.
    #[must_use]
    pub fn has(&self, side: Side, status: &str) -> bool {
        self.statuses.get(side).iter().any(|(name, _)| same(name, status))
    }

    /// The closest safe match on `target` for a status of the other side: one of the same name, the one that is there
    /// already, or the only one, each only if both are open or both are closed. A name alone closes and reopens nothing.
    #[must_use]
    pub fn closest(&self, target: Side, status: &str, shown: &str) -> Option<&str> {
        let phase = self.phase(target.other(), status);
        let mut fitting: Vec<&str> = Vec::new();
        for (name, of) in self.statuses.get(target) {
            if *of == phase && phase != Phase::Unknown {
                fitting.push(name);
            }
        }
        let named = |wanted: &str| fitting.iter().find(|name| same(name, wanted)).copied();
        let only = || if fitting.len() == 1 { fitting.first().copied() } else { None };
        named(status).or_else(|| named(shown)).or_else(only)
    }
}

/// Whether two names are of the same status.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn trace(reached: &BTreeMap<String, Option<String>>, end: String) -> Vec<String> {
    let mut path = Vec::new();
    let mut here = end;
    while let Some(Some(before)) = reached.get(&here.to_lowercase()) {
        let step = std::mem::replace(&mut here, before.clone());
        path.push(step);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::{Closed, Open, Unknown};

    fn workflow(salesforce: &[(&str, Phase)], jira: &[(&str, Phase)]) -> Workflow {
        let owned = |all: &[(&str, Phase)]| all.iter().map(|(name, phase)| ((*name).to_owned(), *phase)).collect();
        Workflow::new(Sides::new(owned(salesforce), owned(jira)))
    }

    #[test]
    fn letters_beyond_ascii_have_two_cases_too() {
        assert!(same("ÜBERGEBEN", "Übergeben") && !same("Übergeben", "Ubergeben"));
    }

    #[test]
    fn the_shortest_known_way_is_taken_and_none_is_invented() {
        let mut desk = workflow(&[], &[("Waiting", Open), ("Working", Open), ("Resolved", Closed), ("Closed", Closed)]);
        desk.learn("Waiting", "WAITING");
        assert!(!desk.has_ways(), "a status is no way to itself");
        desk.learn_all("Waiting", ["Working", "Resolved"]);
        desk.learn_all("Working", ["Waiting", "Resolved"]);
        desk.learn_all("Resolved", ["Closed", "Waiting"]);
        assert!(desk.has_ways());
        let table: [(&str, &str, Option<&[&str]>); 6] = [
            ("Waiting", "Resolved", Some(&["Resolved"])),
            ("Waiting", "Closed", Some(&["Resolved", "Closed"])),
            ("waiting", "CLOSED", Some(&["Resolved", "Closed"])),
            ("Resolved", "Working", Some(&["Waiting", "Working"])),
            ("Closed", "Waiting", None),
            ("Waiting", "Waiting", Some(&[])),
        ];
        for (from, to, wanted) in table {
            let path = desk.path(from, to);
            let path: Option<Vec<&str>> = path.as_ref().map(|path| path.iter().map(String::as_str).collect());
            assert_eq!(path.as_deref(), wanted, "{from} -> {to}");
        }
    }

    #[test]
    fn only_what_every_issue_of_a_status_offers_is_a_way_for_all_of_them() {
        let mut offered = Workflow::default();
        offered.learn_common("To Do", ["Doing", "Done", "To Do"]);
        offered.learn_common("to do", ["Doing"]);
        offered.learn_common("Doing", ["Review"]);
        offered.learn_common("Review", []);
        offered.learn_common("Review", ["Done"]);
        assert_eq!(offered.reachable("TO DO"), BTreeSet::from(["Doing", "Review"]));
        let mut flow = workflow(&[], &[]);
        flow.learn("Review", "Done");
        flow.join(&offered);
        assert_eq!(flow.reachable("To Do"), BTreeSet::from(["Doing", "Review", "Done"]));
    }

    #[test]
    fn of_two_short_ways_the_open_one_is_taken() {
        let mut flow = workflow(&[], &[("A", Open), ("Aborted", Closed), ("Review", Open), ("End", Open)]);
        flow.learn_all("A", ["Aborted", "Review"]);
        flow.learn_all("Aborted", ["End"]);
        flow.learn_all("Review", ["End"]);
        assert_eq!(flow.path("A", "End"), Some(vec!["Review".to_owned(), "End".to_owned()]));
    }

    #[test]
    fn only_what_was_closed_is_reopened() {
        let flow = workflow(&[], &[("To Do", Open), ("Done", Closed), ("Parked", Unknown)]);
        for (from, to, reopens) in
            [("Done", "To Do", true), ("To Do", "Done", false), ("Done", "Parked", false), ("Parked", "To Do", false)]
        {
            assert_eq!(flow.reopens(Side::Jira, from, to), reopens, "{from} -> {to}");
        }
    }

    #[test]
    fn the_closest_match_never_closes_or_reopens() {
        let flow = workflow(
            &[("New", Open), ("Working", Open), ("Closed", Closed), ("Odd", Unknown)],
            &[("To Do", Open), ("Closed", Open), ("Working", Open), ("Done", Closed), ("Odd", Closed)],
        );
        let one_end = workflow(&[("New", Open), ("Closed", Closed)], &[("Doing", Open), ("Done", Closed)]);
        let table = [
            ("the same name", &flow, Side::Jira, "Working", "To Do", Some("Working")),
            ("the same name, but it would reopen", &flow, Side::Jira, "Closed", "To Do", None),
            ("a name whose meaning is not known", &flow, Side::Jira, "Odd", "To Do", None),
            ("what is there fits", &flow, Side::Jira, "New", "To Do", Some("To Do")),
            ("several would fit", &flow, Side::Jira, "New", "Done", None),
            ("only one fits", &one_end, Side::Jira, "Closed", "Doing", Some("Done")),
            ("the way back", &one_end, Side::Salesforce, "Done", "New", Some("Closed")),
            ("nobody knows it", &one_end, Side::Salesforce, "Gone", "New", None),
        ];
        for (what, flow, target, status, shown, wanted) in table {
            assert_eq!(flow.closest(target, status, shown), wanted, "{what}");
        }
    }
}
