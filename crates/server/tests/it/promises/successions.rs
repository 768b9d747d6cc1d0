//! Records that go on as others: merged ones, and converted leads.

use serde_json::json;

use super::{
    company::{Company, Side},
    lifecycle::{ask, cases, journal, pair},
};

/// X20: of two merged cases one is left, and the issue of the other goes on with it. Where both have an issue, one gives
/// way, and both are kept.
#[test]
fn a_merged_case_hands_its_issue_to_the_one_that_is_left() {
    let company = Company::new();
    let items = cases("");
    let (loser, key) = pair(&company, &items, "Doubled");
    let master = company.create("Case", &json!({ "Subject": "The one that stays", "Priority": "High" }));
    company.merge("Case", &master, &loser);
    company.sync(&items);
    assert_eq!(company.twin("Case", &master), Some(key.clone()), "no issue of its own");
    let issue = company.issue(&key);
    assert_eq!((&issue["summary"], &issue["Salesforce Case ID"]), (&json!("The one that stays"), &json!(master)));
    assert_eq!(company.issues("OPS"), [key.as_str()]);
    company.edit_issue(&key, &json!({ "summary": "And back" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &master)["Subject"], "And back");

    let (third, other) = pair(&company, &items, "Third");
    company.merge("Case", &master, &third);
    company.sync(&items);
    assert_eq!(company.twin("Case", &master), Some(key.clone()));
    assert_eq!(company.issue(&other)["summary"], "Third", "kept");
    let journal = journal(&company, &items);
    assert!(journal.contains(&format!("was merged into {master}; the link goes on with it")), "{journal}");
    let gave_way = format!("Unlinked: The Salesforce record was merged into {master}, which is linked with {key}");
    assert!(journal.contains(&gave_way), "{journal}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "at rest");
}

/// X20: of a chain of merges the last record counts; an item may let merged records go instead.
#[test]
fn a_chain_of_merges_ends_at_the_last_and_an_item_may_let_go() {
    let company = Company::new();
    let items = cases("");
    let (first, key) = pair(&company, &items, "First");
    let [second, third] = ["Second", "Third"].map(|subject| company.create("Case", &json!({ "Subject": subject })));
    company.merge("Case", &second, &first);
    company.merge("Case", &third, &second);
    company.sync(&items);
    assert_eq!(company.twin("Case", &third), Some(key.clone()));
    assert_eq!(company.issues("OPS"), [key.as_str()]);

    let lets_go = cases("    on_merge: unlink\n");
    let last = company.create("Case", &json!({ "Subject": "Last", "Jira_Reference__c": "none" }));
    company.merge("Case", &last, &third);
    company.try_sync(&lets_go);
    let journal = journal(&company, &lets_go);
    assert!(
        journal.contains(&format!("Unlinked: The Salesforce record was merged into {last}; the Jira")),
        "{journal}"
    );
    assert_eq!(ask(&company, &lets_go, &["show", &key]).code, 2, "no link is left");
}

/// X20, X49: merged accounts and contacts: the link of the account goes on, and the cases of both show the one that is
/// left.
#[test]
fn merged_accounts_and_contacts_hand_over_what_hangs_on_them() {
    let company = Company::new();
    let accounts = |object: &str, title: &str| {
        cases("")
            .replace("  cases:", &format!("  {}:", object.to_lowercase()))
            .replace("object: Case", &format!("object: {object}"))
            .replace("Bug", "Task")
            .replace("salesforce: Subject", &format!("salesforce: {title}"))
            .replace(", { salesforce: Priority, jira: priority }", "")
    };
    let shows = cases("    related: { account: AccountId, contact: ContactId }\n").replace(
        "{ salesforce: Priority, jira: priority }",
        "{ salesforce: account.Name, jira: Customer }, { salesforce: contact.LastName, jira: Customer Impact }",
    );
    let items = accounts("Account", "Name") + &shows;
    let make = |name: &str| {
        let account = company.create("Account", &json!({ "Name": name }));
        (company.create("Contact", &json!({ "LastName": name, "AccountId": account })), account)
    };
    let (loser_contact, loser) = make("Acme Ltd");
    let case = company.create("Case", &json!({ "Subject": "One", "AccountId": loser, "ContactId": loser_contact }));
    company.sync(&items);
    let (master_contact, master) = make("Acme");
    let (account_key, case_key) = (company.twin("Account", &loser).unwrap(), company.twin("Case", &case).unwrap());
    company.merge("Account", &master, &loser);
    company.merge("Contact", &master_contact, &loser_contact);
    company.sync(&items);
    assert_eq!(company.twin("Account", &master), Some(account_key.clone()));
    assert_eq!(company.issue(&account_key)["summary"], "Acme");
    let shown = company.issue(&case_key);
    assert_eq!((&shown["Customer"], &shown["Customer Impact"]), (&json!("Acme"), &json!("Acme")));

    let contacts = accounts("Contact", "LastName");
    let loser = company.create("Contact", &json!({ "LastName": "Ames" }));
    company.sync(&contacts);
    let key = company.twin("Contact", &loser).unwrap();
    let master = company.create("Contact", &json!({ "LastName": "Ames-Bell" }));
    company.merge("Contact", &master, &loser);
    company.sync(&contacts);
    assert_eq!(
        (company.twin("Contact", &master), &company.issue(&key)["summary"]),
        (Some(key.clone()), &json!("Ames-Bell"))
    );
}

/// An item of leads and one of what they become, for the same tasks.
fn leads(on_convert: &str) -> String {
    let item = |name: &str, object: &str, title: &str, more: &str| {
        format!(
            r"
  {name}:
    owner: integrations@acme.example
    salesforce: {{ connection: acme-org, object: {object} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Task }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    conflicts: salesforce-wins
    fields: [ {{ salesforce: {title}, jira: summary }} ]
{more}"
        )
    };
    item("leads", "Lead", "Company", &format!("    on_convert: {on_convert}\n"))
        + &item("deals", "Opportunity", "Name", "")
}

fn lead(company: &Company, items: &str, name: &str) -> (String, String) {
    let lead = company.create("Lead", &json!({ "LastName": "Bell", "Company": name }));
    company.sync(items);
    let key = company.twin("Lead", &lead).unwrap();
    (lead, key)
}

/// What a lead becomes, and the id of the opportunity.
fn convert(company: &Company, lead: &str) -> String {
    let call = format!(
        "<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus>\
         <opportunityName>The deal</opportunityName></leadConverts></convertLead>"
    );
    let answer = company.soap(&call);
    answer.split("<opportunityId>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// X21: the issue of a converted lead goes on with the opportunity, and nothing is made twice.
#[test]
fn the_issue_of_a_converted_lead_goes_on_with_the_opportunity() {
    let company = Company::new();
    let items = leads("follow-opportunity");
    let (id, key) = lead(&company, &items, "Bells");
    let opportunity = convert(&company, &id);
    company.sync(&items);
    assert_eq!(company.twin("Opportunity", &opportunity), Some(key.clone()));
    let issue = company.issue(&key);
    assert_eq!((&issue["summary"], &issue["Salesforce Case ID"]), (&json!("The deal"), &json!(opportunity)));
    assert_eq!(company.issues("OPS"), [key.as_str()]);
    company.edit_issue(&key, &json!({ "summary": "Won" }));
    company.sync(&items);
    assert_eq!(company.record("Opportunity", &opportunity)["Name"], "Won");
    let journal = journal(&company, &items);
    assert!(journal.contains(&format!("The lead was converted into {opportunity}; the link goes on")), "{journal}");
}

/// X21: a converted lead that is kept is never written again, which its link says; and a lead that was converted before
/// it ever had an issue gets none.
#[test]
fn a_converted_lead_that_is_kept_is_not_written_again() {
    let company = Company::new();
    let items = leads("keep").split("\n  deals:").next().unwrap().to_owned() + "\n";
    let (id, key) = lead(&company, &items, "Bells");
    convert(&company, &id);
    company.edit_issue(&key, &json!({ "summary": "For nobody" }));
    let before = company.written_by_entente(Side::Salesforce).len();
    company.sync(&items);
    assert_eq!(company.record("Lead", &id)["Company"], "Bells");
    assert_eq!(company.written_by_entente(Side::Salesforce).len(), before, "nothing was even tried");
    let shown = ask(&company, &items, &["show", &key]).stdout;
    assert!(shown.contains("The lead was converted, and nothing can be written to it any more"), "{shown}");
    let early = company.create("Lead", &json!({ "LastName": "Early", "Company": "Early" }));
    convert(&company, &early);
    company.sync(&items);
    assert_eq!(company.issues("OPS"), [key.as_str()]);

    let unlinks = items.replace("on_convert: keep", "on_convert: unlink");
    company.sync(&unlinks);
    let journal = journal(&company, &unlinks);
    assert!(journal.contains("Unlinked: The lead was converted; the Jira record is kept"), "{journal}");
}
