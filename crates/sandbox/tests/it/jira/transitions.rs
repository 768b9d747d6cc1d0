//! The ways through a workflow.

use serde_json::{Value, json};

use super::{Site, doc};

async fn go(site: &Site, key: &str, id: &str, more: Value) -> super::Reply {
    let mut body = json!({ "transition": { "id": id } });
    for (name, value) in more.as_object().expect("an object") {
        body[name.as_str()] = value.clone();
    }
    site.post(&format!("/rest/api/3/issue/{key}/transitions"), &body).await
}

#[tokio::test]
async fn only_the_ways_out_of_the_present_status_are_offered() {
    let site = Site::empty().await;
    let key = site.bug(json!({ "project": { "key": "SUP" }, "issuetype": { "name": "Incident" } })).await;
    let list = site.get(&format!("/rest/api/3/issue/{key}/transitions?expand=transitions.fields")).await.is(200);
    let ids: Vec<&str> =
        list["transitions"].as_array().expect("rows").iter().filter_map(|t| t["id"].as_str()).collect();
    assert_eq!(ids, ["11", "21", "41"]);
    assert_eq!(list["transitions"][0]["to"]["statusCategory"]["key"], "indeterminate");
    let none = site.get(&format!("/rest/api/3/issue/{key}/transitions?transitionId=51")).await.is(200);
    assert_eq!(none["transitions"], json!([]));
    go(&site, &key, "51", json!({})).await.says(
        400,
        &format!(
            "It seems that you have tried to perform a workflow operation (Close issue) that is not valid for the current state of this issue ({key}). \
             The likely cause is that somebody has changed the issue recently, please look at the issue history for details."
        ),
    );
}

#[tokio::test]
async fn a_simplified_workflow_leads_from_everywhere_to_everywhere() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    for (id, status) in [("41", "Done"), ("31", "Blocked"), ("21", "In Progress"), ("11", "To Do"), ("41", "Done")] {
        go(&site, &key, id, json!({})).await.is(204);
        assert_eq!(site.fields(&key).await["status"]["name"], status);
    }
}

#[tokio::test]
async fn being_done_sets_the_resolution_and_reopening_clears_it() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    go(&site, &key, "21", json!({})).await.is(204);
    go(&site, &key, "41", json!({ "update": { "comment": [{ "add": { "body": doc("done") } }] } })).await.is(204);
    let done = site.fields(&key).await;
    assert_eq!((&done["status"]["name"], &done["resolution"]["name"]), (&json!("Done"), &json!("Done")));
    assert_eq!(done["comment"]["comments"][0]["body"], doc("done"));
    assert!(done["resolutiondate"].is_string());
    go(&site, &key, "11", json!({})).await.is(204);
    let open = site.fields(&key).await;
    assert_eq!(
        (&open["status"]["name"], &open["resolution"], &open["resolutiondate"]),
        (&json!("To Do"), &Value::Null, &Value::Null)
    );
    let log = site.get(&format!("/rest/api/3/issue/{key}/changelog")).await.is(200);
    let items = &log["values"][0]["items"];
    assert_eq!(
        (&items[0]["field"], &items[0]["from"], &items[0]["toString"]),
        (&json!("status"), &json!("10000"), &json!("In Progress"))
    );
}

#[tokio::test]
async fn screens_limit_and_validators_insist() {
    let site = Site::empty().await;
    let request = json!({ "project": { "key": "SUP" }, "issuetype": { "name": "Incident" } });
    let key = site.bug(request).await;
    go(&site, &key, "41", json!({})).await.complains(400, "resolution", "Resolution is required.");
    let off = "Field 'summary' cannot be set. It is not on the appropriate screen, or unknown.";
    go(&site, &key, "41", json!({ "fields": { "summary": "x", "resolution": { "name": "Done" } } }))
        .await
        .complains(400, "summary", off);
    go(&site, &key, "41", json!({ "fields": { "resolution": { "name": "Won't Do" } } })).await.is(204);
    assert_eq!(site.fields(&key).await["resolution"]["name"], "Won't Do");
}

