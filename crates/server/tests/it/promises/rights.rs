//! Rights that are taken away and given back: what was refused for want of them costs nothing meanwhile, and goes through
//! without a person when they return.

use serde_json::{Value, json};

use super::company::{Company, ENTENTE, text};
use super::rhythms::serve_item;
use crate::process::{Ended, get, ready, run, wait_for};

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
"
);

const LEADS: &str = "
  leads:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, project: OPS, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: LastName, jira: summary } ]
";

fn parked(company: &Company) -> Value {
    run(&["parked", "--json", "--config", &company.desk.arg("acme.yaml")]).json()["parked"].clone()
}

fn permit(company: &Company, permission: &str, granted: bool) {
    let right = json!({ "user": ENTENTE, "project": "OPS", "permission": permission, "granted": granted });
    company.site_door("rights", &right);
}

fn calls(report: &Ended) -> Value {
    let report = report.json();
    json!([report["writes"], report["reads"]])
}

/// Takes a right away, lets something be refused for it, looks twenty times, and gives the right back.
fn returns(company: &Company, take: impl Fn(bool), act: impl Fn(), is_done: impl Fn() -> bool) {
    company.sync(CASES);
    take(false);
    act();
    let refused = company.try_sync(CASES);
    assert_eq!((refused.code, &refused.json()["parked"]), (1, &json!(1)), "{refused:?}");
    let listed = parked(company);
    assert!(text(&listed[0]["remedy"]).contains("tried again by itself"), "{listed}");
    let first = company.try_sync(CASES);
    for look in 0..20 {
        let report = company.try_sync(CASES);
        assert_eq!(report.json()["writes"], json!({ "salesforce": 0, "jira": 0 }), "look {look}: {report:?}");
        assert_eq!(calls(&report), calls(&first), "look {look}");
    }
    assert!(!is_done());
    take(true);
    let report = company.sync(CASES);
    assert!(is_done(), "{report}");
    assert_eq!(parked(company), json!([]));
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }));
}

/// S2-69: an edit that Jira refuses goes through by itself when the permission is there again.
#[test]
fn the_permission_to_edit_returns() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(CASES);
    let key = company.twin("Case", &id).unwrap();
    returns(
        &company,
        |granted| permit(&company, "EDIT_ISSUES", granted),
        || company.edit("Case", &id, &json!({ "Subject": "Second" })),
        || company.issue(&key)["summary"] == "Second",
    );
}

/// S2-69: a creation that Jira refuses is made once the permission is there again.
#[test]
fn the_permission_to_create_returns() {
    let company = Company::new();
    returns(
        &company,
        |granted| permit(&company, "CREATE_ISSUES", granted),
        || drop(company.create("Case", &json!({ "Subject": "New" }))),
        || company.issues("OPS").len() == 1,
    );
}

/// S2-69: so it is with a field that the integration user may not change in Salesforce, and with the whole object.
#[test]
fn rights_in_the_org_return() {
    for right in [json!({ "object": "Case", "field": "Subject" }), json!({ "object": "Case" })] {
        let company = Company::new();
        let id = company.create("Case", &json!({ "Subject": "First" }));
        company.sync(CASES);
        let key = company.twin("Case", &id).unwrap();
        let take = |granted: bool| {
            let mut right = right.clone();
            right["user"] = json!(ENTENTE);
            right["update"] = json!(granted);
            company.org_door("rights", &right);
        };
        returns(
            &company,
            take,
            || company.edit_issue(&key, &json!({ "summary": "From Jira" })),
            || company.record("Case", &id)["Subject"] == "From Jira",
        );
    }
}

/// S2-69: a running server notices by itself, also where the project was hidden after it had been looked at.
#[test]
fn a_running_server_notices_that_a_hidden_project_is_back() {
    let company = Company::new();
    let _server = serve_item(&company, CASES, 5, false);
    let url = ready(&company.desk.path("server.json"))["server"].clone();
    let status = || get(&format!("{}/api/v1/status", text(&url)), "token-of-a-test");
    let first = company.create("Case", &json!({ "Subject": "First" }));
    wait_for("the first twin", || company.twin("Case", &first));
    let hide = |hidden: bool| {
        let user = "admin@sandbox.example";
        let right =
            |permission| json!({ "user": user, "project": "OPS", "permission": permission, "granted": !hidden });
        company.site_door("rights", &right("CREATE_ISSUES"));
        company.site_door("rights", &right("BROWSE_PROJECTS"));
    };
    hide(true);
    let second = company.create("Case", &json!({ "Subject": "Second" }));
    wait_for("the item to rest", || status().filter(|status| status["items"][0]["problem"].is_string()));
    hide(false);
    wait_for("the second twin", || company.twin("Case", &second));
}

