//! Records and issues that do not stay what they were: moved, renamed, deleted and back again, changed in kind,
//! archived.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Ended, Running, get, run, wait_for};

const TOKEN: &str = "token-of-a-test";

/// Cases and bugs, with what a test adds.
pub(super) fn cases(more: &str) -> String {
    let usual = cases!(
        r"
    conflicts: salesforce-wins
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
"
    );
    format!("{usual}{more}")
}

pub(super) fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    run(&[arguments, &["--config", &company.configure(items, "")]].concat())
}

/// The sentences of the journal, the newest first.
pub(super) fn journal(company: &Company, items: &str) -> String {
    let listed = ask(company, items, &["journal", "--json"]).json();
    let sentences = listed["entries"].as_array().unwrap().iter().map(|entry| text(&entry["text"]).to_owned());
    sentences.collect::<Vec<_>>().join("\n")
}

/// A server that runs these items and is told nothing; its address.
fn serve(company: &Company, items: &str) -> (Running, String) {
    let more = format!("triggers: {{ poll_seconds: 5, push: false }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(items, &more);
    let (running, url) = company.serve(&file);
    (running, url)
}

/// A case with its issue.
pub(super) fn pair(company: &Company, items: &str, subject: &str) -> (String, String) {
    let case = company.create("Case", &json!({ "Subject": subject, "Priority": "Low" }));
    company.sync(items);
    let key = company.twin("Case", &case).unwrap();
    (case, key)
}

/// X17: an issue that moves keeps its link; its new key reaches the record, and edits go on flowing.
#[test]
fn a_moved_issue_keeps_its_link_and_the_record_learns_the_new_key() {
    let company = Company::new();
    let items = cases("");
    let (case, key) = pair(&company, &items, "Moved");
    company.site_door("move", &json!({ "issue": key, "project": "SUP" }));
    company.sync(&items);
    let moved = company.twin("Case", &case).unwrap();
    assert!(moved.starts_with("SUP-"), "{moved}");
    company.edit("Case", &case, &json!({ "Subject": "Still linked" }));
    company.sync(&items);
    assert_eq!(company.issue(&moved)["summary"], "Still linked");
    let journal = journal(&company, &items);
    assert!(journal.contains(&format!("{key} is {moved} now")), "{journal}");
    assert_eq!(company.issues("OPS"), Vec::<String>::new(), "no second issue");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }));
}

/// X18: an issue that moves into the project of another item is that item's, when its own lets it go.
#[test]
fn a_moved_issue_is_taken_up_by_the_item_of_its_new_project() {
    let company = Company::new();
    let support = cases("    on_leave: unlink\n").replace("  cases:", "  support:").replace("OPS", "SUP");
    let support = support
        .replace("auto_create: jira", "auto_create: none")
        .replace("salesforce: Subject, jira: summary", "salesforce: Subject, jira: summary, to_jira: [ upper_case ]");
    let items = cases("    on_leave: unlink\n") + &support;
    let (case, key) = pair(&company, &items, "Handed over");
    company.site_door("move", &json!({ "issue": key, "project": "SUP" }));
    let moved = company.issues("SUP")[0].clone();
    company.sync(&items);
    let links = ask(&company, &items, &["show", &moved, "--json"]).json();
    assert_eq!((&links["links"][0]["item"], &links["links"][1]), (&json!("support"), &Value::Null), "{links}");
    assert_eq!(company.twin("Case", &case), Some(moved.clone()));
    assert_eq!(company.issue(&moved)["summary"], "HANDED OVER", "by the rules of the new item");
    assert_eq!(company.issues("OPS").len() + company.issues("SUP").len(), 1, "no second issue");
    assert!(journal(&company, &items).contains(&format!("Unlinked: {moved} is of type Bug in SUP")));
}

/// An issue that changed its type has left the item: it rests, and comes back, where the item says so.
#[test]
fn an_issue_of_another_type_rests_until_it_is_of_the_type_again() {
    let company = Company::new();
    let items = cases("    on_leave: pause\n");
    let (case, key) = pair(&company, &items, "A bug");
    let of_type = |name: &str| company.edit_issue(&key, &json!({ "issuetype": { "name": name } }));
    of_type("Task");
    company.edit("Case", &case, &json!({ "Subject": "Not now" }));
    company.sync(&items);
    assert_eq!(company.issue(&key)["summary"], "A bug");
    let shown = ask(&company, &items, &["show", &key]).stdout;
    assert!(shown.contains(&format!("{key} is of type Task in OPS; the link rests")), "{shown}");
    let journal = journal(&company, &items);
    assert!(journal.contains(&format!("{key} is of type Task in OPS; the link rests")), "{journal}");
    of_type("Bug");
    company.sync(&items);
    assert_eq!(company.issue(&key)["summary"], "Not now");
}

