//! A mail server that keeps what it is handed, and misbehaves as it is told.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use rcgen::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs, pki_types::PrivateKeyDer};

/// `entente` with `first-token`, as RFC 4616 writes it.
const LOGIN: &str = "AUTH PLAIN AGVudGVudGUAZmlyc3QtdG9rZW4=";

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::promises) enum Mood {
    /// It knows nobody of that name.
    Refuses,
    /// It has no time.
    Busy,
    /// It takes the mail and goes away without a word.
    Vanishes,
    /// It takes the mail and says nothing for as long as anybody waits.
    Hesitates,
}

/// One mail as it was handed over.
#[derive(Clone, Debug, Default)]
pub(in crate::promises) struct Mail {
    pub(in crate::promises) recipients: Vec<String>,
    pub(in crate::promises) text: String,
}

impl Mail {
    /// A header's value.
    pub(in crate::promises) fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }
}

/// The server.
#[derive(Clone)]
pub(in crate::promises) struct Sink {
    pub(in crate::promises) port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    /// What it demands before it takes anything.
    guard: Option<Guard>,
}

/// A server that speaks to nobody in the clear, and to nobody without a login.
#[derive(Clone)]
struct Guard {
    tls: Arc<ServerConfig>,
    /// From the first byte on, or after STARTTLS.
    is_implicit: bool,
}

impl Guard {
    fn protect(&self, stream: TcpStream) -> Option<StreamOwned<ServerConnection, TcpStream>> {
        Some(StreamOwned::new(ServerConnection::new(self.tls.clone()).ok()?, stream))
    }
}

impl Sink {
    pub(in crate::promises) fn new() -> Self {
        Self::with(None)
    }

    /// One that demands TLS and a login, and its certificate.
    pub(in crate::promises) fn guarded(is_implicit: bool) -> (Self, String) {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let tls = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key);
        (Self::with(Some(Guard { tls: Arc::new(tls.unwrap()), is_implicit })), cert.pem())
    }

    fn with(guard: Option<Guard>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, mails: Arc::default(), moods: Arc::default(), guard };
        let keeper = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let keeper = keeper.clone();
                // A client that goes away ends the conversation.
                thread::spawn(move || keeper.meet(stream));
            }
        });
        sink
    }

    pub(in crate::promises) fn is_about_to(&self, mood: Mood) {
        self.moods.lock().unwrap().push_back(mood);
    }

    pub(in crate::promises) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    fn meet(&self, stream: TcpStream) -> Option<()> {
        let Some(guard) = &self.guard else { return self.talk(BufReader::new(stream), true) };
        if guard.is_implicit {
            return self.talk(BufReader::new(guard.protect(stream)?), true);
        }
        let mut plain = BufReader::new(stream);
        say(&mut plain, "220 sink.example")?;
        loop {
            match line(&mut plain)?.split([' ', ':']).next()? {
                "EHLO" => say(&mut plain, "250-sink.example\r\n250 STARTTLS")?,
                "STARTTLS" => break say(&mut plain, "220 go on")?,
                _ => say(&mut plain, "530 5.7.0 Must issue a STARTTLS command first")?,
            }
        }
        self.talk(BufReader::new(guard.protect(plain.into_inner())?), false)
    }

    fn talk<S: Read + Write>(&self, mut peer: BufReader<S>, greets: bool) -> Option<()> {
        let (mood, mut mail) = (self.moods.lock().unwrap().pop_front(), Mail::default());
        let mut is_known = self.guard.is_none();
        if greets {
            say(&mut peer, "220 sink.example")?;
        }
        loop {
            let said = line(&mut peer)?;
            let answer = match said.split([' ', ':']).next()? {
                "EHLO" if !is_known => "250-sink.example\r\n250 AUTH PLAIN",
                "EHLO" => "250 sink.example",
                "AUTH" if said == LOGIN => {
                    is_known = true;
                    "235 2.7.0 welcome"
                }
                "AUTH" => "535 5.7.8 wrong name or password",
                "MAIL" if !is_known => "530 5.7.0 Authentication required",
                "RCPT" if mood == Some(Mood::Refuses) => "550 5.1.1 no such mailbox",
                "RCPT" => {
                    mail.recipients.push(said.split(['<', '>']).nth(1)?.to_owned());
                    "250 ok"
                }
                "MAIL" if mood == Some(Mood::Busy) => "451 4.3.0 come back later",
                "DATA" => {
                    say(&mut peer, "354 go on")?;
                    mail.text = told(&mut peer)?;
                    self.mails.lock().unwrap().push(std::mem::take(&mut mail));
                    match mood {
                        Some(Mood::Vanishes) => return None,
                        Some(Mood::Hesitates) => drop(line(&mut peer)),
                        _ => say(&mut peer, "250 2.0.0 queued as 4711")?,
                    }
                    continue;
                }
                "QUIT" => return say(&mut peer, "221 bye"),
                _ => "250 ok",
            };
            say(&mut peer, answer)?;
        }
    }
}

fn say<S: Read + Write>(peer: &mut BufReader<S>, answer: &str) -> Option<()> {
    peer.get_mut().write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    peer.get_mut().flush().ok()
}

fn line<S: Read>(peer: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let n_bytes = peer.read_line(&mut line).ok()?;
    (n_bytes > 0).then(|| line.trim_end().to_owned())
}

/// The text of a mail, up to its last dot.
fn told<S: Read>(peer: &mut BufReader<S>) -> Option<String> {
    let mut text = String::new();
    loop {
        match line(peer)? {
            end if end == "." => return Some(text),
            more => text.push_str(&(more + "\r\n")),
        }
    }
}
