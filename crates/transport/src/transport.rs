//! The path of every request: pace, sign, send, judge, perhaps send again.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::{Either, select};
use http::StatusCode;
use jiff::Timestamp;
use tracing::warn;

use crate::breaker::{Breaker, Circuit};
use crate::call::{Answer, Call, Opened};
use crate::clock::Clock;
use crate::dialect::{Credential, Dialect, Door};
use crate::error::CallError;
use crate::gauge::{Gauge, Quota};
use crate::onlooker::Onlooker;
use crate::pace::{Pace, Pacer};
use crate::rng::Rng;
use crate::session::{Held, Session};
use crate::wire::Wire;

mod exchange;
mod tries;

use tries::Tries;

/// One connection's way out.
pub struct Transport {
    wire: Arc<dyn Wire>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    dialect: Arc<dyn Dialect>,
    pacer: Pacer,
    breaker: Breaker,
    gauge: Gauge,
    session: Session,
    onlooker: OnceLock<Arc<dyn Onlooker>>,
    reads: AtomicU64,
    writes: AtomicU64,
    auths: AtomicU64,
}

/// Requests sent since the start, re-sends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Requests that change nothing.
    pub reads: u64,
    /// Requests that change something.
    pub writes: u64,
    /// Requests for a session.
    pub auth: u64,
}

impl Transport {
    /// A way out for one connection; nothing is sent yet.
    pub fn new(
        wire: Arc<dyn Wire>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        pace: Pace,
        dialect: Arc<dyn Dialect>,
    ) -> Self {
        Self {
            wire,
            clock,
            rng,
            dialect,
            pacer: Pacer::new(pace),
            breaker: Breaker::default(),
            gauge: Gauge::default(),
            session: Session::default(),
            onlooker: OnceLock::new(),
            reads: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            auths: AtomicU64::new(0),
        }
    }

