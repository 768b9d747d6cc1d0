//! The network between the real clients and the sandbox's routers, with everything that goes wrong there.

mod books;
mod fault;
mod kind;

use std::{
    sync::{Arc, atomic::Ordering},
    task::Poll,
};

use axum::Router;
use bytes::Bytes;
use entente_sandbox::World;
use entente_transport::{Body, BoxFuture, ByteStream, Wire, WireError};
use http::{Request, Response};
use parking_lot::Mutex;
use tower::ServiceExt;

use self::kind::{READS, is_write, kind};
pub(crate) use self::{
    books::{Books, Carried, Life, Met},
    fault::{Fault, LATE_MS_MAX},
    kind::{FILES, PORTAL, TALK, WRITES},
};
use crate::{
    chance::Dice,
    gate::{ActorId, Gate},
    people::A_MOMENT,
};

/// A call that stood at the gate for longer has lost its connection: it never arrives. Shorter than every settle time.
const CONNECTION_MS: i64 = 60_000;

/// Carries the requests of one worker.
#[derive(Clone)]
pub(crate) struct SimWire {
    pub(crate) salesforce: Router,
    pub(crate) jira: Router,
    pub(crate) world: World,
    pub(crate) gate: Gate,
    pub(crate) dice: Dice,
    pub(crate) books: Arc<Mutex<Books>>,
    /// The machine that sends.
    pub(crate) life: Life,
}

impl Wire for SimWire {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(self.carry(request))
    }
}

fn lost(reason: impl ToString) -> WireError {
    WireError::Lost { reason: reason.to_string() }
}

impl SimWire {
    async fn carry(&self, request: Request<Body>) -> Result<Response<Body>, WireError> {
        let is_salesforce = request.uri().port_u16() == Some(7401);
        let side = if is_salesforce { "salesforce" } else { "jira" };
        let (parts, body) = request.into_parts();
        let bytes = collect(body).await?;
        let kind = kind(parts.method.as_str(), parts.uri.path(), &bytes);
        let looks = self.books.lock().looks;
        let actor = self.gate.current();
        if kind != "sign in" {
            let since_ms = self.gate.hand.now_ms();
            if is_write(kind) {
                self.books.lock().leaves(&self.life, kind);
                let said = format!("{kind} {} {}", parts.uri, String::from_utf8_lossy(&bytes));
                self.gate.wait_to_write(said).await;
            } else {
                self.gate.wait(None).await;
            }
            if self.gate.hand.now_ms() - since_ms > CONNECTION_MS {
                return Err(lost("the connection is gone"));
            }
        }
        // No two calls meet within a millisecond: the vendors' stamps tell them apart as far as they do in earnest.
        self.gate.hand.advance(A_MOMENT);
        self.begin(side, kind, &parts, &bytes).await?;
        let fault = self.draw(kind, is_salesforce);
        if let Some(described) = fault.and_then(|fault| fault.described(is_salesforce, &self.dice)) {
            self.control(is_salesforce).add_fault(&described).map_err(lost)?;
        }
        let asked = READS.contains(&kind).then(|| format!("{} {}", parts.uri, String::from_utf8_lossy(&bytes)));
        let said = String::from_utf8_lossy(&bytes).into_owned();
        self.note_carried(actor, kind, || format!("{} {said}", parts.uri.path()));
        let request = Request::from_parts(parts, axum::body::Body::from(bytes));
        let answered = self.ask(is_salesforce, request).await;
        self.note_late(fault, kind, said);
        if let (Ok((parts, bytes)), None | Some(Fault::Slow), Some(asked)) = (&answered, fault, asked)
            && parts.status == http::StatusCode::OK
        {
            let said = if looks { String::from_utf8_lossy(bytes).into_owned() } else { asked };
            self.books.lock().reads.push((self.gate.hand.now_ms(), said));
        }
        self.control(is_salesforce).clear_faults();
        let status = answered.as_ref().map_or(0, |(parts, _)| parts.status.as_u16());
        self.end(kind, fault, status).await?;
        if let Ok((_, bytes)) = &answered {
            self.books.lock().tell(|| format!("       {}", String::from_utf8_lossy(bytes)));
        }
        if fault == Some(Fault::Slow) {
            self.gate.wait(Some(self.gate.hand.now_ms() + self.dice.between(500, 90_000))).await;
        }
        answered.map(|(parts, bytes)| Response::from_parts(parts, Body::Stream(ByteStream::from_bytes(bytes))))
    }

