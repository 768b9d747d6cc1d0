//! Creating, editing, reading and deleting issues.

use serde_json::{Value, json};

use super::{Site, doc};

const ISSUE: &str = "/rest/api/3/issue";

async fn create(site: &Site, fields: Value) -> super::Reply {
    let mut all = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "x" });
    for (name, value) in fields.as_object().expect("an object") {
        match value {
            Value::String(text) if text == "(absent)" => drop(all.as_object_mut().expect("an object").remove(name)),
            value => all[name.as_str()] = value.clone(),
        }
    }
    site.post(ISSUE, &json!({ "fields": all })).await
}

#[tokio::test]
async fn a_refused_field_is_named_and_nothing_is_written() {
    let site = Site::empty().await;
    let far = "y".repeat(256);
    let off = |field: &str| format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.");
    for (fields, field, text) in [
        (json!({ "project": { "key": "NO" } }), "project", "Specify a valid project ID or key".to_owned()),
        (json!({ "project": "(absent)" }), "project", "Specify a valid project ID or key".to_owned()),
        (json!({ "issuetype": { "name": "Nothing" } }), "issuetype", "Specify a valid issue type".to_owned()),
        (json!({ "issuetype": "(absent)" }), "issuetype", "Specify an issue type".to_owned()),
        (json!({ "summary": "(absent)" }), "summary", "You must specify a summary of the issue.".to_owned()),
        (json!({ "summary": null }), "summary", "You must specify a summary of the issue.".to_owned()),
        (
            json!({ "summary": "a\nb" }),
            "summary",
            "The summary is invalid because it contains newline characters.".to_owned(),
        ),
        (json!({ "summary": far }), "summary", "Summary must be less than 255 characters.".to_owned()),
        (json!({ "summary": 7 }), "summary", "Operation value must be a string".to_owned()),
        (
            json!({ "description": "text" }),
            "description",
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)".to_owned(),
        ),
        (
            json!({ "customfield_10033": "text" }),
            "customfield_10033",
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)".to_owned(),
        ),
        (json!({ "labels": ["a b"] }), "labels", "The label 'a b' contains spaces which is invalid.".to_owned()),
        (
            json!({ "assignee": { "accountId": "nobody" } }),
            "assignee",
            "Specified user does not exist or you do not have required permissions".to_owned(),
        ),
        (
            json!({ "assignee": { "accountId": "712020:dd00c0de-4444-4f4f-8c8c-aaaabbbbc005" } }),
            "assignee",
            "User '712020:dd00c0de-4444-4f4f-8c8c-aaaabbbbc005' cannot be assigned issues.".to_owned(),
        ),
        (json!({ "customfield_10035": "many" }), "customfield_10035", "Operation value must be a number".to_owned()),
        (
            json!({ "customfield_10034": { "value": "Odd" } }),
            "customfield_10034",
            "Option value 'Odd' is not valid".to_owned(),
        ),
        (json!({ "customfield_10034": { "id": "1" } }), "customfield_10034", "Option id '1' is not valid".to_owned()),
        (json!({ "duedate": "soon" }), "duedate", "Error parsing date string: soon".to_owned()),
        (json!({ "priority": { "name": "Odd" } }), "priority", "The priority selected is invalid.".to_owned()),
        (json!({ "components": [{ "name": "Odd" }] }), "components", "Component name 'Odd' is not valid".to_owned()),
        (json!({ "resolution": { "name": "Done" } }), "resolution", off("resolution")),
        (json!({ "status": { "name": "Done" } }), "status", off("status")),
        (json!({ "customfield_1": "x" }), "customfield_1", off("customfield_1")),
        (json!({ "customfield_10050": "x" }), "customfield_10050", off("customfield_10050")),
        (
            json!({ "issuetype": { "name": "Sub-task" } }),
            "parent",
            "Issue type is a sub-task but parent issue key or id not specified.".to_owned(),
        ),
    ] {
        create(&site, fields).await.complains(400, field, &text);
    }
    let bad = json!({ "version": 1, "type": "doc", "content": [{ "type": "text", "text": "a" }] });
    let body = create(&site, json!({ "description": bad })).await.is(400);
    assert_eq!(body, json!({ "errorMessages": ["INVALID_INPUT"], "errors": {} }));
    let count = site.post("/rest/api/3/search/approximate-count", &json!({ "jql": "project = OPS" })).await.is(200);
    assert_eq!(count, json!({ "count": 0 }));
}

