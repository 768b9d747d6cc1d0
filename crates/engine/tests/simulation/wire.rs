//! The network between the real clients and the sandbox's routers, with everything that goes wrong there.

mod kind;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use axum::Router;
use bytes::Bytes;
use entente_sandbox::World;
use entente_transport::{Body, BoxFuture, ByteStream, Wire, WireError};
use http::{Request, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) use self::kind::{FILES, PORTAL, TALK, WRITES};
use self::kind::{READS, is_write, kind};
use crate::{
    chance::Dice,
    gate::{ActorId, Gate},
    history::Played,
    people::A_MOMENT,
};

/// How late a call that was given up may take effect.
pub(crate) const LATE_MS_MAX: i64 = 110_000;

/// A call that stood at the gate for longer has lost its connection: it never arrives. Shorter than every settle time.
const CONNECTION_MS: i64 = 60_000;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    ErrorBefore,
    ResetBefore,
    CommitThenReset,
    CommitThenError,
    CommitLate,
    RateLimit,
    RateLimitWithoutWord,
    ServerError,
    Gateway,
    Truncated,
    ExpiredToken,
    RowLock,
    PartialBatch,
    Slow,
}

impl Fault {
    pub(crate) const ALL: [Self; 14] = [
        Self::ErrorBefore,
        Self::ResetBefore,
        Self::CommitThenReset,
        Self::CommitThenError,
        Self::CommitLate,
        Self::RateLimit,
        Self::RateLimitWithoutWord,
        Self::ServerError,
        Self::Gateway,
        Self::Truncated,
        Self::ExpiredToken,
        Self::RowLock,
        Self::PartialBatch,
        Self::Slow,
    ];

    /// Whether this can happen to a write of this kind.
    pub(crate) fn can_meet(self, write: &str) -> bool {
        let is_salesforce =
            matches!(write, "update records" | "upsert records" | "add case comments" | "edit case comment");
        is_salesforce || !matches!(self, Self::PartialBatch | Self::ExpiredToken)
    }

    /// As the sandbox's control door knows it; a slow call is the wire's own affair.
    fn described(self, is_salesforce: bool, dice: &Dice) -> Option<Value> {
        let named = |name: &str| Some(json!({"name": name, "route": "*", "times": 1}));
        match self {
            Self::ErrorBefore => named("error_before"),
            Self::ResetBefore => named("reset_before"),
            Self::CommitThenReset => named("timeout_after_commit"),
            Self::CommitThenError => named("error_after_commit"),
            Self::CommitLate => {
                let delay_ms = dice.between(1_000, LATE_MS_MAX);
                Some(json!({"name": "late_commit", "route": "*", "times": 1, "delay_ms": delay_ms}))
            }
            Self::RateLimit => named("rate_limit"),
            Self::RateLimitWithoutWord if is_salesforce => named("daily_limit"),
            Self::RateLimitWithoutWord => named("rate_limit_without_retry_after"),
            Self::ServerError => named("server_error"),
            Self::Gateway => named("bad_gateway"),
            Self::Truncated => named("truncated"),
            Self::ExpiredToken => named("expired_token"),
            Self::RowLock if is_salesforce => named("row_lock"),
            Self::PartialBatch if is_salesforce => {
                Some(json!({"name": "row_lock", "route": "*", "times": 1, "in_composite": true}))
            }
            Self::RowLock | Self::PartialBatch => {
                Some(json!({"route": "*", "times": 1, "status": 409, "side_effect": "none", "answer": "status"}))
            }
            Self::Slow => None,
        }
    }
}

