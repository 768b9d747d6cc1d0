//! One broken document per kind of problem: it is found where it stands, alone, and with words that help.

use entente_core::config::{Problem, Protection, Reference, Severity, parse};

use super::{PAIR, codes, hidden};

/// The good document with one text replaced; `¦` in the new text marks where the problem is expected.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// Breaks the document, and expects exactly this one problem there, with this in its message or remedy.
fn expect(rows: &[Row]) {
    for (code, from, to, says) in rows {
        assert!(PAIR.contains(from), "{from}");
        let marked = PAIR.replacen(from, to, 1);
        let (line, column) = place(&marked);
        let (config, problems) = parse(&marked.replace('¦', ""), &vars);
        let [problem] = problems.as_slice() else { panic!("{code} {to}: {problems:#?}") };
        assert_eq!((problem.code, problem.line, problem.column), (*code, line, column), "{to}: {problem:#?}");
        assert!(format!("{} {}", problem.message, problem.remedy).contains(says), "{says}: {problem:#?}");
        assert_eq!(config.is_some(), problem.severity == Severity::Warning, "{code}");
        let part = marked.lines().take(line).filter(|l| !l.starts_with(' ')).last().unwrap_or_default();
        let in_item = part.starts_with("items:") && *code != "yaml-syntax";
        assert_eq!(problem.item.is_some(), in_item, "{code} {to}: {problem:#?}");
    }
}

fn place(marked: &str) -> (usize, usize) {
    let (before, _) = marked.split_once('¦').expect("a mark");
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

fn vars(reference: &Reference) -> Result<String, String> {
    match reference {
        Reference::Env(name) if name == "MISSING" => Err("it is not set".into()),
        Reference::File(path) if path == "/missing" => Err("there is no such file".into()),
        Reference::File(path) if path == "/empty" => Ok("\n".into()),
        Reference::Stored(name) if name == "MISSING" => Err("it is not in the store".into()),
        _ => hidden(reference),
    }
}

#[test]
fn text_that_is_no_tree() {
    expect(&[
        ("yaml-syntax", "triggers:", "\t¦triggers:", "spaces"),
        ("duplicate-key", "triggers:", "¦version: 1\ntriggers:", "already given in line 1"),
        ("merge-key", "    owner:", "    ¦<<: {}\n    owner:", "not part of YAML 1.2"),
        ("key-not-text", "    owner:", "    ? ¦[ a ]\n    : b\n    owner:", "a key must be a text"),
        ("unexpected-tag", "version: 1", "version: ¦!x 1", "no meaning"),
    ]);
}

#[test]
fn documents_that_are_not_read_at_all() {
    let deep = format!("version: {}1{}", "[".repeat(80), "]".repeat(80));
    let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 8].join(", "))
    });
    let long = format!("# {}", "x".repeat(5 * 1024 * 1024));
    let rows: &[(&str, &str)] = &[
        ("empty-document", ""),
        ("empty-document", "# nothing\n"),
        ("empty-document", "~"),
        ("several-documents", "version: 1\n---\nversion: 1\n"),
        ("recursive-alias", "version: &a [ *a ]"),
        ("too-deep", &deep),
        ("too-large", &bomb),
        ("too-large", &long),
    ];
    for (code, text) in rows {
        let (config, problems) = parse(text, &vars);
        assert!(config.is_none());
        assert_eq!(codes(&problems), [*code]);
    }
}

