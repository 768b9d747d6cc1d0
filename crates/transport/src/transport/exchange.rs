//! One exchange: a turn, a request, an answer with its body, a trace of it. Nothing is judged or repeated here.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use futures_util::future::Either;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use tracing::{debug, info, warn};
use url::Url;

use super::Transport;
use crate::breaker::{Leave, Rest, Turned, failure};
use crate::call::{Answer, Call, Effect, Opened, Payload};
use crate::error::CallError;
use crate::limits::RESPONSE_BYTES_MAX;
use crate::onlooker::{Exchange, Onlooker, Veil, content_type, effect_word};
use crate::pace::Place;
use crate::redact;
use crate::session::Held;
use crate::tenure;
use crate::wire::{Body, WireError};

/// A request whose turn has come.
struct Ticket {
    request: http::Request<Body>,
    began: Timestamp,
    seen: Option<Sight>,
    host: String,
    leave: Leave,
    _place: Place,
}

/// An exchange that somebody looks at.
struct Sight {
    exchange: Exchange,
    veil: Arc<Veil>,
    onlooker: Arc<dyn Onlooker>,
}

impl Transport {
    pub(super) async fn exchange(
        &self,
        call: &Call,
        held: Option<&Held>,
        deadline: Timestamp,
    ) -> Result<Answer, CallError> {
        let ticket = self.begin(call, held, deadline).await?;
        let work = async {
            let (parts, body) = self.wire.send(ticket.request).await.map_err(|e| wire_failure(call, e))?.into_parts();
            let body = collect(call, body).await?;
            Ok(Answer::new(call, parts, body, ticket.began))
        };
        let outcome = self.within(deadline, work).await.unwrap_or_else(|| Err(overdue(call)));
        self.judge_peer(call, &ticket.host, ticket.leave, &outcome);
        self.note(call, ticket.seen, &outcome);
        outcome
    }

    /// Like `exchange`, but a success keeps its body open.
    pub(super) async fn exchange_open(
        &self,
        call: &Call,
        held: Option<&Held>,
        deadline: Timestamp,
    ) -> Result<Either<Opened, Answer>, CallError> {
        let ticket = self.begin(call, held, deadline).await?;
        let work = async {
            let (parts, body) = self.wire.send(ticket.request).await.map_err(|e| wire_failure(call, e))?.into_parts();
            if call.accepts(parts.status) {
                let seen = Answer::new(call, parts.clone(), Bytes::new(), ticket.began);
                return Ok((
                    seen,
                    Some(Opened { status: parts.status, headers: parts.headers, body: body.into_stream() }),
                ));
            }
            let body = collect(call, body).await?;
            Ok((Answer::new(call, parts, body, ticket.began), None))
        };
        let outcome = self.within(deadline, work).await.unwrap_or_else(|| Err(overdue(call)));
        let (outcome, opened) = match outcome {
            Ok((answer, opened)) => (Ok(answer), opened),
            Err(error) => (Err(error), None),
        };
        self.judge_peer(call, &ticket.host, ticket.leave, &outcome);
        self.note(call, ticket.seen, &outcome);
        Ok(match (opened, outcome?) {
            (Some(opened), _) => Either::Left(opened),
            (None, answer) => Either::Right(answer),
        })
    }

    /// Waits for the turn of `call` and makes its request.
    async fn begin(&self, call: &Call, held: Option<&Held>, deadline: Timestamp) -> Result<Ticket, CallError> {
        if let Some((rest, scope)) = self.pacer.held(call.route, self.clock.now()) {
            let reason = format!("{} asked for a pause, which is not over", self.dialect.name());
            if rest >= self.time_left(deadline) || call.effect == Effect::Write {
                return Err(CallError::Throttled { after: rest, scope, reason });
            }
            self.clock.sleep(rest).await;
        }
        if let Some(rest) = self.breaker.rest(self.clock.now()) {
            return Err(self.broken_circuit(rest));
        }
        let place = self.within(deadline, self.pacer.enter(&call.method, &*self.clock)).await;
        let body = self.body(call, deadline).await?;
        // A request without time for its answer would only make a write ambiguous.
        let place = place.filter(|_| !self.time_left(deadline).is_zero());
        let late = || CallError::NotApplied {
            after: None,
            reason: format!("the turn of {} did not come in time", call.route),
        };
        let place = place.ok_or_else(late)?;
        if call.effect == Effect::Write && tenure::has_ended(self.clock.now()) {
            let reason = "somebody else may be working on this by now".to_owned();
            return Err(CallError::NotApplied { after: None, reason });
        }
        let (url, request) = request(call, held, body)?;
        let began = self.clock.now();
        // Other hosts say nothing about this peer.
        let leave = if call.anonymous { Ok(Leave::Usual) } else { self.breaker.enter(began, deadline) };
        let leave = leave.map_err(|rest| self.broken_circuit(rest))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let seen = self.sight(call, &url, request.headers(), began);
        self.count(call.effect);
        Ok(Ticket { request, began, seen, host, leave, _place: place })
    }

