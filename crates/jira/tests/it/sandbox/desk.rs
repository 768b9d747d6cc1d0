//! Portal access: service desks, organizations, customers.

use entente_jira::{CallError, Enrolment};
use serde_json::json;

use super::Sandbox;

const EMAIL: &str = "Dana@acme.example";

impl Sandbox {
    async fn dana(&self) -> String {
        match self.client.create_customer(EMAIL, "Dana Doe").await.expect("an answer") {
            Enrolment::New(user) => user.account_id,
            Enrolment::Taken => panic!("nobody has this address yet"),
        }
    }

    async fn desk_id(&self) -> String {
        self.client.service_desk("SUP").await.expect("an answer").expect("a desk").id
    }
}

#[tokio::test]
async fn a_desk_is_found_by_its_project() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let by_key = client.service_desk("SUP").await.expect("an answer").expect("a desk");
    assert_eq!((by_key.project_key.as_str(), by_key.id == by_key.project_id), ("SUP", false));
    assert_eq!(client.service_desk(&by_key.project_id).await.expect("an answer"), Some(by_key));
    for project in ["OPS", "NOPE", "4711"] {
        assert_eq!(client.service_desk(project).await.expect("an answer"), None, "{project}");
    }
}

#[tokio::test]
async fn an_equal_name_hands_back_the_organization_that_has_it() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let n_before = client.organizations().await.expect("organizations").len();
    let made = client.create_organization("Testing – CP#000922").await.expect("made");
    assert_eq!(client.create_organization("Testing – CP#000922").await.expect("the same"), made);
    assert_eq!(client.organization(&made.id).await.expect("an answer"), Some(made.clone()));
    let listed = client.organizations().await.expect("organizations");
    assert_eq!((listed.len(), listed.contains(&made)), (n_before + 1, true));
    client.delete_organization(&made.id).await.expect("deleted");
    client.delete_organization(&made.id).await.expect("deleted already");
    assert_eq!(client.organization(&made.id).await.expect("an answer"), None);
    for name in ["", &"x".repeat(201)] {
        assert!(matches!(client.create_organization(name).await, Err(CallError::Invalid { .. })), "{}", name.len());
    }
}

#[tokio::test]
async fn all_organizations_are_listed_page_after_page() {
    let sandbox = Sandbox::demo().await;
    let n_before = sandbox.client.organizations().await.expect("organizations").len();
    for number in 0..101 {
        sandbox.client.create_organization(&format!("Acme {number}")).await.expect("made");
    }
    let mut ids: Vec<String> =
        sandbox.client.organizations().await.expect("organizations").into_iter().map(|o| o.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n_before + 101);
}

#[tokio::test]
async fn an_organization_knows_whose_it_is_by_a_property() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let id = client.create_organization("Acme").await.expect("made").id;
    assert_eq!(client.organization_property(&id, "entente.source").await.expect("an answer"), None);
    for value in [json!({"record": "a01"}), json!({"record": "a02"})] {
        client.set_organization_property(&id, "entente.source", value.clone()).await.expect("stored");
        assert_eq!(client.organization_property(&id, "entente.source").await.expect("an answer"), Some(value));
    }
    for _ in 0..2 {
        client.delete_organization_property(&id, "entente.source").await.expect("removed");
    }
    assert_eq!(client.organization_property(&id, "entente.source").await.expect("an answer"), None);
    assert_eq!(client.organization_property("4711", "entente.source").await.expect("an answer"), None);
    let nowhere = client.set_organization_property("4711", "entente.source", json!(1)).await;
    assert!(matches!(nowhere, Err(CallError::Gone { .. })), "{nowhere:?}");
}

#[tokio::test]
async fn members_and_desks_are_added_and_taken_away_as_often_as_asked() {
    let sandbox = Sandbox::demo().await;
    let (client, dana, desk) = (&sandbox.client, sandbox.dana().await, sandbox.desk_id().await);
    let id = client.create_organization("Acme").await.expect("made").id;
    for _ in 0..2 {
        client.add_members(&id, &[&dana]).await.expect("added");
        client.add_organization_to_desk(&desk, &id).await.expect("added");
    }
    let members = client.organization_members(&id).await.expect("members");
    assert_eq!(
        members.iter().map(|m| (m.account_id.as_str(), m.email.as_deref())).collect::<Vec<_>>(),
        [(dana.as_str(), Some(EMAIL))]
    );
    let of_desk = client.desk_organizations(&desk).await.expect("organizations");
    assert_eq!(of_desk.iter().filter(|o| o.id == id).count(), 1);
    for _ in 0..2 {
        client.remove_members(&id, &[&dana]).await.expect("taken out");
        client.remove_organization_from_desk(&desk, &id).await.expect("ended");
    }
    assert!(client.organization_members(&id).await.expect("members").is_empty());
    assert!(!client.desk_organizations(&desk).await.expect("organizations").iter().any(|o| o.id == id));
}

