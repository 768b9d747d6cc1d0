//! Where calls go, and what a refused token looks like.

use entente_jira::{CallError, IssueKey};
use serde_json::json;

use crate::stage::{Script, error, myself, raw, reply};

const NOT_SIGNED_IN: &str = "Client must be authenticated to access this resource.";
const GATEWAY: &str = "/ex/jira/1-cloud";

fn refused_at_site() -> std::sync::Arc<Script> {
    let script = std::sync::Arc::new(Script::default());
    let refusal = raw(401, NOT_SIGNED_IN).header("x-seraph-loginreason", "AUTHENTICATED_FAILED");
    script.on("GET /rest/api/3/myself", [refusal]);
    script
}

fn server(deployment: &str) -> serde_json::Value {
    json!({"baseUrl": "https://acme.atlassian.net", "deploymentType": deployment, "version": "1001.0.0",
           "serverTitle": "Acme", "serverTime": "2026-11-21T12:00:00.000+0200"})
}

#[tokio::test]
async fn a_plain_token_stays_at_the_site() {
    let script = Script::signed_in();
    script.on(
        "GET /rest/api/3/serverInfo",
        [reply(200, &server("Cloud")).header("date", "Sat, 21 Nov 2026 10:00:07 GMT")],
    );
    let client = script.client();
    let verified = client.verify().await.expect("verified");
    assert_eq!(verified.myself.account_id, "712020:bot");
    assert!(!verified.gateway);
    assert_eq!(verified.server.server_time, "2026-11-21T10:00:00Z".parse().ok());
    assert_eq!(verified.moment.theirs, "2026-11-21T10:00:07Z".parse().ok());
    let seen = script.seen_all();
    assert_eq!(seen.len(), 2, "the sign-in's answer about the account is used once");
    for seen in seen {
        assert_eq!(seen.host, "acme.atlassian.net");
        assert_eq!(seen.authorization.as_deref(), Some("Basic Ym90QGFjbWUuZXhhbXBsZTpzZWNyZXQ="));
        assert_eq!(seen.user_agent.as_deref(), Some("entente/test"));
    }
    client.verify().await.expect("verified again");
    assert_eq!(script.seen_all().len(), 4, "a later verification asks again who we are");
}

#[tokio::test]
async fn a_scoped_token_goes_to_the_gateway_from_then_on() {
    let script = refused_at_site();
    script.on("GET /_edge/tenant_info", [reply(200, &json!({"cloudId": "1-cloud"}))]);
    script.on(&format!("GET {GATEWAY}/rest/api/3/myself"), [myself()]);
    script.on(&format!("GET {GATEWAY}/rest/api/3/priority"), [reply(200, &json!([{"id": "1", "name": "Highest"}]))]);
    let client = script.client();
    client.priorities().await.expect("priorities");
    client.priorities().await.expect("priorities");
    let seen = script.seen_all();
    let hosts: Vec<&str> = seen.iter().map(|seen| seen.host.as_str()).collect();
    let gateway = "api.atlassian.com";
    assert_eq!(hosts, ["acme.atlassian.net", "acme.atlassian.net", gateway, gateway, gateway]);
    assert_eq!(seen[1].authorization, None, "the cloud id is public; the token is not sent for it");
    let key: IssueKey = "OPS-7".parse().expect("a key");
    assert_eq!(client.browse_url(&key).as_str(), "https://acme.atlassian.net/browse/OPS-7");
}

#[tokio::test]
async fn the_sandbox_answers_for_the_gateway_itself() {
    let script = refused_at_site();
    script.on("GET /_edge/tenant_info", [reply(200, &json!({"cloudId": "1-cloud"}))]);
    script.on(&format!("GET {GATEWAY}/rest/api/3/myself"), [myself()]);
    script.on(&format!("GET {GATEWAY}/rest/api/3/serverInfo"), [reply(200, &server("Cloud"))]);
    let verified = script.client_of("http://127.0.0.1:7402").verify().await.expect("verified");
    assert!(verified.gateway);
}

#[tokio::test]
async fn a_token_that_is_refused_everywhere_says_what_to_check() {
    let script = refused_at_site();
    script.on("GET /_edge/tenant_info", [reply(200, &json!({"cloudId": "1-cloud"}))]);
    let scope = json!({"code": 401, "message": "Unauthorized; scope does not match"});
    script.on(&format!("GET {GATEWAY}/rest/api/3/myself"), [reply(401, &scope)]);
    let error = script.client().priorities().await.expect_err("refused");
    let CallError::Auth { reason } = error else { panic!("{error:?}") };
    assert!(reason.contains(NOT_SIGNED_IN) && reason.contains("scope does not match"), "{reason}");
    assert!(!reason.contains("secret"), "{reason}");
}

