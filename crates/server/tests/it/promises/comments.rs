//! Comments: what people say on one side is read on the other, once, in their names, and by nobody for whom it is not meant.

mod choice;
mod feeds;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    company::{Company, ENTENTE, Side, text},
    rhythms::serve_item,
};
use crate::process::{run, wait_for};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
    comments: { direction: both }
"
);

/// A case and its issue.
struct Talk {
    company: Company,
    items: String,
    case: String,
    issue: String,
}

impl Talk {
    fn begin(items: &str) -> Self {
        let company = Company::new();
        let case = company.create("Case", &json!({ "Subject": "Printer on fire" }));
        company.sync(items);
        let issue = company.twin("Case", &case).unwrap();
        Self { company, items: items.to_owned(), case, issue }
    }

    fn say_in_salesforce(&self, body: &str, is_published: bool) -> String {
        let comment = json!({ "ParentId": self.case, "CommentBody": body, "IsPublished": is_published });
        self.company.create("CaseComment", &comment)
    }

    fn say_in_jira(&self, body: &str) -> String {
        let path = format!("issue/{}/comment", self.issue);
        text(&self.company.jira(Method::POST, &path, &json!({ "body": body }))["id"]).to_owned()
    }

    fn in_salesforce(&self) -> Vec<Value> {
        let query = format!(
            "query?q=SELECT+Id,CommentBody,IsPublished,CreatedBy.Email+FROM+CaseComment+WHERE+ParentId='{}'+ORDER+BY+Id",
            self.case
        );
        self.company.salesforce(Method::GET, &query, &Value::Null)["records"].as_array().unwrap().clone()
    }

    fn in_jira(&self) -> Vec<Value> {
        let path = format!("issue/{}/comment", self.issue);
        self.company.jira(Method::GET, &path, &Value::Null)["comments"].as_array().unwrap().clone()
    }

    fn texts(&self) -> (Vec<String>, Vec<String>) {
        let texts = |rows: Vec<Value>, field: &str| rows.iter().map(|row| text(&row[field]).to_owned()).collect();
        (texts(self.in_salesforce(), "CommentBody"), texts(self.in_jira(), "body"))
    }

    fn sync(&self) -> Value {
        self.company.sync(&self.items)
    }

    /// Another run writes nothing, and both sides agree.
    #[track_caller]
    fn rests(&self) {
        let before = self.texts();
        assert_eq!(self.sync()["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
        assert_eq!(self.texts(), before);
        let verified = run(&["verify", "--config", &self.company.configure(&self.items, ""), "--json"]);
        assert_eq!((verified.code, &verified.json()["disagree"]), (0, &json!(0)), "{verified:?}");
    }
}

/// What stands below the line about author and time.
fn said(copy: &str) -> &str {
    copy.split_once("\n\n").unwrap_or_else(|| panic!("no heading: {copy}")).1
}

/// S1-03, S1-05, S1-68, S1-96, S2-06, S2-37, S2-38, S3-04: comments go both ways with author and time, in their order, and
/// nothing is carried back.
#[test]
fn what_people_say_is_read_on_the_other_side_once() {
    let talk = Talk::begin(ITEM);
    talk.say_in_salesforce("It burns.", false);
    talk.say_in_salesforce("It burns\nbrightly, see https://fire.example/1", false);
    talk.say_in_jira("Use *water*.");
    talk.sync();
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (3, 3), "{salesforce:#?} {jira:#?}");
    assert_eq!(salesforce.iter().skip(2).map(|copy| said(copy)).collect::<Vec<_>>(), ["Use water."]);
    assert!(salesforce[2].contains(" in Jira, ") && salesforce[2].contains(" UTC:"), "{salesforce:#?}");
    assert_eq!(said(&jira[1]), "It burns.");
    assert!(said(&jira[2]).starts_with("It burns\nbrightly"), "{jira:#?}");
    assert!(jira[1].contains(" in Salesforce, "), "{jira:#?}");
    talk.rests();
    talk.rests();
}

/// S3-14, S2-39: an edit in Salesforce is carried to Jira; one in Jira becomes another comment where Entente may not edit
/// comments of cases, and is carried where it may.
#[test]
fn edits_are_carried() {
    let talk = Talk::begin(ITEM);
    let (here, there) = (talk.say_in_salesforce("It burns.", false), talk.say_in_jira("Use water."));
    talk.sync();
    talk.company.edit("CaseComment", &here, &json!({ "CommentBody": "It burned." }));
    talk.company.jira(Method::PUT, &format!("issue/{}/comment/{there}", talk.issue), &json!({ "body": "Use foam." }));
    talk.sync();
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (3, 2), "{salesforce:#?} {jira:#?}");
    assert_eq!((said(&salesforce[1]), said(&salesforce[2]), said(&jira[1])), ("Use water.", "Use foam.", "It burned."));
    assert!(salesforce[2].contains(" (edited):"), "{salesforce:#?}");
    talk.rests();

