//! The vendor's error tables, row by row: who may call, what is refused, what limits say, what faults look like.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::files::upload;
use super::{Reply, Site, doc};

const JSON: &str = "application/json;charset=UTF-8";
const NO_ISSUE: &str = "Issue does not exist or you do not have permission to see it.";
const LOGIN: &str = "Client must be authenticated to access this resource.";

/// An app's token for the gateway, and the gateway's prefix.
async fn app(site: &Site) -> (String, String) {
    let grant =
        json!({ "grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
    let token = site.post("/oauth/token", &grant).await.is(200)["access_token"].clone();
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (format!("Bearer {}", text(&token)), format!("/ex/jira/{}", text(&cloud)))
}

#[tokio::test]
async fn a_stranger_is_told_nothing_and_refused_almost_nothing() {
    let wrong = Some(("admin@sandbox.example", "wrong"));
    for (credentials, seraph) in [(None, ""), (wrong, "AUTHENTICATED_FAILED"), (Some(("", "x")), "")] {
        let site = Site::empty().await;
        let key = site.bug(json!({})).await;
        let site = site.with_credentials(credentials);
        let rows = [
            ("/rest/api/3/project/search".to_owned(), 200, JSON),
            ("/rest/api/3/search/jql?jql=project%3DNOWHERE".to_owned(), 200, JSON),
            ("/rest/api/3/field".to_owned(), 200, JSON),
            ("/rest/api/3/issueLinkType".to_owned(), 200, JSON),
            ("/rest/api/3/serverInfo".to_owned(), 200, JSON),
            (format!("/rest/api/3/issue/{key}"), 404, JSON),
            ("/rest/api/3/myself".to_owned(), 401, "text/plain;charset=UTF-8"),
        ];
        for (path, status, media_type) in rows {
            let reply = site.get(&path).await;
            let said = (reply.status, reply.header("content-type"), reply.header("x-seraph-loginreason"));
            assert_eq!(said, (status, media_type, seraph), "{path} as {credentials:?}");
            assert_eq!(reply.header("www-authenticate"), "", "{path}");
        }
        assert_eq!(site.get("/rest/api/3/myself").await.text, LOGIN);
    }
}

#[tokio::test]
async fn a_bearer_on_the_site_is_taken_for_a_connect_session_everywhere() {
    let site = Site::empty().await;
    for path in ["/rest/api/3/serverInfo", "/rest/api/3/myself", "/rest/api/3/issue/OPS-1", "/rest/servicedeskapi/info"]
    {
        let opaque = site.get_as(path, "Bearer abc").await;
        assert_eq!((opaque.status, opaque.header("content-type")), (403, "application/json"), "{path}");
        assert_eq!(opaque.header("x-seraph-loginreason"), "", "{path}");
        assert_eq!(opaque.body, json!({ "error": "Failed to parse Connect Session Auth Token" }), "{path}");
        let signed = site.get_as(path, "Bearer a.b.c").await;
        let said = (signed.status, signed.header("content-type"), signed.text.as_str());
        assert_eq!(said, (401, "text/html;charset=UTF-8", LOGIN), "{path}");
    }
    // The word is case-sensitive: anything else is a scheme nobody knows.
    let other = site.get_as("/rest/api/3/serverInfo", "bearer abc").await;
    assert_eq!(other.status, 200, "{}", other.text);
}

#[tokio::test]
async fn the_gateway_has_words_of_its_own() {
    let site = Site::empty().await;
    let (bearer, prefix) = app(&site).await;
    let rows = [
        (format!("{prefix}/rest/api/3/myself"), "Bearer old", 401, json!({ "code": 401, "message": "Unauthorized" })),
        (
            "/ex/jira/00000000-0000-4000-8000-000000000000/rest/api/3/myself".to_owned(),
            bearer.as_str(),
            404,
            json!({ "code": 404, "message": "Not Found" }),
        ),
    ];
    for (path, authorization, status, body) in rows {
        let reply = site.get_as(&path, authorization).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, "application/json"), "{path}");
        assert_eq!((reply.header("www-authenticate"), &reply.body), ("", &body), "{path}");
    }
    // A token lives for an hour.
    site.control("clock", &json!({ "advance_seconds": 3_601 })).await;
    assert_eq!(site.get_as(&format!("{prefix}/rest/api/3/myself"), &bearer).await.status, 401);
    let refused = json!({ "grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "dead" });
    let body = json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    assert_eq!(site.post("/oauth/token", &refused).await.is(403), body);
    site.post("/oauth/token", &json!({ "grant_type": "password" })).await.is(401);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_same_words_as_what_is_forbidden() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    for path in ["OPS-999", "999999", "NOPE-1"] {
        site.get(&format!("/rest/api/3/issue/{path}")).await.says(404, NO_ISSUE);
        site.put(&format!("/rest/api/3/issue/{path}"), &json!({ "fields": { "summary": "x" } }))
            .await
            .says(404, NO_ISSUE);
        site.get(&format!("/rest/api/3/issue/{path}/comment")).await.says(404, NO_ISSUE);
    }
    let rights = json!({ "user": "integration@sandbox.example", "permission": "BROWSE_PROJECTS", "granted": false });
    site.control("rights", &rights).await;
    site.limited().get(&format!("/rest/api/3/issue/{key}")).await.says(404, NO_ISSUE);
}

#[tokio::test]
async fn the_old_search_is_gone() {
    let site = Site::empty().await;
    let gone = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. \
                A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046";
    for version in ["2", "3", "latest"] {
        let path = format!("/rest/api/{version}/search");
        site.get(&format!("{path}?jql=project%3DOPS")).await.says(410, gone);
        site.post(&path, &json!({ "jql": "project = OPS" })).await.says(410, gone);
    }
}

#[tokio::test]
async fn what_a_right_forbids_is_403() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let issue = format!("/rest/api/3/issue/{key}");
    let comment = site.post(&format!("{issue}/comment"), &json!({ "body": doc("Mine") })).await.is(201);
    let comment = format!("{issue}/comment/{}", comment["id"].as_str().expect("an id"));
    let file = upload(&site, &key, Some("no-check")).await.is(200);
    let file = format!("/rest/api/3/attachment/{}", file[0]["id"].as_str().expect("an id"));
    for permission in
        ["CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES", "ADD_COMMENTS", "CREATE_ATTACHMENTS", "WORK_ON_ISSUES"]
    {
        let right = json!({ "user": "integration@sandbox.example", "permission": permission, "granted": false });
        site.control("rights", &right).await;
    }
    for permission in ["EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS", "DELETE_ALL_ATTACHMENTS"] {
        let right = json!({ "user": "integration@sandbox.example", "permission": permission, "granted": false });
        site.control("rights", &right).await;
    }
    let site = site.limited();
    let fields = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "x" } });
    site.post("/rest/api/3/issue", &fields)
        .await
        .says(403, "You do not have permission to create issues in this project.");
    site.put(&issue, &json!({ "fields": { "summary": "x" } }))
        .await
        .says(403, "You do not have permission to edit issues in this project.");
    assert_eq!(site.delete(&issue).await.status, 403);
    assert_eq!(site.put(&format!("{issue}/properties/p"), &json!(1)).await.status, 403);
    assert_eq!(site.post(&format!("{issue}/worklog"), &json!({ "timeSpent": "1h" })).await.status, 403);
    assert_eq!(upload(&site, &key, Some("no-check")).await.status, 403);
    assert_eq!(site.delete(&file).await.status, 403);
    // A comment is the one thing that is refused with 400.
    for reply in [
        site.post(&format!("{issue}/comment"), &json!({ "body": doc("x") })).await,
        site.put(&comment, &json!({ "body": doc("x") })).await,
        site.delete(&comment).await,
    ] {
        assert!(matches!(reply.status, 400 | 403), "{} {}", reply.status, reply.text);
        assert!(reply.body["errorMessages"].is_array(), "{}", reply.text);
    }
    site.get("/rest/webhooks/1.0/webhook").await.is(403);
    site.post("/rest/api/3/field", &json!({ "name": "x" }))
        .await
        .says(403, "Only Jira administrators can access this resource.");
}

