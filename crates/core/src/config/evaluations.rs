//! Evaluations: what is sent to a Lead, by which mail server, and in which words that is told.

use crate::{config::Secret, delivery::DeliveryStatus, transform::Template};

/// What is under `access: evaluations:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluations {
    /// The access source whose records are the Leads.
    pub source: String,
    /// Whether somebody of support has a look before the mail leaves.
    pub by_support: bool,
    /// Who is copied when a queue owns the Lead.
    pub queue_copy: String,
    /// The subject, with fields of the Lead and `{products}`.
    pub subject: Template,
    /// The text, with the same and `{instructions}`.
    pub body: Template,
    /// By which server.
    pub mail: MailServer,
    /// The words for a delivery's status.
    pub texts: DeliveryTexts,
}

/// A mail server and who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub protection: Protection,
    /// Who signs in, and with what; none: nobody does.
    pub login: Option<(String, Secret)>,
    /// The sender, as the recipient sees it.
    pub from: String,
}

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protection {
    /// By TLS from the first byte on.
    #[default]
    Tls,
    /// By TLS before anything is said that matters.
    StartTls,
    /// Not at all: the server is on this machine.
    None,
}

/// The words for a delivery's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryTexts {
    /// Somebody waits for it.
    pub requested: String,
    /// Support has to have a look.
    pub with_support: String,
    /// Support had one.
    pub approved: String,
    /// The mail server took the mail.
    pub delivered: String,
    /// It failed.
    pub error: String,
}

impl Default for DeliveryTexts {
    fn default() -> Self {
        Self {
            requested: "Requested".to_owned(),
            with_support: "With Support".to_owned(),
            approved: "Approved".to_owned(),
            delivered: "Delivered".to_owned(),
            error: "Error".to_owned(),
        }
    }
}

impl DeliveryTexts {
    /// The word for a status.
    #[must_use]
    pub fn of(&self, status: DeliveryStatus) -> &str {
        match status {
            DeliveryStatus::Requested => &self.requested,
            DeliveryStatus::WithSupport => &self.with_support,
            DeliveryStatus::Approved => &self.approved,
            DeliveryStatus::Delivered => &self.delivered,
            DeliveryStatus::Error => &self.error,
        }
    }

    /// The status that a word stands for; none for a word of somebody else's, such as Draft.
    #[must_use]
    pub fn status(&self, text: &str) -> Option<DeliveryStatus> {
        DeliveryStatus::ALL.into_iter().find(|status| self.of(*status).eq_ignore_ascii_case(text))
    }
}
