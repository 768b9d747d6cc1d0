//! Whatever a person can type reaches the org's own parser as it was typed, and never as syntax.

use std::collections::HashMap;

use entente_salesforce::{Filter, New, Query, WriteOptions};
use proptest::collection;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::{Sandbox, row};

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
async fn every_text_finds_its_own_record_and_no_other() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let new = |text: &String| New { object: "Case".to_owned(), fields: row(json!({ "Subject": text })) };
    for chunk in texts().chunks(200) {
        let options = WriteOptions::default();
        let saved = client.create_all(chunk.iter().map(new).collect(), true, &options).await.expect("made");
        assert!(saved.iter().all(Result::is_ok), "{saved:?}");
    }
    let read = client.all_rows(&Query::select(["Id", "Subject"]).from("Case")).await.expect("rows").rows;
    let subject = |row: &entente_salesforce::Row| row["Subject"].as_str().unwrap_or_default().to_owned();
    let known: HashMap<String, String> =
        read.iter().map(|row| (row["Id"].as_str().unwrap().to_owned(), subject(row))).collect();
    for text in texts() {
        assert!(known.values().any(|subject| *subject == text), "{text:?} was not stored");
        let alike = |pass: &dyn Fn(&str) -> bool| {
            let mut ids: Vec<&String> = known.iter().filter(|(_, subject)| pass(subject)).map(|(id, _)| id).collect();
            ids.sort();
            ids.into_iter().cloned().collect::<Vec<_>>()
        };
        let found = async |filter: Filter| {
            let query = Query::select(["Id"]).from("Case").filter(filter);
            let rows = client.all_rows(&query).await.unwrap_or_else(|error| panic!("{text:?}: {error}")).rows;
            let mut ids: Vec<String> = rows.iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        // Texts compare without regard to case.
        let (lower, inner) = (text.to_lowercase(), text[1..text.len() - 1].to_lowercase());
        let equal = alike(&|subject| subject.to_lowercase() == lower);
        assert_eq!(found(Filter::eq("Subject", text.as_str())).await, equal, "{text:?}");
        assert_eq!(found(Filter::is_in("Subject", [text.clone()])).await, equal, "{text:?} in a list");
        let containing = alike(&|subject| subject.to_lowercase().contains(&inner));
        assert_eq!(
            found(Filter::contains("Subject", &text[1..text.len() - 1])).await,
            containing,
            "{text:?} as a pattern"
        );
    }
}
