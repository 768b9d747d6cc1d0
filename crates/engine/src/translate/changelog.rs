//! Values as Jira's changelog words them: labels between blanks, options between commas, times with an offset, rich text as
//! wiki markup. What it says cannot be read back into a value, but it can be told whether it says one that is known.

use std::collections::BTreeSet;

use entente_core::Value;

use super::instant;

/// Whether a text of the changelog says this value.
pub(crate) fn says(text: &str, value: &Value) -> bool {
    value.means(&Value::text(text))
        || match value {
            Value::List(values) => {
                let listed: Vec<String> = values.iter().map(ToString::to_string).collect();
                words(text, |c| c == ' ' || c == ',') == words(&listed.join(","), |c| c == ' ' || c == ',')
            }
            Value::Instant(at) => instant(text) == Some(*at),
            Value::Rich(document) => {
                words(text, |c| !c.is_alphanumeric()) == words(document.plain(), |c| !c.is_alphanumeric())
            }
            Value::Empty | Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Date(_) => false,
        }
}

fn words(text: &str, is_between: fn(char) -> bool) -> BTreeSet<&str> {
    text.split(is_between).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use entente_core::rich::Document;

    use super::*;

    #[test]
    fn what_the_changelog_words_in_its_own_way_is_the_same_value() {
        let topics = Value::listed("beta,alpha");
        assert!(says("alpha beta", &topics) && says("alpha, beta", &topics) && !says("alpha gamma", &topics));
        let at = Value::Instant("2027-02-28T10:00:00Z".parse().unwrap());
        assert!(says("2027-02-28T10:00:00.000+0000", &at) && !says("2027-02-28T10:00:01.000+0000", &at));
        let rich = Value::rich(Document::of_plain("one https://x.example two"));
        assert!(says("one [https://x.example|https://x.example] two", &rich) && !says("one three", &rich));
        assert!(says("one", &Value::text("one")) && !says("one, two", &Value::text("one two")), "a text is what it is");
    }
}
