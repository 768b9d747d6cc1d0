//! A mail server that keeps what it is handed, and misbehaves as it is told.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the server does with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
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
pub(super) struct Mail {
    pub(super) recipients: Vec<String>,
    pub(super) text: String,
}

impl Mail {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }
}

/// The server.
#[derive(Clone)]
pub(super) struct Sink {
    pub(super) port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
}

impl Sink {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self { port, mails: Arc::default(), moods: Arc::default() };
        let keeper = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let keeper = keeper.clone();
                // A client that goes away ends the conversation.
                thread::spawn(move || keeper.talk(&stream));
            }
        });
        sink
    }

    pub(super) fn is_about_to(&self, mood: Mood) {
        self.moods.lock().unwrap().push_back(mood);
    }

    pub(super) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    fn talk(&self, stream: &TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let say = |line: &str| (&*stream).write_all(format!("{line}\r\n").as_bytes()).ok();
        let (mood, mut mail) = (self.moods.lock().unwrap().pop_front(), Mail::default());
        say("220 sink.example")?;
        loop {
            let line = lines.next()?.ok()?;
            match line.split([' ', ':']).next()? {
                "EHLO" => say("250 sink.example")?,
                "RCPT" if mood == Some(Mood::Refuses) => say("550 5.1.1 no such mailbox")?,
                "RCPT" => {
                    mail.recipients.push(line.split(['<', '>']).nth(1)?.to_owned());
                    say("250 ok")?;
                }
                "MAIL" if mood == Some(Mood::Busy) => say("451 4.3.0 come back later")?,
                "DATA" => {
                    say("354 go on")?;
                    let told = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".");
                    mail.text = told.map(|line| line + "\r\n").collect();
                    self.mails.lock().unwrap().push(std::mem::take(&mut mail));
                    match mood {
                        Some(Mood::Vanishes) => return None,
                        Some(Mood::Hesitates) => drop(lines.next()),
                        _ => say("250 2.0.0 queued as 4711")?,
                    }
                }
                "QUIT" => return say("221 bye"),
                _ => say("250 ok")?,
            }
        }
    }
}
