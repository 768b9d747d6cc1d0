//! Clauses about days and moments.

use super::{Resolver, bounds, negate};
use crate::jira::fields::Field;
use crate::jira::jql::moment::{self, Moment};
use crate::jira::jql::parser::{Clause, Operand, Operator};
use crate::jira::jql::rule::{Clock, Rule};

impl Resolver<'_> {
    fn moment(&mut self, clause: &Clause) -> Option<Moment> {
        let found = match clause.operands.first()? {
            Operand::Value(text) => moment::read(text, self.asker),
            Operand::Function { name, arguments } => moment::function(name, arguments, self.asker),
            Operand::Empty => None,
        };
        if found.is_none() {
            let shown = match clause.operands.first() {
                Some(Operand::Value(text)) => text.clone(),
                Some(Operand::Function { name, .. }) => format!("{name}()"),
                _ => "EMPTY".into(),
            };
            self.complain(format!(
                "Date value '{shown}' for field '{}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
                clause.field
            ));
        }
        found
    }

    pub(super) fn time(&mut self, clause: &Clause, clock: Clock) -> Rule {
        let whole = |clock| Rule::Time(clock, i64::MIN, i64::MAX);
        match clause.operator {
            Operator::IsEmpty => return Rule::Not(Box::new(whole(clock))),
            Operator::IsNotEmpty => return whole(clock),
            _ => {}
        }
        let Some(moment) = self.moment(clause) else { return Rule::Nothing };
        let (start, end) = (moment.start, moment.start + moment.length);
        match clause.operator {
            Operator::Equals => Rule::Time(clock, start, end),
            Operator::Differs => Rule::Not(Box::new(Rule::Time(clock, start, end))),
            Operator::Less => Rule::Time(clock, i64::MIN, start),
            Operator::LessOrEqual => Rule::Time(clock, i64::MIN, start + 1),
            Operator::Greater => Rule::Time(clock, start + 1, i64::MAX),
            Operator::GreaterOrEqual => Rule::Time(clock, start, i64::MAX),
            _ => self.unsupported(clause),
        }
    }

    pub(super) fn date(&mut self, clause: &Clause, field: &Field) -> Rule {
        let Some(moment) = self.moment(clause) else { return Rule::Nothing };
        let at = jiff::Timestamp::from_millisecond(moment.start).unwrap_or_default();
        let day = at.to_zoned(self.asker.zone.clone()).date().to_string();
        match bounds(clause.operator, day) {
            Some((bounds, negated)) => negate(Rule::Date(field.id.clone(), bounds), negated),
            None => self.unsupported(clause),
        }
    }
}