#[test]
fn keys_and_values_of_the_wrong_shape() {
    expect(&[
        ("unknown-key", "    fields:", "    ¦fileds:", "unknown key `fileds`; did you mean `fields`?"),
        ("unknown-key", "triggers:", "¦webhooks: 1\ntriggers:", "known here: `version`, `connections`"),
        (
            "missing-key",
            "    salesforce: { connection: org, object: Case }",
            "    ¦salesforce: { connection: org }",
            "`object`",
        ),
        ("missing-key", "jira: { connection: site, project: OPS", "¦jira: { project: OPS", "`connection`"),
        ("missing-key", "version: 1\n", "¦", "`version` is missing in the document"),
        ("wrong-type", "poll_seconds: 60", "poll_seconds: ¦soon", "a whole number from 5 to 86400, not `soon`"),
        (
            "wrong-type",
            "    related:",
            "    poll_seconds: ¦soon\n    related:",
            "`connector`, or a whole number from 5 to 86400, not `soon`",
        ),
        ("out-of-range", "    related:", "    poll_seconds: ¦4\n    related:", "from 5 to 86400, not `4`"),
        ("empty-value", "    related:", "    poll_seconds: ¦~\n    related:", "`poll_seconds` has no value"),
        ("wrong-type", "poll_seconds: 60", "push: ¦yes", "`true` or `false`, not `yes`"),
        ("wrong-type", "{ poll_seconds: 60 }", "¦[ a ]", "not a list"),
        ("out-of-range", "poll_seconds: 60", "poll_seconds: ¦4", "from 5 to 86400, not `4`"),
        ("out-of-range", "version: 1", "version: ¦2", "the number 1, not `2`"),
        ("out-of-range", "api_token:", "¦webhook_secret: [ ${A}, ${B}, ${C} ], api_token:", "at most 2"),
        ("unknown-word", "    owner:", "    mode: ¦twoway\n    owner:", "did you mean `two-way`?"),
        (
            "unknown-word",
            "    owner:",
            "    on_leave: ¦explode\n    owner:",
            "`keep`, `pause` or `unlink`, not `explode`",
        ),
        ("unknown-word", "    owner:", "    on_merge: ¦fold\n    owner:", "must be `follow` or `unlink`, not `fold`"),
        ("convert-without-leads", "    owner:", "    ¦on_convert: unlink\n    owner:", "this item is about Case"),
        ("empty-value", "object: Case", "object: ¦\"\"", "`object` has no value"),
        ("empty-value", "poll_seconds: 60", "poll_seconds: ¦~", "`poll_seconds` has no value"),
        ("empty-value", "values: { New: To Do, Closed: Done }", "¦values: {}", "add a value"),
    ]);
}

#[test]
fn references_without_a_value() {
    expect(&[
        ("unresolved-reference", "${CLIENT_ID}", "¦${MISSING}", "`${MISSING}` has no value: it is not set"),
        ("unresolved-reference", "${API_TOKEN}", "\"ab-¦${MISSING}\"", "environment variable `MISSING`"),
        ("unresolved-reference", "poll_seconds: 60", "poll_seconds: ¦${MISSING}", "it is not set"),
        (
            "unresolved-reference",
            "${API_TOKEN}",
            "¦file:/missing",
            "`file:/missing` has no value: there is no such file",
        ),
        ("unresolved-reference", "${API_TOKEN}", "¦secret:MISSING", "it is not in the store"),
        ("unresolved-reference", "team@acme.example", "x-¦${a-b}", "does not name a variable"),
        ("empty-value", "${API_TOKEN}", "¦file:/empty", "`file:/empty` is empty"),
        ("secret-in-document", "${API_TOKEN}", "¦in-the-open", "`${NAME}`"),
    ]);
}

#[test]
fn connections() {
    expect(&[
        ("bad-name", "  bugs:\n", "  ¦\"bu/gs\":\n", "no possible name"),
        ("one-side", "items:", "  ¦more: { sandbox: true }\nitems:", "neither a `salesforce:` nor a `jira:` part"),
        ("login-host", "https://acme.my.salesforce.com", "¦https://acme.example", "My Domain"),
        (
            "login-host",
            "https://acme.my.salesforce.com",
            "¦https://evil.example/acme.my.salesforce.com",
            "no login host",
        ),
        (
            "login-host",
            "https://acme.my.salesforce.com",
            "¦https://acme.my.salesforce.com.evil.example",
            "no login host",
        ),
        ("login-host", "https://acme.my.salesforce.com", "¦https://.my.salesforce.com", "no login host"),
        ("site-host", "https://acme.atlassian.net", "¦https://jira.acme.example:8443", "Data Center is not supported"),
        ("site-host", "https://acme.atlassian.net", "¦https://api.atlassian.com/ex/jira/1-a", "NAME.atlassian.net"),
        ("shared-login", "https://acme.my.salesforce.com", "¦https://login.salesforce.com", "My Domain"),
        ("insecure-url", "https://acme.my.salesforce.com", "¦http://acme.my.salesforce.com", "https://"),
        ("insecure-url", "https://acme.atlassian.net", "¦http://acme.atlassian.net", "https://"),
        ("loopback-url", "https://acme.my.salesforce.com", "¦http://localhost:7401", "sandbox: true"),
        ("loopback-url", "https://acme.atlassian.net", "¦https://127.0.0.2", "sandbox: true"),
        ("loopback-url", "https://acme.atlassian.net", "¦\"https://[::1]/\"", "sandbox: true"),
        ("bad-url", "https://acme.atlassian.net", "¦acme.atlassian.net", "address"),
        ("bad-url", "https://acme.atlassian.net", "¦ftp://acme.atlassian.net", "does not begin with `https://`"),
        ("bad-url", "https://acme.atlassian.net", "¦https://u:p@acme.atlassian.net", "carries a user or a password"),
        ("bad-email", "bot@acme.example", "¦bot", "e-mail"),
        ("api-version", "client_id:", "api_version: ¦52.0, client_id:", "58.0 or newer"),
        ("incomplete-auth", "items:", "    proxy: { url: http://p.example, ¦password: ${P} }\nitems:", "no user"),
        (
            "mixed-auth",
            "client_id:",
            "¦username: me, client_id:",
            "`username` has no part in signing in by client credentials",
        ),
        ("password-auth", "client_id:", "username: me, ¦password: ${P}, client_id:", "new orgs refuse it"),
        ("bad-listen", "\"127.0.0.1:7400\"", "¦localhost", "127.0.0.1:7400"),
        ("insecure-url", "server: { ", "server: { public_url: ¦http://e.example, ", "https only"),
        ("forge-app-id", "server: { ", "server: { forge: { app_id: ¦7d0b0a4e }, ", "`app.id` of its manifest"),
        (
            "insecure-url",
            "server: { ",
            "server: { forge: { app_id: \"ari:cloud:ecosystem::app/7d0b0a4e-9e2b-4a53-8f6a-0c9d1d2f3a4b\", \
             jwks_url: ¦http://e.example/keys }, ",
            "keys of their own",
        ),
    ]);
}

