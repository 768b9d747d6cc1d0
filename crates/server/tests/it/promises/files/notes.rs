//! Notes about files and links: what Entente says beside the records, and carries nowhere.

use serde_json::json;

use super::{Desk, ITEM, Side, run, text};

/// S1-86, S1-87, S1-88: notes on both sides tell where a copy came from, once, and are no comments.
#[test]
fn notes_tell_where_a_file_came_from_and_are_carried_nowhere() {
    let desk = Desk::begin(&format!("{ITEM}    comments: {{}}\n"));
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    let there = desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    let (salesforce, jira) = desk.notes();
    let [note] = salesforce.as_slice() else { panic!("{salesforce:#?}") };
    let row = format!("\nattachment {there} of {}: fix.patch", desk.issue);
    assert!(note.starts_with("[Entente] Jira attachment sync note") && note.contains(&row), "{note}");
    let [note] = jira.as_slice() else { panic!("{jira:#?}") };
    assert!(note.starts_with("[Entente] Attachment sync comment"), "{note}");
    for line in ["log.txt came from Salesforce", &format!("fix.patch came from Jira (attachment {there})")] {
        assert!(note.contains(line), "{note}");
    }
    desk.rests();
    assert_eq!(desk.notes(), (salesforce, jira), "nothing was carried");

    // The words in front are a person's.
    let desk = Desk { items: desk.items.replace("both }", "both, mark: \"[Connector]\" }"), ..desk };
    desk.company.attach_to_issue(&desk.issue, "plan.txt", b"hurry");
    desk.sync();
    let (salesforce, jira) = desk.notes();
    assert_eq!((salesforce.len(), jira.len()), (2, 2), "{salesforce:#?} {jira:#?}");
    assert!(salesforce[1].starts_with("[Connector] Jira attachment sync note"), "{salesforce:#?}");
    assert!(jira[1].starts_with("[Connector] Attachment sync comment"), "{jira:#?}");
    desk.rests();
}

/// S1-85, S1-88: a note on the record says which issue it is linked with, once, also after a lost answer, and is carried
/// nowhere. Where it is not asked for there is none.
#[test]
fn a_note_says_which_issue_a_record_is_linked_with() {
    let items = format!("{ITEM}    comments: {{}}\n    link_note: true\n");
    let desk = Desk::begin(&ITEM.replace("auto_create", "link_note: false\n    auto_create"));
    assert_eq!(desk.notes().0.len(), 0);
    let desk = Desk { items, ..desk };
    let planned = desk.company.plan(&desk.items);
    assert!(text(&planned["writes"][0]["to"]).contains(&desk.issue), "{planned}");
    let lost =
        json!({ "name": "timeout_after_commit", "route": "POST /services/data/v64.0/composite/sobjects", "times": 1 });
    desk.company.org_door("faults", &lost);
    let file = desk.company.configure(&desk.items, "");
    let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
    assert_eq!(synchronized.code, 0, "{synchronized:?}");
    assert_eq!(desk.company.hits(Side::Salesforce), 1, "its answer was lost");
    let (salesforce, jira) = desk.notes();
    let [note] = salesforce.as_slice() else { panic!("{salesforce:#?}") };
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!((lines[0], lines[1]), ("[Entente] Salesforce Jira link note", desk.issue.as_str()));
    assert!(lines[2].ends_with(&format!("/browse/{}", desk.issue)), "{note}");
    assert_eq!((lines[3], jira.len()), ("linked automatically under cases", 0));
    desk.rests();
    std::fs::remove_dir_all(desk.company.desk.path("entente-data")).unwrap();
    desk.sync();
    assert_eq!(desk.notes().0.len(), 1, "it is found again");
    desk.rests();

    let desk = Desk::apart(&desk.items);
    desk.link(&["--config", &desk.company.configure(&desk.items, "")]);
    desk.sync();
    let (salesforce, _) = desk.notes();
    let [note] = salesforce.as_slice() else { panic!("{salesforce:#?}") };
    assert!(note.ends_with("\nlinked by hand under cases"), "{note}");
    desk.rests();
}