/// A record that changed its record type has left the filter.
#[test]
fn a_record_of_another_record_type_is_let_go() {
    let company = Company::new();
    let types = json!({ "object": "Case", "fields": [{ "name": "RecordTypeId", "is": "reference(RecordType) as RecordType" }] });
    company.org_door("objects", &types);
    let kind = |name: &str| {
        let kind = json!({ "Name": name, "DeveloperName": name, "SobjectType": "Case", "IsActive": true });
        company.create("RecordType", &kind)
    };
    let (support, sales) = (kind("Support"), kind("Sales"));
    let filter = "object: Case, filter: { field: RecordType.DeveloperName, is: Support } }";
    let items = cases("    on_leave: unlink\n").replace("object: Case }", filter);
    let case = company.create("Case", &json!({ "Subject": "Support", "RecordTypeId": support }));
    company.sync(&items);
    let key = company.twin("Case", &case).unwrap();
    company.edit("Case", &case, &json!({ "RecordTypeId": sales, "Subject": "Sales" }));
    company.sync(&items);
    assert_eq!(company.issue(&key)["summary"], "Support");
    let left = journal(&company, &items);
    assert!(left.contains("Unlinked: The record no longer passes the filter"), "{left}");
    let explained = ask(&company, &items, &["explain", &key]).stdout;
    assert!(explained.contains("no longer passes the filter. It is linked again once both are back."), "{explained}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it stays away");

    // Back in the filter it is the twin that it was, with what was agreed before.
    company.edit_issue(&key, &json!({ "summary": "Edited meanwhile" }));
    company.edit("Case", &case, &json!({ "RecordTypeId": support, "Subject": "Support" }));
    let verified = ask(&company, &items, &["verify", "--json"]).json();
    assert_eq!(verified["missing"], 1, "{verified}");
    assert_eq!(company.sync(&items)["links"], 1);
    assert_eq!(company.issues("OPS"), [key.as_str()], "no second issue");
    assert_eq!(company.record("Case", &case)["Subject"], "Edited meanwhile", "only one side was edited");
    let back = journal(&company, &items);
    assert!(back.contains(&format!("and {key} again, because both are back")), "{back}");

    // What a person separates stays apart, in the filter or not.
    assert_eq!(ask(&company, &items, &["unlink", &key, "--yes"]).code, 0);
    for kind in [&sales, &support] {
        company.edit("Case", &case, &json!({ "RecordTypeId": kind }));
        assert_eq!(company.sync(&items)["links"], 0);
    }
}

/// X17: a project whose key is renamed keeps its links and its item, and the records learn the new keys.
#[test]
fn a_renamed_project_keeps_its_links_and_its_item() {
    let company = Company::new();
    let items = cases("");
    let (case, key) = pair(&company, &items, "In the old project");
    company.jira(Method::PUT, "project/OPS", &json!({ "key": "HELP" }));
    company.sync(&items);
    assert_eq!(company.twin("Case", &case), Some(key.replace("OPS", "HELP")));
    let (_, next) = pair(&company, &items, "After the new name");
    assert!(next.starts_with("HELP-"), "{next}");
    assert_eq!(company.issues("HELP").len(), 2, "nothing is made twice");
    assert!(journal(&company, &items).contains(&format!("{key} is {} now", key.replace("OPS", "HELP"))));
}