#[test]
fn a_connection_of_both_sides_or_without_its_secret() {
    let both = PAIR.replace("    salesforce: { login_url", "    jira: {}\n    salesforce: { login_url");
    let (_, problems) = parse(&both, &vars);
    let problem = problems.iter().find(|problem| problem.code == "one-side").expect("one side only");
    assert_eq!((problem.line, problem.column), (3, 3));
    assert!(problem.message.contains("both a `salesforce:` and a `jira:` part"), "{problem:#?}");

    let (_, problems) = parse(&PAIR.replace(", client_secret: ${CLIENT_SECRET}", ""), &vars);
    assert_eq!(codes(&problems), ["incomplete-auth"]);
    assert!(problems[0].message.contains("`client_secret` is missing"), "{problems:#?}");
}

#[test]
fn an_item_without_correlation() {
    let line = "    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }\n";
    let (_, problems) = parse(&PAIR.replace(line, ""), &vars);
    assert_eq!(codes(&problems), ["missing-correlation"]);
    assert_eq!((problems[0].line, problems[0].column), (8, 3));
}

#[test]
fn a_side_without_a_connection() {
    let (head, _) = PAIR.split_once("items:").unwrap();
    let (head, _) = head.split_once("  site:").unwrap();
    let (_, problems) = parse(head, &vars);
    assert_eq!(codes(&problems), ["missing-side"]);
    assert_eq!((problems[0].line, problems[0].column), (2, 1));
    assert!(problems[0].message.contains("no Jira connection"), "{problems:#?}");
}

