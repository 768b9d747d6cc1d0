//! How a finding is said: the thing's own name in the message, one step in the remedy.

use entente_core::{ConnectedItem, FieldPath, Side, config::nearest};
use entente_transport::CallError;

use crate::{error::EngineError, report::Finding};

pub(crate) const ERROR: &str = "error";
pub(super) const WARNING: &str = "warning";

/// Something without which the configuration cannot do what it says.
pub(crate) fn error(code: &'static str, message: String, remedy: impl Into<String>) -> Finding {
    Finding { severity: ERROR, code, message, remedy: remedy.into(), item: None, connection: None, place: Vec::new() }
}

/// Something that costs less than the item's work.
pub(super) fn warning(code: &'static str, message: String, remedy: impl Into<String>) -> Finding {
    Finding { severity: WARNING, ..error(code, message, remedy) }
}

/// What was probably meant, before what else can be done; nothing where no name is near enough.
pub(super) fn perhaps<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("Did you mean {near}? ")).unwrap_or_default()
}

/// A field that is not there, or hidden; both look the same. `perhaps` comes before what else can be done.
pub(super) fn unknown_field(item: &ConnectedItem, side: Side, path: &FieldPath, perhaps: &str) -> Finding {
    let is_correlation = item.correlation.as_ref().is_some_and(|fields| fields.get(side) == path);
    let (message, remedy) = match side {
        Side::Salesforce => {
            let (connection, object) = (&item.salesforce.connection, &item.salesforce.object);
            let field =
                if path.as_str().contains('.') { format!("{path} of {object}") } else { format!("{object}.{path}") };
            (
                format!("connection {connection}: there is no field {field} that the integration user can see"),
                match is_correlation {
                    true => format!(
                        "{perhaps}Check the API name, or create it on {object}: type Text, length 255, marked as external id so that \
                         Salesforce indexes it, and not as unique, which would keep people from cloning records \
                         (apps/salesforce/core/README.md); give the user Edit access to it by a permission set."
                    ),
                    false => format!(
                        "{perhaps}Check the API name, or give the user Read access to {field} by a permission set."
                    ),
                },
            )
        }
        Side::Jira => {
            let connection = &item.jira.connection;
            (
                format!("connection {connection}: there is no field {path} that the account can see"),
                match is_correlation {
                    true => format!(
                        "{perhaps}Check the name or id, or create it: a custom field of the type Short text (plain text only), on the \
                         screens for creating and editing issues of the project."
                    ),
                    false => format!("{perhaps}Check the name or id, or add the field {path} to the project."),
                },
            )
        }
    };
    let line = item.fields.iter().position(|line| line.paths.get(side) == path);
    let finding = error("unknown-field", message, remedy);
    match line {
        Some(n) => at_line(item, n, finding),
        None => finding,
    }
}

/// The same, said where line `n` of an item stands.
pub(super) fn at_line(item: &ConnectedItem, n: usize, finding: Finding) -> Finding {
    let place = ["items", &item.name, "fields", &n.to_string()].map(str::to_owned).to_vec();
    Finding { place, ..finding }
}

/// A value of a table or a filter that its field does not have.
pub(super) fn unknown_value(connection: &str, field: &str, value: &str, known: &[&str]) -> Finding {
    let message = format!("connection {connection}: {field} has no value {value}, which the item names");
    let perhaps = perhaps(value, known.iter().copied());
    warning("unknown-value", message, format!("{perhaps}Write one of: {}.", known.join(", ")))
}

/// Why a connection may not be asked about its links: mostly because it leads elsewhere.
pub(super) fn other_org(failure: EngineError) -> Finding {
    let EngineError::Connection { .. } = failure else { return of_engine(failure) };
    error(
        "other-org",
        failure.to_string(),
        "Correct the connection's address, or give the connection and its items new names.",
    )
}

/// A call that failed for a reason of its own.
pub(super) fn failed(connection: &str, call: &CallError) -> Finding {
    let (code, remedy) = match call {
        CallError::Auth { .. } => ("sign-in", "Correct what the message names, in the configuration or at the vendor."),
        CallError::Denied { .. } => ("denied", "Give the account the right that the message names."),
        CallError::Throttled { .. } => ("throttled", "Wait as long as the message says, then run this again."),
        CallError::NotApplied { .. } | CallError::Ambiguous { .. } => {
            ("unreachable", "Check the connection's address, its proxy and the network, then run this again.")
        }
        CallError::Stale { .. } | CallError::Gone { .. } | CallError::Invalid { .. } | CallError::Broken { .. } => {
            ("unexpected-answer", "Check that the connection's address is the right one, then run this again.")
        }
    };
    error(code, format!("connection {connection}: {call}"), remedy)
}

/// The same for a failure that the engine has put into its own words.
pub(crate) fn of_engine(failure: EngineError) -> Finding {
    match failure {
        EngineError::Peer { connection, error } => failed(&connection, &error),
        other => error("unusable-item", other.to_string(), "Correct what the message names, then run this again."),
    }
}
