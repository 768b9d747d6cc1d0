//! The files of records: which there are, what changed, and how one is put on a record.
//!
//! A file hangs on records by links, and its newest version has the bytes. Nobody may ask for links without naming records
//! or files, and neither a link nor a version moves the stamp of the record:
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentdocumentlink.htm>

use std::io;

use entente_core::{
    codec::instant,
    files::{File, joined},
};
use entente_salesforce::{Filter, Literal, NewFile, Query, RecordId, Row, WriteOptions};
use entente_transport::{ByteStream, CallError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Org;
use crate::{
    error::EngineError,
    limits::{FILE_POLL_RECORDS_MAX, QUERIES_PER_CALL_MAX},
};

const LINK: &str = "ContentDocumentLink";
const VERSION: &str = "ContentVersion";
const NEWEST: &str = "ContentDocument.LatestPublishedVersionId";
const RECORD: &str = "LinkedEntityId";

/// What we say of a file that is a copy, in its description: it is found again by that.
const MARK: &str = "[Entente] Jira attachment ";

/// A file of a record.
#[derive(Clone, Debug)]
pub(crate) struct OrgFile {
    pub(crate) record: String,
    pub(crate) file: File,
}

/// A link of a file that is new, or whose file has a new version.
#[derive(Clone, Debug)]
pub(crate) struct ChangedFile {
    pub(crate) id: String,
    pub(crate) record: String,
    pub(crate) version: Option<String>,
}

/// What the description of a copy says: which attachment it is of, and the address of its issue.
pub(crate) fn description(attachment: &str, issue_url: &str) -> String {
    format!("{MARK}{attachment} of {issue_url}")
}

impl Org {
    /// Whether we may see files at all.
    pub(crate) async fn has_files(&self) -> Result<bool, EngineError> {
        for object in [LINK, VERSION] {
            match self.describe(object).await {
                Ok(_) => {}
                Err(EngineError::Connection { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// All files of some records, in one question. Copies are those of attachments of the site whose issues have addresses
    /// that begin so.
    pub(crate) async fn files(&self, records: &[String], site: &str) -> Result<Vec<OrgFile>, CallError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let of_version = ["CreatedDate", "CreatedById", "Description", "VersionNumber", "ContentLocation"];
        let of_version = of_version.map(|field| format!("ContentDocument.LatestPublishedVersion.{field}"));
        let of_file = ["Title", "FileExtension", "ContentSize"].map(|field| format!("ContentDocument.{field}"));
        let fields = [RECORD.to_owned(), NEWEST.to_owned()].into_iter().chain(of_file).chain(of_version);
        let query = Query::select(fields).from(LINK).filter(of_records(records));
        let ourselves = self.user_id().await;
        let rows = self.client.all_rows(&query).await?.rows;
        Ok(rows.iter().filter_map(|row| file(row, ourselves.as_deref(), site)).collect())
    }

    /// Files of these records that are new, or have a new version, and when the question was asked.
    pub(crate) async fn files_changed(
        &self,
        records: &[String],
        since: Timestamp,
    ) -> Result<(Vec<ChangedFile>, Option<Timestamp>), CallError> {
        let after = |field: &str| Filter::at_least(field, Literal::DateTime(since));
        let stamps = ["SystemModstamp", "ContentDocument.SystemModstamp"];
        let query = |records: &[String]| {
            Query::select(["Id", RECORD].into_iter().chain(stamps))
                .from(LINK)
                .filter(of_records(records))
                .filter(Filter::any(stamps.map(after)))
        };
        let queries: Vec<Query> = records.chunks(FILE_POLL_RECORDS_MAX).map(query).collect();
        let (mut found, mut began) = (Vec::new(), None);
        for queries in queries.chunks(QUERIES_PER_CALL_MAX) {
            for page in self.client.queries(queries).await? {
                let page = page?;
                let read_ms = self.read_ms(page.date, page.began);
                began = began.or(Timestamp::from_millisecond(read_ms).ok());
                found.extend(self.every(page).await?.iter().map(changed));
            }
        }
        Ok((found, began))
    }

    /// Puts a file on a record; the id of its version.
    pub(crate) async fn add_file(&self, file: &NewFile) -> Result<String, CallError> {
        self.client.upload(file).await.map(|saved| saved.id.as_str().to_owned())
    }

    /// Takes files of ours away from customers, should the org show new files to them.
    pub(crate) async fn keep_inside(&self, records: &[String], versions: &[String]) -> Result<(), CallError> {
        if versions.is_empty() {
            return Ok(());
        }
        let query = Query::select(["Id", "Visibility", NEWEST]).from(LINK).filter(of_records(records));
        for row in self.client.all_rows(&query).await?.rows {
            let is_ours = versions.iter().any(|version| version == text(&row, NEWEST));
            if is_ours && text(&row, "Visibility") == "AllUsers" {
                let id = record_id(text(&row, "Id"))?;
                let inside = Row::from_iter([("Visibility".to_owned(), json!("InternalUsers"))]);
                self.client.update(LINK, &id, inside, &WriteOptions::default()).await?;
            }
        }
        Ok(())
    }
}

/// The content of a file's version, while it arrives.
pub(crate) async fn open(client: entente_salesforce::Client, version: String) -> io::Result<ByteStream> {
    let id = record_id(&version).map_err(io::Error::other)?;
    client.download(&id).await.map(|opened| opened.body).map_err(io::Error::other)
}

pub(crate) fn record_id(id: &str) -> Result<RecordId, CallError> {
    RecordId::parse(id).map_err(|error| CallError::Broken { reason: error.to_string() })
}

fn of_records(records: &[String]) -> Filter {
    Filter::is_in(RECORD, records.iter().map(|id| Literal::Text(id.clone())))
}

/// A text of a row, over lookups where its path has dots.
fn text<'r>(row: &'r Row, path: &str) -> &'r str {
    value(row, path).and_then(Value::as_str).unwrap_or_default()
}

fn value<'r>(row: &'r Row, path: &str) -> Option<&'r Value> {
    let mut steps = path.split('.');
    let first = row.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step))
}

