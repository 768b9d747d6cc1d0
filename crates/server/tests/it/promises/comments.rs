//! Comments: what people say on one side is read on the other, once, in their names, and by nobody for whom it is not meant.

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

/// S2-41: in a service desk nothing becomes readable for customers unless the item says so, and then only what customers
/// could read where it was written.
#[test]
fn customers_read_what_was_meant_for_them_and_nothing_else() {
    let desk = ITEM.replace("OPS, issue_type: Bug", "SUP, issue_type: Bug");
    let talk = Talk::begin(&desk);
    talk.say_in_salesforce("for customers", true);
    talk.say_in_salesforce("among us", false);
    talk.say_in_jira("an answer for customers");
    talk.sync();
    let jira = talk.in_jira();
    let public: Vec<bool> = jira.iter().map(|comment| comment["jsdPublic"].as_bool().unwrap()).collect();
    assert_eq!(public, [true, false, false], "{jira:#?}");
    assert!(talk.in_salesforce().iter().skip(2).all(|comment| comment["IsPublished"] == false));

    let open = desk.replace("comments: { direction: both }", "comments: { direction: both, audience: customer }");
    let talk = Talk::begin(&open);
    let shown = talk.say_in_salesforce("for customers", true);
    talk.say_in_salesforce("among us", false);
    talk.say_in_jira("an answer for customers");
    let internal = json!({ "body": "between agents", "properties": [{ "key": "sd.public.comment", "value": { "internal": true } }] });
    talk.company.jira(Method::POST, &format!("issue/{}/comment", talk.issue), &internal);
    talk.sync();
    let is_public = |words: &str| {
        let found = talk.in_jira().into_iter().find(|comment| text(&comment["body"]).ends_with(words));
        found.unwrap_or_else(|| panic!("no {words}"))["jsdPublic"].as_bool().unwrap()
    };
    assert!(is_public("\n\nfor customers") && !is_public("among us"));
    let published = |words: &str| {
        let found = talk.in_salesforce().into_iter().find(|comment| text(&comment["CommentBody"]).ends_with(words));
        found.unwrap_or_else(|| panic!("no {words}"))["IsPublished"].as_bool().unwrap()
    };
    assert!(published("an answer for customers") && !published("between agents"));
    talk.rests();

    // Readers are taken away with the original, and never added.
    talk.company.edit("CaseComment", &shown, &json!({ "IsPublished": false }));
    talk.sync();
    assert!(!is_public("\n\nfor customers"));
    talk.company.edit("CaseComment", &shown, &json!({ "IsPublished": true }));
    talk.sync();
    assert!(!is_public("\n\nfor customers"));
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
    assert_eq!(talk.company.faults()[0]["hits"], 1);
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (4, 4), "{salesforce:#?} {jira:#?}");
    talk.rests();
}

