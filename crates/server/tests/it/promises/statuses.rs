//! Statuses: by the ways that a workflow has, with what it demands, for every object that has something like a status.

use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::run;

/// An item of an object and a status table, in a project with that issue type.
fn item(object: &str, title: &str, at: &str, status: &str) -> String {
    format!(
        r"
  records:
    owner: integrations@acme.example
    mode: one-way
    salesforce: {{ connection: acme-org, object: {object} }}
    jira: {{ connection: acme-site, {at} }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: {title}, jira: summary }} ]
    status: {status}
"
    )
}

const BUGS: &str = "project: OPS, issue_type: Bug";
const INCIDENTS: &str = "project: SUP, issue_type: Incident";
const DESK: &str = "{ New: Waiting for support, Working: In Progress, On Hold: Waiting for customer, Closed: Closed }";

fn shown(company: &Company, case: &str, key: &str) -> (String, String) {
    let status = company.record("Case", case)["Status"].clone();
    (text(&status).to_owned(), text(&company.issue(key)["status"]["name"]).to_owned())
}

/// What a dry run has to say about these items.
fn notes(company: &Company, items: &str) -> String {
    let ended = run(&["sync", "--config", &company.configure(items, ""), "--dry-run", "--json"]);
    ended.json()["notes"].to_string()
}

/// A request that people have taken from one end of the workflow to the other and back.
fn travelled(company: &Company) {
    let fields = json!({ "project": { "key": "SUP" }, "issuetype": { "name": "Incident" }, "summary": "Travelled" });
    let made = company.jira(reqwest::Method::POST, "issue", &json!({ "fields": fields }));
    let key = text(&made["key"]);
    company.move_issue(key, "In Progress");
    company.move_issue_with(key, "Resolved", &json!({ "resolution": { "name": "Done" } }));
    company.move_issue(key, "Closed");
    company.move_issue(key, "Waiting for support");
}

/// S1-64, S2-33, S2-34, S2-78: closing goes by the transitions that the workflow has, one after the other, with the
/// resolution that it demands; reopening goes both ways.
#[test]
fn a_strict_workflow_is_walked_step_by_step_both_ways() {
    let company = Company::new();
    travelled(&company);
    let desk = item(
        "Case",
        "Subject",
        INCIDENTS,
        &format!("{{ field: Status, values: {DESK}, on: {{ Resolved: {{ resolution: Done }} }} }}"),
    );
    let case = company.create("Case", &json!({ "Subject": "Strict" }));
    company.sync(&desk);
    let key = company.twin("Case", &case).unwrap();
    company.edit("Case", &case, &json!({ "Status": "Closed" }));
    company.sync(&desk);
    assert_eq!(shown(&company, &case, &key), ("Closed".into(), "Closed".into()));
    assert_eq!(
        company.issue(&key)["resolution"]["name"],
        "Done",
        "the validator of Resolved was given what it asks for"
    );

    company.edit("Case", &case, &json!({ "Status": "Working" }));
    company.sync(&desk);
    assert_eq!(shown(&company, &case, &key), ("Working".into(), "In Progress".into()), "reopened by Salesforce");
    company.move_issue_with(&key, "Resolved", &json!({ "resolution": { "name": "Done" } }));
    company.move_issue(&key, "Closed");
    company.sync(&desk);
    let closed = company.record("Case", &case);
    assert_eq!(
        (&closed["Status"], &closed["IsClosed"]),
        (&json!("Closed"), &json!(true)),
        "closed the way cases close"
    );
    company.move_issue(&key, "Waiting for support");
    company.sync(&desk);
    let open = company.record("Case", &case);
    assert_eq!((&open["Status"], &open["IsClosed"]), (&json!("New"), &json!(false)), "reopened by Jira");
    let direct = company.written_by_entente(Side::Salesforce);
    assert!(direct.iter().all(|field| field == "Status" || field == "Jira_Reference__c"), "{direct:?}");
}

