//! The path of every request: pace, sign, send, judge, perhaps send again.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use http::StatusCode;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use tracing::{debug, warn};
use url::Url;

use crate::call::{Answer, Call, Effect, Opened, Payload};
use crate::capture::{Exchange, Recorder, content_type, effect_word};
use crate::clock::Clock;
use crate::dialect::{Credential, Dialect, Door};
use crate::error::CallError;
use crate::limits::{BACKOFF_BASE_MS, RESENDS_MAX, RESPONSE_BYTES_MAX};
use crate::pace::{Pace, Pacer};
use crate::redact;
use crate::rng::Rng;
use crate::session::{Held, Session};
use crate::wire::{Body, Wire, WireError};

/// One connection's way out.
pub struct Transport {
    wire: Arc<dyn Wire>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    dialect: Arc<dyn Dialect>,
    pacer: Pacer,
    session: Session,
    recorder: Recorder,
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
            session: Session::default(),
            recorder: Recorder::default(),
            reads: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            auths: AtomicU64::new(0),
        }
    }

    /// Sends `call` and reads the whole answer.
    ///
    /// Sent again by itself, at most [`RESENDS_MAX`] times and inside the call's deadline: what surely had no effect, reads
    /// that were throttled, and writes that are declared `retry_safe`. A session that ended is renewed once.
    pub async fn send(&self, call: Call) -> Result<Answer, CallError> {
        self.persist(&call, |deadline| self.attempt(&call, deadline))
            .await
    }

    /// Sends `call` and hands the answer's body over while it arrives; failures are read and judged as by
    /// [`Transport::send`]. The deadline ends with the answer's head.
    pub async fn open(&self, call: Call) -> Result<Opened, CallError> {
        self.persist(&call, |deadline| self.attempt_open(&call, deadline))
            .await
    }

    /// The credential in use, signing in if there is none: a client learns from it where its calls go.
    pub async fn credential(&self) -> Result<Credential, CallError> {
        Ok(self.signed_in(None).await?.credential.clone())
    }

    /// Requests sent so far.
    pub fn counters(&self) -> Counters {
        Counters {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            auth: self.auths.load(Ordering::Relaxed),
        }
    }

    /// Switches the capture of exchanges on or off; off forgets what was captured.
    pub fn capture(&self, on: bool) {
        self.recorder.switch(on);
    }

    /// The last exchanges, oldest first, redacted.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.all()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One unsigned, unjudged exchange, for a sign-in.
    pub(crate) async fn exchange_once(&self, call: &Call) -> Result<Answer, CallError> {
        self.exchange(call, None, self.deadline(call)).await
    }

    /// Repeats `attempt` while that is harmless and there is time.
    async fn persist<T>(
        &self,
        call: &Call,
        attempt: impl AsyncFn(Timestamp) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let deadline = self.deadline(call);
        let mut maybe_applied = false;
        let mut n_resent = 0;
        loop {
            let error = match attempt(deadline).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            maybe_applied |= matches!(error, CallError::Ambiguous { .. });
            let wait = self.wait_before_resend(call, &error, n_resent, deadline);
            let Some(wait) = wait else {
                return Err(remember_ambiguity(error, maybe_applied));
            };
            debug!(
                route = call.route,
                n_resent,
                wait_ms = wait.as_millis() as u64,
                "Sending again: {error}"
            );
            self.clock.sleep(wait).await;
            n_resent += 1;
        }
    }

    /// How long to wait before the next sending, `None` if there must not be one.
    fn wait_before_resend(
        &self,
        call: &Call,
        error: &CallError,
        n_resent: u32,
        deadline: Timestamp,
    ) -> Option<Duration> {
        let harmless = match error {
            CallError::NotApplied { .. } => true,
            CallError::Throttled { .. } => call.effect != Effect::Write,
            CallError::Ambiguous { .. } => call.effect != Effect::Write || call.retry_safe,
            _ => false,
        };
        if !harmless || n_resent >= RESENDS_MAX {
            return None;
        }
        // Full jitter, with the peer's own wish as a floor: waiting callers must not come back in step.
        let jitter_ms = self.rng.next_u64() % (BACKOFF_BASE_MS << n_resent);
        let wait = error.after().unwrap_or_default() + Duration::from_millis(jitter_ms);
        (wait < self.time_left(deadline)).then_some(wait)
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
        let held = self
            .credential_for(call, Some(refused_generation), deadline)
            .await?;
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
        self.within(deadline, self.signed_in(refused))
            .await
            .unwrap_or_else(|| Err(late()))
            .map(Some)
    }

    async fn signed_in(&self, refused: Option<u64>) -> Result<Arc<Held>, CallError> {
        self.session
            .credential(refused, self.clock.now(), || {
                self.dialect.sign_in(Door::new(self))
            })
            .await
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
        self.judge(call, answer)
            .err()
            .unwrap_or_else(|| self.unexpected(answer))
    }

    fn unexpected(&self, answer: &Answer) -> CallError {
        CallError::Broken {
            reason: format!(
                "{} answered {} to {}",
                self.dialect.name(),
                answer.status,
                answer.route
            ),
        }
    }

    fn obey(&self, call: &Call, answer: &Answer, error: &CallError) {
        let now = self.clock.now();
        if let CallError::Throttled { after, scope, .. } = error {
            self.pacer.hold(*scope, call.route, *after, now);
            self.pacer.slow_down(now);
            warn!(
                route = call.route,
                after_ms = after.as_millis() as u64,
                "Asked to slow down: {error}"
            );
        } else if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            self.pacer.slow_down(now);
        }
    }

    async fn exchange(
        &self,
        call: &Call,
        held: Option<&Held>,
        deadline: Timestamp,
    ) -> Result<Answer, CallError> {
        let ticket = self.begin(call, held, deadline).await?;
        let work = async {
            let (parts, body) = self
                .wire
                .send(ticket.request)
                .await
                .map_err(|e| wire_failure(call, e))?
                .into_parts();
            let body = collect(call, body).await?;
            Ok(Answer::new(call, parts, body, ticket.began))
        };
        let outcome = self
            .within(deadline, work)
            .await
            .unwrap_or_else(|| Err(overdue(call)));
        self.note(call, ticket.exchange, &outcome);
        outcome
    }

    /// Like `exchange`, but a success keeps its body open.
    async fn exchange_open(
        &self,
        call: &Call,
        held: Option<&Held>,
        deadline: Timestamp,
    ) -> Result<Either<Opened, Answer>, CallError> {
        let ticket = self.begin(call, held, deadline).await?;
        let work = async {
            let (parts, body) = self
                .wire
                .send(ticket.request)
                .await
                .map_err(|e| wire_failure(call, e))?
                .into_parts();
            if call.accepts(parts.status) {
                let seen = Answer::new(call, parts.clone(), Bytes::new(), ticket.began);
                return Ok((
                    seen,
                    Some(Opened {
                        status: parts.status,
                        headers: parts.headers,
                        body: body.into_stream(),
                    }),
                ));
            }
            let body = collect(call, body).await?;
            Ok((Answer::new(call, parts, body, ticket.began), None))
        };
        let outcome = self
            .within(deadline, work)
            .await
            .unwrap_or_else(|| Err(overdue(call)));
        let (outcome, opened) = match outcome {
            Ok((answer, opened)) => (Ok(answer), opened),
            Err(error) => (Err(error), None),
        };
        self.note(call, ticket.exchange, &outcome);
        Ok(match (opened, outcome?) {
            (Some(opened), _) => Either::Left(opened),
            (None, answer) => Either::Right(answer),
        })
    }

    /// Waits for the turn of `call` and makes its request.
    async fn begin(
        &self,
        call: &Call,
        held: Option<&Held>,
        deadline: Timestamp,
    ) -> Result<Ticket, CallError> {
        if let Some((rest, scope)) = self.pacer.held(call.route, self.clock.now()) {
            let reason = format!(
                "{} asked for a pause, which is not over",
                self.dialect.name()
            );
            if rest >= self.time_left(deadline) || call.effect == Effect::Write {
                return Err(CallError::Throttled {
                    after: rest,
                    scope,
                    reason,
                });
            }
            self.clock.sleep(rest).await;
        }
        let place = self
            .within(deadline, self.pacer.enter(&call.method, &*self.clock))
            .await;
        let body = self.body(call, deadline).await?;
        // A request without time for its answer would only make a write ambiguous.
        let place = place.filter(|_| !self.time_left(deadline).is_zero());
        let late = || CallError::NotApplied {
            after: None,
            reason: format!("the turn of {} did not come in time", call.route),
        };
        let place = place.ok_or_else(late)?;
        let (url, request) = request(call, held, body)?;
        let began = self.clock.now();
        let exchange = self
            .recorder
            .is_on()
            .then(|| sketch(call, &url, request.headers(), began));
        self.count(call.effect);
        Ok(Ticket {
            request,
            began,
            exchange,
            _place: place,
        })
    }

    async fn body(&self, call: &Call, deadline: Timestamp) -> Result<Body, CallError> {
        let unopened = |why: String| CallError::NotApplied {
            after: None,
            reason: format!("the file to send could not be opened ({why})"),
        };
        match &call.payload {
            Payload::Empty => Ok(Body::Empty),
            Payload::Bytes(bytes) => Ok(Body::Bytes(bytes.clone())),
            Payload::Stream(open) => match self.within(deadline, open()).await {
                Some(stream) => stream
                    .map(Body::Stream)
                    .map_err(|error| unopened(error.to_string())),
                None => Err(unopened("it took too long".into())),
            },
        }
    }

    fn count(&self, effect: Effect) {
        let counter = match effect {
            Effect::Read => &self.reads,
            Effect::Write => &self.writes,
            Effect::Auth => &self.auths,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn note(&self, call: &Call, exchange: Option<Exchange>, outcome: &Result<Answer, CallError>) {
        if let Ok(answer) = outcome {
            self.dialect.observe(answer);
        }
        debug!(
            route = call.route,
            method = %call.method,
            status = outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
            "Asked {}", self.dialect.name()
        );
        let Some(mut exchange) = exchange else { return };
        let duration_ms = self.clock.now().as_millisecond() - exchange.at.as_millisecond();
        exchange.duration_ms = u64::try_from(duration_ms).unwrap_or(0);
        match outcome {
            Ok(answer) => {
                exchange.status = Some(answer.status.as_u16());
                exchange.answer_headers = redact::headers(&answer.headers);
                exchange.answer_body = redact::body(content_type(&answer.headers), &answer.body);
            }
            Err(error) => exchange.answer_body = error.to_string(),
        }
        self.recorder.push(exchange);
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

/// A request whose turn has come.
struct Ticket {
    request: http::Request<Body>,
    began: Timestamp,
    exchange: Option<Exchange>,
    _place: crate::pace::Place,
}

/// Once an earlier sending may have been applied, a later one that surely was not proves nothing.
fn remember_ambiguity(error: CallError, maybe_applied: bool) -> CallError {
    match error {
        CallError::NotApplied { reason, .. } | CallError::Throttled { reason, .. }
            if maybe_applied =>
        {
            CallError::Ambiguous { reason }
        }
        error => error,
    }
}

fn request(
    call: &Call,
    held: Option<&Held>,
    body: Body,
) -> Result<(Url, http::Request<Body>), CallError> {
    let broken = |what: &str| CallError::Broken {
        reason: format!("the target of {} {what}", call.route),
    };
    let url = match held {
        Some(held) => held.credential.base.join(&call.target),
        None => Url::parse(&call.target),
    };
    let url = url.map_err(|_| broken("is not a URL"))?;
    let mut request = http::Request::new(body);
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = url.as_str().parse().map_err(|_| broken("is not a URL"))?;
    *request.headers_mut() = call.full_headers();
    if let Some(held) = held {
        // A path such as `//elsewhere.example` is another host: the credential must not travel there.
        if url.origin() != held.credential.base.origin() {
            return Err(broken("leaves the connection's own host"));
        }
        if let Some(authorization) = &held.credential.authorization {
            request
                .headers_mut()
                .insert(AUTHORIZATION, authorization.clone());
        }
    }
    Ok((url, request))
}

fn sketch(call: &Call, url: &Url, headers: &http::HeaderMap, at: Timestamp) -> Exchange {
    let request_body = match &call.payload {
        Payload::Empty => String::new(),
        Payload::Bytes(bytes) => redact::body(content_type(headers), bytes),
        Payload::Stream(_) => "[a stream]".to_owned(),
    };
    Exchange {
        at,
        effect: effect_word(call.effect),
        method: call.method.to_string(),
        url: redact::url(url),
        request_headers: redact::headers(headers),
        request_body,
        status: None,
        answer_headers: Vec::new(),
        answer_body: String::new(),
        duration_ms: 0,
    }
}

async fn collect(call: &Call, body: Body) -> Result<Bytes, CallError> {
    let mut stream = match body {
        Body::Empty => return Ok(Bytes::new()),
        Body::Bytes(bytes) => return Ok(bytes),
        Body::Stream(stream) => stream,
    };
    let mut whole = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| {
            CallError::lost(call.effect, None, format!("the answer broke off ({error})"))
        })?;
        if whole.len() + piece.len() > RESPONSE_BYTES_MAX {
            let reason = format!(
                "the answer to {} is longer than {RESPONSE_BYTES_MAX} bytes",
                call.route
            );
            return Err(CallError::unreadable(call.effect, reason));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn wire_failure(call: &Call, error: WireError) -> CallError {
    match error {
        WireError::NotSent { reason } => CallError::NotApplied {
            after: None,
            reason,
        },
        WireError::Lost { reason } => CallError::lost(call.effect, None, reason),
    }
}

fn overdue(call: &Call) -> CallError {
    CallError::lost(
        call.effect,
        None,
        format!("no answer to {} within {} ms", call.route, call.timeout_ms),
    )
}
