//! What may be done to a value on its way from one side to the other.

use serde::{Deserialize, Serialize};

use crate::value::Value;

/// One step under `to_jira:` or `to_salesforce:`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Keeps the first *n* characters (Unicode scalar values), e.g. for Jira's 255-character summary.
    FirstCharacters(usize),
    /// Lower case.
    LowerCase,
    /// Upper case.
    UpperCase,
    /// Replaces every occurrence of one text by another.
    Replace {
        /// What is looked for.
        find: String,
        /// What takes its place.
        with: String,
    },
}

impl Transform {
    /// Applies this step; values that are not text pass unchanged, lists member by member.
    #[must_use]
    pub fn apply(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::text(&self.apply_text(text)),
            Value::List(values) => Value::list(values.iter().map(|v| self.apply(v)).collect()),
            other => other.clone(),
        }
    }

    fn apply_text(&self, text: &str) -> String {
        match self {
            Self::FirstCharacters(n) => text.chars().take(*n).collect(),
            Self::LowerCase => text.to_lowercase(),
            Self::UpperCase => text.to_uppercase(),
            Self::Replace { find, with } if !find.is_empty() => text.replace(find.as_str(), with),
            Self::Replace { .. } => text.to_owned(),
        }
    }
}

/// Applies a chain of steps in order.
#[must_use]
pub fn apply_all(steps: &[Transform], value: &Value) -> Value {
    steps.iter().fold(value.clone(), |value, step| step.apply(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_characters_counts_characters_not_bytes() {
        assert_eq!(Transform::FirstCharacters(2).apply(&Value::text("äöü")), Value::text("äö"));
    }

    #[test]
    fn a_chain_runs_in_order() {
        let steps = [Transform::Replace { find: "a".into(), with: "b".into() }, Transform::UpperCase];
        assert_eq!(apply_all(&steps, &Value::text("abc")), Value::text("BBC"));
    }

    #[test]
    fn cutting_everything_away_leaves_empty_not_an_empty_text() {
        assert_eq!(Transform::FirstCharacters(0).apply(&Value::text("abc")), Value::Empty);
    }
}
