//! Several requests in one, each with its own outcome.
//!
//! A composite counts as one API request; `all_or_none` makes it one transaction.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>

use std::collections::HashMap;

use entente_transport::{Answer, Call, CallError, Effect};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Client, Row, WriteOptions, encode, name, refused, with_headers};
use crate::limits::{COMPOSITE_PARTS_MAX, COMPOSITE_QUERIES_MAX, WRITE_TIMEOUT_MS};
use crate::{Query, RecordId, refusal};

/// One request of a composite; also the shape of the same request alone.
#[derive(Debug, Clone)]
pub struct Part {
    name: Option<String>,
    method: Method,
    route: &'static str,
    resource: String,
    options: WriteOptions,
    body: Option<Value>,
}

/// What a part answered, when it succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct PartAnswer {
    /// The part's own HTTP status, 200 to 299.
    pub status: u16,
    /// The part's body; null where it has none.
    pub body: Value,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "compositeResponse")]
    parts: Vec<Answered>,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    body: Value,
    #[serde(rename = "httpStatusCode")]
    status: u16,
    #[serde(rename = "referenceId")]
    reference: String,
}

impl Part {
    /// Makes a record.
    pub fn create(object: &str, fields: Row) -> Result<Self, CallError> {
        let resource = ["/sobjects/", name(object)?].concat();
        Ok(Self::write(Method::POST, "/services/data/{v}/sobjects/{object}", resource, Some(fields)))
    }

    /// Changes fields of a record; fields that are not named stay as they are, null clears.
    pub fn update(object: &str, id: &RecordId, fields: Row) -> Result<Self, CallError> {
        let resource = ["/sobjects/", name(object)?, "/", id.as_str()].concat();
        Ok(Self::write(Method::PATCH, "/services/data/{v}/sobjects/{object}/{id}", resource, Some(fields)))
    }

    /// Makes or changes the record whose external id `field` is `key`. Some endings of a key (`.inc`, `.json`) do not
    /// survive a URL; [`Client::upsert_all`] carries keys in the body.
    pub fn upsert(object: &str, field: &str, key: &str, fields: Row) -> Result<Self, CallError> {
        let resource = ["/sobjects/", name(object)?, "/", name(field)?, "/", &encode(key)].concat();
        Ok(Self::write(Method::PATCH, "/services/data/{v}/sobjects/{object}/{field}/{key}", resource, Some(fields)))
    }

    /// Moves a record to the recycle bin.
    pub fn delete(object: &str, id: &RecordId) -> Result<Self, CallError> {
        let resource = ["/sobjects/", name(object)?, "/", id.as_str()].concat();
        Ok(Self::write(Method::DELETE, "/services/data/{v}/sobjects/{object}/{id}", resource, None))
    }

