//! Projects of every sort: made, run by their teams, renamed, archived.

use serde_json::{Value, json};

use super::Site;

const TEAM: &str = "com.pyxis.greenhopper.jira:gh-simplified-agility-kanban";

async fn make(site: &Site, key: &str, template: &str) -> Value {
    let body = json!({ "key": key, "name": format!("Project {key}"), "projectTypeKey": "software", "projectTemplateKey": template });
    site.post("/rest/api/3/project", &body).await.is(201)
}

async fn issue(site: &Site, key: &str, more: Value) -> super::Reply {
    let mut fields = json!({ "project": { "key": key }, "issuetype": { "name": "Task" }, "summary": "Work" });
    more.as_object().into_iter().flatten().for_each(|(name, value)| fields[name.as_str()] = value.clone());
    site.post("/rest/api/3/issue", &json!({ "fields": fields })).await
}

#[tokio::test]
async fn team_managed_projects_have_types_statuses_and_fields_of_equal_names() {
    let site = Site::empty().await;
    for key in ["ONE", "TWO"] {
        make(&site, key, TEAM).await;
        let field = json!({ "project": key, "name": "Team", "type": "select", "options": [key] });
        site.control("fields", &field).await;
    }
    let shown = site.get("/rest/api/3/project/ONE").await.is(200);
    assert_eq!((&shown["simplified"], &shown["style"]), (&json!(true), &json!("next-gen")));
    let fields = site.get("/rest/api/3/field").await.is(200);
    let teams: Vec<&Value> = fields.as_array().into_iter().flatten().filter(|f| f["name"] == "Team").collect();
    assert_eq!(teams.len(), 2);
    assert_eq!(teams[0]["scope"], json!({ "type": "PROJECT", "project": { "id": shown["id"] } }));
    let statuses = site.get("/rest/api/3/status").await.is(200);
    let done = statuses.as_array().into_iter().flatten().filter(|status| status["name"] == "Done").count();
    assert_eq!(done, 3, "one for all, and one of each team");

    let (own, other) = (teams[0]["id"].as_str().expect("an id"), teams[1]["id"].as_str().expect("an id"));
    let key = issue(&site, "ONE", json!({ own: { "value": "ONE" } })).await.is(201)["key"].clone();
    let read = site.fields(key.as_str().expect("a key")).await;
    assert_eq!((&read[own]["value"], read.get(other)), (&json!("ONE"), None));
    assert_eq!(read["status"]["scope"]["project"]["id"], shown["id"]);
    let off = format!("Field '{other}' cannot be set. It is not on the appropriate screen, or unknown.");
    issue(&site, "ONE", json!({ other: { "value": "TWO" } })).await.complains(400, other, &off);
    let kind = site.get("/rest/api/3/issue/createmeta/ONE/issuetypes").await.is(200)["issueTypes"][0]["id"].clone();
    let kind = kind.as_str().expect("an id");
    let offered = site.get(&format!("/rest/api/3/issue/createmeta/ONE/issuetypes/{kind}?maxResults=200")).await.is(200);
    let ids: Vec<&str> =
        offered["fields"].as_array().into_iter().flatten().filter_map(|f| f["fieldId"].as_str()).collect();
    assert!(ids.contains(&own) && !ids.contains(&other), "{ids:?}");
}

#[tokio::test]
async fn a_renamed_project_answers_to_both_keys() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let renamed = site.put("/rest/api/3/project/OPS", &json!({ "key": "RUN" })).await.is(200);
    assert_eq!(renamed["key"], "RUN");
    for asked in [key.as_str(), "RUN-1"] {
        assert_eq!(site.get(&format!("/rest/api/3/issue/{asked}")).await.is(200)["key"], "RUN-1");
    }
    assert_eq!(site.get("/rest/api/3/project/OPS").await.is(200)["key"], "RUN");
    let found = site.get("/rest/api/3/search/jql?jql=project%3DRUN&fields=key").await.is(200);
    assert_eq!(found["issues"][0]["key"], "RUN-1");
    site.put("/rest/api/3/project/RUN", &json!({ "key": "SUP" })).await.complains(
        400,
        "projectKey",
        "Project 'Customer Support' uses this project key.",
    );
}

#[tokio::test]
async fn an_archived_project_is_out_of_sight_until_it_is_restored() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    site.post("/rest/api/3/project/OPS/archive", &json!({})).await.is(204);
    let missing = "Issue does not exist or you do not have permission to see it.";
    site.get(&format!("/rest/api/3/issue/{key}")).await.says(404, missing);
    site.get("/rest/api/3/project/OPS").await.says(404, "No project could be found with key 'OPS'.");
    assert_eq!(issue(&site, "OPS", json!({})).await.status, 400);
    let search = json!({ "jql": "project = OPS", "fields": ["summary"] });
    let refused = "The value 'OPS' does not exist for the field 'project'.";
    site.post("/rest/api/3/search/jql", &search).await.says(400, refused);
    let listed = async |query: &str| {
        let page = site.get(&format!("/rest/api/3/project/search?{query}")).await.is(200);
        page["values"].as_array().into_iter().flatten().any(|project| project["key"] == "OPS")
    };
    assert!(!listed("").await && listed("status=archived").await);
    assert_eq!(site.post("/rest/api/3/project/OPS/restore", &json!({})).await.is(200)["key"], "OPS");
    site.get(&format!("/rest/api/3/issue/{key}")).await.is(200);
}

#[tokio::test]
async fn a_query_cannot_name_a_project_that_the_asker_may_not_browse() {
    let site = Site::empty().await;
    let right = |granted: bool| json!({ "user": "admin@sandbox.example", "project": "OPS", "permission": "BROWSE_PROJECTS", "granted": granted });
    for name in ["OPS", "10000"] {
        let search = json!({ "jql": format!("project = {name}"), "fields": ["summary"] });
        site.post("/rest/api/3/search/jql", &search).await.is(200);
        site.control("rights", &right(false)).await;
        let refused = format!("The value '{name}' does not exist for the field 'project'.");
        site.post("/rest/api/3/search/jql", &search).await.says(400, &refused);
        site.control("rights", &right(true)).await;
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused() {
    let site = Site::empty().await;
    for (key, why) in [
        ("", "You must specify a project key."),
        (
            "ops",
            "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.",
        ),
        ("OPERATIONSX", "The project key must not exceed 10 characters in length."),
        ("OPS", "Project 'Operations Engineering' uses this project key."),
    ] {
        let said = site.get(&format!("/rest/api/3/projectvalidate/key?key={key}")).await.is(200);
        assert_eq!(said["errors"]["projectKey"], why);
        site.post("/rest/api/3/project", &json!({ "key": key, "name": "New" })).await.complains(400, "projectKey", why);
    }
}
