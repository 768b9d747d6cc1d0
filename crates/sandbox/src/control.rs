//! One side's control: what was called, what was written, what should go wrong, what is still to be delivered.
//!
//! [`watch`] wraps a vendor's router: every call is counted under the template of the route it matched, and the faults
//! of [`fault`] are applied around it. [`door`] is the same thing seen from outside, as routes under `/__sandbox`.
//! Nothing here knows what a case or an issue is.

pub mod fault;

mod answer;
pub(crate) mod door;
mod late;
mod ledger;
mod watch;

use std::sync::{Arc, OnceLock, Weak};

use axum::Router;
use axum::response::Response;
use parking_lot::{Mutex, RwLock};

use crate::delivery::Outbox;
use crate::seed::Seed;
use crate::{Clock, Options};
use fault::{Answer, Call, Fault, Faults};
use late::Late;
use ledger::Ledger;

pub use answer::{Reset, was_reset};
pub use door::door;
pub use ledger::Write;
pub use watch::{BackDated, RouteName, watch};

/// Whose API a control stands beside; decides the bodies that faults answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// Salesforce.
    Salesforce,
    /// Jira.
    Jira,
}

/// What the common control door needs from a side.
pub trait Side: Send + Sync + 'static {
    /// The side's control.
    fn control(&self) -> &Arc<Control>;

    /// Forgets everything and begins again with `seed`, drawn from `seed_number`; `records` as in [`Options`].
    fn reset(&self, seed: Seed, seed_number: u64, records: Option<usize>);

    /// The vendor's API over a copy of everything the side remembers now. What happens there changes nothing here.
    fn copy(&self) -> Router;

    /// Adds the headers that each answer of this vendor's API bears.
    fn sign(&self, response: &mut Response);
}

/// One side's control.
#[derive(Debug)]
pub struct Control {
    vendor: Vendor,
    clock: Clock,
    options: Options,
    base_url: RwLock<String>,
    ledger: Mutex<Ledger>,
    faults: Mutex<Faults>,
    late: Late,
    outbox: Outbox,
    side: OnceLock<Weak<dyn Side>>,
}

impl Control {
    /// A control with empty books.
    pub fn new(vendor: Vendor, clock: Clock, options: &Options) -> Arc<Self> {
        let base_url = match vendor {
            Vendor::Salesforce => "https://sandbox.my.salesforce.example",
            Vendor::Jira => "https://sandbox.atlassian.example",
        };
        Arc::new(Self {
            vendor,
            base_url: RwLock::new(base_url.to_owned()),
            ledger: Mutex::default(),
            faults: Mutex::new(Faults::new(options.seed_number)),
            late: Late::default(),
            outbox: Outbox::new(clock.clone(), options.seed_number),
            options: options.clone(),
            clock,
            side: OnceLock::new(),
        })
    }

    /// A control with empty books beside the same clock, for a copy of the side.
    pub(crate) fn beside_copy(&self) -> Arc<Self> {
        let control = Self::new(self.vendor, self.clock.clone(), &self.options);
        control.set_base_url(&self.base_url());
        control
    }

    /// Says which side this control stands beside.
    pub(crate) fn stand_beside(&self, side: Arc<dyn Side>) {
        // A control is made for one side, which says so once.
        drop(self.side.set(Arc::downgrade(&side)));
    }

    fn side(&self) -> Option<Arc<dyn Side>> {
        self.side.get().and_then(Weak::upgrade)
    }

    /// This side's time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How the world began.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What is to be delivered from this side.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The URL under which this side is reached, without a slash at its end.
    pub fn base_url(&self) -> String {
        self.base_url.read().clone()
    }

    /// Says under which URL this side is reached.
    pub fn set_base_url(&self, url: &str) {
        url.trim_end_matches('/').clone_into(&mut self.base_url.write());
    }

    /// Adds one changed field to the write log.
    pub fn log_write(&self, write: Write) {
        self.ledger.lock().write(self.clock.now(), write);
    }

    /// Adds a fault, as the control door does.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the description.
    pub fn add_fault(&self, described: &serde_json::Value) -> Result<(), String> {
        let mut fault = fault::parse(described, self.vendor)?;
        if fault.answer == Answer::Stale {
            fault.past = self.side().map(|side| side.copy());
        }
        self.faults.lock().add(fault);
        Ok(())
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.faults.lock().clear();
    }

    /// The fault that the next call of this kind meets, if any; uses up one of its times.
    pub fn draw_fault(&self, call: &Call<'_>) -> Option<Fault> {
        self.faults.lock().draw(call)
    }

    /// The body and content type with which the vendor words an error of this status.
    pub fn vendor_error(&self, status: http::StatusCode) -> String {
        answer::vendor_error(self.vendor, status)
    }

    /// Runs every call whose answer came before its effect and whose time has come. [`crate::serve`] does so by itself;
    /// a simulation calls it when it has moved the clock.
    pub async fn run_late_calls(&self) {
        self.late.run_due(self.clock.now_ms()).await;
    }

    /// When the oldest call was made that has not taken effect yet.
    pub fn oldest_late_call_ms(&self) -> Option<i64> {
        self.late.oldest_made_ms()
    }

    /// Waits until a late call is due.
    pub(crate) async fn late_call_due(&self) {
        loop {
            let added = self.late.added();
            match self.late.next_due_ms() {
                None => added.await,
                Some(due_ms) => tokio::select! {
                    () = added => {}
                    () = self.clock.until(due_ms) => return,
                },
            }
        }
    }

    /// Empties the books, takes faults away and drops deliveries; the clock stays as it is.
    fn forget(&self) {
        *self.ledger.lock() = Ledger::default();
        self.faults.lock().clear();
        self.outbox.clear();
    }

    /// The number of calls so far.
    pub fn n_calls(&self) -> u64 {
        self.ledger.lock().total()
    }

    /// The write log so far.
    pub fn writes(&self) -> Vec<Write> {
        self.ledger.lock().writes().map(|logged| logged.write.clone()).collect()
    }
}
