//! Files: what people add on one side is found on the other, whole, once, and by nobody for whom it is not meant.

mod mishaps;
mod notes;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    company::{Company, ENTENTE, Side, text},
    rhythms::serve_item,
};
use crate::process::{entente, run, wait_for};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
    attachments: { direction: both }
"
);

const FILE_LINKS: &str = "Id,Visibility,ContentDocumentId,ContentDocument.LatestPublishedVersionId,ContentDocument.Title,\
                          ContentDocument.FileExtension,ContentDocument.ContentSize,\
                          ContentDocument.LatestPublishedVersion.Description";

/// A case and its issue.
struct Desk {
    company: Company,
    items: String,
    case: String,
    issue: String,
}

/// A file as a side shows it: its name and its size.
type Shown = (String, u64);

impl Desk {
    fn begin(items: &str) -> Self {
        let company = Company::new();
        let case = company.create("Case", &json!({ "Subject": "Printer on fire" }));
        company.sync(items);
        let issue = company.twin("Case", &case).unwrap();
        Self { company, items: items.to_owned(), case, issue }
    }

    /// A case and an issue that nothing brings together but a person.
    fn apart(items: &str) -> Self {
        let items = items.replace("auto_create: jira", "auto_create: none");
        let company = Company::new();
        let case = company.create("Case", &json!({ "Subject": "By hand" }));
        let bug = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "By hand" });
        let issue = text(&company.jira(Method::POST, "issue", &json!({ "fields": bug }))["key"]).to_owned();
        Self { company, items, case, issue }
    }

    /// Links the two, by whoever runs at this place.
    fn link(&self, place: &[&str]) {
        let linked = run(&[&["link", &self.case, &self.issue, "--item", "cases"], place].concat());
        assert_eq!(linked.code, 0, "{linked:?}");
    }

    fn links(&self) -> Vec<Value> {
        let query =
            format!("query?q=SELECT+{FILE_LINKS}+FROM+ContentDocumentLink+WHERE+LinkedEntityId='{}'", self.case);
        self.company.salesforce(Method::GET, &query, &Value::Null)["records"].as_array().unwrap().clone()
    }

    fn in_salesforce(&self) -> Vec<Shown> {
        let shown = |link: &Value| {
            let file = &link["ContentDocument"];
            let (title, extension) = (text(&file["Title"]), file["FileExtension"].as_str().unwrap_or_default());
            let is_whole = extension.is_empty() || title.ends_with(&format!(".{extension}"));
            let name = if is_whole { title.to_owned() } else { format!("{title}.{extension}") };
            (name, file["ContentSize"].as_f64().unwrap() as u64)
        };
        let mut files: Vec<Shown> = self.links().iter().map(shown).collect();
        files.sort();
        files
    }

    fn attachments(&self) -> Vec<Value> {
        self.company.issue(&self.issue)["attachment"].as_array().unwrap().clone()
    }

    fn in_jira(&self) -> Vec<Shown> {
        let shown = |file: &Value| (text(&file["filename"]).to_owned(), file["size"].as_u64().unwrap());
        let mut files: Vec<Shown> = self.attachments().iter().map(shown).collect();
        files.sort();
        files
    }

    /// What Entente says about the case and about its issue, the oldest first.
    fn notes(&self) -> (Vec<String>, Vec<String>) {
        let query = format!("query?q=SELECT+CommentBody+FROM+CaseComment+WHERE+ParentId='{}'+ORDER+BY+Id", self.case);
        let here = self.company.salesforce(Method::GET, &query, &Value::Null)["records"].clone();
        let there =
            self.company.jira(Method::GET, &format!("issue/{}/comment", self.issue), &Value::Null)["comments"].clone();
        let texts = |rows: &Value, field: &str| {
            rows.as_array().unwrap().iter().map(|row| text(&row[field]).to_owned()).collect::<Vec<_>>()
        };
        (texts(&here, "CommentBody"), texts(&there, "body"))
    }

    fn sync(&self) -> Value {
        self.company.sync(&self.items)
    }

    /// What `entente show` and `entente explain` tell of the pair.
    fn told(&self) -> String {
        let file = self.company.configure(&self.items, "");
        let shown = run(&["show", &self.issue, "--config", &file]);
        let explained = run(&["explain", &self.issue, "--config", &file]);
        format!("{}{}", shown.stdout, explained.stdout)
    }

    /// Another run writes nothing, and both sides agree.
    #[track_caller]
    fn rests(&self) {
        let before = (self.in_salesforce(), self.in_jira());
        assert_eq!(self.sync()["writes"], json!({ "salesforce": 0, "jira": 0 }), "it rests");
        assert_eq!((self.in_salesforce(), self.in_jira()), before);
        let verified = run(&["verify", "--config", &self.company.configure(&self.items, ""), "--json"]);
        assert_eq!((verified.code, &verified.json()["disagree"]), (0, &json!(0)), "{verified:?}");
    }
}

