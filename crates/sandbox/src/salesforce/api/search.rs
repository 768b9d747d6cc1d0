//! Search: SOSL and parameterizedSearch over the same index, which here is never late.
//!
//! Vendor pages: "Search", "Parameterized Search", REST API Developer Guide.

use http::Method;
use serde_json::{Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::schema::Kind;
use super::super::soql;
use super::super::state::State;
use super::answer::Answer;
use super::call::Call;
use super::{Context, wrong_method};

mod sosl;

/// Rows that one search gives.
const ROWS_MAX: usize = 2_000;

/// What to search and what to show of it.
#[derive(Clone, Debug, Default)]
struct Wanted {
    object: String,
    fields: Vec<String>,
    condition: Option<String>,
    order: Option<String>,
    limit: Option<usize>,
}

/// `GET V/search?q=FIND {..} ..`
pub(super) fn sosl(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    let text =
        call.get("q").ok_or_else(|| Refusal::new(400, "MALFORMED_SEARCH", "A search string has to be specified"))?;
    let (term, wanted) = sosl::parse(text)?;
    find(state, context, &term, wanted, ROWS_MAX)
}

/// `GET` or `POST V/parameterizedSearch`.
pub(super) fn parameterized(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    let (term, wanted, limit) = match call.method {
        Method::GET => from_query(call),
        Method::POST => from_body(call.json()?),
        _ => return Err(wrong_method(call, "GET,HEAD,POST")),
    };
    if term.trim().chars().count() < 2 {
        let message = "search term must be longer than one character";
        return Err(Refusal::new(400, "MALFORMED_SEARCH", message));
    }
    find(state, context, &term, wanted, limit)
}

fn from_query(call: &Call) -> (String, Vec<Wanted>, usize) {
    let fields_of =
        |key: &str| call.get(key).map(|list| list.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
    let objects = call.query.iter().filter(|(key, _)| key == "sobject").map(|(_, object)| Wanted {
        object: object.clone(),
        fields: fields_of(&format!("{object}.fields")).or_else(|| fields_of("fields")).unwrap_or_default(),
        condition: call.get(&format!("{object}.where")).map(str::to_owned),
        order: call.get(&format!("{object}.orderBy")).map(str::to_owned),
        limit: call
            .get(&format!("{object}.limit"))
            .or_else(|| call.get("defaultLimit"))
            .and_then(|limit| limit.parse().ok()),
    });
    let limit = call.get("overallLimit").and_then(|limit| limit.parse().ok()).unwrap_or(ROWS_MAX);
    (call.get("q").unwrap_or_default().to_owned(), objects.collect(), limit)
}

fn from_body(body: &Value) -> (String, Vec<Wanted>, usize) {
    let texts = |list: &Value| {
        list.as_array().map(|list| list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect::<Vec<_>>())
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let objects = body["sobjects"].as_array().into_iter().flatten().map(|object| Wanted {
        object: text(&object["name"]).unwrap_or_default(),
        fields: texts(&object["fields"]).or_else(|| texts(&body["fields"])).unwrap_or_default(),
        condition: text(&object["where"]),
        order: text(&object["orderBy"]),
        limit: number(&object["limit"]).or_else(|| number(&body["defaultLimit"])),
    });
    let limit = number(&body["overallLimit"]).unwrap_or(ROWS_MAX);
    (text(&body["q"]).unwrap_or_default(), objects.collect(), limit)
}

/// Without objects named, every searchable object is searched.
fn find(state: &State, context: &Context<'_>, term: &str, wanted: Vec<Wanted>, limit: usize) -> Answered<Answer> {
    let everything = || {
        let searchable = state.schema.objects.iter().filter(|object| object.can.search);
        searchable.map(|object| Wanted { object: object.name.clone(), ..Wanted::default() }).collect()
    };
    let wanted: Vec<Wanted> = if wanted.is_empty() { everything() } else { wanted };
    let words: Vec<String> = term
        .split_whitespace()
        .map(|word| word.trim_matches('"').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let mut records = Vec::new();
    for wanted in &wanted {
        let left = limit.min(ROWS_MAX).saturating_sub(records.len());
        records.extend(in_object(state, context, &words, wanted, left)?);
    }
    Ok(Answer::json(json!({ "searchRecords": records })))
}

fn in_object(
    state: &State,
    context: &Context<'_>,
    words: &[String],
    wanted: &Wanted,
    left: usize,
) -> Answered<Vec<Value>> {
    let object = state.schema.object_at(&wanted.object).filter(|at| {
        let object = state.object(*at);
        object.can.search && state.rights.object(&context.caller.user, &object.name).read
    });
    let object = object.ok_or_else(|| {
        let message = format!("sObject type '{}' is not supported.", wanted.object);
        Refusal::new(400, "INVALID_TYPE", message)
    })?;
    let matching =
        state.tables[object].rows().filter(|(_, row)| words.iter().all(|word| mentions(state, object, row, word)));
    let places: Vec<usize> = matching.map(|(place, _)| place).collect();
    let limit = wanted.limit.unwrap_or(usize::MAX).min(left);
    let refinement = (wanted.condition.as_deref(), wanted.order.as_deref(), limit);
    let places = soql::refine(state, &context.caller, &state.object(object).name, &places, refinement)?;
    let fields = if wanted.fields.is_empty() { "Id".to_owned() } else { wanted.fields.join(",") };
    soql::select_many(state, &context.caller, object, &places, &fields)
}

/// Whether any text field has a word that begins like this; `*` and `?` are wildcards.
fn mentions(state: &State, object: usize, row: &super::super::table::Row, word: &str) -> bool {
    let fields = state.object(object).fields.iter().enumerate().filter(|(_, field)| {
        matches!(
            field.kind,
            Kind::Text | Kind::TextArea | Kind::Email | Kind::Phone | Kind::Url | Kind::Combobox | Kind::Picklist
        )
    });
    let word = word.trim_matches('*');
    let mut texts = fields.filter_map(|(at, _)| row.cell(at).as_str());
    texts.any(|text| contains(&text.to_lowercase(), word))
}

fn contains(text: &str, word: &str) -> bool {
    match word.find(['*', '?']) {
        None => text.contains(word),
        Some(at) => text
            .split(|c: char| c.is_whitespace())
            .any(|one| one.contains(&word[..at]) && one.contains(&word[at + 1..])),
    }
}
