//! A configuration in version control, and items that go from one environment to the next.

use serde_json::json;

use super::company::Company;
use crate::process::{Ended, ended, entente, run};

const TWO: &str = "
  # What support sees first.
  cases:
    state: active # tested in May
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
  shown:
    mode: display-only
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, projects: [ OPS ] }
    fields: [ { salesforce: Name } ]
";

fn export(file: &str, more: &[&str]) -> Ended {
    run(&[&["export", "--config", file], more].concat())
}

/// S2-72: what is exported has no credential in it, is the text as it was written, the same each time, and is a
/// configuration again once its variables have values.
#[test]
fn a_configuration_is_exported_as_it_was_written_and_without_credentials() {
    let company = Company::new();
    let file = company.configure(TWO, "server: { api_tokens: [ 'a ''quoted'' token', \"another\" ] }\n");
    let all = export(&file, &[]);
    assert_eq!(all.code, 0, "{all:?}");
    assert_eq!(all.stdout, export(&file, &[]).stdout);
    for secret in ["sandbox-least-secret", "sandbox-least-api-token", "quoted", "another"] {
        assert!(!all.stdout.contains(secret), "{secret}: {}", all.stdout);
    }
    for kept in [
        "# What support sees first.",
        "state: active # tested in May",
        "${ACME_ORG_CLIENT_SECRET}",
        "${SERVER_API_TOKENS_2}",
    ] {
        assert!(all.stdout.contains(kept), "{kept}: {}", all.stdout);
    }
    let exported = company.desk.file("exported.yaml", &all.stdout);
    let mut check = entente(&["check", &exported]);
    for name in ["ACME_ORG_CLIENT_SECRET", "ACME_SITE_API_TOKEN", "SERVER_API_TOKENS_1", "SERVER_API_TOKENS_2"] {
        check.env(name, "a value");
    }
    let checked = ended(check.output().unwrap());
    assert_eq!(checked.code, 0, "{checked:?}");

    let to = company.desk.arg("cases.yaml");
    let one = export(&file, &["--items", "cases", "--to", &to]);
    assert!(one.code == 0 && one.stdout.contains("Written to"), "{one:?}");
    let one = std::fs::read_to_string(&to).unwrap();
    assert!(
        one.contains("  cases:\n") && one.contains("# What support sees first.") && !one.contains("shown:"),
        "{one}"
    );
    // What stands in a configuration's place would take its credentials along.
    for taken in [&to, &file] {
        let before = std::fs::read_to_string(taken).unwrap();
        let refused = export(&file, &["--to", taken]);
        assert!(refused.code == 2 && refused.stderr.contains("there is a file"), "{refused:?}");
        assert_eq!(std::fs::read_to_string(taken).unwrap(), before);
    }
    // Beside a server too, which keeps everybody else out of its database.
    let (_running, _) = company.serve(&file);
    let beside = export(&file, &[]);
    assert_eq!((beside.code, beside.stdout), (0, all.stdout), "{}", beside.stderr);
    let unknown = export(&file, &["--items", "cases,bugs"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("There is no item \"bugs\""), "{unknown:?}");
}

/// S2-71, S2-72: an item that was tested in one environment goes to the next, where connections have other names. There
/// a new item is a draft, and one that is there keeps its state; nothing else changes.
#[test]
fn a_tested_item_goes_to_another_environment() {
    let company = Company::new();
    let staging = company.configure(TWO, "");
    let text = std::fs::read_to_string(&staging)
        .unwrap()
        .replace("acme-org", "staging-org")
        .replace("acme-site", "staging-site");
    let staging = company.desk.file("staging.yaml", &text);
    let to = company.desk.arg("cases.yaml");
    assert_eq!(export(&staging, &["--items", "cases", "--to", &to]).code, 0);

    let dir = company.desk.arg("production");
    let production =
        company.configure(&TWO.replace("  cases:", "  older:").replace("state: active", "state: paused"), "");
    let in_production = |arguments: &[&str]| run(&[arguments, &["--data-dir", &dir]].concat());
    assert_eq!(in_production(&["apply", &production, "--yes", "--anyway"]).code, 0);
    let unmapped = in_production(&["import", &to, "--yes"]);
    assert!(unmapped.code == 2 && unmapped.stdout.contains("staging-org"), "{unmapped:?}");
    let map = ["--map", "staging-org=acme-org", "--map", "staging-site=acme-site"];
    let looked = in_production(&[&["import", &to, "--dry-run"], &map[..]].concat());
    assert!(looked.code == 0 && looked.stdout.contains("+ item cases"), "{looked:?}");
    let done = in_production(&[&["import", &to, "--yes"], &map[..]].concat());
    assert!(done.code == 0 && done.stdout.contains("Version 2 is in use."), "{done:?}");
    let items = in_production(&["items", "--json"]).json();
    let states = items["items"].as_array().unwrap().iter().map(|item| (item["name"].clone(), item["state"].clone()));
    assert!(states.collect::<Vec<_>>().contains(&(json!("cases"), json!("draft"))), "{items:#}");

    // It is changed and tested once more, and taken over once more.
    let changed = std::fs::read_to_string(&to)
        .unwrap()
        .replace("{ salesforce: Subject,", "{ salesforce: Description, jira: description }, { salesforce: Subject,");
    let changed = company.desk.file("cases.yaml", &changed);
    let done = in_production(&[&["import", &changed, "--yes"], &map[..]].concat());
    assert!(
        done.stdout.contains("+ cases: fields.Description>description") && !done.stdout.contains("state"),
        "{done:?}"
    );

    // The same for a file that is the truth.
    let into = company.configure(&TWO.replace("  cases:", "  older:"), "");
    let done = run(&[&["import", &changed, "--into", &into, "--yes"], &map[..]].concat());
    assert!(done.code == 0 && done.stdout.contains("is changed."), "{done:?}");
    let text = std::fs::read_to_string(&into).unwrap();
    assert!(
        text.contains("  cases:\n    state: draft # tested in May") && text.contains("sandbox-least-secret"),
        "{text}"
    );
    let again = run(&[&["import", &changed, "--into", &into, "--yes"], &map[..]].concat());
    assert!(again.stdout.contains("Nothing changes."), "{again:?}");
    let unused = run(&["import", &changed, "--into", &into, "--map", "nobody=acme-org"]);
    assert!(unused.code == 2 && unused.stderr.contains("uses the connection \"nobody\""), "{unused:?}");
}

/// S2-74: for whoever has to answer for it, what each item lets cross of comments and files, and who may read it there.
#[test]
fn what_comments_and_files_may_cross_is_listed() {
    let company = Company::new();
    let rules = "    comments: { direction: both, audience: customer, exclude_authors: [ bot@acme.example ], include: [ '#share' ] }
    attachments: { direction: to-jira, max_bytes: 1000 }
  shown:";
    let file = company.configure(&TWO.replace("  shown:", rules), "");
    let told = run(&["comments", "rules", "--config", &file]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(
        told.stdout,
        "cases (nobody answers for it)
  Comments to salesforce: read by customers too, where the original is for customers; not by bot@acme.example; only with one of: #share
  Comments to jira: read by customers too, where the original is for customers and the project is a service desk; not by bot@acme.example; only with one of: #share
  Files to jira: read by agents of a service desk; elsewhere everybody who sees the issue; up to 1000 bytes
shown (nobody answers for it)
  Comments: none cross.
  Files: none cross.
"
    );
    let listed = run(&["comments", "rules", "--config", &file, "--json"]).json();
    assert_eq!(listed["items"][0]["comments"][1]["exclude_authors"], json!(["bot@acme.example"]));
}