#[test]
fn items() {
    expect(&[
        ("no-owner", "  bugs:\n    owner: team@acme.example\n", "  ¦bugs:\n", "nobody answers"),
        ("bad-name", "  bugs:\n", "  ¦\"bu/gs\":\n", "no possible name"),
        (
            "unknown-connection",
            "connection: org",
            "connection: ¦orgs",
            "there is no connection `orgs`; did you mean `org`?",
        ),
        (
            "wrong-side",
            "connection: org",
            "connection: ¦site",
            "`site` is a Jira connection; a Salesforce connection is needed here",
        ),
        ("bad-object", "object: Case", "object: ¦My Case", "API name"),
        ("bad-project", "project: OPS", "project: ¦ops", "`OPS` for `OPS-7`"),
        (
            "missing-key",
            "jira: { connection: site, project: OPS, ",
            "¦jira: { connection: site, ",
            "`project` is missing",
        ),
        (
            "missing-key",
            "jira: { connection: site, project: OPS, issue_type: Bug }",
            "¦jira: { connection: site, project: OPS }",
            "`issue_type` is missing",
        ),
        ("one-project", "project: OPS", "¦projects: [ OPS ]", "one item per project"),
        ("one-project", "project: OPS", "project: OPS, ¦projects: [ CRM ]", "both given"),
        ("bad-field", "salesforce: Jira_Reference__c", "salesforce: ¦account.Name", "related record"),
        (
            "no-fields",
            "    fields:\n      - { salesforce: Subject, jira: summary }\n",
            "    ¦fields: []\n",
            "maps no fields",
        ),
        (
            "create-against-mode",
            "    owner:",
            "    mode: one-way\n    auto_create: ¦both\n    owner:",
            "writes nothing to Salesforce",
        ),
        ("unknown-word", "    owner:", "    actions: { to_jira: ¦stopped }\n    owner:", "paused"),
        (
            "action-of-a-stopped-item",
            "    owner:",
            "    state: paused\n    actions: { to_jira: ¦active }\n    owner:",
            "pause the other action",
        ),
        ("bad-start", "    owner:", "    start: ¦yesterday\n    owner:", "2026-01-31"),
        ("renamed-from", "    owner:", "    renamed_from: ¦bugs\n    owner:", "still there"),
        (
            "comments-to-customers",
            "    owner:",
            "    comments: { audience: ¦customer }\n    owner:",
            "shown to those of the other",
        ),
        (
            "comments-left-out",
            "    owner:",
            "    comments: { ¦exclude_authors: [ bot ] }\n    owner:",
            "what automations write",
        ),
        ("unknown-word", "    owner:", "    comments: { direction: ¦sideways }\n    owner:", "to-jira"),
        ("unknown-word", "    owner:", "    attachments: { direction: ¦sideways }\n    owner:", "to-jira"),
        ("not-yet", "issue_type: Bug", "issue_type: Bug, ¦request_type: Report", "service desk"),
        ("not-yet", "triggers: {", "triggers: { ¦change_events: true,", "change events are"),
    ]);
}

#[test]
fn several_that_share_a_record() {
    let line = "{ salesforce: Subject, jira: summary }";
    let status = "status: { field";
    let many = "      - { salesforce: Id, jira: Ids }\n    cardinality: many-issues\n";
    let text = |line: &str| {
        PAIR.replace("      - { salesforce: Subject, jira: summary }\n", &format!("      - {line}\n{many}"))
    };
    let found = |text: &str| {
        parse(text, &vars).1.into_iter().map(|problem| (problem.code, problem.message)).collect::<Vec<_>>()
    };
    assert_eq!(found(&text(line)), [], "without a word a line flows from the one to all");
    assert_eq!(found(&text("{ salesforce: Subject, jira: summary, roll_up: join }")), []);
    for (line, code, said) in [
        ("{ salesforce: Subject, jira: summary, direction: both }", "several-to-one", "no `roll_up` says"),
        ("{ salesforce: Subject, jira: summary, direction: to-jira, roll_up: join }", "several-to-one", "say together"),
        ("{ salesforce: Subject, jira: issue.key }", "no-direction", "neither to Salesforce nor to Jira"),
        (
            "{ salesforce: Subject, jira: summary, roll_up: join, to_salesforce: [ { template: \"{key} {summary}\" } ] }",
            "roll-up-of-several-fields",
            "reads further ones",
        ),
    ] {
        let problems = found(&text(line));
        assert!(problems.len() == 1 && problems[0].0 == code && problems[0].1.contains(said), "{line}: {problems:?}");
    }
    let hashes = text("{ salesforce: Subject, jira: summary, roll_up: join }")
        .replace("    owner:", "    base: hashes\n    owner:");
    assert_eq!(found(&hashes)[0].0, "roll-up-with-hashes");
    for rolled in [
        PAIR.replace(line, "{ salesforce: Subject, jira: summary, roll_up: max }"),
        PAIR.replace(status, "status: { roll_up: all, field"),
    ] {
        assert_eq!(found(&rolled)[0].0, "roll-up-of-one");
    }
}

#[test]
fn a_project_that_the_connection_does_not_name() {
    let text = PAIR.replace("api_token: ${API_TOKEN}", "api_token: ${API_TOKEN}, projects: [ CRM ]");
    let (_, problems) = parse(&text, &vars);
    assert_eq!(codes(&problems), ["project-out-of-scope"]);
    assert_eq!((problems[0].line, problems[0].column), (11, 40));
}

#[test]
fn a_display_only_item_writes_nothing() {
    let text = PAIR.replace(
        "    owner:",
        "    mode: display-only\n    actions: {}\n    auto_create: jira\n    match: [ correlation ]\n    owner:",
    );
    let (_, problems) = parse(&text, &vars);
    let against_mode = [
        "actions-against-mode",
        "create-against-mode",
        "match-against-mode",
        "type-against-mode",
        "status-against-mode",
    ];
    assert_eq!(codes(&problems), against_mode, "{problems:#?}");
}