    /// Reads fields of a record.
    pub fn read<S: AsRef<str>>(object: &str, id: &RecordId, fields: &[S]) -> Result<Self, CallError> {
        let fields = fields.iter().map(|field| crate::soql::path(field.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let query = if fields.is_empty() { String::new() } else { ["?fields=", &fields.join(",")].concat() };
        let resource = ["/sobjects/", name(object)?, "/", id.as_str(), &query].concat();
        Ok(Self::write(Method::GET, "/services/data/{v}/sobjects/{object}/{id}", resource, None))
    }

    /// Asks a query; its answer's body is the first page.
    pub fn query(query: &Query) -> Result<Self, CallError> {
        let (route, resource) = query.place();
        Ok(Self::write(Method::GET, route, [resource, "?q=", &encode(&query.soql()?)].concat(), None))
    }

    /// Names the part, so that later ones can refer to it (`@{name.id}`). Letters, digits and underscores.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With these options; `if_unmodified_since` is the part's own header.
    pub fn with(mut self, options: WriteOptions) -> Self {
        self.options = options;
        self
    }

    fn write(method: Method, route: &'static str, resource: String, fields: Option<Row>) -> Self {
        Self { name: None, method, route, resource, options: WriteOptions::default(), body: fields.map(Value::Object) }
    }

    fn effect(&self) -> Effect {
        if self.method == Method::GET { Effect::Read } else { Effect::Write }
    }

    /// The part as a request of its own.
    pub(crate) fn call(&self, client: &Client) -> Result<Call, CallError> {
        let mut call = Call::new(self.effect(), self.method.clone(), self.route, client.path(&self.resource));
        if let Some(body) = &self.body {
            call = call.json(body);
        }
        match self.effect() {
            Effect::Write => with_headers(call.timeout_ms(WRITE_TIMEOUT_MS), &client.write_headers(&self.options)),
            Effect::Read | Effect::Auth => Ok(call),
        }
    }

    fn subrequest(&self, client: &Client, reference: &str) -> Value {
        let mut part =
            json!({ "method": self.method.as_str(), "url": client.path(&self.resource), "referenceId": reference });
        if self.effect() == Effect::Write {
            // Whether the outer headers are inherited is not documented, so each part carries its own.
            let headers = client.write_headers(&self.options).into_iter();
            part["httpHeaders"] =
                headers.map(|(name, value)| (name.to_owned(), Value::String(value))).collect::<Row>().into();
        }
        if let Some(body) = &self.body {
            part["body"] = body.clone();
        }
        part
    }

    /// Whether a text of the body looks like a reference to another part. The vendor documents no escape.
    fn looks_referring(&self) -> bool {
        fn within(value: &Value) -> bool {
            match value {
                Value::String(text) => text.contains("@{"),
                Value::Array(items) => items.iter().any(within),
                Value::Object(fields) => fields.values().any(within),
                _ => false,
            }
        }
        self.body.as_ref().is_some_and(within)
    }
}

impl Client {
    /// Sends up to [`COMPOSITE_PARTS_MAX`](crate::limits::COMPOSITE_PARTS_MAX) parts in one request, in order, and gives their outcomes in the same order.
    ///
    /// With `all_or_none` one failed part undoes all: the others are then [`CallError::NotApplied`]. Without it, a part
    /// whose texts only look like a reference (`@{`) is sent alone: people write such things into descriptions.
    pub async fn composite(
        &self,
        parts: Vec<Part>,
        all_or_none: bool,
    ) -> Result<Vec<Result<PartAnswer, CallError>>, CallError> {
        let none_named = parts.iter().all(|part| part.name.is_none());
        if all_or_none || !none_named || !parts.iter().any(Part::looks_referring) {
            return Ok(self.composite_answer(parts, all_or_none).await?.0);
        }
        let (alone, together): (Vec<_>, Vec<_>) =
            parts.into_iter().enumerate().partition(|(_, part)| part.looks_referring());
        let (places, parts): (Vec<usize>, Vec<Part>) = together.into_iter().unzip();
        let outcomes = if parts.is_empty() { Vec::new() } else { self.composite_answer(parts, false).await?.0 };
        let mut outcomes: Vec<_> = places.into_iter().zip(outcomes).collect();
        for (place, part) in alone {
            outcomes.push((place, self.alone(&part).await));
        }
        outcomes.sort_by_key(|(place, _)| *place);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// A part as a request of its own.
    pub(crate) async fn alone(&self, part: &Part) -> Result<PartAnswer, CallError> {
        let answer = self.send(part.call(self)?).await?;
        let body = if answer.body.is_empty() { Value::Null } else { answer.json()? };
        Ok(PartAnswer { status: answer.status.as_u16(), body })
    }

    pub(crate) async fn composite_answer(
        &self,
        parts: Vec<Part>,
        all_or_none: bool,
    ) -> Result<(Vec<Result<PartAnswer, CallError>>, Answer), CallError> {
        let n_queries = parts.iter().filter(|part| part.resource.starts_with("/query")).count();
        if parts.is_empty() || parts.len() > COMPOSITE_PARTS_MAX || n_queries > COMPOSITE_QUERIES_MAX {
            let most = format!("{COMPOSITE_PARTS_MAX} parts, {COMPOSITE_QUERIES_MAX} of them queries");
            return Err(refused(format!("a composite has 1 to {most}")));
        }
        let references = references(&parts)?;
        let requests: Vec<Value> =
            parts.iter().zip(&references).map(|(part, reference)| part.subrequest(self, reference)).collect();
        // Collation would run parts out of order.
        let body = json!({ "allOrNone": all_or_none, "collateSubrequests": false, "compositeRequest": requests });
        let effect = if parts.iter().any(|part| part.effect() == Effect::Write) { Effect::Write } else { Effect::Read };
        let call = Call::new(effect, Method::POST, "/services/data/{v}/composite", self.path("/composite"));
        let answer = self.send(call.json(&body).timeout_ms(WRITE_TIMEOUT_MS)).await?;
        let document: Document = answer.json()?;
        let mut answered: HashMap<String, Answered> =
            document.parts.into_iter().map(|part| (part.reference.clone(), part)).collect();
        let outcomes =
            parts.iter().zip(&references).map(|(part, reference)| outcome(part, answered.remove(reference))).collect();
        Ok((outcomes, answer))
    }
}

fn references(parts: &[Part]) -> Result<Vec<String>, CallError> {
    let valid = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let reference = |(n, part): (usize, &Part)| match &part.name {
        None => Ok(["part", &n.to_string()].concat()),
        Some(name) if valid(name) => Ok(name.clone()),
        Some(name) => Err(refused(format!("`{name}` cannot name a part of a composite"))),
    };
    parts.iter().enumerate().map(reference).collect()
}

fn outcome(part: &Part, answered: Option<Answered>) -> Result<PartAnswer, CallError> {
    match answered {
        Some(answered) if (200..300).contains(&answered.status) => {
            Ok(PartAnswer { status: answered.status, body: answered.body })
        }
        Some(answered) => Err(refusal::of_part(part.effect(), answered.status, &answered.body)),
        None => Err(CallError::unreadable(part.effect(), "the composite's answer lacks this part")),
    }
}
