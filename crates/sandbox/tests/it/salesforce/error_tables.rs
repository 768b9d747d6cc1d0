//! The vendor's tables of errors, row by row: what provokes each, and the whole answer.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Reply, Sandbox};

const TOKEN: &str = "/services/oauth2/token";
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

#[tokio::test]
async fn an_unknown_scope_is_told_to_the_callback() {
    let sandbox = Sandbox::empty().await;
    let path = "/services/oauth2/authorize?response_type=code&client_id=sandbox-client&scope=api%20magic&redirect_uri=https%3A%2F%2Fapp.example%2Fback";
    let reply = sandbox.send(Method::GET, path, &[], None).await.expect("an answer");
    assert_eq!(reply.status, 303);
    let to = "https://app.example/back?error=invalid_scope&error_description=the+requested+scope+is+not+allowed";
    assert_eq!(reply.header("location"), to);
}

/// A call, and what it is answered with.
struct Row {
    method: Method,
    path: String,
    body: Option<Value>,
    status: u16,
    error: Value,
}

fn row(method: Method, path: impl Into<String>, body: Value, status: u16, code: &str, message: &str) -> Row {
    let body = if body.is_null() { None } else { Some(body) };
    Row { method, path: path.into(), body, status, error: json!({ "errorCode": code, "message": message }) }
}

impl Row {
    fn about(mut self, fields: &[&str]) -> Self {
        self.error["fields"] = json!(fields);
        self
    }

    async fn hold(&self, sandbox: &Sandbox) {
        let reply = sandbox.call(self.method.clone(), &self.path, self.body.clone()).await;
        self.compare(&reply);
    }

    fn compare(&self, reply: &Reply) {
        assert_eq!((reply.status, &reply.body), (self.status, &json!([self.error])), "{} {}", self.method, self.path);
        assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
        assert!(reply.header("sforce-limit-info").starts_with("api-usage="), "{}", self.path);
    }
}

