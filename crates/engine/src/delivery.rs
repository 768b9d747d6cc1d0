//! Evaluation deliveries of an org: each open one is brought to where it says it should be.
//!
//! One look reads the open deliveries with their Leads and products, what was requested for these Leads, and what became
//! of their mails; `core::delivery` says what is missing, [`crate::apply::delivery`] does it.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    FieldPath, Value,
    config::{Access, Evaluations},
    delivery::{
        Delivery, DeliveryFacts, DeliveryReport, DeliveryStatus, EvaluationProduct, INSTRUCTIONS, LeadOwner, MailState,
        PRODUCTS, Prospect, plan,
    },
    transform::Template,
};
use entente_salesforce::{Filter, Row as Fields};
use entente_store::{KnownMail, SentMail};

use crate::{
    access::{
        GRANT, Looked,
        grants::{at, text},
        lacking::{self, Lacking},
    },
    apply,
    error::EngineError,
    outside::OrgRow,
    scheme::ENTENTE_KEY,
    worker::Worker,
};

/// The object of the deliveries.
pub(crate) const DELIVERY: &str = "Evaluation_List__c";
const TARGET: &str = "Target_Product__c";

/// Fields of a delivery.
pub(crate) const STATUS: &str = "Status__c";
pub(crate) const REASON: &str = "Reason__c";
pub(crate) const MAIL_ANSWER: &str = "Mail_Answer__c";
pub(crate) const FINISHED_AT: &str = "Finished_At__c";
const LEAD: &str = "Lead__c";
const LIST: &str = "Evaluation_List__c";
const PRODUCT: &str = "Evaluation_Product__c";
/// What is read of a product.
const PRODUCT_FIELDS: [&str; 5] = ["Name", "Active__c", "Version__c", "Download_URL__c", "Instructions__c"];

