//! What goes wrong on the way: no file is doubled, halved or forgotten, and what stands in the way is named.

use serde_json::json;

use super::{Desk, ENTENTE, ITEM, Side, entente, run, shown, wait_for};
use crate::promises::company::copies_told;

/// S1-73: an answer that is lost does not double a file, on neither side; what never arrived is sent again.
#[test]
fn a_lost_answer_doubles_no_file() {
    for fault in ["timeout_after_commit", "reset_before", "error_before"] {
        let desk = Desk::begin(ITEM);
        let fault = |route: &str| json!({ "name": fault, "route": route, "times": 1 });
        for _ in 0..2 {
            desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
            desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
        }
        desk.company.site_door("faults", &fault("POST /rest/api/3/issue/{..}/attachments"));
        desk.company.org_door("faults", &fault("POST /services/data/v64.0/sobjects/ContentVersion"));
        let file = desk.company.configure(&desk.items, "");
        let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
        assert_eq!(synchronized.code, 0, "{synchronized:?}");
        assert_eq!([Side::Salesforce, Side::Jira].map(|side| desk.company.hits(side)), [1, 1], "both were lost");
        let both = [vec![shown("fix.patch", 7); 2], vec![shown("log.txt", 8); 2]].concat();
        assert_eq!((desk.in_salesforce(), desk.in_jira()), (both.clone(), both));
        desk.rests();
        assert_eq!(copies_told(&file, "file"), 4, "the journal has each copy once");
    }
}

/// S1-73: killed after a file was sent and before that was recorded, Entente finds it, and tells of it once.
#[test]
fn a_server_killed_while_a_file_is_sent_doubles_none() {
    for (route, is_site) in [
        ("POST /rest/api/3/issue/{..}/attachments", true),
        ("POST /services/data/v64.0/sobjects/ContentVersion", false),
    ] {
        let desk = Desk::begin(ITEM);
        let hold = json!({ "name": "slow", "route": route, "delay_ms": 600_000 });
        match is_site {
            true => {
                desk.company.site_door("faults", &hold);
                desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
            }
            false => {
                desk.company.attach_to_issue(&desk.issue, "log.txt", b"it burns");
                desk.company.org_door("faults", &hold);
            }
        }
        let mut life = entente(&["sync", "--config", &desk.company.configure(ITEM, "")]).spawn().unwrap();
        let there = || if is_site { desk.in_jira() } else { desk.in_salesforce() };
        wait_for("the copy", || (there() == [shown("log.txt", 8)]).then_some(()));
        life.kill().unwrap();
        life.wait().unwrap();
        desk.company.heal();
        wait_for("another process to take over", || {
            let file = desk.company.configure(ITEM, "");
            (run(&["sync", "--wait", "20", "--config", &file]).code == 0).then_some(())
        });
        assert_eq!((desk.in_salesforce(), desk.in_jira()), (vec![shown("log.txt", 8)], vec![shown("log.txt", 8)]));
        assert_eq!(desk.notes().1.len(), 1);
        desk.rests();
    }
}

/// S1-73: after the loss of the database the same copies are found.
#[test]
fn without_any_memory_the_same_copies_are_found() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.sync();
    let (files, notes) = ((desk.in_salesforce(), desk.in_jira()), desk.notes());
    std::fs::remove_dir_all(desk.company.desk.path("entente-data")).unwrap();
    desk.sync();
    assert_eq!(((desk.in_salesforce(), desk.in_jira()), desk.notes()), (files, notes));
    desk.rests();
}

/// S1-73: nor is a copy taken for that of another file which has the same name and size.
#[test]
fn without_any_memory_a_new_version_of_the_same_size_is_not_taken_for_copied() {
    let desk = Desk::begin(ITEM);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.sync();
    std::fs::remove_dir_all(desk.company.desk.path("entente-data")).unwrap();
    let document = desk.links()[0]["ContentDocumentId"].clone();
    let version = json!({ "PathOnClient": "log.txt", "Title": "log", "ContentDocumentId": document });
    desk.company.new_version(&version, "log.txt", b"no flame");
    desk.sync();
    assert_eq!((desk.in_salesforce(), desk.in_jira()), (vec![shown("log.txt", 8)], vec![shown("log.txt", 8); 2]));
    desk.rests();
}

