//! What can be read about the site.

use serde_json::{Value, json};

use super::Site;

#[tokio::test]
async fn projects_come_in_pages_by_key() {
    let site = Site::empty().await;
    let page = site.get("/rest/api/3/project/search?maxResults=2").await.is(200);
    let keys: Vec<&str> = page["values"].as_array().expect("rows").iter().filter_map(|p| p["key"].as_str()).collect();
    assert_eq!((keys, &page["total"], &page["isLast"]), (vec!["ITS", "OPS"], &json!(3), &json!(false)));
    let ops = site.get("/rest/api/3/project/ops").await.is(200);
    assert_eq!((&ops["projectTypeKey"], &ops["style"]), (&json!("software"), &json!("classic")));
    assert_eq!(ops["issueTypes"].as_array().map(Vec::len), Some(5));
    site.get("/rest/api/3/project/NO").await.says(404, "No project could be found with key 'NO'.");
    let statuses = site.get("/rest/api/3/project/OPS/statuses").await.is(200);
    let names: Vec<&str> =
        statuses[0]["statuses"].as_array().expect("rows").iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(names, ["To Do", "In Progress", "Blocked", "Done"]);
}

#[tokio::test]
async fn create_metadata_is_paged_and_complete() {
    let site = Site::empty().await;
    let types = site.get("/rest/api/3/issue/createmeta/OPS/issuetypes").await.is(200);
    let bug = types["issueTypes"].as_array().expect("rows").iter().find(|t| t["name"] == "Bug").expect("Bug");
    assert_eq!(types.get("isLast"), None);
    let (mut fields, mut start) = (Vec::<Value>::new(), 0);
    loop {
        let page = site
            .get(&format!(
                "/rest/api/3/issue/createmeta/OPS/issuetypes/{}?maxResults=10&startAt={start}",
                bug["id"].as_str().expect("an id")
            ))
            .await
            .is(200);
        let rows = page["fields"].as_array().expect("rows").clone();
        start += rows.len();
        fields.extend(rows);
        if page["total"] == json!(start) {
            break;
        }
    }
    let by_name = |name: &str| fields.iter().find(|f| f["name"] == name).cloned().unwrap_or_default();
    assert_eq!(
        (&by_name("Summary")["required"], &by_name("Salesforce Case ID")["fieldId"]),
        (&json!(true), &json!("customfield_10030"))
    );
    assert_eq!(by_name("Priority")["allowedValues"].as_array().map(Vec::len), Some(5));
    assert_eq!(by_name("Severity")["schema"]["custom"], "com.atlassian.jira.plugin.system.customfieldtypes:select");
    assert_eq!(by_name("Sync State"), Value::Null);
    let key = site.bug(json!({})).await;
    let edit = site.get(&format!("/rest/api/3/issue/{key}/editmeta")).await.is(200);
    assert_eq!(edit["fields"]["labels"]["operations"], json!(["add", "set", "remove"]));
    assert_eq!(edit["fields"].get("project"), None);
}

#[tokio::test]
async fn fields_have_their_schema_and_clauses() {
    let site = Site::empty().await;
    let fields = site.get("/rest/api/3/field").await.is(200);
    let field = |id: &str| fields.as_array().expect("rows").iter().find(|f| f["id"] == id).cloned().unwrap_or_default();
    assert_eq!(
        field("customfield_10030")["clauseNames"],
        json!(["cf[10030]", "Salesforce Case ID", "Salesforce Case ID[Short text]"])
    );
    assert_eq!(
        field("customfield_10033")["schema"],
        json!({ "type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textarea", "customId": 10033 })
    );
    assert_eq!(field("components")["schema"], json!({ "type": "array", "items": "component", "system": "components" }));
    let found = site.get("/rest/api/3/field/search?type=custom&query=sever").await.is(200);
    assert_eq!(found["values"][0]["id"], "customfield_10034");
    let contexts = site.get("/rest/api/3/field/customfield_10034/context").await.is(200);
    let url = format!(
        "/rest/api/3/field/customfield_10034/context/{}/option",
        contexts["values"][0]["id"].as_str().expect("an id")
    );
    assert_eq!(site.get(&url).await.is(200)["total"], 4);
    let added = site.post(&url, &json!({ "options": [{ "value": "Unknown" }] })).await.is(200);
    assert_eq!(added["options"][0]["value"], "Unknown");
    let key = site.bug(json!({ "customfield_10034": { "value": "Unknown" } })).await;
    assert_eq!(site.fields(&key).await["customfield_10034"]["id"], added["options"][0]["id"]);
}

