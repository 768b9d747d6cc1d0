//! Reading: pages, several queries at once, records by id, what changed, what the org is.

use entente_salesforce::{CallError, Filter, Query, RecordId};
use futures_util::TryStreamExt;
use serde_json::json;

use crate::stage::{Org, TOKEN, say};

fn id(text: &str) -> RecordId {
    RecordId::parse(text).expect("an id")
}

fn cases() -> Query {
    Query::select(["Id"]).from("Case")
}

/// Three rows in two pages.
fn paged() -> std::sync::Arc<Org> {
    Org::new(|asked| {
        if asked.url.ends_with("/oauth2/token") {
            say(200, TOKEN)
        } else if asked.url.contains("?q=") {
            let next = "/services/data/v64.0/query/0r8xx-2";
            say(
                200,
                json!({ "totalSize": 3, "done": false, "nextRecordsUrl": next, "records": [{ "Id": "a" }, { "Id": "b" }] }),
            )
        } else {
            say(200, json!({ "totalSize": 3, "done": true, "records": [{ "Id": "c" }] }))
        }
    })
}

#[tokio::test]
async fn pages_follow_the_org_and_nothing_else() {
    let org = paged();
    let client = org.client();
    let first = client.query(&cases().batch_size(1)).await.expect("a page");
    assert_eq!((first.total, first.rows.len()), (3, 2));
    assert_eq!(first.date.expect("the org's time").to_string(), "2026-11-21T10:00:00Z");
    assert_eq!(
        org.asked()[0].url,
        "https://acme.my.salesforce.com/services/data/v64.0/query?q=SELECT%20Id%20FROM%20Case"
    );
    assert_eq!(org.asked()[0].header("sforce-query-options"), Some("batchSize=200"));
    let last = client.next(&first.next.expect("a next page")).await.expect("a page");
    assert_eq!((last.rows.len(), last.next), (1, None));
    assert_eq!(org.asked()[1].url, "https://acme.my.salesforce.com/services/data/v64.0/query/0r8xx-2");

    assert_eq!(client.all_rows(&cases()).await.expect("rows").rows.len(), 3);
    let query = cases();
    let pages: Vec<_> = client.pages(&query).try_collect().await.expect("pages");
    assert_eq!(pages.iter().map(|page| page.rows.len()).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test]
async fn deleted_rows_are_asked_for_elsewhere() {
    let org = Org::saying(say(200, json!({ "totalSize": 0, "done": true, "records": [] })));
    org.client().query(&cases().with_deleted()).await.expect("a page");
    assert!(org.asked()[0].url.contains("/queryAll?q="));
}

#[tokio::test]
async fn a_page_cannot_lead_out_of_the_api() {
    for next in [json!("https://evil.example/"), json!("//evil.example/services/data/"), json!("/secur/x"), json!(null)]
    {
        let org =
            Org::saying(say(200, json!({ "totalSize": 9, "done": false, "nextRecordsUrl": next, "records": [] })));
        let error = org.client().query(&cases()).await.expect_err("refused");
        assert!(matches!(error, CallError::Broken { .. }), "{next}: {error}");
    }
}

#[tokio::test]
async fn a_query_that_fits_no_url_travels_in_a_body() {
    let page = json!({ "totalSize": 1, "done": true, "records": [{ "Id": "a" }] });
    let answer = json!({ "compositeResponse": [{ "httpStatusCode": 200, "referenceId": "part0", "body": page }] });
    let org = Org::saying(say(200, answer));
    let ids = (0..1_000).map(|n| format!("500000000{n:06}"));
    let page = org.client().query(&cases().filter(Filter::is_in("Id", ids))).await.expect("a page");
    assert_eq!(page.rows.len(), 1);
    let asked = &org.asked()[0];
    assert!(asked.url.ends_with("/services/data/v64.0/composite"));
    let part = &asked.json()["compositeRequest"][0];
    assert!(part["url"].as_str().is_some_and(|url| url.starts_with("/services/data/v64.0/query?q=SELECT%20Id")));
    assert!(part.get("httpHeaders").is_none(), "a read carries no write headers");
}

#[tokio::test]
async fn queries_together_fail_apart() {
    let answer = json!({ "compositeResponse": [
        { "referenceId": "part1", "httpStatusCode": 400, "body": [{ "errorCode": "INVALID_FIELD", "message": "No such column 'Foo' on entity 'Case'." }] },
        { "referenceId": "part0", "httpStatusCode": 200, "body": { "totalSize": 7, "done": true, "records": [] } },
    ] });
    let org = Org::saying(say(200, answer));
    let client = org.client();
    let pages = client.queries(&[cases(), Query::select(["Foo"]).from("Case")]).await.expect("an answer");
    assert_eq!(pages[0].as_ref().expect("a page").total, 7);
    let Err(CallError::Invalid { problems }) = &pages[1] else { panic!("{pages:?}") };
    assert_eq!(problems[0].field.as_deref(), Some("Foo"));
    let counters = client.transport().counters();
    assert_eq!((counters.reads, counters.writes), (1, 0), "questions are no writes");
    let six = vec![cases(); 6];
    assert!(matches!(client.queries(&six).await, Err(CallError::Invalid { .. })), "five at most");
}

#[tokio::test]
async fn records_by_id_keep_their_places() {
    let org = Org::saying(say(200, json!([{ "Id": "500410000021Zt4AAE" }, null])));
    let ids = [id("500410000021Zt4AAE"), id("500410000021Zt5AAE")];
    let retrieved = org.client().retrieve("Case", &ids, &["Id", "Subject"]).await.expect("rows");
    assert_eq!(retrieved.rows.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    let asked = &org.asked()[0];
    assert_eq!((asked.method.as_str(), asked.json()), ("POST", json!({ "ids": ids, "fields": ["Id", "Subject"] })));

    let short = Org::saying(say(200, json!([null])));
    assert!(matches!(short.client().retrieve("Case", &ids, &["Id"]).await, Err(CallError::Broken { .. })));
}

#[tokio::test]
async fn what_changed_is_asked_by_the_minute_in_utc() {
    let org = Org::saying(say(
        200,
        json!({ "ids": ["500410000021Zt4AAE"], "latestDateCovered": "2026-01-02T03:59:00.000+0000" }),
    ));
    let (start, end) =
        ("2026-01-02T03:04:00Z".parse().expect("a moment"), "2026-01-02T04:04:00Z".parse().expect("a moment"));
    let updated = org.client().updated("Case", start, end).await.expect("an answer");
    assert_eq!((updated.ids.len(), updated.covered.to_string()), (1, "2026-01-02T03:59:00Z".to_owned()));
    let url = org.asked()[0].url.clone();
    assert!(url.contains("/sobjects/Case/updated/?start=2026%2D01%2D02T03%3A04%3A00%2B00%3A00&end="), "{url}");
}

#[tokio::test]
async fn a_describe_that_did_not_change_is_none() {
    let org = Org::saying(say(304, ""));
    let since = "2026-01-02T03:04:05Z".parse().expect("a moment");
    assert_eq!(org.client().describe_since("Case", since).await, Ok(None));
    assert_eq!(org.asked()[0].header("if-modified-since"), Some("Fri, 02 Jan 2026 03:04:05 GMT"));
}

#[tokio::test]
async fn the_gauge_rides_on_every_answer() {
    let said = (200, vec![("sforce-limit-info", "api-usage=17/15000".to_owned())], "{}".to_owned());
    let org = Org::saying(said);
    let client = org.client();
    assert_eq!(client.transport().quota(), None);
    client.limits().await.expect("answered");
    let told = client.transport().quota().map(|quota| quota.reading);
    assert_eq!(told.map(|reading| (reading.left, reading.allowed)), Some((Some(14_983), 15_000)));
}

#[tokio::test]
async fn names_from_outside_stay_names() {
    let org = Org::saying(say(200, "{}"));
    let client = org.client();
    assert!(matches!(client.describe("Case/../User").await, Err(CallError::Invalid { .. })));
    assert!(matches!(client.record("Case", &id("500410000021Zt4"), &["Id&x=1"]).await, Err(CallError::Invalid { .. })));
    assert!(matches!(client.query(&Query::select(["Id"]).from("Case WHERE")).await, Err(CallError::Invalid { .. })));
    assert!(org.asked().is_empty());
}