fn shown(name: &str, n_bytes: u64) -> Shown {
    (name.to_owned(), n_bytes)
}

/// S1-03, S1-71, S1-73, S2-06: files go both ways, each once and byte for byte.
#[test]
fn what_people_add_is_on_the_other_side_once() {
    let desk = Desk::begin(ITEM);
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    desk.company.attach_to_record(&desk.case, "log.txt", &bytes);
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    let both = vec![shown("fix.patch", 7), shown("log.txt", 100_000)];
    assert_eq!((desk.in_salesforce(), desk.in_jira()), (both.clone(), both));
    let attachment = desk.attachments().into_iter().find(|file| file["filename"] == "log.txt").unwrap();
    assert_eq!(desk.company.attachment(text(&attachment["id"])), bytes);
    let copy = desk.links().into_iter().find(|link| link["ContentDocument"]["Title"] == "fix").unwrap();
    assert_eq!(desk.company.version(text(&copy["ContentDocument"]["LatestPublishedVersionId"])), b"+ water");
    desk.rests();
    desk.rests();
}

/// S1-07, X38: ten mebibytes go over, one byte more stays, in either direction, and a person sees which and why.
#[test]
fn a_file_of_ten_mebibytes_goes_and_one_byte_more_is_skipped_visibly() {
    const MOST: usize = 10 * 1024 * 1024;
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "fits.bin", &vec![1; MOST]);
    desk.company.attach_to_record(&desk.case, "large.bin", &vec![2; MOST + 1]);
    desk.company.attach_to_issue(&desk.issue, "also fits.bin", &vec![3; MOST]);
    desk.company.attach_to_issue(&desk.issue, "also large.bin", &vec![4; MOST + 1]);
    desk.sync();
    let most = MOST as u64;
    let both = [shown("also fits.bin", most), shown("fits.bin", most)];
    assert_eq!(desk.in_salesforce(), [both.as_slice(), &[shown("large.bin", most + 1)]].concat());
    assert_eq!(desk.in_jira(), [&both[..1], &[shown("also large.bin", most + 1)], &both[1..]].concat());
    let told = desk.told();
    for (name, stays) in [("large.bin", "stays in Salesforce"), ("also large.bin", "stays in Jira")] {
        assert!(told.contains(&format!("the file {name} {stays}: it has 10485761 bytes")), "{told}");
    }
    desk.rests();
    // A person allows more, and it goes.
    let desk = Desk { items: ITEM.replace("{ direction: both }", "{ max_bytes: 20000000 }"), ..desk };
    desk.sync();
    assert_eq!((desk.in_salesforce().len(), desk.in_jira().len()), (4, 4));
    assert!(!desk.told().contains("stays in"), "{}", desk.told());
    desk.rests();
}

