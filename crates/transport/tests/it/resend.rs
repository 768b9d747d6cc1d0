//! The law of re-sending: reads and what surely had no effect, at most twice more; a write that may have arrived, never.

use std::time::Duration;

use entente_transport::{CallError, Effect, Scope};

use crate::stage::{Act, Stage, of, read, status, write};

/// The kind of an outcome, for tables.
fn kind<T>(outcome: &Result<T, CallError>) -> &'static str {
    match outcome {
        Ok(_) => "done",
        Err(CallError::NotApplied { .. }) => "not applied",
        Err(CallError::Ambiguous { .. }) => "ambiguous",
        Err(CallError::Throttled { .. }) => "throttled",
        Err(CallError::Auth { .. }) => "auth",
        Err(CallError::Denied { .. }) => "denied",
        Err(CallError::Stale { .. }) => "stale",
        Err(CallError::Gone { .. }) => "gone",
        Err(CallError::Invalid { .. }) => "invalid",
        Err(CallError::Broken { .. }) => "broken",
    }
}

#[tokio::test]
async fn each_kind_of_failure_is_sent_as_often_as_is_harmless() {
    use Effect::{Read, Write};
    let table: &[(&str, Effect, Act, &str, usize)] = &[
        ("a read is answered", Read, status(200), "done", 1),
        ("a write is answered", Write, status(201), "done", 1),
        ("a read is refused a connection", Read, Act::NotSent, "not applied", 3),
        ("a write is refused a connection", Write, Act::NotSent, "not applied", 3),
        ("a read breaks off", Read, Act::Lost, "not applied", 3),
        ("a write breaks off", Write, Act::Lost, "ambiguous", 1),
        ("a read finds the peer down", Read, status(503), "not applied", 3),
        ("a write finds the peer down", Write, status(503), "ambiguous", 1),
        ("a write meets an error of the peer", Write, status(500), "ambiguous", 1),
        ("a write meets a gateway's timeout", Write, status(504), "ambiguous", 1),
        ("a read is throttled", Read, status(429), "throttled", 3),
        ("a write is throttled", Write, status(429), "throttled", 1),
        ("a read is forbidden", Read, status(403), "denied", 1),
        ("a read finds nothing", Read, status(404), "gone", 1),
        ("a write is stale", Write, status(412), "stale", 1),
        ("a write conflicts", Write, status(409), "stale", 1),
        ("a write is refused", Write, status(400), "invalid", 1),
        ("a read is redirected, which is not followed", Read, status(302), "broken", 1),
        ("a read is refused twice as unknown", Read, status(401), "auth", 2),
        ("a write is refused twice as unknown", Write, status(401), "auth", 2),
        ("a read hears nothing until the deadline", Read, Act::Silence, "not applied", 1),
        ("a write hears nothing until the deadline", Write, Act::Silence, "ambiguous", 1),
    ];
    for (situation, effect, act, expected, sends) in table {
        let stage = Stage::new([act.clone()]);
        let outcome = stage.send(of(*effect)).await;
        assert_eq!((kind(&outcome), stage.wire.sent()), (*expected, *sends), "{situation}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_read_that_recovers_is_done() {
    let stage = Stage::new([status(503), Act::Lost, status(200)]);
    assert!(stage.send(read()).await.is_ok());
    assert_eq!(stage.transport.counters().reads, 3);
}

#[tokio::test]
async fn a_retry_safe_write_is_sent_like_a_read_but_stays_ambiguous_for_ever_after() {
    let stage = Stage::new([Act::Lost, status(204)]);
    assert!(stage.send(write().retry_safe()).await.is_ok());

    // The first sending may have been applied; that the last one surely was not proves nothing.
    let stage = Stage::new([Act::Lost, Act::NotSent]);
    let outcome = stage.send(write().retry_safe()).await;
    assert_eq!((kind(&outcome), stage.wire.sent()), ("ambiguous", 3), "{outcome:?}");
}

#[tokio::test]
async fn retry_after_is_a_floor() {
    let stage = Stage::new([Act::Answer(503, vec![("retry-after", "7")], ""), status(200)]);
    assert!(stage.send(read()).await.is_ok());
    assert_eq!(stage.clock.passed_ms(), 7_000);
}

#[tokio::test]
async fn retry_after_as_a_date_is_measured_by_the_peers_own_clock() {
    let headers = vec![("retry-after", "Sat, 21 Nov 2026 10:00:09 GMT"), ("date", "Sat, 21 Nov 2026 10:00:00 GMT")];
    let stage = Stage::new([Act::Answer(429, headers, ""), status(200)]);
    assert!(stage.send(read()).await.is_ok());
    assert_eq!(stage.clock.passed_ms(), 9_000);
}

#[tokio::test]
async fn a_pause_longer_than_the_deadline_goes_up_at_once() {
    let stage = Stage::new([Act::Answer(429, vec![("retry-after", "3600")], "")]);
    let outcome = stage.send(read()).await;
    let expected = CallError::Throttled {
        after: Duration::from_secs(3600),
        scope: Scope::Connection,
        reason: "429 Too Many Requests".into(),
    };
    assert_eq!(outcome.err(), Some(expected));
    assert_eq!((stage.wire.sent(), stage.clock.passed_ms()), (1, 0));
}

#[tokio::test]
async fn the_deadline_covers_all_sendings() {
    let stage = Stage::new([Act::Answer(503, vec![("retry-after", "4")], "")]);
    let outcome = stage.send(read().timeout_ms(10_000)).await;
    assert_eq!((kind(&outcome), stage.wire.sent()), ("not applied", 3));
    let stage = Stage::new([Act::Answer(503, vec![("retry-after", "6")], "")]);
    let outcome = stage.send(read().timeout_ms(10_000)).await;
    assert_eq!((kind(&outcome), stage.wire.sent()), ("not applied", 2));
}

#[tokio::test]
async fn a_status_that_the_call_expects_is_an_answer() {
    let stage = Stage::new([status(404)]);
    let answer = stage.send(read().answers(&[404])).await.expect("expected");
    assert_eq!(answer.status.as_u16(), 404);
}

#[tokio::test]
async fn a_nonsensical_pause_is_no_pause_and_an_endless_one_goes_up() {
    for nonsense in ["soon", "-5", "NaN", "inf", ""] {
        let stage = Stage::new([Act::Answer(503, vec![("retry-after", nonsense)], ""), status(200)]);
        assert!(stage.send(read()).await.is_ok(), "{nonsense}");
        assert_eq!(stage.clock.passed_ms(), 0, "{nonsense}");
    }
    let stage = Stage::new([Act::Answer(503, vec![("retry-after", "18446744073709549568")], "")]);
    assert!(stage.send(read()).await.is_err());
    assert_eq!(stage.wire.sent(), 1);
}