#[tokio::test]
async fn a_property_has_a_size() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let path = |property: &str| format!("/rest/api/3/issue/{key}/properties/{property}");
    // Quotes count: the limit is on the JSON text.
    site.put(&path("p"), &json!("x".repeat(32_766))).await.is(201);
    site.put(&path("p"), &json!("x".repeat(32_767)))
        .await
        .says(400, "The property value must not exceed 32768 characters.");
    site.put(&path(&"k".repeat(256)), &json!(1))
        .await
        .says(400, "The property key must be between 1 and 255 characters long.");
    site.put(&path("p"), &Value::Null).await.says(400, "The value of the property must not be empty.");
    let unreadable = site.request(Method::PUT, &path("p")).header(CONTENT_TYPE, "application/json").body("{");
    assert_eq!(Site::send(unreadable).await.is(400).get("errors"), None);
    site.get(&path("q")).await.says(404, "The property with key 'q' does not exist.");
}

#[tokio::test]
async fn files_are_refused_without_the_token_when_too_large_too_many_or_switched_off() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let refused = upload(&site, &key, None).await;
    assert_eq!((refused.status, refused.text.as_str()), (403, "XSRF check failed"));
    site.control("limits", &json!({ "upload_bytes": 4 })).await;
    assert_eq!(site.get("/rest/api/3/attachment/meta").await.is(200), json!({ "enabled": true, "uploadLimit": 4 }));
    upload(&site, &key, Some("no-check"))
        .await
        .says(413, "The attachment is too large, or there are too many of them.");
    site.control("limits", &json!({ "attachments": false })).await;
    assert_eq!(site.get("/rest/api/3/attachment/meta").await.is(200)["enabled"], false);
    upload(&site, &key, Some("no-check"))
        .await
        .says(403, "You do not have permission to create attachments for this issue.");
    assert_eq!(site.fields(&key).await["attachment"], json!([]));
    site.get("/rest/api/3/attachment/1").await.says(404, "The attachment with id '1' does not exist");
}