/// X39, S2-12: a file that changes nothing of its case is found by polls alone: a new one, one that hung elsewhere before,
/// and a new version.
#[test]
fn polls_find_files_on_cases_that_did_not_change() {
    let desk = Desk::begin(ITEM);
    let elsewhere = desk.company.create("Account", &json!({ "Name": "Acme" }));
    let old = desk.company.attach_to_record(&elsewhere, "contract.pdf", b"we agree");
    let document = text(&desk.company.record("ContentVersion", &old)["ContentDocumentId"]).to_owned();
    desk.sync();
    let _server = serve_item(&desk.company, ITEM, 5, false);
    let stamp = desk.company.record("Case", &desk.case)["SystemModstamp"].clone();
    let arrives = |file: Shown| wait_for(&format!("{file:?} in Jira"), || desk.in_jira().contains(&file).then_some(()));
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    arrives(shown("log.txt", 8));
    let link = json!({ "ContentDocumentId": document, "LinkedEntityId": desk.case, "ShareType": "V" });
    desk.company.create("ContentDocumentLink", &link);
    arrives(shown("contract.pdf", 8));
    let version = json!({ "PathOnClient": "contract.pdf", "ContentDocumentId": document });
    desk.company.new_version(&version, "contract.pdf", b"we agree again");
    arrives(shown("contract.pdf", 14));
    assert_eq!(desk.company.record("Case", &desk.case)["SystemModstamp"], stamp, "the case is as it was");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    wait_for("the file in Salesforce", || desk.in_salesforce().contains(&shown("fix.patch", 7)).then_some(()));
}

/// S1-06, S1-59: a file in Jira is pushed, long before the next poll.
#[test]
fn a_push_carries_a_jira_file() {
    let desk = Desk::begin(ITEM);
    desk.sync();
    let _server = serve_item(&desk.company, ITEM, 86_400, true);
    wait_for("the webhook at the site", || desk.company.webhooks().contains("attachment_created").then_some(()));
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    wait_for("the file in Salesforce", || (desk.in_salesforce() == [shown("fix.patch", 7)]).then_some(()));
}

/// S1-74: what is deleted on one side stays on the other, and a copy that is deleted does not come back.
#[test]
fn what_is_deleted_on_one_side_stays_on_the_other() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    let there = desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.company.attach_to_issue(&desk.issue, "plan.txt", b"hurry");
    desk.sync();
    let document = |title: &str| {
        let found = desk.links().into_iter().find(|link| link["ContentDocument"]["Title"] == title);
        text(&found.unwrap()["ContentDocumentId"]).to_owned()
    };
    desk.company.delete("ContentDocument", &document("log"));
    desk.company.delete("ContentDocument", &document("plan"));
    desk.company.jira(Method::DELETE, &format!("attachment/{there}"), &Value::Null);
    desk.sync();
    assert_eq!(desk.in_salesforce(), [shown("fix.patch", 7)]);
    assert_eq!(desk.in_jira(), [shown("log.txt", 8), shown("plan.txt", 5)]);
    desk.rests();
}

/// S1-73: a new version is another file in Jira, once; one of a copy goes back as a file of its own.
#[test]
fn a_new_version_is_another_file() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    for (title, name) in [("log", "log.txt"), ("fix", "fix.patch")] {
        let link = desk.links().into_iter().find(|link| link["ContentDocument"]["Title"] == title).unwrap();
        let description = &link["ContentDocument"]["LatestPublishedVersion"]["Description"];
        let version = json!({
            "PathOnClient": name, "Title": title, "ContentDocumentId": link["ContentDocumentId"],
            "Description": description,
        });
        desk.company.new_version(&version, name, b"it is out");
    }
    desk.sync();
    assert_eq!(desk.in_salesforce(), [shown("fix.patch", 9), shown("log.txt", 9)]);
    let (old, new) = ([shown("fix.patch", 7), shown("fix.patch", 9)], [shown("log.txt", 8), shown("log.txt", 9)]);
    assert_eq!(desk.in_jira(), [old, new].concat());
    desk.rests();
    // Of versions that come between two looks the newest goes over.
    let log = desk.links().into_iter().find(|link| link["ContentDocument"]["Title"] == "log").unwrap();
    let version = json!({ "PathOnClient": "log.txt", "Title": "log", "ContentDocumentId": log["ContentDocumentId"] });
    desk.company.new_version(&version, "log.txt", b"passed over");
    desk.company.new_version(&version, "log.txt", b"what stands");
    desk.sync();
    let added: Vec<Shown> = desk.in_jira().into_iter().filter(|(_, n_bytes)| *n_bytes > 9).collect();
    assert_eq!(added, [shown("log.txt", 11)]);
    let attached = desk.attachments().into_iter().find(|file| file["size"] == 11).unwrap();
    assert_eq!(desk.company.attachment(text(&attached["id"])), b"what stands");
    desk.rests();
}