/// The objects of deliveries, with what is read of each and what is changed.
pub(crate) fn needed_fields() -> [(&'static str, &'static [&'static str], &'static [&'static str]); 3] {
    const CHANGED: &[&str] = &[STATUS, REASON, MAIL_ANSWER, FINISHED_AT];
    [
        (DELIVERY, &[STATUS, REASON, MAIL_ANSWER, FINISHED_AT, LEAD], CHANGED),
        (TARGET, &[LIST, PRODUCT], &[]),
        (PRODUCT, &PRODUCT_FIELDS, &[]),
    ]
}

/// Ids of queues begin with this: <https://help.salesforce.com/s/articleView?id=000385203>.
const QUEUE_PREFIX: &str = "00G";

/// More steps than any delivery has.
const STEPS_MAX: usize = 8;

/// A delivery with what is known of it.
pub(crate) struct Open {
    pub(crate) id: String,
    /// The number that people see.
    pub(crate) name: String,
    pub(crate) lead: Option<String>,
    pub(crate) delivery: Delivery,
    pub(crate) facts: DeliveryFacts,
    /// How often its mail was put off.
    pub(crate) n_tries: u32,
}

/// One look at the open deliveries. What cannot be finished now is looked at again with the next one.
pub(crate) async fn once(worker: &Worker, access: &Access) -> Result<Looked, EngineError> {
    let mut looked = Looked::default();
    let Some(evaluations) = &access.evaluations else { return Ok(looked) };
    let lacking = of_source(worker, access, evaluations).await?;
    for mut open in read(worker, access, evaluations).await? {
        let mut reason = lacking.clone();
        if lacking.is_none()
            && let Err(error) = finish(worker, access, evaluations, &mut open).await
        {
            if let EngineError::Store(_) = error {
                return Err(error);
            }
            tracing::warn!(org = worker.org.name, "Delivery {} waits: {error}", open.name);
            reason = Some(error.to_string());
        }
        let shown = &open.delivery.shown;
        if shown.status.is_open() {
            looked.waiting.add(&open.id, &format!("delivery {}", open.name), reason.as_ref().unwrap_or(&shown.reason));
        }
        looked.seen.insert(open.id);
    }
    Ok(looked)
}

/// Why nobody can be given access together with a delivery.
async fn of_source(worker: &Worker, access: &Access, evaluations: &Evaluations) -> Result<Option<String>, EngineError> {
    let Some(source) = access.source(&evaluations.source) else { return Ok(None) };
    Ok(lacking::of_source(&worker.org, source).await?.first().map(Lacking::sentence))
}

async fn finish(
    worker: &Worker,
    access: &Access,
    evaluations: &Evaluations,
    open: &mut Open,
) -> Result<(), EngineError> {
    for _ in 0..STEPS_MAX {
        let steps = plan(evaluations, &open.delivery, &open.facts);
        if steps.is_empty() {
            return Ok(());
        }
        for step in &steps {
            apply::delivery::step(worker, access, evaluations, open, step).await?;
        }
    }
    Err(EngineError::Defect(format!("delivery {} does not come to rest", open.name)))
}

async fn read(worker: &Worker, access: &Access, evaluations: &Evaluations) -> Result<Vec<Open>, EngineError> {
    let org = &worker.org;
    let texts = [DeliveryStatus::Requested, DeliveryStatus::Approved].map(|status| evaluations.texts.of(status));
    let filter = Filter::is_in(STATUS, texts);
    // A letter whose fields are not all there is not sent, so that none of them is read.
    let lacks = lacking::of_letter(org, evaluations).await?.first().map(Lacking::sentence);
    let letter: BTreeSet<String> = match lacks {
        Some(_) => BTreeSet::new(),
        None => [&evaluations.subject, &evaluations.body].into_iter().flat_map(letter_fields).collect(),
    };
    let mut rows = org.find(DELIVERY, &paths(&letter), filter).await.map_err(EngineError::peer(&org.name))?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    rows.sort_by(|a, b| (a.text("CreatedDate"), &a.id).cmp(&(b.text("CreatedDate"), &b.id)));
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut products = products(worker, &ids).await?;
    let granted = granted(worker, access, &rows).await?;
    let mails = worker.store().mails(&org.name, &ids).await?;
    let now_ms = worker.outside().now_ms();
    let open = |row: OrgRow| {
        let lead = text(&row.fields, LEAD);
        let mail = mails.iter().find(|mail| mail.request == row.id);
        Open {
            name: text(&row.fields, "Name").unwrap_or_default(),
            delivery: Delivery {
                shown: shown(evaluations, &row.fields),
                prospect: prospect(&letter, &row.fields),
                products: products.remove(&row.id).unwrap_or_default(),
            },
            facts: DeliveryFacts {
                has_grant: lead.as_ref().is_some_and(|lead| granted.contains(&grant_key(lead))),
                mail: held_up(mail.map_or(MailState::Unsent, |mail| mail_state(mail, now_ms)), lacks.as_ref()),
                refused: None,
            },
            n_tries: mail.and_then(|mail| u32::try_from(mail.n_tries).ok()).unwrap_or_default(),
            lead,
            id: row.id,
        }
    };
    Ok(rows.into_iter().map(open).collect())
}

/// What may not leave now, because it cannot be written.
fn held_up(mail: MailState, lacks: Option<&String>) -> MailState {
    match (mail, lacks) {
        (MailState::Unsent | MailState::PutOff { .. }, Some(why)) => MailState::PutOff { why: why.clone() },
        (mail, _) => mail,
    }
}

fn paths(letter: &BTreeSet<String>) -> Vec<String> {
    let own = ["Id", "Name", "CreatedDate", STATUS, REASON, MAIL_ANSWER, LEAD].map(str::to_owned);
    let lead = ["Name", "Email", "OwnerId", "Owner.Email"].map(str::to_owned);
    let lead = lead.into_iter().chain(letter.iter().cloned()).map(|field| format!("Lead__r.{field}"));
    own.into_iter().chain(lead).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What a letter names beside fields of the Lead.
pub(crate) const LETTER_WORDS: [&str; 2] = [PRODUCTS, INSTRUCTIONS];

/// Fields of the Lead that a part of the letter names.
pub(crate) fn letter_fields(template: &Template) -> impl Iterator<Item = String> {
    let named = template.fields().map(ToString::to_string);
    named.filter(|field| !LETTER_WORDS.contains(&field.as_str()))
}

fn shown(evaluations: &Evaluations, fields: &Fields) -> DeliveryReport {
    let status = text(fields, STATUS).and_then(|status| evaluations.texts.status(&status));
    DeliveryReport {
        status: status.unwrap_or(DeliveryStatus::Requested),
        reason: text(fields, REASON).unwrap_or_default(),
        answer: text(fields, MAIL_ANSWER).unwrap_or_default(),
    }
}

fn prospect(letter: &BTreeSet<String>, fields: &Fields) -> Option<Prospect> {
    let of_lead = |field: &str| text(fields, &format!("Lead__r.{field}"));
    let queued = of_lead("OwnerId").is_some_and(|owner| owner.starts_with(QUEUE_PREFIX));
    let value = |field: &String| {
        let value = of_lead(field).map_or(Value::Empty, |text| Value::text(&text));
        (FieldPath::new(field.clone()), value)
    };
    Some(Prospect {
        name: of_lead("Name")?,
        email: of_lead("Email"),
        owner: if queued { LeadOwner::Queue } else { LeadOwner::Person(of_lead("Owner.Email")) },
        fields: letter.iter().map(value).collect(),
    })
}

/// What each delivery sends.
async fn products(worker: &Worker, ids: &[String]) -> Result<BTreeMap<String, Vec<EvaluationProduct>>, EngineError> {
    let fields = PRODUCT_FIELDS.map(|field| format!("Evaluation_Product__r.{field}"));
    let paths: Vec<String> = ["Id", LIST, "CreatedDate"].map(str::to_owned).into_iter().chain(fields).collect();
    let filter = Filter::is_in(LIST, ids.iter().map(String::as_str));
    let mut rows = worker.org.find(TARGET, &paths, filter).await.map_err(EngineError::peer(&worker.org.name))?;
    rows.sort_by(|a, b| (a.text("CreatedDate"), &a.id).cmp(&(b.text("CreatedDate"), &b.id)));
    let mut products: BTreeMap<String, Vec<EvaluationProduct>> = BTreeMap::new();
    for row in &rows {
        let of = |field: &str| text(&row.fields, &format!("Evaluation_Product__r.{field}")).unwrap_or_default();
        let Some(list) = text(&row.fields, LIST) else { continue };
        products.entry(list).or_default().push(EvaluationProduct {
            name: of("Name"),
            version: of("Version__c"),
            url: of("Download_URL__c"),
            instructions: of("Instructions__c"),
            is_active: at(&row.fields, "Evaluation_Product__r.Active__c").is_some_and(|flag| flag == true),
        });
    }
    Ok(products)
}

/// The keys of grants that were requested for these Leads.
async fn granted(worker: &Worker, access: &Access, rows: &[OrgRow]) -> Result<BTreeSet<String>, EngineError> {
    let keys: BTreeSet<String> =
        rows.iter().filter_map(|row| text(&row.fields, LEAD)).map(|lead| grant_key(&lead)).collect();
    if keys.is_empty() || access.sources.is_empty() {
        return Ok(BTreeSet::new());
    }
    let filter = Filter::is_in(ENTENTE_KEY, keys.iter().map(String::as_str));
    let found = worker.org.find(GRANT, &["Id".to_owned(), ENTENTE_KEY.to_owned()], filter).await;
    let found = found.map_err(EngineError::peer(&worker.org.name))?;
    Ok(found.iter().filter_map(|row| text(&row.fields, ENTENTE_KEY)).collect())
}

/// A Lead is the source and the person.
fn grant_key(lead: &str) -> String {
    format!("{lead}-{lead}")
}

fn mail_state(mail: &KnownMail, now_ms: i64) -> MailState {
    let answer = mail.answer.clone();
    match mail.state {
        SentMail::Unheard => MailState::Unknown,
        SentMail::PutOff if mail.next_ms <= now_ms => MailState::Unsent,
        SentMail::PutOff => MailState::PutOff { why: answer },
        SentMail::Accepted => MailState::Accepted { answer },
        SentMail::Refused => MailState::Refused { answer },
    }
}
