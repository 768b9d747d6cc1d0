//! What goes wrong, where, how often, and whether the call takes effect all the same.
//!
//! A fault decides two things apart from each other: the call's *side effect* (none, committed, late) and its *answer*.
//! That is how a client meets the cases that matter: applied but unanswered, answered but not applied, applied later.

mod named;
mod route;

use std::collections::BTreeMap;

use axum::Router;
use http::StatusCode;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Vendor;
use crate::seed::Dice;
use route::RoutePattern;

/// A call that may meet a fault.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its method.
    pub method: &'a str,
    /// The template of the route it matched, `/rest/api/3/issue/{..}`.
    pub route: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Its body, or nothing where no fault asks for it.
    pub body: &'a [u8],
    /// Whether it is a part of a composite call.
    pub in_composite: bool,
}

/// What becomes of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SideEffect {
    /// It is not executed.
    None,
    /// It is executed, then answered.
    Committed,
    /// It is answered first and executed after the delay.
    Late,
}

/// What the caller sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The connection ends without an answer.
    Reset,
    /// An error with the fault's status, worded by the vendor.
    Status,
    /// The true answer, after the delay.
    Slow,
    /// The first half of the true answer, then the connection ends.
    Truncated,
    /// An HTML page, as a gateway in front of the vendor sends it.
    Html,
    /// What the side would have said when the fault was set: for calls that read.
    Stale,
}

/// One fault.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// Its name if it was asked for by name.
    pub name: Option<String>,
    /// Where it strikes.
    pub route: RoutePattern,
    /// What becomes of the call.
    pub side_effect: SideEffect,
    /// What the caller sees.
    pub answer: Answer,
    /// The status of the answers `status`, `html`, and of `slow` without side effect.
    pub status: u16,
    /// Headers added to the answer.
    pub headers: BTreeMap<String, String>,
    /// Body in the place of the vendor's words.
    pub body: Option<Value>,
    /// How long `slow` and `late` take.
    pub delay_ms: u64,
    /// How often it still strikes; `None`: until it is taken away.
    pub times: Option<u64>,
    /// The chance that it strikes.
    pub rate: f64,
    /// It strikes only calls whose body contains this.
    pub body_contains: Option<String>,
    /// It strikes the parts of composite calls, and only them.
    pub in_composite: bool,
    /// How often it struck.
    pub hits: u64,
    /// The side as it was when the fault was set, for the answer `stale`.
    #[serde(skip)]
    pub(super) past: Option<Router>,
}

impl Fault {
    /// The status as `http` knows it.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    fn strikes(&self, call: &Call<'_>) -> bool {
        self.times != Some(0)
            && self.in_composite == call.in_composite
            && self.route.matches(call)
            && self.body_contains.as_ref().is_none_or(|text| contains(call.body, text.as_bytes()))
    }
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}

/// A fault as the control door receives it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Described {
    name: Option<String>,
    route: Option<String>,
    side_effect: Option<SideEffect>,
    answer: Option<Answer>,
    status: Option<u16>,
    headers: Option<BTreeMap<String, Value>>,
    body: Option<Value>,
    delay_ms: Option<u64>,
    times: Option<u64>,
    rate: Option<f64>,
    #[serde(rename = "match")]
    matching: Option<Matching>,
    in_composite: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matching {
    body_contains: Option<String>,
}

/// Reads one description; a name fills what the description leaves open.
pub(super) fn parse(described: &Value, vendor: Vendor) -> Result<Fault, String> {
    let own: Described = Deserialize::deserialize(described).map_err(|error| format!("not a fault: {error}"))?;
    let named = match &own.name {
        Some(name) => named::fault(name, vendor)
            .ok_or_else(|| format!("no fault is called `{name}`; there are {}", named::names(vendor).join(", ")))?,
        None => Described::default(),
    };
    let answer = own.answer.or(named.answer).unwrap_or(Answer::Status);
    let committed = matches!(answer, Answer::Slow | Answer::Truncated);
    let usual = if committed { SideEffect::Committed } else { SideEffect::None };
    let headers = own.headers.or(named.headers).unwrap_or_default();
    Ok(Fault {
        route: RoutePattern::parse(own.route.as_deref().or(named.route.as_deref()).unwrap_or("*"))?,
        name: own.name,
        side_effect: own.side_effect.or(named.side_effect).unwrap_or(usual),
        answer,
        status: valid_status(own.status.or(named.status).unwrap_or(503))?,
        headers: headers.into_iter().map(|(name, value)| (name, text(&value))).collect(),
        body: own.body.or(named.body),
        delay_ms: own.delay_ms.or(named.delay_ms).unwrap_or(1_000),
        times: own.times.or(named.times),
        rate: own.rate.or(named.rate).unwrap_or(1.0),
        body_contains: own.matching.and_then(|matching| matching.body_contains),
        in_composite: own.in_composite.or(named.in_composite).unwrap_or(false),
        hits: 0,
        past: None,
    })
}