/// The options that an issue of a project may have, by what its create screen says; none if the field is not on it.
async fn offered(site: &Site, (project, kind): (&str, &str), field: &str) -> Option<Vec<String>> {
    let path = format!("/rest/api/3/issue/createmeta/{project}/issuetypes/{kind}?maxResults=200");
    let fields = site.get(&path).await.is(200)["fields"].clone();
    let field = fields.as_array().expect("rows").iter().find(|row| row["fieldId"] == field)?.clone();
    let values = field["allowedValues"].as_array().expect("options").clone();
    Some(values.iter().map(|value| value["value"].as_str().expect("a text").to_owned()).collect())
}

#[tokio::test]
async fn a_field_has_contexts_each_with_projects_and_options_of_its_own() {
    let site = Site::empty().await;
    let (field, contexts) = ("customfield_10034", "/rest/api/3/field/customfield_10034/context");
    let desk = site.get("/rest/api/3/project/SUP").await.is(200)["id"].clone();
    let context = json!({ "name": "Desk", "description": "For requests", "projectIds": [desk] });
    let made = site.post(contexts, &context).await.is(201);
    assert_eq!(
        (&made["name"], &made["projectIds"], &made["issueTypeIds"]),
        (&json!("Desk"), &json!([desk]), &json!([]))
    );
    let own = format!("{contexts}/{}", made["id"].as_str().expect("an id"));
    let options = json!({ "options": [{ "value": "Urgent" }, { "value": "Later" }] });
    let options = site.post(&format!("{own}/option"), &options).await.is(200);
    let listed = site.get(contexts).await.is(200);
    assert_eq!((&listed["total"], &listed["values"][0]["isGlobalContext"]), (&json!(2), &json!(true)));
    assert_eq!(
        (&listed["values"][1]["isGlobalContext"], &listed["values"][1]["description"]),
        (&json!(false), &json!("For requests"))
    );
    let mapping = site.get(&format!("{contexts}/projectmapping")).await.is(200);
    assert_eq!(mapping["values"][1], json!({ "contextId": made["id"], "projectId": desk }));

    let (ops, sup) = (("OPS", "10004"), ("SUP", "10010"));
    assert_eq!(offered(&site, ops, field).await.map(|options| options.len()), Some(4));
    assert_eq!(offered(&site, sup, field).await, Some(vec!["Urgent".to_owned(), "Later".to_owned()]));
    let issue = |(project, kind): (&str, &str), value: &str| json!({ "fields": { "project": { "key": project }, "issuetype": { "id": kind }, "summary": "x", field: { "value": value } } });
    for (place, value) in [(ops, "Urgent"), (sup, "Critical")] {
        let refused = site.post("/rest/api/3/issue", &issue(place, value)).await;
        refused.complains(400, field, &format!("Option value '{value}' is not valid"));
    }
    let request = site.post("/rest/api/3/issue", &issue(sup, "Urgent")).await.is(201);
    site.post("/rest/api/3/issue", &issue(ops, "Critical")).await.is(201);

    // One project, one context; and what is used stays.
    let second = json!({ "name": "Again", "projectIds": [desk] });
    let taken = format!("These projects were associated with another context: {}.", desk.as_str().expect("an id"));
    site.post(contexts, &second).await.says(400, &taken);
    let option = |at: usize| format!("{own}/option/{}", options["options"][at]["id"].as_str().expect("an id"));
    assert_eq!(site.delete(&option(0)).await.status, 400, "an issue has it");
    site.delete(&option(1)).await.is(204);
    assert_eq!(offered(&site, sup, field).await, Some(vec!["Urgent".to_owned()]));
    let its = site.get("/rest/api/3/project/ITS").await.is(200)["id"].clone();
    site.put(&format!("{own}/project"), &json!({ "projectIds": [its] })).await.is(204);
    site.post(&format!("{own}/project/remove"), &json!({ "projectIds": [its] })).await.is(204);
    site.put(&own, &json!({ "name": "Service desk" })).await.is(204);
    assert_eq!(site.get(contexts).await.is(200)["values"][1]["name"], "Service desk");

    // Without the context for all, the field is in the desk alone.
    site.delete(&format!("{contexts}/10134")).await.is(204);
    assert_eq!(offered(&site, ops, field).await, None);
    let off_screen = "Field 'customfield_10034' cannot be set. It is not on the appropriate screen, or unknown.";
    site.post("/rest/api/3/issue", &issue(ops, "Critical")).await.complains(400, field, off_screen);
    let path = format!("/rest/api/3/issue/{}", request["key"].as_str().expect("a key"));
    assert_eq!(site.get(&path).await.is(200)["fields"][field]["value"], "Urgent");
    site.get(&format!("{contexts}/10134/option")).await.says(404, "The context was not found.");
    site.limited().get(contexts).await.says(403, "Only Jira administrators can access custom field contexts.");
}

