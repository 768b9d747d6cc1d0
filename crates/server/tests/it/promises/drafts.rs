//! A configuration that is kept in the database: what was applied runs, an edited file is a draft, and an item runs once
//! it was tested and looked at.

use serde_json::{Value, json};

use super::company::Company;
use crate::process::{Ended, get, run, wait_for};

const TOKEN: &str = "token-of-a-test";
const MORE: &str = "triggers: { poll_seconds: 5, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n";

/// One item with these lines of its own.
fn cases(lines: &str, fields: &str) -> String {
    format!(
        r"
  cases:
    owner: integrations@acme.example
{lines}    salesforce: {{ connection: acme-org, object: Case, filter: {{ field: Origin, is: Web }} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Bug }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields:
      - {{ salesforce: Subject, jira: summary }}
{fields}"
    )
}

const DRAFT: &str = "    state: draft # not yet\n";
const PRIORITY: &str = "      - { salesforce: Priority, jira: priority, direction: to-jira }\n";
/// A medium case has no issue of its priority.
const TWO_OF_THREE: &str = "      - { salesforce: Priority, jira: priority, values: { High: High, Low: Low } }\n";

struct Place {
    company: Company,
    dir: String,
}

impl Place {
    fn new() -> Self {
        let company = Company::new();
        let dir = company.desk.arg("entente-data");
        Self { company, dir }
    }

    fn write(&self, items: &str) -> String {
        self.company.configure(items, MORE)
    }

    fn apply(&self, items: &str, options: &[&str]) -> Ended {
        run(&[&["apply", &self.write(items)], options].concat())
    }

    /// Asks the database, without any file.
    fn ask(&self, arguments: &[&str]) -> Ended {
        run(&[arguments, &["--data-dir", &self.dir]].concat())
    }

    fn case(&self, subject: &str) -> String {
        self.company.create("Case", &json!({ "Subject": subject, "Priority": "High", "Origin": "Web" }))
    }

    fn journal(&self) -> String {
        self.ask(&["journal"]).stdout
    }
}

fn done(ended: &Ended) -> &Ended {
    assert_eq!(ended.code, 0, "{ended:?}");
    ended
}

/// S2-66, S2-88: nothing runs before it is applied and activated, activation wants a test, and an edit of the file
/// changes nothing before it is applied as well.
#[test]
fn what_was_applied_runs_and_an_edited_file_is_a_draft() {
    let place = Place::new();
    let id = place.case("Tried");
    let draft = cases(DRAFT, "");
    let unconfirmed = place.apply(&draft, &[]);
    assert_eq!(unconfirmed.code, 2, "{unconfirmed:?}");
    assert!(unconfirmed.stderr.contains("nobody is there to confirm it, so nothing was applied"), "{unconfirmed:?}");
    let applied = place.apply(&draft, &["--yes"]);
    let said = &done(&applied).stdout;
    assert!(said.contains("+ item cases") && said.contains("Version 1 is in use."), "{said}");

    // It is there and rests. To run, it has to be tested as it is.
    assert_eq!(done(&place.ask(&["sync", "--json"])).json()["links"], 0);
    let refused = place.ask(&["activate", "cases"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stdout.contains("item cases was never tested as it is here"), "{refused:?}");
    done(&place.ask(&["test-record", "cases", &id]));
    done(&place.ask(&["activate", "cases"]));
    assert!(done(&place.ask(&["configuration", "show"])).stdout.contains("state: active # not yet"));
    done(&place.ask(&["sync"]));
    let key = place.company.twin("Case", &id).expect("the tested case has its issue");

    // An edit is a draft: it is said, shown by a dry run, tried on one record, and nothing else follows it.
    let file = place.write(&cases("", PRIORITY));
    place.company.edit("Case", &id, &json!({ "Subject": "Later", "Priority": "Low" }));
    let ran = run(&["sync", "--config", &file]);
    assert!(done(&ran).stderr.contains("is a draft: version 2, which "), "{ran:?}");
    let issue = place.company.issue(&key);
    assert_eq!((&issue["summary"], &issue["priority"]["name"]), (&json!("Later"), &json!("Medium")));
    let dry = run(&["sync", "--config", &file, "--dry-run", "--json"]).json();
    assert!(dry["writes"].as_array().unwrap().iter().any(|write| write["field"] == "priority"), "{dry}");
    let untested = run(&["apply", &file, "--yes"]);
    assert_eq!(untested.code, 1, "{untested:?}");
    assert!(untested.stdout.contains("+ cases: fields.Priority>priority"), "{untested:?}");
    assert!(untested.stdout.contains("item cases was never tested as it is here"), "{untested:?}");

    done(&run(&["test-record", "cases", &id, "--draft", &file, "--direction", "to-jira"]));
    assert!(done(&run(&["apply", &file, "--yes"])).stdout.contains("Version 3 is in use."));
    done(&run(&["sync", "--config", &file]));
    done(&place.ask(&["verify"]));
    assert_eq!(place.company.issue(&key)["priority"]["name"], place.company.record("Case", &id)["Priority"]);

    done(&place.ask(&["deactivate", "cases"]));
    assert!(place.ask(&["status"]).stdout.contains("item cases: paused"));
    place.company.edit("Case", &id, &json!({ "Subject": "Unseen" }));
    done(&place.ask(&["sync"]));
    assert_eq!(place.company.issue(&key)["summary"], "Later");
}

/// S2-88: a server takes what is applied without a restart, and says what its file would change.
#[test]
fn a_running_server_takes_what_is_applied() {
    let place = Place::new();
    let file = place.write(&cases("", ""));
    done(&run(&["apply", &file, "--yes", "--anyway"]));
    let (server, url) = place.company.serve(&file);
    let status = || get(&format!("{url}/api/v1/status"), TOKEN);
    let configuration = || Some(status()?["configuration"].clone());
    assert_eq!(wait_for("the version", configuration)["version"], 1);
    let id = place.case("First");
    let key = wait_for("the issue", || place.company.twin("Case", &id));

    place.write(&cases("", "      - { salesforce: Description, jira: Customer }\n"));
    wait_for("the draft", || configuration().filter(|configuration| configuration["draft"] == json!(file)));
    place.company.edit("Case", &id, &json!({ "Subject": "Second", "Description": "Acme" }));
    wait_for("the subject", || (place.company.issue(&key)["summary"] == "Second").then_some(()));
    assert_eq!(place.company.issue(&key)["Customer"], Value::Null, "the draft is not in use");

    let asking = ["--server", &url, "--token", TOKEN];
    done(&run(&[&["test-record", "cases", &id, "--draft", &file], &asking[..]].concat()));
    done(&run(&[&["apply", &file, "--yes"], &asking[..]].concat()));
    assert_eq!(configuration().map(|configuration| configuration["version"].clone()), Some(json!(2)));
    place.company.edit("Case", &id, &json!({ "Description": "Titan" }));
    wait_for("the customer", || (place.company.issue(&key)["Customer"] == "Titan").then_some(()));
    wait_for("no draft", || configuration().filter(|configuration| configuration["draft"].is_null()));
    done(&run(&[&["deactivate", "cases"], &asking[..]].concat()));
    assert_eq!(wait_for("the status", status)["items"][0]["state"], "paused");
    server.signal("TERM");
    server.wait();
}

/// Started from a file on which nothing was applied, a server has its truth there, and says so.
#[test]
fn a_server_that_runs_a_file_is_not_given_another_truth() {
    let place = Place::new();
    let file = place.write(&cases(DRAFT, ""));
    let (_server, url) = place.company.serve(&file);
    for command in [&["apply", &file, "--yes"][..], &["activate", "cases"]] {
        let refused = run(&[command, &["--server", &url, "--token", TOKEN]].concat());
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(
            refused.stderr.contains(&format!("{file} for the truth"))
                || refused.stderr.contains(&format!("{file} is the truth")),
            "{refused:?}"
        );
    }
}

/// Live values that would not survive are shown before anything runs, with one way as the way out; what check
/// refuses is not applied; and whoever insists is in the journal.
#[test]
fn what_stands_against_an_item_is_said_before_it_runs() {
    let place = Place::new();
    let ids = ["High", "Medium"].map(|priority| {
        place.company.create("Case", &json!({ "Subject": priority, "Priority": priority, "Origin": "Web" }))
    });
    let lossy = cases("", TWO_OF_THREE);
    let refused = place.apply(&lossy, &["--yes"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stdout.contains("is \"Medium\", for which Jira priority has no value"), "{refused:?}");
    assert!(refused.stdout.contains("write `direction: to-salesforce`"), "{refused:?}");
    let one_way = cases("", &TWO_OF_THREE.replace("values:", "direction: to-salesforce, values:"));
    let shown = place.apply(&one_way, &["--dry-run"]);
    assert!(shown.stdout.contains("never tested") && !shown.stdout.contains("has no value"), "{shown:?}");

    let missing = cases("", "      - { salesforce: Nothing__c, jira: Customer }\n");
    let refused = place.apply(&missing, &["--yes", "--json"]);
    assert_eq!((refused.code, &refused.json()["applied"]), (1, &json!(false)), "{refused:?}");
    assert!(refused.json()["obstacles"].to_string().contains("Nothing__c"), "{refused:?}");
    let wrong = place.apply(&lossy.replace("fields:", "fileds:"), &["--yes"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stdout.contains("acme.yaml:") && wrong.stdout.contains("unknown key `fileds`"), "{wrong:?}");
    assert!(place.company.issues("OPS").is_empty() && place.company.twin("Case", &ids[0]).is_none());

    done(&place.apply(&lossy, &["--yes", "--anyway"]));
    let journal = place.journal();
    let although = "although this stood against it: round-trip, untested";
    assert!(journal.contains("applied version 1 of the configuration") && journal.contains(although), "{journal}");
    assert!(!journal.contains("is \"Medium\""), "what records hold is not for the journal's keeping: {journal}");
    let synced = place.ask(&["sync"]);
    assert_eq!(synced.code, 0, "where the table has no value, what Jira gives a new issue is agreed: {synced:?}");
    assert_eq!(place.company.issues("OPS").len(), 2);
}

/// A credential in the text would lie in the database; where it opens more than a sandbox it is refused.
#[test]
fn a_text_with_a_credential_is_not_kept() {
    let place = Place::new();
    let file = place.write(&cases(DRAFT, ""));
    let real = std::fs::read_to_string(&file).unwrap();
    let addresses = place.company.addresses();
    let real = real
        .replace("    sandbox: true\n", "")
        .replace(addresses.0, "https://acme.my.salesforce.com")
        .replace(addresses.1, "https://acme.atlassian.net");
    std::fs::write(&file, real).unwrap();
    let refused = run(&["apply", &file, "--yes"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stdout.contains("`client_secret` stands in the document")
            && refused.stdout.contains("the database or a browser would keep it"),
        "{refused:?}"
    );
    assert!(!refused.stdout.contains("sandbox-least-secret"), "{refused:?}");
    assert!(place.ask(&["sync"]).stderr.contains("none is kept in a database"), "nothing was applied");
}

/// Every text that was applied stays, and can be taken back.
#[test]
fn the_versions_are_kept_and_an_old_one_comes_back() {
    let place = Place::new();
    done(&place.apply(&cases(DRAFT, ""), &["--yes"]));
    done(&place.apply(&cases(DRAFT, PRIORITY), &["--yes"]));
    let same = place.apply(&cases(DRAFT, PRIORITY), &["--yes"]);
    assert!(done(&same).stdout.contains("Nothing changes."), "{same:?}");
    // A comment is no change of what it says, and yet what is kept is the text.
    let commented = place.apply(&cases(DRAFT, &format!("      # By importance.\n{PRIORITY}")), &["--yes"]);
    assert!(done(&commented).stdout.contains("Nothing changes but its layout.\nVersion 3 is in use."), "{commented:?}");
    let versions = done(&place.ask(&["configuration", "list", "--json"])).json();
    let numbers: Vec<_> = versions["versions"].as_array().unwrap().iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, [&json!(3), &json!(2), &json!(1)]);
    let first = done(&place.ask(&["configuration", "show", "1"])).stdout.clone();
    let file = place.company.desk.file("old.yaml", &first);
    let back = run(&["apply", &file, "--yes", "--data-dir", &place.dir]);
    assert!(done(&back).stdout.contains("- cases: fields.Priority>priority"), "{back:?}");
    assert_eq!(done(&place.ask(&["configuration", "show"])).stdout, first);
    assert!(place.journal().contains("- cases: fields.Priority>priority"));
}

/// Once something was applied, no file is needed to keep the database, to put it back, or to ask what is missing.
#[test]
fn what_was_applied_is_kept_put_back_and_examined_without_a_file() {
    let place = Place::new();
    done(&place.apply(&cases(DRAFT, "      - { salesforce: Nope__c, jira: priority }\n"), &["--yes", "--anyway"]));
    let examined = place.ask(&["doctor"]);
    assert!(examined.stdout.contains("version 1:") && examined.stdout.contains("Case.Nope__c"), "{examined:?}");
    let backup = place.company.desk.arg("monday.backup");
    done(&place.ask(&["backup", "--to", &backup]));
    let restored = place.ask(&["restore", &backup, "--force"]);
    assert!(done(&restored).stdout.starts_with("Restored 0 links."), "{restored:?}");
    assert!(done(&place.ask(&["configuration", "show"])).stdout.contains("Nope__c"));
    for command in [&["doctor"][..], &["backup", "--to", &backup], &["restore", &backup]] {
        let lost = run(command);
        assert!(lost.code == 2 && lost.stderr.contains("neither --config nor --data-dir is given"), "{lost:?}");
    }
    let (_server, url) = place.company.serve(&place.write(&cases(DRAFT, "")));
    let asked = run(&["doctor", "--server", &url, "--token", TOKEN]);
    assert_eq!((asked.code, asked.stdout.contains("Case.Nope__c")), (examined.code, true), "{asked:?}");
}

/// What cannot be activated or applied has its sentence.
#[test]
fn what_is_not_there_is_said() {
    let place = Place::new();
    let file = place.write(&cases(DRAFT, ""));
    for (arguments, says) in [
        (&["sync", "--data-dir", &place.dir][..], "no configuration is given, and none is kept"),
        (&["serve"], "no configuration is given, and none is kept"),
        (&["activate", "cases", "--config", &file], "is the truth, so write `state:` there, or say `entente apply"),
        (&["apply", "/no/such/file.yaml"], "cannot read /no/such/file.yaml"),
    ] {
        let refused = run(arguments);
        assert!(refused.code > 0 && refused.stderr.contains(says), "{says}: {refused:?}");
    }
    done(&place.apply(&cases(DRAFT, ""), &["--yes"]));
    for (arguments, says) in [
        (&["activate", "bugs"][..], "There is no item \"bugs\" in this configuration; it has: cases."),
        (&["configuration", "show", "7"], "There is no version 7"),
    ] {
        let refused = place.ask(arguments);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{says}: {refused:?}");
    }
}