/// The faults that a side knows by name.
pub fn names(vendor: Vendor) -> Vec<&'static str> {
    named::names(vendor)
}

fn valid_status(status: u16) -> Result<u16, String> {
    let valid = (200..=599).contains(&status);
    valid.then_some(status).ok_or_else(|| format!("status {status} is not between 200 and 599"))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// All faults of one side, tried in the order in which they were added.
#[derive(Debug)]
pub(super) struct Faults {
    faults: Vec<Fault>,
    dice: Dice,
}

impl Faults {
    pub(super) fn new(seed_number: u64) -> Self {
        Self { faults: Vec::new(), dice: Dice::seed_from_u64(seed_number) }
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    pub(super) fn all(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether any fault outside of composites looks at bodies.
    pub(super) fn look_at_bodies(&self) -> bool {
        self.faults.iter().any(|fault| fault.body_contains.is_some() && !fault.in_composite)
    }

    pub(super) fn draw(&mut self, call: &Call<'_>) -> Option<Fault> {
        let Self { faults, dice } = self;
        let struck = faults.iter_mut().find(|fault| fault.strikes(call) && dice.random::<f64>() < fault.rate)?;
        struck.hits += 1;
        struck.times = struck.times.map(|left| left - 1);
        Some(struck.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(body: &'static str) -> Call<'static> {
        Call {
            method: "PATCH",
            route: "/services/data/v64.0/sobjects/{..}/{..}",
            path: "/services/data/v64.0/sobjects/Case/500",
            body: body.as_bytes(),
            in_composite: false,
        }
    }

    fn faults(described: &Value) -> Faults {
        let mut faults = Faults::new(1);
        faults.add(parse(described, Vendor::Salesforce).expect("a good description"));
        faults
    }

    #[test]
    fn times_are_used_up() {
        let mut faults = faults(&json!({"name": "timeout_after_commit", "route": "*", "times": 2}));
        let drawn = (0..5).filter(|_| faults.draw(&call("")).is_some()).count();
        assert_eq!(drawn, 2);
        assert_eq!(faults.all()[0].hits, 2);
    }

    #[test]
    fn a_rate_strikes_about_so_often_and_the_same_for_the_same_seed() {
        let count = || {
            let mut faults = faults(&json!({"name": "server_error", "rate": 0.25}));
            (0..1_000).map(|_| faults.draw(&call("")).is_some()).collect::<Vec<_>>()
        };
        let n_struck = count().iter().filter(|struck| **struck).count();
        assert!((180..320).contains(&n_struck), "{n_struck}");
        assert_eq!(count(), count());
    }

    #[test]
    fn bodies_and_composite_parts_are_told_apart() {
        let mut by_body = faults(&json!({"status": 500, "match": {"body_contains": "Subject"}}));
        assert!(by_body.draw(&call("{}")).is_none());
        assert!(by_body.draw(&call(r#"{"Subject":"x"}"#)).is_some());
        let mut inside = faults(&json!({"status": 500, "in_composite": true}));
        assert!(inside.draw(&call("")).is_none());
        assert!(inside.draw(&Call { in_composite: true, ..call("") }).is_some());
    }

    #[test]
    fn a_slip_in_the_description_is_named() {
        for described in
            [json!({"nmae": "slow"}), json!({"name": "slwo"}), json!({"status": 99}), json!({"route": "x"})]
        {
            parse(&described, Vendor::Jira).expect_err("refused");
        }
    }
}
