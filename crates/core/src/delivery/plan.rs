//! What is to be done next for one delivery.

use super::{Delivery, DeliveryFacts, DeliveryReport, DeliveryStatus, EvaluationProduct, Letter, MailState};
use crate::{access::Domain, config::Evaluations};

/// A reason and an answer are fields of 255 characters.
const SHOWN_CHARS_MAX: usize = 255;

/// One thing to do, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryStep {
    /// Request access to the evaluation desk for the Lead, unless it was requested before.
    RequestAccess,
    /// Send the mail.
    Mail(Letter),
    /// Show on the record how far it has come.
    Report(DeliveryReport),
}

/// What is to be done next: nothing, once the record shows what is true. Access comes first and does not depend on the
/// mail.
#[must_use]
pub fn plan(evaluations: &Evaluations, delivery: &Delivery, facts: &DeliveryFacts) -> Vec<DeliveryStep> {
    if !delivery.shown.status.is_open() {
        return Vec::new();
    }
    let letter = match letter(evaluations, delivery) {
        Ok(letter) => letter,
        Err(step) => return step.into_iter().collect(),
    };
    if let Some(words) = &facts.refused {
        let reason = format!("Requesting access for the Lead was refused: {words}. Mend that, then request again.");
        return report(delivery, DeliveryStatus::Error, &reason, "");
    }
    if !facts.has_grant {
        return vec![DeliveryStep::RequestAccess];
    }
    if evaluations.by_support && delivery.shown.status == DeliveryStatus::Requested && !facts.mail.has_left() {
        let reason = format!(
            "Waits for support: look at it, then set the status to {}.",
            evaluations.texts.of(DeliveryStatus::Approved)
        );
        return report(delivery, DeliveryStatus::WithSupport, &reason, "");
    }
    send(delivery, letter, &facts.mail)
}

impl MailState {
    fn has_left(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

fn send(delivery: &Delivery, letter: Letter, mail: &MailState) -> Vec<DeliveryStep> {
    match mail {
        MailState::Unsent => vec![DeliveryStep::Mail(letter)],
        MailState::PutOff { why } => {
            let reason = format!("The mail has not left yet and is tried again by itself: {why}");
            report(delivery, delivery.shown.status, &reason, "")
        }
        MailState::Unknown => {
            let reason = "The mail server was handed the mail and did not answer, so the Lead may or may not have it. Ask; \
                          requesting again sends it once more.";
            report(delivery, DeliveryStatus::Error, reason, "")
        }
        MailState::Accepted { answer } => report(delivery, DeliveryStatus::Delivered, "", answer),
        MailState::Refused { answer } => {
            let reason = format!("The mail server refused the mail: {answer}. Mend the address, then request again.");
            report(delivery, DeliveryStatus::Error, &reason, "")
        }
    }
}

/// The mail, or why there is none.
fn letter(evaluations: &Evaluations, delivery: &Delivery) -> Result<Letter, Option<DeliveryStep>> {
    let error = |reason: String| Err(report(delivery, DeliveryStatus::Error, &reason, "").pop());
    let Some(prospect) = &delivery.prospect else {
        return error(
            "The Lead cannot be read; name one that the integration user sees, then request again.".to_owned(),
        );
    };
    let Some(email) = prospect.email.as_ref().filter(|email| Domain::of_email(email).is_some()) else {
        return error(format!("{} has no usable e-mail address; enter one, then request again.", prospect.name));
    };
    if delivery.products.is_empty() {
        let reason = "Waits for a product: add at least one Target Product.";
        return Err(report(delivery, delivery.shown.status, reason, "").pop());
    }
    let resting: Vec<&str> = delivery.products.iter().filter(|p| !p.is_active).map(EvaluationProduct::name).collect();
    if !resting.is_empty() {
        return error(format!("{} cannot be sent today; take it out, then request again.", resting.join(", ")));
    }
    Ok(Letter::to(evaluations, prospect, email, &delivery.products))
}

fn report(delivery: &Delivery, status: DeliveryStatus, reason: &str, answer: &str) -> Vec<DeliveryStep> {
    let shown = |text: &str| text.chars().take(SHOWN_CHARS_MAX).collect::<String>().trim().to_owned();
    let report = DeliveryReport { status, reason: shown(reason), answer: shown(answer) };
    if delivery.shown == report { Vec::new() } else { vec![DeliveryStep::Report(report)] }
}