/// What has happened: which fault met which kind of call, how often.
pub(crate) type Met = BTreeMap<(Fault, &'static str), u64>;

/// What the history and its oracles know of the network.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// How many calls in a thousand meet a fault.
    pub(crate) faults_in_a_thousand: usize,
    /// Which faults these are.
    pub(crate) faults: Vec<Fault>,
    /// Sides that are down.
    pub(crate) down: BTreeSet<&'static str>,
    pub(crate) met: Met,
    pub(crate) n_calls: u64,
    /// Every call, its fault and its answer, folded into one number.
    pub(crate) trace: u64,
    /// Calls one by one, while somebody wants to read them.
    pub(crate) told: Option<Vec<String>>,
    /// Durable writes and remote writes so far: the boundaries at which a machine may die.
    pub(crate) n_boundaries: u64,
    /// The machine that works at the boundary of this number dies before, or after, it.
    pub(crate) dies_at: Option<(u64, bool)>,
    /// What the next write meets.
    pub(crate) next_fault: Option<Fault>,
    /// What the next creation of issues meets.
    pub(crate) next_creation: Option<Fault>,
    /// A kind of call that fails each time, for a while.
    pub(crate) failing: Option<&'static str>,
    /// The machine that took the org last.
    pub(crate) owner: Option<Life>,
    /// What nobody may do at any time, as soon as somebody has done it.
    pub(crate) wrongdoing: Option<String>,
    /// The machine that is working now.
    pub(crate) life: Life,
    /// How many commits in a thousand fail, and how many machines die at one.
    pub(crate) commits_fail: usize,
    pub(crate) commits_kill: usize,
    /// What became of commits.
    pub(crate) commits: BTreeMap<&'static str, u64>,
    /// Calls that may have changed something.
    pub(crate) n_writes: u64,
    /// What befell the company, beside faults of calls and of commits.
    pub(crate) events: BTreeMap<&'static str, u64>,
    /// Writes that took effect late: what they put there may have been overwritten where it came from meanwhile.
    pub(crate) late: Vec<String>,
    /// Whether a full look is what is going on now.
    pub(crate) looks: bool,
    /// What was read and when: questions by id, and answers to full looks.
    pub(crate) reads: Vec<(i64, String)>,
    /// Calls that read or write comments.
    pub(crate) carried: Vec<Carried>,
    /// A comment was written since somebody looked at who may read what.
    pub(crate) has_carried: bool,
    /// The last call, for a history that does not end.
    pub(crate) last: String,
}

/// A call that reads or writes comments.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) ms: i64,
    pub(crate) actor: ActorId,
    pub(crate) kind: &'static str,
    pub(crate) said: String,
}

/// Whether a machine still runs. What is dead sends and stores nothing any more.
pub(crate) type Life = Arc<AtomicBool>;

impl Books {
    pub(crate) fn played(&self) -> Played {
        Played {
            failure: None,
            trace: self.trace,
            met: self.met.clone(),
            commits: self.commits.clone(),
            events: self.events.clone(),
            told: self.told.clone().unwrap_or_default(),
            n_calls: self.n_calls,
            n_boundaries: self.n_boundaries,
        }
    }

    /// A write leaves a machine: whoever has lost the org to another one sends nothing more.
    fn leaves(&mut self, life: &Life, kind: &'static str) {
        // A machine whose own clock jumps cannot know that its lease has run out.
        if self.is_overtaken(life) && !self.events.contains_key("clock jumps") {
            let words = || format!("a machine that had lost the org sent a write: {kind}");
            self.wrongdoing.get_or_insert_with(words);
            self.tell(words);
        }
    }

    /// Whether another machine than this one has the org.
    fn is_overtaken(&self, life: &Life) -> bool {
        self.owner.as_ref().is_some_and(|owner| !Arc::ptr_eq(owner, life))
    }

    /// A boundary is reached, or passed: whether the machine that works now is dead from here on.
    pub(crate) fn boundary(&mut self, is_after: bool) -> bool {
        self.n_boundaries += u64::from(!is_after);
        if self.dies_at == Some((self.n_boundaries, is_after)) {
            self.life.store(true, Ordering::Relaxed);
        }
        self.life.load(Ordering::Relaxed)
    }

    pub(crate) fn note(&mut self, what: &str) {
        for byte in what.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    pub(crate) fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(told) = &mut self.told {
            told.push(what());
        }
    }
}

