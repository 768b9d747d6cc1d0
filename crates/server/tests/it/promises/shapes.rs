//! How items stand beside each other: several orgs and sites, several projects, an order, new names, going and coming.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    company::{Company, Side, text},
    rhythms::serve_item,
};
use crate::process::{run, wait_for};

/// An item that pairs an object's title with an issue's, in these connections.
fn item(
    name: &str,
    (org, object, title): (&str, &str, &str),
    (site, project, issue_type): (&str, &str, &str),
) -> String {
    format!(
        r"
  {name}:
    owner: integrations@acme.example
    salesforce: {{ connection: {org}, object: {object} }}
    jira: {{ connection: {site}, project: {project}, issue_type: {issue_type} }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: {title}, jira: summary }} ]
"
    )
}

const CASE: (&str, &str, &str) = ("acme-org", "Case", "Subject");
const BUG: (&str, &str, &str) = ("acme-site", "OPS", "Bug");

/// The issue of the only one that is about a record.
fn only(company: &Company, project: &str) -> (String, Value) {
    let issues = company.issues(project);
    assert_eq!(issues.len(), 1, "{issues:?}");
    (issues[0].clone(), company.issue(&issues[0]))
}

/// S2-14, S2-71: two orgs and two sites at once; each pair keeps to itself, and one org can reach both sites.
#[test]
fn two_orgs_and_two_sites_at_once() {
    let (acme, umbrella) = (Company::new(), Company::new());
    let (org, site) = umbrella.addresses();
    let more = format!(
        "  umbrella-org:\n    sandbox: true\n    pace: unlimited\n    salesforce: {{ login_url: \"{org}\", client_id: \
         sandbox-least-client, client_secret: sandbox-least-secret }}\n  umbrella-site:\n    sandbox: true\n    pace: \
         unlimited\n    jira: {{ site_url: \"{site}\", email: integration@sandbox.example, api_token: \
         sandbox-least-api-token }}\nitems:\n"
    );
    let items = item("acme-cases", CASE, BUG)
        + &item("umbrella-cases", ("umbrella-org", "Case", "Subject"), ("umbrella-site", "OPS", "Bug"))
        + &item("acme-leads", ("acme-org", "Lead", "Company"), ("umbrella-site", "OPS", "Task"));
    let file = acme.configure(&items, "");
    let text_of_file = std::fs::read_to_string(&file).unwrap().replacen("items:\n", &more, 1);
    let file = acme.desk.file("both.yaml", &text_of_file);
    let sync = || {
        let ended = run(&["sync", "--config", &file, "--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.json()
    };
    let case = acme.create("Case", &json!({ "Subject": "Acme's" }));
    let other = umbrella.create("Case", &json!({ "Subject": "Umbrella's" }));
    let lead = acme.create("Lead", &json!({ "Company": "Acme's lead", "LastName": "Ames" }));
    assert_eq!(sync()["created"], json!({ "salesforce": 0, "jira": 3 }));
    let (key, issue) = only(&acme, "OPS");
    assert_eq!((&issue["summary"], acme.twin("Case", &case)), (&json!("Acme's"), Some(key.clone())));
    let (other_key, lead_key) = (umbrella.twin("Case", &other).unwrap(), acme.twin("Lead", &lead).unwrap());
    assert_eq!(umbrella.issue(&other_key)["summary"], "Umbrella's");
    assert_eq!(umbrella.issue(&lead_key)["summary"], "Acme's lead");

    acme.edit_issue(&key, &json!({ "summary": "From acme's site" }));
    umbrella.edit_issue(&other_key, &json!({ "summary": "From umbrella's site" }));
    umbrella.edit_issue(&lead_key, &json!({ "summary": "From the other site" }));
    sync();
    assert_eq!(acme.record("Case", &case)["Subject"], "From acme's site");
    assert_eq!(umbrella.record("Case", &other)["Subject"], "From umbrella's site");
    assert_eq!(acme.record("Lead", &lead)["Company"], "From the other site");
    assert_eq!(sync()["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}

/// S1-29, S1-55: a display-only item over several projects writes nothing: not when the poller finds changes, not when
/// Jira tells of one. Another item beside it shows that both were heard.
#[test]
fn a_display_only_item_writes_nothing_whatever_is_told() {
    let company = Company::new();
    let shown = r"
  cards:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Subject }, { salesforce: Priority } ]
";
    let items = shown.to_owned() + &item("leads", ("acme-org", "Lead", "Company"), ("acme-site", "OPS", "Task"));
    let issue = |project: &str, kind: &str| {
        let fields = json!({ "project": { "key": project }, "issuetype": { "name": kind }, "summary": "Theirs" });
        text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned()
    };
    let (bug, incident) = (issue("OPS", "Bug"), issue("SUP", "Incident"));
    let case = company.create("Case", &json!({ "Subject": "Theirs" }));
    let lead = company.create("Lead", &json!({ "Company": "Synchronized", "LastName": "Ames" }));
    // The issue even names the case: for a display-only item that means nothing.
    company.edit_issue(&bug, &json!({ "customfield_10030": case }));

    let _server = serve_item(&company, &items, 5, true);
    let task = wait_for("the lead's task", || company.twin("Lead", &lead));

    company.edit_issue(&bug, &json!({ "summary": "Edited" }));
    company.edit_issue(&incident, &json!({ "summary": "Edited" }));
    company.edit("Case", &case, &json!({ "Subject": "Edited", "Priority": "High" }));
    company.edit_issue(&task, &json!({ "summary": "From Jira" }));
    let followed = || (company.record("Lead", &lead)["Company"] == "From Jira").then_some(());
    wait_for("the lead to follow", followed);
    company.edit("Lead", &lead, &json!({ "Company": "From Salesforce" }));
    wait_for("the task to follow", || (company.issue(&task)["summary"] == "From Salesforce").then_some(()));

    assert_eq!(company.written_by_entente(Side::Salesforce), ["Jira_Reference__c", "Company"]);
    let case = company.record("Case", &case);
    assert_eq!((&case["Subject"], &case["Jira_Reference__c"]), (&json!("Edited"), &Value::Null));
    for key in [bug, incident] {
        let changed = company.jira(Method::GET, &format!("issue/{key}?expand=changelog"), &Value::Null);
        let summaries = changed["changelog"]["histories"].as_array().unwrap().iter();
        let fields =
            summaries.flat_map(|history| history["items"].as_array().unwrap()).map(|item| text(&item["field"]));
        assert!(fields.clone().all(|field| ["summary", "Salesforce Case ID"].contains(&field)), "{changed}");
        assert_eq!(changed["fields"]["comment"]["total"], 0, "{key}");
        assert_eq!(company.issue(&key)["summary"], "Edited");
    }
}

/// S3-10: one issue belongs to a Case and to an Account, under an item each; what is edited in it reaches both, and what
/// one of them shows leaves the other alone.
#[test]
fn one_issue_belongs_to_records_of_two_objects() {
    let company = Company::new();
    let accounts = r"
  accounts:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    conflicts: salesforce-wins
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Reference }
    fields: [ { salesforce: Name, jira: Customer }, { salesforce: Description, jira: summary, direction: to-salesforce } ]
";
    let items = item("cases", CASE, BUG) + accounts;
    let case = company.create("Case", &json!({ "Subject": "Pump" }));
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    company.sync(&items);
    let (key, _) = only(&company, "OPS");
    let linked = run(&["link", &account, &key, "--item", "accounts", "--config", &company.desk.arg("acme.yaml")]);
    assert_eq!(linked.code, 0, "{linked:?}");
    assert_eq!(company.sync(&items)["links"], 2);

    company.edit_issue(&key, &json!({ "summary": "Pump leaks" }));
    company.edit("Account", &account, &json!({ "Name": "Acme Ltd" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &case)["Subject"], "Pump leaks");
    assert_eq!(company.record("Account", &account)["Description"], "Pump leaks");
    assert_eq!(company.issue(&key)["Customer"], "Acme Ltd");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}

/// S3-10: an edit of one record reaches the other records of its issue in the same sync.
#[test]
fn an_edit_goes_through_an_issue_to_its_other_record_at_once() {
    let company = Company::new();
    let accounts = item("accounts", ("acme-org", "Account", "Name"), BUG)
        .replace("jira: Salesforce Case ID", "jira: Salesforce Reference")
        .replace("auto_create: jira", "auto_create: none");
    let items = item("cases", CASE, BUG) + &accounts;
    let case = company.create("Case", &json!({ "Subject": "Acme" }));
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    company.sync(&items);
    let (key, _) = only(&company, "OPS");
    let linked = run(&["link", &account, &key, "--item", "accounts", "--config", &company.desk.arg("acme.yaml")]);
    assert_eq!(linked.code, 0, "{linked:?}");
    company.sync(&items);
    company.edit("Case", &case, &json!({ "Subject": "Umbrella" }));
    company.sync(&items);
    assert_eq!(company.issue(&key)["summary"], "Umbrella");
    assert_eq!(company.record("Account", &account)["Name"], "Umbrella");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}

/// S1-28: an item that synchronizes has one project and one issue type; the sentence says what to do.
#[test]
fn a_synchronized_item_has_one_project_and_one_issue_type() {
    let company = Company::new();
    let good = item("cases", CASE, BUG);
    for (bad, says) in [
        (good.replace("project: OPS", "projects: [ OPS, SUP ]"), "make one item per project"),
        (good.replace(", issue_type: Bug", ""), "`issue_type` is missing"),
        (good.replace("project: OPS, ", ""), "`project` is missing"),
        (good.replace("issue_type: Bug", "issue_type: [ Bug, Task ]"), "text"),
    ] {
        let ended = run(&["check", &company.configure(&bad, "")]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stdout.contains(says), "{says}: {ended:?}");
    }
    assert_eq!(run(&["check", &company.configure(&good, "")]).code, 0);
}

/// S2-28: of two items that a record fits, the first in the document takes it, and only that one.
#[test]
fn the_first_item_that_fits_takes_a_record() {
    let company = Company::new();
    let urgent =
        item("urgent", CASE, BUG).replace("object: Case", "object: Case, filter: { field: Priority, is: High }");
    let others = item("others", CASE, ("acme-site", "OPS", "Task"));
    let kind = |id: &str| company.issue(&company.twin("Case", id).unwrap())["issuetype"]["name"].clone();
    let high = company.create("Case", &json!({ "Subject": "High", "Priority": "High" }));
    let low = company.create("Case", &json!({ "Subject": "Low", "Priority": "Low" }));
    assert_eq!(company.sync(&(urgent.clone() + &others))["created"]["jira"], 2);
    assert_eq!((kind(&high), kind(&low)), (json!("Bug"), json!("Task")));
    // In the other order the second has nothing left; who is linked stays where they are.
    let next = company.create("Case", &json!({ "Subject": "High too", "Priority": "High" }));
    assert_eq!(company.sync(&(others + &urgent))["created"]["jira"], 1);
    assert_eq!((kind(&high), kind(&low), kind(&next)), (json!("Bug"), json!("Task"), json!("Task")));
}

/// An item's key is its identity. Taken away, its links rest: nothing is written. Under its key, or under a new name that
/// says what the old one was, it goes on with them.
#[test]
fn links_rest_without_their_item_and_go_on_with_it() {
    let company = Company::new();
    let cases = item("cases", CASE, BUG);
    let leads = item("leads", ("acme-org", "Lead", "Company"), ("acme-site", "OPS", "Task"));
    let id = company.create("Case", &json!({ "Subject": "One" }));
    assert_eq!(company.sync(&(cases.clone() + &leads))["links"], 1);
    let key = company.twin("Case", &id).unwrap();

    company.edit("Case", &id, &json!({ "Subject": "Two" }));
    let without = company.sync(&leads);
    let rests = (&without["links"], &without["writes"]);
    assert_eq!(rests, (&json!(0), &json!({ "salesforce": 0, "jira": 0 })), "it is in nobody's hands");
    assert_eq!(company.issue(&key)["summary"], "One");

    assert_eq!(company.sync(&(cases.clone() + &leads))["links"], 1, "its key came back");
    assert_eq!(company.issue(&key)["summary"], "Two");

    let renamed = cases.replace("  cases:\n", "  bugs:\n    renamed_from: cases\n");
    company.edit("Case", &id, &json!({ "Subject": "Three" }));
    let report = company.sync(&(renamed + &leads));
    assert_eq!((&report["links"], &report["created"]["jira"]), (&json!(1), &json!(0)), "{report}");
    assert_eq!(company.issue(&key)["summary"], "Three");
    assert_eq!(company.issues("OPS"), [key]);
}
