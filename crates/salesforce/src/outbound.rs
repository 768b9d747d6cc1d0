//! Outbound messages: the org says by SOAP that records changed.
//!
//! Only ids, the object's name and the record's stamp are read: a message is a hint, out of order and perhaps doubled,
//! and nothing signs it. The org repeats a message until it is answered with [`ACK`].
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_understanding.htm>

use jiff::Timestamp;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use thiserror::Error;

use crate::limits::{OUTBOUND_BYTES_MAX, OUTBOUND_DEPTH_MAX, OUTBOUND_NOTIFICATIONS_MAX};
use crate::{RecordId, datetime};

/// The answer to a message that was taken; anything else makes the org send it again, for 24 hours.
pub const ACK: &str = concat!(
    "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>",
    "<notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>",
    "</soapenv:Body></soapenv:Envelope>"
);

/// One message of the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// The org that sends it.
    pub organization: RecordId,
    /// The action that was set up to send it, as it came: nothing depends on it.
    pub action: String,
    /// What it tells, 1 to 100.
    pub notifications: Vec<Notification>,
}

/// One record that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The notification itself, as it came; a repeated one has the same id.
    pub id: String,
    /// The object's API name.
    pub object: String,
    /// The record.
    pub record: RecordId,
    /// The record's `SystemModstamp`, if the admin put it into the message.
    pub version: Option<Timestamp>,
}

/// Why a body is no outbound message, and no callout either.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// Longer than anything the org sends.
    #[error("the message is longer than {OUTBOUND_BYTES_MAX} bytes")]
    TooLong,
    /// Not well-formed, or nested deeper than anything the org sends.
    #[error("the message is not well-formed XML")]
    Xml,
    /// No callout's JSON.
    #[error("the callout is not JSON with exactly organization, object and record, each a text")]
    Json,
    /// A document type, which the org never sends; refused because entities can be made to explode.
    #[error("the message has a document type")]
    DocumentType,
    /// Something that belongs to every message is missing or no id.
    #[error("the message lacks a usable {0}")]
    Missing(&'static str),
}

/// Reads a message.
pub fn parse(body: &[u8]) -> Result<OutboundMessage, OutboundError> {
    if body.len() > OUTBOUND_BYTES_MAX {
        return Err(OutboundError::TooLong);
    }
    let text = std::str::from_utf8(body).map_err(|_| OutboundError::Xml)?;
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(|_| OutboundError::Xml)? {
            Event::Start(start) => reading.open(&start)?,
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close();
            }
            Event::End(_) => reading.close(),
            // Ids hold no references; those of other fields may stay as they are.
            Event::Text(piece) => reading.text.push_str(&piece.xml10_content()),
            Event::DocType(_) => return Err(OutboundError::DocumentType),
            Event::Eof => break,
            _ => {}
        }
    }
    if !reading.path.is_empty() {
        return Err(OutboundError::Xml);
    }
    reading.finish()
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    /// The local names of the open elements.
    path: Vec<String>,
    text: String,
    organization: String,
    action: String,
    current: Draft,
    drafts: Vec<Draft>,
}

#[derive(Default)]
struct Draft {
    id: String,
    object: String,
    record: String,
    version: String,
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), OutboundError> {
        if self.path.len() >= OUTBOUND_DEPTH_MAX {
            return Err(OutboundError::Xml);
        }
        let name = start.local_name().as_ref().to_owned();
        match name.as_str() {
            "Notification" => self.current = Draft::default(),
            "sObject" => self.current.object = object_of(start).unwrap_or_default(),
            _ => {}
        }
        self.text.clear();
        self.path.push(name);
        Ok(())
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim().to_owned();
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [.., "notifications", "OrganizationId"] => self.organization = text,
            [.., "notifications", "ActionId"] => self.action = text,
            [.., "notifications", "Notification", "Id"] => self.current.id = text,
            [.., "Notification", "sObject", "Id"] => self.current.record = text,
            [.., "Notification", "sObject", "SystemModstamp"] => self.current.version = text,
            [.., "notifications", "Notification"] => self.drafts.push(std::mem::take(&mut self.current)),
            _ => {}
        }
        self.path.pop();
    }

    fn finish(self) -> Result<OutboundMessage, OutboundError> {
        if self.drafts.is_empty() || self.drafts.len() > OUTBOUND_NOTIFICATIONS_MAX {
            return Err(OutboundError::Missing("number of notifications"));
        }
        Ok(OutboundMessage {
            organization: id(&self.organization, "OrganizationId")?,
            action: self.action,
            notifications: self.drafts.into_iter().map(Draft::finish).collect::<Result<_, _>>()?,
        })
    }
}

