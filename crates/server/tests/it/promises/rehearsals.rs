//! `sync --dry-run` shows what the next run writes: no more, and no less.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, ENTENTE, Side, text};

const ITEMS: &str = cases!(
    r"
    conflicts: salesforce-wins
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
    status: { field: Status, values: { New: To Do, Working: In Progress, Escalated: In Progress, Closed: Done } }
"
);

/// A value that is written: where, to which record, in which field, and what it is.
type Written = (Side, String, String, String);

/// Says what the next run writes, runs, and compares every value and the number of calls. What was written, and what the
/// dry run had to say besides.
fn rehearse(company: &Company, items: &str) -> (usize, String) {
    let sides = [Side::Salesforce, Side::Jira];
    let n_logged = || sides.map(|side| company.log(side).len());
    let before = n_logged();
    let plan = company.plan(items);
    assert_eq!(n_logged(), before, "a dry run writes nothing");
    let report = company.sync(items);
    let fields = company.jira(Method::GET, "field", &Value::Null);
    let fields = fields.as_array().unwrap().iter();
    let names: BTreeMap<&str, &str> = fields.map(|field| (text(&field["id"]), text(&field["name"]))).collect();
    let log = sides
        .into_iter()
        .zip(before)
        .flat_map(|(side, n)| company.log(side).into_iter().skip(n).map(move |w| (side, w)));
    let done: BTreeSet<Written> = log.filter_map(|(side, write)| logged(side, &write, &names)).collect();
    let planned = plan["writes"].as_array().unwrap().iter().filter(|write| !write["field"].is_null());
    let shown: BTreeSet<Written> = planned.map(|write| shown(company, write)).collect();
    assert_eq!(shown, done, "{plan:#}");
    assert_eq!(plan["calls"], report["writes"], "{plan:#} {report:#}");
    (done.len(), plan["notes"].to_string())
}

/// A line of the dry run. What is written to one that is still to be created is told by its twin.
fn shown(company: &Company, write: &Value) -> Written {
    let side = if write["side"] == "jira" { Side::Jira } else { Side::Salesforce };
    let [record, field, to] = ["record", "field", "to"].map(|part| text(&write[part]).to_owned());
    let twin = || match record.starts_with("OPS-") {
        true => text(&company.issue(&record)["Salesforce Case ID"]).to_owned(),
        false => company.twin("Case", &record).unwrap(),
    };
    let is_new = (side == Side::Jira) != record.starts_with("OPS-");
    let to = match to.as_str() {
        "(the key of the new issue)" | "(the key or id of the new issue)" | "(the key or id of the new record)" => {
            twin()
        }
        "(the id of the new issue)" => {
            text(&company.jira(Method::GET, &format!("issue/{}", twin()), &Value::Null)["id"]).to_owned()
        }
        "(the address of the new issue)" => format!("{}/browse/{}", company.addresses().1, twin()),
        "(the address of the new record)" => format!("{}/{}", company.addresses().0, twin()),
        _ => to,
    };
    (side, if is_new { twin() } else { record.clone() }, field, to)
}

/// What Entente wrote, as the vendor saw it, without its own mark, what the vendor fills in, and notes.
fn logged(side: Side, write: &Value, names: &BTreeMap<&str, &str>) -> Option<Written> {
    let field = text(&write["field"]);
    let note = ["ParentId", "CommentBody", "IsPublished"];
    let own = ["(created)", "reporter", "resolution", "Entente_Key__c"];
    let is_own = own.contains(&field) || note.contains(&field) || field.starts_with("property");
    let name = if field.starts_with("customfield_") { names[field] } else { field };
    let value = write["after"].as_str().map_or_else(|| write["after"].to_string(), str::to_owned);
    let is_mapped = write["by"] == ENTENTE && !is_own;
    is_mapped.then(|| (side, text(&write["record"]).to_owned(), name.to_owned(), value))
}

