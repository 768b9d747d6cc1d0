//! Dotted names: over which parents, to which field.

use super::super::super::refusal::Answered;
use super::super::super::schema::Field;
use super::super::ast::Name;
use super::super::complaint;
use super::super::path::{Hop, Leaf, Path};
use super::{Scope, readable};

const PARENT_LEVELS_MAX: usize = 5;

/// Resolves a dotted name.
pub(super) fn path(scope: &Scope<'_>, name: &Name) -> Answered<Path> {
    let mut words: Vec<&str> = name.text.split('.').collect();
    let own_name = &scope.state.object(scope.object).name;
    let begins_with = |prefix: &str| words.len() > 1 && words[0].eq_ignore_ascii_case(prefix);
    if scope.alias.as_deref().is_some_and(begins_with) || begins_with(own_name) {
        words.remove(0);
    }
    let last = words.pop().unwrap_or_default();
    if words.len() > PARENT_LEVELS_MAX {
        let message = "only 5 levels of relationships are allowed in a field path";
        return Err(complaint::at(scope.text, name.at, "MALFORMED_QUERY", message));
    }
    let mut hops = Vec::new();
    // `None` as soon as the object could be one of several.
    let mut here = Some((scope.object, scope.base));
    for word in words {
        let (hop, next) = match here {
            Some((object, base)) => hop(scope, object, base, word, name)?,
            None => (named_hop(word), None),
        };
        hops.push(hop);
        here = next;
    }
    let (leaf, shown) = leaf(scope, here, last, name)?;
    Ok(Path { hops, leaf, shown })
}

/// Reached over a parent of several possible objects: found by name when a row is at hand.
fn named_hop(word: &str) -> Hop {
    let field = word.strip_suffix("__r").map_or_else(|| format!("{word}Id"), |stem| format!("{stem}__c"));
    Hop { field, at: None, shown: word.to_owned() }
}

type Place = Option<(usize, usize)>;

pub(super) fn hop(scope: &Scope<'_>, object: usize, base: usize, word: &str, name: &Name) -> Answered<(Hop, Place)> {
    let described = scope.state.object(object);
    let field = described.relationship_at(word).map(|at| &described.fields[at]);
    let field = field.filter(|field| readable(scope, &described.name, field));
    let field = field.ok_or_else(|| complaint::unknown_relationship(scope.text, name.at, word, &described.name))?;
    let shown = field.relationship.clone().unwrap_or_else(|| word.to_owned());
    let hop = Hop { field: field.name.clone(), at: scope.state.object(base).field_at(&field.name), shown };
    let next = match field.references.as_slice() {
        [one] => scope.state.schema.object_at(one).map(|at| (at, super::base(scope.state, at))),
        _ => None,
    };
    Ok((hop, next))
}

fn leaf(scope: &Scope<'_>, here: Place, word: &str, name: &Name) -> Answered<(Leaf, String)> {
    let Some((object, base)) = here else { return Ok((Leaf::Named(word.to_owned()), word.to_owned())) };
    let described = scope.state.object(object);
    let field = described.field(word).filter(|field| {
        readable(scope, &described.name, field) && scope.state.rights.object(&scope.caller.user, &described.name).read
    });
    let field = field.ok_or_else(|| complaint::unknown_field(scope.text, name.at, word, &described.name))?;
    let at = scope.state.object(base).field_at(&field.name).unwrap_or_default();
    Ok((Leaf::Field { at, kind: field.kind }, field.name.clone()))
}

/// The described field at the end of a path, where it is certain.
pub(super) fn described<'a>(scope: &Scope<'a>, path: &Path) -> Option<&'a Field> {
    let mut object = scope.object;
    for hop in &path.hops {
        let field = scope.state.object(object).field(&hop.field)?;
        let [one] = field.references.as_slice() else { return None };
        object = scope.state.schema.object_at(one)?;
    }
    scope.state.object(object).field(&path.shown)
}
