//! Access that people ask for by the form, without an account anywhere. A request is a note for somebody who decides: it
//! grants nothing, and whoever makes one learns nothing of who has access.

use entente_core::{
    access::{Applicant, Domain},
    config::Access,
};
use entente_store::{AccessRequest, RequestLimits, SentMail};
use serde::Serialize;

use super::remedy::{AccessWish, GrantTold, entry};
use crate::{
    Engine, EngineError, apply,
    limits::{FORM_LINE_CHARS_MAX, FORM_MESSAGE_CHARS_MAX, FORM_REQUESTS_HOURLY_MAX, FORM_REQUESTS_OPEN_MAX},
    remedy::rfc_3339,
    worker::Worker,
};

/// What a person wrote into the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormRequest {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// For whom the person works.
    pub company: String,
    /// Anything else.
    pub message: String,
}

/// A request that waits for somebody's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestTold {
    /// What it is named by.
    pub id: String,
    /// The name, as the person wrote it.
    pub name: String,
    /// The address.
    pub email: String,
    /// For whom the person works.
    pub company: String,
    /// What stands beside it.
    pub message: String,
    /// When it was made.
    pub asked: String,
}

/// Which record access is granted from, once somebody has decided so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The kind of source, as the configuration calls it.
    pub source: String,
    /// The record, by its id.
    pub record: String,
    /// The Contact or Lead, by its id; none: whoever has the address of the request.
    pub person: Option<String>,
    /// Whether the person may be of another Account than the record.
    pub anyway: bool,
}

/// Tells whoever answers for portal access of requests that are new, where mail is set up: once each, whatever breaks in
/// between. Who was not told finds them in the list all the same.
pub(super) async fn tell_owner(worker: &Worker, access: &Access) -> Result<(), EngineError> {
    let (Some(owner), Some(evaluations)) = (&access.owner, &access.evaluations) else { return Ok(()) };
    let requests = worker.store().access_requests(&worker.org.name).await?;
    let ids: Vec<String> = requests.iter().map(|request| request.id.clone()).collect();
    let mails = worker.store().mails(&worker.org.name, &ids).await?;
    let now_ms = worker.outside().now_ms();
    for request in &requests {
        let sent = mails.iter().find(|mail| mail.request == request.id);
        if sent.is_some_and(|mail| mail.state != SentMail::PutOff || mail.next_ms > now_ms) {
            continue;
        }
        let AccessRequest { id, email, name, company, message, .. } = request;
        let letter = Applicant { request: id, name, email, company, message }.letter(owner);
        let n_tries = sent.and_then(|mail| u32::try_from(mail.n_tries).ok()).unwrap_or_default();
        apply::delivery::send_once(worker, &evaluations.mail, id, &letter, n_tries).await?;
    }
    Ok(())
}

impl Engine {
    /// Keeps a request for somebody who decides; `false` when there are too many. An address with an open request changes
    /// nothing, and is answered like any other.
    ///
    /// # Errors
    /// The configuration has no form, or what was written cannot be a request.
    pub async fn ask_by_form(&self, written: &FormRequest) -> Result<bool, EngineError> {
        let (worker, access) = self.access()?;
        if !access.request_form {
            return Err(EngineError::Missing("This configuration has no form for requests of access.".to_owned()));
        }
        let email = written.email.trim().to_lowercase();
        if Domain::of_email(&email).is_none() || email.chars().count() > FORM_LINE_CHARS_MAX {
            return Err(EngineError::Unfit("This is no e-mail address; write it like dana@acme.example.".to_owned()));
        }
        let request = AccessRequest {
            id: worker.chance_id(),
            email,
            name: one_line("name", &written.name)?,
            company: one_line("company", &written.company)?,
            message: written.message.trim().chars().take(FORM_MESSAGE_CHARS_MAX).collect(),
            asked_ms: self.inner.outside.now_ms(),
        };
        let limits = RequestLimits { open: FORM_REQUESTS_OPEN_MAX, hourly: FORM_REQUESTS_HOURLY_MAX };
        let is_kept = self.inner.store.keep_access_request(&worker.org.name, &request, limits).await?;
        worker.access_wake.notify_one();
        Ok(is_kept)
    }

    /// The requests that wait for a decision, the oldest first.
    ///
    /// # Errors
    /// The configuration has no portal access, or the store.
    pub async fn access_requests(&self) -> Result<Vec<RequestTold>, EngineError> {
        let (worker, _) = self.access()?;
        Ok(self.inner.store.access_requests(&worker.org.name).await?.into_iter().map(told).collect())
    }

    /// Grants what a request asks for: from here on it is a grant like any other, with its domain still to be allowed.
    ///
    /// # Errors
    /// As [`Engine::request_access`], and there is no such request. The request then stays.
    pub async fn approve_request(&self, id: &str, approval: Approval, by: &str) -> Result<GrantTold, EngineError> {
        let request = self.open_request(id).await?;
        let Approval { source, record, person, anyway } = approval;
        let person = Some(person.unwrap_or_else(|| request.email.clone()));
        let wish = AccessWish { source, record, person, anyway };
        let grant = self.request_access(&wish, by).await?;
        self.decided(&request, &format!("approved, as {}", grant.name), by).await?;
        Ok(grant)
    }

    /// Says no to a request.
    ///
    /// # Errors
    /// There is no such request.
    pub async fn deny_request(&self, id: &str, by: &str) -> Result<RequestTold, EngineError> {
        let request = self.open_request(id).await?;
        self.decided(&request, "denied", by).await?;
        Ok(told(request))
    }

    async fn open_request(&self, id: &str) -> Result<AccessRequest, EngineError> {
        let (worker, _) = self.access()?;
        let open = self.inner.store.access_requests(&worker.org.name).await?;
        let missing = || EngineError::Missing(format!("There is no open request \"{id}\"; somebody may have decided."));
        open.into_iter().find(|request| request.id == id).ok_or_else(missing)
    }

    async fn decided(&self, request: &AccessRequest, what: &str, by: &str) -> Result<(), EngineError> {
        let (worker, _) = self.access()?;
        // By its number only: what the person wrote is forgotten now, and the journal is not.
        let text = format!("The request {} for access was {what}, by {by}", request.id);
        let (org, now_ms) = (&worker.org.name, self.inner.outside.now_ms());
        self.inner.store.end_access_request(org, &request.id, &entry(org, None, text), now_ms).await?;
        Ok(())
    }
}

/// What stands in one line, and in the logs and terminals of others.
fn one_line(what: &str, written: &str) -> Result<String, EngineError> {
    let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || line.chars().count() > FORM_LINE_CHARS_MAX {
        let why = format!("The {what} has between 1 and {FORM_LINE_CHARS_MAX} characters.");
        return Err(EngineError::Unfit(why));
    }
    Ok(line)
}

fn told(request: AccessRequest) -> RequestTold {
    let AccessRequest { id, email, name, company, message, asked_ms } = request;
    RequestTold { id, name, email, company, message, asked: rfc_3339(asked_ms) }
}
