//! Evaluation deliveries: products that are sent to a Lead by mail, together with access to the evaluation desk.
//!
//! [`plan`] looks at one [`Delivery`] and at what became of its access and its mail, and answers with what is to be done
//! next. It is asked again with fresh facts until it has nothing left to say. A delivery has one mail: what was handed to
//! the mail server and not heard of is never handed over again before a person says so.
//!
//! As everywhere in this crate nothing here calls anybody, reads a clock or can fail.

mod letter;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{record::FieldPath, value::Value};

pub use letter::{INSTRUCTIONS, Letter, PRODUCTS};
pub use plan::{DeliveryStep, plan};

/// One delivery, as Salesforce shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What it shows of how far it has come.
    pub shown: DeliveryReport,
    /// The Lead; none if there is none that can be read.
    pub prospect: Option<Prospect>,
    /// What is sent.
    pub products: Vec<EvaluationProduct>,
}

/// How far a delivery has come. The texts that stand for it in Salesforce are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryStatus {
    /// Somebody waits for it.
    Requested,
    /// Somebody of support has to have a look.
    WithSupport,
    /// Support lets it go.
    Approved,
    /// The mail server took the mail.
    Delivered,
    /// It does not go on until somebody requests it again.
    Error,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Requested, Self::WithSupport, Self::Approved, Self::Delivered, Self::Error];

    /// Whether there is something to do for it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Approved)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Error)
    }
}

/// What a delivery shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// How far it has come.
    pub status: DeliveryStatus,
    /// Why it waits or failed, with what to do; empty when there is nothing to say.
    pub reason: String,
    /// What the mail server said when it took the mail; empty as long as it has not.
    pub answer: String,
}

/// A Lead, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Prospect {
    /// How the Lead is called.
    pub name: String,
    /// The address; none if the record has none.
    pub email: Option<String>,
    /// Who has it.
    pub owner: LeadOwner,
    /// The fields that the letter names.
    pub fields: BTreeMap<FieldPath, Value>,
}

/// Who has a Lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadOwner {
    /// Somebody, with an address.
    Person(Option<String>),
    /// Nobody yet.
    Queue,
}

/// A product that can be evaluated. Products are records, so that a new one needs no new version of anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationProduct {
    /// Its name.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
    /// Where it is; may be empty.
    pub url: String,
    /// How to install it; may be empty.
    pub instructions: String,
    /// Whether it can be sent today.
    pub is_active: bool,
}

/// What is known beside the record itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFacts {
    /// Whether access was requested for the Lead, whatever became of that.
    pub has_grant: bool,
    /// What became of the mail.
    pub mail: MailState,
    /// Why Salesforce refused the request for access.
    pub refused: Option<String>,
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It surely has not left, and may leave now.
    Unsent,
    /// It surely has not left, and is tried again later.
    PutOff {
        /// What the server said, or why it was not reached.
        why: String,
    },
    /// It was handed over, and what came of it was never heard.
    Unknown,
    /// The server took it.
    Accepted {
        /// In these words.
        answer: String,
    },
    /// The server refused it for good.
    Refused {
        /// In these words.
        answer: String,
    },
}
