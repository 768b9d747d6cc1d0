//! From names to ids: what a query's fields and values mean on this site, and the vendor's complaint where they mean nothing.

mod issues;
mod times;

use std::collections::HashSet;

use super::meaning::{Meaning, meaning, sort_key};
use super::order::Order;
use super::parser::{Clause, Condition, Operand, Operator, Query};
use super::rule::{Bounds, Clock, Pattern, Rule};
use super::{Asker, Search};
use crate::jira::contents::Contents;
use crate::jira::fields::{Field, Kind};
use crate::jira::limits::ORDER_BY_FIELDS;
use crate::jira::permission;

/// Resolves a whole query. A stranger gets no complaints: what does not exist for him just finds nothing.
pub(crate) fn resolve(contents: &Contents, query: &Query, asker: &Asker<'_>) -> Result<Search, Vec<String>> {
    let mut resolver = Resolver { contents, asker, complaints: Vec::new() };
    let rule = query.condition.as_ref().map(|condition| resolver.condition(condition));
    let order = resolver.order(&query.order);
    if query.order.len() > ORDER_BY_FIELDS {
        return Err(vec![format!("JQL can be ordered by at most {ORDER_BY_FIELDS} fields.")]);
    }
    match resolver.complaints {
        complaints if complaints.is_empty() || asker.account.is_none() => Ok(Search { rule, order }),
        complaints => Err(complaints),
    }
}

struct Resolver<'a> {
    contents: &'a Contents,
    asker: &'a Asker<'a>,
    complaints: Vec<String>,
}

/// `=` and `in` want any of the values, `!=` and `not in` none of them and a field that is not empty.
fn wants_any(operator: Operator) -> Option<bool> {
    match operator {
        Operator::Equals | Operator::In => Some(true),
        Operator::Differs | Operator::NotIn => Some(false),
        _ => None,
    }
}

