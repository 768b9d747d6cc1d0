//! Steps of deliveries, carried out. A mail is announced before it is handed over, and handed over once.

use entente_core::{
    config::{Access, Evaluations, MailServer},
    delivery::{DeliveryReport, DeliveryStatus, DeliveryStep, Letter, MailState},
};
use entente_store::{NewEntry, SentMail};
use entente_transport::CallError;
use serde_json::json;

use super::access::fields;
use crate::{
    delivery::{self, DELIVERY, Open},
    error::EngineError,
    limits::BACKOFF_FIRST_MS,
    outside::{Handed, OwnUpdate},
    worker::Worker,
};

/// Carries out one step of a delivery's plan.
pub(crate) async fn step(
    worker: &Worker,
    access: &Access,
    evaluations: &Evaluations,
    open: &mut Open,
    step: &DeliveryStep,
) -> Result<(), EngineError> {
    // Whoever has lost the lease writes nothing more.
    worker.fence()?;
    match step {
        DeliveryStep::RequestAccess => request_access(worker, access, evaluations, open).await,
        DeliveryStep::Mail(letter) => mail(worker, evaluations, open, letter).await,
        DeliveryStep::Report(report) => show(worker, evaluations, open, report).await,
    }
}

async fn request_access(
    worker: &Worker,
    access: &Access,
    evaluations: &Evaluations,
    open: &mut Open,
) -> Result<(), EngineError> {
    let (Some(source), Some(lead)) = (access.source(&evaluations.source), &open.lead) else {
        return Err(EngineError::Defect("a delivery without a Lead or a source wants access".to_owned()));
    };
    match super::access::request(worker, access, source, lead, lead).await {
        Ok(_) => open.facts.has_grant = true,
        Err(EngineError::Peer { error: error @ (CallError::Invalid { .. } | CallError::Denied { .. }), .. }) => {
            open.facts.refused = Some(error.to_string());
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn mail(worker: &Worker, evaluations: &Evaluations, open: &mut Open, letter: &Letter) -> Result<(), EngineError> {
    open.facts.mail = send_once(worker, &evaluations.mail, &open.id, letter, open.n_tries).await?;
    Ok(())
}

/// Hands over the mail of a request, unless that was done before; what became of it.
pub(crate) async fn send_once(
    worker: &Worker,
    server: &MailServer,
    request: &str,
    letter: &Letter,
    n_tries: u32,
) -> Result<MailState, EngineError> {
    let (store, outside) = (worker.store(), worker.outside());
    if !store.announce_mail(&worker.fence()?, request, outside.now_ms()).await? {
        return Ok(MailState::Unknown);
    }
    worker.renew().await?;
    let handed = outside.hand_over(server, letter, &format!("entente-{request}")).await;
    let next_ms = outside.now_ms() + worker.backoff_ms(n_tries, BACKOFF_FIRST_MS);
    let (state, known, said) = match handed {
        Handed::Accepted(answer) => (SentMail::Accepted, MailState::Accepted { answer: answer.clone() }, answer),
        Handed::Refused(answer) => (SentMail::Refused, MailState::Refused { answer: answer.clone() }, answer),
        Handed::NotYet(why) => (SentMail::PutOff, MailState::PutOff { why: why.clone() }, why),
        Handed::Unheard => (SentMail::Unheard, MailState::Unknown, String::new()),
    };
    store.settle_mail(&worker.fence()?, request, state, &said, next_ms).await?;
    Ok(known)
}

async fn show(
    worker: &Worker,
    evaluations: &Evaluations,
    open: &mut Open,
    report: &DeliveryReport,
) -> Result<(), EngineError> {
    let org = &worker.org;
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let finished = report.status.is_final().then(|| worker.outside().clock.now().to_string());
    let update = OwnUpdate {
        id: open.id.clone(),
        fields: fields(json!({
            delivery::STATUS: evaluations.texts.of(report.status),
            delivery::REASON: said(&report.reason),
            delivery::MAIL_ANSWER: said(&report.answer),
            delivery::FINISHED_AT: finished,
        })),
    };
    let updated: Result<(), CallError> = org.update_own(DELIVERY, vec![update]).await.into_iter().collect();
    updated.map_err(EngineError::peer(&org.name))?;
    open.delivery.shown = report.clone();
    if report.status == DeliveryStatus::Error {
        // In this order: after a crash in between, a person asks twice; in the other one, nobody would be asked.
        worker.store().forget_mail(&worker.fence()?, &open.id).await?;
    }
    if report.status.is_final() {
        worker.store().journal(&[entry(worker, evaluations, open)], worker.outside().now_ms()).await?;
    }
    Ok(())
}

fn entry(worker: &Worker, evaluations: &Evaluations, open: &Open) -> NewEntry {
    let DeliveryReport { status, reason, answer } = &open.delivery.shown;
    let what = if reason.is_empty() { answer } else { reason };
    NewEntry {
        kind: "delivery".to_owned(),
        org: Some(worker.org.name.clone()),
        record_id: Some(open.id.clone()),
        text: format!("{}: {}: {what}", open.name, evaluations.texts.of(*status)),
        ..NewEntry::default()
    }
}
