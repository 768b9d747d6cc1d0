//! One life of the server after the other: same directory, same address, no goodbye.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::people::{Company, People};
use crate::process::{Desk, Port, entente};

const CONFIGURATION: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    pace: unlimited
    settle_seconds: 4
    salesforce: { login_url: "@SALESFORCE@", client_id: sandbox-client, client_secret: sandbox-secret }
  acme-site:
    sandbox: true
    pace: unlimited
    settle_seconds: 4
    jira: { site_url: "@JIRA@", email: admin@sandbox.example, api_token: sandbox-api-token, webhook_secret: hush }
items:
  support-bugs:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case, filter: { all: [ { field: Origin, is one of: [ Web, Email ] } ] } }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Description, jira: description }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Escalated: In Progress, On Hold: Blocked, Closed: Done }
    conflicts: latest-wins
triggers: { poll_seconds: 5, push: true }
server: { public_url: "@SERVER@", api_tokens: [ "${FIRST_TOKEN}" ] }
"#;

/// How long a start may take, on a machine that is busy.
const START_MAX: Duration = Duration::from_secs(60);

/// How often a life is asked whether it has written enough; it may have nothing to write.
const WAITS_MAX: usize = 30;

/// Stands in the log where a life begins.
pub(super) const BIRTH: &str = "-- started";

/// The server, alive or not.
pub(super) struct Server {
    url: String,
    port: Port,
    configuration: String,
    data_dir: String,
    log: File,
}

impl Server {
    pub(super) fn new(desk: &Desk, company: &Company) -> Self {
        let port = Port::reserve();
        let url = port.url();
        let text = CONFIGURATION
            .replace("@SALESFORCE@", company.org())
            .replace("@JIRA@", company.site())
            .replace("@SERVER@", &url);
        let configuration = desk.file("acme.yaml", &text);
        let log = File::create(desk.path("server.log")).unwrap();
        Self { url, port, configuration, data_dir: desk.arg("data"), log }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The arguments by which every command finds what this server remembers.
    pub(super) fn known_by(&self) -> [&str; 4] {
        ["--config", &self.configuration, "--data-dir", &self.data_dir]
    }

    /// Begins a life.
    pub(super) fn start(&self) -> Life {
        let [config, file, data_dir, dir] = self.known_by();
        let mut command = entente(&["serve", config, file, data_dir, dir, "--listen", &self.port.number()]);
        command.env("ENTENTE_LOG", "debug").stdout(Stdio::piped()).stderr(self.log.try_clone().unwrap());
        writeln!(&self.log, "{BIRTH}").unwrap();
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (say, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
        Life { child, lines }
    }

    /// Starts the server, lets people work beside it, and kills it: before it is ready, some time after, or as soon as it
    /// has written so often, so that a machine that is slow to start does not only kill what has done nothing yet.
    ///
    /// The time to live is waited for on the server's own output: nothing is expected there, so that the deadline ends
    /// the wait, and an end that was not ours ends it at once. The moment of the kill is what is tested, not a time
    /// after which something should have happened.
    pub(super) fn live_and_die(&self, people: &mut People, dice: &mut StdRng) {
        let mut life = self.start();
        if dice.random_range(0..6) == 0 {
            // Most likely before it is ready; where it is, no harm is done.
            let _ready = life.lines.recv_timeout(Duration::from_millis(dice.random_range(1..200)));
            return life.kill();
        }
        life.is_ready();
        for _ in 0..dice.random_range(0..4) {
            people.edit(dice);
        }
        let n_writes = match dice.random_range(0..2) {
            0 => 0,
            _ => people.company().n_writing_calls() + dice.random_range(1..4),
        };
        for _ in 0..WAITS_MAX {
            let ended = life.lines.recv_timeout(Duration::from_millis(dice.random_range(5..100)));
            assert_eq!(ended, Err(RecvTimeoutError::Timeout), "it spoke, or ended by itself");
            if people.company().n_writing_calls() >= n_writes {
                break;
            }
        }
        life.kill();
    }
}

/// One process, and what it says on stdout.
pub(super) struct Life {
    child: Child,
    lines: Receiver<String>,
}

impl Life {
    /// Waits until it says where it is.
    pub(super) fn is_ready(&self) {
        let line = self.lines.recv_timeout(START_MAX);
        assert!(line.as_ref().is_ok_and(|line| line.starts_with("Entente ")), "it did not start: {line:?}");
    }

    pub(super) fn kill(&mut self) {
        // On Unix this is SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