    /// Sends `call` and reads the whole answer.
    ///
    /// Sent again by itself, at most [`crate::RESENDS_MAX`] times and inside the call's deadline: what surely had no effect, reads
    /// that were throttled, and writes that are declared `retry_safe`. A session that ended is renewed once.
    pub async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let mut tries = Tries::new(self, &call);
        loop {
            match self.attempt(&call, tries.deadline()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => tries.another(error).await?,
            }
        }
    }

    /// Sends `call` and hands the answer's body over while it arrives; failures are read and judged as by
    /// [`Transport::send`]. The deadline ends with the answer's head.
    pub async fn open(&self, call: Call) -> Result<Opened, CallError> {
        let mut tries = Tries::new(self, &call);
        loop {
            match self.attempt_open(&call, tries.deadline()).await {
                Ok(opened) => return Ok(opened),
                Err(error) => tries.another(error).await?,
            }
        }
    }

    /// The credential in use, signing in if there is none: a client learns from it where its calls go.
    pub async fn credential(&self) -> Result<Credential, CallError> {
        Ok(self.signed_in(None).await?.credential.clone())
    }

    /// Whether calls go to the peer now.
    pub fn circuit(&self) -> Circuit {
        self.breaker.circuit(self.clock.now())
    }

    /// How long nothing will be sent because the circuit is open; work that needs the peer can wait as long.
    pub fn rest(&self) -> Option<Duration> {
        self.breaker.rest(self.clock.now()).map(|(rest, _)| rest)
    }

    /// How much of its allowance is used, once the peer has told.
    pub fn quota(&self) -> Option<Quota> {
        self.gauge.quota()
    }

    /// Requests sent so far.
    pub fn counters(&self) -> Counters {
        Counters {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            auth: self.auths.load(Ordering::Relaxed),
        }
    }

    /// Lets somebody look on from now on; whoever came first stays.
    pub fn show_to(&self, onlooker: Arc<dyn Onlooker>) {
        self.onlooker.get_or_init(|| onlooker);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One unsigned, unjudged exchange, for a sign-in.
    pub(crate) async fn exchange_once(&self, call: &Call) -> Result<Answer, CallError> {
        self.exchange(call, None, self.deadline(call)).await
    }

    async fn attempt(&self, call: &Call, deadline: Timestamp) -> Result<Answer, CallError> {
        let held = self.credential_for(call, None, deadline).await?;
        let mut answer = self.exchange(call, held.as_deref(), deadline).await?;
        if let Some(refused) = self.renewal_helps(held.as_deref(), &answer) {
            let held = self.credential_for(call, Some(refused), deadline).await?;
            answer = self.exchange(call, held.as_deref(), deadline).await?;
        }
        self.judge(call, &answer)?;
        Ok(answer)
    }

    async fn attempt_open(&self, call: &Call, deadline: Timestamp) -> Result<Opened, CallError> {
        let held = self.credential_for(call, None, deadline).await?;
        let refused = match self.exchange_open(call, held.as_deref(), deadline).await? {
            Either::Left(opened) => return Ok(opened),
            Either::Right(answer) => answer,
        };
        let Some(refused_generation) = self.renewal_helps(held.as_deref(), &refused) else {
            return Err(self.failure(call, &refused));
        };
        let held = self.credential_for(call, Some(refused_generation), deadline).await?;
        match self.exchange_open(call, held.as_deref(), deadline).await? {
            Either::Left(opened) => Ok(opened),
            Either::Right(answer) => Err(self.failure(call, &answer)),
        }
    }

    /// The generation to replace, if the answer says that the session is over and another sign-in can help.
    fn renewal_helps(&self, held: Option<&Held>, answer: &Answer) -> Option<u64> {
        let held = held.filter(|held| held.credential.renewable)?;
        self.dialect.session_over(answer).then_some(held.generation)
    }

    async fn credential_for(
        &self,
        call: &Call,
        refused: Option<u64>,
        deadline: Timestamp,
    ) -> Result<Option<Arc<Held>>, CallError> {
        if call.anonymous {
            return Ok(None);
        }
        let late = || CallError::NotApplied {
            after: None,
            reason: format!("{} did not sign us in in time", self.dialect.name()),
        };
        self.within(deadline, self.signed_in(refused)).await.unwrap_or_else(|| Err(late())).map(Some)
    }

    async fn signed_in(&self, refused: Option<u64>) -> Result<Arc<Held>, CallError> {
        self.session.credential(refused, self.clock.now(), || self.dialect.sign_in(Door::new(self))).await
    }

    /// Judges an answer, and slows down if it asks for that.
    fn judge(&self, call: &Call, answer: &Answer) -> Result<(), CallError> {
        match self.dialect.classify(answer) {
            Err(_) if call.answers.contains(&answer.status.as_u16()) => Ok(()),
            Ok(()) if call.accepts(answer.status) => Ok(()),
            Ok(()) => Err(self.unexpected(answer)),
            Err(error) => {
                self.obey(call, answer, &error);
                Err(error)
            }
        }
    }

    fn failure(&self, call: &Call, answer: &Answer) -> CallError {
        self.judge(call, answer).err().unwrap_or_else(|| self.unexpected(answer))
    }

    fn unexpected(&self, answer: &Answer) -> CallError {
        CallError::Broken { reason: format!("{} answered {} to {}", self.dialect.name(), answer.status, answer.route) }
    }

    fn obey(&self, call: &Call, answer: &Answer, error: &CallError) {
        let now = self.clock.now();
        if let CallError::Throttled { after, scope, .. } = error {
            self.pacer.hold(*scope, call.route, *after, now);
            self.pacer.slow_down(now);
            warn!(route = call.route, after_ms = after.as_millis() as u64, "Asked to slow down: {error}");
        } else if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            self.pacer.slow_down(now);
        }
    }

    fn deadline(&self, call: &Call) -> Timestamp {
        let timeout_ms = i64::try_from(call.timeout_ms).unwrap_or(i64::MAX);
        let at_ms = self.clock.now().as_millisecond().saturating_add(timeout_ms);
        Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX)
    }

    fn time_left(&self, deadline: Timestamp) -> Duration {
        let left_ms = deadline.as_millisecond() - self.clock.now().as_millisecond();
        Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))
    }

    /// The outcome of `work`, or `None` once the deadline has passed by our own clock.
    async fn within<T>(&self, deadline: Timestamp, work: impl Future<Output = T>) -> Option<T> {
        match select(pin!(work), self.clock.sleep(self.time_left(deadline))).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("dialect", &self.dialect.name())
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}