#[tokio::test]
async fn all_complaints_come_at_once() {
    let site = Site::empty().await;
    let body = create(&site, json!({ "summary": "(absent)", "labels": ["a b"], "customfield_1": 1 })).await.is(400);
    let mut fields: Vec<&String> = body["errors"].as_object().expect("errors").keys().collect();
    fields.sort();
    assert_eq!(fields, ["customfield_1", "labels", "summary"]);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_have_no_errors_key() {
    let site = Site::empty().await;
    let request = site.request(reqwest::Method::POST, ISSUE).header("content-type", "application/json").body("{");
    let broken = Site::send(request).await.is(400);
    assert_eq!(
        broken,
        json!({ "errorMessages": ["There was an error parsing JSON. Check that your request body is valid."] })
    );
    let open = site.post("/rest/api/3/search/jql", &json!({ "query": "project = OPS" })).await.is(400);
    assert_eq!(
        open,
        json!({ "errorMessages": ["Invalid request payload. Refer to the REST API documentation and try again."] })
    );
}

#[tokio::test]
async fn every_kind_of_field_is_read_back_in_its_read_form() {
    let site = Site::empty().await;
    let user = "5b10ac8d82e05b22cc7d4ef5";
    let key = site
        .bug(json!({
            "description": doc("text"),
            "priority": { "name": "High" },
            "assignee": { "id": user },
            "labels": ["b", "a", "b"],
            "components": [{ "name": "Billing" }],
            "fixVersions": [{ "id": "10201" }],
            "duedate": "2026-12-24",
            "customfield_10030": "5005g00000AbCdE",
            "customfield_10033": doc("much"),
            "customfield_10034": { "value": "Major" },
            "customfield_10035": 12.5,
            "customfield_10036": "2026-12-01",
            "customfield_10037": "2026-12-01T10:00:00.000+0200",
            "customfield_10039": { "accountId": user },
            "customfield_10040": { "value": "Platform", "child": { "value": "API" } },
            "customfield_10041": [{ "value": "Web" }, { "value": "Phone" }],
            "customfield_10042": "https://sandbox.example/case",
            "customfield_10047": [{ "name": "jira-administrators" }],
            "timetracking": { "originalEstimate": "1w 1d", "remainingEstimate": "4d" },
        }))
        .await;
    let fields = site.fields(&key).await;
    assert_eq!(fields["description"], doc("text"));
    assert_eq!(fields["priority"]["id"], "2");
    assert_eq!(fields["assignee"]["displayName"], "Priya Raman");
    assert_eq!(fields["labels"], json!(["b", "a"]));
    assert_eq!(fields["components"][0]["name"], "Billing");
    assert_eq!(fields["fixVersions"][0]["name"], "2026.11");
    assert_eq!(fields["customfield_10034"]["value"], "Major");
    assert_eq!(fields["customfield_10035"], json!(12.5));
    assert_eq!(fields["customfield_10037"], "2026-12-01T08:00:00.000+0000");
    assert_eq!(fields["customfield_10040"]["child"]["value"], "API");
    assert_eq!(fields["customfield_10041"][1]["value"], "Phone");
    assert_eq!(fields["customfield_10047"][0]["name"], "jira-administrators");
    assert_eq!(fields["timetracking"]["originalEstimateSeconds"], 172_800);
    assert_eq!(fields["status"]["statusCategory"]["key"], "new");
    assert_eq!(fields["resolution"], Value::Null);
    assert_eq!(fields["reporter"]["emailAddress"], "admin@sandbox.example");
}

#[tokio::test]
async fn people_who_hide_their_address_have_none() {
    let site = Site::empty().await;
    let key = site.bug(json!({ "assignee": { "accountId": "712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002" } })).await;
    assert_eq!(site.fields(&key).await["assignee"].get("emailAddress"), None);
}

#[tokio::test]
async fn version_2_speaks_wiki_text() {
    let site = Site::empty().await;
    let body = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Task" }, "summary": "x", "description": "h1. One\n\n*two*" } });
    let made = site.post("/rest/api/2/issue", &body).await.is(201);
    let key = made["key"].as_str().expect("a key");
    let v2 = site.get(&format!("/rest/api/2/issue/{key}")).await.is(200);
    assert_eq!(v2["fields"]["description"], "h1. One\n\n*two*");
    assert!(v2["self"].as_str().is_some_and(|url| url.contains("/rest/api/2/issue/")));
    let latest = site.get(&format!("/rest/api/latest/issue/{key}")).await.is(200);
    assert_eq!(latest["fields"]["description"], v2["fields"]["description"]);
    let v3 = site.fields(key).await;
    let blocks = &v3["description"]["content"];
    assert_eq!((&blocks[0]["type"], &blocks[0]["attrs"]), (&json!("heading"), &json!({ "level": 1 })));
    let strong = json!([{ "type": "text", "text": "two", "marks": [{ "type": "strong" }] }]);
    assert_eq!(blocks[1]["content"], strong);
    // And back: what v3 was told is markup to v2, in comments as well.
    let comment = json!({ "body": v3["description"] });
    let comment = site.post(&format!("/rest/api/3/issue/{key}/comment"), &comment).await.is(201);
    let id = comment["id"].as_str().expect("an id");
    let shown = site.get(&format!("/rest/api/2/issue/{key}/comment/{id}")).await.is(200);
    assert_eq!(shown["body"], "h1. One\n\n*two*");
    let edit = json!({ "body": "see [~accountid:5b10] and [here|https://a.example/b]\n* {{x}}\n* {code:sql}y{code}" });
    site.put(&format!("/rest/api/2/issue/{key}/comment/{id}"), &edit).await.is(200);
    let shown = site.get(&format!("/rest/api/3/issue/{key}/comment/{id}")).await.is(200);
    let (line, list) = (&shown["body"]["content"][0]["content"], &shown["body"]["content"][1]);
    assert_eq!((&line[1]["type"], &line[3]["marks"][0]["type"]), (&json!("mention"), &json!("link")));
    assert_eq!(list["content"][0]["content"][0]["content"][0]["marks"], json!([{ "type": "code" }]));
    assert_eq!(list["content"][1]["content"][0]["attrs"]["language"], "sql");
    let refused =
        site.put(&format!("/rest/api/2/issue/{key}"), &json!({ "fields": { "description": doc("a") } })).await;
    refused.complains(400, "description", "Operation value must be a string");
}

#[tokio::test]
async fn a_project_and_a_service_level_are_values_too() {
    let site = Site::empty().await;
    let (project, level) = ("customfield_10051", "customfield_10052");
    let key = site.bug(json!({ project: { "key": "SUP" } })).await;
    let fields = site.fields(&key).await;
    assert_eq!((&fields[project]["key"], &fields[level]), (&json!("SUP"), &Value::Null));
    let path = format!("/rest/api/3/issue/{key}");
    let nowhere = site.put(&path, &json!({ "fields": { project: { "key": "NOPE" } } })).await;
    nowhere.complains(400, project, "Specify a valid project ID or key");
    site.put(&path, &json!({ "fields": { project: null } })).await.is(204);
    assert_eq!(site.fields(&key).await[project], Value::Null);

    let kinds = site.get("/rest/servicedeskapi/servicedesk/1/requesttype").await.is(200);
    let asked = json!({ "serviceDeskId": "1", "requestTypeId": kinds["values"][0]["id"], "requestFieldValues": { "summary": "x" } });
    let made = site.post("/rest/servicedeskapi/request", &asked).await.is(201);
    let key = made["issueKey"].as_str().expect("a key");
    let shown = site.fields(key).await[level].clone();
    assert_eq!((&shown["name"], &shown["ongoingCycle"]["breached"]), (&json!("Time to resolution"), &json!(false)));
    site.control("clock", &json!({ "advance_seconds": 6 * 86_400 })).await;
    let shown = site.fields(key).await[level].clone();
    let told = site.get(&format!("/rest/servicedeskapi/request/{key}/sla/1")).await.is(200);
    assert_eq!(
        (&shown["ongoingCycle"]["breached"], &shown["ongoingCycle"]["breachTime"]),
        (&json!(true), &told["ongoingCycle"]["breachTime"])
    );
    let off_screen = format!("Field '{level}' cannot be set. It is not on the appropriate screen, or unknown.");
    let refused = site.put(&format!("/rest/api/3/issue/{key}"), &json!({ "fields": { level: {} } })).await;
    refused.complains(400, level, &off_screen);
}

#[tokio::test]
async fn keys_count_on_and_deleted_ones_leave_gaps() {
    let site = Site::empty().await;
    assert_eq!(site.bug(json!({})).await, "OPS-1");
    assert_eq!(site.bug(json!({})).await, "OPS-2");
    site.delete("/rest/api/3/issue/OPS-2").await.is(204);
    assert_eq!(site.bug(json!({})).await, "OPS-3");
    site.get("/rest/api/3/issue/OPS-2").await.is(404);
    site.get("/rest/api/3/issue/ops-3").await.is(200);
}

#[tokio::test]
async fn a_moved_issue_answers_to_its_old_key() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    site.control("move", &json!({ "issue": key, "project": "SUP" })).await;
    let found = site.get(&format!("/rest/api/3/issue/{key}?expand=changelog")).await.is(200);
    assert_eq!(found["key"], "SUP-1");
    let items = &found["changelog"]["histories"][0]["items"];
    assert_eq!((&items[0]["field"], &items[0]["toString"]), (&json!("Key"), &json!("SUP-1")));
}

