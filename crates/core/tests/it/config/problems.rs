//! One broken document per kind of problem: it is found where it stands, alone, and with words that help.

mod access;
mod fields;
mod items;

use entente_core::config::{Config, NoValue, Problem, Reference, Severity, parse};

use super::{PAIR, codes, hidden};

/// The good document with one text replaced; `¦` in the new text marks where the problem is expected.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Breaks the document, and expects exactly this one problem there, with this in its message or remedy.
fn expect(rows: &[Row<'_>]) {
    for (code, from, to, says) in rows {
        assert!(PAIR.contains(from), "{from}");
        let marked = PAIR.replacen(from, to, 1);
        let (config, problem) = only(&marked, code, says);
        assert!(place(&marked).is_some(), "no mark in {to}");
        assert_eq!(config.is_some(), problem.severity == Severity::Warning, "{code}");
        let part = marked.lines().take(problem.line).filter(|l| !l.starts_with(' ')).last().unwrap_or_default();
        let in_item = part.starts_with("items:") && *code != "yaml-syntax";
        assert_eq!(problem.item.is_some(), in_item, "{code} {to}: {problem:#?}");
    }
}

/// The only problem of a document: it stands at the mark, if there is one, and says this in its message or remedy.
fn only(marked: &str, code: &str, says: &str) -> (Option<Config>, Problem) {
    let (config, problems) = parse(&marked.replace('¦', ""), &vars);
    let [problem] = problems.as_slice() else { panic!("{code}: {problems:#?}\n{marked}") };
    assert_eq!(problem.code, code, "{problem:#?}");
    assert!(format!("{} {}", problem.message, problem.remedy).contains(says), "{says}: {problem:#?}");
    if let Some(place) = place(marked) {
        assert_eq!((problem.line, problem.column), place, "{problem:#?}");
    }
    (config, problem.clone())
}

fn place(marked: &str) -> Option<(usize, usize)> {
    let (before, _) = marked.split_once('¦')?;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Some((before.matches('\n').count() + 1, column))
}

fn vars(reference: &Reference) -> Result<String, NoValue> {
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
        ("unresolved-reference", "team@acme.example", "x-¦${a-b}", "no name of a variable"),
        ("empty-value", "${API_TOKEN}", "¦file:/empty", "`file:/empty` is empty"),
        ("secret-in-document", "${API_TOKEN}", "¦in-the-open", "`${NAME}`"),
    ]);
}

#[test]
fn what_stands_in_the_place_of_a_variable_s_name_is_not_repeated() {
    let (_, problem) = only(&PAIR.replace("${API_TOKEN}", "\"${CANARY 4}\""), "unresolved-reference", "no name of a");
    assert!(!format!("{problem:?}").contains("CANARY"), "{problem:?}");
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
        ("bad-url", "https://acme.atlassian.net", "¦ftp://acme.atlassian.net", "begins with neither `https://` nor"),
        ("bad-url", "items:", "    proxy: { url: ¦ftp://p.example }\nitems:", "write it as `http://HOST:PORT`"),
        (
            "bad-url",
            "items:",
            "    proxy: { url: ¦http://a:b@p.example }\nitems:",
            "`user:` and `password:` of the proxy",
        ),
        (
            "login-host",
            "https://acme.my.salesforce.com",
            "¦https://acme.my.salesforce.com:8443",
            "port 8443 is none of",
        ),
        (
            "site-host",
            "https://acme.atlassian.net",
            "¦https://acme.atlassian.net:8443",
            "write `https://acme.atlassian.net`",
        ),
        (
            "site-host",
            "https://acme.atlassian.net",
            "¦https://acme.atlassian.net/jira",
            "write `https://acme.atlassian.net`",
        ),
        ("site-host", "https://acme.atlassian.net", "¦https://acme.atlassian.net/?x=1", "a page of a site"),
        ("site-host", "https://acme.atlassian.net", "¦'https://acme.atlassian.net#x'", "a page of a site"),
        ("bad-url", "https://acme.atlassian.net", "¦'https://acme.atlassian.net\\@evil.example'", "it has a backslash"),
        ("bad-url", "https://acme.my.salesforce.com", "¦'https://acme.my.salesforce.com\\@evil.example'", "backslash"),
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
