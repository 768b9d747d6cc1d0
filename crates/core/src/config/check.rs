//! Holds a tree against its shape: unknown and missing keys, wrong types, words and numbers. What only makes sense
//! together (does this connection exist?) is for `read`.

use super::{
    report::Report,
    shape::{Key, Kind, Shape},
    suggest::{listed, nearest},
    tree::{Content, Node, Position, Scalar},
};

/// What is being checked, as messages call it, and where it is named.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    name: &'a str,
    at: Position,
}

impl Place<'_> {
    /// The document as a whole.
    pub(crate) const DOCUMENT: Self = Self { name: "the document", at: Position::START };
}

/// Checks a node and everything below it. A misspelt key is put right once it has been reported, so that what stands
/// under it is checked as well.
pub(crate) fn check(node: &mut Node, kind: &Kind, place: Place<'_>, report: &mut Report) {
    match (kind, &node.content) {
        (Kind::Either(kinds), content) => match one_of(kinds, content) {
            Some(kind) => check(node, kind, place, report),
            None => wrong_type(node, kind, place, report),
        },
        (Kind::Free, Content::Scalar(_)) => {}
        (_, Content::Scalar(scalar)) if scalar.text().is_none() => {}
        (_, Content::Scalar(scalar)) if scalar.is_null() => no_value(node, kind, place, report),
        (Kind::Map(shape), Content::Map(_)) => check_map(node, shape, place, report),
        (Kind::Named { what, of, min }, Content::Map(_)) => check_named(node, what, of, *min, place, report),
        (Kind::List { of, min, max }, Content::List(_)) => check_list(node, of, (*min, *max), place, report),
        (_, Content::Scalar(_)) if fits(kind, &node.content) => check_scalar(node, kind, place, report),
        _ => wrong_type(node, kind, place, report),
    }
}

/// The kind that is meant; between a number and a word, the content says which.
fn one_of<'k>(kinds: &'k [Kind], content: &Content) -> Option<&'k Kind> {
    let has_number = kinds.iter().any(|kind| matches!(kind, Kind::Whole { .. }));
    let said = match content {
        Content::Scalar(scalar) if has_number && !scalar.is_null() => scalar.text(),
        _ => None,
    };
    let Some(text) = said.map(str::trim) else {
        return kinds.iter().find(|kind| fits(kind, content) && !is_far(kind, kinds, content));
    };
    kinds.iter().find(|kind| match kind {
        Kind::Whole { .. } => text.parse::<f64>().is_ok(),
        Kind::Word(words) => words.contains(&text),
        _ => false,
    })
}

/// Whether something else than one of these words was meant, where a mapping is possible too.
fn is_far(kind: &Kind, kinds: &[Kind], content: &Content) -> bool {
    let (Kind::Word(words), Content::Scalar(scalar)) = (kind, content) else { return false };
    let text = scalar.text().filter(|_| !scalar.is_null());
    kinds.iter().any(|kind| matches!(kind, Kind::Map(_)))
        && text.is_some_and(|text| nearest(text.trim(), words.iter().copied()).is_none())
}

fn fits(kind: &Kind, content: &Content) -> bool {
    match (kind, content) {
        (Kind::Map(_) | Kind::Named { .. }, content) => matches!(content, Content::Map(_)),
        (Kind::List { .. }, content) => matches!(content, Content::List(_)),
        (Kind::Either(kinds), content) => kinds.iter().any(|kind| fits(kind, content)),
        (_, content) => matches!(content, Content::Scalar(_)),
    }
}

fn check_map(node: &mut Node, shape: &Shape, place: Place<'_>, report: &mut Report) {
    put_keys_right(node, shape, report);
    for entry in node.entries_mut() {
        if let Some(key) = shape.key(&entry.key) {
            check(&mut entry.value, &key.kind, Place { name: key.name, at: entry.at }, report);
        }
    }
    for key in shape.keys.iter().filter(|key| key.required && !node.has(key.name)) {
        missing_key(key, place, report);
    }
}

fn put_keys_right(node: &mut Node, shape: &Shape, report: &mut Report) {
    let mut free: Vec<&'static str> = shape.names().filter(|name| !node.has(name)).collect();
    for entry in node.entries_mut().iter_mut().filter(|entry| shape.key(&entry.key).is_none()) {
        let suggested = nearest(&entry.key, free.iter().copied());
        unknown_key(&entry.key, entry.at, suggested, shape, report);
        if let Some(near) = suggested {
            near.clone_into(&mut entry.key);
            free.retain(|name| *name != near);
        }
    }
}