#[test]
fn a_display_only_item_carries_no_comments_and_no_files() {
    for key in ["comments", "attachments"] {
        let text = PAIR.replace("    owner:", &format!("    mode: display-only\n    {key}: {{}}\n    owner:"));
        let (_, problems) = parse(&text, &vars);
        assert!(codes(&problems).contains(&format!("{key}-against-mode").as_str()), "{problems:#?}");
    }
    let text = PAIR.replace("    owner:", "    mode: display-only\n    link_note: true\n    owner:");
    assert!(codes(&parse(&text, &vars).1).contains(&"link-note-against-mode"));
}

#[test]
fn fields_and_status() {
    const LINE: &str = "- { salesforce: Subject, jira: summary }\n";
    expect(&[
        ("bad-field", LINE, "- { salesforce: ¦My Subject, jira: summary }\n", "API name"),
        ("missing-key", LINE, "- ¦{ salesforce: Subject }\n", "`jira` is missing in this line"),
        (
            "duplicate-mapping",
            LINE,
            "- { salesforce: Subject, jira: summary }\n      - ¦{ salesforce: Subject, jira: summary }\n",
            "line 15",
        ),
        (
            "two-writers",
            LINE,
            "- { salesforce: Subject, jira: summary }\n      - { salesforce: Other__c, jira: ¦Summary, direction: to-jira }\n",
            "the Jira field `Summary` is already written by line 15",
        ),
        (
            "two-writers",
            LINE,
            "- { salesforce: Subject, jira: summary }\n      - { salesforce: ¦Subject, jira: Other }\n",
            "the Salesforce field `Subject` is already written by line 15",
        ),
        ("two-writers", LINE, "- { salesforce: ¦Jira_Reference__c, jira: summary }\n", "the correlation"),
        ("two-writers", LINE, "- { salesforce: ¦Status, jira: summary }\n", "the status table"),
        ("status-as-field", LINE, "- { salesforce: Other__c, jira: ¦status, direction: to-jira }\n", "transitions"),
        ("unknown-related", LINE, "- { salesforce: ¦acount.Name, jira: Customer }\n", "did you mean `account.Name`?"),
        ("unknown-related", LINE, "- { salesforce: ¦Widget.Name, jira: Customer }\n", "`Widget: WidgetId`"),
        (
            "related-read-only",
            LINE,
            "- { salesforce: account.Parent.Name, jira: Customer, direction: ¦both }\n",
            "direction: to-jira",
        ),
        (
            "two-writers",
            LINE,
            "- { salesforce: AccountId, jira: Customer }\n      - { salesforce: ¦account.Name, jira: Other, direction: both }\n",
            "the Salesforce field `account.Name` is already written by line 15",
        ),
        (
            "read-only-field",
            LINE,
            "- { salesforce: Id, jira: Customer, direction: ¦to-salesforce }\n",
            "Salesforce fills it in",
        ),
        ("read-only-field", LINE, "- { salesforce: A__c, jira: updated, direction: ¦to-jira }\n", "Jira fills it in"),
        ("no-direction", LINE, "- ¦{ salesforce: Id, jira: updated }\n", "neither"),
        (
            "unused-steps",
            LINE,
            "- { salesforce: A, jira: b, direction: to-jira, ¦to_salesforce: [ lower_case ] }\n",
            "never used",
        ),
        (
            "one-step",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ ¦{ lower_case: true, upper_case: true } ] }\n",
            "exactly one key",
        ),
        ("unknown-word", LINE, "- { salesforce: A, jira: b, to_jira: [ ¦lowercase ] }\n", "did you mean `lower_case`?"),
        ("one-step", LINE, "- { salesforce: A, jira: b, to_jira: [ ¦{ trim: true, upper_case: true } ] }\n", "has 2"),
        (
            "one-step",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ ¦{ when: { field: A, is: x } } ] }\n",
            "`when` and `then` belong together",
        ),
        ("bad-pattern", LINE, "- { salesforce: A, jira: b, to_jira: [ { pattern: ¦'(a' } ] }\n", "unclosed group"),
        (
            "bad-pattern",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { replace_pattern: { find: ¦'(a{999}){999}', with: x } } ] }\n",
            "repeats too much",
        ),
        (
            "join-with-steps",
            LINE,
            "- { salesforce: A, jira: b, conflicts: ¦union, values: { x: y } }\n",
            "`values` changes them",
        ),
        ("bad-template", LINE, "- { salesforce: A, jira: b, to_jira: [ { template: ¦'{A' } ] }\n", "is not closed"),
        (
            "unknown-related",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { template: ¦'{A} of {acount.Name}' } ] }\n",
            "did you mean `account.Name`?",
        ),
        (
            "bad-field",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { build_array: { fields: [ A, ¦My Field ] } } ] }\n",
            "`My Field` is no API name",
        ),
        (
            "bad-zone",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { format_date: { format: '%Y', zone: ¦Europe/Berlinn } } ] }\n",
            "did you mean `Europe/Berlin`?",
        ),
        (
            "bad-format",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { format_date: { format: ¦'%Y %!' } } ] }\n",
            "is no date format",
        ),
        ("out-of-range", LINE, "- { salesforce: A, jira: b, to_jira: [ { first_characters: ¦0 } ] }\n", "from 1 to"),
        ("duplicate-key", "Closed: Done", "Closed: Done, ¦New: Done", "already given in line 16"),
        ("empty-value", "Closed: Done", "Closed: ¦~", "`Closed` has no value"),
        ("empty-value", "Closed: Done", "¦'': Done", "a status is missing"),
    ]);
}