/// S2-69: what was edited in a project while it was hidden is found when it is back, although another project of the site
/// has been followed all the time.
#[test]
fn edits_in_a_hidden_project_are_found_when_it_is_back() {
    let company = Company::new();
    let leads = LEADS.replace("project: OPS, issue_type: Task", "project: SUP, issue_type: Incident");
    let file = company.configure(&format!("{CASES}{leads}"), "triggers: { poll_seconds: 5, push: false }\n");
    let (_server, _) = company.serve(&file);
    let case = company.create("Case", &json!({ "Subject": "First" }));
    let lead = company.create("Lead", &json!({ "LastName": "First", "Company": "Acme" }));
    let bug = wait_for("the twin of the case", || company.twin("Case", &case));
    let ticket = wait_for("the twin of the lead", || company.twin("Lead", &lead));
    permit(&company, "BROWSE_PROJECTS", false);
    company.edit_issue(&bug, &json!({ "summary": "Unseen" }));
    for seen in ["Seen", "Seen long after"] {
        company.edit_issue(&ticket, &json!({ "summary": seen }));
        wait_for("the edit in the other project", || (company.record("Lead", &lead)["LastName"] == seen).then_some(()));
        company.pass_seconds(1_000);
    }
    permit(&company, "BROWSE_PROJECTS", true);
    wait_for("the edit meanwhile", || (company.record("Case", &case)["Subject"] == "Unseen").then_some(()));
}

/// S2-69: where an object is taken away from us, the others are followed all the same, without push too.
#[test]
fn an_object_that_is_hidden_stops_no_other() {
    let company = Company::new();
    let items = format!("{CASES}{LEADS}");
    let _server = serve_item(&company, &items, 5, false);
    let first = company.create("Case", &json!({ "Subject": "First" }));
    company.create("Lead", &json!({ "LastName": "Lovelace", "Company": "Acme" }));
    let key = wait_for("the twin", || company.twin("Case", &first));
    wait_for("the lead's issue", || (company.issues("OPS").len() == 2).then_some(()));
    company.org_door("rights", &json!({ "user": ENTENTE, "object": "Lead", "read": false }));
    company.edit("Case", &first, &json!({ "Subject": "Followed" }));
    wait_for("the edit", || (company.issue(&key)["summary"] == "Followed").then_some(()));
}

const WITH_ACCOUNTS: &str = r"
  cases:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case, filter: { field: Origin, is: Web } }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: both
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    related: { account: AccountId, owner: OwnerId }
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Description, jira: description, direction: to-jira }
      - { salesforce: account.Phone, jira: Customer, direction: to-jira }
      - { salesforce: owner.Name, jira: Salesforce Reference, direction: to-jira }
    status: { field: Status, values: { New: To Do, Closed: Done } }
";

/// What stands in a permission set: object rights and field rights as the control door takes them.
fn granted(permission_set: &str) -> Vec<Value> {
    let parts = |tag: &str| {
        let (begin, end) = (format!("<{tag}>"), format!("</{tag}>"));
        let parts = permission_set.split(&begin).skip(1).map(|part| part.split(&end).next().unwrap().to_owned());
        parts.collect::<Vec<_>>().into_iter()
    };
    let one =
        |part: &str, tag: &str| part.split(&format!("<{tag}>")).nth(1).unwrap().split('<').next().unwrap().to_owned();
    let fields = parts("fieldPermissions").map(|part| {
        let name = one(&part, "field");
        let (object, field) = name.split_once('.').unwrap();
        let edit = one(&part, "editable") == "true";
        json!({ "user": ENTENTE, "object": object, "field": field, "read": true, "create": edit, "update": edit })
    });
    let objects = parts("objectPermissions").map(|part| {
        let may = |right: &str| one(&part, right) == "true";
        json!({ "user": ENTENTE, "object": one(&part, "object"), "read": may("allowRead"), "create": may("allowCreate"),
            "update": may("allowEdit"), "view_all": may("viewAllRecords"), "modify_all": may("modifyAllRecords") })
    });
    fields.chain(objects).collect()
}