impl Draft {
    fn finish(self) -> Result<Notification, OutboundError> {
        Ok(Notification {
            id: self.id,
            record: id(&self.record, "record id")?,
            version: datetime::parse(&self.version),
            object: checked_object(self.object)?,
        })
    }
}

pub(crate) fn checked_object(name: String) -> Result<String, OutboundError> {
    crate::client::name(&name).map_err(|_| OutboundError::Missing("object name"))?;
    Ok(name)
}

pub(crate) fn id(text: &str, what: &'static str) -> Result<RecordId, OutboundError> {
    RecordId::parse(text).map_err(|_| OutboundError::Missing(what))
}

/// The object in `xsi:type="sf:Case"`.
fn object_of(start: &BytesStart<'_>) -> Option<String> {
    let attribute = start.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == "type")?;
    attribute.value.rsplit(':').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(notifications: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>\
             <notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\">\
             <OrganizationId>00Dxx0000001gPLEAY</OrganizationId><ActionId>04kxx0000000001AAA</ActionId>\
             <SessionId xsi:nil=\"true\"/><EnterpriseUrl>https://acme.my.salesforce.com/</EnterpriseUrl>{notifications}\
             </notifications></soapenv:Body></soapenv:Envelope>"
        )
    }

    fn notification(id: &str, fields: &str) -> String {
        format!(
            "<Notification><Id>{id}</Id><sObject xsi:type=\"sf:Case\" \
             xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">{fields}</sObject></Notification>"
        )
    }

    const CASE: &str = "<sf:Id>500410000021Zt4AAE</sf:Id>";
    const NOTE: &str = "04l0800002nrC5BAAU";

    #[test]
    fn a_message_names_its_records() {
        let stamped = format!(
            "{CASE}<sf:SystemModstamp>2026-01-02T03:04:05.000Z</sf:SystemModstamp><sf:Subject>a &amp; b</sf:Subject>"
        );
        let text = message(&[notification(NOTE, CASE), notification(NOTE, &stamped)].concat());
        let parsed = parse(text.as_bytes()).expect("a message");
        assert_eq!(parsed.organization.as_str(), "00Dxx0000001gPLEAY");
        assert_eq!(parsed.action, "04kxx0000000001AAA");
        let seen: Vec<_> =
            parsed.notifications.iter().map(|n| (n.object.as_str(), n.record.as_str(), n.version.is_some())).collect();
        assert_eq!(seen, [("Case", "500410000021Zt4AAE", false), ("Case", "500410000021Zt4AAE", true)]);
        assert_eq!(parsed.notifications[0].id, NOTE);
    }

    #[test]
    fn a_record_inside_a_record_does_not_lend_its_id() {
        let nested = format!("{CASE}<sf:Account><sf:Id>0015f00002J9YYEAA3</sf:Id></sf:Account>");
        let parsed = parse(message(&notification(NOTE, &nested)).as_bytes()).expect("a message");
        assert_eq!(parsed.notifications[0].record.as_str(), "500410000021Zt4AAE");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let one = notification(NOTE, CASE);
        let table = [
            (String::new(), OutboundError::Missing("number of notifications")),
            ("{}".to_owned(), OutboundError::Missing("number of notifications")),
            (message(""), OutboundError::Missing("number of notifications")),
            (message(&one.repeat(101)), OutboundError::Missing("number of notifications")),
            (message(&one).replace("00Dxx0000001gPLEAY", ""), OutboundError::Missing("OrganizationId")),
            (message(&notification(NOTE, "")), OutboundError::Missing("record id")),
            (message(&one).replace("sf:Case\"", "sf:Case; DROP\""), OutboundError::Missing("object name")),
            (message(&one).replace("</soapenv:Envelope>", ""), OutboundError::Xml),
            (message(&one).replace("</Notification>", "</Wrong>"), OutboundError::Xml),
            ("<a>".repeat(50), OutboundError::Xml),
            ("<a/>".repeat(OUTBOUND_BYTES_MAX / 4 + 1), OutboundError::TooLong),
            (format!("<!DOCTYPE a [<!ENTITY b \"{}\">]>{}", "c".repeat(9), message(&one)), OutboundError::DocumentType),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text.as_bytes()), Err(expected), "{}", text.chars().take(300).collect::<String>());
        }
        assert_eq!(parse(&[0xff, 0xfe]), Err(OutboundError::Xml));
    }

    #[test]
    fn the_answer_is_well_formed() {
        let mut reader = Reader::from_str(ACK);
        let mut acknowledged = false;
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Text(text) => acknowledged = text.as_ref() == "true",
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(acknowledged);
    }
}