#[test]
fn values_cannot_flow_to_salesforce_in_a_one_way_item() {
    let text = PAIR
        .replace("    owner:", "    mode: one-way\n    owner:")
        .replace("jira: summary }", "jira: summary, direction: to-salesforce }");
    let (_, problems) = parse(&text, &vars);
    assert_eq!(codes(&problems), ["direction-against-mode"]);
    assert!(problems[0].message.contains("the item's mode is one-way"));
}

#[test]
fn a_base_of_hashes_joins_nothing() {
    let text = PAIR
        .replace("    owner:", "    base: hashes\n    owner:")
        .replace("jira: summary }", "jira: summary, conflicts: append }");
    let (_, problems) = parse(&text, &vars);
    assert_eq!(codes(&problems), ["join-with-hashes"]);
    assert!(problems[0].remedy.contains("base: values"));
}

#[test]
fn filters_over_issues() {
    let row = |code, filter: &'static str, says| (code, "project: OPS,", filter, says);
    expect(&[
        row("filter-field", "project: OPS, filter: { field: ¦key, is: OPS-1 },", "no filter compares"),
        row("filter-value", "project: OPS, filter: { field: updated, less than: ¦soon },", "neither a day nor a time"),
    ]);
}

#[test]
fn filters() {
    expect(&[
        ("filter-operator", "object: Case", "object: Case, filter: ¦{ field: Origin }", "no operator"),
        (
            "filter-operator",
            "object: Case",
            "object: Case, filter: ¦{ field: Origin, is: a, contains: b }",
            "2 operators: is, contains",
        ),
        (
            "filter-word",
            "object: Case",
            "object: Case, filter: { field: CreatedDate, equals: ¦'{lasttime}' }",
            "`greater than` only",
        ),
        (
            "filter-value",
            "object: Case",
            "object: Case, filter: { field: Account.CreatedDate, greater than: ¦yesterday }",
            "neither a day nor a time",
        ),
        (
            "filter-value",
            "object: Case",
            "object: Case, filter: { field: CreatedDate, equals: ¦'2026-01-02T03:04:05' }",
            "with its offset",
        ),
        ("filter-form", "object: Case", "object: Case, filter: ¦{ is: a }", "neither a group nor a test"),
        (
            "filter-form",
            "object: Case",
            "object: Case, filter: ¦{ all: [ { field: a, is: b } ], field: a, is: b }",
            "neither",
        ),
        ("filter-form", "object: Case", "object: Case, filter: ¦{}", "neither"),
        (
            "unknown-key",
            "object: Case",
            "object: Case, filter: { field: Origin, ¦is_one_of: [ a ] }",
            "did you mean `is one of`?",
        ),
        ("empty-value", "object: Case", "object: Case, filter: { ¦any: [] }", "`any` is empty"),
        (
            "wrong-type",
            "object: Case",
            "object: Case, filter: { field: Origin, is empty: ¦false }",
            "must be `true`, not `false`",
        ),
        ("wrong-type", "object: Case", "object: Case, filter: { field: Origin, is one of: ¦Web }", "must be a list"),
        ("bad-field", "object: Case", "object: Case, filter: { field: ¦The Origin, is: a }", "API name"),
    ]);
}

