//! Outbound messages: SOAP notifications that a flow sends when a record is made or changed.
//!
//! Vendor page: SOAP API Developer Guide, "Outbound Messaging". They carry the id only, are not signed, come again until
//! they are acknowledged, and never tell of deletions.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::schema::Schema;
use crate::control::Control;
use crate::delivery::{Delivery, Policy};

/// Notifications in one message.
const NOTIFICATIONS_MAX: usize = 100;
/// The vendor tries for 24 hours, with gaps that double up to two hours.
const GAPS_MS: &[u64] = &[
    5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000, 2_560_000, 5_120_000, 7_200_000,
    7_200_000, 7_200_000, 7_200_000, 7_200_000, 7_200_000, 7_200_000, 7_200_000, 7_200_000, 7_200_000,
];
const POLICY: Policy = Policy {
    gaps_ms: GAPS_MS,
    answer_contains: Some("<Ack>true</Ack>"),
    retry_header: None,
    timeout_ms: 60_000,
    tries_again: |_| true,
};

/// Where the changes of an object are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Push {
    pub(super) object: String,
    pub(super) url: String,
}

/// All outbound messages of the org.
#[derive(Clone, Debug, Default)]
pub(super) struct Pushes {
    pub(super) all: Vec<Push>,
    n_notifications: u64,
}

impl Pushes {
    /// Adds an outbound message once.
    pub(super) fn add(&mut self, push: Push) {
        if !self.all.contains(&push) {
            self.all.push(push);
        }
    }

    /// Tells of the records that a transaction touched.
    pub(super) fn send(&mut self, control: &Control, schema: &Schema, org_id: &str, touched: &[(usize, Arc<str>)]) {
        for number in 0..self.all.len() {
            let push = self.all[number].clone();
            let Some(object) = schema.object_at(&push.object) else { continue };
            let mut ids: Vec<&Arc<str>> = touched.iter().filter(|(at, _)| *at == object).map(|(_, id)| id).collect();
            // A record touched twice in a transaction is told once.
            let mut told = std::collections::HashSet::new();
            ids.retain(|id| told.insert(*id));
            for ids in ids.chunks(NOTIFICATIONS_MAX) {
                let body = self.envelope(control, org_id, number, &schema.objects[object].name, ids);
                let headers = vec![
                    ("Content-Type".to_owned(), "text/xml; charset=UTF-8".to_owned()),
                    ("SOAPAction".to_owned(), "\"\"".to_owned()),
                ];
                let body = Bytes::from(body);
                control.outbox().post(Delivery { url: push.url.clone(), headers, body, policy: POLICY, n_attempts: 0 });
            }
        }
    }

    fn envelope(&mut self, control: &Control, org_id: &str, number: usize, object: &str, ids: &[&Arc<str>]) -> String {
        let url = control.base_url();
        let url = quick_xml::escape::escape(&url).into_owned();
        let action = super::id::make("04k", u64::try_from(number).unwrap_or_default() + 1);
        let mut notifications = String::new();
        for id in ids {
            self.n_notifications += 1;
            let notification = super::id::make("04l", self.n_notifications);
            notifications.push_str(&format!(
                "<Notification><Id>{notification}</Id><sObject xsi:type=\"sf:{object}\" \
                 xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\"><sf:Id>{id}</sf:Id></sObject></Notification>"
            ));
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body><notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\">\
             <OrganizationId>{org_id}</OrganizationId><ActionId>{action}</ActionId><SessionId xsi:nil=\"true\"/>\
             <EnterpriseUrl>{url}/services/Soap/c/64.0/{org_id}</EnterpriseUrl>\
             <PartnerUrl>{url}/services/Soap/u/64.0/{org_id}</PartnerUrl>\
             {notifications}</notifications></soapenv:Body></soapenv:Envelope>"
        )
    }
}
