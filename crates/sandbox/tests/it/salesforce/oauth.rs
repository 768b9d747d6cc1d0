//! Every grant, every refusal of the token endpoint, and what a token is good for.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::Sandbox;

const TOKEN: &str = "/services/oauth2/token";

#[tokio::test]
async fn client_credentials_give_a_token_in_either_form() {
    let sandbox = Sandbox::empty().await;
    let in_body = sandbox
        .form(TOKEN, "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret")
        .await;
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="),
    ];
    let basic = sandbox
        .send(Method::POST, TOKEN, &headers, Some(b"grant_type=client_credentials".to_vec()))
        .await
        .expect("an answer");
    for reply in [in_body, basic] {
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.body["instance_url"], sandbox.served.salesforce_url());
        assert_eq!(reply.body["token_type"], "Bearer");
        assert!(reply.body["issued_at"].as_str().is_some_and(|ms| ms.len() == 13), "milliseconds as a string");
        assert!(reply.body.get("refresh_token").is_none() && reply.body.get("expires_in").is_none());
        let id = reply.body["id"].as_str().expect("an identity URL");
        let segments: Vec<_> = id.rsplit('/').take(2).collect();
        assert!(segments[0].starts_with("005") && segments[0].len() == 18 && segments[1].starts_with("00D"));
    }
}

#[tokio::test]
async fn the_token_endpoint_says_no_as_the_vendor_does() {
    let sandbox = Sandbox::empty().await;
    let client = "client_id=sandbox-client&client_secret=sandbox-secret";
    let rows = [
        (
            "grant_type=client_credentials&client_id=nobody&client_secret=x".to_owned(),
            "invalid_client_id",
            "client identifier invalid",
        ),
        (
            "grant_type=client_credentials&client_id=sandbox-client&client_secret=x".to_owned(),
            "invalid_client",
            "invalid client credentials",
        ),
        (
            format!("grant_type=client_credentials&scope=api&{client}"),
            "invalid_request",
            "scope parameter not supported",
        ),
        (format!("grant_type=magic&{client}"), "unsupported_grant_type", "grant type not supported"),
        (
            format!("grant_type=password&username=admin%40sandbox.example&password=x&{client}"),
            "invalid_grant",
            "authentication failure",
        ),
        (
            format!("grant_type=password&username=owen.fairleigh%40sandbox.example&password=sandbox-password&{client}"),
            "inactive_user",
            "user is inactive",
        ),
        (
            format!("grant_type=refresh_token&refresh_token=old&{client}"),
            "invalid_grant",
            "expired access/refresh token",
        ),
        (format!("grant_type=authorization_code&code=old&{client}"), "invalid_grant", "invalid authorization code"),
    ];
    for (form, error, description) in rows {
        let reply = sandbox.form(TOKEN, &form).await;
        assert_eq!(reply.status, 400, "{form}: {}", reply.text);
        assert_eq!(reply.body, json!({"error": error, "error_description": description}), "{form}");
    }
    sandbox.door(Method::POST, "/oauth", json!({"run_as_user": false})).await;
    let reply = sandbox.form(TOKEN, &format!("grant_type=client_credentials&{client}")).await;
    assert_eq!(reply.body["error_description"], "no client credentials user enabled");
}

#[tokio::test]
async fn client_credentials_are_refused_on_the_login_host() {
    let sandbox = Sandbox::empty().await;
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Host", "login.salesforce.example")];
    let form = b"grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret".to_vec();
    let reply = sandbox.send(Method::POST, TOKEN, &headers, Some(form)).await.expect("an answer");
    assert_eq!(reply.body["error_description"], "request not supported on this domain");
}

#[tokio::test]
async fn a_password_needs_no_refresh_token_and_a_code_brings_one() {
    let sandbox = Sandbox::empty().await;
    let client = "client_id=sandbox-client&client_secret=sandbox-secret";
    let form =
        format!("grant_type=password&username=admin%40sandbox.example&password=sandbox-passwordsandbox-token&{client}");
    let reply = sandbox.form(TOKEN, &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(reply.body.get("refresh_token").is_none());

    let authorize = "/services/oauth2/authorize?response_type=code&client_id=sandbox-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&state=abc";
    let reply = sandbox.send(Method::GET, authorize, &[], None).await.expect("an answer");
    assert_eq!(reply.status, 303);
    let location = url::Url::parse(reply.header("Location")).expect("a URL");
    let pairs: std::collections::HashMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(pairs["state"], "abc");
    let code = format!(
        "grant_type=authorization_code&code={}&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&{client}",
        pairs["code"]
    );
    let reply = sandbox.form(TOKEN, &code).await;
    let refresh = reply.body["refresh_token"].as_str().expect("a refresh token").to_owned();
    let again = sandbox.form(TOKEN, &format!("grant_type=refresh_token&refresh_token={refresh}&{client}")).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert!(again.body.get("refresh_token").is_none(), "no rotation unless it is on");

    sandbox.door(Method::POST, "/oauth", json!({"rotate_refresh_tokens": true})).await;
    let rotated = sandbox.form(TOKEN, &format!("grant_type=refresh_token&refresh_token={refresh}&{client}")).await;
    assert!(rotated.body["refresh_token"].is_string());
    let old = sandbox.form(TOKEN, &format!("grant_type=refresh_token&refresh_token={refresh}&{client}")).await;
    assert_eq!(old.body["error_description"], "expired access/refresh token");
}

#[tokio::test]
async fn an_expired_a_revoked_and_a_missing_token_are_refused() {
    let mut sandbox = Sandbox::empty().await;
    let expected = "Session expired or invalid";
    let headers = [("Authorization", "Bearer nonsense")];
    let reply = sandbox.call_with(Method::GET, "/limits", &headers, None).await;
    reply.refused(401, "INVALID_SESSION_ID", expected);
    assert_eq!(reply.header("WWW-Authenticate"), "Token");

    sandbox.door(Method::POST, "/oauth", json!({"token_lifetime_seconds": 60})).await;
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_eq!(sandbox.get("/limits").await.status, 200);
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 61})).await;
    sandbox.get("/limits").await.refused(401, "INVALID_SESSION_ID", expected);

    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    let token = sandbox.token().to_owned();
    let revoked = sandbox.form("/services/oauth2/revoke", &format!("token={}", super::harness::encoded(&token))).await;
    assert_eq!((revoked.status, revoked.text.as_str()), (200, ""));
    sandbox.get("/limits").await.refused(401, "INVALID_SESSION_ID", expected);
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    let org = sandbox.token()[..15].to_owned();
    sandbox.door(Method::POST, "/oauth", json!({"refreshed": true})).await;
    sandbox.get("/limits").await.refused(401, "INVALID_SESSION_ID", expected);
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_ne!(sandbox.token()[..15], org, "a token begins with the id of its org");
    let again = sandbox.form("/services/oauth2/revoke", "token=x").await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("invalid_token")));
}