/// X47: with exactly what the permission set grants, and nothing else on the objects of the item, everything works.
#[test]
fn the_printed_permission_set_is_enough_and_nothing_more() {
    let company = Company::new();
    let file = company.configure(WITH_ACCOUNTS, "");
    let printed = || run(&["rights", "acme-org", "--config", &file]);
    let whole = printed().stdout;
    for object in ["Case", "Account", "Entente_Op__c"] {
        let described = company.salesforce(reqwest::Method::GET, &format!("sobjects/{object}/describe"), &Value::Null);
        let fields = described["fields"].as_array().unwrap().iter().filter(|field| field["permissionable"] == true);
        for field in fields {
            let none = json!({ "user": ENTENTE, "object": object, "field": field["name"], "read": false, "create": false, "update": false });
            company.org_door("rights", &none);
        }
        company.org_door(
            "rights",
            &json!({ "user": ENTENTE, "object": object, "read": false, "create": false, "update": false }),
        );
    }
    let doctor = || run(&["doctor", "--config", &file]);
    assert_eq!(doctor().code, 1);
    let first = printed();
    assert!(first.stderr.contains("account.Phone leads over something that the account cannot see yet"), "{first:?}");
    let grant = || granted(&printed().stdout).iter().for_each(|right| drop(company.org_door("rights", right)));
    grant();
    // Now what lies behind the lookup is known.
    grant();
    assert_eq!(printed().stdout, whole, "the same with all rights and with these");
    let found = doctor();
    assert_eq!(
        (found.code, found.stdout.contains("Everything that this configuration needs is there")),
        (0, true),
        "{found:?}"
    );

    let account = company.create("Account", &json!({ "Name": "Acme", "Phone": "12345" }));
    let id = company.create("Case", &json!({ "Subject": "First", "Origin": "Web", "AccountId": account }));
    company.sync(WITH_ACCOUNTS);
    let key = company.twin("Case", &id).unwrap();
    assert_eq!(company.issue(&key)["Customer"], "12345");
    company.edit_issue(&key, &json!({ "summary": "From Jira" }));
    company.sync(WITH_ACCOUNTS);
    assert_eq!(company.record("Case", &id)["Subject"], "From Jira");
    assert!(!whole.contains("<allowDelete>true") && !whole.contains("<modifyAllRecords>true"), "{whole}");
    assert!(!whole.contains("Case.Reason") && whole.contains("Case.Description"), "{whole}");
}

/// X47: the same for a site: the permissions that the doctor asks for, and the scopes of a token.
#[test]
fn the_printed_permissions_of_a_site_are_those_that_the_doctor_asks_for() {
    let company = Company::new();
    let items = WITH_ACCOUNTS.replace("auto_create: both", "auto_create: jira");
    let file = company.configure(&items, "");
    let printed = run(&["rights", "acme-site", "--config", &file]).stdout;
    for named in
        ["Browse projects (BROWSE_PROJECTS)", "Create issues (CREATE_ISSUES)", "Transition issues (TRANSITION_ISSUES)"]
    {
        assert!(printed.contains(&format!("project OPS: {named}")), "{printed}");
    }
    assert!(printed.contains("write:jira-work") && !printed.contains("ADMINISTER"), "{printed}");
    for unneeded in ["ADD_COMMENTS", "CREATE_ATTACHMENTS"] {
        assert!(!printed.contains(unneeded), "neither comments nor files are carried: {printed}");
    }
    let items = items + "    comments: {}\n    attachments: {}\n";
    let file = company.configure(&items, "");
    let listed = run(&["rights", "acme-site", "--config", &file, "--json"]).json();
    for permission in listed["projects"]["OPS"].as_object().unwrap().keys() {
        permit(&company, permission, false);
        let said = run(&["doctor", "--config", &file]).stdout;
        assert!(said.contains(permission), "{permission}: {said}");
        permit(&company, permission, true);
    }
    let unknown = run(&["rights", "nowhere", "--config", &file]);
    assert!(unknown.code != 0 && unknown.stderr.contains("There is no connection \"nowhere\""), "{unknown:?}");
}
