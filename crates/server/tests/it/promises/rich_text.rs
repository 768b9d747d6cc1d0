//! Rich text, both ways: what both sides can hold travels, what only one can stays there, and nothing loops.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

const ITEM: &str = cases!(
    r"
    conflicts: salesforce-wins
    fields:
      - { salesforce: Subject, jira: summary }
"
);

/// A company whose cases have a rich text area; an item with this line; a case with this text, and its issue.
fn begin(line: &str, case: &Value) -> (Company, String, String, String) {
    let company = Company::new();
    company.org_door("objects", &json!({ "object": "Case", "fields": [{ "name": "Rich__c", "type": "Html" }] }));
    let items = format!("{ITEM}      - {line}\n");
    let id = company.create("Case", case);
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    (company, items, id, key)
}

fn document(company: &Company, key: &str) -> Value {
    let issue = company.jira_at(3, Method::GET, &format!("issue/{key}?fields=description"), &Value::Null);
    issue["fields"]["description"]["content"].clone()
}

fn write(company: &Company, key: &str, content: &Value) {
    let document = json!({ "type": "doc", "version": 1, "content": content });
    company.jira_at(3, Method::PUT, &format!("issue/{key}"), &json!({ "fields": { "description": document } }));
}

fn rests(company: &Company, items: &str) {
    assert_eq!(company.sync(items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
    let verified = run(&["verify", "--config", &company.configure(items, ""), "--json"]);
    assert_eq!((verified.code, &verified.json()["disagree"]), (0, &json!(0)), "{verified:?}");
}

fn plain(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn marked(text: &str, mark: &Value) -> Value {
    json!({ "type": "text", "text": text, "marks": [mark] })
}

fn paragraph(content: &[Value]) -> Value {
    json!({ "type": "paragraph", "content": content })
}

fn list(kind: &str, items: &[&[Value]]) -> Value {
    let items: Vec<Value> = items.iter().map(|item| json!({ "type": "listItem", "content": item })).collect();
    json!({ "type": kind, "content": items })
}

#[test]
fn formatting_goes_both_ways_and_rests() {
    let html = "<h2>Fire</h2><p>It is <b>hot</b> and <i>dry</i>, see <a href=\"https://x.example/map\">the map</a>.</p>\
        <ul><li>one<ul><li>below</li></ul></li><li>two</li></ul><blockquote>said</blockquote><pre>x = 1</pre><hr>\
        <table><tr><th>a</th><td colspan=\"2\">b</td></tr></table>\
        <p style=\"margin: 0\"><span style=\"color: rgb(255, 0, 0);\">red</span></p>";
    let line = "{ salesforce: Rich__c, jira: description }";
    let (company, items, id, key) = begin(line, &json!({ "Subject": "x", "Rich__c": html }));
    let link = json!({ "type": "link", "attrs": { "href": "https://x.example/map" } });
    let cell = |kind: &str, attrs: Value, text: &str| {
        let mut cell = json!({ "type": kind, "content": [paragraph(&[plain(text)])] });
        if !attrs.is_null() {
            cell["attrs"] = attrs;
        }
        cell
    };
    let expected = json!([
        { "type": "heading", "attrs": { "level": 2 }, "content": [plain("Fire")] },
        paragraph(&[
            plain("It is "),
            marked("hot", &json!({ "type": "strong" })),
            plain(" and "),
            marked("dry", &json!({ "type": "em" })),
            plain(", see "),
            marked("the map", &link),
            plain("."),
        ]),
        list("bulletList", &[
            &[paragraph(&[plain("one")]), list("bulletList", &[&[paragraph(&[plain("below")])]])],
            &[paragraph(&[plain("two")])],
        ]),
        { "type": "blockquote", "content": [paragraph(&[plain("said")])] },
        { "type": "codeBlock", "content": [plain("x = 1")] },
        { "type": "rule" },
        { "type": "table", "content": [{ "type": "tableRow", "content": [
            cell("tableHeader", Value::Null, "a"),
            cell("tableCell", json!({ "colspan": 2, "rowspan": 1 }), "b"),
        ] }] },
        paragraph(&[marked("red", &json!({ "type": "textColor", "attrs": { "color": "#ff0000" } }))]),
    ]);
    assert_eq!(document(&company, &key), expected);
    rests(&company, &items);
    assert_eq!(company.record("Case", &id)["Rich__c"], html, "nobody rewrites what was read");

    // A person in Jira sets another word in bold, and that is all of the edit.
    let struck = paragraph(&[plain("It is hot and "), marked("dry", &json!({ "type": "strike" }))]);
    let numbers = json!({ "type": "orderedList", "attrs": { "order": 3 }, "content": [
        { "type": "listItem", "content": [paragraph(&[plain("<three>")])] }] });
    write(&company, &key, &json!([struck, numbers]));
    company.sync(&items);
    let shown = company.record("Case", &id)["Rich__c"].clone();
    assert_eq!(shown, "<p>It is hot and <s>dry</s></p><ol start=\"3\"><li>&lt;three&gt;</li></ol>");
    rests(&company, &items);

    // And in Salesforce the words stay, and their form goes.
    company.edit(
        "Case",
        &id,
        &json!({ "Rich__c": "<p>It is hot and dry</p><ol start=\"3\"><li>&lt;three&gt;</li></ol>" }),
    );
    company.sync(&items);
    assert_eq!(document(&company, &key), json!([paragraph(&[plain("It is hot and dry")]), numbers]));
    rests(&company, &items);
}

#[test]
fn what_only_jira_can_hold_stays_there_and_is_named() {
    let line = "{ salesforce: Rich__c, jira: description }";
    let (company, items, id, key) = begin(line, &json!({ "Subject": "x", "Rich__c": "<p>It burns.</p>" }));
    let mention = json!({ "type": "mention", "attrs": { "id": "5b10a2844c20165700ede21g", "text": "@Ada" } });
    let panel =
        json!({ "type": "panel", "attrs": { "panelType": "warning" }, "content": [paragraph(&[plain("Keep away.")])] });
    write(&company, &key, &json!([paragraph(&[plain("It burns, says "), mention.clone()]), panel]));
    let planned = company.plan(&items);
    let told = planned["notes"].to_string();
    assert!(told.contains("1 × mention, 1 × panel"), "{planned}");
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Rich__c"], "<p>It burns, says @Ada</p><p>Keep away.</p>");
    rests(&company, &items);
    let card = run(&["show", &key, "--config", &company.configure(&items, "")]).stdout;
    assert!(card.contains("note: Salesforce Rich__c shows the text of Jira description"), "{card}");
    assert!(card.contains("1 × mention, 1 × panel; that stays in Jira"), "{card}");

    // A person in Salesforce goes on writing; an image there stays there.
    let image = "<img src=\"/servlet/rtaImage?eid=1\" alt=\"plan\">";
    let html = format!("<p>It still burns, says @Ada</p><p>Keep away.</p><p>{image}</p>");
    company.edit("Case", &id, &json!({ "Rich__c": html }));
    company.sync(&items);
    let still = paragraph(&[plain("It still burns, says "), mention]);
    let placeholder = paragraph(&[plain("[attachment: plan]")]);
    assert_eq!(document(&company, &key), json!([still, panel, placeholder]));
    rests(&company, &items);

    // And a person in Jira: the image is still there afterwards.
    write(&company, &key, &json!([paragraph(&[plain("Out.")]), panel, placeholder]));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Rich__c"], json!(format!("<p>Out.</p><p>Keep away.</p><p>{image}</p>")));
    rests(&company, &items);
}

/// Description of a Case knows no formatting. Its words travel, and the issue keeps the form of what they leave alone.
#[test]
fn plain_text_goes_both_ways_and_leaves_formatting_alone() {
    let line = "{ salesforce: Description, jira: description }";
    let said = "It burns.\nStill.\n\n- one\n- two\n  - below\n\nSee https://x.example/map.";
    let (company, items, id, key) = begin(line, &json!({ "Subject": "x", "Description": said }));
    rests(&company, &items);
    assert_eq!(document(&company, &key)[0]["content"][1], json!({ "type": "hardBreak" }));
    assert_eq!(
        document(&company, &key)[1]["type"],
        "paragraph",
        "a text with hyphens is no list until somebody makes it one"
    );

    let bold = marked("burns", &json!({ "type": "strong" }));
    let heading = json!({ "type": "heading", "attrs": { "level": 1 }, "content": [plain("Fire")] });
    let items_of =
        |second: &str| list("bulletList", &[&[paragraph(std::slice::from_ref(&bold))], &[paragraph(&[plain(second)])]]);
    write(&company, &key, &json!([heading, paragraph(&[plain("It "), bold.clone(), plain(".")]), items_of("two")]));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Description"], "Fire\n\nIt burns.\n\n- burns\n- two");
    rests(&company, &items);
    let told = company.plan(&items)["notes"].to_string();
    assert!(told.contains("2 × bold text, 1 × heading"), "{told}");

    company.edit("Case", &id, &json!({ "Description": "Fire!\n\nIt burns.\n\nBadly.\n\n- burns\n- three" }));
    company.sync(&items);
    let heading = json!({ "type": "heading", "attrs": { "level": 1 }, "content": [plain("Fire!")] });
    let kept = paragraph(&[plain("It "), bold.clone(), plain(".")]);
    assert_eq!(document(&company, &key), json!([heading, kept, paragraph(&[plain("Badly.")]), items_of("three")]));
    rests(&company, &items);

    // Setting a word in italics is no edit of the words.
    let italic = paragraph(&[marked("It burns.", &json!({ "type": "em" }))]);
    write(&company, &key, &json!([italic]));
    company.sync(&items);
    company.edit_issue(&key, &json!({ "description": "It burns." }));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Description"], "It burns.");
    assert_eq!(text(&company.issue(&key)["description"]), "It burns.");
    rests(&company, &items);
}
