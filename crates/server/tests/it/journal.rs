//! `/api/v1/journal`.

use entente_core::{MappingKey, Side, Value};
use entente_store::NewEntry;

use crate::stage::{TOKEN, TestApp};

fn entry(text: &str) -> NewEntry {
    NewEntry {
        kind: "write".to_owned(),
        item: Some("support-bugs".to_owned()),
        side: Some(Side::Jira),
        record_id: Some("10007".to_owned()),
        mapping: Some(MappingKey::named("Subject>summary")),
        before: Some(Value::text("Printer")),
        after: Some(Value::text("Printer on fire")),
        text: text.to_owned(),
        ..NewEntry::default()
    }
}

#[tokio::test]
async fn entries_come_in_order_and_next_leads_on() {
    let app = TestApp::new().await;
    app.store.journal(&[entry("one"), entry("two"), entry("three")], 1_000).await.unwrap();
    let first = app.get("/api/v1/journal?limit=2", Some(TOKEN)).await.json();
    let texts = |page: &serde_json::Value| -> Vec<String> {
        page["entries"].as_array().unwrap().iter().map(|entry| entry["text"].to_string()).collect()
    };
    assert_eq!(texts(&first), ["\"one\"", "\"two\""]);
    let rest = format!("/api/v1/journal?after={}", first["next"]);
    let rest = app.get(&rest, Some(TOKEN)).await.json();
    assert_eq!(texts(&rest), ["\"three\""]);
    let end = app.get(&format!("/api/v1/journal?after={}", rest["next"]), Some(TOKEN)).await.json();
    assert_eq!((texts(&end), &end["next"]), (vec![], &rest["next"]));
}

#[tokio::test]
async fn an_entry_says_what_was_there_before() {
    let app = TestApp::new().await;
    app.store.journal(&[entry("OPS-7 summary")], 1_000).await.unwrap();
    let page = app.get("/api/v1/journal", Some(TOKEN)).await.json();
    insta::assert_json_snapshot!(page, @r#"
    {
      "entries": [
        {
          "id": 1,
          "at": "1970-01-01T00:00:01Z",
          "kind": "write",
          "org": null,
          "item": "support-bugs",
          "owner": "integrations@acme.example",
          "link": null,
          "side": "jira",
          "record": "10007",
          "field": "Subject>summary",
          "before": "Printer",
          "after": "Printer on fire",
          "text": "OPS-7 summary",
          "round": null
        }
      ],
      "next": 1
    }
    "#);
}

#[tokio::test]
async fn a_wrong_query_is_refused_in_words() {
    let app = TestApp::new().await;
    for query in ["limit=many", "after=-", "from=3"] {
        let answer = app.get(&format!("/api/v1/journal?{query}"), Some(TOKEN)).await;
        let sentence = "400 Bad Request: The query knows the whole numbers `after`, `before`, `limit` and `link`, the names \
                        `item`, `round` and `kind`, `newest=true`, and a time like 2026-12-31T12:00:00Z as `since`.";
        assert_eq!(answer.problem(), sentence, "{query}");
    }
}
