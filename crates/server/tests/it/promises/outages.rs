//! A side that is down or slow for long: it is left alone, what concerns others goes on, and nothing is lost.

use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Running, get, run, wait_for};

const TOKEN: &str = "token-of-a-test";

/// Cases from the web go to one site, those from e-mails to another. The item of the other site comes first.
const TWO_SITES: &str = "
  by-mail:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case, filter: { field: Origin, is: Email } }
    jira: { connection: other-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
  by-web:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case, filter: { field: Origin, is: Web } }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
";

/// Cases from the web alone.
fn one_site() -> &'static str {
    &TWO_SITES[TWO_SITES.find("  by-web:").unwrap()..]
}

/// A configuration of one org and two sites; its path.
fn configure(company: &Company, other: &Company) -> String {
    let more = format!("triggers: {{ poll_seconds: 5 }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(TWO_SITES, &more);
    let (one, two) = (company.addresses().1, other.addresses().1);
    let whole = std::fs::read_to_string(&file).unwrap();
    let at = whole.find("  acme-site:").unwrap();
    let site = &whole[at..whole.find("items:").unwrap()];
    let site = site.replace("acme-site", "other-site").replace(one, two);
    company.desk.file("acme.yaml", &whole.replacen("items:", &format!("{site}items:"), 1))
}

/// A server with a configuration, and its address.
fn serve(company: &Company, file: &str) -> (Running, String) {
    let (running, url) = company.serve(file);
    (running, url)
}

fn connection(server: &str, name: &str) -> Option<Value> {
    let status = get(&format!("{server}/api/v1/status"), TOKEN)?;
    status["connections"].as_array()?.iter().find(|connection| connection["name"] == name).cloned()
}

fn case(company: &Company, origin: &str, subject: &str) -> String {
    company.create("Case", &json!({ "Subject": subject, "Origin": origin }))
}

/// A site that does not answer costs almost no calls, the status and the log say so, and when it is back its backlog is
/// worked off; the other site of the same org notices nothing.
#[test]
fn a_site_that_is_down_is_left_alone_and_its_neighbour_goes_on() {
    let (company, other) = (Company::new(), Company::new());
    let (web, mail) = (case(&company, "Web", "By web"), case(&company, "Email", "By mail"));
    let file = configure(&company, &other);
    let (running, server) = serve(&company, &file);
    let web_key = wait_for("the twin", || company.twin("Case", &web));
    let mail_key = wait_for("the other twin", || company.twin("Case", &mail));

    other.site_door("faults", &json!({ "answer": "status", "status": 503, "route": "*" }));
    company.edit("Case", &mail, &json!({ "Subject": "By mail, while it is down" }));
    // Several probes have failed by then.
    let long = |site: &Value| site["circuit"] == "open" && site["circuit_seconds"].as_i64() > Some(5);
    let site = wait_for("the circuit to open for long", || connection(&server, "other-site").filter(long));
    assert_eq!(site["state"], "unreachable", "{site}");
    assert!(["503", "Internal server error"].iter().any(|words| text(&site["problem"]).contains(words)), "{site}");
    let neighbour = connection(&server, "acme-site").unwrap();
    assert_eq!((&neighbour["state"], &neighbour["circuit"]), (&json!("ok"), &json!("closed")));
    let asked = run(&["status", "--server", &server, "--token", TOKEN]);
    assert!(
        asked.stdout.contains("connection other-site: unreachable")
            && asked.stdout.contains("circuit open for another"),
        "{asked:?}"
    );

    for n in 0..20 {
        company.edit("Case", &mail, &json!({ "Subject": format!("By mail {n}") }));
        company.edit("Case", &web, &json!({ "Subject": format!("By web {n}") }));
    }
    wait_for("the edit", || (company.issue(&web_key)["summary"] == "By web 19").then_some(()));
    let hits: u64 = other.faults().iter().filter_map(|fault| fault["hits"].as_u64()).sum();
    let n_openings = running.said().matches("(circuit open): it answered 503").count() as u64;
    assert!((1..=n_openings + 12).contains(&hits), "{hits} calls, {n_openings} openings: {}", running.said());

    other.heal();
    wait_for("the backlog", || (other.issue(&mail_key)["summary"] == "By mail 19").then_some(()));
    wait_for("the circuit to close", || connection(&server, "other-site").filter(|site| site["circuit"] == "closed"));
    assert!(running.said().contains("answers again (circuit closed)"), "{}", running.said());
}

/// More work than one site has places for hangs; what happens between the org and the other site goes on.
#[test]
fn a_site_that_is_slow_does_not_keep_others_waiting() {
    let (company, other) = (Company::new(), Company::new());
    let web = case(&company, "Web", "By web");
    let file = configure(&company, &other);
    let (_running, server) = serve(&company, &file);
    let key = wait_for("the twin", || company.twin("Case", &web));
    // Longer than any test waits.
    let create = "POST /rest/api/3/issue/bulk";
    other
        .site_door("faults", &json!({ "answer": "slow", "delay_ms": 300_000, "side_effect": "none", "route": create }));
    let records: Vec<Value> = (0..200)
        .map(|n| json!({ "attributes": { "type": "Case" }, "Subject": format!("Case {n}"), "Origin": "Email" }))
        .collect();
    for _ in 0..12 {
        let body = json!({ "allOrNone": true, "records": records });
        company.salesforce(reqwest::Method::POST, "composite/sobjects", &body);
    }
    let in_flight = || get(&format!("{server}/api/v1/status"), TOKEN)?["in_flight"].as_u64();
    wait_for("all places to be taken", || in_flight().filter(|n| *n >= 800));
    company.edit("Case", &web, &json!({ "Subject": "By web, again" }));
    wait_for("the edit", || (company.issue(&key)["summary"] == "By web, again").then_some(()));
    assert_eq!(other.issues("OPS"), [""; 0], "the other site has not answered yet");
}

/// Both sides are down while an hour passes and people go on working. Afterwards all of it is written, once each, and the
/// calls for that are as many as for the same work in quiet times: one per written issue, and a few for all together.
#[test]
fn an_hours_backlog_of_both_sides_is_drained_without_a_storm() {
    let company = Company::new();
    const N: usize = 120;
    let record =
        |n: usize| json!({ "attributes": { "type": "Case" }, "Subject": format!("Case {n}"), "Origin": "Web" });
    let records: Vec<Value> = (0..N).map(record).collect();
    let made = company.salesforce(reqwest::Method::POST, "composite/sobjects", &json!({ "records": records }));
    let ids: Vec<String> = made.as_array().unwrap().iter().map(|made| text(&made["id"]).to_owned()).collect();
    let more = format!("triggers: {{ poll_seconds: 5 }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(one_site(), &more);
    let (_running, server) = serve(&company, &file);
    let rests = || {
        get(&format!("{server}/api/v1/status"), TOKEN).filter(|status| status["links"] == N && status["idle"] == true)
    };
    wait_for("the first load", rests);

    let down = |route: &str| json!({ "answer": "status", "status": 503, "route": route });
    company.site_door("faults", &down("*"));
    for route in ["GET /services/data/v64.0/query", "POST /services/data/v64.0/composite"] {
        company.org_door("faults", &down(route));
    }
    for time in 0..3 {
        let edit = |(n, id): (usize, &String)| json!({ "attributes": { "type": "Case" }, "id": id, "Subject": format!("Case {n}, edit {time}") });
        let records: Vec<Value> = ids.iter().enumerate().map(edit).collect();
        company.salesforce(reqwest::Method::PATCH, "composite/sobjects", &json!({ "records": records }));
        company.pass_seconds(1_200);
    }
    for name in ["acme-org", "acme-site"] {
        let open = || connection(&server, name).filter(|connection| connection["circuit"] != "closed");
        wait_for("the circuit to open", open);
    }
    let before = company.written_by_entente(Side::Jira).len();
    for side in [Side::Salesforce, Side::Jira] {
        company.forget_calls(side);
    }
    company.heal();
    let written = || (company.written_by_entente(Side::Jira).len() >= before + N).then_some(());
    wait_for("the backlog to be written", written);
    wait_for("rest", rests);
    assert_eq!(company.written_by_entente(Side::Jira).len(), before + N, "each issue once, with the last words");
    let calls = [Side::Salesforce, Side::Jira].map(|side| company.calls(side));
    assert!(calls[0] <= 60 && calls[1] <= N as u64 + 60, "{calls:?} calls for {N} changes");
}

/// What a `sync` could not finish is told once it has ended, until it was done.
#[test]
fn what_a_sync_left_unfinished_is_told_without_a_server() {
    let company = Company::new();
    let items = one_site();
    let id = case(&company, "Web", "First");
    company.sync(items);
    let status = |more: &[&str]| run(&[&["status", "--config", &company.desk.arg("acme.yaml")], more].concat());
    assert!(!status(&[]).stdout.contains("did not finish"));

    company.site_door("faults", &json!({ "answer": "status", "status": 503, "route": "*" }));
    company.edit("Case", &id, &json!({ "Subject": "While it is down" }));
    assert_eq!(company.try_sync(items).code, 1);
    let (told, shown) = (status(&[]), status(&["--json"]).json());
    assert!(told.stdout.contains(": the sync that ended at 2") && told.stdout.contains("did not finish: "), "{told:?}");
    let problem = text(&shown["items"][0]["problem"]);
    assert!(problem.contains("connection acme-site: "), "{problem}");
    assert_eq!(shown["idle"], false, "{shown}");

    company.heal();
    company.sync(items);
    let shown = status(&["--json"]).json();
    assert_eq!((&shown["items"][0]["problem"], &shown["idle"]), (&Value::Null, &json!(true)), "{shown}");
}

/// Nobody has asked for the pause of a locked org, and waiting does not open it.
#[test]
fn a_locked_org_is_left_alone_and_its_vendor_is_asked() {
    let company = Company::new();
    company.sync(one_site());
    company.org_door("faults", &json!({ "name": "org_locked", "route": "GET /services/data/v64.0/query" }));
    let locked = company.try_sync(one_site());
    assert!(
        locked.code == 1 && locked.stderr.contains("left alone for ") && !locked.stderr.contains("asked to"),
        "{locked:?}"
    );
    assert!(locked.stderr.contains("ask Salesforce support to unlock the org"), "{locked:?}");
}

/// When only the reserve of the day's calls is left, nothing new is begun and nobody is told that all is well; the status
/// says what is left.
#[test]
fn the_reserve_of_the_days_calls_is_not_touched_by_ordinary_work() {
    let company = Company::new();
    let id = case(&company, "Web", "First");
    let (_running, server) = serve(&company, &with_a_large_reserve(&company));
    let key = wait_for("the twin", || company.twin("Case", &id));
    let quota = || Some(connection(&server, "acme-org")?["quota"].clone());
    let before = wait_for("the gauge", || quota().filter(|quota| quota["left"].is_u64()));
    assert_eq!((&before["held_back"], &before["reserve"]), (&json!(false), &json!(4_500_000)), "{before}");

    company.org_door("limits", &json!({ "daily_calls": used(&company) + 9 }));
    let scarce = wait_for("the reserve", || quota().filter(|quota| quota["held_back"] == true));
    assert!(scarce["left"].as_u64() <= scarce["reserve"].as_u64(), "{scarce}");
    let asked = run(&["status", "--server", &server, "--token", TOKEN]);
    assert!(asked.stdout.contains("nothing new is begun"), "{asked:?}");
    company.edit_issue(&key, &json!({ "summary": "Edited meanwhile" }));
    let n_before = used(&company);
    // The site is still polled, so the edit is known; the org is not asked about it.
    let waits = || get(&format!("{server}/api/v1/status"), TOKEN).filter(|status| status["waiting"] == 1);
    wait_for("the edit to be seen", waits);
    assert_eq!(company.record("Case", &id)["Subject"], "First");
    assert_eq!(used(&company), n_before + 2, "what this test asked, and nothing else");
}

/// A configuration of one item whose org keeps nine of ten calls back; its path.
fn with_a_large_reserve(company: &Company) -> String {
    let more = format!("triggers: {{ poll_seconds: 5 }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(one_site(), &more);
    let text = std::fs::read_to_string(file).unwrap();
    company.desk.file("acme.yaml", &text.replacen("    sandbox: true", "    sandbox: true\n    reserve_percent: 90", 1))
}

/// Calls of the org's day so far.
fn used(company: &Company) -> u64 {
    let limits = company.salesforce(reqwest::Method::GET, "limits", &Value::Null);
    let daily = &limits["DailyApiRequests"];
    daily["Max"].as_u64().unwrap() - daily["Remaining"].as_u64().unwrap()
}

/// A `sync` that may not begin anything new says so, and does not end as if all were done.
#[test]
fn a_sync_with_only_the_reserve_left_is_no_success() {
    let company = Company::new();
    case(&company, "Web", "First");
    company.org_door("limits", &json!({ "daily_calls": used(&company) + 9 }));
    let ended = run(&["sync", "--config", &with_a_large_reserve(&company), "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("kept for finishing what was begun (reserve_percent)"), "{ended:?}");
    assert_eq!(company.issues("OPS"), [""; 0]);
}
