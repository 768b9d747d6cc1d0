//! HTTP callouts of flows: the org says by JSON that a record changed, as an outbound message says it by SOAP.
//!
//! Nobody but the admin decides what a flow sends, so these keys are ours:
//! `{"organization": "00D..", "object": "Case", "record": "500.."}`.
//! <https://help.salesforce.com/s/articleView?id=platform.flow_http_callout.htm>

use serde::Deserialize;

use crate::limits::OUTBOUND_BYTES_MAX;
use crate::outbound::{Notification, OutboundError, OutboundMessage, checked_object, id};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Callout {
    organization: String,
    object: String,
    record: String,
}

/// Whether a body is a callout's and not an outbound message, which is XML.
#[must_use]
pub fn is_one(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

/// Reads a callout.
pub fn parse(body: &[u8]) -> Result<OutboundMessage, OutboundError> {
    if body.len() > OUTBOUND_BYTES_MAX {
        return Err(OutboundError::TooLong);
    }
    let callout: Callout = serde_json::from_slice(body).map_err(|_| OutboundError::Json)?;
    let notification = Notification {
        id: String::new(),
        record: id(&callout.record, "record id")?,
        version: None,
        object: checked_object(callout.object)?,
    };
    Ok(OutboundMessage {
        organization: id(&callout.organization, "organization id")?,
        action: String::new(),
        notifications: vec![notification],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callout_names_one_record() {
        let body = br#" {"organization":"00D5g0000000001EAA","object":"Case","record":"5005g0000000001"}"#;
        assert!(is_one(body));
        let message = parse(body).unwrap();
        assert_eq!(message.organization.as_str(), "00D5g0000000001EAA");
        let [told] = &message.notifications[..] else { panic!("one record: {message:?}") };
        assert_eq!((told.object.as_str(), told.record.as_str()), ("Case", "5005g0000000001AAA"));
    }

    #[test]
    fn what_is_no_callout_is_refused() {
        assert!(!is_one(b"<soapenv:Envelope/>"));
        let of = |organization: &str, object: &str, record: &str| {
            serde_json::json!({ "organization": organization, "object": object, "record": record }).to_string()
        };
        let organization = "00D5g0000000001EAA";
        for (body, expected) in [
            ("{".to_owned(), OutboundError::Json),
            ("{}".to_owned(), OutboundError::Json),
            (of("Acme", "Case", "5005g0000000001"), OutboundError::Missing("organization id")),
            (of(organization, "Ca se", "5005g0000000001"), OutboundError::Missing("object name")),
            (of(organization, "Case", "{!$Record.Id}"), OutboundError::Missing("record id")),
            (format!("{{{}}}", " ".repeat(OUTBOUND_BYTES_MAX)), OutboundError::TooLong),
        ] {
            assert_eq!(parse(body.as_bytes()), Err(expected), "{body:.60}");
        }
    }
}