#[test]
fn all_problems_come_at_once_and_in_their_order() {
    let text = PAIR
        .replace("version: 1", "version: 3")
        .replace("https://acme.my.salesforce.com", "http://acme.my.salesforce.com")
        .replace("${API_TOKEN}", "${MISSING}")
        .replace("connection: site", "connection: sitr")
        .replace("object: Case", "objekt: Case Of Mine")
        .replace("jira: summary", "jria: created, direction: to-jira")
        .replace("Status, values", "Status, vlaues")
        .replace("poll_seconds: 60", "poll_seconds: 1")
        .replace("127.0.0.1:7400", "nowhere");
    let (config, problems) = parse(&text, &vars);
    assert!(config.is_none());
    let expected = [
        "out-of-range",
        "insecure-url",
        "unresolved-reference",
        "unknown-key",
        "bad-object",
        "unknown-connection",
        "unknown-key",
        "read-only-field",
        "unknown-key",
        "out-of-range",
        "bad-listen",
    ];
    assert_eq!(codes(&problems), expected, "{problems:#?}");
    assert!(problems.iter().all(Problem::is_error));
}

#[test]
fn match_rules_that_find_nobody() {
    let with = |rules: &str| format!("    match: {rules}\n    owner:");
    let rows = [
        ("match-order", with("[ ¦{ salesforce: Subject, jira: summary } ]"), "begins with `correlation`"),
        ("match-order", with("[ ¦correlation, correlation ]"), "has it once"),
        (
            "duplicate-match",
            with("[ correlation, { salesforce: Subject, jira: summary }, ¦{ salesforce: Subject, jira: summary } ]"),
            "`Subject = summary` stands here twice",
        ),
        ("missing-key", with("[ correlation, ¦{ salesforce: Subject } ]"), "jira"),
        ("unknown-related", with("[ correlation, { salesforce: ¦acount.Name, jira: summary } ]"), "no lookup"),
    ];
    for (code, to, says) in &rows {
        expect(&[(code, "    owner:", Box::leak(to.clone().into_boxed_str()), says)]);
    }
}

#[test]
fn what_is_no_field_is_not_written() {
    const LINE: &str = "- { salesforce: Subject, jira: summary }\n";
    expect(&[
        (
            "read-only-field",
            LINE,
            "- { salesforce: Subject, jira: issue.url, direction: ¦to-jira }\n",
            "it is where the issue is",
        ),
        (
            "read-only-field",
            LINE,
            "- { salesforce: record.url, jira: Customer, direction: ¦to-salesforce }\n",
            "it is where the record is",
        ),
    ]);
}

/// The document with portal access in it, of which one part is written otherwise.
fn with_access(from: &str, to: &str) -> String {
    let access = "\
access:
  salesforce: org
  jira: site
  domain_task: { jira: { project: ITS, issue_type: Task } }
  sources:
    lead: { object: Lead, grant_field: Lead__c, person: Lead__c, organization: '{Name}', desk: SUP }
  texts: { error: Failed }
server:";
    assert!(access.contains(from), "{from}");
    PAIR.replacen("server:", &access.replacen(from, to, 1), 1)
}

#[test]
fn what_is_wrong_with_portal_access_is_said_where_it_stands() {
    let rows = [
        ("missing-key", "  salesforce: org\n", "", "`salesforce` is missing"),
        ("wrong-side", "salesforce: org", "salesforce: ¦site", "a Salesforce connection is needed"),
        ("unknown-connection", "jira: site", "jira: ¦sitte", "did you mean `site`"),
        ("bad-template", "'{Name}'", "¦'{Name'", "write each field as `{FIELD}`"),
        ("bad-field", "'{Name}'", "¦'{Na me}'", "no API name"),
        ("same-name", "'{Name}'", "¦Leads", "name a field of the record"),
        ("bad-lookup", "person: Lead__c", "person: ¦OwnerId", "a lookup on Entente_Access__c"),
        ("bad-project", "desk: SUP", "desk: ¦sup", "no key of a Jira project"),
        ("bad-object", "object: Lead", "object: ¦A Lead", "API name"),
        (
            "one-task",
            "domain_task: { jira: { project: ITS, issue_type: Task } }",
            "¦domain_task: {}",
            "nobody is asked",
        ),
        ("same-text", "{ error: Failed }", "¦{ error: revoked }", "two things"),
    ];
    for (code, from, to, says) in rows {
        let marked = with_access(from, to);
        let (config, problems) = parse(&marked.replace('¦', ""), &vars);
        let [problem] = problems.as_slice() else { panic!("{code}: {problems:#?}") };
        assert_eq!((problem.code, config.is_some()), (code, false), "{problem:#?}");
        assert!(format!("{} {}", problem.message, problem.remedy).contains(says), "{says}: {problem:#?}");
        if marked.contains('¦') {
            assert_eq!((problem.line, problem.column), place(&marked), "{problem:#?}");
        }
    }
    let (config, problems) = parse(&with_access("{ error: Failed }", "{ error: Failed, has_access: Ja }"), &vars);
    let texts = config.and_then(|config| config.access).map(|access| access.texts).expect("access");
    assert_eq!((texts.error.as_str(), texts.has_access.as_str(), problems.len()), ("Failed", "Ja", 0));
}