    fn broken_circuit(&self, (rest, why): Rest) -> CallError {
        // Not for how long: the sentence is kept, and the status counts on.
        let reason = format!("{} is left alone for a while (circuit open): {why}", self.dialect.name());
        CallError::NotApplied { after: Some(rest), reason }
    }

    /// Opens or closes the circuit, and says so.
    fn judge_peer(&self, call: &Call, host: &str, leave: Leave, outcome: &Result<Answer, CallError>) {
        if call.anonymous {
            return;
        }
        let (name, why) = (self.dialect.name(), failure(call, outcome));
        match self.breaker.ended(call.route, leave, why.clone(), self.clock.now(), || self.rng.next_u64()) {
            None => {}
            Some(Turned::Closed) => info!(host, "{name} at {host} answers again (circuit closed)"),
            Some(Turned::Open(rest)) => {
                let (rest_ms, seconds) =
                    (u64::try_from(rest.as_millis()).unwrap_or(u64::MAX), rest.as_secs_f32().ceil());
                let why = why.unwrap_or_default();
                warn!(host, rest_ms, "{name} at {host} is left alone for {seconds} s (circuit open): {why}");
            }
        }
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
                Some(stream) => stream.map(Body::Stream).map_err(|error| unopened(error.to_string())),
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

    fn sight(&self, call: &Call, url: &Url, headers: &http::HeaderMap, at: Timestamp) -> Option<Sight> {
        let onlooker = self.onlooker.get()?;
        let veil = onlooker.looks(at)?;
        Some(Sight { exchange: sketch(call, url, headers, at, &veil), veil, onlooker: onlooker.clone() })
    }

    fn note(&self, call: &Call, seen: Option<Sight>, outcome: &Result<Answer, CallError>) {
        if let Some(reading) = outcome.as_ref().ok().and_then(|answer| self.dialect.reading(answer)) {
            self.gauge.read(reading, self.clock.now());
        }
        debug!(
            route = call.route,
            method = %call.method,
            status = outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
            "Asked {}", self.dialect.name()
        );
        let Some(Sight { mut exchange, veil, onlooker }) = seen else { return };
        let duration_ms = self.clock.now().as_millisecond() - exchange.at.as_millisecond();
        exchange.duration_ms = u64::try_from(duration_ms).unwrap_or(0);
        match outcome {
            Ok(answer) => {
                exchange.status = Some(answer.status.as_u16());
                exchange.answer_headers = redact::headers(&answer.headers);
                exchange.answer_body = redact::body(content_type(&answer.headers), &answer.body, &veil);
            }
            Err(error) => exchange.answer_body = error.to_string(),
        }
        onlooker.saw(exchange);
    }
}

fn request(call: &Call, held: Option<&Held>, body: Body) -> Result<(Url, http::Request<Body>), CallError> {
    let broken = |what: &str| CallError::Broken { reason: format!("the target of {} {what}", call.route) };
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
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
    }
    Ok((url, request))
}

fn sketch(call: &Call, url: &Url, headers: &http::HeaderMap, at: Timestamp, veil: &Veil) -> Exchange {
    let request_body = match &call.payload {
        Payload::Empty => String::new(),
        Payload::Bytes(bytes) => redact::body(content_type(headers), bytes, veil),
        Payload::Stream(_) => "[a stream]".to_owned(),
    };
    Exchange {
        at,
        effect: effect_word(call.effect),
        method: call.method.to_string(),
        url: redact::veiled_url(url, veil),
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
        let piece =
            piece.map_err(|error| CallError::lost(call.effect, None, format!("the answer broke off ({error})")))?;
        if whole.len() + piece.len() > RESPONSE_BYTES_MAX {
            let reason = format!("the answer to {} is longer than {RESPONSE_BYTES_MAX} bytes", call.route);
            return Err(CallError::unreadable(call.effect, reason));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn wire_failure(call: &Call, error: WireError) -> CallError {
    match error {
        WireError::NotSent { reason } => CallError::NotApplied { after: None, reason },
        WireError::Lost { reason } => CallError::lost(call.effect, None, reason),
    }
}

fn overdue(call: &Call) -> CallError {
    CallError::lost(call.effect, None, format!("no answer to {} within {} ms", call.route, call.timeout_ms))
}
