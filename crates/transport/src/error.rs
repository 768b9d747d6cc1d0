//! How a call can fail, by what the caller can do about it.
//!
//! The enum is closed on purpose: the engine matches every arm, so a new kind of failure does not compile until
//! someone has decided what to do. Reasons are sentences for people and never carry a secret.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::call::{Answer, Effect};

/// Why a call did not succeed, and what its caller can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// It surely had no effect; the same call may be sent again, not before `after` where that is known.
    NotApplied {
        /// The earliest sensible time for the next try.
        after: Option<Duration>,
        /// What happened.
        reason: String,
    },
    /// It may have had an effect: read before deciding anything, never just send it again.
    Ambiguous {
        /// What happened.
        reason: String,
    },
    /// Refused for load or quota; surely not applied. Leave `scope` alone until `after` has passed.
    Throttled {
        /// How long to wait.
        after: Duration,
        /// What the limit covers.
        scope: Scope,
        /// What the peer said.
        reason: String,
    },
    /// The credentials are not accepted: nothing of this connection will work until a person acts.
    Auth {
        /// What the peer said and what to do.
        reason: String,
    },
    /// The credentials are fine but lack the right.
    Denied {
        /// What the peer said.
        reason: String,
    },
    /// The record changed since it was read (409, 412): read again, decide again.
    Stale {
        /// What the peer said.
        reason: String,
    },
    /// The record is not there, or not visible to us, which looks the same.
    Gone {
        /// What the peer said.
        reason: String,
    },
    /// The peer understood and refused the content: only other content helps.
    Invalid {
        /// Every problem the peer named, at least one.
        problems: Vec<CallProblem>,
    },
    /// An answer that makes no sense, or a defect of ours: keep the evidence and stop.
    Broken {
        /// What was seen.
        reason: String,
    },
}

/// What a limit covers, hence what should pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything sent to this connection.
    Connection,
    /// One kind of request.
    Route,
    /// Writes to the one record that was addressed.
    Record,
}

/// One objection of the peer to what we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallProblem {
    /// The field it is about, in the vendor's name.
    pub field: Option<String>,
    /// The vendor's code, kept as it came.
    pub code: Option<String>,
    /// The vendor's words.
    pub message: String,
}

impl CallProblem {
    /// A problem of the whole request, without field or code.
    pub fn new(message: impl Into<String>) -> Self {
        Self { field: None, code: None, message: message.into() }
    }
}

impl CallError {
    /// The reading of a status that most of HTTP agrees on; a [`crate::Dialect`] starts or ends with it. `reason` is
    /// the peer's own message where it gave one.
    pub fn from_status(answer: &Answer, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        match answer.status {
            StatusCode::UNAUTHORIZED => Self::Auth { reason },
            StatusCode::FORBIDDEN => Self::Denied { reason },
            StatusCode::NOT_FOUND | StatusCode::GONE => Self::Gone { reason },
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Self::Stale { reason },
            StatusCode::TOO_MANY_REQUESTS => Self::Throttled {
                after: answer.retry_after().unwrap_or(Duration::from_secs(1)),
                scope: Scope::Connection,
                reason,
            },
            StatusCode::REQUEST_TIMEOUT => Self::lost(answer.effect, answer.retry_after(), reason),
            status if status.is_server_error() => Self::lost(answer.effect, answer.retry_after(), reason),
            status if status.is_client_error() => Self::Invalid { problems: vec![CallProblem::new(reason)] },
            _ => Self::Broken { reason },
        }
    }

    /// An exchange that broke after the request may have arrived: a write is ambiguous, anything else had no effect.
    pub fn lost(effect: Effect, after: Option<Duration>, reason: impl Into<String>) -> Self {
        match effect {
            Effect::Write => Self::Ambiguous { reason: reason.into() },
            Effect::Read | Effect::Auth => Self::NotApplied { after, reason: reason.into() },
        }
    }

    /// A success whose body cannot be used: a write did happen, but what it made is unknown.
    pub fn unreadable(effect: Effect, reason: impl Into<String>) -> Self {
        match effect {
            Effect::Write => Self::Ambiguous { reason: reason.into() },
            Effect::Read | Effect::Auth => Self::Broken { reason: reason.into() },
        }
    }

    /// The pause that the failure asks for.
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::NotApplied { after, .. } => *after,
            Self::Throttled { after, .. } => Some(*after),
            Self::Ambiguous { .. }
            | Self::Auth { .. }
            | Self::Denied { .. }
            | Self::Stale { .. }
            | Self::Gone { .. }
            | Self::Invalid { .. }
            | Self::Broken { .. } => None,
        }
    }

    /// Whether what was asked for may have been done, or may still be done, without anybody having heard of it.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Ambiguous { .. } | Self::Broken { .. } => true,
            Self::NotApplied { .. }
            | Self::Throttled { .. }
            | Self::Auth { .. }
            | Self::Denied { .. }
            | Self::Stale { .. }
            | Self::Gone { .. }
            | Self::Invalid { .. } => false,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotApplied { reason, .. } => write!(f, "nothing was changed: {reason}"),
            Self::Ambiguous { reason } => {
                write!(f, "it is not known whether this was applied: {reason}")
            }
            Self::Throttled { after, reason, .. } => {
                write!(f, "left alone for {} s: {reason}", after.as_secs_f32().ceil())
            }
            Self::Auth { reason } => write!(f, "sign-in was refused: {reason}"),
            Self::Denied { reason } => write!(f, "permission is missing: {reason}"),
            Self::Stale { reason } => write!(f, "the record changed in the meantime: {reason}"),
            Self::Gone { reason } => write!(f, "the record is not there or not visible: {reason}"),
            Self::Invalid { problems } => {
                f.write_str("the content was refused: ")?;
                for (n, problem) in problems.iter().enumerate() {
                    write!(f, "{}{problem}", if n == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            Self::Broken { reason } => write!(f, "the answer makes no sense: {reason}"),
        }
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for CallProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}