/// The document with evaluations in it, of which one part is written otherwise.
fn with_evaluations(from: &str, to: &str) -> String {
    let evaluations = "  texts: { error: Failed }
  evaluations:
    source: lead
    queue_copy: sales@acme.example
    subject: 'Your {products}'
    body: '{FirstName}, {instructions}'
    mail: { smtp_url: 'smtps://mail.acme.example', from: 'Acme <a@acme.example>' }
    texts: { error: Failed }
server:";
    assert!(evaluations.contains(from), "{from}");
    with_access("  texts: { error: Failed }\nserver:", &evaluations.replacen(from, to, 1))
}

#[test]
fn what_is_wrong_with_evaluations_is_said_where_it_stands() {
    let rows = [
        ("missing-key", "    queue_copy: sales@acme.example\n", "", "`queue_copy` is missing"),
        ("no-leads", "source: lead", "source: ¦project", "no source whose records are Leads"),
        ("bad-address", "queue_copy: sales@acme.example", "queue_copy: ¦sales", "no e-mail address"),
        ("bad-template", "'Your {products}'", "¦'Your {products'", "write each field as `{FIELD}`"),
        ("bad-field", "'Your {products}'", "¦'Your {instructions} {a b}'", "no API name"),
        ("bad-address", "'Acme <a@acme.example>'", "¦'Acme'", "no e-mail address"),
        ("bad-url", "'smtps://mail.acme.example'", "¦'https://mail.acme.example'", "`smtps://HOST`"),
        ("bad-url", "'smtps://mail.acme.example'", "¦'smtps://a:b@mail.acme.example'", "keys of their own"),
        ("incomplete-auth", "mail: { ", "mail: { ¦user: a, ", "add `password:`"),
        ("incomplete-auth", "mail: { ", "mail: { ¦password: '${WORD}', ", "add `user:`"),
        ("secret-in-document", "mail: { ", "mail: { user: a, password: ¦word, ", "everyone who can read it"),
        ("same-text", "    texts: { error: Failed }", "    texts: ¦{ error: delivered }", "two things"),
    ];
    for (code, from, to, says) in rows {
        let marked = with_evaluations(from, to);
        let (_, problems) = parse(&marked.replace('¦', ""), &vars);
        let [problem] = problems.as_slice() else { panic!("{code}: {problems:#?}") };
        assert_eq!(problem.code, code, "{problem:#?}");
        let said = format!("{} {}", problem.message, problem.remedy);
        assert!(said.contains(says) && !said.contains("a:b"), "{says}: {problem:#?}");
        if marked.contains('¦') {
            assert_eq!((problem.line, problem.column), place(&marked), "{problem:#?}");
        }
    }
}

#[test]
fn the_way_to_a_mail_server_is_protected_unless_it_is_here() {
    let rows = [
        ("smtps://mail.acme.example", "mail.acme.example", 465, Protection::Tls),
        ("smtp://mail.acme.example:2525", "mail.acme.example", 2525, Protection::StartTls),
        ("smtp://10.0.0.1", "10.0.0.1", 587, Protection::StartTls),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Protection::None),
        ("smtp://localhost", "localhost", 587, Protection::None),
        ("smtp://localhost:2525?tls=required", "localhost", 2525, Protection::StartTls),
    ];
    for (url, host, port, protection) in rows {
        let (config, problems) = parse(&with_evaluations("smtps://mail.acme.example", url), &vars);
        let evaluations = config.and_then(|config| config.access).and_then(|access| access.evaluations);
        let mail = evaluations.unwrap_or_else(|| panic!("{problems:#?}")).mail;
        assert_eq!((mail.host.as_str(), mail.port, mail.protection), (host, port, protection), "{url}");
    }
}
