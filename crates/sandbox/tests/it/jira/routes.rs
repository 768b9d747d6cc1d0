//! Every route answers, and what it answers to a read is what the vendor documents.

use entente_sandbox::jira::routes;
use serde_json::json;

use super::files::upload;
use super::{Site, contract, doc};

/// A request in SUP with everything on it that a path can name.
struct Things {
    names: Vec<(&'static str, String)>,
}

impl Things {
    async fn make(site: &Site) -> Self {
        let request =
            json!({ "serviceDeskId": "1", "requestTypeId": "10", "requestFieldValues": { "summary": "Help" } });
        let made = site.post("/rest/servicedeskapi/request", &request).await.is(201);
        let key = made["issueKey"].as_str().expect("a key").to_owned();
        let issue = format!("/rest/api/3/issue/{key}");
        let comment = site.post(&format!("{issue}/comment"), &json!({ "body": doc("Said") })).await.is(201);
        let property = format!("/rest/api/3/comment/{}/properties/p", comment["id"].as_str().expect("an id"));
        site.put(&property, &json!({ "a": 1 })).await.is(201);
        site.put(&format!("{issue}/properties/p"), &json!({ "a": 1 })).await.is(201);
        site.put("/rest/api/3/project/SUP/properties/p", &json!({ "a": 1 })).await.is(201);
        let worklog =
            site.post(&format!("{issue}/worklog"), &json!({ "timeSpent": "1h", "comment": doc("Work") })).await;
        let remote = json!({ "globalId": "g", "object": { "url": "https://example.com", "title": "There" } });
        let remote = site.post(&format!("{issue}/remotelink"), &remote).await.is(201);
        let other = site.bug(json!({ "fixVersions": [{ "id": "10201" }], "components": [{ "id": "10100" }] })).await;
        let link =
            json!({ "type": { "name": "Blocks" }, "inwardIssue": { "key": key }, "outwardIssue": { "key": other } });
        site.post("/rest/api/3/issueLink", &link).await.is(201);
        let link = site.fields(&key).await["issuelinks"][0]["id"].clone();
        let file = upload(site, &key, Some("no-check")).await.is(200);
        let organization = site.post("/rest/servicedeskapi/organization", &json!({ "name": "Acme" })).await.is(201);
        let tail = format!("organization/{}/property/p", organization["id"].as_str().expect("an id"));
        site.put(&format!("/rest/servicedeskapi/{tail}"), &json!({ "a": 1 })).await.is(201);
        let webhook = json!({ "name": "w", "url": "http://127.0.0.1:1/", "events": ["comment_created"] });
        let webhook = site.post("/rest/webhooks/1.0/webhook", &webhook).await.is(201);
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let webhook = text(&webhook["self"]).rsplit('/').next().unwrap_or_default().to_owned();
        let worklog = text(&worklog.is(201)["id"]);
        let names = vec![
            ("{issue}", key.clone()),
            ("{request}", key),
            ("{comment}", text(&comment["id"])),
            ("{property}", "p".into()),
            ("{worklog}", worklog),
            ("{attachment}", text(&file[0]["id"])),
            ("{organization}", text(&organization["id"])),
            ("{webhook}", webhook),
            ("{project}", "SUP".into()),
            ("{field}", "customfield_10034".into()),
            ("{context}", "10134".into()),
            ("{option}", "10640".into()),
            ("{role}", "10002".into()),
            ("{desk}", "1".into()),
            ("{queue}", "1".into()),
            ("{level}", "1".into()),
            ("{issuelink}", text(&link)),
            ("{remotelink}", text(&remote["id"])),
        ];
        Self { names }
    }