#[tokio::test]
async fn without_the_right_there_are_no_transitions() {
    let site = Site::empty().await.limited();
    let key = site.bug(json!({})).await;
    site.control(
        "rights",
        &json!({ "user": "integration@sandbox.example", "permission": "TRANSITION_ISSUES", "granted": false }),
    )
    .await;
    let list = site.get(&format!("/rest/api/3/issue/{key}/transitions")).await.is(200);
    assert_eq!(list["transitions"], json!([]));
    go(&site, &key, "11", json!({})).await.is(400);
}

#[tokio::test]
async fn many_changelogs_come_in_pages() {
    let site = Site::empty().await;
    let (one, two) = (site.bug(json!({})).await, site.bug(json!({})).await);
    for (key, id) in [(&one, "21"), (&one, "31"), (&two, "21")] {
        go(&site, key, id, json!({})).await.is(204);
    }
    site.put(&format!("/rest/api/3/issue/{two}"), &json!({ "fields": { "summary": "z" } })).await.is(204);
    let ask = |token: Option<&Value>| {
        let mut body = json!({ "issueIdsOrKeys": [two, one], "fieldIds": ["status"], "maxResults": 2 });
        if let Some(token) = token {
            body["nextPageToken"] = token.clone();
        }
        body
    };
    let first = site.post("/rest/api/3/changelog/bulkfetch", &ask(None)).await.is(200);
    assert_eq!(first["issueChangeLogs"][0]["changeHistories"].as_array().map(Vec::len), Some(2));
    assert!(first["issueChangeLogs"][0]["changeHistories"][0]["created"].is_i64());
    let second = site.post("/rest/api/3/changelog/bulkfetch", &ask(first.get("nextPageToken"))).await.is(200);
    assert_eq!(second["issueChangeLogs"].as_array().map(Vec::len), Some(1));
    assert_eq!(second.get("nextPageToken"), None);
}

/// Draft -> Review -> Published, and back to Draft from anywhere.
async fn editorial(site: &Site, more: Value) -> String {
    let mut drawn = json!({
        "project": "OPS",
        "issue_type": "Story",
        "statuses": [
            { "name": "Draft", "category": "new" },
            { "name": "In Progress", "category": "indeterminate" },
            { "name": "Published", "category": "done" },
        ],
        "transitions": [
            { "name": "Begin", "from": ["Draft"], "to": "In Progress" },
            { "name": "Publish", "from": ["In Progress"], "to": "Published", "required": ["resolution"] },
            { "name": "Withdraw", "from": "any", "to": "Draft", "sets": { "resolution": null, "Customer": "nobody" } },
            { "name": "Touch", "from": ["Draft"], "to": "Draft" },
            { "name": "Archive", "from": ["Draft"], "to": "Published", "hidden": true },
        ],
    });
    for (name, value) in more.as_object().expect("an object") {
        drawn["transitions"][4][name.as_str()] = value.clone();
    }
    site.control("workflow", &drawn).await;
    site.bug(json!({ "issuetype": { "name": "Story" } })).await
}

