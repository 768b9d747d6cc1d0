//! Whatever a person can type reaches the site's own parser as it was typed, and never as syntax.

use entente_jira::jql::{Field, Jql};
use entente_jira::{CallError, Search};
use proptest::collection;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::Sandbox;

const N_MADE: usize = 160;

/// Texts that end a literal, a pattern or a query early, if anything does; and many more made of their parts.
pub(super) fn texts() -> Vec<String> {
    let known = [
        "'",
        "\"",
        "\\",
        "\\'",
        "\\\\'",
        "' OR Id != NULL OR Subject = '",
        "\" OR project = \"OPS",
        "a\nb\tc\rd",
        "%",
        "_%",
        "100% of a_b",
        "\\u0041",
        "ünïcode ﷽ 日本",
        "👩‍👩‍👧",
        "a\u{1}\u{7f}b",
        "--",
        "/* */",
        "{!x}",
        "NULL",
        "EMPTY",
        "currentUser()",
    ];
    let part = prop_oneof![
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("%".to_owned()),
        Just("_".to_owned()),
        Just("\n".to_owned()),
        Just("\u{b}".to_owned()),
        Just(" OR ".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    let strategy = collection::vec(part, 1..12).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::deterministic();
    let made = (0..N_MADE).map(|_| strategy.new_tree(&mut runner).expect("a text").current());
    known.into_iter().map(str::to_owned).chain(made).map(|text| format!("a{text}z")).collect()
}

#[tokio::test]
async fn every_text_is_understood_as_it_was_typed() {
    let sandbox = Sandbox::demo().await;
    // A value that does not exist is named in the refusal: so we learn what the site took it for.
    let refusal = async |jql: Jql| match sandbox.client.search(Search::new(jql, ["summary"])).next().await {
        Err(CallError::Invalid { problems }) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        other => panic!("{other:?}"),
    };
    for text in texts() {
        let sentence = format!("The value '{text}' does not exist for the field 'project'.");
        assert_eq!(refusal(Jql::project_in([text.as_str()])).await, sentence);
        let sentence = format!("Field '{text}' does not exist or you do not have permission to view it.");
        assert_eq!(refusal(Jql::equals(Field::named(&text), "x")).await, sentence);
    }
}
