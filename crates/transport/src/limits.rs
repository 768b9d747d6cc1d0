//! Every number of this crate, with its reason.

/// How long a call may take, re-sends and renewal included, unless the call says otherwise.
pub const CALL_TIMEOUT_MS: u64 = 60_000;

/// How often a call is sent again by itself. More belongs to the engine, which can settle what an attempt left behind.
pub const RESENDS_MAX: u32 = 2;

/// The longest answer that is read into memory; decompressed bytes count. A full Salesforce page of 2,000 rows with
/// long texts stays well below.
pub const RESPONSE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bodies above this are not parsed for redaction, hence not shown. A page of two hundred issues with long texts is below.
pub(crate) const REDACT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// First step of the backoff; it doubles with each re-send.
pub(crate) const BACKOFF_BASE_MS: u64 = 500;

/// How long a refused sign-in is remembered, so that twenty waiting calls do not lock the vendor's user out.
pub(crate) const SIGN_IN_REFUSED_MS: i64 = 5_000;

/// A pace that was halved is back at full speed after this time.
pub(crate) const PACE_RECOVERY_MS: i64 = 60_000;

/// Throttling answers that arrive together count as one: the pace is halved once in this time.
pub(crate) const PACE_CUT_SPACING_MS: i64 = 1_000;

/// The pace never falls below this share of its limits.
pub(crate) const PACE_FLOOR: f64 = 1.0 / 16.0;

/// A pause that a peer asks for is honoured up to here; longer ones go up as errors anyway.
pub(crate) const HOLD_MS_MAX: i64 = 10 * 60_000;

/// So many calls in a row must have failed for a circuit to open; twice as many if all are of one route.
pub(crate) const CIRCUIT_FAILURES_MAX: usize = 5;

/// Or half of this many.
pub(crate) const CIRCUIT_WINDOW_CALLS: usize = 20;

/// The longest first pause of an open circuit; it doubles with each probe that fails.
pub(crate) const CIRCUIT_OPEN_FIRST_MS: u64 = 4_000;

/// The longest pause of an open circuit: a peer that is back is noticed within this time.
pub(crate) const CIRCUIT_OPEN_MAX_MS: u64 = 60_000;

/// How often a reading of an allowance is kept to compute a rate.
pub(crate) const GAUGE_SAMPLE_EVERY_MS: i128 = 60_000;

/// How many are kept: an hour.
pub(crate) const GAUGE_SAMPLES_MAX: usize = 61;

/// While only the reserve of an allowance is left and nobody says when there will be more, one thing is tried this often.
pub(crate) const QUOTA_LOOK_MS: i64 = 5 * 60_000;

/// Connecting, TLS included, unless the options say otherwise.
pub(crate) const CONNECT_TIMEOUT_MS: u64 = 10_000;

/// A peer that sends nothing for this long is taken for gone (downloads have no deadline of their own).
pub(crate) const READ_IDLE_TIMEOUT_MS: u64 = 300_000;

/// Idle connections are closed before the vendors' load balancers do it silently.
pub(crate) const POOL_IDLE_TIMEOUT_MS: u64 = 50_000;

/// A window that slides is taken for a day: the vendor's daily allowance is the one that does.
pub(crate) const DAY_SECS: i64 = 24 * 3_600;

/// However scarce calls are, what is asked for again and again is asked for this many times as rarely at most.
pub(crate) const STRETCH_MAX: u32 = 60;
