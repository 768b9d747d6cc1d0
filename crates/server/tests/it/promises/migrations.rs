//! A site that was migrated: its issues have the keys that they had, and other ids.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, run};

const ITEMS: &str = cases!(
    "
    fields: [ { salesforce: Subject, jira: summary } ]
    comments: { direction: both }
    attachments: { direction: both }
"
);

fn ask(company: &Company, arguments: &[&str]) -> Ended {
    run(&[arguments, &["--config", &company.configure(ITEMS, "")]].concat())
}

fn id_of(company: &Company, key: &str) -> u64 {
    let issue = company.jira(Method::GET, &format!("issue/{key}?fields=summary"), &Value::Null);
    text(&issue["id"]).parse().unwrap()
}

/// Cases with their issues, which say what they are about, in the order of the issues' ids.
fn pairs(company: &Company, n: usize) -> Vec<(String, String)> {
    let cases: Vec<String> =
        (0..n).map(|n| company.create("Case", &json!({ "Subject": format!("Case {n}") }))).collect();
    company.sync(ITEMS);
    let mut pairs: Vec<(String, String)> =
        cases.into_iter().map(|case| (case.clone(), company.twin("Case", &case).unwrap())).collect();
    pairs.sort_by_key(|(_, key)| id_of(company, key));
    pairs
}

/// The keys of all issues, with their summaries.
fn issues(company: &Company) -> Vec<(String, String)> {
    let asked = json!({ "jql": "project = OPS ORDER BY key", "fields": ["summary"], "maxResults": 100 });
    let found = company.jira_at(3, Method::POST, "search/jql", &asked);
    let issue = |issue: &Value| (text(&issue["key"]).to_owned(), text(&issue["fields"]["summary"]).to_owned());
    found["issues"].as_array().unwrap().iter().map(issue).collect()
}

/// How many comments and files a pair has in Salesforce and in Jira.
fn talk(company: &Company, (case, key): &(String, String)) -> [usize; 4] {
    let rows = |soql: &str| {
        company.salesforce(Method::GET, &format!("query?q={}", soql.replace(' ', "+")), &Value::Null)["totalSize"]
            .as_u64()
            .unwrap_or_default() as usize
    };
    let issue = company.jira(Method::GET, &format!("issue/{key}?fields=comment,attachment"), &Value::Null);
    let n = |list: &Value| list.as_array().unwrap().len();
    [
        rows(&format!("SELECT Id FROM CaseComment WHERE ParentId = '{case}'")),
        n(&issue["fields"]["comment"]["comments"]),
        rows(&format!("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = '{case}'")),
        n(&issue["fields"]["attachment"]),
    ]
}

/// X19: the old ids are nobody's, or those of other issues. Nothing is written, dissolved or taken for deleted until a
/// person lets the links follow; then only what was edited meanwhile goes over.
#[test]
fn after_a_migration_links_follow_their_keys() {
    let company = Company::new();
    let pairs = pairs(&company, 6);
    let (case, key) = &pairs[0];
    company.create("CaseComment", &json!({ "ParentId": case, "CommentBody": "From Salesforce" }));
    company.jira(Method::POST, &format!("issue/{key}/comment"), &json!({ "body": "From Jira" }));
    company.attach_to_record(case, "record.txt", b"from the record");
    company.attach_to_issue(key, "issue.txt", b"from the issue!");
    company.sync(ITEMS);
    let said = talk(&company, &pairs[0]);
    assert!(said.iter().all(|n| *n >= 2), "each has a copy: {said:?}");

    let before = issues(&company);
    // The first issue has the id that the third had; the first two old ids are nobody's.
    company.site_door("migrate", &json!({ "first_id": id_of(&company, &pairs[2].1) }));
    company.edit("Case", &pairs[3].0, &json!({ "Subject": "Edited meanwhile" }));
    let writes = (company.writes(Side::Salesforce).len(), company.writes(Side::Jira).len());
    for _ in 0..2 {
        company.pass_seconds(1_200);
        let held = company.try_sync(ITEMS);
        assert_eq!(
            (held.code, &held.json()["links"], &held.json()["conflicts"]),
            (1, &json!(6), &json!(0)),
            "{held:?}"
        );
        let status = ask(&company, &["status"]);
        for said in ["item cases: held", "have other ids than they had", "`entente relink cases`"] {
            assert!(status.stdout.contains(said), "{said} in {status:?}");
        }
    }
    assert_eq!((company.writes(Side::Salesforce).len(), company.writes(Side::Jira).len()), writes);
    assert_eq!(issues(&company), before);

    let relinked = ask(&company, &["relink", "cases"]);
    // A new id may happen to be the old one.
    assert_eq!((relinked.code, relinked.stdout.contains(", 0 left.")), (0, true), "{relinked:?}");
    assert_eq!((company.writes(Side::Salesforce).len(), company.writes(Side::Jira).len()), writes);
    company.sync(ITEMS);
    company.sync(ITEMS);
    let mut after = before;
    let edited = after.iter_mut().find(|(key, _)| *key == pairs[3].1).unwrap();
    edited.1 = "Edited meanwhile".to_owned();
    assert_eq!(issues(&company), after);
    assert_eq!(talk(&company, &pairs[0]), said, "no comment and no file twice");
    let fields: Vec<Value> = company.writes(Side::Jira)[writes.1..].iter().map(|(field, _)| json!(field)).collect();
    assert_eq!((fields, company.writes(Side::Salesforce).len()), (vec![json!("summary")], writes.0));
    let journal = ask(&company, &["journal"]).stdout;
    assert!(journal.contains("let the link follow OPS-"), "{journal}");
    assert_eq!(ask(&company, &["verify"]).code, 0);
}

/// What did not come along is named, and nothing goes on until a person has said what becomes of it.
#[test]
fn what_a_migration_left_behind_is_named() {
    let company = Company::new();
    let pairs = pairs(&company, 3);
    company.site_door("migrate", &json!({ "first_id": id_of(&company, &pairs[1].1) }));
    company.jira(Method::DELETE, &format!("issue/{}", pairs[2].1), &Value::Null);
    assert_eq!(company.try_sync(ITEMS).code, 1);
    let relinked = ask(&company, &["relink", "cases"]);
    assert_eq!(relinked.code, 1, "{relinked:?}");
    assert!(relinked.stdout.contains(&format!("Jira has no {}", pairs[2].1)), "{relinked:?}");
    assert!(ask(&company, &["status"]).stdout.contains("item cases: held"));

    assert_eq!(ask(&company, &["unlink", &pairs[2].1, "--yes"]).code, 0);
    let relinked = ask(&company, &["relink", "cases", "--json"]);
    assert_eq!((relinked.code, &relinked.json()["left"]), (0, &json!([])), "{relinked:?}");
    assert_eq!(company.sync(ITEMS)["links"], 2);
}
