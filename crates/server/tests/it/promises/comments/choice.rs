//! What is carried, by whose choice, and who may read it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Company, ENTENTE, ITEM, Talk, run, said, text};

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
    let published: Vec<Value> = talk.in_salesforce().iter().map(|comment| comment["IsPublished"].clone()).collect();
    assert_eq!(published, [true, false, false]);

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

/// S2-37, S2-39: a person says whose comments stay, and which words let one go.
#[test]
fn authors_and_words_choose_what_is_carried() {
    let chosen = "comments: { include: [ \"#dev\" ], exclude_authors: [ integration@sandbox.example ] }";
    let talk = Talk::begin(&ITEM.replace("comments: { direction: both }", chosen));
    let checked = run(&["check", &talk.company.configure(&talk.items, "")]);
    assert!(checked.stdout.contains("what automations write"), "{checked:?}");
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

/// S3-05, S3-14: with `comments: manual` nothing goes by itself; what a person picks goes, and follows later edits. So it is
/// on the way to Salesforce, and on the way to Jira.
#[test]
fn a_person_picks_what_is_carried() {
    let talk = Talk::begin(&ITEM.replace("comments: { direction: both }", "comments: manual"));
    talk.company.org_door("rights", &json!({ "user": ENTENTE, "object": "Case", "modify_all": true }));
    let (picked, other) = (talk.say_in_salesforce("picked", false), talk.say_in_salesforce("other", false));
    let (theirs, rest) = (talk.say_in_jira("picked there"), talk.say_in_jira("other there"));
    talk.sync();
    assert_eq!((talk.texts().0.len(), talk.texts().1.len()), (2, 2), "nothing goes by itself");
    let file = talk.company.configure(&talk.items, "");
    let shown = run(&["show", &talk.issue, "--config", &file, "--json"]).json();
    let link = shown["links"][0]["link"].to_string();
    let ask = |arguments: &[&str]| run(&[&["comments"], arguments, &["--config", &file]].concat());
    let listed = ask(&["list", &talk.issue, "--json"]).json();
    let state = |id: &str| {
        let all = listed["comments"].as_array().unwrap();
        all.iter().find(|said| said["id"] == id).unwrap_or_else(|| panic!("{listed}"))["state"].clone()
    };
    assert_eq!([&picked, &other, &theirs, &rest].map(|id| state(id)), ["original"; 4]);
    for id in [&picked, &theirs] {
        let pushed = ask(&["push", &talk.issue, id]);
        assert!(pushed.code == 0 && pushed.stdout.contains("the next `entente sync`"), "{pushed:?}");
    }
    talk.sync();
    let copies = || {
        let (salesforce, jira) = talk.texts();
        [salesforce, jira].map(|texts| texts[2..].iter().map(|copy| said(copy).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(copies(), [["picked there"], ["picked"]]);
    let again = ask(&["push", &link, &picked]);
    assert!(again.code == 1 && again.stderr.contains("it has a copy"), "{again:?}");
    let unknown = ask(&["push", &link, "4711"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("no comment 4711"), "{unknown:?}");

    for (id, words) in [(&picked, "picked, edited"), (&other, "other, edited")] {
        talk.company.edit("CaseComment", id, &json!({ "CommentBody": words }));
    }
    for (id, words) in [(&theirs, "picked there, edited"), (&rest, "other there, edited")] {
        talk.company.jira(Method::PUT, &format!("issue/{}/comment/{id}", talk.issue), &json!({ "body": words }));
    }
    talk.sync();
    assert_eq!(copies(), [["picked there, edited"], ["picked, edited"]]);
    talk.rests();
    let note = json!({ "ParentId": talk.case, "CommentBody": "[Entente] a.txt is too large." });
    let note = talk.company.create_as_entente("CaseComment", &note);
    let note = ask(&["push", &link, &note]);
    assert!(note.code == 1 && note.stderr.contains("it is a note of Entente's own"), "{note:?}");
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