/// A file that arrives cut short does not become one on the other side.
#[test]
fn half_a_file_is_not_stored() {
    let desk = Desk::begin(ITEM);
    let cut = |route: &str| json!({ "name": "truncated", "route": route, "times": 1 });
    desk.company.org_door("faults", &cut("GET /services/data/v64.0/sobjects/ContentVersion/{..}/VersionData"));
    desk.company.attach_to_record(&desk.case, "log.txt", &[7; 50_000]);
    let file = desk.company.configure(ITEM, "");
    assert_eq!(run(&["sync", "--wait", "60", "--config", &file]).code, 0);
    assert_eq!(desk.company.hits(Side::Salesforce), 1, "it came cut short once");
    assert_eq!(desk.in_jira(), [shown("log.txt", 50_000)]);
    desk.rests();
}

/// S1-92, S2-79: a right that is missing is named, everything else goes on, and the file follows once the right is there.
#[test]
fn a_missing_right_is_named_and_stops_nothing_else() {
    let desk = Desk::begin(ITEM);
    let permit = |granted: bool| {
        let right =
            json!({ "user": ENTENTE, "project": "OPS", "permission": "CREATE_ATTACHMENTS", "granted": granted });
        desk.company.site_door("rights", &right);
    };
    permit(false);
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
    desk.company.edit("Case", &desk.case, &json!({ "Subject": "Printer in ashes" }));
    let refused = desk.company.try_sync(ITEM);
    assert_eq!((refused.code, &refused.json()["waiting"]), (1, &json!(1)), "{refused:?}");
    assert_eq!(desk.company.issue(&desk.issue)["summary"], "Printer in ashes");
    assert_eq!(desk.in_salesforce().len(), 2);
    let told = desk.told();
    assert!(
        told.contains("log.txt was not copied to Jira") && told.contains("permission to create attachments"),
        "{told}"
    );
    let examined = run(&["doctor", "--config", &desk.company.configure(ITEM, "")]);
    for words in ["Create attachments", "Give the account Create attachments in OPS"] {
        assert!(examined.stdout.contains(words), "{words}: {examined:?}");
    }
    permit(true);
    let file = desk.company.configure(ITEM, "");
    assert_eq!(run(&["sync", "--wait", "60", "--config", &file]).code, 0);
    assert_eq!(desk.in_jira().len(), 2);
    desk.rests();
}

/// S2-79: files that the integration user may not see are no files that are not there: every command says so, with what
/// to do, nothing else waits for them, and they go over once they are seen.
#[test]
fn files_that_cannot_be_seen_are_no_agreement() {
    for object in ["ContentVersion", "ContentDocumentLink"] {
        let desk = Desk::begin(ITEM);
        let permit = |read: bool| {
            desk.company.org_door("rights", &json!({ "user": ENTENTE, "object": object, "read": read }));
        };
        desk.sync();
        permit(false);
        desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
        desk.company.attach_to_issue(&desk.issue, "fix.patch", b"+ water");
        desk.company.edit("Case", &desk.case, &json!({ "Subject": "Printer in ashes" }));
        let file = desk.company.configure(ITEM, "");
        let ended = ["sync", "verify"].map(|command| run(&[command, "--config", &file]));
        let planned = run(&["sync", "--dry-run", "--config", &file]);
        assert_eq!(ended.each_ref().map(|ended| ended.code), [1, 1], "{object}: {ended:?}");
        for told in ended.map(|ended| ended.stdout).into_iter().chain([planned.stdout, desk.told()]) {
            for words in ["the integration user may not see files", "Let the user work with Salesforce Files"] {
                assert!(told.contains(words), "{object}: {words}: {told}");
            }
        }
        let examined = run(&["doctor", "--config", &file]).stdout;
        assert!(examined.contains(&format!("may not read records of {object}, so files stay behind")), "{examined}");
        assert_eq!(desk.company.issue(&desk.issue)["summary"], "Printer in ashes");
        permit(true);
        desk.sync();
        assert_eq!((desk.in_salesforce().len(), desk.in_jira().len()), (2, 2));
        desk.rests();
    }
}

/// What a vendor does not take is told in its own words, and is not sent again and again.
#[test]
fn a_refused_file_is_named_and_not_sent_again() {
    let desk = Desk::begin(ITEM);
    desk.company.site_door("limits", &json!({ "upload_bytes": 5 }));
    desk.company.attach_to_record(&desk.case, "log.txt", b"it burns");
    desk.company.attach_to_record(&desk.case, "tiny.txt", b"hot");
    desk.sync();
    assert_eq!(desk.in_jira(), [shown("tiny.txt", 3)]);
    let told = desk.told();
    assert!(told.contains("Jira does not take the file log.txt: ") && told.contains("too large"), "{told}");
    desk.rests();
}
