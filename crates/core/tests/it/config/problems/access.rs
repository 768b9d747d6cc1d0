//! Portal access, evaluations, and the way to a mail server.

use entente_core::config::{Protection, parse};

use super::{PAIR, only, vars};

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
        let (config, _) = only(&with_access(from, to), code, says);
        assert!(config.is_none(), "{code}");
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
        let (_, problem) = only(&with_evaluations(from, to), code, says);
        assert!(!format!("{} {}", problem.message, problem.remedy).contains("a:b"), "{problem:#?}");
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
