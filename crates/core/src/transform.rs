//! What may be done to a value on its way from one side to the other: collected, then transformed, then delivered.
//!
//! Steps run in their order, each on what the one before made of the value. A step that names further fields sees them
//! as they were collected. No step can fail: what could be wrong about one is refused when the configuration is read,
//! and a value that a step cannot take (a word where a date is needed) is left alone, and said.

mod pattern;
mod template;
mod time;

pub use pattern::Pattern;
pub use template::Template;
pub use time::{DateFormat, FormatProblem, zone_names};

use crate::{
    filter::{Filter, Verdict},
    record::FieldPath,
    value::Value,
};

/// The most steps of a line in one direction.
pub const STEPS_MAX: usize = 50;

/// The most that a step may yield, in bytes of text: more than any field of either side holds. A step that would yield more
/// cannot take the value.
pub const YIELD_BYTES_MAX: usize = 1 << 20;

/// One step under `to_jira:` or `to_salesforce:`.
#[derive(Clone, Debug, PartialEq)]
pub enum Transform {
    /// Keeps the first *n* characters (Unicode scalar values), e.g. for Jira's 255-character summary.
    FirstCharacters(usize),
    /// Lower case.
    LowerCase,
    /// Upper case.
    UpperCase,
    /// White space at both ends goes, and what lies between counts once.
    Trim,
    /// Replaces every occurrence of one text by another.
    Replace {
        /// What is looked for.
        find: String,
        /// What takes its place.
        with: String,
    },
    /// What the pattern finds first: its first group, when it has one. Nothing, when it finds nothing.
    Pattern(Pattern),
    /// Replaces everything that the pattern finds.
    ReplacePattern {
        /// What is looked for.
        find: Pattern,
        /// What takes its place; `$1` is the first group.
        with: String,
    },
    /// A date or a time as people write it.
    FormatDate(DateFormat),
    /// The way back: a date or a time from how people write it.
    ReadDate(DateFormat),
    /// A text with the values of fields in it.
    Template(Template),
    /// Several fields as one list, or as one text.
    BuildArray {
        /// Which fields; empty ones are left out.
        fields: Vec<FieldPath>,
        /// What stands between them in one text; without it they become a list.
        separator: Option<String>,
    },
    /// Always this.
    Constant(Value),
    /// This, where there is nothing.
    Default(Value),
    /// This, and nothing after it, where the filter passes.
    When {
        /// About the fields of the side that the value comes from.
        filter: Filter,
        /// What is delivered.
        then: Value,
    },
}

/// What a chain of steps makes of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The value, on which a value table may still work.
    Value(Value),
    /// A value to deliver as it is.
    Final(Value),
}

impl Outcome {
    /// The value, whichever it is.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Value(value) | Self::Final(value) => value,
        }
    }
}

/// The fields of one side that a mapping has collected.
#[derive(Clone, Copy, Debug)]
pub struct Collected<'a> {
    /// The mapped field itself.
    pub own: (&'a FieldPath, &'a Value),
    /// The further fields that steps name, and their values in the same order.
    pub further: (&'a [FieldPath], &'a [Value]),
}

impl<'a> Collected<'a> {
    fn value(&self, path: &FieldPath) -> Option<&'a Value> {
        if path == self.own.0 {
            return Some(self.own.1);
        }
        let (paths, values) = self.further;
        paths.iter().zip(values).find(|(known, _)| *known == path).map(|(_, value)| value)
    }
}

/// Applies a chain of steps to the mapped field. `None`: a step cannot take the value.
#[must_use]
pub fn run(steps: &[Transform], collected: &Collected<'_>) -> Option<Outcome> {
    let mut value = collected.own.1.clone();
    for step in steps {
        match step {
            Transform::When { filter, then } => {
                if filter.judge_by(&|path| collected.value(path)) == Verdict::Passes {
                    return Some(Outcome::Final(then.clone()));
                }
            }
            Transform::Template(template) => value = Value::text(&template.fill(|path| collected.value(path))?),
            Transform::BuildArray { fields, separator } => value = array(fields, separator.as_deref(), collected)?,
            step => value = step.apply(&value)?,
        }
        if bytes(&value) > YIELD_BYTES_MAX {
            return None;
        }
    }
    Some(Outcome::Value(value))
}

/// How much text a value is.
fn bytes(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Rich(document) => document.plain().len(),
        Value::List(values) => values.iter().map(bytes).sum(),
        _ => 0,
    }
}

/// Adds a piece to what a step yields, unless it would yield too much.
fn add(yielded: &mut String, piece: &str) -> Option<()> {
    let fits = yielded.len() + piece.len() <= YIELD_BYTES_MAX;
    fits.then(|| yielded.push_str(piece))
}

