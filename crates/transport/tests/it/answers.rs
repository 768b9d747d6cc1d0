//! Reading answers: their time, their JSON, their size, their bodies in pieces.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use entente_transport::{
    Body, BoxFuture, ByteStream, Call, CallError, Egress, HttpWire, Pace, RESPONSE_BYTES_MAX, SystemClock, Transport,
    Wire, WireError, WireOptions,
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, Method, Request, Response};

use crate::loopback::Server;
use crate::stage::{Act, Plain, START, Stage, Zero, play, read, status, write};

#[tokio::test]
async fn the_peers_own_time_is_kept() {
    let stage = Stage::new([Act::Answer(200, vec![("date", "Sat, 21 Nov 2026 10:00:00 GMT")], "{}")]);
    let answer = stage.send(read()).await.expect("an answer");
    assert_eq!(answer.date.expect("a date").to_string(), "2026-11-21T10:00:00Z");
    assert_eq!(answer.began, START);
}

#[tokio::test]
async fn nonsense_breaks_a_read_and_makes_a_write_ambiguous() {
    let stage = Stage::new([Act::Answer(200, vec![], "<html>")]);
    let answer = stage.send(read()).await.expect("an answer");
    assert!(matches!(answer.json::<Vec<u8>>(), Err(CallError::Broken { .. })));
    let answer = stage.send(write()).await.expect("an answer");
    assert!(matches!(answer.json::<Vec<u8>>(), Err(CallError::Ambiguous { .. })));
}

/// Answers with an endless body.
struct Endless;

impl Wire for Endless {
    fn send(&self, _request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        let pieces = futures_util::stream::repeat_with(|| Ok(Bytes::from_static(&[0; 1 << 20])));
        Box::pin(async { Ok(Response::new(Body::Stream(ByteStream::new(pieces, None)))) })
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_for_ever() {
    let transport =
        Transport::new(Arc::new(Endless), Arc::new(SystemClock), Arc::new(Zero), Pace::Unlimited, Plain::new(true));
    let error = transport.send(read()).await.expect_err("too long");
    assert!(
        matches!(&error, CallError::Broken { reason } if reason.contains(&RESPONSE_BYTES_MAX.to_string())),
        "{error}"
    );
    let error = transport.send(write()).await.expect_err("too long");
    assert!(matches!(error, CallError::Ambiguous { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_small_until_it_is_unpacked_is_not_unpacked_for_ever() {
    let server = Server::serve(|_| {
        let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
        zipped.write_all(&vec![0; 2 * RESPONSE_BYTES_MAX]).expect("memory");
        let zipped = zipped.finish().expect("memory");
        assert!(zipped.len() < RESPONSE_BYTES_MAX / 100);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", zipped.len());
        [head.into_bytes(), zipped].concat()
    })
    .await;
    let wire = HttpWire::new(&WireOptions::to(Egress::default().or_this_machine(true))).expect("a wire");
    let transport =
        Transport::new(Arc::new(wire), Arc::new(SystemClock), Arc::new(Zero), Pace::Unlimited, Plain::new(true));
    let error = transport.send(Call::get("/thing", server.url("/")).anonymous()).await.expect_err("too long");
    assert!(matches!(&error, CallError::Broken { reason } if reason.contains("is longer than")), "{error}");
}

#[tokio::test]
async fn an_opened_answer_streams_and_a_failed_one_is_judged() {
    let stage = Stage::new([Act::Answer(200, vec![], "file bytes")]);
    let mut opened = play(&stage.clock, stage.transport.open(read())).await.expect("opened");
    assert_eq!(opened.body.length(), Some(10));
    assert_eq!(opened.body.next().await.expect("a piece").expect("no error"), "file bytes");
    assert!(opened.body.next().await.is_none());

    let stage = Stage::new([status(404)]);
    let error = play(&stage.clock, stage.transport.open(read())).await.expect_err("gone");
    assert!(matches!(error, CallError::Gone { .. }), "{error}");

    let stage = Stage::new([status(401), Act::Answer(200, vec![], "file bytes")]);
    assert!(play(&stage.clock, stage.transport.open(read())).await.is_ok(), "renewed once, like any call");
    let stage = Stage::new([status(503), status(200)]);
    assert!(play(&stage.clock, stage.transport.open(read())).await.is_ok(), "sent again, like any read");
}

#[tokio::test]
async fn a_streamed_body_is_opened_anew_for_each_sending() {
    let stage = Stage::new([status(401), status(201)]);
    let call = Call::write(Method::POST, "/file", "/file")
        .stream(HeaderValue::from_static("application/octet-stream"), || {
            Box::pin(async { Ok(ByteStream::from_bytes(Bytes::from_static(b"file bytes"))) })
        });
    assert!(stage.send(call).await.is_ok());
    let seen = stage.wire.seen.lock();
    assert_eq!(
        (seen[0].body().as_slice(), seen[1].body().as_slice()),
        (b"file bytes".as_slice(), b"file bytes".as_slice())
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_had_no_effect() {
    let stage = Stage::new([status(201)]);
    let call = write().stream(HeaderValue::from_static("application/octet-stream"), || {
        Box::pin(async { Err(std::io::Error::other("gone")) })
    });
    assert!(matches!(stage.send(call).await, Err(CallError::NotApplied { .. })));
    assert_eq!(stage.wire.sent(), 0);
}

#[test]
fn calls_can_be_spawned() {
    fn spawnable<T: Send>(_: T) {}
    let stage = Stage::new([status(200)]);
    spawnable(stage.transport.send(read()));
    spawnable(stage.transport.open(read()));
    spawnable(stage.transport.credential());
}