    talk.company.org_door("rights", &json!({ "user": ENTENTE, "object": "Case", "modify_all": true }));
    let fresh = talk.say_in_jira("Or sand.");
    talk.sync();
    let path = format!("issue/{}/comment/{fresh}", talk.issue);
    talk.company.jira(Method::PUT, &path, &json!({ "body": "Or ash." }));
    talk.sync();
    let (salesforce, _) = talk.texts();
    assert_eq!((salesforce.len(), said(&salesforce[3])), (4, "Or ash."), "{salesforce:#?}");
    talk.rests();
}

/// S1-74: what is deleted on one side stays on the other, and what is deleted there does not come back.
#[test]
fn what_is_deleted_on_one_side_stays_on_the_other() {
    let talk = Talk::begin(ITEM);
    let (here, there) = (talk.say_in_salesforce("It burns.", false), talk.say_in_jira("Use water."));
    talk.sync();
    talk.company.delete("CaseComment", &here);
    talk.company.jira(Method::DELETE, &format!("issue/{}/comment/{there}", talk.issue), &Value::Null);
    talk.sync();
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (1, 1), "{salesforce:#?} {jira:#?}");
    assert_eq!((said(&salesforce[0]), said(&jira[0])), ("Use water.", "It burns."));
    talk.rests();
}

/// X39, S2-12: a comment that changes nothing of its case is found by polls alone.
#[test]
fn polls_find_comments_on_cases_that_did_not_change() {
    let talk = Talk::begin(ITEM);
    talk.sync();
    let _server = serve_item(&talk.company, ITEM, 5, false);
    let stamp = talk.company.record("Case", &talk.case)["SystemModstamp"].clone();
    talk.say_in_salesforce("It burns.", false);
    assert_eq!(talk.company.record("Case", &talk.case)["SystemModstamp"], stamp, "the case is as it was");
    wait_for("the comment in Jira", || talk.texts().1.first().map(|copy| assert_eq!(said(copy), "It burns.")));
    talk.say_in_jira("Use water.");
    wait_for("the comment in Salesforce", || talk.texts().0.get(1).map(|copy| assert_eq!(said(copy), "Use water.")));
}

/// S2-76: an answer that is lost does not double a comment, on neither side.
#[test]
fn a_lost_answer_doubles_no_comment() {
    let talk = Talk::begin(ITEM);
    let fault = |route: &str| json!({ "name": "timeout_after_commit", "route": route, "times": 1 });
    talk.company.site_door("faults", &fault("POST /rest/api/3/issue/{..}/comment"));
    talk.company.org_door("faults", &fault("POST /services/data/v64.0/composite/sobjects"));
    talk.say_in_salesforce("It burns.", false);
    talk.say_in_salesforce("It burns.", false);
    talk.say_in_jira("Use water.");
    talk.say_in_jira("Use water.");
    let file = talk.company.configure(&talk.items, "");
    let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
    assert_eq!(synchronized.code, 0, "{synchronized:?}");
    assert_eq!([Side::Salesforce, Side::Jira].map(|side| talk.company.hits(side)), [1, 1], "both were lost");
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (4, 4), "{salesforce:#?} {jira:#?}");
    talk.rests();
    assert_eq!(super::company::copies_told(&file, "comment"), 4, "the journal has each copy once");
}