fn file(row: &Row, ourselves: Option<&str>, site: &str) -> Option<OrgFile> {
    let of_version = |field: &str| text(row, &format!("ContentDocument.LatestPublishedVersion.{field}"));
    let id = text(row, NEWEST).to_owned();
    // A copy is a first version; what a person makes of it is a file of theirs, whatever its description still says.
    let is_first = of_version("VersionNumber") == "1";
    let marked = of_version("Description").strip_prefix(MARK).filter(|_| is_first);
    // Ids of attachments are known in their own site only.
    let copy_of = marked.map(|marked| match marked.split_once(" of ") {
        Some((id, url)) if url.starts_with(site) => id.to_owned(),
        Some(_) | None => marked.to_owned(),
    });
    let file = File {
        name: joined(text(row, "ContentDocument.Title"), text(row, "ContentDocument.FileExtension")),
        n_bytes: value(row, "ContentDocument.ContentSize").and_then(whole).unwrap_or_default(),
        added: instant(of_version("CreatedDate"))?,
        is_by_us: ourselves.is_some_and(|ourselves| ourselves == of_version("CreatedById")),
        copy_of,
        is_elsewhere: !matches!(of_version("ContentLocation"), "" | "S"),
        id: Some(id).filter(|id| !id.is_empty())?,
    };
    Some(OrgFile { record: text(row, RECORD).to_owned(), file })
}

/// A size, which may travel as `5` or `5.0`.
fn whole(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is whole and not negative")]
    value.as_u64().or_else(|| value.as_f64().map(|size| size as u64))
}

fn changed(row: &Row) -> ChangedFile {
    let stamps = ["SystemModstamp", "ContentDocument.SystemModstamp"];
    let newest = stamps.into_iter().filter_map(|path| instant(text(row, path))).max();
    ChangedFile {
        id: text(row, "Id").to_owned(),
        record: text(row, RECORD).to_owned(),
        version: newest.map(|newest| newest.as_millisecond().to_string()),
    }
}
