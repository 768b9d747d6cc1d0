//! Who one is, who one is not, and where.

use serde_json::json;

use super::Site;

const LOGIN: &str = "Client must be authenticated to access this resource.";

#[tokio::test]
async fn myself_tells_who_one_is() {
    let site = Site::empty().await;
    let reply = site.get("/rest/api/3/myself?expand=groups").await;
    assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
    let me = reply.is(200);
    assert_eq!(me["emailAddress"], "admin@sandbox.example");
    assert_eq!(me["timeZone"], "Etc/UTC");
    assert_eq!(me["groups"]["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn bad_credentials_make_a_stranger() {
    let site = Site::demo().await.with_credentials(Some(("admin@sandbox.example", "wrong")));
    let denied = site.get("/rest/api/3/myself").await;
    assert_eq!((denied.status, denied.text.as_str()), (401, LOGIN));
    assert_eq!(denied.header("x-seraph-loginreason"), "AUTHENTICATED_FAILED");

    let projects = site.get("/rest/api/3/project/search").await;
    assert_eq!(projects.header("x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    assert_eq!(projects.is(200)["values"], json!([]));
    let found = site.get("/rest/api/3/search/jql?jql=project%3DOPS").await.is(200);
    assert_eq!(found, json!({ "issues": [], "isLast": true }));
    site.get("/rest/api/3/issue/OPS-1")
        .await
        .says(404, "Issue does not exist or you do not have permission to see it.");
    site.get("/rest/api/3/serverInfo").await.is(200);
    site.get("/rest/api/3/field").await.is(200);
}

#[tokio::test]
async fn strangers_get_no_seraph_header() {
    let site = Site::empty().await.with_credentials(None);
    let denied = site.get("/rest/api/3/myself").await;
    assert_eq!((denied.status, denied.header("x-seraph-loginreason")), (401, ""));
}

#[tokio::test]
async fn bearer_tokens_are_taken_for_connect_sessions_on_the_site() {
    let site = Site::empty().await;
    let opaque = site.get_as("/rest/api/3/serverInfo", "Bearer abc").await;
    assert_eq!(opaque.is(403), json!({ "error": "Failed to parse Connect Session Auth Token" }));
    let signed = site.get_as("/rest/api/3/myself", "Bearer a.b.c").await;
    assert_eq!((signed.status, signed.text.as_str()), (401, LOGIN));
}

#[tokio::test]
async fn the_gateway_needs_the_right_cloud() {
    let site = Site::empty().await;
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].clone();
    let cloud = cloud.as_str().expect("an id");
    let me = site.get(&format!("/ex/jira/{cloud}/rest/api/3/myself")).await.is(200);
    assert!(me["self"].as_str().is_some_and(|url| url.contains(&format!("/ex/jira/{cloud}/rest/api/3/user"))));
    site.get("/ex/jira/00000000-0000-0000-0000-000000000000/rest/api/3/myself").await.is(404);

    let grant =
        json!({ "grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
    let token = site.post("/oauth/token", &grant).await.is(200);
    assert_eq!((token["expires_in"].as_i64(), token.get("refresh_token")), (Some(3600), None));
    let bearer = format!("Bearer {}", token["access_token"].as_str().expect("a token"));
    site.get_as(&format!("/ex/jira/{cloud}/rest/api/3/myself"), &bearer).await.is(200);
    let refused = site.get_as(&format!("/ex/jira/{cloud}/rest/api/3/myself"), "Bearer old").await;
    assert_eq!(refused.is(401), json!({ "code": 401, "message": "Unauthorized" }));
    let sites = site.get_as("/oauth/token/accessible-resources", &bearer).await.is(200);
    assert_eq!(sites[0]["id"], cloud);
}

/// A token of an app that has these scopes.
async fn token_with(site: &Site, scopes: &[String]) -> String {
    site.control("scopes", &json!({ "scopes": scopes })).await;
    let grant =
        json!({ "grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
    let token = site.post("/oauth/token", &grant).await.is(200);
    assert_eq!(token["scope"], scopes.join(" "));
    format!("Bearer {}", token["access_token"].as_str().expect("a token"))
}

#[tokio::test]
async fn a_call_without_its_scope_is_unauthorized() {
    let site = Site::empty().await;
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].clone();
    let prefix = format!("/ex/jira/{}", cloud.as_str().expect("an id"));
    let bearer = token_with(&site, &["read:jira-work".to_owned()]).await;
    site.get_as(&format!("{prefix}/rest/api/3/project/OPS"), &bearer).await.is(200);
    let refused = site.get_as(&format!("{prefix}/rest/api/3/myself"), &bearer).await;
    assert_eq!((refused.header("content-type"), refused.header("www-authenticate")), ("application/json", ""));
    assert_eq!(refused.is(401), json!({ "code": 401, "message": "Unauthorized; scope does not match" }));
    let request = site.client.post(format!("{}{prefix}/rest/api/3/issue", site.url)).header("authorization", &bearer);
    assert_eq!(Site::receive(request.body("{}")).await.is(401)["message"], "Unauthorized; scope does not match");
    token_with(&site, &["write:jira-work".to_owned()]).await;
    let sites = site.get_as("/oauth/token/accessible-resources", &bearer).await.is(200);
    assert_eq!(sites[0]["scopes"], json!(["read:jira-work"]), "of the token that asks, not of the newest");
    // Whoever comes with an API token has no scopes to miss.
    site.get(&format!("{prefix}/rest/api/3/myself")).await.is(200);
    let wrong = site.request(reqwest::Method::POST, "/__sandbox/scopes").header("content-type", "application/json");
    let wrong = Site::receive(wrong.body(r#"{"scopes":["fly"]}"#)).await;
    assert!(wrong.status == 400 && wrong.text.contains("there are read:jira-work"), "{}", wrong.text);
}

#[tokio::test]
async fn every_route_needs_the_scopes_of_the_vendors_documents() {
    let site = Site::empty().await;
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].clone();
    let prefix = format!("/ex/jira/{}", cloud.as_str().expect("an id"));
    let mut n_checked = 0;
    for (method, path) in entente_sandbox::jira::routes() {
        let Some(needed) = super::contract::scopes(method, &path) else { continue };
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let is_scope = async |scopes: &[String]| {
            let bearer = token_with(&site, scopes).await;
            let request = site.client.request(method.clone(), format!("{}{prefix}{path}", site.url));
            Site::receive(request.header("authorization", bearer)).await.text.contains("scope does not match")
        };
        assert!(!is_scope(&needed).await, "{method} {path} needs more than {needed:?}");
        for missing in &needed {
            let others: Vec<String> = needed.iter().filter(|scope| *scope != missing).cloned().collect();
            assert!(is_scope(&others).await, "{method} {path} does not need {missing}");
        }
        n_checked += 1;
    }
    assert!(n_checked == 0 || n_checked > 150, "{n_checked}");
}

#[tokio::test]
async fn refresh_tokens_work_once() {
    let site = Site::empty().await;
    let ask = async |more: serde_json::Value| {
        let mut body = json!({ "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
        for (key, value) in more.as_object().expect("an object") {
            body[key.as_str()] = value.clone();
        }
        site.post("/oauth/token", &body).await
    };
    let first = ask(json!({ "grant_type": "authorization_code", "code": "sandbox-code", "redirect_uri": "http://x" }))
        .await
        .is(200);
    let refresh = json!({ "grant_type": "refresh_token", "refresh_token": first["refresh_token"] });
    let second = ask(refresh.clone()).await.is(200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let again = ask(refresh).await.is(403);
    assert_eq!(again, json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." }));
}

#[tokio::test]
async fn a_persons_consent_gives_a_token_of_that_person() {
    let site = Site::empty().await;
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].clone();
    let ask = async |code: &str| {
        let body = json!({ "client_id": "sandbox-client", "client_secret": "sandbox-secret", "code": code,
                           "grant_type": "authorization_code", "redirect_uri": "http://x" });
        site.post("/oauth/token", &body).await
    };
    let token = ask("sandbox-code:integration@sandbox.example").await.is(200);
    assert_eq!(token.get("refresh_token"), None);
    let myself = format!("{}/ex/jira/{}/rest/api/3/myself", site.url, cloud.as_str().expect("an id"));
    let bearer = format!("Bearer {}", token["access_token"].as_str().expect("a token"));
    let myself = Site::receive(site.client.get(myself).header("authorization", bearer)).await.is(200);
    assert_eq!(myself["emailAddress"], "integration@sandbox.example");
    ask("sandbox-code:nobody@sandbox.example").await.is(403);
}

#[tokio::test]
async fn permissions_can_be_asked_for_and_taken_away() {
    let site = Site::empty().await.limited();
    let ask = "/rest/api/3/mypermissions?permissions=CREATE_ISSUES,ADMINISTER&projectKey=OPS";
    let have = site.get(ask).await.is(200)["permissions"].clone();
    assert_eq!(
        (&have["CREATE_ISSUES"]["havePermission"], &have["ADMINISTER"]["havePermission"]),
        (&json!(true), &json!(false))
    );
    site.control("rights", &json!({ "user": "integration@sandbox.example", "project": "OPS", "permission": "CREATE_ISSUES", "granted": false })).await;
    let have = site.get(ask).await.is(200)["permissions"].clone();
    assert_eq!(have["CREATE_ISSUES"]["havePermission"], false);
    let body = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "x" } });
    site.post("/rest/api/3/issue", &body)
        .await
        .says(403, "You do not have permission to create issues in this project.");
    let listed = site.get("/rest/api/3/issue/createmeta/OPS/issuetypes").await.is(200);
    assert_eq!(listed["issueTypes"], json!([]));

    site.get("/rest/api/3/mypermissions").await.is(400);
    site.get("/rest/api/3/mypermissions?permissions=FLY").await.complains(400, "FLY", "Unrecognized permission");
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let site = Site::empty().await;
    let lost = site.get("/rest/api/3/nothing").await;
    assert_eq!(lost.header("content-type"), "application/problem+json;charset=UTF-8");
    let lost = lost.is(404);
    assert_eq!(
        (&lost["type"], &lost["title"], &lost["instance"]),
        (&json!("about:blank"), &json!("Not Found"), &json!("/rest/api/3/nothing"))
    );
    let wrong = site.delete("/rest/api/3/myself").await.is(405);
    assert_eq!(wrong["detail"], "Method 'DELETE' is not supported.");
    let number = site.get("/rest/api/3/issue/OPS-1/comment?maxResults=abc").await.is(400);
    assert_eq!(number["detail"], "Failed to convert 'maxResults' with value: 'abc'");
}

#[tokio::test]
async fn rate_limits_answer_with_every_header() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    for (settings, calls, reason) in [
        (json!({ "burst_per_second": 1 }), 3, "jira-burst-based"),
        (json!({ "per_issue": true }), 21, "jira-per-issue-on-write"),
    ] {
        site.control("limits", &settings).await;
        let mut limited = None;
        // A burst is per second of the real clock: a few tries more than needed.
        for n in 0..calls * 20 {
            let reply = site.put(&format!("/rest/api/3/issue/{key}/properties/p"), &json!(n)).await;
            if reply.status == 429 {
                limited = Some(reply);
                break;
            }
        }
        let limited = limited.expect("a limit");
        assert_eq!(limited.header("ratelimit-reason"), reason);
        assert!(limited.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
        assert_eq!(limited.header("x-ratelimit-remaining"), "0");
        assert!(limited.header("x-ratelimit-reset").ends_with('Z'));
    }
    site.control("limits", &json!({})).await;
    site.get("/rest/api/3/myself").await.is(200);
}
