//! The site itself: its memory behind one lock, and how a call becomes an answer.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use rand::SeedableRng as _;
use serde::Deserialize as _;
use serde_json::Value;

use super::answer::Answer;
use super::contents::Contents;
use super::rates::{Headers, Rates, reset_at};
use super::session::{Call, Session};
use super::{auth, catalogue, desk, people, routes, seed};
use crate::control::{Control, Side};
use crate::seed::{Dice, Seed};

/// Answers one call, with the whole site in its hands.
pub(crate) type Handler = fn(&mut Session<'_>) -> Answer;

/// A Jira Cloud site.
#[derive(Debug)]
pub struct Site {
    control: Arc<Control>,
    contents: Mutex<Contents>,
    rates: Mutex<Rates>,
    knobs: Mutex<Knobs>,
}

/// What the control door can turn, and a snapshot does not keep.
#[derive(Debug, Clone, Default)]
pub(crate) struct Knobs {
    /// How long the search index takes to see a change.
    pub(crate) index_lag_ms: i64,
    /// `POST /issueLink` takes `outwardIssue` as the source, which some of the vendor's pages say.
    pub(crate) outward_is_source: bool,
}

/// Ids of things made at run time start here, above everything that a world begins with.
const FIRST_FREE_ID: u64 = 20_000;

impl Site {
    /// A site with its founding configuration and no issues.
    pub fn new(control: Arc<Control>) -> Arc<Self> {
        let site = Self::of(control, founding(), Knobs::default());
        site.control.stand_beside(site.clone());
        site
    }

    fn of(control: Arc<Control>, contents: Contents, knobs: Knobs) -> Arc<Self> {
        let (contents, knobs) = (Mutex::new(contents), Mutex::new(knobs));
        Arc::new(Self { control, contents, rates: Mutex::default(), knobs })
    }

    /// The control that stands beside it.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// Everything it remembers, as JSON.
    pub fn save(&self) -> Value {
        serde_json::to_value(&*self.contents.lock()).unwrap_or_default()
    }

    /// Replaces everything it remembers by what [`Site::save`] returned.
    ///
    /// # Errors
    /// A sentence that says why the value is not a snapshot; the site then stays as it was.
    pub fn load(&self, saved: &Value) -> Result<(), String> {
        let mut contents: Contents =
            Contents::deserialize(saved).map_err(|e| format!("The Jira part of the snapshot cannot be read: {e}"))?;
        contents.reindex();
        *self.contents.lock() = contents;
        Ok(())
    }

    /// Adds issues in the shape of a search answer, with the projects, people and configuration they speak of.
    /// Returns a sentence for everything that could not be taken as it stands.
    pub fn import(&self, issues: &Value) -> Vec<String> {
        super::import::import(&mut self.contents.lock(), issues, self.control.clock().now_ms())
    }

    /// The ids of all its issues, for those who look at it from outside.
    pub fn issue_ids(&self) -> Vec<String> {
        self.contents.lock().issues.keys().map(u64::to_string).collect()
    }

    pub(crate) fn contents(&self) -> &Mutex<Contents> {
        &self.contents
    }

    pub(crate) fn rates(&self) -> &Mutex<Rates> {
        &self.rates
    }

    pub(crate) fn knobs(&self) -> &Mutex<Knobs> {
        &self.knobs
    }

    /// Who calls, whether they call too often, and then the handler.
    pub(crate) fn answer(&self, call: &Call, handler: Handler) -> Response {
        self.answer_with(call, handler)
    }

    /// The same for a handler that brings something along.
    pub(crate) fn answer_with(&self, call: &Call, handler: impl FnOnce(&mut Session<'_>) -> Answer) -> Response {
        let now = call.back_dated_ms.unwrap_or_else(|| self.control.clock().now_ms());
        let mut contents = self.contents.lock();
        let known = auth::caller(&contents, call, now);
        let failed_login = matches!(&known, Ok(caller) if caller.failed);
        let mut told = Headers::new();
        let outcome = known.and_then(|caller| {
            told = self.rates.lock().admit(call, &contents, now)?;
            handler(&mut Session::new(self, &mut contents, call, caller, now))
        });
        let mut response = match outcome {
            Ok(reply) => reply.into_response(),
            Err(refusal) => refusal.into_response_at(&call.path),
        };
        for (name, value) in told {
            response
                .headers_mut()
                .extend(HeaderValue::try_from(value).map(|value| (HeaderName::from_static(name), value)));
        }
        self.sign(&mut response);
        if failed_login {
            response.headers_mut().insert("x-seraph-loginreason", HeaderValue::from_static("AUTHENTICATED_FAILED"));
        }
        response
    }
}

fn trace_id() -> HeaderValue {
    HeaderValue::from_str(&uuid::Uuid::now_v7().simple().to_string()).unwrap_or(HeaderValue::from_static("0"))
}

impl Side for Site {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn reset(&self, seed: Seed, seed_number: u64, _records: Option<usize>) {
        *self.contents.lock() = founding();
        *self.rates.lock() = Rates::default();
        *self.knobs.lock() = Knobs::default();
        if seed == Seed::Demo {
            seed::seed_demo(self, &mut Dice::seed_from_u64(seed_number));
        }
    }

    fn copy(&self) -> Router {
        let (contents, knobs) = (self.contents.lock().clone(), self.knobs.lock().clone());
        routes::router(&Self::of(self.control.beside_copy(), contents, knobs))
    }

    fn sign(&self, response: &mut Response) {
        let is_limited = response.status() == StatusCode::TOO_MANY_REQUESTS;
        let headers = response.headers_mut();
        headers.insert("atl-traceid", trace_id());
        let wait = headers.get("retry-after").and_then(|wait| wait.to_str().ok()?.parse().ok());
        // A fault says how long to wait; until when that is, only the clock knows.
        if let (Some(seconds), true) = (wait, is_limited && !headers.contains_key("x-ratelimit-reset")) {
            let reset = HeaderValue::try_from(reset_at(self.control.clock().now_ms(), seconds));
            headers.extend(reset.map(|reset| (HeaderName::from_static("x-ratelimit-reset"), reset)));
        }
    }
}

fn founding() -> Contents {
    let mut contents = Contents {
        cloud_id: "1324a887-45db-1bf4-1e99-ef0ff456d421".into(),
        people: people::founders(),
        catalogue: catalogue::founding::catalogue(),
        desks: desk::founding(),
        last_id: FIRST_FREE_ID,
        ..Contents::default()
    };
    contents.reindex();
    contents
}