#[tokio::test]
async fn an_edit_is_in_the_changelog_and_the_same_again_is_not() {
    let site = Site::empty().await;
    let key = site.bug(json!({ "description": doc("one") })).await;
    let url = format!("/rest/api/3/issue/{key}");
    let edit = json!({
        "fields": { "summary": "New", "priority": { "id": "1" }, "description": doc("two") },
        "update": { "labels": [{ "add": "x" }, { "add": "y" }, { "remove": "x" }] },
        "historyMetadata": { "type": "sync", "generator": { "id": "entente", "type": "app" } },
    });
    let reply = site.put(&format!("{url}?notifyUsers=false"), &edit).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let before = site.fields(&key).await;
    assert_eq!(before["labels"], json!(["y"]));
    let log = site.get(&format!("{url}/changelog")).await.is(200);
    assert_eq!((&log["total"], &log["isLast"]), (&json!(1), &json!(true)));
    let entry = &log["values"][0];
    assert_eq!(entry["historyMetadata"]["generator"]["id"], "entente");
    let item = entry["items"].as_array().expect("items").iter().find(|i| i["fieldId"] == "priority").expect("a line");
    assert_eq!(
        (&item["from"], &item["fromString"], &item["to"], &item["toString"]),
        (&json!("3"), &json!("Medium"), &json!("1"), &json!("Highest"))
    );

    site.put(&url, &json!({ "fields": { "summary": "New", "priority": { "name": "Highest" }, "description": doc("two"), "labels": ["y"] } })).await.is(204);
    assert_eq!(site.get(&format!("{url}/changelog")).await.is(200)["total"], 1);
    assert_eq!(site.fields(&key).await["updated"], before["updated"]);
}

