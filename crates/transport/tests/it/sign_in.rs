//! One sign-in at a time, shared by all who wait; one replay; no credential on strange ground.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use entente_transport::{
    Answer, Body, BoxFuture, Call, CallError, Credential, Dialect, Door, Pace, SystemClock, Transport, Wire, WireError,
};
use futures_util::future::join_all;
use http::{HeaderValue, Request, Response};
use tokio::sync::Barrier;
use url::Url;

use crate::stage::{Plain, Stage, Zero, read, status, write};

const WAITERS: usize = 20;

/// Refuses `token-1` and holds its refusals back until all waiters have had one.
struct Expiring {
    refusals: Barrier,
    sent: AtomicU32,
}

impl Wire for Expiring {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async move {
            self.sent.fetch_add(1, Ordering::SeqCst);
            let old = request.headers()["authorization"] == "Bearer token-1";
            if old {
                self.refusals.wait().await;
            }
            let status = if old { 401 } else { 200 };
            Ok(Response::builder().status(status).body(Body::Empty).expect("a valid answer"))
        })
    }
}

#[tokio::test]
async fn twenty_waiters_share_one_renewal_and_replay_once() {
    let dialect = Plain::new(true);
    let wire = Arc::new(Expiring { refusals: Barrier::new(WAITERS), sent: AtomicU32::new(0) });
    let transport =
        Transport::new(wire.clone(), Arc::new(SystemClock), Arc::new(Zero), Pace::Unlimited, dialect.clone());
    let outcomes = join_all((0..WAITERS).map(|_| transport.send(write()))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(dialect.sign_ins.load(Ordering::SeqCst), 2, "one sign-in at the start, one renewal");
    assert_eq!(wire.sent.load(Ordering::SeqCst) as usize, 2 * WAITERS, "each call once more");
}

/// Refuses every sign-in, but only once all waiters stand in line.
struct Refusing {
    sign_ins: AtomicU32,
}

impl Dialect for Refusing {
    fn name(&self) -> &'static str {
        "Refusing"
    }

    fn sign_in<'a>(&'a self, _door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>> {
        Box::pin(async move {
            self.sign_ins.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Err(CallError::NotApplied { after: None, reason: "the sign-in door is closed".into() })
        })
    }

    fn classify(&self, _answer: &Answer) -> Result<(), CallError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failed_sign_in_is_shared_by_those_who_waited_for_it() {
    let dialect = Arc::new(Refusing { sign_ins: AtomicU32::new(0) });
    let stage = Stage::with([status(200)], Pace::Unlimited, dialect.clone());
    let transport =
        Transport::new(stage.wire.clone(), Arc::new(SystemClock), Arc::new(Zero), Pace::Unlimited, dialect.clone());
    // Without time for a second try: what is counted is the sharing, not the re-sending.
    let outcomes = join_all((0..WAITERS).map(|_| async { transport.credential().await })).await;
    assert!(outcomes.iter().all(Result::is_err));
    assert_eq!(dialect.sign_ins.load(Ordering::SeqCst), 1);
    assert_eq!(stage.wire.sent(), 0, "no call goes out without a credential");
}

#[tokio::test]
async fn a_refused_sign_in_is_not_repeated_at_once() {
    let refusal = CallError::Auth { reason: "wrong secret".into() };
    let dialect = Arc::new(Plain { renewable: true, sign_ins: AtomicU32::new(0), refuse: Some(refusal.clone()) });
    let stage = Stage::with([status(200)], Pace::Unlimited, dialect.clone());
    for _ in 0..3 {
        assert_eq!(stage.send(read()).await.err(), Some(refusal.clone()));
    }
    assert_eq!(dialect.sign_ins.load(Ordering::SeqCst), 1, "repeated tries lock the vendor's user out");
    stage.clock.advance(Duration::from_secs(6));
    assert!(stage.send(read()).await.is_err());
    assert_eq!(dialect.sign_ins.load(Ordering::SeqCst), 2, "but a person may have mended it by now");
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let dialect = Plain::new(true);
    let stage = Stage::with([status(401)], Pace::Unlimited, dialect.clone());
    assert!(matches!(stage.send(read()).await, Err(CallError::Auth { .. })));
    assert_eq!((stage.wire.sent(), dialect.sign_ins.load(Ordering::SeqCst)), (2, 2));
}

#[tokio::test]
async fn a_credential_that_cannot_change_is_not_tried_again() {
    let stage = Stage::with([status(401)], Pace::Unlimited, Plain::new(false));
    assert!(matches!(stage.send(read()).await, Err(CallError::Auth { .. })));
    assert_eq!(stage.wire.sent(), 1);
}

#[tokio::test]
async fn a_renewal_replays_the_same_body() {
    let stage = Stage::new([status(401), status(201)]);
    let call = write().json(&serde_json::json!({ "Subject": "Pump" }));
    assert!(stage.send(call).await.is_ok());
    let seen = stage.wire.seen.lock();
    assert_eq!(seen[0].body(), seen[1].body());
    assert_eq!(seen[1].headers()["authorization"], "Bearer token-2");
}

#[tokio::test]
async fn a_credential_never_leaves_its_own_host() {
    for target in ["https://elsewhere.example/thing", "//elsewhere.example/thing", "http://peer.example/thing"] {
        let stage = Stage::new([status(200)]);
        let outcome = stage.send(Call::get("/thing", target)).await;
        assert!(matches!(outcome, Err(CallError::Broken { .. })), "{target}: {outcome:?}");
        assert_eq!(stage.wire.sent(), 0, "{target}");
    }
    let stage = Stage::new([status(200)]);
    assert!(stage.send(Call::get("/thing", "https://elsewhere.example/thing").anonymous()).await.is_ok());
    assert!(!stage.wire.seen.lock()[0].headers().contains_key("authorization"));
}

/// Signs in by a call, as real vendors do.
struct ByCall;

impl Dialect for ByCall {
    fn name(&self) -> &'static str {
        "ByCall"
    }

    fn sign_in<'a>(&'a self, door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>> {
        Box::pin(async move {
            let call =
                Call::new(entente_transport::Effect::Auth, http::Method::POST, "/token", "https://login.example/token");
            let answer = door.send(call).await?;
            assert_eq!(answer.status.as_u16(), 400, "any status comes back unjudged");
            let base = Url::parse("https://peer.example/").expect("a URL");
            Ok(Credential::renewable(base, HeaderValue::from_static("Bearer x")))
        })
    }

    fn classify(&self, _answer: &Answer) -> Result<(), CallError> {
        Ok(())
    }
}

#[tokio::test]
async fn sign_ins_are_counted_apart() {
    let stage = Stage::with([status(400), status(200)], Pace::Unlimited, Arc::new(ByCall));
    assert!(stage.send(write()).await.is_ok());
    assert!(stage.send(read()).await.is_ok());
    let counters = stage.transport.counters();
    assert_eq!((counters.auth, counters.reads, counters.writes), (1, 1, 1));
    assert!(!stage.wire.seen.lock()[0].headers().contains_key("authorization"));
}