fn unknown_key(key: &str, at: Position, suggested: Option<&str>, shape: &Shape, report: &mut Report) {
    match suggested {
        Some(near) => {
            let message = format!("unknown key `{key}`; did you mean `{near}`?");
            report.error(at, "unknown-key", message, format!("write `{near}`"));
        }
        None => {
            let message = format!("unknown key `{key}`");
            report.error(at, "unknown-key", message, format!("remove it; known here: {}", listed(shape.names())));
        }
    }
}

fn missing_key(key: &Key, place: Place<'_>, report: &mut Report) {
    let message = format!("`{}` is missing in {}", key.name, quoted(place));
    report.error(place.at, "missing-key", message, format!("add `{}:`, {}", key.name, key.kind.expected()));
}

fn check_named(node: &mut Node, what: &str, of: &Kind, min: usize, place: Place<'_>, report: &mut Report) {
    if node.entries().len() < min {
        let message = format!("{} is empty", quoted(place));
        report.error(place.at, "empty-value", message, format!("add a {what}"));
    }
    for entry in node.entries_mut() {
        check(&mut entry.value, of, Place { name: &entry.key, at: entry.at }, report);
    }
}

fn check_list(node: &mut Node, of: &Kind, (min, max): (usize, usize), place: Place<'_>, report: &mut Report) {
    let n = node.members().len();
    if n < min {
        let message = format!("{} is empty", quoted(place));
        report.error(place.at, "empty-value", message, format!("add {}, or remove the key", of.expected()));
    }
    if n > max {
        let message = format!("{} has {n} members; at most {max} are possible", quoted(place));
        report.error(place.at, "out-of-range", message, "remove some");
    }
    for member in node.members_mut() {
        check(member, of, Place { name: place.name, at: member.at }, report);
    }
}

fn check_scalar(node: &Node, kind: &Kind, place: Place<'_>, report: &mut Report) {
    let text = node.text_or_empty();
    let (code, right) = match kind {
        Kind::Flag => ("wrong-type", node.flag().is_some()),
        Kind::Yes => ("wrong-type", node.flag() == Some(true)),
        Kind::Whole { min, max } => match node.whole::<u64>() {
            Some(n) => ("out-of-range", (*min..=*max).contains(&n)),
            None => ("wrong-type", false),
        },
        Kind::Word(words) if !words.contains(&text) => return unknown_word(node, words, place, report),
        Kind::Verbatim if node.scalar().and_then(Scalar::text) == Some("") => {
            return no_value(node, kind, place, report);
        }
        Kind::Text | Kind::Setting | Kind::Secret if text.is_empty() => return no_value(node, kind, place, report),
        _ => return,
    };
    if !right {
        let message = format!("{} must be {}, not `{}`", quoted(place), kind.expected(), node.shown());
        report.error(node.at, code, message, format!("write {}", kind.remedy()));
    }
}

fn unknown_word(node: &Node, words: &[&'static str], place: Place<'_>, report: &mut Report) {
    let written = node.shown();
    let (expected, near) = (Kind::expected_word(words), nearest(written, words.iter().copied()));
    let (hint, remedy) = match near {
        Some(near) => (format!("; did you mean `{near}`?"), format!("write `{near}`")),
        None => (String::new(), format!("write {expected}")),
    };
    let message = format!("{} must be {expected}, not `{written}`{hint}", quoted(place));
    report.error(node.at, "unknown-word", message, remedy);
}

fn no_value(node: &Node, kind: &Kind, place: Place<'_>, report: &mut Report) {
    let message = format!("{} has no value", quoted(place));
    report.error(node.at.max(place.at), "empty-value", message, format!("write {}, or remove the key", kind.remedy()));
}

fn wrong_type(node: &Node, kind: &Kind, place: Place<'_>, report: &mut Report) {
    let found = match &node.content {
        // Neither of some words nor a number.
        Content::Scalar(_) if matches!(kind, Kind::Either(_)) => format!("`{}`", node.shown()),
        Content::Scalar(_) => "a single value".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Map(_) => "a mapping".to_owned(),
    };
    let message = format!("{} must be {}, not {found}", quoted(place), kind.expected());
    report.error(node.at, "wrong-type", message, format!("write {}", kind.remedy()));
}

fn quoted(place: Place<'_>) -> String {
    if place.name == Place::DOCUMENT.name { place.name.to_owned() } else { format!("`{}`", place.name) }
}
