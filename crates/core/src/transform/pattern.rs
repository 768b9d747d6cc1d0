//! A regular expression that always ends soon: linear in the text, and of a bounded size.

use regex::{Regex, RegexBuilder};

use super::{YIELD_BYTES_MAX, add};

/// Longer patterns are refused before they are compiled.
const PATTERN_CHARACTERS_MAX: usize = 1_000;
/// A pattern that compiles to more than this is refused: `(a{1000}){1000}` is short to write.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A compiled regular expression, equal to another when it was written alike.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; the error is the end of a sentence about it.
    pub fn new(written: &str) -> Result<Self, String> {
        if written.chars().count() > PATTERN_CHARACTERS_MAX {
            return Err(format!("it is longer than {PATTERN_CHARACTERS_MAX} characters"));
        }
        let built = RegexBuilder::new(written).size_limit(PATTERN_BYTES_MAX).build();
        built.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it repeats too much to be run on every value".to_owned(),
            // The last line says what is wrong; those above it draw the pattern.
            error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        })
    }

    /// What is found first: the first group, when there is one.
    pub(super) fn extract<'t>(&self, text: &'t str) -> &'t str {
        let Some(found) = self.0.captures(text) else { return "" };
        let wanted = if found.len() > 1 { found.get(1) } else { found.get(0) };
        wanted.map_or("", |found| found.as_str())
    }

    /// Everything that is found replaced, unless that could yield too much.
    pub(super) fn replace_all(&self, text: &str, with: &str) -> Option<String> {
        let (mut yielded, mut kept_to) = (String::new(), 0);
        let n_groups = with.matches('$').count();
        for found in self.0.captures_iter(text) {
            let whole = found.get_match();
            add(&mut yielded, &text[kept_to..whole.start()])?;
            // No group is longer than the whole.
            if yielded.len() + with.len() + n_groups * whole.len() > YIELD_BYTES_MAX {
                return None;
            }
            found.expand(with, &mut yielded);
            kept_to = whole.end();
        }
        add(&mut yielded, &text[kept_to..])?;
        Some(yielded)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_would_not_end_soon_is_refused_with_a_reason() {
        for (written, reason) in [
            ("(", "unclosed group"),
            ("(a{1000}){1000}", "repeats too much"),
            ("(?=a)", "look-around"),
            (&"a".repeat(1_001), "longer than 1000 characters"),
        ] {
            let error = Pattern::new(written).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