async fn offered(site: &Site, key: &str, query: &str) -> Vec<String> {
    let list = site.get(&format!("/rest/api/3/issue/{key}/transitions{query}")).await.is(200);
    let rows = list["transitions"].as_array().expect("rows");
    rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_drawn_workflow_is_the_way_of_its_issue_type_alone() {
    let site = Site::empty().await;
    let before = site.bug(json!({ "issuetype": { "name": "Story" } })).await;
    go(&site, &before, "21", json!({})).await.is(204);
    let key = editorial(&site, json!({})).await;
    assert_eq!(site.fields(&key).await["status"]["name"], "Draft");
    assert_eq!(site.fields(&before).await["status"]["id"], "3", "a status that both workflows have stays");
    assert_eq!(offered(&site, &key, "").await, ["Begin", "Touch"]);
    go(&site, &key, "11", json!({})).await.is(204);
    go(&site, &key, "21", json!({})).await.complains(400, "resolution", "Resolution is required.");
    go(&site, &key, "21", json!({ "fields": { "resolution": { "name": "Done" } } })).await.is(204);
    assert_eq!(offered(&site, &key, "").await, ["Withdraw"]);
    go(&site, &key, "31", json!({})).await.is(204);
    let fields = site.fields(&key).await;
    assert_eq!((&fields["resolution"], &fields["customfield_10032"]), (&Value::Null, &json!("nobody")));
    let bug = site.bug(json!({})).await;
    assert_eq!(offered(&site, &bug, "").await, ["In Progress", "Blocked", "Done"]);
    let statuses = site.get("/rest/api/3/project/OPS/statuses").await.is(200);
    let story = statuses.as_array().into_iter().flatten().find(|row| row["name"] == "Story").expect("a story");
    assert_eq!(story["statuses"][0]["name"], "Draft");
}

#[tokio::test]
async fn an_issue_in_no_status_of_a_drawn_workflow_gets_its_first_one() {
    let site = Site::empty().await;
    let key = site.bug(json!({ "issuetype": { "name": "Story" } })).await;
    go(&site, &key, "31", json!({})).await.is(204);
    editorial(&site, json!({})).await;
    assert_eq!(site.fields(&key).await["status"]["name"], "Draft");
    let log = site.get(&format!("/rest/api/3/issue/{key}/changelog")).await.is(200);
    assert_eq!(log["values"][1]["items"][0]["fromString"], "Blocked");
}

#[tokio::test]
async fn a_condition_hides_a_transition_from_whom_it_does_not_let_through() {
    let conditions = [
        (json!({}), false),
        (json!({ "hidden": false }), true),
        (json!({ "hidden": false, "condition": "assignee" }), false),
        (json!({ "hidden": false, "condition": "reporter" }), true),
        (json!({ "hidden": false, "condition": { "permission": "CLOSE_ISSUES" } }), true),
        (json!({ "hidden": false, "condition": { "group": "jira-administrators" } }), true),
        (json!({ "hidden": false, "condition": { "sub_tasks": "Published" } }), true),
    ];
    for (more, lets_through) in conditions {
        let site = Site::empty().await;
        let key = editorial(&site, more.clone()).await;
        assert_eq!(offered(&site, &key, "").await.contains(&"Archive".to_owned()), lets_through, "{more}");
        let all = offered(&site, &key, "?includeUnavailableTransitions=true").await;
        assert!(all.contains(&"Archive".to_owned()), "{more}");
        assert_eq!(go(&site, &key, "51", json!({})).await.status, if lets_through { 204 } else { 400 }, "{more}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_drawing_is_said() {
    let site = Site::empty().await;
    let status = json!({ "name": "Draft", "category": "new" });
    let way = |more: Value| {
        let mut way = json!({ "name": "Go", "from": "any", "to": "Draft" });
        more.as_object().into_iter().flatten().for_each(|(name, value)| way[name.as_str()] = value.clone());
        json!({ "project": "OPS", "statuses": [status], "transitions": [way] })
    };
    for (drawn, why) in [
        (json!({ "project": "XXX", "statuses": [status], "transitions": [] }), "There is no project XXX."),
        (json!({ "project": "OPS", "statuses": [], "transitions": [] }), "A workflow needs at least one status."),
        (
            json!({ "project": "OPS", "issue_type": "Dream", "statuses": [status], "transitions": [] }),
            "The project has no issue type Dream.",
        ),
        (way(json!({ "to": "Done" })), "There is no status Done among those of the workflow."),
        (way(json!({ "required": ["mood"] })), "There is no field mood."),
        (way(json!({ "sets": { "priority": { "name": "x" } } })), "priority: The priority selected is invalid."),
        (way(json!({ "condition": { "permission": "FLY" } })), "FLY is no permission."),
        (way(json!({ "condition": { "group": "birds" } })), "There is no group birds."),
    ] {
        let reply = site.post("/__sandbox/workflow", &drawn).await;
        assert_eq!(reply.is(400)["error"], why);
    }
}