#[tokio::test]
async fn an_edit_is_all_or_nothing() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let url = format!("/rest/api/3/issue/{key}");
    let edit = json!({ "fields": { "summary": "New", "customfield_10034": { "value": "Odd" } } });
    site.put(&url, &edit).await.complains(400, "customfield_10034", "Option value 'Odd' is not valid");
    assert_eq!(site.fields(&key).await["summary"], "A bug");
    let both = json!({ "fields": { "labels": ["a"] }, "update": { "labels": [{ "add": "b" }] } });
    site.put(&url, &both).await.complains(400, "labels", "Field 'labels' cannot be set in both 'fields' and 'update'.");
    site.put(&url, &json!({ "fields": { "project": { "key": "SUP" } } })).await.is(400);
    let shown = site
        .put(&format!("{url}?returnIssue=true&expand=names"), &json!({ "fields": { "summary": "Shown" } }))
        .await
        .is(200);
    assert_eq!(
        (&shown["fields"]["summary"], &shown["names"]["customfield_10030"]),
        (&json!("Shown"), &json!("Salesforce Case ID"))
    );
}

#[tokio::test]
async fn bulk_create_takes_what_is_right_and_names_what_is_wrong() {
    let site = Site::empty().await;
    let good = |n: u32| json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Task" }, "summary": format!("n{n}") }, "properties": [{ "key": "sf.link", "value": { "n": n } }] });
    let bad = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Task" } } });
    let made = site.post("/rest/api/3/issue/bulk", &json!({ "issueUpdates": [good(1), bad, good(2)] })).await.is(201);
    assert_eq!(made["issues"].as_array().map(Vec::len), Some(2));
    assert_eq!(made["errors"][0]["failedElementNumber"], 1);
    assert_eq!(made["errors"][0]["elementErrors"]["errors"]["summary"], "You must specify a summary of the issue.");
    site.post("/rest/api/3/issue/bulk", &json!({ "issueUpdates": [bad] })).await.is(400);
    let many: Vec<Value> = (0..51).map(good).collect();
    site.post("/rest/api/3/issue/bulk", &json!({ "issueUpdates": many })).await.is(400);

    let fetch =
        json!({ "issueIdsOrKeys": ["OPS-2", "NO-1", "OPS-1"], "fields": ["summary"], "properties": ["sf.link"] });
    let found = site.post("/rest/api/3/issue/bulkfetch", &fetch).await.is(200);
    assert_eq!((&found["issues"][0]["key"], &found["issues"][1]["key"]), (&json!("OPS-1"), &json!("OPS-2")));
    assert_eq!(found["issues"][1]["properties"]["sf.link"]["n"], 2);
    assert_eq!(
        found["issueErrors"],
        json!([{ "id": "NO-1", "errorMessage": "Issue does not exist or you do not have permission to see it." }])
    );
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    site.post("/rest/api/3/issue/bulkfetch", &json!({ "issueIdsOrKeys": many })).await.is(400);
}

