//! The SOAP API, as far as REST has no way: `login` of older clients, `convertLead`, `merge`, the recycle bin.
//!
//! The calls on records that client libraries send beside them are answered too; queries and describes by SOAP are not.
//! Vendor page: SOAP API Developer Guide, "Core Calls", "Utility Calls". Only the partner namespace is spoken.

mod answer;
mod deals;
mod records;
mod sign_in;
mod xml;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};

use super::Org;
use super::api;
use super::refusal::{Answered, Refusal};
use super::state::State as Memory;
use super::write::Caller;
use crate::control::{BackDated, RouteName};
use answer::{Fault, respond};
use xml::Element;

/// The route of the API, alone and as `serverUrl` of a login tells it.
pub(super) const ROUTES: &[&str] = &["/services/Soap/u/{version}", "/services/Soap/u/{version}/{org}"];

pub(super) fn routes() -> Router<Arc<Org>> {
    ROUTES.iter().fold(Router::new(), |router, route| router.route(route, post(serve)))
}

/// Larger messages are refused.
const MESSAGE_BYTES_MAX: usize = 52_428_800;

/// The request's header and the call in its body.
struct Message<'a> {
    header: Option<&'a Element>,
    call: &'a Element,
}

async fn serve(
    State(org): State<Arc<Org>>,
    Path(parameters): Path<Vec<(String, String)>>,
    route: Option<Extension<RouteName>>,
    dated: Option<Extension<BackDated>>,
    body: Body,
) -> Response {
    let Ok(body) = axum::body::to_bytes(body, MESSAGE_BYTES_MAX).await else { return respond(Err(Fault::too_large())) };
    let Some(envelope) = std::str::from_utf8(&body).ok().and_then(xml::parse) else {
        return respond(Err(Fault::malformed()));
    };
    let Some(call) = envelope.child("Body").and_then(|body| body.children.first()) else {
        return respond(Err(Fault::malformed()));
    };
    let message = Message { header: envelope.child("Header"), call };
    let version = parameters.first().map(|(_, version)| version.as_str()).unwrap_or_default();
    if call.name == "login" {
        return respond(sign_in::login(&org, version, call));
    }
    let now_ms = dated.map_or_else(|| org.control.clock().now_ms(), |Extension(dated)| dated.at_ms);
    let session = message.option("SessionHeader", "sessionId");
    let admitted = api::admit(&org, session, &format!("v{version}"), now_ms, route.map(|Extension(name)| name));
    let (caller, _) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return respond(Err(Fault::of(&refusal))),
    };
    let caller = message.with_headers(caller);
    let mut state = org.state.lock();
    let results = dispatch(&mut state, &org, &caller, &message);
    state.commit(&org.control);
    respond(results.map(|results| answer::response(&call.name, &results)))
}

impl Message<'_> {
    /// A value of a SOAP header.
    fn option(&self, header: &str, name: &str) -> Option<&str> {
        Some(self.header?.child(header)?.child(name)?.text.as_str())
    }

    fn says(&self, header: &str, name: &str) -> bool {
        self.option(header, name) == Some("true")
    }

    /// Unlike REST, SOAP applies assignment rules only when asked.
    fn with_headers(&self, caller: Caller) -> Caller {
        let auto_assign = self.says("AssignmentRuleHeader", "useDefaultRule");
        let allow_duplicates = self.says("DuplicateRuleHeader", "allowSave");
        Caller { auto_assign, allow_duplicates, ..caller }
    }
}

/// The XML of each result.
fn dispatch(state: &mut Memory, org: &Org, caller: &Caller, message: &Message<'_>) -> Result<Vec<String>, Fault> {
    let all_or_none = message.says("AllOrNoneHeader", "allOrNone");
    let call = message.call;
    let results = match call.name.as_str() {
        "create" => records::create(state, caller, call, all_or_none),
        "update" => records::update(state, caller, call, all_or_none),
        "upsert" => records::upsert(state, caller, call, all_or_none),
        "delete" => records::delete(state, caller, call, all_or_none),
        "undelete" => records::undelete(state, caller, call, all_or_none),
        "emptyRecycleBin" => records::purge(state, caller, call),
        "convertLead" => deals::convert(state, caller, call),
        "merge" => deals::merge(state, caller, call),
        "getUserInfo" => vec![sign_in::user_info(state, caller)],
        "getServerTimestamp" => vec![answer::element("timestamp", &answer::time(org.control.clock().now_ms()))],
        "logout" => {
            state.sessions.end(message.option("SessionHeader", "sessionId").unwrap_or_default());
            Vec::new()
        }
        unknown => return Err(Fault::unknown(unknown)),
    };
    Ok(results)
}

/// An object by its name in a record.
fn object_at(state: &Memory, caller: &Caller, name: &str) -> Answered<usize> {
    let at = state.schema.object_at(name).filter(|at| {
        let object = &state.object(*at).name;
        state.rights.object(&caller.user, object).read
    });
    at.ok_or_else(|| Refusal::new(400, "INVALID_TYPE", format!("sObject type '{name}' is not supported.")))
}
