//! Items: what they pair, how much they do, which records they take.

use entente_core::config::parse;

use super::{PAIR, codes, expect, vars};

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
        ("wrong-type", "    owner:", "    attachments: ¦true\n    owner:", "write `{ direction: both }` for both ways"),
        ("unknown-word", "    owner:", "    attachments: ¦manul\n    owner:", "did you mean `manual`?"),
        ("line-break", "    owner:", "    attachments: { mark: ¦\"x\\ny\" }\n    owner:", "write it in one line"),
        (
            "bad-template",
            "    owner:",
            "    comments: { header: ¦\"{autor}:\" }\n    owner:",
            "did you mean `{author}`?",
        ),
        (
            "bad-template",
            "    owner:",
            "    comments: { header: ¦\"{nope} {time}\" }\n    owner:",
            "`{system}` or `{time}`",
        ),
        ("not-yet", "issue_type: Bug", "issue_type: Bug, ¦request_type: Report", "service desk"),
        ("not-yet", "triggers: {", "triggers: { ¦change_events: true,", "change events are"),
    ]);
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
fn a_display_only_item_rolls_nothing_up() {
    let line = "{ salesforce: Subject, jira: summary";
    let text = PAIR.replace("    owner:", "    mode: display-only\n    cardinality: many-records\n    owner:");
    let (_, problems) = parse(&text.replace(line, &format!("{line}, roll_up: join")), &vars);
    assert!(codes(&problems).contains(&"roll-up-against-mode"), "{problems:#?}");
}

#[test]
fn names_that_are_no_fields_of_a_line_or_of_any_item() {
    expect(&[
        ("key-as-field", "jira: summary", "jira: ¦KEY", "write `issue.key`"),
        ("unknown-field", "triggers:", "journal: { digest_only: [ ¦Subjct ] }\ntriggers:", "did you mean `Subject`?"),
    ]);
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
            "filter-word",
            "    related:",
            "    batch: { seconds: 60, unless: ¦{ field: CreatedDate, greater than: '{lasttime}' } }\n    related:",
            "means nothing here",
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
        expect(&[(code, "    owner:", to, says)]);
    }
}
