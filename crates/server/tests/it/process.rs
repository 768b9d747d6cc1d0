//! The real binary as a process.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::stage::VARIABLES;

/// How long anything may take before a test gives up; far above what it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that knows nothing of the environment of the tests.
pub(crate) fn entente(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.args(arguments).env_remove("ENTENTE_LOG").env_remove("ENTENTE_DATABASE_URL").stdin(Stdio::null());
    command.env_remove("ENTENTE_KEY").env_remove("ENTENTE_KEY_FILE").env_remove("ENTENTE_SERVER");
    command.envs(VARIABLES);
    command
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    ended(entente(arguments).output().unwrap())
}

pub(crate) fn ended(output: Output) -> Ended {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ended = Ended {
        code: output.status.code().expect("ended by a signal"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    ended
}

impl Ended {
    /// Stdout as the one JSON document that it must be.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A place for files that goes with the test.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The path as an argument.
    pub(crate) fn arg(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a file, which a server that watches it never sees half written; its path as an argument.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let whole = self.path(&format!("{name}.next"));
        std::fs::write(&whole, text).unwrap();
        std::fs::rename(whole, self.path(name)).unwrap();
        self.arg(name)
    }
}

/// A port for a server that must know its own address beforehand, or come back to it. No other test takes it meanwhile:
/// it lies below those that the kernel gives away, and the file of its number is locked.
pub(crate) struct Port {
    number: u16,
    _reserved: File,
}

impl Port {
    pub(crate) fn reserve() -> Self {
        let dir = std::env::temp_dir().join("entente-test-ports");
        std::fs::create_dir_all(&dir).unwrap();
        let reserve = |number| {
            let file = File::create(dir.join(format!("{number}"))).unwrap();
            file.try_lock().ok()?;
            TcpListener::bind(("127.0.0.1", number)).ok().map(|_| Self { number, _reserved: file })
        };
        (20_000..30_000).find_map(reserve).unwrap()
    }

    /// As the argument of `--listen`.
    pub(crate) fn number(&self) -> String {
        self.number.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.number)
    }
}

/// A process that runs until it is told to stop; it does not outlive the test.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: PathBuf,
}

impl Running {
    /// Starts a command that runs on, and waits until it says where it is, as its first line.
    pub(crate) fn start(arguments: &[&str], desk: &Desk) -> Self {
        Self::start_with(&mut entente(arguments), desk)
    }

    /// The same, for a command that was made already.
    pub(crate) fn start_with(command: &mut Command, desk: &Desk) -> Self {
        let stderr = desk.path("stderr");
        let log = File::create(&stderr).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self { child, stdout, stderr };
        let line = running.line();
        assert!(!line.is_empty(), "{}", running.said());
        running
    }

    /// The next line on stdout; empty at the end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Everything else on stdout, up to the end of the process.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on stderr so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        wait_for("the process to end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits until `look` finds something.
#[expect(clippy::disallowed_methods, reason = "a test that waits for another process needs an end")]
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// The JSON document in a file that another process writes whole.
pub(crate) fn ready(path: &Path) -> serde_json::Value {
    wait_for("the ready file", || serde_json::from_slice(&std::fs::read(path).ok()?).ok())
}

/// Asks for a JSON document; none when nobody answers.
pub(crate) fn get(url: &str, token: &str) -> Option<serde_json::Value> {
    let request = reqwest::Client::new().get(url).bearer_auth(token);
    serde_json::from_str(&send(request)?.1).ok()
}

/// The plain page of a server, as a person sees it who has logged in with a token.
pub(crate) fn page(server: &str, token: &str) -> String {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = client.post(format!("{server}/login")).header("content-type", "application/x-www-form-urlencoded");
    let (status, headers, _) = exchange(form.body(format!("token={token}"))).unwrap();
    let cookie = headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    assert_eq!(status, 303, "logged in");
    let (status, page) = send(client.get(format!("{server}/plain")).header("cookie", cookie)).unwrap();
    assert_eq!(status, 200, "{page}");
    page
}

/// Sends a request: status and body of the answer; none when nobody answers.
pub(crate) fn send(request: reqwest::RequestBuilder) -> Option<(u16, String)> {
    exchange(request).map(|(status, _, body)| (status, body))
}

/// The same, for an answer that is no text.
pub(crate) fn fetch(request: reqwest::RequestBuilder) -> Option<(u16, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = request.send().await.ok()?;
        Some((response.status().as_u16(), response.bytes().await.ok()?.to_vec()))
    })
}

fn exchange(request: reqwest::RequestBuilder) -> Option<(u16, http::HeaderMap, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = request.send().await.ok()?;
        Some((response.status().as_u16(), response.headers().clone(), response.text().await.ok()?))
    })
}
