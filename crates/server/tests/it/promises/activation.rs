//! An item that is to run and cannot: it says what is missing, and what ran before goes on.

use reqwest::Method;
use serde_json::json;

use super::company::{Company, ENTENTE};
use crate::process::{get, run, wait_for};

const CASES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
);
const LEADS: &str = r"
  leads:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, project: NOPE, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Company, jira: summary } ]
";
const MORE: &str = "triggers: { poll_seconds: 5, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n";

/// S2-80: who was warned is not told that everything is there.
#[test]
fn a_doctor_who_warns_does_not_say_that_all_is_well() {
    let company = Company::new();
    let told = |items: &str| {
        let ended = run(&["doctor", "--config", &company.configure(items, "")]);
        (ended.code, ended.stdout.lines().last().unwrap().to_owned())
    };
    assert_eq!(told(CASES), (0, "Everything that this configuration needs is there.".to_owned()));
    let misspelt = CASES.to_owned() + "    status: { field: Status, values: { New: To Do, Closed: Doone } }\n";
    let (code, last) = told(&misspelt);
    assert_eq!((code, last.as_str()), (0, "0 errors, 1 warning: it can run, but not all of it as it is written."));
}

/// S2-32: customers of a service desk do not meet the id by which a record is found again.
#[test]
fn a_form_that_shows_customers_the_correlation_field_is_warned_of() {
    let company = Company::new();
    let told = |field: &str| {
        let items = CASES.replace("project: OPS, issue_type: Bug", "project: SUP, issue_type: Service Request");
        let items = items.replace("Salesforce Case ID", field);
        run(&["doctor", "--config", &company.configure(&items, "")])
    };
    let hidden = told("Salesforce Case ID");
    assert!(!hidden.stdout.contains("shows customers"), "{hidden:?}");
    let shown = told("Customer");
    let words = "in project SUP the form of the request type Get help shows customers the field Customer, by which Entente finds the record";
    assert!(shown.code == 0 && shown.stdout.contains(words), "{shown:?}");
}

/// S2-11, S2-80: `union` and `append` on fields that hold no set and no text, and correlation fields that cannot hold a key,
/// are refused before anything runs.
#[test]
fn joins_and_correlation_fields_of_a_wrong_kind_are_refused() {
    let company = Company::new();
    let short = json!([ { "name": "Short__c", "type": "Text", "length": 3 } ]);
    company.org_door("objects", &json!({ "object": "Case", "fields": short }));
    let cases = |correlation: &str, line: &str| {
        let old = "{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }";
        CASES.replace(old, correlation).replace("jira: summary }", line)
    };
    let good = "{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }";
    for (correlation, line, said) in [
        (good, "jira: summary, conflicts: union }", "`conflicts: union` joins sets of values"),
        (
            good,
            "jira: summary }, { salesforce: Priority, jira: priority, conflicts: append }",
            "`conflicts: append` joins texts, and Priority and priority are not both such fields",
        ),
        (
            "{ salesforce: Short__c, jira: Salesforce Case ID }",
            "jira: summary }",
            "Short__c in Salesforce holds 3 char",
        ),
        (
            "{ salesforce: Short__c, jira: Salesforce Case ID }",
            "jira: summary }",
            "or create one: type Text, length 255",
        ),
        (
            "{ salesforce: Origin, jira: Salesforce Case ID }",
            "jira: summary }",
            "Origin in Salesforce is no text field",
        ),
        (
            "{ salesforce: CaseNumber, jira: Salesforce Case ID }",
            "jira: summary }",
            "CaseNumber in Salesforce is filled in by Salesforce itself",
        ),
        ("{ salesforce: Jira_Reference__c, jira: labels }", "jira: summary }", "labels in Jira is no text field"),
    ] {
        let file = company.configure(&cases(correlation, line), "");
        for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
            let ended = run(&command);
            assert!(
                ended.code == 1 && ended.stdout.contains(said) && ended.stdout.contains("acme.yaml:"),
                "{said}: {ended:?}"
            );
        }
    }
}

const LINES: &str = cases!(
    r"
    status: { field: Status, values: { New: To Do, Closed: Done }, on: { Done: { resolution: Fixedd }, Nope: { nofield: x } } }
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: Twice }
      - { salesforce: Origin, jira: labels }
