//! What goes wrong with calls.

use serde_json::{Value, json};

use crate::chance::Dice;

/// How late a call that was given up may take effect.
pub(crate) const LATE_MS_MAX: i64 = 110_000;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    ErrorBefore,
    ResetBefore,
    CommitThenReset,
    CommitThenError,
    CommitLate,
    RateLimit,
    RateLimitWithoutWord,
    ServerError,
    Gateway,
    Truncated,
    ExpiredToken,
    RowLock,
    PartialBatch,
    Slow,
}

impl Fault {
    pub(crate) const ALL: [Self; 14] = [
        Self::ErrorBefore,
        Self::ResetBefore,
        Self::CommitThenReset,
        Self::CommitThenError,
        Self::CommitLate,
        Self::RateLimit,
        Self::RateLimitWithoutWord,
        Self::ServerError,
        Self::Gateway,
        Self::Truncated,
        Self::ExpiredToken,
        Self::RowLock,
        Self::PartialBatch,
        Self::Slow,
    ];

    /// Whether this can happen to a write of this kind.
    pub(crate) fn can_meet(self, write: &str) -> bool {
        let is_salesforce =
            matches!(write, "update records" | "upsert records" | "add case comments" | "edit case comment");
        is_salesforce || !matches!(self, Self::PartialBatch | Self::ExpiredToken)
    }

    /// As the sandbox's control door knows it; a slow call is the wire's own affair.
    pub(super) fn described(self, is_salesforce: bool, dice: &Dice) -> Option<Value> {
        let named = |name: &str| Some(json!({"name": name, "route": "*", "times": 1}));
        match self {
            Self::ErrorBefore => named("error_before"),
            Self::ResetBefore => named("reset_before"),
            Self::CommitThenReset => named("timeout_after_commit"),
            Self::CommitThenError => named("error_after_commit"),
            Self::CommitLate => {
                let delay_ms = dice.between(1_000, LATE_MS_MAX);
                Some(json!({"name": "late_commit", "route": "*", "times": 1, "delay_ms": delay_ms}))
            }
            Self::RateLimit => named("rate_limit"),
            Self::RateLimitWithoutWord if is_salesforce => named("daily_limit"),
            Self::RateLimitWithoutWord => named("rate_limit_without_retry_after"),
            Self::ServerError => named("server_error"),
            Self::Gateway => named("bad_gateway"),
            Self::Truncated => named("truncated"),
            Self::ExpiredToken => named("expired_token"),
            Self::RowLock if is_salesforce => named("row_lock"),
            Self::PartialBatch if is_salesforce => {
                Some(json!({"name": "row_lock", "route": "*", "times": 1, "in_composite": true}))
            }
            Self::RowLock | Self::PartialBatch => {
                Some(json!({"route": "*", "times": 1, "status": 409, "side_effect": "none", "answer": "status"}))
            }
            Self::Slow => None,
        }
    }
}
