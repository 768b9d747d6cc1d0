//! A text with fields in it: `{CaseNumber}: {Subject}`. A brace itself is written twice.

use super::add;
use crate::{record::FieldPath, value::Value};

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(FieldPath),
}

impl Template {
    /// Parses a template; the error is the end of a sentence about it.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), written);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                text.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let Some(inside) = from.strip_prefix('{') else {
                return Err("a `}` closes nothing; write `}}` for a brace".to_owned());
            };
            let Some((name, after)) = inside.split_once('}') else {
                return Err("a `{` is not closed; write `{{` for a brace".to_owned());
            };
            if name.trim().is_empty() {
                return Err("`{}` names no field".to_owned());
            }
            parts.extend([Part::Text(std::mem::take(&mut text)), Part::Field(FieldPath::new(name.trim()))]);
            rest = after;
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Self { parts })
    }

    /// The fields in it.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(path) => Some(path),
            Part::Text(_) => None,
        })
    }

    /// The text, with each field's value in its place; `None` when a field was not collected, or it is too much.
    pub fn fill<'v>(&self, value: impl Fn(&FieldPath) -> Option<&'v Value>) -> Option<String> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => add(&mut filled, text)?,
                Part::Field(path) => add(&mut filled, &value(path)?.to_string())?,
            }
        }
        Some(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_that_means_nothing_is_said() {
        for (written, reason) in [("a {b", "not closed"), ("a } b", "closes nothing"), ("{ }", "names no field")] {
            assert!(Template::parse(written).unwrap_err().contains(reason), "{written}");
        }
        let template = Template::parse("{a} {{ {b.c} }}").unwrap();
        assert_eq!(template.fields().map(FieldPath::as_str).collect::<Vec<_>>(), ["a", "b.c"]);
    }
}
