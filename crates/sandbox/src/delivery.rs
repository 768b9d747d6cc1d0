//! What a side posts to others: Salesforce's outbound messages and Jira's webhooks.
//!
//! A delivery is complete in itself (URL, headers, body). Settings can lose, double, delay and reorder deliveries as
//! the real world does. [`crate::serve`] posts what is due over HTTP; a simulation takes it with [`Outbox::take_due`]
//! and hands it over itself. Either says with [`Outbox::settle`] how it went, and what was not accepted is tried again
//! as the vendor would.

mod post;

use std::collections::BTreeMap;

use bytes::Bytes;
use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::Clock;
use crate::seed::Dice;

pub(crate) use post::run;

/// Deliveries are shuffled inside a window of this length when they should come out of order.
const REORDER_WINDOW_MS: u64 = 500;

/// When a vendor tries again, and what it takes for a yes.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Time before each further attempt; as many further attempts as there are entries.
    pub gaps_ms: &'static [u64],
    /// A text that the answer's body must contain, beside a 2xx status.
    pub answer_contains: Option<&'static str>,
    /// A header that carries the number of the retry, from 1.
    pub retry_header: Option<&'static str>,
    /// How long an attempt may take.
    pub timeout_ms: u64,
    /// Whether the vendor tries again after an answer of this status that is not a yes.
    pub tries_again: fn(u16) -> bool,
}

/// One request to somebody.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// With which headers; retries add the policy's.
    pub headers: Vec<(String, String)>,
    /// With which body.
    pub body: Bytes,
    /// How the vendor tries.
    pub policy: Policy,
    /// Attempts made before this one.
    pub n_attempts: usize,
}

impl Delivery {
    /// The headers of this attempt.
    pub fn headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        if let (Some(name), 1..) = (self.policy.retry_header, self.n_attempts) {
            headers.push((name.to_owned(), self.n_attempts.to_string()));
        }
        headers
    }

    /// The delivery as it goes on after an answer of this status that was not a yes.
    pub(crate) fn after_no(mut self, status: u16) -> Self {
        if !(self.policy.tries_again)(status) {
            self.policy.gaps_ms = &[];
        }
        self
    }

    /// Whether this answer is the yes that the vendor waits for.
    pub fn is_accepted(&self, status: u16, body: &[u8]) -> bool {
        let said = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
        (200..300).contains(&status) && self.policy.answer_contains.is_none_or(said)
    }
}

/// What should go wrong with deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The share that is lost.
    pub drop: f64,
    /// The share that comes twice.
    pub double: f64,
    /// How much later everything comes.
    pub delay_ms: u64,
    /// Whether they come out of order.
    pub reorder: bool,
}

/// How deliveries stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Waiting, under way, or to be tried again.
    pub pending: usize,
    /// Given up after the vendor's last attempt.
    pub failed: usize,
    /// Accepted.
    pub delivered: usize,
    /// Lost on purpose.
    pub dropped: usize,
    /// Attempts that were not accepted.
    pub refused_attempts: usize,
}

/// The deliveries of one side.
#[derive(Debug)]
pub struct Outbox {
    clock: Clock,
    queue: Mutex<Queue>,
    changed: Notify,
}

#[derive(Debug)]
struct Queue {
    /// By due time, then by order of arrival.
    waiting: BTreeMap<(i64, u64), Delivery>,
    next: u64,
    n_under_way: usize,
    count: Count,
    settings: Settings,
    dice: Dice,
}

impl Outbox {
    pub(crate) fn new(clock: Clock, seed_number: u64) -> Self {
        let queue = Queue {
            waiting: BTreeMap::new(),
            next: 0,
            n_under_way: 0,
            count: Count::default(),
            settings: Settings::default(),
            dice: Dice::seed_from_u64(seed_number),
        };
        Self { clock, queue: Mutex::new(queue), changed: Notify::new() }
    }

    /// Adds a delivery, or none or two of it, as the settings will.
    pub fn post(&self, delivery: Delivery) {
        let now_ms = self.clock.now_ms();
        self.queue.lock().offer(now_ms, delivery);
        self.changed.notify_one();
    }

    /// Says what should go wrong from now on.
    pub fn set(&self, settings: Settings) {
        self.queue.lock().settings = settings;
    }

    /// Takes every delivery whose time has come. Each must be settled.
    pub fn take_due(&self) -> Vec<Delivery> {
        let now_ms = self.clock.now_ms();
        let mut queue = self.queue.lock();
        let later = queue.waiting.split_off(&(now_ms.saturating_add(1), 0));
        let due: Vec<_> = std::mem::replace(&mut queue.waiting, later).into_values().collect();
        queue.n_under_way += due.len();
        due
    }

    /// Says whether a taken delivery was accepted; if not, it is tried again or given up.
    pub fn settle(&self, delivery: Delivery, accepted: bool) {
        let now_ms = self.clock.now_ms();
        self.queue.lock().settle(now_ms, delivery, accepted);
        self.changed.notify_one();
    }

