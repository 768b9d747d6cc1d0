//! Copies that nobody remembers: found again, or left where they are.

use super::*;

#[test]
fn a_copy_that_nobody_heard_of_is_found_again() {
    let original = comment("00a1", 60, "hello");
    let marked = Comment { marker: Some("salesforce/00a1/0/0".into()), ..comment("10", 90, "whatever") };
    let in_jira = Scene { salesforce: vec![original], jira: vec![marked], ..Scene::default() };
    assert_eq!(in_jira.told()[0], "adopt 10 as salesforce/00a1/0/0");

    let original = comment("10", 60, "hello");
    let text = "Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello";
    let same = Comment { is_by_us: true, ..comment("00a1", 90, text) };
    let in_salesforce = Scene { salesforce: vec![same.clone()], jira: vec![original.clone()], ..Scene::default() };
    assert_eq!(in_salesforce.told(), ["adopt 00a1 as jira/10/0/0"]);
    let by_somebody = Comment { is_by_us: false, ..same.clone() };
    let scene = Scene { salesforce: vec![by_somebody], jira: vec![original.clone()], ..Scene::default() };
    assert_eq!(scene.told().len(), 2, "what somebody else wrote is no copy");
    let twice = vec![original.clone(), Comment { id: "11".into(), ..original }];
    let scene = Scene { salesforce: vec![same], jira: twice, ..Scene::default() };
    assert_eq!(
        scene.told(),
        ["adopt 00a1 as jira/10/0/0", "create jira/11/0/0: Ada in Jira, 1970-01-01 00:01 UTC:||hello"],
        "one copy stands for one comment"
    );
}

#[test]
fn a_copy_is_known_by_what_was_sent_although_its_original_says_something_else_by_now() {
    let text = "Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello";
    let (before, after) = (comment("10", 60, "hello"), comment("10", 60, "hello again"));
    let standing = Standing::Sent { until_ms: NOW_MS + 5 };
    let sent = Pair { standing, says: digest_of(&[text]), ..made(Side::Jira, &before, "") };
    let found = Comment { is_by_us: true, ..comment("00a1", 90, text) };
    let scene = Scene { salesforce: vec![found], jira: vec![after], pairs: vec![sent], ..Scene::default() };
    assert_eq!(
        scene.told(),
        ["adopt 00a1 as jira/10/0/0", "edit 00a1: Ada in Jira, 1970-01-01 00:01 UTC:||hello again"],
        "it is found, and follows"
    );
}

#[test]
fn a_copy_is_known_by_the_line_above_it_although_both_say_something_else_by_now() {
    let original = comment("10", 60, "hello again");
    let found = |text: &str| Comment { is_by_us: true, ..comment("00a1", 90, text) };
    let scene = |text: &str| Scene { salesforce: vec![found(text)], jira: vec![original.clone()], ..Scene::default() };
    assert_eq!(
        scene("Ada in Jira, 1970-01-01 00:01 UTC (in reply to Bob, 1970-01-01 00:00 UTC):\n\nhello").told(),
        ["adopt 00a1 as jira/10/0/0", "edit 00a1: Ada in Jira, 1970-01-01 00:01 UTC:||hello again"],
        "nothing is remembered of it"
    );
    let standing = Standing::Sent { until_ms: NOW_MS + 5 };
    let sent = Pair { standing, says: "what was sent".into(), ..made(Side::Jira, &original, "") };
    let edited = Scene { pairs: vec![sent], ..scene("Ada in Jira, 1970-01-01 00:01 UTC:\n\nedited by somebody") };
    assert_eq!(edited.told(), ["adopt 00a1 as jira/10/0/0"], "its answer was lost");
    let other = scene("Ada in Jira, 1970-01-01 00:02 UTC:\n\nhello").told();
    assert_eq!(other, ["create jira/10/0/0: Ada in Jira, 1970-01-01 00:01 UTC:||hello again"], "another time");
    let same = Comment { id: "00a2".into(), ..found("Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello again") };
    let both = Scene { salesforce: vec![found("Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello"), same], ..scene("") };
    assert_eq!(both.told(), ["adopt 00a2 as jira/10/0/0"], "what says the same goes first, and the other stays");
}

#[test]
fn no_copy_is_known_by_its_line_as_that_of_a_comment_that_stays_where_it_is() {
    let found = Comment { is_by_us: true, ..comment("00a1", 90, "Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello") };
    let said = comment("10", 60, "for some only");
    let manual = CommentRules { manual: true, ..CommentRules::default() };
    let without_ada = CommentRules { exclude_authors: vec!["ada".into()], ..CommentRules::default() };
    for (rules, is_restricted) in [(CommentRules::default(), true), (manual, false), (without_ada, false)] {
        let jira = vec![Comment { is_restricted, ..said.clone() }];
        let scene = Scene { rules, salesforce: vec![found.clone()], jira, ..Scene::default() };
        assert_eq!(scene.told(), [""; 0], "{:?}", scene.rules);
    }
}

#[test]
fn a_copy_that_belongs_to_no_known_original_is_carried_nowhere_until_a_person_picks_it() {
    let copy = "Ada in Jira, 1970-01-01 00:01 UTC:\n\nhello";
    for (text, is_by_us, is_touched, is_carried) in [
        (copy, true, false, false),
        ("what somebody made of a copy", true, true, false),
        ("what an automation wrote", true, false, true),
        (copy, false, false, true),
        ("what somebody else wrote", false, true, true),
    ] {
        let found = Comment { is_by_us, is_touched, ..comment("00a1", 90, text) };
        let scene = Scene { salesforce: vec![found.clone()], ..Scene::default() };
        let plan = scene.plan();
        assert_eq!((plan.steps.len(), plan.notes.len()), (usize::from(is_carried), usize::from(!is_carried)), "{text}");
        let wanted = Pair { standing: Standing::Wanted, ..made(Side::Salesforce, &found, "") };
        assert_eq!(Scene { pairs: vec![wanted], ..scene }.told().len(), 1, "{text}");
    }
    let said = Comment { is_by_us: true, ..comment("10", 60, "Ada in Salesforce, 1970-01-01 00:01 UTC:\n\nhello") };
    assert_eq!(Scene { jira: vec![said], ..Scene::default() }.told(), [""; 0], "nor one that has lost its marker");
}