/// A dry run names each comment that would be copied, and copies none.
#[test]
fn a_dry_run_names_the_comments() {
    let talk = Talk::begin(ITEM);
    talk.say_in_salesforce("It burns.", false);
    let planned = talk.company.plan(&talk.items);
    let [write] = planned["writes"].as_array().unwrap().as_slice() else { panic!("{planned}") };
    assert_eq!(
        (&write["op"], &write["side"], &write["record"]),
        (&json!("comment"), &json!("jira"), &json!(talk.issue))
    );
    assert!(text(&write["to"]).ends_with("It burns."), "{write}");
    assert_eq!(planned["calls"], json!({ "salesforce": 0, "jira": 1 }));
    assert_eq!(talk.texts().1.len(), 0);
}

/// A comment that is too long for a case goes there in parts.
#[test]
fn a_long_comment_goes_in_parts() {
    let talk = Talk::begin(ITEM);
    talk.say_in_jira(&"water ".repeat(1_500));
    talk.sync();
    let (salesforce, _) = talk.texts();
    assert_eq!(salesforce.len(), 3);
    assert!(salesforce.iter().all(|part| part.len() <= 4_000));
    assert!(salesforce[2].contains(" (3/3):"), "{}", salesforce[2]);
    talk.rests();
}

/// S2-40: each comment is collected once, after the last run that succeeded; a run that fails half-way is made again from
/// the same point.
#[test]
fn comments_since_the_last_success_are_collected() {
    let talk = Talk::begin(ITEM);
    talk.say_in_salesforce("First.", false);
    talk.sync();
    talk.say_in_salesforce("Second.", false);
    talk.company
        .site_door("faults", &json!({ "name": "error_before", "route": "POST /rest/api/3/issue/{..}/comment" }));
    let failed = talk.company.try_sync(&talk.items);
    assert_eq!((failed.code, &failed.json()["waiting"]), (1, &json!(1)), "{failed:?}");
    talk.company.heal();
    talk.say_in_salesforce("Third.", false);
    let file = talk.company.configure(&talk.items, "");
    let done = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let in_jira = |words: &str| talk.texts().1.iter().filter(|copy| said(copy) == words).count();
    assert_eq!(["First.", "Second.", "Third."].map(in_jira), [1, 1, 1]);
    talk.rests();
}

/// What is closed may take no comment: it is reopened first. What closes gets its last words before.
#[test]
fn a_comment_comes_after_reopening_and_before_closing() {
    let status = "\n    status: { field: Status, values: { New: To Do, Working: In Progress, Closed: Done } }\n";
    let talk = Talk::begin(&format!("{ITEM}{status}"));
    let order = || {
        let of = |entry: &Value| {
            Some(text(&entry["field"]).to_owned()).filter(|field| field == "status" || field == "comment")
        };
        talk.company.log(Side::Jira).iter().filter_map(of).collect::<Vec<_>>()
    };
    for (step, status) in ["Closed", "Working", "Closed"].into_iter().enumerate() {
        talk.company.edit("Case", &talk.case, &json!({ "Status": status }));
        talk.say_in_salesforce(&format!("Now it is {status}."), false);
        let before = order().len();
        talk.sync();
        let expected = if status == "Working" { ["status", "comment"] } else { ["comment", "status"] };
        assert_eq!(order()[before..], expected, "step {step}: {status}");
    }
    talk.rests();
}

