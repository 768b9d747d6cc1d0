//! Service management: customers, organizations, requests.

use reqwest::Method;
use serde_json::{Value, json};

use super::Site;

const DESK: &str = "/rest/servicedeskapi";

impl Site {
    async fn customer(&self, name: &str) -> String {
        let body = json!({ "displayName": name, "email": format!("{}@customer.example", name.to_lowercase()) });
        let made = self.post(&format!("{DESK}/customer"), &body).await.is(201);
        made["accountId"].as_str().expect("an account").to_owned()
    }

    async fn experimental(&self, method: Method, path: &str, body: Option<&Value>) -> super::Reply {
        let request = self.request(method, path).header("x-experimentalapi", "opt-in");
        Self::send(body.map_or_else(
            || self.request(Method::GET, path).header("x-experimentalapi", "opt-in"),
            |b| request.body(b.to_string()),
        ))
        .await
    }
}

#[tokio::test]
async fn customers_are_made_once() {
    let site = Site::empty().await;
    let account = site.customer("Ada").await;
    assert!(account.starts_with("qm:"));
    let again = json!({ "displayName": "Ada", "email": "ADA@customer.example" });
    let body = site.post(&format!("{DESK}/customer"), &again).await.is(400);
    assert_eq!(
        (&body["errorMessage"], &body["i18nErrorMessage"]["parameters"]),
        (&json!("An account already exists for this email"), &json!([]))
    );
    site.post(&format!("{DESK}/customer?strictConflictStatusCode=true"), &again).await.is(409);
    site.post(&format!("{DESK}/customer"), &json!({ "displayName": "x", "email": "nonsense" })).await.is(400);
    site.control("portal", &json!({ "allowed_domains": ["good.example"] })).await;
    let refused =
        site.post(&format!("{DESK}/customer"), &json!({ "displayName": "x", "email": "x@bad.example" })).await.is(400);
    assert_eq!(refused["errorMessage"], "Email doesn't belong to domains allowed in customer access settings");
    site.put(&format!("{DESK}/customer/user/{account}/revoke-portal-only-access"), &Value::Null).await.is(204);
    let site = site.limited();
    site.post(&format!("{DESK}/customer"), &json!({ "displayName": "x", "email": "x@good.example" })).await.is(403);
}

#[tokio::test]
async fn desks_have_customers() {
    let site = Site::empty().await;
    let account = site.customer("Ada").await;
    let url = format!("{DESK}/servicedesk/SUP/customer");
    site.post(&url, &json!({ "accountIds": [account, "nobody"] })).await.is(400);
    site.get(&url).await.is(412);
    let found = site.experimental(Method::GET, &format!("{url}?query=ada"), None).await.is(200);
    assert_eq!(
        (&found["size"], &found["isLastPage"], &found["values"][0]["emailAddress"]),
        (&json!(1), &json!(true), &json!("ada@customer.example"))
    );
    site.control("portal", &json!({ "desk": 1, "open": true })).await;
    site.experimental(Method::DELETE, &url, Some(&json!({ "accountIds": [account] }))).await.is(400);
    site.control("portal", &json!({ "desk": 1, "open": false })).await;
    site.experimental(Method::DELETE, &url, Some(&json!({ "accountIds": [account] }))).await.is(204);
    assert_eq!(site.experimental(Method::GET, &url, None).await.is(200)["size"], 0);
}

