//! How fast calls go out, by the stage's own clock.

use std::time::Duration;

use entente_transport::{CallError, Pace, PaceLimits, Scope};

use crate::stage::{Act, Plain, Stage, play, read, status, write};

const TEN_READS: PaceLimits =
    PaceLimits { get_per_second: Some(10), post_per_second: None, put_per_second: None, in_flight: 1 };

fn stage(acts: impl IntoIterator<Item = Act>, limits: PaceLimits) -> Stage {
    Stage::with(acts, Pace::Limits(limits), Plain::new(true))
}

async fn ms_for(stage: &Stage, n: usize) -> i64 {
    let before = stage.clock.passed_ms();
    for _ in 0..n {
        stage.send(read()).await.expect("answered");
    }
    stage.clock.passed_ms() - before
}

#[tokio::test]
async fn reads_are_spread_and_other_kinds_are_not_held_up_by_them() {
    let stage = stage([status(200)], TEN_READS);
    // Two go at once: the one that is due and one unused slot.
    assert_eq!(ms_for(&stage, 22).await, 2_000);
    let before = stage.clock.passed_ms();
    for _ in 0..50 {
        stage.send(write()).await.expect("answered");
    }
    assert_eq!(stage.clock.passed_ms(), before);
}

#[tokio::test]
async fn a_refusal_halves_the_pace_which_is_back_within_a_minute() {
    let stage = stage([status(503), status(200)], TEN_READS);
    ms_for(&stage, 1).await;
    stage.clock.advance(Duration::from_millis(10));
    ms_for(&stage, 10).await;
    let slow_ms = ms_for(&stage, 10).await;
    assert!((1_700..=2_000).contains(&slow_ms), "about half the pace, growing: {slow_ms} ms");
    stage.clock.advance(Duration::from_secs(60));
    ms_for(&stage, 2).await;
    assert_eq!(ms_for(&stage, 10).await, 1_000);
}

#[tokio::test]
async fn refusals_that_come_together_count_once() {
    let stage = stage([status(503), status(503), status(503), status(200)], PaceLimits { in_flight: 4, ..TEN_READS });
    let three = futures_util::future::join_all((0..3).map(|_| stage.transport.send(read().timeout_ms(300))));
    play(&stage.clock, three).await;
    ms_for(&stage, 20).await;
    let slow_ms = ms_for(&stage, 10).await;
    assert!(slow_ms <= 2_000, "halved once, not to an eighth: {slow_ms} ms");
}

#[tokio::test]
async fn a_pause_holds_the_connection_and_no_longer_than_asked() {
    let acts = [Act::Answer(429, vec![("retry-after", "100")], ""), status(200)];
    let stage = stage(acts, TEN_READS);
    stage.send(read()).await.expect_err("throttled");
    for call in [read(), write()] {
        let error = stage.send(call).await.expect_err("still resting");
        assert!(matches!(error, CallError::Throttled { scope: Scope::Connection, .. }), "{error}");
    }
    assert_eq!(stage.wire.sent(), 1, "a pause is kept by not asking");
    stage.clock.advance(Duration::from_secs(50));
    stage.send(read()).await.expect("waits for the end of the pause itself when there is time");
    assert_eq!(stage.clock.passed_ms() / 1_000, 100);
}

#[tokio::test]
async fn unlimited_never_waits() {
    let stage = Stage::new([Act::Answer(429, vec![("retry-after", "100")], ""), status(200)]);
    stage.send(read()).await.expect_err("throttled");
    assert_eq!(ms_for(&stage, 100).await, 0);
}

#[tokio::test]
async fn in_flight_is_bounded() {
    let stage = stage([Act::Silence], PaceLimits { get_per_second: None, in_flight: 2, ..TEN_READS });
    let calls = futures_util::future::join_all((0..5).map(|_| stage.transport.send(read().timeout_ms(1_000))));
    play(&stage.clock, calls).await;
    assert_eq!(stage.wire.sent(), 2, "the others' turn did not come before their deadline");
}
