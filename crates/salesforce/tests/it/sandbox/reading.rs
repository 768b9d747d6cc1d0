//! Queries, retrieves, changes in a span, search.

use std::collections::HashSet;
use std::time::Duration;

use entente_salesforce::{CallError, Filter, Literal, Order, Query, RecordId, SearchIn, datetime};
use futures_util::TryStreamExt;
use serde_json::json;

use super::{Sandbox, row};

fn ids(rows: &[entente_salesforce::Row]) -> Vec<RecordId> {
    let id = |row: &entente_salesforce::Row| row["Id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    rows.iter().map(id).collect()
}

#[tokio::test]
async fn pages_hold_every_row_once() {
    let sandbox = Sandbox::demo().await;
    let query = Query::select(["Id"]).from("Case").order_by("Id", Order::Ascending).batch_size(200);
    let pages: Vec<_> = sandbox.client.pages(&query).try_collect().await.expect("pages");
    let seen: Vec<RecordId> = pages.iter().flat_map(|page| ids(&page.rows)).collect();
    assert!(pages.len() > 1, "{} rows in one page", seen.len());
    assert_eq!(seen.len() as u64, pages[0].total);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
    assert_eq!(sandbox.client.query(&Query::count().from("Case")).await.expect("a count").total, pages[0].total);
}

#[tokio::test]
async fn each_condition_is_understood_and_divides_the_rows() {
    let sandbox = Sandbox::demo().await;
    let total = sandbox.client.query(&Query::count().from("Case")).await.expect("a count").total;
    let filters = [
        Filter::eq("Priority", "High"),
        Filter::is_in("Origin", ["Web", "Email"]),
        Filter::contains("Subject", "a"),
        Filter::starts_with("Subject", "T"),
        Filter::eq("IsClosed", true),
        Filter::any([
            Filter::eq("Status", "New"),
            Filter::all([Filter::eq("Status", "Closed"), Filter::is_set("OwnerId")]),
        ]),
        Filter::at_least("CreatedDate", Literal::LastDays(3)),
    ];
    for filter in filters {
        let count = async |filter| {
            let query = Query::select(["Id"]).from("Case").filter(filter);
            sandbox.client.all_rows(&query).await.expect("rows").rows.len() as u64
        };
        let (with, without) = (count(filter.clone()).await, count(filter.clone().negate()).await);
        assert_eq!(with + without, total, "{filter:?}");
    }
}

#[tokio::test]
async fn a_text_is_only_a_text() {
    let sandbox = Sandbox::demo().await;
    let texts =
        ["it's", "back\\slash", "' OR Id != NULL OR Subject = '", "100%_", "two\nlines\tand more", "\\' --", "日本"];
    for text in texts {
        let saved =
            sandbox.client.create("Case", row(json!({ "Subject": text })), &Default::default()).await.expect("made");
        for filter in [Filter::eq("Subject", text), Filter::contains("Subject", text)] {
            let found =
                sandbox.client.all_rows(&Query::select(["Id"]).from("Case").filter(filter)).await.expect("rows");
            assert_eq!(ids(&found.rows), [saved.id], "{text:?}");
        }
        sandbox.client.delete("Case", &saved.id).await.expect("deleted");
    }
}

#[tokio::test]
async fn relations_reach_up_and_down() {
    let sandbox = Sandbox::demo().await;
    let comments = Query::select(["Id", "CommentBody"]).from("CaseComments");
    let query = Query::select(["Id", "Account.Name"]).from("Case").filter(Filter::is_set("AccountId"));
    let found = sandbox.client.query(&query.with_children(comments).limit(5)).await.expect("rows");
    assert!(found.rows.iter().all(|row| row["Account"]["Name"].is_string()), "{:?}", found.rows);
}

#[tokio::test]
async fn several_queries_travel_together() {
    let sandbox = Sandbox::demo().await;
    let query = |object: &str| Query::select(["Id"]).from(object).limit(3);
    let queries =
        [query("Case"), query("Account"), Query::select(["Nonsense__c"]).from("Case"), query("Contact"), query("User")];
    let pages = sandbox.client.queries(&queries).await.expect("an answer");
    let seen: Vec<_> = pages.iter().map(|page| page.as_ref().map(|page| page.rows.len()).ok()).collect();
    assert_eq!((seen[0], seen[1], seen[2], seen[3]), (Some(3), Some(3), None, Some(3)));
    assert!(
        matches!(&pages[2], Err(CallError::Invalid { problems }) if problems[0].field.as_deref() == Some("Nonsense__c"))
    );
}

#[tokio::test]
async fn a_long_list_of_ids_is_no_obstacle() {
    let sandbox = Sandbox::demo().await;
    let all = ids(&sandbox.client.all_rows(&Query::select(["Id"]).from("Case")).await.expect("rows").rows);
    let doubled = all.iter().chain(&all).chain(&all);
    let query = Query::select(["Id"]).from("Case").filter(Filter::is_in("Id", doubled));
    assert_eq!(sandbox.client.all_rows(&query).await.expect("rows").rows.len(), all.len());
    let retrieved = sandbox.client.retrieve("Case", &all, &["Id", "SystemModstamp"]).await.expect("rows");
    assert!(retrieved.rows.iter().all(Option::is_some) && retrieved.date.is_some());
    let stamp = retrieved.rows[0].as_ref().and_then(|row| datetime::parse(row["SystemModstamp"].as_str()?));
    assert!(stamp.is_some_and(|stamp| stamp <= retrieved.date.expect("a date")));
}

#[tokio::test]
async fn a_missing_record_is_gone_and_keeps_its_place() {
    let sandbox = Sandbox::demo().await;
    let kept =
        sandbox.client.create("Case", row(json!({ "Subject": "kept" })), &Default::default()).await.expect("made").id;
    let gone =
        sandbox.client.create("Case", row(json!({ "Subject": "gone" })), &Default::default()).await.expect("made").id;
    sandbox.client.delete("Case", &gone).await.expect("deleted");
    let outcome = sandbox.client.record("Case", &gone, &["Id"]).await;
    assert!(matches!(outcome, Err(CallError::Gone { .. })), "{outcome:?}");
    let retrieved = sandbox.client.retrieve("Case", &[gone, kept], &["Subject"]).await.expect("rows");
    assert_eq!(retrieved.rows.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    let query = Query::select(["Id", "IsDeleted"]).from("Case").filter(Filter::eq("Id", gone));
    let found = sandbox.client.query(&query.with_deleted()).await.expect("rows");
    assert_eq!(found.rows[0]["IsDeleted"], true);
}

#[tokio::test]
async fn changes_and_deletions_of_a_span_are_listed() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let kept = client.create("Case", row(json!({ "Subject": "kept" })), &Default::default()).await.expect("made").id;
    let gone = client.create("Case", row(json!({ "Subject": "gone" })), &Default::default()).await.expect("made").id;
    client.delete("Case", &gone).await.expect("deleted");
    sandbox.pass_seconds(300).await;
    let later = client.create("Case", row(json!({ "Subject": "later" })), &Default::default()).await.expect("made").id;
    let stamped = client.record("Case", &later, &["SystemModstamp"]).await.expect("a case");
    let now = stamped["SystemModstamp"].as_str().and_then(datetime::parse).expect("a stamp");
    let start = now - Duration::from_secs(1_200);
    assert!(client.updated("Case", start, now).await.expect("updated").ids.contains(&kept));
    let deleted = client.deleted("Case", start, now).await.expect("deleted");
    assert!(deleted.records.iter().any(|record| record.id == gone) && deleted.covered <= now);
}

#[tokio::test]
async fn words_find_records() {
    let sandbox = Sandbox::demo().await;
    let saved = sandbox.client.create("Case", row(json!({ "Subject": "Zirconium valve" })), &Default::default()).await;
    let place = SearchIn { object: "Case".into(), fields: vec!["Id".into(), "Subject".into()], limit: 5 };
    let found = sandbox.client.search("Zirconium", &[place]).await.expect("rows");
    assert_eq!(ids(&found), [saved.expect("made").id]);
}
