//! A value in a query ends where it was meant to end, and is what it was: checked with a reader that knows nothing of
//! the writer.
#![no_main]

use entente_jira::jql::{Field, Jql};
use entente_salesforce::{Filter, Query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let query = Query::select(["Id"]).from("Case").filter(Filter::eq("Subject", text));
    let Ok(soql) = query.soql() else { return };
    let literal = soql.strip_prefix("SELECT Id FROM Case WHERE Subject = '").and_then(|rest| rest.strip_suffix('\''));
    assert_eq!(unescaped(literal.expect(&soql), '\''), text);

    let jql = Jql::equals(Field::of_id("customfield_1"), text).to_string();
    let literal = jql.strip_prefix("cf[1] = \"").and_then(|rest| rest.strip_suffix('"'));
    assert_eq!(unescaped(literal.expect(&jql), '"'), text);

    let name = Jql::is_empty(Field::named(text)).to_string();
    let name = name.strip_suffix(" is EMPTY").expect(&name);
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(name) => assert_eq!(unescaped(name, '"'), text),
        None => assert!(name == text && name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}"),
    }
    if let Ok(soql) = Query::select([text]).from("Case").soql() {
        assert!(text == "COUNT()" || text.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c)), "{soql}");
    }
});

/// The content of a literal, which must not hold its own quote bare.
fn unescaped(literal: &str, quote: char) -> String {
    let (mut text, mut chars) = (String::new(), literal.chars());
    while let Some(c) = chars.next() {
        assert_ne!(c, quote, "{literal}");
        text.push(match c {
            '\\' => match chars.next().expect(literal) {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).expect(literal)
                }
                plain @ ('\\' | '\'' | '"') => plain,
                other => panic!("`\\{other}` is no escape: {literal}"),
            },
            c => c,
        });
    }
    text
}