#[tokio::test]
async fn a_token_tells_about_its_user() {
    let sandbox = Sandbox::empty().await;
    let userinfo = sandbox.send(Method::GET, "/services/oauth2/userinfo", &[], None).await.expect("an answer");
    assert_eq!(userinfo.body["preferred_username"], "admin@sandbox.example");
    assert!(userinfo.body["organization_id"].as_str().is_some_and(|id| id.starts_with("00D") && id.len() == 18));
    let identity =
        userinfo.body["sub"].as_str().expect("an identity URL").replace(&sandbox.served.salesforce_url(), "");
    let identity = sandbox.send(Method::GET, &identity, &[], None).await.expect("an answer");
    assert_eq!(identity.body["username"], "admin@sandbox.example");
    let bad = [("Authorization", "Bearer x")];
    let refused = sandbox.send(Method::GET, "/services/oauth2/userinfo", &bad, None).await.expect("an answer");
    assert_eq!((refused.status, refused.text.as_str()), (403, "Bad_OAuth_Token"));
    let form = format!(
        "token={}&client_id=sandbox-client&client_secret=sandbox-secret",
        super::harness::encoded(sandbox.token())
    );
    let introspected = sandbox.form("/services/oauth2/introspect", &form).await;
    assert_eq!(
        (&introspected.body["active"], &introspected.body["username"]),
        (&json!(true), &json!("admin@sandbox.example"))
    );
    assert_eq!(sandbox.form("/services/oauth2/introspect", "token=x").await.body, json!({"active": false}));
}

#[tokio::test]
async fn old_libraries_sign_in_by_soap() {
    let sandbox = Sandbox::empty().await;
    let login = |password: &str| {
        let body = format!(
            "<se:Envelope xmlns:se=\"http://schemas.xmlsoap.org/soap/envelope/\"><se:Body><login xmlns=\"urn:partner.soap.sforce.com\">\
             <username>admin@sandbox.example</username><password>{password}</password></login></se:Body></se:Envelope>"
        );
        let headers = [("Content-Type", "text/xml"), ("SOAPAction", "\"\""), ("Authorization", "")];
        let sandbox = &sandbox;
        async move {
            sandbox
                .send(Method::POST, "/services/Soap/u/50.0", &headers, Some(body.into_bytes()))
                .await
                .expect("an answer")
        }
    };
    let reply = login("sandbox-passwordsandbox-token").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let between = |open: &str| {
        reply.text.split(open).nth(1).and_then(|rest| rest.split('<').next()).expect("an element").to_owned()
    };
    assert!(between("<serverUrl>").starts_with(&sandbox.served.salesforce_url()));
    let token = format!("Bearer {}", between("<sessionId>"));
    let headers = [("Authorization", token.as_str())];
    let called = sandbox.send(Method::GET, "/services/data/v50.0/limits/", &headers, None).await.expect("an answer");
    assert_eq!(called.status, 200, "{}", called.text);
    let refused = login("wrong").await;
    assert_eq!(refused.status, 500);
    assert!(refused.text.contains(
        "<faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring>"
    ));
    assert!(refused.text.contains("<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"), "{}", refused.text);
}

#[tokio::test]
async fn versions_need_no_token_and_unknown_paths_are_not_found() {
    let sandbox = Sandbox::empty().await;
    let none = [("Authorization", "")];
    let versions = sandbox.send(Method::GET, "/services/data", &none, None).await.expect("an answer");
    let known: Vec<&Value> =
        versions.body.as_array().expect("a list").iter().map(|version| &version["version"]).collect();
    assert!(
        known.contains(&&json!("64.0"))
            && versions.body[31] == json!({"label": "Winter '25", "url": "/services/data/v62.0", "version": "62.0"})
    );
    let root = sandbox.get("").await;
    assert_eq!(root.body["composite"], "/services/data/v64.0/composite");
    assert!(root.header("Sforce-Limit-Info").starts_with("api-usage="));
    sandbox.get("/no/such/thing").await.refused(404, "NOT_FOUND", "The requested resource does not exist");
}