impl Resolver<'_> {
    fn condition(&mut self, condition: &Condition) -> Rule {
        match condition {
            Condition::All(parts) => Rule::All(parts.iter().map(|part| self.condition(part)).collect()),
            Condition::Any(parts) => Rule::Any(parts.iter().map(|part| self.condition(part)).collect()),
            Condition::Not(inner) => Rule::Not(Box::new(self.condition(inner))),
            Condition::Clause(clause) => self.clause(clause),
        }
    }

    fn complain(&mut self, text: String) -> Rule {
        self.complaints.push(text);
        Rule::Nothing
    }

    fn clause(&mut self, clause: &Clause) -> Rule {
        match meaning(self.contents, &clause.field) {
            None => self
                .complain(format!("Field '{}' does not exist or you do not have permission to view it.", clause.field)),
            Some(Meaning::Issue) => self.issues(clause),
            Some(Meaning::Project) => self.members(
                clause,
                |s, v| s.project(v).map(|id| vec![id]),
                |ids| Rule::Projects(ids.iter().filter_map(|id| id.parse().ok()).collect()),
            ),
            Some(Meaning::Type) => self.members(
                clause,
                |s, v| many(s.contents.catalogue.issue_types.iter().map(|t| (&t.id, &t.name)), v),
                Rule::Types,
            ),
            Some(Meaning::Status) => self.members(
                clause,
                |s, v| many(s.contents.catalogue.statuses.iter().map(|t| (&t.id, &t.name)), v),
                Rule::Statuses,
            ),
            Some(Meaning::Category) => self.members(clause, Self::statuses_of, Rule::Statuses),
            Some(Meaning::Creator) => self.members(clause, Self::person, Rule::Creators),
            Some(Meaning::Watcher) => self.members(clause, Self::person, Rule::Watchers),
            Some(Meaning::Time(clock)) => self.time(clause, clock),
            Some(Meaning::Text(fields)) => self.text(clause, fields),
            Some(Meaning::Field(field)) => self.field(clause, field),
        }
    }

    fn unsupported(&mut self, clause: &Clause) -> Rule {
        self.complain(format!(
            "The operator '{}' is not supported by the '{}' field.",
            clause.operator.sign(),
            clause.field
        ))
    }

    fn field(&mut self, clause: &Clause, field: &Field) -> Rule {
        match clause.operator {
            Operator::IsEmpty => return Rule::Empty(field.id.clone()),
            Operator::IsNotEmpty => return Rule::Not(Box::new(Rule::Empty(field.id.clone()))),
            _ => {}
        }
        match field.kind {
            Kind::Text | Kind::Rich => self.text(clause, vec![field.id.clone()]),
            Kind::Url if matches!(clause.operator, Operator::Contains | Operator::ContainsNot) => {
                self.text(clause, vec![field.id.clone()])
            }
            Kind::DateTime => self.time(clause, Clock::Field(field.id.clone())),
            Kind::Date => self.date(clause, field),
            Kind::Number => self.number(clause, field),
            _ => {
                let (id, kind) = (field.id.clone(), field.kind);
                self.members(clause, |s, v| s.stored(field, kind, v), |values| Rule::Stored(id, values))
            }
        }
    }

    /// `=`, `!=`, `in`, `not in` over ids; `EMPTY` among them is understood.
    fn members(
        &mut self,
        clause: &Clause,
        find: impl Fn(&Self, &str) -> Option<Vec<String>>,
        rule: impl FnOnce(HashSet<String>) -> Rule,
    ) -> Rule {
        let Some(any) = wants_any(clause.operator) else { return self.unsupported(clause) };
        let mut ids = HashSet::new();
        let mut or_empty = false;
        for operand in &clause.operands {
            match operand {
                Operand::Empty => or_empty = true,
                Operand::Value(value) if is_unresolved(clause, value) => or_empty = true,
                Operand::Value(value) => match find(self, value) {
                    Some(found) => ids.extend(found),
                    None => {
                        self.complain(format!("The value '{value}' does not exist for the field '{}'.", clause.field));
                    }
                },
                Operand::Function { name, arguments } => match self.people_function(name, arguments) {
                    Some(found) => ids.extend(found),
                    None => {
                        self.complain(format!("Unable to find JQL function '{name}()'."));
                    }
                },
            }
        }
        let rule = rule(ids);
        let empty = match &rule {
            Rule::Stored(field, _) => Some(Rule::Empty(field.clone())),
            _ => None,
        };
        match (any, or_empty, empty) {
            (true, false, _) | (true, true, None) => rule,
            (true, true, Some(empty)) => Rule::Any(vec![rule, empty]),
            (false, _, None) => Rule::Not(Box::new(rule)),
            // An empty field is not unequal to anything.
            (false, _, Some(empty)) => Rule::Not(Box::new(Rule::Any(vec![rule, empty]))),
        }
    }

    fn people_function(&self, name: &str, arguments: &[String]) -> Option<Vec<String>> {
        let people = &self.contents.people;
        match name.to_lowercase().as_str() {
            "currentuser" => Some(self.asker.account.map(str::to_owned).into_iter().collect()),
            "membersof" => {
                let group = people.group_by(arguments.first()?)?;
                Some(
                    people
                        .users
                        .values()
                        .filter(|u| u.groups.contains(&group.name))
                        .map(|u| u.account_id.clone())
                        .collect(),
                )
            }
            "organizationmembers" => {
                let wanted = arguments.first()?;
                let found = self.contents.desks.organizations.values().find(|o| o.name.eq_ignore_ascii_case(wanted))?;
                Some(found.members.iter().cloned().collect())
            }
            _ => None,
        }
    }

    fn project(&self, value: &str) -> Option<String> {
        let by_name = || self.contents.catalogue.projects.values().find(|p| p.name.eq_ignore_ascii_case(value));
        let found = self.contents.find_project(value).or_else(by_name);
        // Queries that name an archived project, or one that the asker may not browse, break: "The value 'OPS' does not
        // exist for the field 'project'."
        found.filter(|p| !p.archived && self.may_browse(p.id)).map(|p| p.id.to_string())
    }

    fn may_browse(&self, project: u64) -> bool {
        let account = self.asker.account;
        account.is_none() || permission::may(self.contents, account, "BROWSE_PROJECTS", Some(project))
    }

    fn statuses_of(&self, value: &str) -> Option<Vec<String>> {
        let category = crate::jira::catalogue::Category::ALL
            .into_iter()
            .find(|c| c.name().eq_ignore_ascii_case(value) || c.key() == value || c.id().to_string() == value)?;
        Some(self.contents.catalogue.statuses.iter().filter(|s| s.category == category).map(|s| s.id.clone()).collect())
    }

    fn person(&self, value: &str) -> Option<Vec<String>> {
        let people = &self.contents.people;
        let found =
            people.users.get(value).or_else(|| people.by_email(value).filter(|u| u.shows_email && !value.is_empty()));
        let found = found.or_else(|| people.users.values().find(|u| u.name.eq_ignore_ascii_case(value)));
        found.map(|user| vec![user.account_id.clone()])
    }

    /// The stored forms that a value of this kind can have.
    fn stored(&self, field: &Field, kind: Kind, value: &str) -> Option<Vec<String>> {
        let catalogue = &self.contents.catalogue;
        match kind {
            Kind::Labels | Kind::Url => Some(vec![value.to_owned()]),
            Kind::User | Kind::Users => self.person(value),
            Kind::Group | Kind::Groups => self.contents.people.group_by(value).map(|g| vec![g.id.clone()]),
            Kind::Priority => many(catalogue.priorities.iter().map(|p| (&p.id, &p.name)), value),
            Kind::Resolution => many(catalogue.resolutions.iter().map(|r| (&r.id, &r.name)), value),
            Kind::Version | Kind::Versions => {
                many(catalogue.projects.values().flat_map(|p| &p.versions).map(|v| (&v.id, &v.name)), value)
            }
            Kind::Components => {
                many(catalogue.projects.values().flat_map(|p| &p.components).map(|c| (&c.id, &c.name)), value)
            }
            Kind::Option | Kind::Options | Kind::Cascading => {
                many(field.all_choices().map(|c| (&c.id, &c.value)), value)
            }
            Kind::Parent => self.contents.find_issue(value).map(|issue| vec![issue.id.to_string()]),
            Kind::Organizations => self
                .contents
                .desks
                .organizations
                .values()
                .find(|o| o.name.eq_ignore_ascii_case(value) || o.id.to_string() == value)
                .map(|o| vec![o.id.to_string()]),
            Kind::RequestType => many(self.contents.desks.request_types.iter().map(|r| (&r.id, &r.name)), value),
            Kind::Project => self.project(value).map(|id| vec![id]),
            Kind::Text
            | Kind::Rich
            | Kind::Number
            | Kind::Date
            | Kind::DateTime
            | Kind::TimeTracking
            | Kind::ServiceLevel
            | Kind::Structural(_)
            | Kind::ReadOnly => Some(vec![value.to_owned()]),
        }
    }

    fn number(&mut self, clause: &Clause, field: &Field) -> Rule {
        let Some(number) =
            clause.operands.first().and_then(|o| if let Operand::Value(v) = o { v.parse::<f64>().ok() } else { None })
        else {
            return self.complain(format!("Value for the field '{}' must be a number.", clause.field));
        };
        match bounds(clause.operator, number) {
            Some((bounds, negated)) => negate(Rule::Number(field.id.clone(), bounds), negated),
            None => self.unsupported(clause),
        }
    }

    fn text(&mut self, clause: &Clause, fields: Vec<String>) -> Rule {
        let Some(Operand::Value(text)) = clause.operands.first() else { return self.unsupported(clause) };
        let rule = Rule::Text(fields, Pattern::new(text));
        match clause.operator {
            Operator::Contains => rule,
            Operator::ContainsNot => Rule::Not(Box::new(rule)),
            _ => self.unsupported(clause),
        }
    }

    fn order(&mut self, fields: &[(String, bool)]) -> Order {
        let mut keys = Vec::new();
        for (name, descending) in fields {
            match sort_key(self.contents, name) {
                Some(key) => keys.push((key, *descending)),
                None => {
                    self.complain(format!("Field '{name}' does not exist or you do not have permission to view it."));
                }
            }
        }
        if keys.is_empty() { Order::default_order() } else { Order(keys) }
    }
}