/// Several records of one issue: what is said on one of them is read on the issue once, what is said there on each of them,
/// and nothing that is a copy goes further.
#[test]
fn several_records_share_the_talk_of_their_issue() {
    let items = ITEM.replace("    fields:", "    cardinality: many-records\n    fields:");
    let items = items.replace("auto_create: jira", "auto_create: none").replace(
        "{ salesforce: Subject, jira: summary }",
        "{ salesforce: Jira_Summary__c, jira: summary, direction: to-salesforce }",
    );
    let company = Company::new();
    let field = json!([{ "name": "Jira_Summary__c", "type": "Text", "length": 255 }]);
    company.org_door("objects", &json!({ "object": "Case", "fields": field }));
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Printers burn" });
    let issue = text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned();
    let cases =
        ["First", "Second"].map(|name| company.create("Case", &json!({ "Subject": name, "Jira_Reference__c": issue })));
    company.sync(&items);
    let comment = json!({ "ParentId": cases[0], "CommentBody": "Mine burns." });
    company.create("CaseComment", &comment);
    company.jira(Method::POST, &format!("issue/{issue}/comment"), &json!({ "body": "Use water." }));
    company.sync(&items);
    company.sync(&items);
    let in_case = |case: &String| {
        let query = format!("query?q=SELECT+CommentBody+FROM+CaseComment+WHERE+ParentId='{case}'+ORDER+BY+Id");
        let found = company.salesforce(Method::GET, &query, &Value::Null)["records"].clone();
        found.as_array().unwrap().iter().map(|row| text(&row["CommentBody"]).to_owned()).collect::<Vec<_>>()
    };
    let [first, second] = cases.each_ref().map(in_case);
    assert_eq!((first.len(), first[0].as_str(), said(&first[1])), (2, "Mine burns.", "Use water."));
    assert_eq!(second.iter().map(|copy| said(copy)).collect::<Vec<_>>(), ["Use water."]);
    let found = company.jira(Method::GET, &format!("issue/{issue}/comment"), &Value::Null);
    let texts: Vec<&str> = found["comments"].as_array().unwrap().iter().map(|row| text(&row["body"])).collect();
    assert_eq!((texts.len(), texts[0], said(texts[1])), (2, "Use water.", "Mine burns."), "{texts:#?}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
}

/// Taking writes back leaves comments, and says so.
#[test]
fn an_undo_leaves_comments_and_says_so() {
    let talk = Talk::begin(ITEM);
    talk.say_in_salesforce("It burns.", false);
    talk.sync();
    let before = talk.texts();
    let undone = talk.company.undo("cases");
    assert_eq!(talk.texts(), before);
    let left = undone["left"].as_array().unwrap();
    let comment = left.iter().find(|row| row["field"] == "comment").unwrap_or_else(|| panic!("{undone}"));
    assert!(text(&comment["why"]).contains("not taken back"), "{comment}");
}

/// S1-05, S1-59: a comment in Jira is pushed, long before the next poll.
#[test]
fn a_push_carries_a_jira_comment() {
    let talk = Talk::begin(ITEM);
    talk.sync();
    let _server = serve_item(&talk.company, ITEM, 86_400, true);
    wait_for("the webhook at the site", || talk.company.webhooks().contains("comment_created").then_some(()));
    talk.say_in_jira("Use water.");
    wait_for("the comment in Salesforce", || talk.texts().0.first().map(|copy| assert_eq!(said(copy), "Use water.")));
}

/// What is said while an action rests, or in a run that writes to one side, is carried once it may be.
#[test]
fn what_was_not_carried_for_a_while_is_carried_later() {
    let paused = ITEM.replace("    fields:", "    actions: { to_jira: paused }\n    fields:");
    let talk = Talk::begin(ITEM);
    let talk = Talk { items: paused, ..talk };
    talk.say_in_salesforce("It burns.", false);
    talk.sync();
    assert_eq!(talk.texts().1.len(), 0);
    let talk = Talk { items: ITEM.to_owned(), ..talk };
    talk.sync();
    assert_eq!(talk.texts().1.len(), 1);
    talk.rests();

    talk.say_in_jira("Use water.");
    let file = talk.company.configure(ITEM, "");
    assert_eq!(run(&["sync", "--direction", "to-jira", "--config", &file]).code, 0);
    assert_eq!(talk.texts().0.len(), 1);
    talk.sync();
    assert_eq!(talk.texts().0.len(), 2);
    talk.rests();
}

/// S1-82: a refresh brings Salesforce's comments to Jira at once, and nothing to Salesforce.
#[test]
fn a_refresh_brings_comments_to_jira_and_none_back() {
    let talk = Talk::begin(ITEM);
    talk.sync();
    talk.say_in_salesforce("It burns.", false);
    talk.say_in_jira("Use water.");
    let file = talk.company.configure(&talk.items, "");
    let refreshed = run(&["refresh", &talk.issue, "--config", &file]);
    assert_eq!(refreshed.code, 0, "{refreshed:?}");
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (1, 2), "{salesforce:#?} {jira:#?}");
    talk.sync();
    assert_eq!(talk.texts().0.len(), 2, "that is for a sync");
    talk.rests();
}