/// S1-58, S1-99: in a one-way item files follow to Jira, and back only if that is asked for.
#[test]
fn a_one_way_item_carries_files_back_only_if_asked() {
    let one_way = ITEM.replace("    fields:", "    mode: one-way\n    fields:").replace("{ direction: both }", "{}");
    let desk = Desk::begin(&one_way);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    let both = vec![shown("fix.patch", 7), shown("log.txt", 8)];
    assert_eq!((desk.in_salesforce(), desk.in_jira()), (vec![shown("log.txt", 8)], both.clone()));
    desk.rests();
    let desk = Desk { items: one_way.replace("attachments: {}", "attachments: { direction: both }"), ..desk };
    desk.sync();
    assert_eq!((desk.in_salesforce(), desk.in_jira()), (both.clone(), both));
    desk.rests();
}

/// What is added while an action rests, or in a run that writes to one side, is carried once it may be.
#[test]
fn what_was_not_carried_for_a_while_is_carried_later() {
    let desk = Desk::begin(ITEM);
    let desk = Desk { items: ITEM.replace("    fields:", "    actions: { to_jira: paused }\n    fields:"), ..desk };
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.sync();
    assert_eq!(desk.in_jira(), []);
    let desk = Desk { items: ITEM.to_owned(), ..desk };
    desk.sync();
    assert_eq!(desk.in_jira(), [shown("log.txt", 8)]);
    desk.rests();

    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    let file = desk.company.configure(ITEM, "");
    assert_eq!(run(&["sync", "--direction", "to-jira", "--config", &file]).code, 0);
    assert_eq!(desk.in_salesforce().len(), 1);
    desk.sync();
    assert_eq!(desk.in_salesforce().len(), 2);
    desk.rests();
}

/// A dry run names each file that would be copied, and copies none.
#[test]
fn a_dry_run_names_the_files() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    let planned = desk.company.plan(&desk.items);
    let [write] = planned["writes"].as_array().unwrap().as_slice() else { panic!("{planned}") };
    let told = json!([write["op"], write["side"], write["record"], write["to"]]);
    assert_eq!(told, json!(["file", "jira", desk.issue, "log.txt"]));
    assert_eq!(desk.in_jira(), []);
    assert_eq!(desk.sync()["writes"], planned["calls"]);
    desk.rests();
}

/// S1-72, S1-82: by hand, files go when a person refreshes a pair, in every direction that the item enables, and only then.
#[test]
fn a_refresh_carries_files_both_ways_at_once() {
    for attachments in ["attachments: { direction: both }", "attachments: manual"] {
        let desk = Desk::begin(&ITEM.replace("attachments: { direction: both }", attachments));
        desk.sync();
        desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
        desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
        let both = vec![shown("fix.patch", 7), shown("log.txt", 8)];
        if attachments.contains("manual") {
            desk.sync();
            assert_eq!((desk.in_salesforce(), desk.in_jira()), (both[1..].to_vec(), both[..1].to_vec()));
        }
        let refreshed = run(&["refresh", &desk.issue, "--config", &desk.company.configure(&desk.items, "")]);
        assert_eq!(refreshed.code, 0, "{refreshed:?}");
        assert_eq!((desk.in_salesforce(), desk.in_jira()), (both.clone(), both));
        desk.sync();
        desk.rests();
    }
}

/// S1-72: linking a pair by hand carries the files that are there, and with `manual` no later ones.
#[test]
fn a_pair_linked_by_hand_has_its_files_carried() {
    let desk = Desk::apart(&ITEM.replace("attachments: { direction: both }", "attachments: manual"));
    for n in 0..12 {
        desk.company.attach_to_record(&desk.case, &format!("{n}.txt"), b"it burns");
    }
    desk.link(&["--config", &desk.company.configure(&desk.items, "")]);
    desk.sync();
    assert_eq!(desk.in_jira().len(), 12);
    desk.company.attach_to_record(&desk.case, "later.txt", b"it burns");
    desk.sync();
    assert_eq!(desk.in_jira().len(), 12);
    desk.rests();
}

