//! Signing in.

use super::*;

const CLIENT: &str = "client_id=sandbox-client&client_secret=sandbox-secret";

#[tokio::test]
async fn an_administrator_can_close_the_token_endpoint_in_every_way() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        ("no_scopes", "invalid_grant", "no valid scopes defined"),
        ("not_approved", "invalid_grant", "user hasn't approved this consumer"),
        ("app_access", "invalid_app_access", "user is not admin approved to access this app"),
        ("inactive_org", "inactive_org", "organization is inactive"),
        ("too_many_logins", "rate_limit_exceeded", "login rate exceeded"),
    ];
    let form = format!("grant_type=client_credentials&{CLIENT}");
    for (name, error, description) in rows {
        sandbox.door(Method::POST, "/oauth", json!({ "refuse": name })).await;
        let reply = sandbox.form(TOKEN, &form).await;
        assert_eq!((reply.status, reply.header("cache-control")), (400, "no-store"), "{name}");
        assert_eq!(reply.body, json!({ "error": error, "error_description": description }));
    }
    sandbox.door(Method::POST, "/oauth", json!({ "refuse": "nothing" })).await;
    assert_eq!(sandbox.form(TOKEN, &form).await.status, 200);
    let unknown = sandbox.send(Method::POST, "/__sandbox/oauth", &[], Some(br#"{"refuse":"x"}"#.to_vec())).await;
    assert!(unknown.expect("an answer").text.contains("there are nothing, no_scopes"));
}

/// A signed assertion for the sandbox's client, with some of its claims other than they should be.
fn assertion(sandbox: &Sandbox, claims: &Value) -> String {
    let key = include_bytes!("../../../../../salesforce/tests/it/test_key.pem");
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(key).expect("a key");
    let now_secs = sandbox.world.salesforce.control().clock().now().as_second();
    let mut all = json!({
        "iss": "sandbox-client", "sub": "admin@sandbox.example", "aud": "https://login.salesforce.com",
        "exp": now_secs + 180,
    });
    for (name, value) in claims.as_object().expect("claims") {
        all[name] = value.clone();
    }
    jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), &all, &key).expect("a token")
}

#[tokio::test]
async fn assertions_are_refused_by_their_claims() {
    let sandbox = Sandbox::empty().await;
    let take = async |assertion: &str| {
        let form = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
        sandbox.form(TOKEN, &form).await
    };
    let unknown_key = take(&assertion(&sandbox, &json!({}))).await;
    assert_eq!(unknown_key.body["error_description"], "invalid assertion", "no certificate is known yet");
    let key = include_str!("../../../../../salesforce/tests/it/test_key.pub.pem");
    sandbox.door(Method::POST, "/oauth", json!({ "jwt_public_key": key })).await;
    assert_eq!(take(&assertion(&sandbox, &json!({}))).await.status, 200);
    let rows = [
        (json!({"aud": "https://elsewhere.example"}), "invalid_grant", "audience is invalid"),
        (json!({"exp": 1}), "invalid_grant", "invalid assertion"),
        (json!({"sub": "nobody@sandbox.example"}), "invalid_grant", "user hasn't approved this consumer"),
        (json!({"iss": "nobody"}), "invalid_client_id", "client identifier invalid"),
    ];
    for (claims, error, description) in rows {
        let reply = take(&assertion(&sandbox, &claims)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (400, "no-store"), "{claims}");
        assert_eq!(reply.body, json!({ "error": error, "error_description": description }), "{claims}");
    }
    assert_eq!(take("a.b.c").await.body["error_description"], "invalid assertion");
}

#[tokio::test]
async fn a_code_is_good_once_for_a_while_and_for_its_own_callback() {
    let sandbox = Sandbox::empty().await;
    let code = async || {
        let path =
            "/services/oauth2/authorize?response_type=code&client_id=sandbox-client&redirect_uri=http%3A%2F%2Fx%2F";
        let reply = sandbox.send(Method::GET, path, &[], None).await.expect("an answer");
        let location = url::Url::parse(reply.header("location")).expect("a URL");
        location.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
    };
    let take = async |code: &str, callback: &str| {
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={callback}&{CLIENT}");
        sandbox.form(TOKEN, &form).await
    };
    let once = code().await;
    assert_eq!(take(&once, "http%3A%2F%2Fx%2F").await.status, 200);
    let late = code().await;
    let rows = [
        (once, "http%3A%2F%2Fx%2F", "invalid_grant", "invalid authorization code"),
        (code().await, "http%3A%2F%2Fy%2F", "redirect_uri_mismatch", "redirect_uri must match configuration"),
        (late, "http%3A%2F%2Fx%2F", "invalid_grant", "expired authorization code"),
    ];
    for (code, callback, error, description) in rows {
        if description.starts_with("expired") {
            sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 901})).await;
        }
        let reply = take(&code, callback).await;
        assert_eq!((reply.status, &reply.body), (400, &json!({ "error": error, "error_description": description })));
    }
}

#[tokio::test]
async fn an_unknown_scope_is_told_to_the_callback() {
    let sandbox = Sandbox::empty().await;
    let path = "/services/oauth2/authorize?response_type=code&client_id=sandbox-client&scope=api%20magic&redirect_uri=https%3A%2F%2Fapp.example%2Fback";
    let reply = sandbox.send(Method::GET, path, &[], None).await.expect("an answer");
    assert_eq!(reply.status, 303);
    let to = "https://app.example/back?error=invalid_scope&error_description=the+requested+scope+is+not+allowed";
    assert_eq!(reply.header("location"), to);
}