#[tokio::test]
async fn records_and_resources_are_refused_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let own = sandbox.create("Case", json!({"Entente_Key__c": "k"})).await;
    let nobody = "5005g0000000zzzAAA";
    let cases = || "/sobjects/Case";
    let (one, deleted, missing) =
        (format!("/sobjects/Case/{case}"), format!("/sobjects/Case/{gone}"), format!("/sobjects/Case/{nobody}"));
    let read_only = "Unable to create/update fields: IsClosed. Please check the security settings of this field and \
                     verify that it is read/write for your profile or permission set.";
    let get = |path: &str, status, code, message: &str| row(Method::GET, path, Value::Null, status, code, message);
    let rows = [
        get("/sobjects/Nonsense__c", 404, "NOT_FOUND", "The requested resource does not exist"),
        get(
            &missing,
            404,
            "NOT_FOUND",
            &format!("Provided external ID field does not exist or is not accessible: {nobody}"),
        ),
        get(&deleted, 404, "ENTITY_IS_DELETED", "entity is deleted").about(&[]),
        row(Method::PATCH, &deleted, json!({"Subject": "y"}), 404, "ENTITY_IS_DELETED", "entity is deleted").about(&[]),
        row(Method::PATCH, &missing, json!({}), 404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        row(Method::DELETE, &missing, Value::Null, 404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        row(
            Method::POST,
            cases(),
            json!({"AccountId": "0015g0000000zzz"}),
            400,
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        )
        .about(&[]),
        row(
            Method::POST,
            cases(),
            json!({"AccountId": "5x"}),
            400,
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: 5x",
        )
        .about(&["AccountId"]),
        row(
            Method::POST,
            "/sobjects/Contact",
            json!({}),
            400,
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [LastName]",
        )
        .about(&["LastName"]),
        row(
            Method::POST,
            cases(),
            json!({"Entente_Key__c": "k"}),
            400,
            "DUPLICATE_VALUE",
            &format!("duplicate value found: Entente_Key__c duplicates value on record with id: {own}"),
        )
        .about(&[]),
        row(Method::PATCH, &one, json!({"IsClosed": true}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE", read_only)
            .about(&["IsClosed"]),
        row(
            Method::PATCH,
            &one,
            json!({"Nonsense": 1}),
            400,
            "INVALID_FIELD",
            "No such column 'Nonsense' on sobject of type Case",
        ),
        row(
            Method::POST,
            "/sobjects/Contact",
            json!({"LastName": "x", "Email": "123"}),
            400,
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: 123",
        )
        .about(&["Email"]),
        row(
            Method::PUT,
            &one,
            json!({}),
            405,
            "METHOD_NOT_ALLOWED",
            "HTTP Method 'PUT' not allowed. Allowed are DELETE,GET,HEAD,PATCH",
        ),
        get("/query/0r8xx0000000000AAA-200", 400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
        get(
            "/search?q=FIND%20x",
            400,
            "MALFORMED_SEARCH",
            "No search term found. The search term must be enclosed in braces.",
        ),
    ];
    for row in rows {
        row.hold(&sandbox).await;
    }
}

#[tokio::test]
async fn queries_are_refused_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        ("SELECT Foo FROM Case", "INVALID_FIELD", "No such column 'Foo' on entity 'Case'."),
        ("SELECT Id FROM Nonsense", "INVALID_TYPE", "sObject type 'Nonsense' is not supported."),
        ("SELECT Id FROM Case WHERE", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Case WHERE Id LIKE '5%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Case LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "OFFSET"),
    ];
    for (soql, code, message) in rows {
        sandbox.query(soql).await.refused(400, code, message);
    }
}

#[tokio::test]
async fn what_an_org_sets_up_refuses_with_its_own_code() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CaseTrigger: execution of BeforeInsert caused by: System.X: no"),
        ("FIELD_FILTER_VALIDATION_EXCEPTION", "Value does not exist or does not match filter criteria."),
        ("ENTITY_IS_LOCKED", "the entity is locked for editing"),
        ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not like this."),
    ];
    for (code, message) in rows {
        let rule = json!({"object": "Case", "error_when": "Subject = 'no'", "message": message, "code": code});
        sandbox.door(Method::POST, "/rules", json!({ "validation": rule })).await;
        row(Method::POST, "/sobjects/Case", json!({"Subject": "no"}), 400, code, message)
            .about(&[])
            .hold(&sandbox)
            .await;
        sandbox.door(Method::DELETE, "/rules", Value::Null).await;
    }
    let rule = br#"{"validation":{"object":"Case","error_when":"Id != null","message":"x","code":"NONSENSE"}}"#;
    let unknown = sandbox.send(Method::POST, "/__sandbox/rules", &[], Some(rule.to_vec())).await.expect("an answer");
    assert!(unknown.status == 400 && unknown.text.contains("no rule refuses with NONSENSE"), "{}", unknown.text);
}

#[tokio::test]
async fn rights_refuse_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{case}");
    sandbox.door(Method::POST, "/rights", json!({"object": "Account", "read": false})).await;
    let message = format!("insufficient access rights on cross-reference id: {account}");
    row(
        Method::PATCH,
        &path,
        json!({"AccountId": account}),
        400,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        &message,
    )
    .about(&[])
    .hold(&sandbox)
    .await;
    sandbox.door(Method::POST, "/rights", json!({"object": "Case", "update": false})).await;
    let message = "insufficient access rights on object id";
    row(Method::PATCH, &path, json!({"Subject": "y"}), 403, "INSUFFICIENT_ACCESS_OR_READONLY", message)
        .about(&[])
        .hold(&sandbox)
        .await;
    sandbox.door(Method::POST, "/rights", json!({"api_enabled": false})).await;
    let closed = sandbox.get("/limits").await;
    closed.refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization");
}

