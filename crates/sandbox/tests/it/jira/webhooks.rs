//! Administrator's webhooks: registering, filters, bodies, signatures.

use serde_json::{Value, json};

use super::{Site, doc};
use entente_sandbox::delivery::Delivery;

const HOOKS: &str = "/rest/webhooks/1.0/webhook";

/// A site whose deliveries nobody posts: the test takes them out of the outbox itself.
pub(super) struct Quiet {
    world: entente_sandbox::World,
    router: axum::Router,
}

impl Quiet {
    pub(super) fn new() -> Self {
        let world = entente_sandbox::World::new(&entente_sandbox::Options::default(), &entente_sandbox::Clock::real());
        let router = entente_sandbox::jira_router(&world.jira);
        Self { world, router }
    }

    pub(super) async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.send(http::Request::builder().method(method).uri(path), body.to_string()).await
    }

    /// Attaches a small file to an issue.
    pub(super) async fn upload(&self, issue: &str) -> Value {
        let request = http::Request::builder().method("POST").uri(format!("{issue}/attachments"));
        let request = request.header("content-type", "multipart/form-data; boundary=edge");
        let part = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\n\r\nhello\r\n--edge--\r\n";
        self.send(request.header("x-atlassian-token", "no-check"), part.to_owned()).await
    }

    async fn send(&self, request: http::request::Builder, body: String) -> Value {
        use base64::Engine as _;
        use tower::ServiceExt as _;
        let pair = base64::engine::general_purpose::STANDARD.encode("admin@sandbox.example:sandbox-api-token");
        let request = request.header("authorization", format!("Basic {pair}"));
        let request = request.body(axum::body::Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        assert!(status.is_success(), "{status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    pub(super) fn deliveries(&self) -> Vec<(Delivery, Value)> {
        let outbox = self.world.jira.control().outbox();
        let due = outbox.take_due();
        due.into_iter()
            .map(|delivery| {
                outbox.settle(delivery.clone(), true);
                let body = serde_json::from_slice(&delivery.body).unwrap_or_default();
                (delivery, body)
            })
            .collect()
    }
}

fn header<'d>(delivery: &'d Delivery, name: &str) -> &'d str {
    delivery.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

pub(super) fn hook(events: &[&str], jql: &str) -> Value {
    json!({ "name": "sync", "url": "http://127.0.0.1:9/hooks/{issue.key}", "events": events, "filters": { "issue-related-events-section": jql }, "secret": "It's a Secret" })
}

#[tokio::test]
async fn webhooks_are_kept_and_their_secret_is_not_shown() {
    let site = Site::empty().await;
    let made = site.post(HOOKS, &hook(&["jira:issue_created"], "project = OPS")).await.is(201);
    assert_eq!((&made["isSigned"], made.get("secret"), &made["enabled"]), (&json!(true), None, &json!(true)));
    let url = made["self"].as_str().expect("an address").strip_prefix(&site.url).expect("this site").to_owned();
    let changed = site.put(&url, &json!({ "enabled": false })).await.is(200);
    assert_eq!(
        (&changed["enabled"], &changed["name"], &changed["isSigned"]),
        (&json!(false), &json!("sync"), &json!(true))
    );
    assert_eq!(site.get(HOOKS).await.is(200).as_array().map(Vec::len), Some(1));
    site.post(HOOKS, &json!({ "name": "x", "url": "nowhere", "events": [] })).await.is(400);
    site.delete(&url).await.is(204);
    site.get(&url).await.is(404);
    site.limited().get(HOOKS).await.is(403);
}