/// Customers see no copy: in Salesforce it is for internal users, in a service desk no public comment shows it.
#[test]
fn customers_see_no_copy() {
    let desk = Desk::begin(&ITEM.replace("OPS, issue_type: Bug", "SUP, issue_type: Bug"));
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    assert_eq!((desk.in_salesforce().len(), desk.in_jira().len()), (2, 2));
    assert!(desk.links().iter().all(|link| link["Visibility"] == "InternalUsers"), "{:#?}", desk.links());
    let each = |rows: &Value, field: &str| -> Vec<Value> {
        rows.as_array().unwrap().iter().map(|row| row[field].clone()).collect()
    };
    let path = format!("issue/{}/comment", desk.issue);
    let comments = desk.company.jira(Method::GET, &path, &Value::Null)["comments"].clone();
    assert_eq!(each(&comments, "jsdPublic"), [false], "{comments}");
    let query = format!("query?q=SELECT+IsPublished+FROM+CaseComment+WHERE+ParentId='{}'", desk.case);
    let notes = desk.company.salesforce(Method::GET, &query, &Value::Null)["records"].clone();
    assert_eq!(each(&notes, "IsPublished"), [false], "{notes}");
    desk.rests();
}

/// Whatever a file is called, and however little is in it, it arrives.
#[test]
fn names_are_kept_as_far_as_both_sides_take_them() {
    let desk = Desk::begin(ITEM);
    for name in ["Übersicht 1 (v2).tar.gz", "no extension", ".profile", "emoji 🔥.png"] {
        desk.company.attach_to_issue(&desk.issue, name, name.as_bytes());
    }
    desk.company.attach_to_issue(&desk.issue, "empty.txt", b"");
    for _ in 0..2 {
        desk.company.attach_to_record(&desk.case, "twice.txt", b"the same");
    }
    let slash = json!({ "PathOnClient": "a.txt", "Title": "either/or", "FirstPublishLocationId": desk.case });
    desk.company.new_version(&slash, "a.txt", b"odd");
    desk.sync();
    let names = |files: Vec<Shown>| files.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let mut expected = vec![
        ".profile",
        "emoji 🔥.png",
        "empty.txt",
        "no extension",
        "twice.txt",
        "twice.txt",
        "Übersicht 1 (v2).tar.gz",
    ];
    expected.insert(1, "either_or.txt");
    assert_eq!(names(desk.in_jira()), expected);
    expected[1] = "either/or.txt";
    assert_eq!(names(desk.in_salesforce()), expected);
    desk.rests();
}

/// Taking writes back leaves files, and says so.
#[test]
fn an_undo_leaves_files_and_says_so() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.sync();
    let before = (desk.in_salesforce(), desk.in_jira());
    let undone = desk.company.undo("cases");
    assert_eq!((desk.in_salesforce(), desk.in_jira()), before);
    let left = undone["left"].as_array().unwrap();
    let copy = left.iter().find(|row| row["field"] == "file").unwrap_or_else(|| panic!("{undone}"));
    assert!(text(&copy["why"]).contains("not taken back"), "{copy}");
}

/// An item without `attachments` asks nobody about files.
#[test]
fn files_that_are_not_asked_for_cost_nothing() {
    let desk = Desk::begin(&ITEM.replace("    attachments: { direction: both }\n", ""));
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    desk.company.forget_calls(Side::Salesforce);
    desk.sync();
    let without = desk.company.calls(Side::Salesforce);
    let desk = Desk { items: ITEM.to_owned(), ..desk };
    assert_eq!((desk.in_salesforce().len(), desk.in_jira().len()), (1, 1));
    desk.sync();
    desk.sync();
    desk.company.forget_calls(Side::Salesforce);
    desk.sync();
    assert_eq!(desk.company.calls(Side::Salesforce), without + 5 + 1, "five tables are described, and one is asked");
}