/// X22: a deleted record separates the pair and its issue is kept; taken out of the recycle bin, it is linked again, with
/// what was agreed before, once.
#[test]
fn an_undeleted_record_gets_its_link_back_once() {
    let company = Company::new();
    let items = cases("");
    let (case, key) = pair(&company, &items, "Once called so");
    company.edit("Case", &case, &json!({ "Subject": "To be deleted" }));
    company.sync(&items);
    company.delete("Case", &case);
    assert_eq!(company.sync(&items)["links"], 0);
    assert_eq!(company.issue(&key)["summary"], "To be deleted");
    company.edit_issue(&key, &json!({ "summary": "Edited meanwhile" }));
    company.sync(&items);

    company.undelete(&case);
    assert_eq!(company.sync(&items)["links"], 1);
    assert_eq!(company.record("Case", &case)["Subject"], "Edited meanwhile", "only one side was edited");
    assert_eq!(company.issues("OPS"), [key.as_str()]);
    let journal = journal(&company, &items);
    assert!(journal.contains("Unlinked: The Salesforce record was deleted; the Jira record is kept"), "{journal}");
    assert!(journal.contains(&format!("and {key} again, because both are back")), "{journal}");
    assert!(!journal.contains("was overwritten in the moment it was made"), "it was our own: {journal}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "at rest");

    // What a person separates stays apart, whatever is deleted and comes back later.
    assert_eq!(ask(&company, &items, &["unlink", &key, "--yes"]).code, 0);
    company.delete("Case", &case);
    company.sync(&items);
    company.undelete(&case);
    assert_eq!(company.sync(&items)["links"], 0);
}

/// X22: where an item says so, the link of a deleted record rests; what was edited meanwhile flows once it is back.
#[test]
fn the_link_of_a_deleted_record_may_rest_until_it_is_back() {
    let company = Company::new();
    let items = cases("    on_delete: pause\n");
    let (case, key) = pair(&company, &items, "To be deleted");
    company.delete("Case", &case);
    assert_eq!(company.sync(&items)["links"], 1);
    let rests = "The Salesforce record was deleted; the Jira record is kept; the link rests until it is back";
    assert!(ask(&company, &items, &["show", &key]).stdout.contains(rests));
    let journal = journal(&company, &items);
    assert!(journal.contains(rests), "{journal}");
    company.edit_issue(&key, &json!({ "summary": "Edited meanwhile" }));
    company.sync(&items);
    company.undelete(&case);
    company.sync(&items);
    assert_eq!(company.record("Case", &case)["Subject"], "Edited meanwhile");

    company.jira(Method::DELETE, &format!("issue/{key}"), &Value::Null);
    company.try_sync(&items);
    assert_eq!(company.issues("OPS"), Vec::<String>::new(), "nothing is made again by itself");
    assert_eq!(company.record("Case", &case)["Subject"], "Edited meanwhile");
    assert_eq!(ask(&company, &items, &["unlink", &key, "--yes"]).code, 0, "a person may dissolve what rests");
    assert_eq!(company.try_sync(&items).json()["links"], 0);
}

/// An archived project rests with its item, which the status and the journal say by name; records wait, and once it is
/// back everything goes on by itself.
#[test]
fn the_item_of_an_archived_project_rests_and_goes_on() {
    let company = Company::new();
    let items = cases("");
    let (case, key) = pair(&company, &items, "Before");
    let (_server, url) = serve(&company, &items);
    let status = || get(&format!("{url}/api/v1/status"), TOKEN);
    let problem = || status()?["items"][0]["problem"].as_str().map(str::to_owned);
    wait_for("idle", || (status()?["idle"] == true).then_some(()));
    company.jira(Method::POST, "project/OPS/archive", &json!({}));
    let said = wait_for("the archived project", problem);
    assert!(said.contains("has no project OPS") && said.contains("archived"), "{said}");
    let journal = || Some(get(&format!("{url}/api/v1/journal"), TOKEN)?["entries"].to_string());
    wait_for("the sentence", || {
        journal()?.contains("Item cases rests: connection acme-site has no project OPS").then_some(())
    });
    let waiting = company.create("Case", &json!({ "Subject": "Waits", "Priority": "Low" }));
    company.edit("Case", &case, &json!({ "Priority": "High" }));

    company.jira(Method::POST, "project/OPS/restore", &json!({}));
    let made = wait_for("the issue of the case that waited", || company.twin("Case", &waiting));
    assert!(made.starts_with("OPS-") && made != key, "{made}");
    wait_for("the sentence", || journal()?.contains("Item cases goes on").then_some(()));
    wait_for("no problem", || (status()?["items"][0]["problem"].is_null()).then_some(()));
    assert_eq!(company.issues("OPS").len(), 2, "nothing is made twice");
}

/// What took the place of a lost record keeps it.
#[test]
fn an_undeleted_record_does_not_take_its_issue_from_another() {
    let company = Company::new();
    let items = cases("");
    let (case, key) = pair(&company, &items, "First");
    company.delete("Case", &case);
    company.sync(&items);
    let other = company.create("Case", &json!({ "Subject": "Second", "Jira_Reference__c": key }));
    let none = items.replace("auto_create: jira", "auto_create: none");
    assert_eq!(ask(&company, &none, &["link", &other, &key, "--item", "cases"]).code, 0);
    company.try_sync(&none);
    company.undelete(&case);
    company.try_sync(&items);
    let links = ask(&company, &items, &["show", &key, "--json"]).json();
    assert_eq!((&links["links"][0]["salesforce"]["id"], &links["links"][1]), (&json!(other), &Value::Null), "{links}");
    assert_eq!(company.issues("OPS"), [key]);
}

/// X22: a running server learns of a deletion, a merge and a restored record by its polls, without a full look.
#[test]
fn a_server_learns_by_its_polls_what_was_deleted_merged_and_restored() {
    let company = Company::new();
    let items = cases("");
    let ([(gone, gone_key), (loser, loser_key)], master) = (
        ["Gone", "Loser"].map(|subject| pair(&company, &items, subject)),
        company.create("Case", &json!({ "Subject": "Master" })),
    );
    let (_server, url) = serve(&company, &items.replace("auto_create: jira", "auto_create: none"));
    let status = || crate::process::get(&format!("{url}/api/v1/status"), TOKEN);
    wait_for("the first look", || (!status()?["items"][0]["last_sync"].is_null()).then_some(()));
    company.delete("Case", &gone);
    wait_for("the deletion", || (status()?["links"] == 1).then_some(()));
    company.merge("Case", &master, &loser);
    wait_for("the merge", || (company.twin("Case", &master) == Some(loser_key.clone())).then_some(()));
    company.undelete(&gone);
    company.edit("Case", &gone, &json!({ "Subject": "Back" }));
    wait_for("the restored pair", || (company.issue(&gone_key)["summary"] == "Back").then_some(()));
    wait_for("both links", || (status()?["links"] == 2).then_some(()));
}
