//! Lines of fields, and the table of statuses.

use entente_core::{config::parse, transform::STEPS_MAX};

use super::{PAIR, codes, expect, vars};

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
            "implied-direction",
            LINE,
            "- { salesforce: A, jira: b, ¦to_salesforce: [ lower_case ] }\n",
            "`direction: to-salesforce` if that is meant",
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
        (
            "filter-word",
            LINE,
            "- { salesforce: A, jira: b, to_jira: [ { when: ¦{ field: CreatedDate, greater than: '{lasttime}' }, then: x } ] }\n",
            "means nothing here",
        ),
        ("duplicate-key", "Closed: Done", "Closed: Done, ¦New: Done", "already given in line 16"),
        ("empty-value", "Closed: Done", "Closed: ¦~", "`Closed` has no value"),
        ("empty-value", "Closed: Done", "¦'': Done", "a status is missing"),
    ]);
}

#[test]
fn a_line_has_a_number_of_steps() {
    let line = |n| format!("- {{ salesforce: A, jira: b, ¦to_jira: [ {} ] }}\n", vec!["trim"; n].join(", "));
    let (some, many) = (line(STEPS_MAX).replace('¦', ""), line(STEPS_MAX + 1));
    const LINE: &str = "- { salesforce: Subject, jira: summary }\n";
    assert!(codes(&parse(&PAIR.replacen(LINE, &some, 1), &vars).1).is_empty());
    expect(&[("out-of-range", LINE, &many, "at most 50 are possible")]);
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
