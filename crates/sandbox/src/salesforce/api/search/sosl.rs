//! SOSL: `FIND {term} IN ALL FIELDS RETURNING Case(Id, Subject WHERE .. ORDER BY .. LIMIT 5), Account(Id)`.
//!
//! Vendor page: SOQL and SOSL Reference, "SOSL Syntax".

use super::super::super::refusal::{Answered, Refusal};
use super::Wanted;

/// The search term without its escapes, and what is to be returned.
pub(super) fn parse(text: &str) -> Answered<(String, Vec<Wanted>)> {
    let no_term = || {
        let message = "No search term found. The search term must be enclosed in braces.";
        Refusal::new(400, "MALFORMED_SEARCH", message)
    };
    let open = text.find('{').ok_or_else(no_term)?;
    let close = closing(&text[open..]).map(|at| open + at).ok_or_else(no_term)?;
    let term = unescaped(&text[open + 1..close]);
    if term.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        let message = format!("search term must be longer than one character: {term}");
        return Err(Refusal::new(400, "MALFORMED_SEARCH", message));
    }
    let rest = &text[close + 1..];
    let returning = rest.to_ascii_uppercase().find("RETURNING").map_or("", |at| &rest[at + "RETURNING".len()..]);
    let objects = top_level(returning).into_iter().map(|object| wanted(object.trim())).collect::<Answered<_>>()?;
    Ok((term, objects))
}

/// The first brace that closes and is not escaped.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' if !escaped => escaped = true,
            '}' if !escaped => return Some(at),
            _ => escaped = false,
        }
    }
    None
}

fn unescaped(term: &str) -> String {
    let mut letters = term.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

/// The pieces between commas that are not inside parentheses.
fn top_level(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces.into_iter().filter(|piece| !piece.trim().is_empty()).collect()
}

fn wanted(text: &str) -> Answered<Wanted> {
    let Some((object, inner)) = text.split_once('(') else {
        let object = text.split_whitespace().next().unwrap_or_default().to_owned();
        return Ok(Wanted { object, ..Wanted::default() });
    };
    let unclosed = || Refusal::new(400, "MALFORMED_SEARCH", "unexpected token: '<EOF>'");
    let inner = inner.rsplit_once(')').map(|(inner, _)| inner).ok_or_else(unclosed)?;
    let upper = inner.to_ascii_uppercase();
    let clauses = [upper.find(" WHERE "), upper.find(" ORDER BY "), upper.find(" LIMIT ")];
    let end_of =
        |start: usize| clauses.iter().flatten().filter(|at| **at > start).min().copied().unwrap_or(inner.len());
    let clause =
        |at: Option<usize>, keyword: &str| at.map(|at| inner[at + keyword.len()..end_of(at)].trim().to_owned());
    let fields_end = clauses.iter().flatten().min().copied().unwrap_or(inner.len());
    Ok(Wanted {
        object: object.trim().to_owned(),
        fields: inner[..fields_end]
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        condition: clause(clauses[0], " WHERE "),
        order: clause(clauses[1], " ORDER BY "),
        limit: clause(clauses[2], " LIMIT ").and_then(|limit| limit.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_search() {
        let text = "FIND {pump\\-1*} IN ALL FIELDS RETURNING Case(Id,Subject WHERE IsClosed = false ORDER BY CaseNumber LIMIT 20), Account(Id)";
        let (term, wanted) = parse(text).expect("a search");
        assert_eq!(term, "pump-1*");
        assert_eq!(wanted.len(), 2);
        assert_eq!((wanted[0].object.as_str(), wanted[0].fields.join(",").as_str()), ("Case", "Id,Subject"));
        assert_eq!(wanted[0].condition.as_deref(), Some("IsClosed = false"));
        assert_eq!((wanted[0].order.as_deref(), wanted[0].limit), (Some("CaseNumber"), Some(20)));
        assert_eq!(parse("FIND pump").expect_err("no braces").code, "MALFORMED_SEARCH");
    }
}