"
);

/// S2-80: a name that several fields bear is refused, with their ids; names under `on:` that are not there, and a field that
/// may not be written, are told; and what is about a line is told where that stands.
#[test]
fn what_a_line_names_is_looked_at_before_anything_runs() {
    let company = Company::new();
    let twice = || company.site_door("fields", &json!({ "project": "OPS", "name": "Twice", "type": "textfield" }));
    let ids = [twice(), twice()].map(|field| field["id"].as_str().unwrap().to_owned());
    company.org_door("rights", &json!({ "user": ENTENTE, "object": "Case", "field": "Origin", "update": false }));
    let file = company.configure(LINES, "");
    let place = |line: &str| {
        let text = std::fs::read_to_string(&file).unwrap();
        format!("acme.yaml:{}:", text.lines().position(|one| one.contains(line)).unwrap() + 1)
    };
    for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
        let ended = run(&command);
        let says = |part: &str| assert!(ended.stdout.contains(part), "{command:?}: {part}: {}", ended.stdout);
        assert_eq!(ended.code, 1, "{command:?}");
        says(&format!("several fields are called Twice: {}, {}", ids[0], ids[1]));
        says("has no value Fixedd, which the item names");
        says("has no value nope, which the item names");
        says("there is no field nofield that the account can see");
        says("may not write the field Case.Origin");
        let misfit = ended.stdout.lines().find(|line| line.contains("labels")).unwrap();
        assert!(misfit.contains(&place("jira: labels")), "{misfit}");
    }
    let refused = run(&["sync", "--config", &file]);
    assert!(refused.code == 1 && refused.stderr.contains("several fields are called Twice"), "{refused:?}");
    let by_id = LINES.replace("jira: Twice", &format!("jira: {}", ids[1]));
    let checked = run(&["check", &company.configure(&by_id, ""), "--online"]).stdout;
    assert!(!checked.contains("several fields"), "{checked}");
}

/// S2-80: what a document lacks is said with its place, and the one before stays in use; what a site lacks is said at
/// the item, and the others run.
#[test]
fn an_item_that_cannot_be_activated_says_what_is_missing() {
    let company = Company::new();
    let file = company.configure(CASES, MORE);
    let (_server, server) = company.serve(&file);
    let status = || get(&format!("{server}/api/v1/status"), "token-of-a-test");
    let first = company.create("Case", &json!({ "Subject": "One" }));
    wait_for("the first twin", || company.twin("Case", &first));

    let line = "    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }\n";
    company.configure(&(CASES.to_owned() + &LEADS.replace(line, "")), MORE);
    let problem = |status: serde_json::Value| status["configuration_problem"].as_str().map(str::to_owned);
    let said = wait_for("the refusal", || problem(status()?));
    assert!(said.contains("acme.yaml:") && said.contains("`correlation` is missing"), "{said}");
    let second = company.create("Case", &json!({ "Subject": "Two" }));
    wait_for("the second twin", || company.twin("Case", &second));

    company.configure(&(CASES.to_owned() + LEADS), MORE);
    let said = wait_for("the item's problem", || status()?["items"][1]["problem"].as_str().map(str::to_owned));
    assert!(said.contains("no project NOPE") && said.contains("check the key"), "{said}");
    let third = company.create("Case", &json!({ "Subject": "Three" }));
    wait_for("the third twin", || company.twin("Case", &third));
    let now = status().unwrap();
    assert_eq!((&now["configuration_problem"], &now["items"][0]["problem"]), (&json!(null), &json!(null)), "{now}");

    // Nor does it begin with twins that lack a field.
    let lead = company.create("Lead", &json!({ "Company": "Acme", "LastName": "Ames" }));
    let leads = LEADS.replace("NOPE", "OPS");
    let lacking = leads.replace("jira: summary }", "jira: summary }, { salesforce: Email, jira: Nope }");
    company.configure(&(CASES.to_owned() + &lacking), MORE);
    let problem = || status()?["items"][1]["problem"].as_str().map(str::to_owned);
    wait_for("the field's name", || problem().filter(|problem| problem.contains("no field Nope")));
    assert_eq!(company.twin("Lead", &lead), None);

    company.configure(&(CASES.to_owned() + &leads), MORE);
    wait_for("the lead's task", || company.twin("Lead", &lead));
}

