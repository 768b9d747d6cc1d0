//! `GET /api/v1/journal?after=N&limit=N&link=N&item=I&since=T&round=R&kind=K`: what happened, the oldest first; with
//! `newest=true&before=N` the newest first.
//! `GET /api/v1/journal/verify`: whether it is what was written.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use entente_core::config::Config;
use entente_store::{Entry, JournalFilter, Verified};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{JOURNAL_ANSWER_MAX, JOURNAL_ANSWER_USUAL};
use crate::web::{App, Problem};

/// Which entries are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    after: Option<i64>,
    limit: Option<usize>,
    link: Option<i64>,
    item: Option<String>,
    since: Option<Timestamp>,
    round: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    newest: bool,
    /// With `newest`: entries before this one.
    before: Option<i64>,
}

/// Some entries, and where to go on.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    entries: Vec<Told>,
    /// The `after` of the next call; with `newest`, its `before`.
    next: i64,
}

/// One entry, as callers see it.
#[derive(Debug, Serialize)]
struct Told {
    id: i64,
    at: String,
    kind: String,
    org: Option<String>,
    item: Option<String>,
    /// Who answers for the item now.
    owner: Option<String>,
    link: Option<i64>,
    side: Option<&'static str>,
    record: Option<String>,
    field: Option<String>,
    before: Option<String>,
    after: Option<String>,
    text: String,
    round: Option<String>,
}

/// Answers with entries of the journal.
pub(crate) async fn journal(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(asked) = asked.map_err(|_| {
        let detail = "The query knows the whole numbers `after`, `before`, `limit` and `link`, the names `item`, `round` \
                      and `kind`, `newest=true`, and a time like 2026-12-31T12:00:00Z as `since`.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    let after = asked.after.unwrap_or(0);
    let limit = asked.limit.unwrap_or(JOURNAL_ANSWER_USUAL).clamp(1, JOURNAL_ANSWER_MAX);
    let filter = JournalFilter {
        after,
        since_ms: asked.since.map_or(i64::MIN, Timestamp::as_millisecond),
        link_id: asked.link,
        item: asked.item,
        round: asked.round,
        kind: asked.kind,
    };
    let entries = match asked.newest {
        true => app.store().journal_filtered_back(&filter, asked.before, limit).await?,
        false => app.store().journal_filtered(&filter, limit).await?,
    };
    if entries.is_empty() && after == 0 {
        app.engine().is_known(filter.item.as_deref(), filter.link_id).await?;
    }
    let next = entries.last().map_or(after, |entry| entry.id);
    let config = app.config();
    Ok(Json(Page { entries: entries.into_iter().map(|entry| Told::of(entry, &config)).collect(), next }))
}

/// What a verification found.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    intact: bool,
    rows: Option<u64>,
    /// Rows from before there were seals.
    unsealed: Option<u64>,
    /// The first row that is not what was written, or before which one is missing; none when the newest are missing.
    broken: Option<i64>,
}

/// Answers whether the journal is what was written.
pub(crate) async fn verify(State(app): State<App>) -> Result<Json<Verdict>, Problem> {
    Ok(Json(match app.store().verify_journal().await? {
        Verified::Intact { rows, unsealed } => {
            Verdict { intact: true, rows: Some(rows), unsealed: Some(unsealed), broken: None }
        }
        Verified::Broken { id } => Verdict { intact: false, rows: None, unsealed: None, broken: id },
    }))
}

impl Told {
    fn of(Entry { id, at_ms, what }: Entry, config: &Config) -> Self {
        let owner = what.item.as_deref().and_then(|item| config.item(item)?.owner.clone());
        Self {
            owner,
            id,
            at: rfc_3339(at_ms),
            kind: what.kind,
            org: what.org,
            item: what.item,
            link: what.link_id,
            side: what.side.map(entente_core::Side::as_str),
            record: what.record_id,
            field: what.mapping.map(|mapping| mapping.as_str().to_owned()),
            before: what.before.map(|value| value.to_string()),
            after: what.after.map(|value| value.to_string()),
            text: what.text,
            round: what.round,
        }
    }
}

fn rfc_3339(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}