#[tokio::test]
async fn organizations_hold_members_and_properties() {
    let site = Site::empty().await;
    let account = site.customer("Ada").await;
    let one = site.post(&format!("{DESK}/organization"), &json!({ "name": "Acme" })).await.is(201);
    let same = site.post(&format!("{DESK}/organization"), &json!({ "name": "Acme" })).await.is(201);
    assert_eq!(one["id"], same["id"]);
    let id = one["id"].as_str().expect("an id");
    let url = format!("{DESK}/organization/{id}");
    site.post(&format!("{url}/user"), &json!({ "accountIds": [account, "nobody"] })).await.is(400);
    assert_eq!(site.get(&format!("{url}/user")).await.is(200)["size"], 0);
    site.post(&format!("{url}/user"), &json!({ "accountIds": [account] })).await.is(204);
    assert_eq!(
        site.get(&format!("{DESK}/organization?accountId={account}")).await.is(200)["values"][0]["name"],
        "Acme"
    );
    site.put(&format!("{url}/property/sf.account"), &json!({ "id": "001" })).await.is(201);
    assert_eq!(site.get(&format!("{url}/property/sf.account")).await.is(200)["value"]["id"], "001");
    let number: u64 = id.parse().expect("a number");
    site.post(&format!("{DESK}/servicedesk/1/organization"), &json!({ "organizationId": number })).await.is(204);
    assert_eq!(site.get(&format!("{DESK}/servicedesk/1/organization")).await.is(200)["size"], 1);
    site.delete(&url).await.is(204);
    site.get(&url).await.is(404);
    assert_eq!(site.get(&format!("{DESK}/servicedesk/1/organization")).await.is(200)["size"], 0);
}

#[tokio::test]
async fn a_request_is_raised_for_a_customer_and_talked_about() {
    let site = Site::empty().await;
    let account = site.customer("Ada").await;
    let types = site.get(&format!("{DESK}/servicedesk/1/requesttype")).await.is(200);
    let kind = types["values"][1]["id"].as_str().expect("an id").to_owned();
    let fields = site.get(&format!("{DESK}/servicedesk/1/requesttype/{kind}/field")).await.is(200);
    assert_eq!(fields["requestTypeFields"][0]["required"], true);
    let raise = json!({
        "serviceDeskId": "1", "requestTypeId": kind, "raiseOnBehalfOf": account,
        "requestFieldValues": { "summary": "It broke", "description": "*text*" },
    });
    let made = site.post(&format!("{DESK}/request"), &raise).await.is(201);
    let key = made["issueKey"].as_str().expect("a key").to_owned();
    assert_eq!(
        (&made["reporter"]["accountId"], &made["currentStatus"]["statusCategory"]),
        (&json!(account), &json!("NEW"))
    );
    assert!(
        made["_links"]["web"]
            .as_str()
            .is_some_and(|url| url.ends_with(&format!("/servicedesk/customer/portal/1/{key}")))
    );
    assert_eq!(site.fields(&key).await["customfield_10010"]["requestType"]["id"], json!(kind));
    let off = site.put(&format!("/rest/api/3/issue/{key}"), &json!({ "fields": { "customfield_10010": "10" } })).await;
    off.is(400);
    site.post(
        &format!("{DESK}/request"),
        &json!({ "serviceDeskId": "1", "requestTypeId": kind, "requestFieldValues": {} }),
    )
    .await
    .is(400);
    site.post(
        &format!("{DESK}/request"),
        &json!({ "serviceDeskId": "1", "requestTypeId": "20", "requestFieldValues": {} }),
    )
    .await
    .is(404);

    let url = format!("{DESK}/request/{key}/comment");
    site.post(&url, &json!({ "body": "for you", "public": true })).await.is(201);
    site.post(&url, &json!({ "body": "for us", "public": false })).await.is(201);
    site.post(&url, &json!({ "body": "?" })).await.is(400);
    assert_eq!(site.get(&format!("{url}?internal=false")).await.is(200)["values"][0]["body"], "for you");
    let platform = site.get(&format!("/rest/api/3/issue/{key}/comment")).await.is(200);
    assert_eq!(
        (&platform["comments"][0]["jsdPublic"], &platform["comments"][1]["jsdPublic"]),
        (&json!(true), &json!(false))
    );

    let with =
        site.post(&format!("{DESK}/request/{key}/participant"), &json!({ "accountIds": [account] })).await.is(200);
    assert_eq!(with["size"], 1);
    assert_eq!(site.get(&format!("{DESK}/request/{key}/transition")).await.is(200)["size"], 0);
    let sla = site.get(&format!("{DESK}/request/{key}/sla")).await.is(200);
    assert_eq!(sla["values"][0]["ongoingCycle"]["breached"], false);
    site.get(&format!("{DESK}/request/OPS-1")).await.is(404);
}
