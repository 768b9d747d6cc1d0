//! Whatever a person can type reaches the org's own parser as it was typed, and never as syntax.

#[path = "../../../../transport/tests/it/hostile_texts.rs"]
mod hostile_texts;

use std::collections::HashMap;

use entente_salesforce::{Filter, New, Query, WriteOptions};
use serde_json::json;

use self::hostile_texts::texts;
use super::{Sandbox, row};

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
