//! Clauses and the text that Jira gets.

use super::*;

fn summary() -> Field {
    Field::named("summary")
}

#[test]
fn literals_never_become_syntax() {
    for (value, expected) in [
        ("plain", r#"summary = "plain""#),
        (r#"x" OR project = "SECRET"#, r#"summary = "x\" OR project = \"SECRET""#),
        (r"back\slash", r#"summary = "back\\slash""#),
        (r#"\" OR 1"#, r#"summary = "\\\" OR 1""#),
        ("two\nlines\r\t", r#"summary = "two\nlines\r\t""#),
        ("bell\u{7}", r#"summary = "bell\u0007""#),
        ("näh ✓", r#"summary = "näh ✓""#),
        ("", r#"summary = """#),
    ] {
        assert_eq!(Jql::equals(summary(), value).to_string(), expected, "{value:?}");
    }
}

#[test]
fn field_names_never_become_syntax() {
    for (field, expected) in [
        (Field::of_id("customfield_10021"), "cf[10021]"),
        (Field::of_id("customfield_x"), r#""customfield_x""#),
        (Field::of_id("priority"), "priority"),
        (Field::named("Salesforce Case ID"), r#""Salesforce Case ID""#),
        (Field::named("order"), r#""order""#),
        (Field::named(r#"a" is EMPTY OR "b"#), r#""a\" is EMPTY OR \"b""#),
    ] {
        assert_eq!(Jql::is_empty(field).to_string(), format!("{expected} is EMPTY"));
    }
}

#[test]
fn or_inside_and_is_grouped() {
    let a = || Jql::equals(summary(), "a");
    let b = || Jql::equals(summary(), "b");
    let (x, y) = (r#"summary = "a""#, r#"summary = "b""#);
    assert_eq!(a().and(a().or(b())).to_string(), format!("{x} AND ({x} OR {y})"));
    assert_eq!(a().or(b()).and(b()).to_string(), format!("({x} OR {y}) AND {y}"));
    assert_eq!(a().and(b()).or(b()).to_string(), format!("{x} AND {y} OR {y}"));
    assert_eq!(a().or(b()).negate().to_string(), format!("NOT ({x} OR {y})"));
}

#[test]
fn empty_lists_stay_valid_jql_with_the_right_meaning() {
    let none: [&str; 0] = [];
    assert_eq!(Jql::project_in(none).to_string(), "created is EMPTY");
    assert_eq!(Jql::none_of(Field::STATUS, none).to_string(), "created is not EMPTY");
    assert_eq!(Jql::none_of(Field::STATUS, ["Done"]).to_string(), r#"status not in ("Done")"#);
}

#[test]
fn bounds_in_time_are_floored_to_the_minute() {
    for (text, millis) in
        [("1970-01-01T00:01:59.999Z", 60_000), ("1970-01-01T00:02:00Z", 120_000), ("1969-12-31T23:59:59Z", -60_000)]
    {
        let since = text.parse().expect("a moment");
        assert_eq!(Jql::updated_since(since).to_string(), format!("updated >= {millis}"), "{text}");
        let end = millis + 60_000;
        assert_eq!(Jql::until(Field::UPDATED, since).to_string(), format!("updated < {end}"), "{text}");
    }
}

#[test]
fn ids_keys_and_order() {
    let key: IssueKey = "ops-7".parse().expect("a key");
    let jql = Jql::id_in([IssueId::new(1), IssueId::new(2)])
        .or(Jql::key_in([&key]))
        .order_by(Field::UPDATED, Order::Ascending)
        .order_by(Field::KEY, Order::Descending);
    assert_eq!(jql.to_string(), r#"id in (1, 2) OR key in ("OPS-7") ORDER BY updated ASC, key DESC"#);
}

#[test]
fn phrases_are_escaped_twice() {
    assert_eq!(Jql::contains(summary(), r#"a "b" c\d"#).to_string(), r#"summary ~ "\"a \\\"b\\\" c\\\\d\"""#);
    assert_eq!(Jql::contains_not(summary(), "x").to_string(), r#"summary !~ "\"x\"""#);
}

#[test]
fn comparisons_write_numbers_bare() {
    let field = Field::of_id("customfield_1");
    assert_eq!(Jql::more_than(field.clone(), 5).to_string(), "cf[1] > 5");
    assert_eq!(Jql::less_than(field.clone(), -5).to_string(), "cf[1] < -5");
    assert_eq!(Jql::less_than(field.clone(), 5.0).to_string(), "cf[1] < 5");
    assert_eq!(Jql::less_than(field.clone(), 0.000_000_25).to_string(), "cf[1] < 0.00000025");
    assert_eq!(Jql::differs(field, "5").to_string(), r#"cf[1] != "5""#);
}