    fn note_carried(&self, actor: ActorId, kind: &'static str, said: impl FnOnce() -> String) {
        let is_copy = TALK.contains(&kind);
        if is_copy || kind == "read comments" {
            let books = &mut *self.books.lock();
            books.carried.push(Carried { ms: self.gate.hand.now_ms(), actor, kind, said: said() });
            books.has_carried |= is_copy;
        }
    }

    /// Late too is what was on its way when another machine took the org.
    fn note_late(&self, fault: Option<Fault>, kind: &str, said: String) {
        let mut books = self.books.lock();
        if fault == Some(Fault::CommitLate) || is_write(kind) && books.is_overtaken(&self.life) {
            books.late.push(said);
        }
    }

    fn control(&self, is_salesforce: bool) -> &Arc<entente_sandbox::control::Control> {
        if is_salesforce { self.world.salesforce.control() } else { self.world.jira.control() }
    }

    async fn begin(
        &self,
        side: &'static str,
        kind: &'static str,
        parts: &http::request::Parts,
        bytes: &Bytes,
    ) -> Result<(), WireError> {
        let is_dead = {
            let mut books = self.books.lock();
            if books.down.contains(side) {
                return Err(WireError::NotSent { reason: "connection refused".to_owned() });
            }
            books.n_calls += 1;
            books.n_writes += u64::from(is_write(kind));
            let said = format!("{} {} {}", parts.method, parts.uri, String::from_utf8_lossy(bytes));
            books.note(&said);
            books.tell(|| format!("  {said}"));
            books.last = said;
            if is_write(kind) { books.boundary(false) } else { books.life.load(Ordering::Relaxed) }
        };
        if is_dead {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn end(&self, kind: &'static str, fault: Option<Fault>, status: u16) -> Result<(), WireError> {
        let is_dead = {
            let mut books = self.books.lock();
            let said = format!("{kind} {fault:?} {status}");
            books.note(&said);
            books.tell(|| format!("    -> {said}"));
            if let Some(fault) = fault {
                *books.met.entry((fault, kind)).or_default() += 1;
            }
            is_write(kind) && books.boundary(true)
        };
        if is_dead {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    fn draw(&self, kind: &'static str, is_salesforce: bool) -> Option<Fault> {
        if is_write(kind)
            && let Some(fault) = self.books.lock().next_fault.take()
        {
            return Some(fault);
        }
        if kind == "create issues"
            && let Some(fault) = self.books.lock().next_creation.take()
        {
            return Some(fault);
        }
        let (rate, faults) = {
            let books = self.books.lock();
            if books.failing == Some(kind) {
                return Some(Fault::ServerError);
            }
            (books.faults_in_a_thousand, books.faults.clone())
        };
        // Writes are what matters most, and creations are few.
        let rate = match kind {
            "create issues" | "upsert records" => rate * 4,
            _ if is_write(kind) => rate * 2,
            _ => rate,
        };
        if faults.is_empty() || !self.dice.in_a_thousand(rate) {
            return None;
        }
        let fault = *self.dice.pick(&faults);
        // An answer that comes late is one thing; a read has no late effect. Jira tokens do not expire.
        let is_write = is_write(kind);
        match fault {
            Fault::CommitLate if !is_write => None,
            // Everybody waits for a sign-in.
            Fault::Slow | Fault::Truncated if kind == "sign in" => None,
            Fault::PartialBatch if !is_write || !is_salesforce => None,
            Fault::ExpiredToken if !is_salesforce => None,
            fault => Some(fault),
        }
    }

    /// One call to the sandbox, at once: where it only lets others pass, as before it cuts an answer, nobody does. What another
    /// thread has done by then, such as the database's, would make each run another history.
    async fn ask(
        &self,
        is_salesforce: bool,
        request: Request<axum::body::Body>,
    ) -> Result<(http::response::Parts, Bytes), WireError> {
        let mut asking = std::pin::pin!(self.exchange(is_salesforce, request));
        loop {
            if let Poll::Ready(answered) = futures_util::poll!(asking.as_mut()) {
                return answered;
            }
        }
    }

    async fn exchange(
        &self,
        is_salesforce: bool,
        request: Request<axum::body::Body>,
    ) -> Result<(http::response::Parts, Bytes), WireError> {
        let router = if is_salesforce { &self.salesforce } else { &self.jira };
        let response = router.clone().oneshot(request).await.map_err(lost)?;
        if entente_sandbox::control::was_reset(&response) {
            return Err(lost("connection reset"));
        }
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(lost)?;
        Ok((parts, bytes))
    }
}

pub(crate) async fn collect(body: Body) -> Result<Bytes, WireError> {
    let mut stream = body.into_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend(piece.map_err(lost)?);
    }
    Ok(bytes.into())
}