#[tokio::test]
async fn events_are_version_2_and_signed() {
    let site = Quiet::new();
    let events =
        ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_deleted"];
    site.call("POST", HOOKS, &hook(&events, "project = OPS")).await;
    let create = |project: &str| json!({ "fields": { "project": { "key": project }, "issuetype": { "id": if project == "OPS" { "10004" } else { "10010" } }, "summary": "x", "description": doc("text") } });
    site.call("POST", "/rest/api/3/issue", &create("SUP")).await;
    assert!(site.deliveries().is_empty(), "the filter keeps SUP out");

    site.call("POST", "/rest/api/3/issue", &create("OPS")).await;
    let [(delivery, body)] = &site.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(delivery.url, "http://127.0.0.1:9/hooks/OPS-1");
    assert_eq!(
        (&body["webhookEvent"], &body["issue"]["fields"]["description"]),
        (&json!("jira:issue_created"), &json!("text"))
    );
    assert!(body["issue"]["self"].as_str().is_some_and(|url| url.contains("/rest/api/2/issue/")));
    assert_eq!((body["user"]["accountType"].as_str(), body["user"].get("emailAddress")), (Some("atlassian"), None));
    assert!(header(delivery, "X-Hub-Signature").starts_with("sha256="));
    assert_eq!(header(delivery, "X-Atlassian-Webhook-Flow"), "Primary");
    let first = header(delivery, "X-Atlassian-Webhook-Identifier").to_owned();

    site.call("PUT", "/rest/api/3/issue/OPS-1", &json!({ "fields": { "priority": { "name": "High" } } })).await;
    let [(delivery, body)] = &site.deliveries()[..] else { panic!("one delivery") };
    assert_ne!(header(delivery, "X-Atlassian-Webhook-Identifier"), first);
    assert_eq!(
        (&body["changelog"]["items"][0]["field"], &body["changelog"]["items"][0]["toString"]),
        (&json!("priority"), &json!("High"))
    );
    site.call("PUT", "/rest/api/3/issue/OPS-1", &json!({ "fields": { "priority": { "name": "High" } } })).await;
    assert!(site.deliveries().is_empty(), "an edit that changes nothing tells nothing");

    site.call("POST", "/rest/api/3/issue/OPS-1/comment", &json!({ "body": doc("said") })).await;
    let [(_, body)] = &site.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(
        (&body["comment"]["body"], body.get("user"), &body["issue"]["key"]),
        (&json!("said"), None, &json!("OPS-1"))
    );

    site.call("POST", "/rest/api/3/issue/OPS-1/transitions", &json!({ "transition": { "id": "21" } })).await;
    let [(_, body)] = &site.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(body["issue_event_type_name"], "issue_generic");

    site.call("DELETE", "/rest/api/3/issue/OPS-1", &Value::Null).await;
    let gone = site.deliveries();
    let told: Vec<_> = gone
        .iter()
        .map(|(d, b)| (b["webhookEvent"].as_str().unwrap_or_default(), header(d, "X-Atlassian-Webhook-Flow")))
        .collect();
    assert_eq!(told, [("jira:issue_deleted", "Primary"), ("comment_deleted", "Secondary")]);
    assert_eq!(gone[0].1["issue"]["fields"]["summary"], "x");
}

#[tokio::test]
async fn apps_register_webhooks_that_expire() {
    let site = Site::empty().await;
    let cloud = site.get("/_edge/tenant_info").await.is(200)["cloudId"].as_str().expect("an id").to_owned();
    let url = format!("/ex/jira/{cloud}/rest/api/3/webhook");
    let register = json!({ "url": "http://127.0.0.1:9/hook", "webhooks": [
        { "events": ["jira:issue_created"], "jqlFilter": "project = OPS" },
        { "events": ["attachment_created"], "jqlFilter": "project = OPS" },
    ] });
    site.post(&url, &register).await.is(403);
    let grant =
        json!({ "grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "sandbox-secret" });
    let token = site.post("/oauth/token", &grant).await.is(200)["access_token"].as_str().expect("a token").to_owned();
    let send = async |method: reqwest::Method, path: &str, body: &Value| {
        let request = site.client.request(method, format!("{}{path}", site.url)).bearer_auth(&token);
        Site::send(request.body(body.to_string())).await
    };
    let made = send(reqwest::Method::POST, &url, &register).await.is(200);
    let id = made["webhookRegistrationResult"][0]["createdWebhookId"].clone();
    assert!(id.is_u64());
    assert_eq!(made["webhookRegistrationResult"][1]["errors"][0], "Unknown event attachment_created");

    site.bug(json!({})).await;
    let ever = || {
        let count = site.world.jira.control().outbox().count();
        count.pending + count.failed + count.delivered
    };
    assert_eq!(ever(), 1, "heard");
    site.control("clock", &json!({ "advance_seconds": 31 * 86_400 })).await;
    site.bug(json!({})).await;
    assert_eq!(ever(), 1, "expired");
    let token = site.post("/oauth/token", &grant).await.is(200)["access_token"].as_str().expect("a token").to_owned();
    let renew = site.client.put(format!("{}{url}/refresh", site.url)).bearer_auth(&token);
    Site::send(renew.body(json!({ "webhookIds": [id] }).to_string())).await.is(200)["expirationDate"]
        .as_str()
        .expect("a date");
    let gone = site.client.delete(format!("{}{url}", site.url)).bearer_auth(&token);
    Site::send(gone.body(json!({ "webhookIds": [id] }).to_string())).await.is(202);
}
