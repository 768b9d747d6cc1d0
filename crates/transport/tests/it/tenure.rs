//! Who works under a lease does not write after it.

use std::time::Duration;

use entente_transport::{CallError, Clock as _, Tenure};

use crate::stage::{Stage, play, read, status, write};

#[tokio::test]
async fn no_write_leaves_after_the_tenure() {
    let stage = Stage::new([status(200)]);
    let tenure = Tenure::default();
    tenure.extend(stage.clock.now().as_millisecond() + 10_000);
    let send = |call| tenure.during(stage.transport.send(call));
    play(&stage.clock, send(write())).await.expect("within the tenure");
    stage.clock.advance(Duration::from_secs(11));
    let error = play(&stage.clock, send(write())).await.expect_err("after the tenure");
    assert!(matches!(error, CallError::NotApplied { .. }), "{error}");
    assert_eq!(stage.wire.sent(), 1);
    play(&stage.clock, send(read())).await.expect("reading harms nobody");
    tenure.extend(stage.clock.now().as_millisecond() + 10_000);
    play(&stage.clock, send(write())).await.expect("a longer tenure");
    stage.clock.advance(Duration::from_secs(60));
    stage.send(write()).await.expect("whoever needs no lease");
}
