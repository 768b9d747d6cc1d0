//! What to do about a failure of the engine, in the words that commands and the API share.

use entente_engine::EngineError;
use entente_transport::CallError;

/// Where more is found out than one failed call tells.
const SEE_A_DOCTOR: &str = "run `entente doctor --config FILE`: it names what is missing";

/// One process at a time works on an org.
const THE_OTHER_WORKS: &str = "leave the work to it, or stop it and try again; where it is a server, most commands ask it with \
                               `--server URL --token T`";

/// What only we can mend.
pub(crate) const PLEASE_REPORT: &str = "this is a defect of Entente: please report it with this message";

/// The kind of a failure, and what to do; nothing where the sentence itself says so.
pub(crate) fn remedy(error: &EngineError) -> (&'static str, &'static str) {
    match error {
        EngineError::Peer { error, .. } => after(error),
        EngineError::Connection { .. } | EngineError::Item { .. } | EngineError::NoSuchItem(_) => {
            ("engine", SEE_A_DOCTOR)
        }
        EngineError::Leased { .. } => ("lease", THE_OTHER_WORKS),
        EngineError::Store(_) => ("database", "the log of the server says more"),
        EngineError::Missing(_) | EngineError::Unfit(_) | EngineError::Declined(_) => ("refused", ""),
        EngineError::Defect(_) => ("defect", PLEASE_REPORT),
    }
}

/// What to do about a call that everything failed on.
fn after(call: &CallError) -> (&'static str, &'static str) {
    match call {
        CallError::Auth { .. } => {
            ("sign-in", "correct the credentials of this connection, in the configuration or at the vendor")
        }
        CallError::NotApplied { .. } | CallError::Ambiguous { .. } => {
            ("unreachable", "check the address of this connection, its proxy and the network, then try again")
        }
        CallError::Throttled { reason, .. } if reason.contains("(ORG_LOCKED)") => {
            ("throttled", "ask Salesforce support to unlock the org")
        }
        CallError::Throttled { .. } => ("throttled", "try again after that time; a server that runs does so by itself"),
        CallError::Denied { .. }
        | CallError::Stale { .. }
        | CallError::Gone { .. }
        | CallError::Invalid { .. }
        | CallError::Broken { .. } => ("engine", SEE_A_DOCTOR),
    }
}
