//! What a field can hold, as far as its side tells: asked before a person's value is taken, so that one side is not
//! written what the other is going to refuse.

use entente_core::{Value, field_type::SalesforceType};
use entente_jira::FieldMeta;
use entente_salesforce::Field;

use crate::limits::LINE_CHARS_MAX;

/// The demands of one field; the default demands nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Takes {
    /// Whether there must be something in it.
    pub(crate) required: bool,
    /// Whether the side fills it in by itself, and nobody else does.
    pub(crate) computed: bool,
    chars_max: Option<usize>,
    choices: Option<Vec<String>>,
}

impl Takes {
    /// By describe. A checkbox is never empty, and nothing makes it so.
    pub(super) fn in_salesforce(field: &Field, field_type: SalesforceType) -> Self {
        let is_text = matches!(field_type, SalesforceType::Text | SalesforceType::ShortText | SalesforceType::LongText);
        let choices = || {
            let active = field.picklist_values.iter().filter(|choice| choice.active);
            active.map(|choice| choice.value.clone()).collect()
        };
        Self {
            required: !field.nillable && field_type != SalesforceType::Flag,
            computed: field.is_computed(),
            chars_max: usize::try_from(field.length).ok().filter(|chars| is_text && *chars > 0),
            choices: field.restricted_picklist.then(choices),
        }
    }

    /// By the screen of the project and type.
    pub(super) fn in_jira(id: &str, is_line: bool, screen: &[FieldMeta]) -> Self {
        let meta = screen.iter().find(|meta| meta.field_id == id);
        let choices = meta.map(FieldMeta::choices);
        Self {
            required: meta.is_some_and(|meta| meta.required),
            computed: false,
            chars_max: is_line.then_some(LINE_CHARS_MAX),
            choices: choices.filter(|choices| !choices.is_empty()),
        }
    }

    /// Why the field cannot hold a value, as a clause after its name.
    pub(crate) fn refuses(&self, value: &Value) -> Option<String> {
        if value.is_empty() {
            return self.required.then(|| "must not be empty".to_owned());
        }
        if let (Some(max), Some(text)) = (self.chars_max, value.as_text())
            && text.chars().count() > max
        {
            return Some(format!("holds {max} characters, and this has {}", text.chars().count()));
        }
        let choices = self.choices.as_ref()?;
        let is_choice = |one: &Value| choices.iter().any(|choice| choice.eq_ignore_ascii_case(&one.to_string()));
        let strange = value.members().iter().find(|one| !is_choice(one))?;
        Some(format!("has no choice \"{strange}\"; it has {}", choices.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_why_it_cannot_hold_a_value() {
        let takes = Takes { required: true, chars_max: Some(3), ..Takes::default() };
        let listed = Takes { choices: Some(vec!["High".to_owned(), "Low".to_owned()]), ..Takes::default() };
        let several = Value::set(vec![Value::text("Low"), Value::text("None")]);
        let rows = [
            (&takes, Value::Empty, Some("must not be empty")),
            (&takes, Value::text("abc"), None),
            (&takes, Value::text("abcd"), Some("holds 3 characters, and this has 4")),
            (&listed, Value::text("high"), None),
            (&listed, Value::Empty, None),
            (&listed, several, Some("has no choice \"None\"; it has High, Low")),
            (&Takes::default(), Value::text("anything"), None),
        ];
        for (takes, value, expected) in rows {
            assert_eq!(takes.refuses(&value).as_deref(), expected, "{value}");
        }
    }
}
