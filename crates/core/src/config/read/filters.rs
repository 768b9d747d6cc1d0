//! Reads filters: groups, and tests with exactly one operator.

use super::Reader;
use crate::{
    config::{suggest::listed, tree::Node},
    filter::{Condition, Filter, Holds, OPERATORS, Unfit},
    record::FieldPath,
    side::{Side, Sides},
    value::{Number, Value},
};

/// Words for the start of the last run that finished.
const POLLING_TIMES: [&str; 2] = ["{lasttime}", "{lasttimecomment}"];

/// What identifies an issue is not among its fields.
pub(super) const KEYS: [&str; 2] = ["key", "issuekey"];

/// Fields that hold days or times everywhere. Of the others the org and the site tell.
const TIMES: Sides<&[&str]> = Sides {
    salesforce: &["CreatedDate", "LastModifiedDate", "SystemModstamp"],
    jira: &["created", "updated", "duedate", "resolutiondate"],
};

const NEITHER: &str = "write a day as `2026-12-31`, or a time with its offset as `2026-12-31T12:00:00Z`";

/// Whether a path, perhaps over lookups, leads to the field of this name.
fn is_called(path: &str, name: &str) -> bool {
    path.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name))
}

impl Reader<'_> {
    /// The filter of one end of an item; none lets everything through.
    pub(super) fn filter(&mut self, end: &Node, side: Side) -> Filter {
        if end.has("filter") { self.part(end.get("filter"), side) } else { Filter::default() }
    }

    /// A filter over the fields of a side that is asked of a record at any time, not only when a run takes it up.
    pub(super) fn condition(&mut self, node: &Node, side: Side) -> Filter {
        let filter = self.part(node, side);
        if filter.looks_back() {
            let message = "`{lasttime}` means nothing here: a record is compared whenever it is looked at, by no run in particular";
            let remedy = "compare with a day or a time, or filter by `{lasttime}` under `salesforce:` or `jira:`";
            self.report.error(node.at, "filter-word", message, remedy);
        }
        filter
    }

    fn part(&mut self, node: &Node, side: Side) -> Filter {
        let n_keys = node.entries().len();
        let operators: Vec<&str> = OPERATORS.into_iter().filter(|operator| node.has(operator)).collect();
        let known = operators.len() + ["all", "any", "field"].iter().filter(|key| node.has(key)).count();
        match operators.as_slice() {
            [] if n_keys == 1 && node.has("all") => Filter::All(self.parts(node.get("all"), side)),
            [] if n_keys == 1 && node.has("any") => Filter::Any(self.parts(node.get("any"), side)),
            [operator] if n_keys == 2 && node.has("field") => self.test(node, operator, side),
            // An unknown key has been reported, and is probably what is missing.
            _ if known < n_keys || node.scalar().is_some() || !node.members().is_empty() => Filter::default(),
            [] if n_keys == 1 && node.has("field") => {
                let remedy = format!("add one of {}", listed(OPERATORS));
                self.report.error(node.at, "filter-operator", "this test has no operator", remedy);
                Filter::default()
            }
            [_, _, ..] if node.has("field") => {
                let message = format!("this test has {} operators: {}", operators.len(), operators.join(", "));
                self.report.error(
                    node.at,
                    "filter-operator",
                    message,
                    "make each its own test, in a group `all:` or `any:`",
                );
                Filter::default()
            }
            _ => {
                let message = "this is neither a group nor a test";
                let remedy = "write either `all: [..]`, or `any: [..]`, or `field:` with one operator";
                self.report.error(node.at, "filter-form", message, remedy);
                Filter::default()
            }
        }
    }

    fn parts(&mut self, list: &Node, side: Side) -> Vec<Filter> {
        list.members().iter().map(|part| self.part(part, side)).collect()
    }

    fn test(&mut self, node: &Node, operator: &str, side: Side) -> Filter {
        let field = node.get("field");
        let path = match side {
            Side::Salesforce => self.salesforce_field(field),
            Side::Jira => field.text_or_empty().to_owned(),
        };
        let operand = node.get(operator);
        if POLLING_TIMES.contains(&operand.text_or_empty()) {
            if operator != "greater than" {
                let message = format!("`{}` is compared by `greater than` only", operand.text_or_empty());
                let remedy = "write `greater than`: what came in since the last run";
                self.report.error(operand.at, "filter-word", message, remedy);
            }
            return Filter::SinceLast(FieldPath::new(path));
        }
        let filter = Filter::Test(FieldPath::new(path.clone()), condition(operator, operand));
        if side == Side::Jira && KEYS.iter().any(|key| path.eq_ignore_ascii_case(key)) {
            let message = format!("`{path}` is what an issue is called, which no filter compares");
            self.report.error(field.at, "filter-field", message, "filter by a field of the issue, such as a label");
        }
        if TIMES.get(side).iter().any(|time| is_called(&path, time))
            && let [Unfit { wanted, .. }] = filter.unfit(&|_| Some(Holds::Times)).as_slice()
        {
            let message = format!("`{path}` holds times, and `{wanted}` is neither a day nor a time");
            self.report.error(operand.at, "filter-value", message, NEITHER);
        }
        filter
    }
}

fn condition(operator: &str, operand: &Node) -> Condition {
    let all = || operand.members().iter().map(value).collect();
    match operator {
        "is" => Condition::Is(value(operand)),
        "is not" => Condition::IsNot(value(operand)),
        "is one of" => Condition::IsOneOf(all()),
        "is not one of" => Condition::IsNotOneOf(all()),
        "is empty" => Condition::IsEmpty,
        "is not empty" => Condition::IsNotEmpty,
        "contains" => Condition::Contains(value(operand)),
        "does not contain" => Condition::DoesNotContain(value(operand)),
        "less than" => Condition::LessThan(value(operand)),
        "greater than" => Condition::GreaterThan(value(operand)),
        _ => Condition::Equals(value(operand)),
    }
}

/// A boolean or a number keeps its kind if it was written plainly and just as it is shown again, so that `is: 007` and
/// `is: 1.0` stay the texts that they are.
fn value(operand: &Node) -> Value {
    let text = operand.text_or_empty();
    let plain = operand.scalar().is_some_and(|scalar| scalar.style == saphyr_parser::ScalarStyle::Plain);
    let number = || text.parse().ok().and_then(Number::new).filter(|number| number.to_string() == text);
    match text {
        "true" if plain => Value::Flag(true),
        "false" if plain => Value::Flag(false),
        _ => match number() {
            Some(number) if plain => Value::Number(number),
            _ => Value::text(text),
        },
    }
}