/// Carries the requests of one worker.
#[derive(Clone)]
pub(crate) struct SimWire {
    pub(crate) salesforce: Router,
    pub(crate) jira: Router,
    pub(crate) world: World,
    pub(crate) gate: Gate,
    pub(crate) dice: Dice,
    pub(crate) books: Arc<Mutex<Books>>,
    /// The machine that sends.
    pub(crate) life: Life,
}

impl Wire for SimWire {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(self.carry(request))
    }
}

fn lost(reason: impl ToString) -> WireError {
    WireError::Lost { reason: reason.to_string() }
}

impl SimWire {
    async fn carry(&self, request: Request<Body>) -> Result<Response<Body>, WireError> {
        let is_salesforce = request.uri().port_u16() == Some(7401);
        let side = if is_salesforce { "salesforce" } else { "jira" };
        let (parts, body) = request.into_parts();
        let bytes = collect(body).await?;
        let kind = kind(parts.method.as_str(), parts.uri.path(), &bytes);
        let looks = self.books.lock().looks;
        let actor = self.gate.current();
        if kind != "sign in" {
            let since_ms = self.gate.hand.now_ms();
            if is_write(kind) {
                self.books.lock().leaves(&self.life, kind);
                let said = format!("{kind} {} {}", parts.uri, String::from_utf8_lossy(&bytes));
                self.gate.wait_to_write(said).await;
            } else {
                self.gate.wait(None).await;
            }
            if self.gate.hand.now_ms() - since_ms > CONNECTION_MS {
                return Err(lost("the connection is gone"));
            }
        }
        // No two calls meet within a millisecond: the vendors' stamps tell them apart as far as they do in earnest.
        self.gate.hand.advance(A_MOMENT);
        self.begin(side, kind, &parts, &bytes).await?;
        let fault = self.draw(kind, is_salesforce);
        if let Some(described) = fault.and_then(|fault| fault.described(is_salesforce, &self.dice)) {
            self.control(is_salesforce).add_fault(&described).map_err(lost)?;
        }
        let asked = READS.contains(&kind).then(|| format!("{} {}", parts.uri, String::from_utf8_lossy(&bytes)));
        let said = String::from_utf8_lossy(&bytes).into_owned();
        self.note_carried(actor, kind, || format!("{} {said}", parts.uri.path()));
        let request = Request::from_parts(parts, axum::body::Body::from(bytes));
        let answered = self.ask(is_salesforce, request).await;
        self.note_late(fault, kind, said);
        if let (Ok((parts, bytes)), None | Some(Fault::Slow), Some(asked)) = (&answered, fault, asked)
            && parts.status == http::StatusCode::OK
        {
            let said = if looks { String::from_utf8_lossy(bytes).into_owned() } else { asked };
            self.books.lock().reads.push((self.gate.hand.now_ms(), said));
        }
        self.control(is_salesforce).clear_faults();
        let status = answered.as_ref().map_or(0, |(parts, _)| parts.status.as_u16());
        self.end(kind, fault, status).await?;
        if let Ok((_, bytes)) = &answered {
            self.books.lock().tell(|| format!("       {}", String::from_utf8_lossy(bytes)));
        }
        if fault == Some(Fault::Slow) {
            self.gate.wait(Some(self.gate.hand.now_ms() + self.dice.between(500, 90_000))).await;
        }
        answered.map(|(parts, bytes)| Response::from_parts(parts, Body::Stream(ByteStream::from_bytes(bytes))))
    }

    fn note_carried(&self, actor: ActorId, kind: &'static str, said: impl FnOnce() -> String) {
        let is_copy = TALK.contains(&kind);
        if is_copy || kind == "read comments" {
            let books = &mut *self.books.lock();
            books.carried.push(Carried { ms: self.gate.hand.now_ms(), actor, kind, said: said() });
            books.has_carried |= is_copy;
        }
    }

    /// Late too is what was on its way when another machine took the org.
    fn note_late(&self, fault: Option<Fault>, kind: &str, said: String) {
        let mut books = self.books.lock();
        if fault == Some(Fault::CommitLate) || is_write(kind) && books.is_overtaken(&self.life) {
            books.late.push(said);
        }
    }