/// A connection that does not let us in says so in the status, before anything was ever read over it.
#[test]
fn a_refused_sign_in_is_in_the_status() {
    let company = Company::new();
    let file = company.configure(CASES, MORE);
    let right = std::fs::read_to_string(&file).unwrap();
    let file = company.desk.file("acme.yaml", &right.replace("sandbox-least-secret", "wrong-secret"));
    let (_server, server) = company.serve(&file);
    let state = |wanted| {
        let org = get(&format!("{server}/api/v1/status"), "token-of-a-test")?["connections"][0].clone();
        (org["name"] == "acme-org" && org["state"] == wanted).then_some(())
    };
    wait_for("the refusal", || state("refused"));
    company.desk.file("acme.yaml", &right);
    wait_for("a sign-in", || state("ok"));
}

/// S2-29: a line that is left to itself flows one way where Salesforce fills in the field, and is no mistake; one that says
/// otherwise is.
#[test]
fn a_field_that_salesforce_computes_flows_one_way_unless_the_line_says_otherwise() {
    let company = Company::new();
    let line = |more: &str| {
        CASES.replace(
            "summary }",
            &format!("summary }}, {{ salesforce: CaseNumber, jira: Salesforce Reference{more} }}"),
        )
    };
    let line = |more: &str| line(more).replace("auto_create: jira", "auto_create: both");
    let asked = |items: &str| {
        let file = company.configure(items, "");
        [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]].map(|command| run(&command))
    };
    for ended in asked(&line("")) {
        assert!(ended.code == 0 && !ended.stdout.contains("CaseNumber"), "{ended:?}");
    }
    for direction in [", direction: both", ", direction: to-salesforce"] {
        for ended in asked(&line(direction)) {
            assert!(ended.code == 1 && ended.stdout.contains("may not write the field Case.CaseNumber"), "{ended:?}");
        }
    }
    let id = company.create("Case", &json!({ "Subject": "Numbered" }));
    company.sync(&line(""));
    let (number, key) = (company.record("Case", &id)["CaseNumber"].clone(), company.twin("Case", &id).unwrap());
    assert_eq!(company.issue(&key)["Salesforce Reference"], number);
    let fields = company.jira(Method::GET, "field", &json!(null));
    let field = fields.as_array().unwrap().iter().find(|field| field["name"] == "Salesforce Reference").unwrap();
    company.edit_issue(&key, &json!({ field["id"].as_str().unwrap(): "mine" }));
    let plan = company.plan(&line(""));
    let to_salesforce = plan["writes"].as_array().unwrap().iter().filter(|write| write["side"] == "salesforce");
    assert_eq!(to_salesforce.count(), 0, "{plan}");
}

/// S2-64, S2-80: what is wrong with a draft is a warning, and says that a test would be refused for it.
#[test]
fn a_warning_of_a_draft_says_that_its_test_would_be_refused() {
    let company = Company::new();
    let draft = |line: &str, place: &str| {
        let items = CASES.replace("jira: summary }", line).replace("project: OPS", place);
        company.configure(&items.replace("    fields:", "    state: draft\n    fields:"), "")
    };
    let id = company.create("Case", &json!({ "Subject": "Tried" }));
    let refuses = "`entente test-record` refuses it until then";
    for (line, place) in [
        ("jira: summary, conflicts: union }", "project: OPS"),
        ("jira: NoSuchField }", "project: OPS"),
        ("jira: summary }", "project: NOPE"),
    ] {
        let file = draft(line, place);
        let tried = run(&["test-record", "cases", &id, "--config", &file]);
        assert!(tried.code != 0 && company.issues("OPS").is_empty(), "{tried:?}");
        for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
            let ended = run(&command);
            assert!(ended.code == 0 && ended.stdout.contains(refuses), "{ended:?}");
        }
    }
    let file = draft("jira: summary }", "project: OPS");
    let ended = run(&["doctor", "--config", &file]);
    assert!(ended.code == 0 && !ended.stdout.contains(refuses), "{ended:?}");
}
