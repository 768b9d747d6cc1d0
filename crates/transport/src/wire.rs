//! The seam below everything: a request in, an answer out, nothing decided.
//!
//! [`HttpWire`] is the real one; the simulation calls a router directly. A wire never retries and never follows a
//! redirect; it only says whether a failed request can have arrived.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use thiserror::Error;

mod http_wire;
mod reason;
mod resolver;

pub use http_wire::{HttpWire, Proxy, WireOptions, WireSetupError};

/// Carries one request to the peer and its answer back.
pub trait Wire: Send + Sync {
    /// Sends `request`, whose URI is absolute. Ready when the answer's head is there; the body may still stream.
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, WireError>>;
}

/// A request without an answer, by whether it can have had an effect.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// It surely did not reach the peer: name resolution, refused connection, TLS.
    #[error("{reason}")]
    NotSent {
        /// What happened, without the URL's query.
        reason: String,
    },
    /// It may have reached the peer: a reset or a timeout after sending.
    #[error("{reason}")]
    Lost {
        /// What happened, without the URL's query.
        reason: String,
    },
}

/// The body of a request or of an answer.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// All of it, in memory.
    Bytes(Bytes),
    /// Piece by piece.
    Stream(ByteStream),
}

/// Bytes that arrive over time.
pub struct ByteStream {
    stream: BoxStream<'static, io::Result<Bytes>>,
    length: Option<u64>,
}

impl ByteStream {
    /// A body of `length` bytes, if that is known: some peers refuse uploads without it.
    pub fn new(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static, length: Option<u64>) -> Self {
        Self { stream: stream.boxed(), length }
    }

    /// A body that is there already.
    pub fn from_bytes(bytes: Bytes) -> Self {
        let length = u64::try_from(bytes.len()).ok();
        Self::new(futures_util::stream::iter([Ok(bytes)]), length)
    }

    /// How many bytes there will be, if that is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next piece, `None` at the end.
    pub async fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.stream.next().await
    }

    /// The stream itself.
    pub fn into_stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.stream
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Body {
    /// The body as a stream, whatever it was.
    pub fn into_stream(self) -> ByteStream {
        match self {
            Self::Empty => ByteStream::new(futures_util::stream::empty(), Some(0)),
            Self::Bytes(bytes) => ByteStream::from_bytes(bytes),
            Self::Stream(stream) => stream,
        }
    }
}