#[tokio::test]
async fn the_days_calls_come_to_an_end_and_begin_again() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/limits", json!({"daily_calls": 2})).await;
    assert_eq!(sandbox.get("/limits").await.header("sforce-limit-info"), "api-usage=1/2");
    let batch =
        json!({"batchRequests": [{"method": "GET", "url": "v64.0/recent"}, {"method": "GET", "url": "v64.0/recent"}]});
    let parts = sandbox.post("/composite/batch", batch).await;
    assert_eq!(parts.body["results"][1]["result"][0]["errorCode"], "REQUEST_LIMIT_EXCEEDED", "{}", parts.text);
    let refused = sandbox.get("/limits").await;
    refused.refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    assert_eq!(refused.header("retry-after"), "", "the vendor never says when");
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 90_000})).await;
    sandbox.door(Method::POST, "/oauth", json!({"token_lifetime_seconds": 900_000})).await;
    let mut sandbox = sandbox;
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_eq!(sandbox.get("/limits").await.body["DailyApiRequests"], json!({"Max": 2, "Remaining": 1}));
}

#[tokio::test]
async fn a_version_that_is_over_is_not_one_that_never_was() {
    let sandbox = Sandbox::empty().await;
    for (version, status, code) in [("v20.0", 410, "UNSUPPORTED_API_VERSION"), ("v99.0", 404, "NOT_FOUND")] {
        let path = format!("/services/data/{version}/limits");
        let reply = sandbox.send(Method::GET, &path, &[], None).await.expect("an answer");
        assert_eq!((reply.status, &reply.body[0]["errorCode"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn what_is_transient_comes_as_it_comes_from_the_vendor() {
    let sandbox = Sandbox::empty().await;
    let error = |code: &str, message: &str| json!([{ "errorCode": code, "message": message }]);
    let rows = [
        (400, "QUERY_TIMEOUT", "Your query request was running for too long."),
        (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
        (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
        (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
        (503, "SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
        (503, "ORG_IN_MAINTENANCE", "This organization is in read only mode"),
    ];
    for (status, code, message) in rows {
        let fault = json!({"answer": "status", "status": status, "times": 1, "body": error(code, message)});
        sandbox.door(Method::POST, "/faults", fault).await;
        let reply = sandbox.get("/limits").await;
        assert_eq!((reply.status, &reply.body), (status, &error(code, message)));
        assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
    }
    for (name, status) in [("edge_420", 420), ("bad_gateway", 502), ("html_error", 503)] {
        sandbox.door(Method::POST, "/faults", json!({"name": name, "times": 1})).await;
        let reply = sandbox.get("/limits").await;
        assert_eq!(reply.status, status);
        assert!(reply.header("content-type").starts_with("text/html") && reply.text.starts_with("<html>"));
    }
    assert_eq!(sandbox.get("/limits").await.status, 200);
}

#[tokio::test]
async fn every_route_knows_its_methods() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let routes: Vec<(&str, String)> =
        entente_sandbox::salesforce::routes().into_iter().filter(|(_, path)| path.contains("{version}/")).collect();
    assert!(routes.len() > 25, "{routes:?}");
    let filled = |path: &str| {
        let path = path.replace("{version}", "v64.0").replace("{object}/{key}", "Case/Entente_Key__c");
        let path = path.replace("{object}/{id}/{field}", "Case/Entente_Key__c/k");
        path.replace("{object}", "Case").replace("{id}", &case).replace("{locator}", "x-0")
    };
    let mut paths: Vec<&String> =
        routes.iter().map(|(_, path)| path).filter(|path| path.starts_with("/services/data")).collect();
    paths.dedup();
    for path in paths {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            let listed = routes.iter().any(|(known, of)| *known == method && of == path);
            let wanted = Method::from_bytes(method.as_bytes()).expect("a method");
            let reply = sandbox.send(wanted, &filled(path), &[], None).await.expect("an answer");
            assert_eq!(reply.status != 405, listed, "{method} {path}: {}", reply.text);
        }
    }
}