fn replace(text: &str, find: &str, with: &str) -> Option<String> {
    let mut yielded = String::new();
    let mut kept = text.split(find);
    add(&mut yielded, kept.next().unwrap_or_default())?;
    for piece in kept {
        add(&mut yielded, with)?;
        add(&mut yielded, piece)?;
    }
    Some(yielded)
}

fn array(fields: &[FieldPath], separator: Option<&str>, collected: &Collected<'_>) -> Option<Value> {
    let values: Vec<&Value> = fields.iter().map(|path| collected.value(path)).collect::<Option<_>>()?;
    let filled = values.into_iter().filter(|value| !value.is_empty());
    Some(match separator {
        Some(separator) => {
            let mut yielded = String::new();
            for (n, value) in filled.enumerate() {
                add(&mut yielded, if n == 0 { "" } else { separator })?;
                add(&mut yielded, &value.to_string())?;
            }
            Value::text(&yielded)
        }
        None => Value::set(filled.flat_map(Value::members).cloned().collect()),
    })
}

impl Transform {
    /// The fields that this step reads beside the mapped one.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldPath> {
        match self {
            Self::Template(template) => template.fields().collect(),
            Self::BuildArray { fields, .. } => fields.iter().collect(),
            Self::When { filter, .. } => filter.fields().into_iter().collect(),
            Self::FirstCharacters(_)
            | Self::LowerCase
            | Self::UpperCase
            | Self::Trim
            | Self::Replace { .. }
            | Self::Pattern(_)
            | Self::ReplacePattern { .. }
            | Self::FormatDate(_)
            | Self::ReadDate(_)
            | Self::Constant(_)
            | Self::Default(_) => Vec::new(),
        }
    }

    /// A step on one value; lists go member by member. `None`: the step cannot take it.
    fn apply(&self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Constant(constant), _) => Some(constant.clone()),
            (Self::Default(default), Value::Empty) => Some(default.clone()),
            (_, Value::Empty) => Some(Value::Empty),
            (_, Value::List(values)) => {
                let mut room = YIELD_BYTES_MAX;
                let mut member = |value| {
                    let made = self.apply(value)?;
                    room = room.checked_sub(bytes(&made))?;
                    Some(made)
                };
                Some(Value::set(values.iter().map(&mut member).collect::<Option<_>>()?))
            }
            // Steps about letters work on what people read.
            (step, Value::Rich(document)) if !matches!(step, Self::Default(_)) => {
                step.apply(&Value::text(document.plain()))
            }
            (Self::FormatDate(format), value) => format.write(value).map(|text| Value::text(&text)),
            (Self::ReadDate(format), Value::Text(text)) => format.read(text),
            (Self::Default(_) | Self::ReadDate(_), value) => Some(value.clone()),
            (step, Value::Text(text)) => Some(Value::text(&step.apply_text(text)?)),
            // What has no letters passes every step about letters; a pattern reads it as people do.
            (Self::Pattern(_) | Self::ReplacePattern { .. }, value) => {
                Some(Value::text(&self.apply_text(&value.to_string())?))
            }
            (_, value) => Some(value.clone()),
        }
    }

    fn apply_text(&self, text: &str) -> Option<String> {
        Some(match self {
            Self::FirstCharacters(n) => text.chars().take(*n).collect(),
            Self::LowerCase => text.to_lowercase(),
            Self::UpperCase => text.to_uppercase(),
            Self::Trim => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Replace { find, with } if !find.is_empty() => return replace(text, find, with),
            Self::Pattern(pattern) => pattern.extract(text).to_owned(),
            Self::ReplacePattern { find, with } => return find.replace_all(text, with),
            _ => text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Condition;

    fn text(text: &str) -> Value {
        Value::text(text)
    }

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text).unwrap()
    }

    /// The steps on a case whose mapped field is `Subject`.
    fn deliver(steps: &[Transform], subject: Value) -> Option<Value> {
        let paths = ["CaseNumber", "Origin", "Type"].map(FieldPath::from);
        let values = [text("00001026"), text("Web"), Value::Empty];
        let own = FieldPath::from("Subject");
        let collected = Collected { own: (&own, &subject), further: (&paths, &values) };
        run(steps, &collected).map(Outcome::into_value)
    }

    #[test]
    fn each_step_in_its_own_way() {
        use Transform as T;
        let replace = |find: &str, with: &str| T::Replace { find: find.into(), with: with.into() };
        let array = |separator: Option<&str>| T::BuildArray {
            fields: ["Origin", "Type", "CaseNumber"].map(FieldPath::from).to_vec(),
            separator: separator.map(str::to_owned),
        };
        let berlin = |format: &str| T::FormatDate(DateFormat::new(format, "Europe/Berlin").unwrap());
        let template = |written: &str| T::Template(Template::parse(written).unwrap());
        let list = |values: &[&str]| Value::set(values.iter().map(|value| text(value)).collect());
        let rows: Vec<(&str, Vec<Transform>, Value, Value)> = vec![
            ("characters, not bytes", vec![T::FirstCharacters(2)], text("äöü"), text("äö")),
            ("nothing is left", vec![T::FirstCharacters(0)], text("abc"), Value::Empty),
            ("lower case", vec![T::LowerCase], text("ÄB"), text("äb")),
            ("upper case", vec![T::UpperCase], text("äb"), text("ÄB")),
            ("trim", vec![T::Trim], text("a \t b\nc"), text("a b c")),
            ("in their order", vec![replace("a", "b"), T::UpperCase], text("abc"), text("BBC")),
            ("member by member", vec![T::UpperCase], list(&["a", "b"]), list(&["A", "B"])),
            ("the whole match", vec![T::Pattern(pattern("[0-9]+"))], text("order 4711, 12"), text("4711")),
            ("group 1", vec![T::Pattern(pattern("order ([0-9]+)"))], text("order 4711"), text("4711")),
            ("a group that takes no part", vec![T::Pattern(pattern("a(b)?"))], text("ac"), Value::Empty),
            ("no match", vec![T::Pattern(pattern("[0-9]+"))], text("none"), Value::Empty),
            (
                "every match is masked",
                vec![T::ReplacePattern { find: pattern(r"\b\d{6}(\d{2})\b"), with: "******$1".into() }],
                text("12345678 and 87654321"),
                text("******78 and ******21"),
            ),
            ("seconds", vec![berlin("%Y-%m-%d %H:%M")], text("1767323045"), text("2026-01-02 04:04")),
            ("milliseconds", vec![berlin("%Y-%m-%d %H:%M")], text("1767323045000"), text("2026-01-02 04:04")),
            (
                "ISO 8601",
                vec![berlin("%d.%m.%Y %H:%M %Z")],
                text("2026-07-02T03:04:05.000+0000"),
                text("02.07.2026 05:04 CEST"),
            ),
            (
                "a day stays the day",
                vec![berlin("%d.%m.%Y")],
                Value::Date(jiff::civil::date(2026, 1, 2)),
                text("02.01.2026"),
            ),
            ("template", vec![template("{CaseNumber}: {Subject}")], text("Fire"), text("00001026: Fire")),
            ("an empty field leaves its place empty", vec![template("[{Type}] {{x}}")], text("a"), text("[] {x}")),
            ("a list of several fields", vec![array(None)], Value::Empty, list(&["Web", "00001026"])),
            ("a text of several fields", vec![array(Some(","))], Value::Empty, text("Web,00001026")),
            ("constant", vec![T::Constant(text("x"))], Value::Empty, text("x")),
            ("default", vec![T::Default(text("x"))], Value::Empty, text("x")),
            ("default, not needed", vec![T::Default(text("x"))], text("a"), text("a")),
        ];
        for (name, steps, from, expected) in rows {
            assert_eq!(deliver(&steps, from), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_a_step_yields_has_a_bound() {
        use Transform as T;
        let longer = || T::Replace { find: "a".into(), with: "aa".into() };
        let by_pattern = || T::ReplacePattern { find: pattern("(a)"), with: "$1$1".into() };
        let twice = |n: usize| T::Template(Template::parse(&"{Subject}".repeat(n)).unwrap());
        let half = "a".repeat(YIELD_BYTES_MAX / 2);
        let list = Value::set(["b", "c"].map(|end| text(&format!("{half}{end}"))).to_vec());
        assert_eq!(deliver(&[longer(), longer()], text("ab")), Some(text("aaaab")));
        for (steps, from) in [
            ((0..STEPS_MAX).map(|_| longer()).collect(), text("a")),
            ((0..STEPS_MAX).map(|_| by_pattern()).collect(), text("a")),
            (vec![twice(3)], text(&half)),
            (vec![T::UpperCase], list),
        ] {
            assert_eq!(deliver(&steps, from), None);
        }
    }

    #[test]
    fn what_is_no_date_is_not_delivered_as_one() {
        let format = DateFormat::new("%Y", "UTC").unwrap();
        assert_eq!(deliver(&[Transform::FormatDate(format.clone())], text("soon")), None);
        assert_eq!(deliver(&[Transform::ReadDate(format)], text("soon")), None);
    }

    #[test]
    fn the_first_condition_that_holds_ends_the_chain() {
        let when = |origin: &str, then: &str| Transform::When {
            filter: Filter::Test("Origin".into(), Condition::Is(text(origin))),
            then: text(then),
        };
        let steps = [when("Phone", "p"), when("Web", "w"), when("Web", "v"), Transform::UpperCase];
        assert_eq!(deliver(&steps, text("a")), Some(text("w")));
        assert_eq!(deliver(&steps[..1], text("a")), Some(text("a")));
    }
}
