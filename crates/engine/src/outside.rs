//! The two outside worlds as the engine sees them: an [`Org`] and a [`Site`], each a vendor client with what the engine
//! remembers about it. Nothing here decides; everything here is a read, a write that was decided elsewhere, or a name.

mod mail;
pub(crate) mod org;
mod quota;
mod site;

use std::sync::Arc;

use entente_core::config::{self, Pace as ConfiguredPace};
use entente_transport::{
    CallError, Clock, Egress, HttpWire, Pace, PaceLimits, Proxy, Rng, SystemClock, SystemRng, Wire, WireOptions,
    WireSetupError,
};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::{error::EngineError, inspection::Inspection};

pub(crate) use mail::Handed;
pub(crate) use org::{
    AskedObject, Changed, Changes, Described, FieldChange, GuardedUpdate, Org, OrgComment, OrgPerson, OrgRow,
    OwnUpdate, Talk, last_author,
};
pub(crate) use site::{ORIGIN_PROPERTY, Site, SiteIssue, issue_refs, note_of_copies, origin_operation, origin_source};

/// How a wire is made for a connection.
pub type Wires = Arc<dyn Fn(&WireOptions) -> Result<Arc<dyn Wire>, WireSetupError> + Send + Sync>;

/// The world's clock, chance and network, as arguments.
#[derive(Clone)]
pub struct Outside {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub rng: Arc<dyn Rng>,
    /// How requests travel.
    pub wires: Wires,
    /// Whoever looks on at them.
    pub inspection: Arc<Inspection>,
}

impl Outside {
    /// The real ones.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            wires: Arc::new(|options| Ok(Arc::new(HttpWire::new(options)?) as Arc<dyn Wire>)),
            inspection: Arc::default(),
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// A wire for one connection, to these hosts, through its proxy if it has one.
    pub(crate) fn wire(&self, connection: &config::Connection, egress: Egress) -> Result<Arc<dyn Wire>, EngineError> {
        let proxy = connection.proxy.as_ref().map(|proxy| Proxy {
            url: proxy.url.clone(),
            user: proxy.user.clone(),
            password: proxy.password.as_ref().map(secret),
            no_proxy: proxy.no_proxy.clone(),
        });
        let options = WireOptions { proxy, ..WireOptions::to(egress) };
        (self.wires)(&options)
            .map_err(|error| EngineError::Connection { connection: connection.name.clone(), reason: error.to_string() })
    }
}

/// A configured secret for a client.
pub(crate) fn secret(secret: &config::Secret) -> SecretString {
    SecretString::from(secret.expose().to_owned())
}

/// The configured pace, or the vendor's default.
/// A time by one clock as another one has it, which is ahead by so much.
fn shifted(ms: i64, by: SignedDuration) -> i64 {
    ms.saturating_add(i64::try_from(by.as_millis()).unwrap_or_default())
}

fn pace(connection: &config::Connection, vendor: PaceLimits) -> Pace {
    match connection.pace {
        ConfiguredPace::Vendor => Pace::Limits(vendor),
        ConfiguredPace::Unlimited => Pace::Unlimited,
        ConfiguredPace::Limited { per_second, in_flight } => Pace::Limits(PaceLimits {
            get_per_second: per_second.or(vendor.get_per_second),
            post_per_second: per_second.or(vendor.post_per_second),
            put_per_second: per_second.or(vendor.put_per_second),
            in_flight: in_flight.unwrap_or(vendor.in_flight),
        }),
    }
}

/// Whether a connection works, for status and readiness.
#[derive(Debug, Default)]
pub(crate) struct Health {
    inner: Mutex<HealthNow>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct HealthNow {
    /// When it was last read to the end.
    pub(crate) fresh: Option<Timestamp>,
    /// What is wrong.
    pub(crate) problem: Option<(Ailment, String)>,
    /// Why it does not tell us of changes, when it should.
    pub(crate) push_problem: Option<String>,
}

/// In which way a connection does not do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ailment {
    /// It lets us in no more: a person must act.
    Refused,
    /// It does not answer.
    Unreachable,
    /// It answers, and not what it was asked: something that was named is not there, or hidden.
    Failing,
}

impl Ailment {
    fn of(error: &CallError) -> Self {
        match error {
            CallError::Auth { .. } | CallError::Denied { .. } => Self::Refused,
            CallError::Throttled { .. } | CallError::NotApplied { .. } | CallError::Ambiguous { .. } => {
                Self::Unreachable
            }
            CallError::Stale { .. } | CallError::Gone { .. } | CallError::Invalid { .. } | CallError::Broken { .. } => {
                Self::Failing
            }
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Failing => "failing",
        }
    }
}

impl Health {
    pub(crate) fn read_to_the_end(&self, at: Timestamp) {
        let mut now = self.inner.lock();
        (now.fresh, now.problem) = (Some(at), None);
    }

    pub(crate) fn failed(&self, error: &CallError) {
        self.inner.lock().problem = Some((Ailment::of(error), error.to_string()));
    }

    pub(crate) fn leads_elsewhere(&self, reason: String) {
        self.inner.lock().problem = Some((Ailment::Refused, reason));
    }

    pub(crate) fn pushes(&self, outcome: &Result<(), CallError>) {
        self.inner.lock().push_problem = outcome.as_ref().err().map(ToString::to_string);
    }

    pub(crate) fn now(&self) -> HealthNow {
        self.inner.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use entente_transport::Scope;

    use super::*;

    #[test]
    fn who_answers_is_not_unreachable() {
        let reason = || "why".to_owned();
        let rows = [
            (CallError::Auth { reason: reason() }, "refused"),
            (CallError::Denied { reason: reason() }, "refused"),
            (CallError::NotApplied { after: None, reason: reason() }, "unreachable"),
            (CallError::Ambiguous { reason: reason() }, "unreachable"),
            (CallError::Throttled { after: Duration::ZERO, scope: Scope::Connection, reason: reason() }, "unreachable"),
            (CallError::Stale { reason: reason() }, "failing"),
            (CallError::Gone { reason: reason() }, "failing"),
            (CallError::Invalid { problems: Vec::new() }, "failing"),
            (CallError::Broken { reason: reason() }, "failing"),
        ];
        for (error, expected) in rows {
            assert_eq!(Ailment::of(&error).as_str(), expected, "{error}");
        }
    }
}