    /// How deliveries stand.
    pub fn count(&self) -> Count {
        let queue = self.queue.lock();
        Count { pending: queue.waiting.len() + queue.n_under_way, ..queue.count }
    }

    /// When the next delivery is due.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.queue.lock().waiting.keys().next().map(|(due_ms, _)| *due_ms)
    }

    /// Forgets what waits and how it stood; the settings return to faultless.
    pub(crate) fn clear(&self) {
        let mut queue = self.queue.lock();
        queue.waiting.clear();
        queue.count = Count::default();
        queue.settings = Settings::default();
    }

    /// Waits until something is due.
    async fn due(&self) {
        loop {
            let changed = self.changed.notified();
            match self.next_due_ms() {
                None => changed.await,
                Some(due_ms) if due_ms <= self.clock.now_ms() => return,
                Some(due_ms) => tokio::select! {
                    () = changed => {}
                    () = self.clock.until(due_ms) => {}
                },
            }
        }
    }
}

impl Queue {
    fn offer(&mut self, now_ms: i64, delivery: Delivery) {
        if self.strikes(self.settings.drop) {
            self.count.dropped += 1;
            return;
        }
        if self.strikes(self.settings.double) {
            self.wait(now_ms, self.settings.delay_ms, delivery.clone());
        }
        self.wait(now_ms, self.settings.delay_ms, delivery);
    }

    fn strikes(&mut self, rate: f64) -> bool {
        rate > 0.0 && self.dice.random::<f64>() < rate
    }

    fn wait(&mut self, now_ms: i64, delay_ms: u64, delivery: Delivery) {
        let shuffle_ms = if self.settings.reorder { self.dice.random_range(0..REORDER_WINDOW_MS) } else { 0 };
        let due_ms = now_ms.saturating_add_unsigned(delay_ms).saturating_add_unsigned(shuffle_ms);
        self.waiting.insert((due_ms, self.next), delivery);
        self.next += 1;
    }

    fn settle(&mut self, now_ms: i64, mut delivery: Delivery, accepted: bool) {
        self.n_under_way = self.n_under_way.saturating_sub(1);
        if accepted {
            self.count.delivered += 1;
            return;
        }
        self.count.refused_attempts += 1;
        match delivery.policy.gaps_ms.get(delivery.n_attempts) {
            Some(gap_ms) => {
                delivery.n_attempts += 1;
                self.waiting.insert((now_ms.saturating_add_unsigned(*gap_ms), self.next), delivery);
                self.next += 1;
            }
            None => self.count.failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    const POLICY: Policy = Policy {
        gaps_ms: &[1_000, 2_000],
        answer_contains: None,
        retry_header: Some("x-retry"),
        timeout_ms: 1_000,
        tries_again: |_| true,
    };

    fn delivery(body: &str) -> Delivery {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Delivery { url: "http://x/".into(), headers: Vec::new(), body, policy: POLICY, n_attempts: 0 }
    }

    fn outbox(settings: Settings) -> (Clock, Outbox) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let outbox = Outbox::new(clock.clone(), 7);
        outbox.set(settings);
        (clock, outbox)
    }

    #[test]
    fn what_is_refused_comes_again_until_the_vendor_gives_up() {
        let (clock, outbox) = outbox(Settings::default());
        outbox.post(delivery("a"));
        let mut retries = Vec::new();
        for _ in 0..3 {
            let due = outbox.take_due();
            assert_eq!(due.len(), 1);
            for delivery in due {
                retries.push(delivery.headers());
                outbox.settle(delivery, false);
            }
            assert!(outbox.take_due().is_empty(), "not before its gap");
            clock.advance(Duration::from_secs(2));
        }
        let retry = |n: &str| vec![("x-retry".to_owned(), n.to_owned())];
        assert_eq!(retries, [vec![], retry("1"), retry("2")]);
        let expected = Count { failed: 1, refused_attempts: 3, ..Count::default() };
        assert_eq!(outbox.count(), expected);
    }

    #[test]
    fn losing_doubling_and_delaying() {
        let (_, lossy) = outbox(Settings { drop: 1.0, ..Settings::default() });
        lossy.post(delivery("a"));
        assert_eq!((lossy.take_due().len(), lossy.count().dropped), (0, 1));
        let (clock, slow) = outbox(Settings { double: 1.0, delay_ms: 100, ..Settings::default() });
        slow.post(delivery("a"));
        assert!(slow.take_due().is_empty());
        clock.advance(Duration::from_millis(100));
        assert_eq!(slow.take_due().len(), 2);
    }

    #[test]
    fn reordering_shuffles() {
        let (clock, outbox) = outbox(Settings { reorder: true, ..Settings::default() });
        let sent: Vec<_> = (b'a'..=b'z').map(|letter| char::from(letter).to_string()).collect();
        sent.iter().for_each(|body| outbox.post(delivery(body)));
        clock.advance(Duration::from_secs(1));
        let came: Vec<_> =
            outbox.take_due().iter().map(|due| String::from_utf8_lossy(&due.body).into_owned()).collect();
        assert_eq!(came.len(), sent.len());
        assert_ne!(came, sent);
    }
}