    fn control(&self, is_salesforce: bool) -> &Arc<entente_sandbox::control::Control> {
        if is_salesforce { self.world.salesforce.control() } else { self.world.jira.control() }
    }

    async fn begin(
        &self,
        side: &'static str,
        kind: &'static str,
        parts: &http::request::Parts,
        bytes: &Bytes,
    ) -> Result<(), WireError> {
        let is_dead = {
            let mut books = self.books.lock();
            if books.down.contains(side) {
                return Err(WireError::NotSent { reason: "connection refused".to_owned() });
            }
            books.n_calls += 1;
            books.n_writes += u64::from(is_write(kind));
            let said = format!("{} {} {}", parts.method, parts.uri, String::from_utf8_lossy(bytes));
            books.note(&said);
            books.tell(|| format!("  {said}"));
            books.last = said;
            if is_write(kind) { books.boundary(false) } else { books.life.load(Ordering::Relaxed) }
        };
        if is_dead {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn end(&self, kind: &'static str, fault: Option<Fault>, status: u16) -> Result<(), WireError> {
        let is_dead = {
            let mut books = self.books.lock();
            let said = format!("{kind} {fault:?} {status}");
            books.note(&said);
            books.tell(|| format!("    -> {said}"));
            if let Some(fault) = fault {
                *books.met.entry((fault, kind)).or_default() += 1;
            }
            is_write(kind) && books.boundary(true)
        };
        if is_dead {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    fn draw(&self, kind: &'static str, is_salesforce: bool) -> Option<Fault> {
        if is_write(kind)
            && let Some(fault) = self.books.lock().next_fault.take()
        {
            return Some(fault);
        }
        if kind == "create issues"
            && let Some(fault) = self.books.lock().next_creation.take()
        {
            return Some(fault);
        }
        let (rate, faults) = {
            let books = self.books.lock();
            if books.failing == Some(kind) {
                return Some(Fault::ServerError);
            }
            (books.faults_in_a_thousand, books.faults.clone())
        };
        // Writes are what matters most, and creations are few.
        let rate = match kind {
            "create issues" | "upsert records" => rate * 4,
            _ if is_write(kind) => rate * 2,
            _ => rate,
        };
        if faults.is_empty() || !self.dice.in_a_thousand(rate) {
            return None;
        }
        let fault = *self.dice.pick(&faults);
        // An answer that comes late is one thing; a read has no late effect. Jira tokens do not expire.
        let is_write = is_write(kind);
        match fault {
            Fault::CommitLate if !is_write => None,
            // Everybody waits for a sign-in.
            Fault::Slow | Fault::Truncated if kind == "sign in" => None,
            Fault::PartialBatch if !is_write || !is_salesforce => None,
            Fault::ExpiredToken if !is_salesforce => None,
            fault => Some(fault),
        }
    }

    /// One call to the sandbox, at once: where it only lets others pass, as before it cuts an answer, nobody does. What another
    /// thread has done by then, such as the database's, would make each run another history.
    async fn ask(
        &self,
        is_salesforce: bool,
        request: Request<axum::body::Body>,
    ) -> Result<(http::response::Parts, Bytes), WireError> {
        let mut asking = std::pin::pin!(self.exchange(is_salesforce, request));
        loop {
            if let Poll::Ready(answered) = futures_util::poll!(asking.as_mut()) {
                return answered;
            }
        }
    }

    async fn exchange(
        &self,
        is_salesforce: bool,
        request: Request<axum::body::Body>,
    ) -> Result<(http::response::Parts, Bytes), WireError> {
        let router = if is_salesforce { &self.salesforce } else { &self.jira };
        let response = router.clone().oneshot(request).await.map_err(lost)?;
        if entente_sandbox::control::was_reset(&response) {
            return Err(lost("connection reset"));
        }
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(lost)?;
        Ok((parts, bytes))
    }
}

pub(crate) async fn collect(body: Body) -> Result<Bytes, WireError> {
    let mut stream = body.into_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend(piece.map_err(lost)?);
    }
    Ok(bytes.into())
}
