//! Addresses that are not the vendor's, wherever they come from: each is refused in one sentence, and nothing is sent.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::process::{Desk, run};
use crate::stage::CONFIGURATION;

/// A configuration of the vendor's own systems, with one address put in place of a good one.
fn written(word: &str, other: &str) -> String {
    let own = CONFIGURATION
        .replace("sandbox: true", "sandbox: false")
        .replace("login_url: \"http://127.0.0.1:9\"", "login_url: \"https://acme.my.salesforce.com\"")
        .replace("site_url: \"http://127.0.0.1:9\"", "site_url: \"https://acme.atlassian.net\"");
    assert!(own.contains(word), "{word}");
    own.replacen(word, other, 1)
}

#[test]
fn addresses_that_only_look_like_the_vendors_are_refused_at_their_place() {
    let desk = Desk::new();
    let salesforce = "https://acme.my.salesforce.com";
    let jira = "https://acme.atlassian.net";
    let no_salesforce = "is no login host of Salesforce";
    let no_jira = "is no host of a Jira Cloud site";
    for (word, other, sentence) in [
        (salesforce, "https://evil-my.salesforce.com", no_salesforce),
        (salesforce, "https://evilmy.salesforce.com", no_salesforce),
        (salesforce, "https://x.my.salesforce.com.evil.example", no_salesforce),
        (salesforce, "https://my.salesforce.com", no_salesforce),
        (salesforce, "https://acme.my.salesforce.com.", no_salesforce),
        (salesforce, "https://acme..my.salesforce.com", no_salesforce),
        (salesforce, "https://acme.my.salesforce.com:8443", "port 8443 is none of `acme.my.salesforce.com`"),
        (salesforce, "https://evil.example/acme.my.salesforce.com", no_salesforce),
        (salesforce, "https://evil.example#acme.my.salesforce.com", no_salesforce),
        (salesforce, "https://x.lightning.force.com.evil.example", no_salesforce),
        (salesforce, "https://10.0.0.1", no_salesforce),
        (salesforce, "https://169.254.169.254", no_salesforce),
        (salesforce, "https://0xa9fea9fe", no_salesforce),
        (salesforce, "https://[::ffff:10.0.0.1]", no_salesforce),
        (salesforce, "https://acme.my.salesforce.com@evil.example", "it carries a user or a password"),
        (salesforce, "https://acme:canary@acme.my.salesforce.com", "it carries a user or a password"),
        (salesforce, "http://acme.my.salesforce.com", "plain http is refused"),
        (salesforce, "https://127.1", "`127.0.0.1` is this machine itself"),
        (salesforce, "https://2130706433", "`127.0.0.1` is this machine itself"),
        (salesforce, "https://0177.0.0.1", "`127.0.0.1` is this machine itself"),
        (salesforce, "https://localhost", "`localhost` is this machine itself"),
        (jira, "https://acme.atlassian.net.evil.example", no_jira),
        (jira, "https://evil-atlassian.net", no_jira),
        (jira, "https://atlassian.net", no_jira),
        (jira, "https://acme.atlassian.net.", no_jira),
        (jira, "https://acme.atlassian.net:8443", "port 8443 is none of `acme.atlassian.net`"),
        (jira, "https://jira.acme.example", no_jira),
        (jira, "https://192.168.1.7", no_jira),
        (jira, "https://[fd00::1]", no_jira),
        (jira, "https://acme.atlassian.net@evil.example", "it carries a user or a password"),
        (jira, "https://[::1]", "`[::1]` is this machine itself"),
    ] {
        let file = desk.file("acme.yaml", &written(word, other));
        let checked = run(&["check", &file]);
        let line = checked.stdout.lines().find(|line| line.contains("error")).unwrap_or_default();
        let n_errors = checked.stdout.matches(" error: ").count();
        assert_eq!((checked.code, n_errors), (1, 1), "{other}: {checked:?}");
        assert!(line.contains(sentence), "{other}: {checked:?}");
        assert!(!checked.stdout.contains("canary"), "{checked:?}");
    }
}

/// A login host that answers every request with one text; how many requests it saw.
fn login_host(answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let n_requests = Arc::new(AtomicUsize::new(0));
    let counter = n_requests.clone();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            // The client may be gone at any moment.
            drop(socket.read(&mut [0; 4096]));
            counter.fetch_add(1, Ordering::SeqCst);
            drop(write!(socket, "HTTP/1.1 {answer}"));
        }
    });
    (url, n_requests)
}

macro_rules! token_for {
    ($instance_url:literal) => {
        concat!(
            "200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n",
            r#"{"access_token":"canary","id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS","#,
            r#""instance_url":""#,
            $instance_url,
            r#""}"#
        )
    };
}

#[test]
fn a_sign_in_cannot_send_us_elsewhere() {
    let elsewhere = "the sign-in named a host of the org that is not Salesforce's";
    for (answer, sentence) in [
        (token_for!("https://evil.example"), format!("{elsewhere}: `evil.example` is not on the list")),
        (token_for!("https://x.my.salesforce.com.evil.example"), format!("{elsewhere}: `x.my.salesforce.com.evil")),
        (token_for!("https://acme.my.salesforce.com."), format!("{elsewhere}: `acme.my.salesforce.com.` is not on")),
        (token_for!("https://a@acme.my.salesforce.com"), format!("{elsewhere}: an address with a user")),
        (
            token_for!("http://acme.my.salesforce.com"),
            format!("{elsewhere}: acme.my.salesforce.com is called by https"),
        ),
        (token_for!("http://169.254.169.254"), format!("{elsewhere}: `169.254.169.254` is not on the list")),
        (
            "302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "answered 302".to_owned(),
        ),
    ] {
        let (url, n_requests) = login_host(answer);
        let desk = Desk::new();
        let login_url = "login_url: \"http://127.0.0.1:9\"";
        let text = CONFIGURATION.replace(login_url, &format!("login_url: \"{url}\""));
        let doctor = run(&["doctor", "--config", &desk.file("acme.yaml", &text)]);
        assert_eq!((doctor.code, n_requests.load(Ordering::SeqCst)), (1, 1), "{answer}: {doctor:?}");
        assert!(doctor.stdout.contains(&sentence) && !doctor.stdout.contains("canary"), "{answer}: {doctor:?}");
    }
}