fn case(company: &Company, subject: &str, status: &str) -> String {
    company.create("Case", &json!({ "Subject": subject, "Priority": "High", "Status": status }))
}

/// A bug that somebody has reported: it tells where new ones begin.
fn report_bug(company: &Company) {
    let bug = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Reported" });
    company.jira(Method::POST, "issue", &json!({ "fields": bug }));
}

#[test]
fn each_write_of_the_next_run_is_shown_before_it_is_made() {
    let company = Company::new();
    report_bug(&company);
    let first = case(&company, "First", "New");
    let second = case(&company, "Second", "Working");
    case(&company, "Third", "Closed");
    let (n, _) = rehearse(&company, ITEMS);
    assert_eq!(n, 3 * 4 + 2, "summary, priority and a name for each other; two are moved from where they began");
    let key = company.twin("Case", &first).unwrap();
    company.edit("Case", &second, &json!({ "Subject": "Second, edited", "Status": "Closed" }));
    company.move_issue(&key, "In Progress");
    case(&company, "Fourth", "New");
    company.pass_seconds(5);
    let (n, _) = rehearse(&company, ITEMS);
    assert_eq!(n, 3 + 4, "an edit, two moves and a new case");
    assert_eq!(rehearse(&company, ITEMS).0, 0);
}

#[test]
fn records_for_issues_are_shown_too_and_where_nobody_can_tell_it_is_said() {
    let company = Company::new();
    case(&company, "A case", "New");
    let items = ITEMS.replace("auto_create: jira", "auto_create: both");
    let plan = company.plan(&items);
    let moves = plan["writes"].as_array().unwrap().iter().filter(|write| write["op"] == "transition");
    let whys: Vec<&str> = moves.map(|write| text(&write["why"])).collect();
    assert_eq!(whys, ["the record is new, unless its issue begins there"], "no issue has shown it yet");
    company.sync(&items);
    report_bug(&company);
    company.pass_seconds(5);
    let (n, _) = rehearse(&company, &items);
    assert_eq!(n, 5, "title, priority, status, and a name for each other");
}

/// What would follow a record without a twin is shown with it: its comments and its files.
#[test]
fn comments_and_files_of_records_without_a_twin_are_shown() {
    let company = Company::new();
    report_bug(&company);
    let items = ITEMS.replace("auto_create: jira", "auto_create: both")
        + "    comments: { direction: both }\n    attachments: { direction: both }\n";
    let case = case(&company, "Printer on fire", "New");
    for body in ["It burns.", "Brightly."] {
        company.create("CaseComment", &json!({ "ParentId": case, "CommentBody": body }));
    }
    let file =
        json!({ "Title": "log", "PathOnClient": "log.txt", "VersionData": "aGVsbG8=", "FirstPublishLocationId": case });
    company.create("ContentVersion", &file);
    company.jira(Method::POST, "issue/OPS-1/comment", &json!({ "body": "Said in Jira." }));
    let plan = company.plan(&items);
    let writes = plan["writes"].as_array().unwrap();
    let followers = |op: &str, side: &str, record: &str| {
        let found = writes.iter().filter(|w| w["op"] == op && w["side"] == side && w["record"] == record);
        found.map(|write| text(&write["to"]).to_owned()).collect::<Vec<_>>()
    };
    let comments = followers("comment", "jira", &case);
    assert!(
        comments.len() == 2 && comments[0].ends_with("It burns.") && comments[1].ends_with("Brightly."),
        "{plan:#}"
    );
    assert_eq!(followers("file", "jira", &case), ["log.txt"], "{plan:#}");
    let back = followers("comment", "salesforce", "OPS-1");
    assert!(back.len() == 1 && back[0].ends_with("Said in Jira."), "{plan:#}");
    // Nothing was written by that, and the run does what was said.
    assert_eq!(company.issues("OPS").len(), 1);
    assert_eq!(plan["calls"], company.sync(&items)["writes"], "{plan:#}");
    let issue = company.twin("Case", &case).unwrap();
    let issue = company.issue(&issue);
    let n_files = issue["attachment"].as_array().unwrap().len();
    assert_eq!((&issue["comment"]["total"], n_files), (&json!(3), 1), "two comments, and the note about the file");
}