#[tokio::test]
async fn refusals_about_organizations_say_what_can_be_done() {
    let sandbox = Sandbox::demo().await;
    let (client, dana, desk) = (&sandbox.client, sandbox.dana().await, sandbox.desk_id().await);
    let id = client.create_organization("Acme").await.expect("made").id;
    let unknown = client.add_members(&id, &[&dana, "qm:nobody"]).await;
    assert!(matches!(unknown, Err(CallError::Invalid { .. })), "{unknown:?}");
    assert!(client.organization_members(&id).await.expect("members").is_empty(), "all of them or none");
    let many = client.add_members(&id, &vec![dana.as_str(); 51]).await;
    assert!(matches!(many, Err(CallError::Invalid { .. })), "{many:?}");
    for gone in [client.add_members("4711", &[&dana]).await, client.add_organization_to_desk(&desk, "4711").await] {
        assert!(matches!(gone, Err(CallError::Gone { .. })), "{gone:?}");
    }
    let no_number = client.add_organization_to_desk(&desk, "acme").await;
    assert!(matches!(no_number, Err(CallError::Invalid { .. })), "{no_number:?}");
}

#[tokio::test]
async fn an_address_gets_one_account_and_is_found_again() {
    let sandbox = Sandbox::demo().await;
    let (client, desk) = (&sandbox.client, sandbox.desk_id().await);
    assert_eq!(client.find_customer(&desk, EMAIL).await.expect("an answer"), None);
    let dana = sandbox.dana().await;
    let again = client.create_customer("dana@ACME.example", "Dana").await.expect("an answer");
    assert_eq!(again, Enrolment::Taken);
    let found = client.find_customer(&desk, "dana@acme.example").await.expect("an answer").expect("Dana");
    assert_eq!((found.account_id.as_str(), found.display_name.as_str()), (dana.as_str(), "Dana Doe"));
    assert_eq!(client.find_customer(&desk, "dana@acme").await.expect("an answer"), None, "only the whole address");
    let nonsense = client.create_customer("nonsense", "x").await;
    assert!(matches!(nonsense, Err(CallError::Invalid { .. })), "{nonsense:?}");
}

#[tokio::test]
async fn a_domain_that_the_site_does_not_allow_is_refused_in_its_words() {
    let sandbox = Sandbox::demo().await;
    sandbox.control("POST", "portal", &json!({"allowed_domains": ["good.example"]})).await;
    let Err(CallError::Invalid { problems }) = sandbox.client.create_customer(EMAIL, "Dana Doe").await else {
        panic!("the domain is not allowed")
    };
    assert!(problems[0].message.contains("customer access settings"), "{problems:?}");
}

#[tokio::test]
async fn customers_of_a_desk_are_added_found_and_taken_away() {
    let sandbox = Sandbox::demo().await;
    let (client, dana, desk) = (&sandbox.client, sandbox.dana().await, sandbox.desk_id().await);
    let partly = client.add_desk_customers(&desk, &[&dana, "qm:nobody"]).await;
    assert!(matches!(partly, Err(CallError::Invalid { .. })), "{partly:?}");
    assert!(client.find_customer(&desk, EMAIL).await.expect("an answer").is_some());
    client.remove_desk_customers(&desk, &[&dana]).await.expect("taken out");
    sandbox.control("POST", "portal", &json!({"desk": 1, "open": true})).await;
    let open = client.remove_desk_customers(&desk, &[&dana]).await;
    assert!(matches!(open, Err(CallError::Invalid { .. })), "{open:?}");
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_where_it_matters_and_asked_again_where_not() {
    let sandbox = Sandbox::demo().await;
    let client = &sandbox.client;
    let lose = async |route: &str| {
        sandbox.control("POST", "faults", &json!({"name": "timeout_after_commit", "route": route, "times": 1})).await;
    };
    lose("POST /rest/servicedeskapi/organization").await;
    let lost = client.create_organization("Acme").await;
    assert!(matches!(lost, Err(CallError::Ambiguous { .. })), "{lost:?}");
    let id = client.create_organization("Acme").await.expect("the one that was made").id;
    assert_eq!(client.organizations().await.expect("all").iter().filter(|o| o.name == "Acme").count(), 1);

    lose("POST /rest/servicedeskapi/customer").await;
    let lost = client.create_customer(EMAIL, "Dana Doe").await;
    assert!(matches!(lost, Err(CallError::Ambiguous { .. })), "{lost:?}");
    assert_eq!(client.create_customer(EMAIL, "Dana Doe").await.expect("an answer"), Enrolment::Taken);
    let dana = client.find_customer(&sandbox.desk_id().await, EMAIL).await.expect("an answer").expect("Dana");

    lose("POST /rest/servicedeskapi/organization/{..}/user").await;
    let lost = client.add_members(&id, &[&dana.account_id]).await;
    assert!(matches!(lost, Err(CallError::Ambiguous { .. })), "{lost:?}");
    assert_eq!(client.organization_members(&id).await.expect("members").len(), 1);

    lose("PUT /rest/servicedeskapi/organization/{..}/property/{..}").await;
    client.set_organization_property(&id, "ours", json!(1)).await.expect("asked again by the client itself");
}