#[tokio::test]
async fn named_things_are_listed() {
    let site = Site::empty().await;
    let names = async |path: &str| -> Vec<String> {
        let rows = site.get(path).await.is(200);
        rows.as_array().expect("rows").iter().filter_map(|r| r["name"].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(names("/rest/api/3/priority").await, ["Highest", "High", "Medium", "Low", "Lowest"]);
    assert_eq!(names("/rest/api/3/statuscategory").await, ["No Category", "To Do", "Done", "In Progress"]);
    assert!(names("/rest/api/3/resolution").await.contains(&"Won't Do".to_owned()));
    assert!(names("/rest/api/3/status").await.contains(&"Blocked".to_owned()));
    let links = site.get("/rest/api/3/issueLinkType").await.is(200);
    assert_eq!(links["issueLinkTypes"].as_array().map(Vec::len), Some(4));
    let info = site.get("/rest/api/3/serverInfo").await.is(200);
    assert_eq!((&info["deploymentType"], &info["baseUrl"]), (&json!("Cloud"), &json!(site.url)));
}

#[tokio::test]
async fn people_are_found_by_visible_facts_only() {
    let site = Site::empty().await;
    let found = async |query: &str| {
        site.get(&format!("/rest/api/3/user/search?query={query}")).await.is(200).as_array().map(Vec::len)
    };
    assert_eq!(found("priya").await, Some(1));
    assert_eq!(found("priya.raman@sandbox.example").await, Some(1));
    assert_eq!(found("mei.tanaka@sandbox.example").await, Some(0));
    site.get("/rest/api/3/user/search").await.is(400);
    site.get("/rest/api/3/user/search?query=a&accountId=b").await.is(400);
    site.get("/rest/api/3/user?accountId=nobody").await.is(404);
    let assignable = site.get("/rest/api/3/user/assignable/search?project=OPS&query=former").await.is(200);
    assert_eq!(assignable, json!([]));
    let bulk = site.get("/rest/api/3/user/bulk?accountId=5b10ac8d82e05b22cc7d4ef5&accountId=nobody").await.is(200);
    assert_eq!(bulk["total"], 1);
    let members = site.get("/rest/api/3/group/member?groupname=jira-administrators").await.is(200);
    assert_eq!(members["values"][0]["displayName"], "Sandbox Integration");
}