#[tokio::test]
async fn parents_stand_one_level_above() {
    let site = Site::empty().await;
    let task = site.bug(json!({ "issuetype": { "name": "Task" } })).await;
    let sub = site.bug(json!({ "issuetype": { "name": "Sub-task" }, "parent": { "key": task } })).await;
    let epic = site.bug(json!({ "issuetype": { "name": "Epic" } })).await;
    assert_eq!(site.fields(&task).await["subtasks"][0]["key"], json!(sub));
    let wrong = create(&site, json!({ "parent": { "key": sub } })).await;
    wrong.complains(400, "parent", "Given parent work item does not belong to appropriate hierarchy.");
    site.put(&format!("{ISSUE}/{task}"), &json!({ "fields": { "parent": { "key": epic } } })).await.is(204);
    assert_eq!(site.fields(&task).await["parent"]["key"], json!(epic));
    site.put(&format!("{ISSUE}/{task}"), &json!({ "update": { "parent": [{ "set": { "none": true } }] } }))
        .await
        .is(204);
    assert_eq!(site.fields(&task).await["parent"], Value::Null);
    site.delete(&format!("{ISSUE}/{task}")).await.is(400);
    site.delete(&format!("{ISSUE}/{task}?deleteSubtasks=true")).await.is(204);
    site.get(&format!("{ISSUE}/{sub}")).await.is(404);
}

#[tokio::test]
async fn the_write_log_names_field_before_and_after() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    site.put(&format!("{ISSUE}/{key}"), &json!({ "fields": { "priority": { "name": "Low" } } })).await.is(204);
    let mut writes = site.get("/__sandbox/writes").await.is(200);
    let last = writes.as_array_mut().and_then(|w| w.last_mut()).expect("a write");
    let at = last.as_object_mut().and_then(|write| write.remove("at")).expect("a time");
    assert!(at.as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{at}");
    assert_eq!(
        *last,
        json!({ "route": "PUT /rest/api/3/issue/{..}", "record": key, "field": "priority", "before": "Medium", "after": "Low", "by": "admin@sandbox.example" })
    );
}

#[tokio::test]
async fn snapshots_hold_everything() {
    let site = Site::demo().await;
    site.bug(json!({ "description": doc("kept") })).await;
    let saved = site.world.jira.save();
    let other = Site::empty().await;
    other.world.jira.load(&saved).expect("a snapshot");
    assert_eq!(other.world.jira.save(), saved);
    assert_eq!(other.fields("OPS-41").await["description"], doc("kept"));
    assert!(other.world.jira.load(&json!({ "issues": 7 })).is_err());
}