/// S2-78: what stands in the way is said in words, with what to do, and nothing is tried again unchanged.
#[test]
fn what_blocks_a_status_is_said_in_words() {
    let company = Company::new();
    travelled(&company);
    let desk = item("Case", "Subject", INCIDENTS, &format!("{{ field: Status, values: {DESK} }}"));
    let case = company.create("Case", &json!({ "Subject": "Blocked" }));
    company.sync(&desk);
    let key = company.twin("Case", &case).unwrap();
    company.edit("Case", &case, &json!({ "Status": "Closed" }));
    company.try_sync(&desk);
    assert_eq!(shown(&company, &case, &key), ("Closed".into(), "Waiting for support".into()));
    let notes = notes(&company, &desk);
    for words in ["Resolve this issue", "Resolution is required.", "on: { Resolved: { resolution: .. } }"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    let n_writes = company.writes(Side::Jira).len();
    company.try_sync(&desk);
    assert_eq!(company.writes(Side::Jira).len(), n_writes);
}

/// S2-78: mapped like any field, a status would be set directly, which Jira does not do: that is refused beforehand.
#[test]
fn a_status_that_is_mapped_like_a_field_is_refused_with_what_to_write() {
    let company = Company::new();
    let cases = item("Case", "Subject", BUGS, "{ field: Status, values: { New: To Do } }");
    let cases = cases.replace("jira: summary }", "jira: summary }, { salesforce: Status, jira: status }");
    let said = run(&["check", &company.configure(&cases, ""), "--json"]).json()["problems"][0].take();
    assert_eq!(said["message"], "Jira's `status` changes by transitions; a mapping line cannot write it");
    assert_eq!(said["remedy"], "use the item's `status:` table instead of this line");
    let case = company.create("Case", &json!({ "Subject": "Closed", "Status": "Closed" }));
    assert_eq!((company.try_sync(&cases).code, company.twin("Case", &case)), (2, None));
}

/// S2-34: who is filled in on the way is known by the e-mail address, and somebody who is nobody is named beforehand.
#[test]
fn people_are_filled_in_by_their_address_on_the_way_into_a_status() {
    let company = Company::new();
    let drawn = json!({ "project": "OPS", "issue_type": "Bug",
        "statuses": [{ "name": "To Do", "category": "new" }, { "name": "Doing", "category": "indeterminate" }],
        "transitions": [{ "name": "start", "from": ["To Do"], "to": "Doing", "required": ["assignee"] }] });
    company.site_door("workflow", &drawn);
    let cases = |whom: &str| {
        let on = format!("{{ Doing: {{ assignee: {whom} }} }}");
        item(
            "Case",
            "Subject",
            BUGS,
            &format!("{{ field: Status, values: {{ New: To Do, Working: Doing }}, on: {on} }}"),
        )
    };
    let check = |items: &str| run(&["check", &company.configure(items, ""), "--online"]);
    let nobody = check(&cases("nobody@sandbox.example"));
    assert!(nobody.stdout.contains("`on` names \"nobody@sandbox.example\""), "{nobody:?}");
    let known = cases("jonas.lindqvist@sandbox.example");
    assert!(!check(&known).stdout.contains("jonas"), "{:?}", check(&known));
    let case = company.create("Case", &json!({ "Subject": "Working", "Status": "Working" }));
    company.sync(&known);
    let key = company.twin("Case", &case).unwrap();
    assert_eq!(shown(&company, &case, &key), ("Working".into(), "Doing".into()));
    assert_eq!(company.issue(&key)["assignee"]["displayName"], "Jonas Lindqvist");
}

/// S2-34: of ways that nobody has gone yet, none is invented.
#[test]
fn a_way_that_nobody_has_gone_is_not_guessed() {
    let company = Company::new();
    let desk = item(
        "Case",
        "Subject",
        INCIDENTS,
        &format!("{{ field: Status, values: {DESK}, on: {{ Resolved: {{ resolution: Done }} }} }}"),
    );
    let case = company.create("Case", &json!({ "Subject": "Unknown way" }));
    company.sync(&desk);
    let key = company.twin("Case", &case).unwrap();
    company.edit("Case", &case, &json!({ "Status": "Closed" }));
    company.try_sync(&desk);
    assert_eq!(shown(&company, &case, &key), ("Closed".into(), "Waiting for support".into()));
    let notes = notes(&company, &desk);
    assert!(notes.contains("no transition from Waiting for support to Closed"), "{notes}");
}

/// S1-63, S1-64: what the table does not have becomes the closest status that closes if the other does, or stays, and
/// then a note names both.
#[test]
fn the_closest_safe_status_or_none_and_a_note_with_both() {
    let company = Company::new();
    let cases = item("Case", "Subject", BUGS, "{ field: Status, values: { New: To Do } }");
    let ids = ["Closing", "Working"].map(|name| company.create("Case", &json!({ "Subject": name })));
    company.sync(&cases);
    let [closing, working] = ids.each_ref().map(|id| company.twin("Case", id).unwrap());
    company.move_issue(&closing, "Done");
    company.move_issue(&working, "In Progress");
    company.sync(&cases);
    let closed = company.record("Case", &ids[0]);
    assert_eq!((&closed["Status"], &closed["IsClosed"]), (&json!("Closed"), &json!(true)), "the only one that closes");
    assert_eq!(shown(&company, &ids[1], &working), ("New".into(), "In Progress".into()), "both are open");
    company.edit("Case", &ids[0], &json!({ "Status": "Escalated" }));
    company.sync(&cases);
    assert_eq!(
        shown(&company, &ids[0], &closing),
        ("Escalated".into(), "Done".into()),
        "nothing is reopened by guessing"
    );
    let notes = notes(&company, &cases);
    for words in ["Escalated", "Done", "left as they are"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

/// S2-33: a value may have several statuses, of which the first that the project has counts.
#[test]
fn the_first_status_that_exists_counts() {
    let company = Company::new();
    let cases = item(
        "Case",
        "Subject",
        BUGS,
        "{ field: Status, values: { New: To Do, Escalated: [ Escalated, In Progress ] } }",
    );
    let case = company.create("Case", &json!({ "Subject": "Escalated", "Status": "Escalated" }));
    company.sync(&cases);
    let key = company.twin("Case", &case).unwrap();
    assert_eq!(shown(&company, &case, &key), ("Escalated".into(), "In Progress".into()));
}

/// S1-61: of two moves the later one stands, on a one-way item too, although one server's clock is five minutes ahead.
#[test]
fn clocks_that_differ_by_minutes_do_not_change_who_was_later() {
    let company = Company::new();
    company.org_door("clock", &json!({ "advance_seconds": 300 }));
    let cases =
        item("Case", "Subject", BUGS, "{ field: Status, values: { New: To Do, Working: In Progress, Closed: Done } }");
    let ids = ["Jira is later", "Salesforce is later"].map(|name| company.create("Case", &json!({ "Subject": name })));
    company.sync(&cases);
    let [first, second] = ids.each_ref().map(|id| company.twin("Case", id).unwrap());
    company.edit("Case", &ids[0], &json!({ "Status": "Closed" }));
    company.move_issue(&second, "Done");
    // By the org's clock, its edit is later than everything that follows here.
    company.pass_seconds(180);
    company.move_issue(&first, "In Progress");
    company.edit("Case", &ids[1], &json!({ "Status": "Working" }));
    company.sync(&cases);
    for (id, key) in ids.iter().zip([first, second]) {
        assert_eq!(shown(&company, id, &key), ("Working".into(), "In Progress".into()), "{key}");
    }
}

/// S1-65: an object without something like a status is told so, before anything runs.
#[test]
fn there_is_no_status_without_a_field_for_it() {
    let company = Company::new();
    for (field, words) in [("Status", "there is no field Account.Status"), ("Name", "Account.Name is no picklist")] {
        let accounts = item("Account", "Phone", BUGS, &format!("{{ field: {field}, values: {{ A: To Do }} }}"));
        let ended = run(&["check", &company.configure(&accounts, ""), "--online", "--json"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        let said = ended.json()["problems"].to_string();
        assert!(said.contains(words), "{field}: {said}");
    }
}

/// S1-61, S2-33: every object's own status-like field is kept in agreement, both ways.
#[test]
fn every_object_with_something_like_a_status_keeps_it_in_agreement() {
    let company = Company::new();
    let machines = json!({ "object": "Machine__c", "fields": [
        { "name": "State__c", "type": "Picklist", "values": ["Idle", "Running"] },
        { "name": "Jira_Reference__c", "type": "Text", "length": 80 },
    ] });
    company.org_door("objects", &machines);
    let reference = json!([{ "name": "Jira_Reference__c", "type": "Text", "length": 80 }]);
    for object in ["Event", "Quote", "Order", "Contract"] {
        company.org_door("objects", &json!({ "object": object, "fields": reference }));
    }
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    let deal = json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31" });
    let deal = company.create("Opportunity", &deal);
    let event = json!({ "Subject": "Visit", "DurationInMinutes": 30, "ActivityDateTime": "2026-12-01T09:00:00Z" });
    let order = json!({ "AccountId": account, "EffectiveDate": "2026-12-01", "Status": "Draft" });
    let rows: [(&str, Value, &str, &str, &str, &str); 8] = [
        (
            "Lead",
            json!({ "LastName": "Ames", "Company": "Acme" }),
            "Company",
            "Status",
            "Open - Not Contacted",
            "Working - Contacted",
        ),
        ("Opportunity", json!({}), "Name", "StageName", "Prospecting", "Closed Won"),
        ("Task", json!({ "Subject": "Call" }), "Subject", "Status", "Not Started", "Completed"),
        ("Event", event, "Subject", "ShowAs", "Busy", "Free"),
        (
            "Quote",
            json!({ "Name": "Offer", "OpportunityId": deal, "Status": "Draft" }),
            "Name",
            "Status",
            "Draft",
            "Presented",
        ),
        ("Order", order, "Description", "Status", "Draft", "Activated"),
        ("Contract", json!({ "AccountId": account }), "Description", "Status", "Draft", "In Approval Process"),
        ("Machine__c", json!({ "Name": "Press", "State__c": "Idle" }), "Name", "State__c", "Idle", "Running"),
    ];
    for (object, fields, title, field, begin, end) in rows {
        let items = item(
            object,
            title,
            "project: OPS, issue_type: Task",
            &format!("{{ field: {field}, values: {{ {begin}: To Do, {end}: Done }} }}"),
        );
        let items = items.replace("records:", &format!("{}:", object.to_lowercase().replace("__", "-")));
        let mut fields = fields;
        if title == "Description" {
            fields[title] = json!(object);
        }
        let id = if object == "Opportunity" { deal.clone() } else { company.create(object, &fields) };
        company.sync(&items);
        let key = company.twin(object, &id).unwrap();
        company.edit(object, &id, &json!({ (field): end }));
        company.sync(&items);
        assert_eq!(company.issue(&key)["status"]["name"], "Done", "{object}.{field} to Jira");
        company.move_issue(&key, "To Do");
        company.sync(&items);
        assert_eq!(company.record(object, &id)[field], begin, "{object}.{field} to Salesforce");
    }
}

/// S1-61, S2-34: a status that a new issue cannot take is open work like any other refusal, and a person who moves the
/// issue from where it began has the later word.
#[test]
fn a_status_refused_at_creation_is_parked_until_somebody_moves_the_issue() {
    let company = Company::new();
    let status = |name: &str, category: &str| json!({ "name": name, "category": category });
    let drawn = json!({ "project": "OPS", "issue_type": "Bug",
        "statuses": [status("Open", "new"), status("Doing", "indeterminate"), status("Resolved", "done")],
        "transitions": [
            { "name": "start", "from": ["Open"], "to": "Doing" },
            { "name": "resolve", "from": ["Doing"], "to": "Resolved", "required": ["resolution"] },
        ] });
    company.site_door("workflow", &drawn);
    let cases =
        item("Case", "Subject", BUGS, "{ field: Status, values: { New: Open, Working: Doing, Closed: Resolved } }");
    let case = company.create("Case", &json!({ "Subject": "Closed at once", "Status": "Closed" }));
    let left = company.try_sync(&cases);
    assert_eq!((left.code, &left.json()["parked"]), (1, &json!(1)), "{left:?}");
    let parked = run(&["parked", "--config", &company.configure(&cases, "")]);
    assert!(parked.stdout.contains("the workflow has no transition from Open to Resolved"), "{parked:?}");
    let key = company.twin("Case", &case).unwrap();
    company.pass_seconds(600);
    company.move_issue(&key, "Doing");
    assert_eq!(company.sync(&cases)["parked"], 0);
    assert_eq!(shown(&company, &case, &key), ("Working".into(), "Doing".into()));
}