#[tokio::test]
async fn a_site_without_a_cloud_id_refuses_the_token() {
    for tenant in [raw(404, "<html>"), raw(200, "<html>"), reply(200, &json!({"cloudId": "../../evil"}))] {
        let script = refused_at_site();
        script.on("GET /_edge/tenant_info", [tenant]);
        assert!(matches!(script.client().priorities().await, Err(CallError::Auth { .. })));
    }
}

#[tokio::test]
async fn a_passing_failure_is_not_taken_for_a_wrong_password() {
    let script = refused_at_site();
    script.on("GET /_edge/tenant_info", [raw(503, "")]);
    let error = script.client().priorities().await.expect_err("not now");
    assert!(matches!(error, CallError::NotApplied { .. }), "{error:?}");
}

#[tokio::test]
async fn an_anonymous_answer_is_no_success() {
    let script = Script::signed_in();
    let empty = reply(200, &json!([])).header("x-seraph-loginreason", "AUTHENTICATED_FAILED");
    script.on("GET /rest/api/3/status", [empty]);
    assert!(matches!(script.client().statuses().await, Err(CallError::Auth { .. })));
}

#[tokio::test]
async fn data_center_is_refused_with_a_sentence() {
    let script = Script::signed_in();
    script.on("GET /rest/api/3/serverInfo", [reply(200, &server("Server"))]);
    let error = script.client().verify().await.expect_err("refused");
    let CallError::Broken { reason } = error else { panic!("{error:?}") };
    assert!(reason.contains("Data Center") && reason.contains(".atlassian.net"), "{reason}");
}

#[tokio::test]
async fn a_site_that_does_not_exist_is_no_missing_record() {
    let script = std::sync::Arc::new(Script::default());
    script.on("GET /rest/api/3/myself", [raw(404, "<html>Page unavailable</html>")]);
    assert!(matches!(script.client().priorities().await, Err(CallError::Broken { .. })));
}

#[tokio::test]
async fn rights_are_asked_by_id_or_key() {
    let script = Script::signed_in();
    let body =
        json!({"permissions": {"EDIT_ISSUES": {"havePermission": true}, "ADMINISTER": {"havePermission": false}}});
    script.on("GET /rest/api/3/mypermissions", [reply(200, &body)]);
    let client = script.client();
    let rights = client.my_permissions(&["EDIT_ISSUES", "ADMINISTER"], Some("OPS")).await.expect("rights");
    assert_eq!((rights["EDIT_ISSUES"], rights["ADMINISTER"]), (true, false));
    client.my_permissions(&["ADMINISTER"], Some("10001")).await.expect("rights");
    assert_eq!(
        script.lines(),
        [
            "GET /rest/api/3/mypermissions?permissions=EDIT_ISSUES%2CADMINISTER&projectKey=OPS",
            "GET /rest/api/3/mypermissions?permissions=ADMINISTER&projectId=10001",
        ]
    );
}

#[tokio::test]
async fn an_unknown_user_is_none_and_a_hidden_one_has_no_address() {
    let script = Script::signed_in();
    let hidden = json!({"accountId": "a", "displayName": "A", "active": true});
    script.on("GET /rest/api/3/user", [error(404, "no such user"), reply(200, &hidden)]);
    let client = script.client();
    assert_eq!(client.user("x").await.expect("an answer"), None);
    assert_eq!(client.user("a").await.expect("an answer").expect("a user").email, None);
}

#[tokio::test]
async fn a_person_is_asked_for_at_the_gateway_by_their_own_token_alone() {
    let script = Script::signed_in();
    script.on("GET /_edge/tenant_info", [reply(200, &json!({"cloudId": "1-cloud"}))]);
    let rights = json!({"permissions": {"EDIT_ISSUES": {"havePermission": true}}});
    script.on(&format!("GET {GATEWAY}/rest/api/3/mypermissions"), [reply(200, &rights)]);
    let client = script.client();
    assert_eq!(client.cloud_id().await.expect("a cloud id"), "1-cloud");
    let person = client.as_user("1-cloud", &"token-of-a-person".into()).expect("a client");
    let rights = person.my_permissions_on(&["EDIT_ISSUES"], entente_jira::IssueId::new(10_007)).await.expect("rights");
    assert!(rights["EDIT_ISSUES"]);
    let seen = script.seen_all();
    let asked: Vec<_> = seen.iter().map(|seen| (seen.host.as_str(), seen.authorization.as_deref())).collect();
    let bearer = Some("Bearer token-of-a-person");
    assert_eq!(asked, [("acme.atlassian.net", None), ("api.atlassian.com", bearer)], "nobody signs in for it");
    assert!(client.as_user("../evil", &"token".into()).is_err());
    assert!(client.as_user("1-cloud", &"a\r\nb".into()).is_err());
}