/// S1-99, S1-58: in a one-way item comments follow to Jira, and back only if that is asked for.
#[test]
fn a_one_way_item_carries_comments_back_only_if_asked() {
    let one_way = ITEM.replace("    fields:", "    mode: one-way\n    fields:").replace("{ direction: both }", "{}");
    let talk = Talk::begin(&one_way);
    talk.say_in_salesforce("It burns.", false);
    talk.say_in_jira("Use water.");
    talk.sync();
    let (salesforce, jira) = talk.texts();
    assert_eq!((salesforce.len(), jira.len()), (1, 2), "{salesforce:#?} {jira:#?}");
    let asked = one_way.replace("comments: {}", "comments: { direction: both }");
    let talk = Talk { items: asked, ..talk };
    talk.say_in_jira("Now.");
    talk.sync();
    assert_eq!(talk.texts().0.len(), 3);
    talk.rests();
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

/// S2-37, S2-39: a person says whose comments stay, and which words let one go.
#[test]
fn authors_and_words_choose_what_is_carried() {
    let chosen = "comments: { include: [ \"#dev\" ], exclude_authors: [ integration@sandbox.example ] }";
    let talk = Talk::begin(&ITEM.replace("comments: { direction: both }", chosen));
    talk.say_in_salesforce("The customer is angry.", false);
    talk.say_in_salesforce("Please look #DEV", false);
    let by_robot = json!({ "ParentId": talk.case, "CommentBody": "automatic #dev" });
    talk.company.create_as_entente("CaseComment", &by_robot);
    talk.sync();
    let (_, jira) = talk.texts();
    assert_eq!(jira.iter().map(|copy| said(copy)).collect::<Vec<_>>(), ["Please look #DEV"]);
    talk.rests();
}

/// S2-39: what an automation writes under Entente's own account is carried like anything else.
#[test]
fn what_automations_write_as_entente_is_carried_too() {
    let talk = Talk::begin(ITEM);
    talk.company.create_as_entente("CaseComment", &json!({ "ParentId": talk.case, "CommentBody": "By a flow." }));
    talk.sync();
    assert_eq!(said(&talk.texts().1[0]), "By a flow.");
    talk.rests();
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

/// S1-69, S1-70, S1-96: other objects talk in their feed; answers name what they answer.
#[test]
fn accounts_talk_in_their_feed() {
    let company = Company::new();
    let field = json!([{ "name": "Jira_Reference__c", "type": "Text", "length": 255 }]);
    company.org_door("objects", &json!({ "object": "Account", "fields": field }));
    let items = ITEM.replace("object: Case", "object: Account").replace("issue_type: Bug", "issue_type: Task");
    let items = items.replace("Subject", "Name").replace("Salesforce Case ID", "Salesforce Account ID");
    let items = items.replace("Salesforce Account ID", "Salesforce Case ID");
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    company.sync(&items);
    let issue = company.twin("Account", &account).unwrap();
    let post = json!({ "ParentId": account, "Body": "They called.", "Visibility": "AllUsers" });
    let post = company.create("FeedItem", &post);
    company.create("FeedComment", &json!({ "FeedItemId": post, "CommentBody": "When?" }));
    company.create("FeedItem", &json!({ "ParentId": account, "Body": "Among few.", "Visibility": "InternalUsers" }));
    company.jira(Method::POST, &format!("issue/{issue}/comment"), &json!({ "body": "Call back." }));
    company.sync(&items);
    let comments = company.jira(Method::GET, &format!("issue/{issue}/comment"), &Value::Null);
    let texts: Vec<&str> = comments["comments"].as_array().unwrap().iter().map(|row| text(&row["body"])).collect();
    assert_eq!(texts.len(), 3, "what only some may read stays: {texts:#?}");
    assert_eq!((said(texts[1]), said(texts[2])), ("They called.", "When?"));
    assert!(texts[2].contains("(in reply to "), "{texts:#?}");
    let query = format!("query?q=SELECT+Body,Visibility+FROM+FeedItem+WHERE+ParentId='{account}'+ORDER+BY+Id");
    let posts = company.salesforce(Method::GET, &query, &Value::Null)["records"].clone();
    assert_eq!((said(text(&posts[2]["Body"])), &posts[2]["Visibility"]), ("Call back.", &json!("InternalUsers")));
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
    assert!(company.written_by_entente(Side::Jira).iter().filter(|field| *field == "comment").count() == 2);
}

/// S1-70: so do answers in Jira, whose thread is flat in Salesforce.
#[test]
fn answers_in_jira_name_what_they_answer() {
    let talk = Talk::begin(ITEM);
    let asked = talk.say_in_jira("Does it burn?");
    let path = format!("issue/{}/comment", talk.issue);
    talk.company.jira(Method::POST, &path, &json!({ "body": "It does.", "parentId": asked.parse::<u64>().unwrap() }));
    talk.sync();
    let (salesforce, _) = talk.texts();
    assert_eq!(salesforce.iter().map(|copy| said(copy)).collect::<Vec<_>>(), ["Does it burn?", "It does."]);
    assert!(salesforce[1].contains("(in reply to ") && !salesforce[0].contains("in reply to"), "{salesforce:#?}");
    talk.rests();
}

/// S3-12: an idea has comments of its own, and they are followed as others are, by polls too.
#[test]
fn ideas_have_comments_of_their_own() {
    let company = Company::new();
    let field = json!([{ "name": "Jira_Reference__c", "type": "Text", "length": 255 }]);
    company.org_door("objects", &json!({ "object": "Idea", "fields": field }));
    let items = ITEM.replace("object: Case", "object: Idea").replace("issue_type: Bug", "issue_type: Task");
    let items = items.replace("Subject", "Title");
    let idea = company.create("Idea", &json!({ "Title": "Wings" }));
    company.create("IdeaComment", &json!({ "IdeaId": idea, "CommentBody": "Two of them." }));
    company.sync(&items);
    let issue = company.twin("Idea", &idea).unwrap();
    company.jira(Method::POST, &format!("issue/{issue}/comment"), &json!({ "body": "Better four." }));
    company.sync(&items);
    let in_jira = || {
        let found = company.jira(Method::GET, &format!("issue/{issue}/comment"), &Value::Null);
        let texts = found["comments"].as_array().unwrap().iter().map(|row| text(&row["body"]).to_owned());
        texts.collect::<Vec<_>>()
    };
    assert!(in_jira().iter().any(|copy| copy.ends_with("\n\nTwo of them.")), "{:#?}", in_jira());
    let query = format!("query?q=SELECT+CommentBody+FROM+IdeaComment+WHERE+IdeaId='{idea}'+ORDER+BY+Id");
    let found = company.salesforce(Method::GET, &query, &Value::Null);
    assert_eq!((&found["totalSize"], said(text(&found["records"][1]["CommentBody"]))), (&json!(2), "Better four."));
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
    let _server = serve_item(&company, &items, 5, false);
    company.create("IdeaComment", &json!({ "IdeaId": idea, "CommentBody": "Or six." }));
    wait_for("the comment in Jira", || in_jira().iter().any(|copy| copy.ends_with("\n\nOr six.")).then_some(()));
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

/// S2-41: whoever lets every comment go to customers is warned before it happens.
#[test]
fn unfiltered_comments_for_customers_are_warned_of() {
    let company = Company::new();
    for (rules, is_warned) in [
        ("{ direction: both }", false),
        ("{ direction: both, audience: customer }", true),
        ("{ direction: both, audience: customer, include: [ \"#customer\" ] }", false),
        ("{ direction: both, audience: customer, manual: true }", false),
    ] {
        let file = company.configure(&ITEM.replace("{ direction: both }", rules), "");
        let checked = run(&["check", &file]);
        let words = "every comment that customers read on one side will be shown to those of the other";
        assert_eq!((checked.code, checked.stdout.contains(words)), (0, is_warned), "{rules}: {checked:?}");
    }
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

/// S3-05, S3-14: with `comments: manual` nothing goes by itself; what a person picks goes, and follows later edits.
#[test]
fn a_person_picks_what_is_carried() {
    let talk = Talk::begin(&ITEM.replace("comments: { direction: both }", "comments: manual"));
    let (picked, other) = (talk.say_in_salesforce("picked", false), talk.say_in_salesforce("other", false));
    talk.sync();
    assert_eq!(talk.texts().1.len(), 0);
    let file = talk.company.configure(&talk.items, "");
    let shown = run(&["show", &talk.issue, "--config", &file, "--json"]).json();
    let link = shown["links"][0]["link"].to_string();
    let ask = |arguments: &[&str]| run(&[&["comments"], arguments, &["--config", &file]].concat());
    let listed = ask(&["list", &link, "--json"]).json();
    let state = |id: &str| {
        let all = listed["comments"].as_array().unwrap();
        all.iter().find(|said| said["id"] == id).unwrap_or_else(|| panic!("{listed}"))["state"].clone()
    };
    assert_eq!((state(&picked), state(&other)), (json!("original"), json!("original")));
    let pushed = ask(&["push", &link, &picked]);
    assert!(pushed.code == 0 && pushed.stdout.contains("the next `entente sync`"), "{pushed:?}");
    talk.sync();
    assert_eq!(talk.texts().1.iter().map(|copy| said(copy).to_owned()).collect::<Vec<_>>(), ["picked"]);
    let again = ask(&["push", &link, &picked]);
    assert!(again.code == 1 && again.stderr.contains("it has a copy"), "{again:?}");
    let unknown = ask(&["push", &link, "4711"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("no comment 4711"), "{unknown:?}");

    for (id, words) in [(&picked, "picked, edited"), (&other, "other, edited")] {
        talk.company.edit("CaseComment", id, &json!({ "CommentBody": words }));
    }
    talk.sync();
    assert_eq!(talk.texts().1.iter().map(|copy| said(copy).to_owned()).collect::<Vec<_>>(), ["picked, edited"]);
    talk.rests();
}

/// S1-68: what people post in the feed of a case, and what others answer there, is read beside its comments, and a comment
/// of the case is not read twice.
#[test]
fn the_feed_of_a_case_is_read_too() {
    let talk = Talk::begin(ITEM);
    let post = json!({ "ParentId": talk.case, "Body": "In the feed.", "Visibility": "AllUsers" });
    let post = talk.company.create("FeedItem", &post);
    talk.company.create("FeedComment", &json!({ "FeedItemId": post, "CommentBody": "Below it." }));
    talk.say_in_salesforce("As a comment.", false);
    talk.sync();
    let mut said: Vec<String> = talk.texts().1.iter().map(|copy| said(copy).to_owned()).collect();
    said.sort();
    assert_eq!(said, ["As a comment.", "Below it.", "In the feed."]);
    talk.rests();
    let file = talk.company.configure(&talk.items, "");
    let shown = run(&["show", &talk.issue, "--config", &file, "--json"]).json();
    assert_eq!(shown["links"][0]["comments"], json!({ "copied": 3, "waiting": 0, "refused": 0 }), "{shown}");
}

/// Taking writes back leaves comments, and says so.
#[test]
fn an_undo_leaves_comments_and_says_so() {
    let talk = Talk::begin(ITEM);
    talk.say_in_salesforce("It burns.", false);
    talk.sync();
    let file = talk.company.configure(&talk.items, "");
    let undone =
        run(&["undo", "--item", "cases", "--since", "1970-01-01T00:00:00Z", "--dry-run", "--config", &file, "--json"]);
    let undone = undone.json();
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
