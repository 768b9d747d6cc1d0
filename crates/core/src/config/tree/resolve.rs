//! Puts what stands behind `${NAME}` into the values of the tree. Keys are left as they are.

use std::sync::LazyLock;

use regex::Regex;
use saphyr_parser::ScalarStyle;

use super::{Content, Meant, Node, Position, Scalar};
use crate::config::{Reference, Vars, report::Report};

/// `$${` is a literal `${`; every other `${` begins a reference.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\$\{|\$\{(?P<name>[^}]*)\}").expect("a valid pattern"));
static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Za-z_][A-Za-z0-9_]*$").expect("a valid pattern"));

/// Resolves every reference in the values below this node, and reports each that has no value.
pub(crate) fn resolve(node: &mut Node, vars: &Vars<'_>, report: &mut Report) {
    match &mut node.content {
        Content::Scalar(scalar) => resolve_scalar(scalar, node.at, vars, report),
        Content::List(members) => members.iter_mut().for_each(|member| resolve(member, vars, report)),
        Content::Map(entries) => entries.iter_mut().for_each(|entry| resolve(&mut entry.value, vars, report)),
    }
}

fn resolve_scalar(scalar: &mut Scalar, at: Position, vars: &Vars<'_>, report: &mut Report) {
    if !scalar.written.contains("${") {
        return;
    }
    let (mut text, mut known, mut end) = (String::new(), true, 0);
    for found in REFERENCE.captures_iter(&scalar.written) {
        let Some(whole) = found.get(0) else { continue };
        text.push_str(&scalar.written[end..whole.start()]);
        end = whole.end();
        match found.name("name") {
            None => text.push_str("${"),
            Some(name) => match look_up(name.as_str(), vars) {
                Ok(value) => text.push_str(&value),
                Err(wrong) => {
                    known = false;
                    let at = within(scalar, at, whole.start());
                    report.error(at, "unresolved-reference", wrong.message, wrong.remedy);
                }
            },
        }
    }
    text.push_str(&scalar.written[end..]);
    scalar.meant = if known { Meant::Resolved(text) } else { Meant::Unknown };
}

struct Wrong {
    message: String,
    remedy: String,
}

fn look_up(name: &str, vars: &Vars<'_>) -> Result<String, Wrong> {
    if !NAME.is_match(name) {
        return Err(Wrong {
            // Not what stands there: it may be the secret itself.
            message: "what stands between `${` and `}` is no name of a variable".into(),
            remedy: "use letters, digits and underscores; write `$${` for a literal `${`".into(),
        });
    }
    let reference = Reference::Env(name.to_owned());
    vars(&reference).map_err(|none| Wrong {
        message: format!("`{reference}` has no value: {}", none.why),
        remedy: none.remedy.unwrap_or_else(|| format!("set the environment variable `{name}`")),
    })
}

/// Where a part of a scalar stands. Exact on one line without escapes; else where the scalar begins.
fn within(scalar: &Scalar, at: Position, byte: usize) -> Position {
    let before = scalar.written[..byte].chars().count();
    match scalar.style {
        ScalarStyle::Plain => Position { column: at.column + before, ..at },
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Position { column: at.column + 1 + before, ..at },
        ScalarStyle::Literal | ScalarStyle::Folded => at,
    }
}
