//! Signing in, and what the org says about itself.

use entente_salesforce::{Auth, CallError};
use entente_sandbox::credentials;
use jiff::Timestamp;
use serde_json::json;

use super::{Sandbox, credentials_of};

fn password() -> Auth {
    Auth::Password {
        client_id: credentials::SALESFORCE_CLIENT_ID.into(),
        client_secret: credentials::SALESFORCE_CLIENT_SECRET.into(),
        username: credentials::SALESFORCE_USERNAME.into(),
        password: credentials::SALESFORCE_PASSWORD.into(),
        security_token: credentials::SALESFORCE_SECURITY_TOKEN.into(),
    }
}

#[tokio::test]
async fn two_flows_lead_to_the_same_user() {
    let sandbox = Sandbox::demo().await;
    let by_client = sandbox.client.signed_in().await.expect("signed in");
    let by_password = sandbox.client_with(password()).signed_in().await.expect("signed in");
    assert_eq!(by_client, by_password);
    assert_eq!(by_client.user.key_prefix(), "005");
}

#[tokio::test]
async fn a_signed_assertion_is_accepted_once_its_certificate_is_known() {
    let sandbox = Sandbox::demo().await;
    let client = || {
        sandbox.client_with(Auth::JwtBearer {
            client_id: credentials::SALESFORCE_CLIENT_ID.into(),
            username: credentials::SALESFORCE_USERNAME.into(),
            private_key_pem: include_str!("../test_key.pem").into(),
            audience: None,
        })
    };
    let error = client().signed_in().await.expect_err("no certificate yet");
    assert!(matches!(&error, CallError::Auth { reason } if reason.contains("certificate")), "{error}");
    let key = json!({ "jwt_public_key": include_str!("../test_key.pub.pem") });
    sandbox.control("POST", "oauth", &key).await;
    let by_assertion = client().signed_in().await.expect("signed in");
    assert_eq!(by_assertion, sandbox.client.signed_in().await.expect("signed in"));
}

#[tokio::test]
async fn a_blocked_password_flow_warns_before_it_locks_somebody_out() {
    let sandbox = Sandbox::demo().await;
    sandbox.control("POST", "oauth", &json!({ "password_flow": false })).await;
    let error = sandbox.client_with(password()).signed_in().await.expect_err("blocked");
    assert!(matches!(&error, CallError::Auth { reason } if reason.contains("lock the user")), "{error}");
}

#[tokio::test]
async fn a_wrong_secret_is_named() {
    let sandbox = Sandbox::demo().await;
    let error = sandbox.client_with(credentials_of("wrong")).limits().await.expect_err("refused");
    assert!(matches!(&error, CallError::Auth { reason } if reason.contains("secret")), "{error}");
}

#[tokio::test]
async fn the_org_describes_itself() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let signed_in = client.signed_in().await.expect("signed in");
    let versions = client.versions().await.expect("versions");
    assert!(versions.iter().any(|version| version.version == "64.0"));
    assert!(client.limits().await.expect("limits")["DailyApiRequests"].max > 0);
    assert!(client.transport().quota().is_some_and(|quota| quota.reading.left < Some(quota.reading.allowed)));
    let user = client.user_info().await.expect("a user");
    assert_eq!((user.user_id, user.organization_id), (signed_in.user, signed_in.organization));
    assert_eq!(client.organization().await.expect("an organization").id, signed_in.organization);
    let statuses = client.case_statuses().await.expect("statuses");
    assert!(statuses.iter().any(|status| status.is_closed) && statuses.iter().any(|status| status.is_default));
}

#[tokio::test]
async fn objects_and_fields_are_described() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    assert!(client.objects().await.expect("objects").iter().any(|object| object.name == "Case" && object.createable));
    let case = client.describe("Case").await.expect("Case");
    let field = |name: &str| case.fields.iter().find(|field| field.name == name).expect("a field").clone();
    assert_eq!(case.summary.key_prefix.as_deref(), Some("500"));
    assert!(field("Entente_Key__c").external_id && field("Entente_Key__c").unique);
    assert!(!field("CaseNumber").updateable && field("Subject").length == 255);
    assert!(!field("Status").picklist_values.is_empty());
    let outcome = client.describe("No_Such__c").await;
    assert!(matches!(outcome, Err(CallError::Gone { .. })), "{outcome:?}");
    let far_ahead: Timestamp = "2037-01-01T00:00:00Z".parse().expect("a moment");
    assert_eq!(client.describe_since("Case", far_ahead).await.expect("an answer"), None);
}