    /// A path with something real in every hole.
    fn fill(&self, path: &str) -> String {
        let by_family = [
            ("/issueLink/{link}", "/issueLink/{issuelink}"),
            ("/remotelink/{link}", "/remotelink/{remotelink}"),
            ("/issueLinkType/{type}", "/issueLinkType/10000"),
            ("/issuetypes/{type}", "/issuetypes/10010"),
            ("/requesttype/{type}", "/requesttype/10"),
            ("/component/{part}", "/component/10100"),
            ("/version/{part}", "/version/10201"),
            ("/issuetype/{id}", "/issuetype/10004"),
            ("/status/{id}", "/status/3"),
            ("/statuscategory/{id}", "/statuscategory/done"),
            ("/priority/{id}", "/priority/1"),
            ("/resolution/{id}", "/resolution/10000"),
        ];
        let path = by_family.iter().fold(path.to_owned(), |path, (hole, filled)| path.replace(hole, filled));
        let filled = self.names.iter().fold(path, |path, (hole, name)| path.replace(hole, name));
        match filled.as_str() {
            path if path.ends_with("/user") => format!("{filled}?accountId=5b10a2844c20165700ede21g"),
            path if path.ends_with("/user/groups") => format!("{filled}?accountId=5b10a2844c20165700ede21g"),
            path if path.ends_with("/user/bulk") => format!("{filled}?accountId=5b10a2844c20165700ede21g"),
            path if path.ends_with("/assignable/search") => format!("{filled}?project=SUP"),
            path if path.ends_with("/multiProjectSearch") => format!("{filled}?projectKeys=SUP"),
            path if path.ends_with("/user/search") || path.ends_with("picker") => format!("{filled}?query=s"),
            path if path.ends_with("/mypermissions") => format!("{filled}?permissions=ADMINISTER"),
            path if path.ends_with("/viewissue/search") => format!("{filled}?projectKey=SUP"),
            path if path.ends_with("/group") => format!("{filled}?groupname=jira-administrators&expand=users"),
            path if path.ends_with("/projectvalidate/key") => format!("{filled}?key=NEW"),
            path if path.ends_with("/group/member") => format!("{filled}?groupname=jira-administrators"),
            path if path.ends_with("/issuetype/project") => format!("{filled}?projectId=10001"),
            path if path.ends_with("/search/jql") => {
                format!("{filled}?jql=project%3DSUP&fields=*all&expand=names,schema")
            }
            path if path.ends_with("/statuses") && path.starts_with("/rest/api/3/statuses") => format!("{filled}?id=3"),
            path if path.ends_with("/createmeta") => format!("{filled}?expand=projects.issuetypes.fields"),
            path if path.contains("/request/") => {
                format!("{filled}?expand=participant,status,sla,requestType,serviceDesk,attachment,comment")
            }
            path if path.ends_with("/workflow/search") => format!("{filled}?expand=transitions,statuses"),
            path if path.ends_with("/transitions") => format!("{filled}?expand=transitions.fields"),
            path if path.ends_with("/project/search") => {
                format!("{filled}?expand=description,lead,issueTypes,url,projectKeys,permissions,insight")
            }
            _ => filled,
        }
    }
}

/// Where a plain read does not belong, and what it answers.
const OTHERWISE: [(&str, u16); 5] = [
    ("/rest/api/3/search", 410),
    ("/rest/api/3/webhook", 403),
    ("/rest/api/3/attachment/content/{attachment}", 303),
    ("/rest/api/3/attachment/thumbnail/{attachment}", 303),
    ("/oauth/token/accessible-resources", 401),
];

#[tokio::test]
async fn every_read_is_as_documented() {
    let site = Site::empty().await;
    let things = Things::make(&site).await;
    let reads: Vec<String> =
        routes().into_iter().filter(|(method, _)| *method == "GET").map(|(_, path)| path).collect();
    assert!(reads.len() > 90, "{}", reads.len());
    let mut found = Vec::new();
    for path in reads.iter().filter(|path| !path.starts_with("/__media")) {
        let expected = OTHERWISE.iter().find(|(other, _)| other == path).map_or(200, |(_, status)| *status);
        let filled = things.fill(path);
        let request = site.request(reqwest::Method::GET, &filled).header("x-experimentalapi", "opt-in");
        let reply = Site::receive(request).await;
        if reply.status != expected {
            found.push(format!("{filled}: {} {}", reply.status, reply.text));
        }
        let path = filled.split('?').next().unwrap_or_default();
        found.extend(contract::differences(&reqwest::Method::GET, path, &reply));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
