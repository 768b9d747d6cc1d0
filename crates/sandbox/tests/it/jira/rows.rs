//! What hangs on an issue beside its fields: properties, remote links, links, watchers, work log, assignee.

use serde_json::{Value, json};

use super::{Site, doc};

#[tokio::test]
async fn properties_leave_no_trace_in_history() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let before = site.fields(&key).await["updated"].clone();
    let url = format!("/rest/api/3/issue/{key}/properties");
    let set = site.put(&format!("{url}/sf.link"), &json!({ "id": "500" })).await;
    assert_eq!((set.status, set.text.as_str()), (201, ""));
    site.put(&format!("{url}/sf.link"), &json!({ "id": "501" })).await.is(200);
    assert_eq!(site.get(&format!("{url}/sf.link")).await.is(200)["value"]["id"], "501");
    assert_eq!(site.get(&url).await.is(200)["keys"][0]["key"], "sf.link");
    site.put(&format!("{url}/big"), &json!("x".repeat(32_768)))
        .await
        .says(400, "The property value must not exceed 32768 characters.");
    site.put(&format!("{url}/{}", "k".repeat(256)), &json!(1)).await.is(400);
    site.delete(&format!("{url}/sf.link")).await.is(204);
    site.get(&format!("{url}/sf.link")).await.says(404, "The property with key 'sf.link' does not exist.");
    assert_eq!(site.fields(&key).await["updated"], before);
    assert_eq!(site.get(&format!("/rest/api/3/issue/{key}/changelog")).await.is(200)["total"], 0);
}

#[tokio::test]
async fn remote_links_are_upserted_by_global_id() {
    let site = Site::empty().await;
    let (key, other) = (site.bug(json!({})).await, site.bug(json!({})).await);
    let url = format!("/rest/api/3/issue/{key}/remotelink");
    let link = |title: &str| json!({ "globalId": "system=x&id=500", "relationship": "case", "object": { "url": "https://x.example/500", "title": title } });
    let made = site.post(&url, &link("One")).await.is(201);
    assert!(made["id"].is_u64());
    let mut again = link("Two");
    again.as_object_mut().expect("an object").remove("relationship");
    assert_eq!(site.post(&url, &again).await.is(200)["id"], made["id"]);
    let found = site.get(&format!("{url}?globalId=system%3Dx%26id%3D500")).await.is(200);
    assert_eq!((&found["object"]["title"], found.get("relationship")), (&json!("Two"), None));
    assert_eq!(site.get(&url).await.is(200).as_array().map(Vec::len), Some(1));
    site.post(&url, &json!({ "object": { "url": "https://x.example" } })).await.complains(
        400,
        "title",
        "'title' is required.",
    );
    let id = made["id"].as_u64().expect("a number");
    site.get(&format!("/rest/api/3/issue/{other}/remotelink/{id}")).await.is(400);
    site.put(&format!("{url}/{id}"), &link("Three")).await.is(204);
    let by_jql = site
        .post(
            "/rest/api/3/search/jql",
            &json!({ "jql": "issue in issuesWithRemoteLinksByGlobalId(\"system=x&id=500\")" }),
        )
        .await
        .is(200);
    assert_eq!(by_jql["issues"].as_array().map(Vec::len), Some(1));
    site.delete(&format!("{url}?globalId=system%3Dx%26id%3D500")).await.is(204);
    site.get(&format!("{url}/{id}")).await.is(404);
}

#[tokio::test]
async fn links_read_from_both_ends() {
    let site = Site::empty().await;
    let (a, b) = (site.bug(json!({})).await, site.bug(json!({})).await);
    let link = json!({ "type": { "name": "Blocks" }, "inwardIssue": { "key": a }, "outwardIssue": { "key": b } });
    let made = site.post("/rest/api/3/issueLink", &link).await;
    assert_eq!((made.status, made.text.as_str()), (201, ""));
    site.post("/rest/api/3/issueLink", &link).await.is(201);
    let (at_a, at_b) = (site.fields(&a).await["issuelinks"].clone(), site.fields(&b).await["issuelinks"].clone());
    assert_eq!((at_a.as_array().map(Vec::len), &at_a[0]["outwardIssue"]["key"]), (Some(1), &json!(b)));
    assert_eq!((&at_b[0]["inwardIssue"]["key"], &at_b[0]["type"]["inward"]), (&json!(a), &json!("is blocked by")));
    let log = site.get(&format!("/rest/api/3/issue/{b}/changelog")).await.is(200);
    assert_eq!(log["values"][0]["items"][0]["toString"], format!("This issue is blocked by {a}"));
    site.delete(&format!("/rest/api/3/issueLink/{}", at_a[0]["id"].as_str().expect("an id"))).await.is(204);
    assert_eq!(site.fields(&b).await["issuelinks"], json!([]));
    site.post(
        "/rest/api/3/issueLink",
        &json!({ "type": { "name": "Odd" }, "inwardIssue": { "key": a }, "outwardIssue": { "key": b } }),
    )
    .await
    .is(404);
    site.control("index", &json!({ "outward_is_source": true })).await;
    site.post("/rest/api/3/issueLink", &link).await.is(201);
    assert_eq!(site.fields(&b).await["issuelinks"][0]["outwardIssue"]["key"], json!(a));
}

#[tokio::test]
async fn watchers_worklogs_and_assignees() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let user = "5b10ac8d82e05b22cc7d4ef5";
    let url = format!("/rest/api/3/issue/{key}");
    site.post(&format!("{url}/watchers"), &json!(user)).await.is(204);
    assert_eq!(site.get(&format!("{url}/watchers")).await.is(200)["watchCount"], 2);
    site.delete(&format!("{url}/watchers?accountId={user}")).await.is(204);
    assert_eq!(site.fields(&key).await["watches"]["watchCount"], 1);

    let entry =
        site.post(&format!("{url}/worklog"), &json!({ "timeSpent": "1h 30m", "comment": doc("work") })).await.is(201);
    assert_eq!(entry["timeSpentSeconds"], 5400);
    site.post(&format!("{url}/worklog"), &json!({})).await.complains(
        400,
        "timeLogged",
        "You must indicate the time spent working",
    );
    assert_eq!(site.fields(&key).await["timespent"], 5400);
    site.delete(&format!("{url}/worklog/{}", entry["id"].as_str().expect("an id"))).await.is(204);

    site.put(&format!("{url}/assignee"), &json!({ "accountId": user })).await.is(204);
    assert_eq!(site.fields(&key).await["assignee"]["accountId"], user);
    site.put(&format!("{url}/assignee"), &json!({ "accountId": "x" })).await.complains(
        400,
        "assignee",
        "User 'x' cannot be assigned issues.",
    );
    site.put(&format!("{url}/assignee"), &json!({ "accountId": null })).await.is(204);
    assert_eq!(site.fields(&key).await["assignee"], Value::Null);
}
