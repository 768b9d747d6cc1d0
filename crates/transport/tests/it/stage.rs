//! The stage of these tests: a clock that jumps, chance that is always zero, a wire that follows a script, and a
//! vendor that only knows HTTP.

use std::collections::{BTreeMap, VecDeque};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use entente_transport::{
    Answer, Body, BoxFuture, Call, CallError, Clock, Credential, Dialect, Door, Effect, Exchange, Onlooker, Pace, Rng,
    Transport, Veil, Wire, WireError,
};
use http::{HeaderValue, Method, Request, Response};
use jiff::Timestamp;
use parking_lot::Mutex;
use url::Url;

pub(crate) const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

/// Stands still until [`play`] jumps it to the next sleeper.
#[derive(Default)]
pub(crate) struct JumpingClock {
    passed_us: Mutex<i64>,
    sleepers: Mutex<BTreeMap<(i64, u64), Waker>>,
    ids: Mutex<u64>,
}

struct Sleep<'a> {
    clock: &'a JumpingClock,
    due_us: i64,
    id: u64,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if *self.clock.passed_us.lock() >= self.due_us {
            return Poll::Ready(());
        }
        self.clock.sleepers.lock().insert((self.due_us, self.id), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.sleepers.lock().remove(&(self.due_us, self.id));
    }
}

impl JumpingClock {
    pub(crate) fn passed_ms(&self) -> i64 {
        *self.passed_us.lock() / 1_000
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.passed_us.lock() += i64::try_from(by.as_micros()).expect("tests wait minutes, not ages");
    }

    fn jump(&self) {
        let next = self.sleepers.lock().pop_first().expect("nothing waits for the clock, so nothing will ever happen");
        let mut passed_us = self.passed_us.lock();
        *passed_us = next.0.0.max(*passed_us);
        next.1.wake();
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(START.as_microsecond() + *self.passed_us.lock()).expect("in range")
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut ids = self.ids.lock();
        *ids += 1;
        let due_us = *self.passed_us.lock() + i64::try_from(duration.as_micros()).expect("in range");
        Box::pin(Sleep { clock: self, due_us, id: *ids })
    }
}

/// Runs `work` to its end; whenever it waits, the clock jumps to the next sleeper.
pub(crate) async fn play<T>(clock: &JumpingClock, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Poll::Ready(done) = futures_util::poll!(work.as_mut()) {
            return done;
        }
        // tokio makes a busy task wait once in a while; that is no waiting for the clock.
        tokio::task::yield_now().await;
        match futures_util::poll!(work.as_mut()) {
            Poll::Ready(done) => return done,
            Poll::Pending => clock.jump(),
        }
    }
}

pub(crate) struct Zero;

impl Rng for Zero {
    fn next_u64(&self) -> u64 {
        0
    }
}

/// What the wire does with one request.
#[derive(Clone)]
pub(crate) enum Act {
    Answer(u16, Vec<(&'static str, &'static str)>, &'static str),
    NotSent,
    Lost,
    Silence,
}

pub(crate) fn status(status: u16) -> Act {
    Act::Answer(status, vec![], "{}")
}

/// Plays its acts in order and repeats the last one.
pub(crate) struct Script {
    acts: Mutex<VecDeque<Act>>,
    pub(crate) seen: Mutex<Vec<Request<Vec<u8>>>>,
}

impl Script {
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Arc<Self> {
        Arc::new(Self { acts: Mutex::new(acts.into_iter().collect()), seen: Mutex::default() })
    }

    pub(crate) fn sent(&self) -> usize {
        self.seen.lock().len()
    }
}

impl Wire for Script {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let mut bytes = Vec::new();
            let mut stream = body.into_stream();
            while let Some(piece) = stream.next().await {
                bytes.extend_from_slice(&piece.expect("tests send whole bodies"));
            }
            self.seen.lock().push(Request::from_parts(parts, bytes));
            let act = {
                let mut acts = self.acts.lock();
                if acts.len() > 1 { acts.pop_front() } else { acts.front().cloned() }
            };
            match act.expect("a script has an act") {
                Act::NotSent => Err(WireError::NotSent { reason: "refused".into() }),
                Act::Lost => Err(WireError::Lost { reason: "reset".into() }),
                Act::Silence => futures_util::future::pending().await,
                Act::Answer(status, headers, body) => {
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    Ok(response.body(Body::Bytes(body.into())).expect("a valid answer"))
                }
            }
        })
    }
}

/// A vendor whose statuses mean what HTTP says and whose sign-in is a counter.
pub(crate) struct Plain {
    pub(crate) renewable: bool,
    pub(crate) sign_ins: AtomicU32,
    pub(crate) refuse: Option<CallError>,
}

impl Plain {
    pub(crate) fn new(renewable: bool) -> Arc<Self> {
        Arc::new(Self { renewable, sign_ins: AtomicU32::new(0), refuse: None })
    }
}

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "Plain"
    }

    fn sign_in<'a>(&'a self, _door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>> {
        Box::pin(async move {
            let n = self.sign_ins.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(error) = &self.refuse {
                return Err(error.clone());
            }
            let base = Url::parse("https://peer.example/").expect("a URL");
            let value = HeaderValue::from_str(&format!("Bearer token-{n}")).expect("a header");
            Ok(if self.renewable { Credential::renewable(base, value) } else { Credential::fixed(base, value) })
        })
    }

    fn classify(&self, answer: &Answer) -> Result<(), CallError> {
        if answer.status.is_success() { Ok(()) } else { Err(CallError::from_status(answer, answer.status.to_string())) }
    }
}

/// Looks on while it is asked to, and remembers all it saw.
#[derive(Default)]
pub(crate) struct Witness {
    veil: Mutex<Option<Arc<Veil>>>,
    pub(crate) saw: Mutex<Vec<Exchange>>,
}

impl Witness {
    pub(crate) fn look(&self, veil: Option<Veil>) {
        *self.veil.lock() = veil.map(Arc::new);
    }
}

impl Onlooker for Witness {
    fn looks(&self, _now: Timestamp) -> Option<Arc<Veil>> {
        self.veil.lock().clone()
    }

    fn saw(&self, exchange: Exchange) {
        self.saw.lock().push(exchange);
    }
}

/// A transport on this stage.
pub(crate) struct Stage {
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) wire: Arc<Script>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) witness: Arc<Witness>,
}

impl Stage {
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::with(acts, Pace::Unlimited, Plain::new(true))
    }

    pub(crate) fn with(acts: impl IntoIterator<Item = Act>, pace: Pace, dialect: Arc<dyn Dialect>) -> Self {
        let clock = Arc::new(JumpingClock::default());
        let wire = Script::new(acts);
        let transport = Arc::new(Transport::new(wire.clone(), clock.clone(), Arc::new(Zero), pace, dialect));
        let witness = Arc::new(Witness::default());
        transport.show_to(witness.clone());
        Self { clock, wire, transport, witness }
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Answer, CallError> {
        play(&self.clock, self.transport.send(call)).await
    }
}

pub(crate) fn read() -> Call {
    Call::get("/thing/{id}", "/thing/1")
}

pub(crate) fn write() -> Call {
    Call::write(Method::POST, "/thing", "/thing")
}

pub(crate) fn of(effect: Effect) -> Call {
    match effect {
        Effect::Write => write(),
        effect => Call { effect, ..read() },
    }
}
