//! Issues that come from elsewhere.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Site;

fn issue(key: &str, id: &str, status: &str, more: Value) -> Value {
    let mut fields = json!({
        "summary": "From elsewhere",
        "issuetype": { "id": "1", "name": "Bug", "subtask": false },
        "project": { "id": "10153", "key": "TIMOB", "name": "Titanium" },
        "status": { "id": "6", "name": status, "statusCategory": { "id": 3, "key": if status == "Closed" { "done" } else { "new" } } },
        "created": "2011-04-15T02:31:27.000+0000",
        "updated": "2011-10-27T15:52:02.000+0000",
        "reporter": { "name": "jdoe", "displayName": "J. Doe", "active": true },
        "description": "h1. Head\r\nline\r\n\r\nnext",
    });
    for (name, value) in more.as_object().expect("an object") {
        fields[name.as_str()] = value.clone();
    }
    json!({ "id": id, "key": key, "fields": fields })
}

#[tokio::test]
async fn keys_times_texts_and_people_are_kept() {
    let site = Site::empty().await;
    let comment = json!({ "comments": [{ "id": "77", "author": { "name": "jdoe", "displayName": "J. Doe" }, "body": "*hi*", "created": "2011-05-01T00:00:00.000+0000" }] });
    let link = json!([{ "id": "88", "type": { "name": "Blocks", "inward": "is blocked by", "outward": "blocks" }, "outwardIssue": { "key": "TIMOB-9" } }]);
    let rows = json!([
        issue("TIMOB-540", "61172", "Closed", json!({ "comment": comment, "issuelinks": link, "resolution": { "id": "1", "name": "Fixed" }, "components": [{ "id": "5", "name": "iOS" }] })),
        issue("TIMOB-9", "61173", "Open", json!({})),
        { "key": "TIMOB-10", "fields": {} },
        { "fields": {} },
    ]);
    let problems = site.world.import_jira(&rows);
    assert_eq!(
        problems,
        ["Issue TIMOB-10 was left out: it has no summary.", "Issue number 4 was left out: it has no key."]
    );

    let v3 = site.get("/rest/api/3/issue/TIMOB-540").await.is(200);
    assert_eq!((&v3["id"], &v3["fields"]["updated"]), (&json!("61172"), &json!("2011-10-27T15:52:02.000+0000")));
    let blocks = v3["fields"]["description"]["content"].as_array().expect("blocks");
    let kinds: Vec<_> = blocks.iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["heading", "paragraph", "paragraph"]);
    let reporter = &v3["fields"]["reporter"];
    assert_eq!((&reporter["displayName"], reporter.get("emailAddress")), (&json!("J. Doe"), None));
    assert_eq!(v3["fields"]["comment"]["comments"][0]["author"]["accountId"], reporter["accountId"]);
    assert_eq!(
        (&v3["fields"]["resolution"]["name"], &v3["fields"]["components"][0]["name"]),
        (&json!("Fixed"), &json!("iOS"))
    );
    assert_eq!(v3["fields"]["issuelinks"][0]["outwardIssue"]["key"], "TIMOB-9");
    let v2 = site.get("/rest/api/2/issue/TIMOB-540").await.is(200);
    assert_eq!(v2["fields"]["description"], "h1. Head\r\nline\r\n\r\nnext");
    assert_eq!(v2["fields"]["comment"]["comments"][0]["body"], "*hi*");

    // The demo's custom fields are on the screens of the new project, and every status can be reached.
    site.put("/rest/api/3/issue/TIMOB-9", &json!({ "fields": { "customfield_10030": "500" } })).await.is(204);
    let ways = site.get("/rest/api/3/issue/TIMOB-9/transitions").await.is(200);
    assert_eq!(ways["transitions"][0]["to"]["name"], "Closed");
    let id = ways["transitions"][0]["id"].clone();
    site.post("/rest/api/3/issue/TIMOB-9/transitions", &json!({ "transition": { "id": id } })).await.is(204);
    let bug = json!({ "project": { "key": "TIMOB" }, "issuetype": { "name": "Bug" } });
    assert_eq!(site.bug(bug).await, "TIMOB-541");
    assert_eq!(site.world.import_jira(&json!({ "x": 1 })), ["The import is not an array of issues."]);
}

#[tokio::test]
async fn a_real_tracker_comes_in_whole() {
    let shared = std::env::var_os("ENTENTE_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let Ok(text) = std::fs::read_to_string(shared.join("data/jira/issues/titanium-tracker-sample.json")) else {
        eprintln_skipped("the tracker sample is not here");
        return;
    };
    let site = Site::empty().await;
    let rows: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(site.world.import_jira(&rows), Vec::<String>::new());
    let count = site
        .post("/rest/api/3/search/approximate-count", &json!({ "jql": "project in (TIMOB, AC, ALOY, MOD, DAEMON)" }))
        .await
        .is(200);
    assert_eq!(count["count"], rows.as_array().map_or(0, Vec::len));
    for row in rows.as_array().into_iter().flatten().step_by(20) {
        let key = row["key"].as_str().expect("a key");
        // Read through v3 as well, where every text is held against the schema of documents.
        site.get(&format!("/rest/api/3/issue/{key}")).await.is(200);
        let shown = site.get(&format!("/rest/api/2/issue/{key}")).await.is(200);
        for field in ["description", "created", "updated"] {
            assert_eq!(shown["fields"][field], row["fields"][field], "{key} {field}");
        }
        assert_eq!(shown["fields"]["status"]["name"], row["fields"]["status"]["name"], "{key}");
        let n = |issue: &Value| issue["fields"]["comment"]["comments"].as_array().map(Vec::len);
        assert_eq!(n(&shown), n(row), "{key}");
    }
}

#[expect(clippy::print_stderr, reason = "a test that could not look says so")]
fn eprintln_skipped(why: &str) {
    eprintln!("skipped: {why}");
}