/// Where a new twin is goes back to the record it is made for, and a note is written of each new pair: both are shown.
#[test]
fn what_a_new_pair_tells_of_itself_is_shown() {
    let company = Company::new();
    report_bug(&company);
    let line = |salesforce: &str, jira: &str| format!(", {{ salesforce: {salesforce}, jira: {jira} }} ]");
    let mut items = ITEMS.replace("auto_create: jira", "auto_create: both\n    link_note: true");
    for (salesforce, jira) in [
        ("SuppliedName", "issue.url"),
        ("SuppliedCompany", "issue.key"),
        ("SuppliedPhone", "issue.id"),
        ("record.url", "Customer"),
    ] {
        items = items.replacen(" ]\n", &format!("{}\n", line(salesforce, jira)), 1);
    }
    case(&company, "Printer on fire", "New");
    let plan = company.plan(&items);
    let notes = |plan: &Value| {
        let writes = plan["writes"].as_array().unwrap().iter();
        let notes = writes.filter(|write| text(&write["to"]).contains("link note"));
        notes.map(|note| text(&note["to"]).to_owned()).collect::<Vec<_>>()
    };
    let said = notes(&plan);
    let is_of_new = |note: &String| note.contains("\n(the key of the new issue)\n(the address of the new issue)\n");
    assert_eq!((said.len(), said.iter().filter(|note| is_of_new(note)).count()), (2, 1), "{plan:#}");
    assert!(said.iter().any(|note| note.contains("OPS-1\n")), "{said:?}");
    rehearse(&company, &items.replace("auto_create: both", "auto_create: jira"));
    rehearse(&company, &items);
    assert_eq!(rehearse(&company, &items).0, 0);
    assert_eq!(notes(&company.plan(&items)).len(), 0);
}

#[test]
fn a_merge_is_shown_as_the_run_will_carry_it_out() {
    let company = Company::new();
    let loser = case(&company, "Loser", "New");
    company.sync(ITEMS);
    let key = company.twin("Case", &loser).unwrap();
    let master = case(&company, "Master", "New");
    company.merge("Case", &master, &loser);
    company.pass_seconds(5);
    let (n, notes) = rehearse(&company, ITEMS);
    assert_eq!((n, company.twin("Case", &master)), (3, Some(key)), "the title, and whom both name");
    assert!(notes.contains(&format!("{loser} goes on in it, and its link comes first")), "{notes}");
}

#[test]
fn a_conversion_is_shown_as_the_run_will_carry_it_out() {
    let item = |name: &str, object: &str, title: &str| {
        let item = cases!("\n    conflicts: salesforce-wins\n    fields: [ { salesforce: @TITLE@, jira: summary } ]\n");
        item.replace("  cases:", name).replace("object: Case", &format!("object: {object}")).replace("@TITLE@", title)
    };
    let leads = item("  leads:", "Lead", "Company") + "    on_convert: follow-opportunity\n";
    let items = leads + &item("  deals:", "Opportunity", "Name");
    let company = Company::new();
    let lead = company.create("Lead", &json!({ "LastName": "Bell", "Company": "Bells" }));
    company.sync(&items);
    let key = company.twin("Lead", &lead).unwrap();
    company.soap(&format!(
        "<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus>\
         <opportunityName>The deal</opportunityName></leadConverts></convertLead>"
    ));
    company.pass_seconds(5);
    let (n, notes) = rehearse(&company, &items);
    assert_eq!((n, text(&company.issue(&key)["summary"])), (3, "The deal"));
    assert!(notes.contains(&format!("{lead} goes on in it, and its link comes first")), "{notes}");
}
