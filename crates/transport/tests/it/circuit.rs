//! A peer that fails again and again is left alone, and asked by one call whether it is back.

use std::time::Duration;

use entente_transport::{CallError, Circuit};
use futures_util::future::join_all;

use crate::stage::{Act, Stage, play, read, status, write};

/// A stage whose circuit has just opened, after five calls that were not answered.
async fn opened(then: impl IntoIterator<Item = Act>) -> Stage {
    let stage = Stage::new([Act::NotSent, Act::NotSent, Act::NotSent, Act::Lost, status(503)].into_iter().chain(then));
    stage.send(read()).await.expect_err("sent three times");
    stage.send(write()).await.expect_err("lost");
    stage.send(write()).await.expect_err("unavailable");
    assert_eq!(stage.wire.sent(), 5);
    stage
}

#[tokio::test]
async fn an_open_circuit_costs_no_call_and_says_when_to_come_again() {
    let stage = opened([status(200)]).await;
    assert!(matches!(stage.transport.circuit(), Circuit::Open { .. }), "{:?}", stage.transport.circuit());
    for call in [read(), write()] {
        let error = stage.send(call).await.expect_err("left alone");
        let CallError::NotApplied { after: Some(after), reason } = error else { panic!("{error}") };
        assert_eq!(Some(after), stage.transport.rest());
        assert!(reason.contains("Plain is left alone") && reason.contains("it answered 503 to /thing"), "{reason}");
    }
    assert_eq!(stage.wire.sent(), 5, "nothing was sent");
}

#[tokio::test]
async fn one_call_finds_out_that_the_peer_is_back() {
    let stage = opened([status(200)]).await;
    stage.clock.advance(stage.transport.rest().expect("a pause"));
    assert_eq!((stage.transport.circuit(), stage.transport.rest()), (Circuit::HalfOpen, None));
    let answers = play(&stage.clock, join_all((0..3).map(|_| stage.transport.send(read())))).await;
    assert!(answers.iter().any(Result::is_ok));
    assert_eq!(stage.transport.circuit(), Circuit::Closed);
    stage.send(read()).await.expect("all go again");
}

#[tokio::test]
async fn while_one_call_finds_out_all_others_wait() {
    let stage = opened([Act::Silence]).await;
    stage.clock.advance(stage.transport.rest().expect("a pause"));
    play(&stage.clock, join_all((0..5).map(|_| stage.transport.send(read().timeout_ms(1_000))))).await;
    assert_eq!(stage.wire.sent(), 6, "one probe, and no second one when it fails");
    assert!(stage.transport.rest() > Some(Duration::from_secs(1)), "the pause has doubled");
}

#[tokio::test]
async fn what_a_peer_refuses_is_an_answer() {
    for code in [400, 401, 403, 404, 409, 429, 500] {
        let stage = Stage::new([status(code)]);
        for _ in 0..25 {
            stage.send(write()).await.expect_err("refused");
        }
        assert_eq!(stage.transport.circuit(), Circuit::Closed, "{code}");
    }
}
