//! Errors in a query: the vendor draws a picture with a caret under the word it does not like.

use super::super::refusal::Refusal;

/// Characters of the query shown on either side of the caret.
const SHOWN: usize = 60;

/// A refusal with the picture; `at` is a byte offset.
pub(super) fn at(text: &str, at: usize, code: &'static str, message: &str) -> Refusal {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    let n_before = before.chars().count();
    let skipped = n_before.saturating_sub(SHOWN);
    let shown: String =
        text.chars().skip(skipped).take(2 * SHOWN).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let caret = " ".repeat(n_before - skipped);
    Refusal::new(400, code, format!("\n{shown}\n{caret}^\nERROR at Row:{line}:Column:{column}\n{message}"))
}

pub(super) fn unexpected(text: &str, position: usize, token: &str) -> Refusal {
    at(text, position, "MALFORMED_QUERY", &format!("unexpected token: '{token}'"))
}

/// Two sentences that the vendor puts behind every unknown name.
pub(super) fn unknown_field(text: &str, position: usize, field: &str, entity: &str) -> Refusal {
    let message = format!(
        "No such column '{field}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append \
         the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
    );
    at(text, position, "INVALID_FIELD", &message)
}

pub(super) fn unknown_object(text: &str, position: usize, object: &str) -> Refusal {
    let message = format!(
        "sObject type '{object}' is not supported. If you are attempting to use a custom object, be sure to append the \
         '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    );
    at(text, position, "INVALID_TYPE", &message)
}

pub(super) fn unknown_relationship(text: &str, position: usize, relationship: &str, entity: &str) -> Refusal {
    let message = format!(
        "Didn't understand relationship '{relationship}' in field path. If you are attempting to use a custom \
         relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or \
         the describe call for the appropriate names. ({entity})"
    );
    at(text, position, "INVALID_FIELD", &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_word() {
        let refusal = unknown_field("SELECT Foo FROM Case", 7, "Foo", "Case");
        let expected =
            "\nSELECT Foo FROM Case\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Case'.";
        assert!(refusal.message.starts_with(expected), "{}", refusal.message);
        assert_eq!(refusal.code, "INVALID_FIELD");
        let refusal = unknown_object("select count() from XYZZY", 20, "XYZZY");
        assert!(refusal.message.starts_with(
            "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY'"
        ));
    }
}
