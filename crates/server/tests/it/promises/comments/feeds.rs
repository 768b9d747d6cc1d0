//! Where else people talk: in the feed of an account or a case, below an idea, in answers to each other.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Company, ITEM, Side, Talk, run, said, serve_item, text, wait_for};

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
