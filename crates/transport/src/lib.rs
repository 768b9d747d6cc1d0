//! Sends one HTTP request well.
//!
//! A vendor client describes what it wants as a [`Call`]; [`Transport`] paces it, signs it, sends it over a [`Wire`],
//! re-sends it when that is surely harmless, and answers with an [`Answer`] or a [`CallError`] that says what the
//! caller can do. How a vendor signs in and what its answers mean is the [`Dialect`]'s business.
//!
//! It never follows a redirect, never calls a host outside its connection's [`Egress`], never re-sends a write that may have had an effect, and knows no vendor. The only
//! sources of time and chance of the whole house are its [`Clock`] and [`Rng`].
//!
//! Next: [`Transport::send`] is the path of every request; `limits` holds every number.

mod breaker;
mod call;
mod clock;
mod dialect;
mod egress;
mod error;
mod gauge;
mod limits;
mod onlooker;
mod pace;
mod redact;
mod rng;
mod session;
mod tenure;
mod transport;
mod wire;

pub use breaker::Circuit;
pub use call::{Answer, Call, Effect, Opened, Payload};
pub use clock::{Clock, SystemClock};
pub use dialect::{Credential, Dialect, Door};
pub use egress::{Egress, is_this_machine};
pub use error::{CallError, CallProblem, Scope};
pub use gauge::{Quota, Reading};
pub use limits::{CALL_TIMEOUT_MS, RESENDS_MAX, RESPONSE_BYTES_MAX};
pub use onlooker::{Exchange, Onlooker, Veil};
pub use pace::{Pace, PaceLimits};
pub use rng::{Rng, SystemRng};
pub use tenure::Tenure;
pub use transport::{Counters, Transport};
pub use wire::{Body, ByteStream, HttpWire, Proxy, Wire, WireError, WireOptions, WireSetupError};

/// The boxed future that [`Wire`], [`Clock`] and [`Dialect`] answer with.
pub use futures_util::future::BoxFuture;
