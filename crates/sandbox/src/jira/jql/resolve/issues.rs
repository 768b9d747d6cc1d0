//! Clauses about issues: by key, by id, by functions that name issues.

use std::collections::HashSet;

use super::{Resolver, wants_any};
use crate::jira::jql::parser::{Clause, Operand, Operator};
use crate::jira::jql::rule::Rule;

impl Resolver<'_> {
    pub(super) fn issues(&mut self, clause: &Clause) -> Rule {
        if let Some(bounds) = self.key_bounds(clause) {
            return bounds;
        }
        let Some(any) = wants_any(clause.operator) else { return self.unsupported(clause) };
        let mut ids = HashSet::new();
        for operand in &clause.operands {
            match operand {
                Operand::Empty => {}
                Operand::Value(value) => match self.contents.find_issue(value) {
                    Some(issue) => {
                        ids.insert(issue.id);
                    }
                    None if value.parse::<u64>().is_ok() => {
                        self.complain(format!(
                            "A value with ID '{value}' does not exist for the field '{}'.",
                            clause.field
                        ));
                    }
                    None => {
                        self.complain(format!(
                            "An issue with key '{value}' does not exist for field '{}'.",
                            clause.field
                        ));
                    }
                },
                Operand::Function { name, arguments } => match self.issue_function(name, arguments) {
                    Some(found) => ids.extend(found),
                    None => {
                        self.complain(format!("Unable to find JQL function '{name}()'."));
                    }
                },
            }
        }
        if any { Rule::Ids(ids) } else { Rule::Not(Box::new(Rule::Ids(ids))) }
    }

    /// `id > 10000`: comparisons by id, as numbers.
    fn key_bounds(&mut self, clause: &Clause) -> Option<Rule> {
        let Some(Operand::Value(value)) = clause.operands.first() else { return None };
        if wants_any(clause.operator).is_some() {
            return None;
        }
        let id = self.contents.find_issue(value).map(|issue| issue.id).or_else(|| value.parse().ok())?;
        let fits = |other: &u64| match clause.operator {
            Operator::Less => *other < id,
            Operator::LessOrEqual => *other <= id,
            Operator::Greater => *other > id,
            Operator::GreaterOrEqual => *other >= id,
            _ => false,
        };
        Some(Rule::Ids(self.contents.issues.keys().copied().filter(fits).collect()))
    }

    fn issue_function(&self, name: &str, arguments: &[String]) -> Option<Vec<u64>> {
        match name.to_lowercase().as_str() {
            "issueswithremotelinksbyglobalid" => {
                let linked = |id: &Option<String>| id.as_ref().is_some_and(|id| arguments.contains(id));
                Some(
                    self.contents
                        .issues
                        .values()
                        .filter(|i| i.remote_links.iter().any(|l| linked(&l.global_id)))
                        .map(|i| i.id)
                        .collect(),
                )
            }
            "linkedissues" => {
                let issue = self.contents.find_issue(arguments.first()?)?;
                Some(
                    self.contents
                        .links_of(issue.id)
                        .map(|l| if l.source == issue.id { l.destination } else { l.source })
                        .collect(),
                )
            }
            "watchedissues" => {
                let me = self.asker.account?;
                Some(self.contents.issues.values().filter(|i| i.watchers.contains(me)).map(|i| i.id).collect())
            }
            _ => None,
        }
    }
}
