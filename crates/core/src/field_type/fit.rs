//! What becomes of values between two types, each way: the table that `docs/field-types.md` prints.

use super::{JiraType, SalesforceType};
use crate::side::Side;

/// What becomes of values on their way between two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Every value arrives as it is.
    Full,
    /// It arrives if it has the right form; the vendor refuses it if not.
    Format(&'static str),
    /// Part of it may stay behind.
    MayLose(&'static str),
    /// None arrives.
    None(&'static str),
}

/// What becomes of values between a Salesforce field and a Jira field, on their way to `target`.
#[must_use]
pub fn fit(salesforce: SalesforceType, jira: JiraType, target: Side) -> Fit {
    match target {
        Side::Salesforce => to_salesforce(jira, salesforce),
        Side::Jira => to_jira(salesforce, jira),
    }
}

const NO_COUNTERPART: Fit = Fit::None("such values have no counterpart on the other side");
const LISTED: Fit = Fit::Format("as one text with commas");
const OF_THE_LIST: Fit = Fit::Format("if the field offers the value");
const PLAIN: Fit = Fit::Format("as plain text; formatting stays where it is");
const RICH: Fit = Fit::Format("with the formatting that both sides have");
const READABLE: Fit = Fit::Format("if it reads as one");
const SEVERAL: Fit = Fit::None("several values do not go into one");

fn to_jira(from: SalesforceType, to: JiraType) -> Fit {
    use JiraType as J;
    use SalesforceType as S;
    match (from, to) {
        (S::Opaque, _) | (_, J::Opaque) => NO_COUNTERPART,
        (
            S::Formed | S::OwnId,
            J::Number | J::Date | J::Instant | J::Url | J::Cascade | J::Person | J::People | J::Keyed,
        ) => NO_COUNTERPART,
        (S::ShortText | S::Formed | S::OwnId, to) => to_jira(S::Text, to),
        (S::Whole, to) => to_jira(S::Number, to),
        (_, J::ReadOnly) => Fit::None("Jira fills the field in by itself"),
        (S::Person, J::Person | J::People) => {
            Fit::Format("for people of the table, or with the same visible e-mail address")
        }
        (S::Choices, J::Choices | J::NamedSet) => OF_THE_LIST,
        (S::Choices | S::Choice | S::Text, J::Labels) => Fit::Format("without spaces"),
        (S::Choices, J::Line | J::Document) => LISTED,
        (S::Choices, _) => SEVERAL,
        (S::LongText | S::RichText | S::Compound, J::Line) => Fit::MayLose("Jira keeps one line of 255 characters"),
        (S::RichText, J::Document) => RICH,
        (S::Compound, J::Document) => Fit::Format("as people write it: an address, or latitude and longitude"),
        (_, J::Line | J::Document) => Fit::Full,
        (S::Number, J::Number) | (S::Date, J::Date) | (S::Instant, J::Instant) => Fit::Full,
        (S::Instant, J::Date) => Fit::MayLose("the time of day stays behind"),
        (S::Date, J::Instant) => Fit::Format("as midnight, UTC"),
        (S::Text | S::Choice, J::Number | J::Date | J::Instant | J::Url | J::Keyed) => READABLE,
        (S::Text | S::Choice, J::Person | J::People) => Fit::Format("if it is an account id"),
        (S::Text | S::Choice | S::Number | S::Flag, J::Choice | J::Choices | J::Named | J::NamedSet) => OF_THE_LIST,
        (S::Text | S::Choice, J::Cascade) => Fit::Format("as `Parent > Child`, or by `FIELD.parent` and `FIELD.child`"),
        _ => NO_COUNTERPART,
    }
}

fn to_salesforce(from: JiraType, to: SalesforceType) -> Fit {
    use JiraType as J;
    use SalesforceType as S;
    match (from, to) {
        (J::Opaque, _) | (_, S::Opaque) => NO_COUNTERPART,
        (_, S::OwnId) => Fit::None("Salesforce gives a record its id"),
        (from, S::ShortText | S::Formed) => match (to_salesforce(from, S::Text), to) {
            (Fit::None(why), _) => Fit::None(why),
            (Fit::Full, S::ShortText) => Fit::Format("if it is short enough"),
            (loss, S::ShortText) => loss,
            _ => READABLE,
        },
        (_, S::Compound) => Fit::None("Salesforce takes the parts of the field, one by one"),
        (J::Person, S::Person) => Fit::Format("for people of the table, or with the same visible e-mail address"),
        (_, S::Person | S::Reference) => match from {
            J::Line => Fit::Format("if it is a record id"),
            _ => NO_COUNTERPART,
        },
        (J::Choices | J::Labels | J::NamedSet | J::People, S::Choices) => OF_THE_LIST,
        (J::Choices | J::Labels | J::NamedSet | J::People, S::Text | S::LongText | S::RichText) => LISTED,
        (J::Choices | J::Labels | J::NamedSet | J::People, _) => SEVERAL,
        (J::Document, S::Text) => Fit::MayLose("Salesforce keeps as much as the field is long"),
        (J::Document, S::RichText) => RICH,
        (J::Document, S::LongText) => PLAIN,
        (_, S::Text | S::LongText | S::RichText) => Fit::Full,
        (J::Date, S::Date) => Fit::Full,
        (J::Number, S::Number) => Fit::MayLose("Salesforce rounds to the decimals that the field has"),
        (J::Number, S::Whole) => Fit::Format("if it is a whole number"),
        (J::Instant, S::Instant) => Fit::Format("to the second"),
        (J::Instant, S::Date) => Fit::MayLose("the time of day stays behind"),
        (J::Date, S::Instant) => Fit::Format("as midnight, UTC"),
        (J::Line | J::Choice, S::Number | S::Whole | S::Date | S::Instant | S::Flag) => READABLE,
        (
            J::Line | J::Choice | J::Cascade | J::Named | J::Number | J::ReadOnly | J::Url | J::Keyed,
            S::Choice | S::Choices,
        ) => OF_THE_LIST,
        (J::ReadOnly, S::Date | S::Instant | S::Number | S::Whole) => READABLE,
        _ => NO_COUNTERPART,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What flows one way without loss between like types flows back, as far as Salesforce keeps it.
    #[test]
    fn like_types_go_both_ways() {
        use {JiraType as J, SalesforceType as S};
        for (salesforce, jira) in [(S::Text, J::Line), (S::Date, J::Date)] {
            assert_eq!(Side::BOTH.map(|side| fit(salesforce, jira, side)), [Fit::Full; 2], "{salesforce:?}");
        }
        for (salesforce, jira) in [(S::Number, J::Number), (S::Whole, J::Number), (S::Instant, J::Instant)] {
            assert_eq!(fit(salesforce, jira, Side::Jira), Fit::Full, "{salesforce:?}");
            assert!(!matches!(fit(salesforce, jira, Side::Salesforce), Fit::Full | Fit::None(_)), "{salesforce:?}");
        }
    }
}