#[tokio::test]
async fn an_issue_that_is_full_takes_no_more() {
    let site = Site::empty().await;
    let (key, other) = (site.bug(json!({})).await, site.bug(json!({})).await);
    let issue = format!("/rest/api/3/issue/{key}");
    let link = json!({ "type": { "name": "Blocks" }, "inwardIssue": { "key": key }, "outwardIssue": { "key": other } });
    let remote = |id: &str| json!({ "globalId": id, "object": { "url": "https://example.com", "title": "There" } });
    let fill = async |global_id: &str| -> Vec<Reply> {
        vec![
            site.post(&format!("{issue}/comment"), &json!({ "body": doc("x") })).await,
            site.post(&format!("{issue}/worklog"), &json!({ "timeSpent": "1h" })).await,
            site.post(&format!("{issue}/remotelink"), &remote(global_id)).await,
            site.post("/rest/api/3/issueLink", &link).await,
            upload(&site, &key, Some("no-check")).await,
        ]
    };
    site.control("limits", &json!({ "rows_per_issue": 1 })).await;
    for reply in fill("a").await {
        assert!(reply.status < 300, "{} {}", reply.status, reply.text);
    }
    for reply in fill("b").await {
        assert_eq!(reply.status, 413, "{}", reply.text);
        assert!(reply.body["errorMessages"][0].is_string(), "{}", reply.text);
    }
    // What is there already can be changed.
    site.post(&format!("{issue}/remotelink"), &remote("a")).await.is(200);
}

#[tokio::test]
async fn only_apps_have_an_hourly_quota() {
    let site = Site::empty().await;
    let (bearer, prefix) = app(&site).await;
    let myself = format!("{prefix}/rest/api/3/myself");
    site.control("limits", &json!({ "points_per_hour": 1 })).await;
    site.get_as(&myself, &bearer).await.is(200);
    let limited = site.get_as(&myself, &bearer).await;
    assert_eq!((limited.status, limited.header("ratelimit-reason")), (429, "jira-quota-tenant-based"));
    assert!(limited.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=3_600).contains(&seconds)));
    assert_eq!((limited.header("x-ratelimit-limit"), limited.header("x-ratelimit-remaining")), ("1", "0"));
    assert!(limited.header("x-ratelimit-reset").ends_with(":00:00Z"), "{}", limited.header("x-ratelimit-reset"));
    assert_eq!(limited.header("x-ratelimit-nearlimit"), "true");
    for _ in 0..3 {
        site.get("/rest/api/3/myself").await.is(200);
    }
}

#[tokio::test]
async fn service_management_refuses_in_a_shape_of_its_own() {
    let site = Site::empty().await;
    let desk = "/rest/servicedeskapi";
    let said = |reply: Reply, status: u16, text: &str| {
        assert_eq!(reply.status, status, "{}", reply.text);
        assert_eq!(reply.body["errorMessage"], text, "{}", reply.text);
        assert!(reply.body["i18nErrorMessage"]["i18nKey"].as_str().is_some_and(|key| key.starts_with("sd.")));
        assert_eq!(reply.body["i18nErrorMessage"]["parameters"], json!([]));
    };
    let missing = "The service desk does not exist or you do not have permission to see it.";
    said(site.get(&format!("{desk}/servicedesk/99")).await, 404, missing);
    let experimental = site.get(&format!("{desk}/servicedesk/1/customer")).await;
    assert!(
        experimental.body["errorMessage"].as_str().is_some_and(|text| text.starts_with("This API is experimental"))
    );
    assert_eq!(experimental.status, 412);
    let ann = json!({ "displayName": "Ann", "email": "ann@acme.example" });
    site.post(&format!("{desk}/customer"), &ann).await.is(201);
    let exists = "An account already exists for this email";
    said(site.post(&format!("{desk}/customer"), &ann).await, 400, exists);
    said(site.post(&format!("{desk}/customer?strictConflictStatusCode=true"), &ann).await, 409, exists);
    let bad = json!({ "displayName": "Ann", "email": "ann" });
    said(site.post(&format!("{desk}/customer"), &bad).await, 400, "The email address is not valid.");
    site.control("portal", &json!({ "allowed_domains": ["acme.example"] })).await;
    let bob = json!({ "displayName": "Bob", "email": "bob@other.example" });
    let domain = "Email doesn't belong to domains allowed in customer access settings";
    said(site.post(&format!("{desk}/customer"), &bob).await, 400, domain);
    let unknown = json!({ "accountIds": ["nobody"] });
    said(site.post(&format!("{desk}/servicedesk/1/customer"), &unknown).await, 400, "The users [nobody] do not exist.");
    said(site.limited().post(&format!("{desk}/customer"), &bob).await, 403, "You must be a Jira administrator.");
}
