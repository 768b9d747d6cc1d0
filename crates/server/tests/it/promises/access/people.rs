//! What support does without Salesforce, by command and API.

use serde_json::json;

use super::{GRANT, Portal, one, text};

/// S0-04, S0-05, S0-52: support adds a further Contact to an organization; it leaves the same record, and an Account leads
/// to its organizations as an organization to its Account.
#[test]
fn support_adds_a_contact_without_salesforce() {
    let portal = Portal::new();
    let project = portal.project("Testing", "1");
    portal.contact("Dana", "dana@acme.test");
    let asked = portal.entente(&["access", "request", "customer-project", &project, "dana@acme.test"]);
    assert!(asked.stdout.contains("Requested: dana@acme.test through customer-project"), "{asked:?}");
    portal.sync();
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])]);
    let listed = portal.entente(&["access", "list", "--account", &portal.account, "--json"]).json();
    let grant = &listed["grants"][0];
    assert_eq!(
        (&grant["organization"]["name"], &grant["status"], &listed["grants"].as_array().unwrap().len()),
        (&json!("Testing – CP#1"), &json!("Has Access"), &1)
    );
    assert_eq!(portal.grant(text(&grant["id"]))["Customer_Project__c"], json!(project), "the same record");
    let by_organization = portal.entente(&["access", "list", "--organization", "Testing – CP#1", "--json"]).json();
    assert_eq!(by_organization["grants"][0]["account"], json!(portal.account));
    let again = portal.entente(&["access", "request", "customer-project", &project, "dana@acme.test"]);
    assert!(again.stdout.contains("Has Access"), "there is one already: {again:?}");
}

/// An id that is wrong is told as wrong, whatever the vendor would say of it.
#[test]
fn a_wrong_id_is_told_as_such() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let unknown = format!("{}ZZZ", &project[..12]);
    for (source, record, person, says) in [
        ("evaluation", &dana, None, format!("There is no Lead with the id {dana}")),
        ("customer-project", &dana, Some(&dana), format!("There is no Customer_Project__c with the id {dana}")),
        ("customer-project", &project, Some(&project), format!("There is no Contact with the id {project}")),
        ("customer-project", &unknown, Some(&dana), "There is no Customer_Project__c with the id".to_owned()),
    ] {
        let named = [source, record].into_iter().chain(person.map(String::as_str));
        let arguments: Vec<&str> = ["access", "request"].into_iter().chain(named).collect();
        let refused = portal.try_entente(&arguments);
        assert!(refused.code == 2 && refused.stderr.contains(&says), "{arguments:?}: {refused:?}");
        assert!(!refused.stderr.contains("doctor"), "{refused:?}");
    }
}

/// Somebody of another customer is let in among a project's people only when that is said to be meant.
#[test]
fn a_contact_of_another_account_is_let_in_only_if_that_is_meant() {
    let portal = Portal::new();
    let project = portal.project("Testing", "1");
    let other = portal.company.create("Account", &json!({ "Name": "Other" }));
    let kim = json!({ "LastName": "Kim", "Email": "kim@acme.test", "AccountId": other });
    let kim = portal.company.create("Contact", &kim);
    for named in [kim.as_str(), "kim@acme.test"] {
        let refused = portal.try_entente(&["access", "request", "customer-project", &project, named]);
        assert!(refused.code == 1 && refused.stderr.contains(&format!("of the Account {other}")), "{refused:?}");
        assert!(refused.stderr.contains("--anyway"), "{refused:?}");
    }
    assert_eq!(portal.entente(&["access", "list", "--json"]).json()["grants"], json!([]));
    portal.entente(&["access", "request", "customer-project", &project, &kim, "--anyway"]);
    portal.sync();
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["kim@acme.test"])]);
}

/// S0-39, S0-45: a grant is shown, revoked and tried again by its number; who asked stands in the journal.
#[test]
fn a_grant_is_revoked_and_tried_again_by_its_number() {
    let portal = Portal::new();
    let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
    portal.sync();
    let number = text(&portal.grant(&grant)["Name"]).to_owned();
    assert!(portal.entente(&["access", "show", &number]).stdout.contains("in \"Testing – CP#1\""));
    assert!(portal.entente(&["access", "revoke", &number]).stdout.contains("to be revoked"));
    portal.sync();
    assert_eq!(
        (portal.status(&grant), portal.organizations()),
        ("Revoked".to_owned(), vec![one("Testing – CP#1", &[])])
    );
    portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": false, "Status__c": "Error" }));
    portal.entente(&["access", "retry", &number]);
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
    let journal = portal.entente(&["journal", "--json"]).stdout;
    assert!(journal.contains("asked to take access back") && journal.contains("asked for another try"), "{journal}");
}

#[test]
fn what_is_not_there_is_told_in_a_sentence() {
    let portal = Portal::new();
    let project = portal.project("Testing", "1");
    for (arguments, sentence) in [
        (vec!["access", "show", "JA-999999"], "There is no Entente_Access__c \"JA-999999\""),
        (vec!["access", "request", "account", &project, "dana@acme.test"], "it has: customer-project, evaluation"),
        (vec!["access", "request", "customer-project", "nonsense", "dana@acme.test"], "is no id of a record"),
        (vec!["access", "request", "customer-project", &project], "wants a person"),
        (
            vec!["access", "request", "customer-project", &project, "who@acme.test"],
            "There is no Contact with the address",
        ),
    ] {
        let ended = portal.try_entente(&arguments);
        assert_eq!((ended.code, ended.stderr.contains(sentence)), (2, true), "{arguments:?}: {ended:?}");
    }
    assert_eq!(portal.entente(&["access", "list"]).stdout, "0 grants.\n");
}