/// `resolution = Unresolved` is the vendor's way of saying that it is empty.
fn is_unresolved(clause: &Clause, value: &str) -> bool {
    clause.field.eq_ignore_ascii_case("resolution") && value.eq_ignore_ascii_case("unresolved")
}

/// The range an operator means, and whether its opposite is wanted.
fn bounds<T: Clone>(operator: Operator, value: T) -> Option<(Bounds<T>, bool)> {
    let at = |inclusive| Some((value.clone(), inclusive));
    Some(match operator {
        Operator::Equals => (Bounds { from: at(true), to: at(true) }, false),
        Operator::Differs => (Bounds { from: at(true), to: at(true) }, true),
        Operator::Less => (Bounds { from: None, to: at(false) }, false),
        Operator::LessOrEqual => (Bounds { from: None, to: at(true) }, false),
        Operator::Greater => (Bounds { from: at(false), to: None }, false),
        Operator::GreaterOrEqual => (Bounds { from: at(true), to: None }, false),
        _ => return None,
    })
}

fn negate(rule: Rule, negated: bool) -> Rule {
    if negated { Rule::Not(Box::new(rule)) } else { rule }
}

/// Names need not be unique (statuses of different projects), so all that are called so are meant.
fn many<'r>(rows: impl Iterator<Item = (&'r String, &'r String)>, value: &str) -> Option<Vec<String>> {
    let ids: Vec<String> =
        rows.filter(|(id, name)| *id == value || name.eq_ignore_ascii_case(value)).map(|(id, _)| id.clone()).collect();
    (!ids.is_empty()).then_some(ids)
}
