//! Where an object's records have their comments, and how those are read and written.
//!
//! A case has CaseComments, an idea IdeaComments, and whatever has a feed has posts with answers. The post by which a case's feed shows a
//! CaseComment is not read beside it.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_casecomment.htm>
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_ideacomment.htm>
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_feeditem.htm>

use std::collections::HashMap;

use entente_core::{
    codec::{html, instant},
    rich::Document,
    threads::{Audience, Author, Comment, Copy, TextLimit},
};
use entente_salesforce::{Filter, Literal, New, Query, RecordId, Row, WriteOptions};
use entente_transport::CallError;
use jiff::Timestamp;
use serde_json::json;

use super::Org;
use crate::{error::EngineError, limits::ECHO_AGE_MS};

/// Posts that people write; the others tell what happened elsewhere.
const POSTS: [&str; 4] = ["TextPost", "LinkPost", "ContentPost", "QuestionPost"];

/// Where the comments of an object's records are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Talk {
    tables: Vec<Table>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    CaseComment,
    IdeaComment,
    FeedItem {
        /// The field is only there in orgs with sites for customers.
        has_visibility: bool,
    },
    FeedComment,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::CaseComment => "CaseComment",
            Self::IdeaComment => "IdeaComment",
            Self::FeedItem { .. } => "FeedItem",
            Self::FeedComment => "FeedComment",
        }
    }

    /// By which field a comment names its record.
    fn parent(self) -> &'static str {
        match self {
            Self::IdeaComment => "IdeaId",
            Self::CaseComment | Self::FeedItem { .. } | Self::FeedComment => "ParentId",
        }
    }

    fn fields(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Self::CaseComment => &["CommentBody", "IsPublished", "LastModifiedById"],
            Self::IdeaComment => &["CommentBody", "IsHtml"],
            Self::FeedItem { has_visibility: true } => &["Body", "IsRichText", "Type", "Visibility"],
            Self::FeedItem { has_visibility: false } => &["Body", "IsRichText", "Type"],
            Self::FeedComment => &["CommentBody", "IsRichText", "FeedItemId"],
        };
        let system = ["Id", "CreatedDate", "CreatedById", "CreatedBy.Name", "CreatedBy.Email", "SystemModstamp"];
        system.into_iter().chain([self.parent()]).chain(own.iter().copied()).collect()
    }
}

impl Talk {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The tables, by which news are asked for, each with the field by which a comment names its record.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.tables.iter().map(|table| (table.name(), table.parent()))
    }

    /// How long a comment may be that we write.
    pub(crate) fn limit(&self) -> TextLimit {
        match self.written() {
            Some(Table::FeedItem { .. } | Table::FeedComment) => TextLimit::Chars(10_000),
            Some(Table::CaseComment | Table::IdeaComment) | None => TextLimit::Bytes(4_000),
        }
    }

    fn written(&self) -> Option<Table> {
        self.tables.iter().copied().find(|table| !matches!(table, Table::FeedComment))
    }
}

/// What people say about a record.
#[derive(Clone, Debug)]
pub(crate) struct OrgComment {
    pub(crate) record: String,
    /// Its id and its version.
    pub(crate) look: (String, String),
    /// How long after its last edit it was read; less than nothing where the org's clock was set back.
    age_ms: i64,
    pub(crate) comment: Comment,
}

impl OrgComment {
    /// Another edit may carry the same stamp.
    pub(crate) fn is_young(&self) -> bool {
        self.age_ms < ECHO_AGE_MS
    }

    /// The same, where it is worth waiting for: an edit from further ahead is the work of a clock that was set back.
    pub(crate) fn may_hide_an_edit(&self) -> bool {
        self.is_young() && self.age_ms >= -2 * ECHO_AGE_MS
    }
}

impl Org {
    /// Where the comments of an object's records are; nothing when it has none that we may see.
    pub(crate) async fn talk(&self, object: &str) -> Result<Talk, EngineError> {
        let mut tables = Vec::new();
        if object.eq_ignore_ascii_case("Case") && self.sees("CaseComment").await? {
            tables.push(Table::CaseComment);
        }
        if object.eq_ignore_ascii_case("Idea") && self.sees("IdeaComment").await? {
            tables.push(Table::IdeaComment);
        }
        if self.sees("FeedItem").await? {
            let feed = self.describe("FeedItem").await?;
            let parents = feed.field("ParentId").map(|parent| parent.reference_to.as_slice()).unwrap_or_default();
            if parents.iter().any(|parent| parent.eq_ignore_ascii_case(object)) {
                tables.push(Table::FeedItem { has_visibility: feed.field("Visibility").is_some() });
                if self.sees("FeedComment").await? {
                    tables.push(Table::FeedComment);
                }
            }
        }
        Ok(Talk { tables })
    }

    async fn sees(&self, object: &str) -> Result<bool, EngineError> {
        match self.describe(object).await {
            Ok(_) => Ok(true),
            Err(EngineError::Connection { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// All comments of some records, in one call.
    pub(crate) async fn comments(&self, talk: &Talk, records: &[String]) -> Result<Vec<OrgComment>, CallError> {
        if records.is_empty() || talk.tables.is_empty() {
            return Ok(Vec::new());
        }
        let of_records = |field| Filter::is_in(field, records.iter().map(|id| Literal::Text(id.clone())));
        let query = |table: &Table| Query::select(table.fields()).from(table.name()).filter(of_records(table.parent()));
        let queries: Vec<Query> = talk.tables.iter().map(query).collect();
        // Without knowing our own name, our copies would pass for what somebody wrote.
        let ourselves = self.client.signed_in().await?.user.as_str().to_owned();
        let (mut found, mut posts) = (Vec::new(), HashMap::new());
        for (table, page) in talk.tables.iter().zip(self.client.queries(&queries).await?) {
            let page = page?;
            let read_ms = self.read_ms(page.date, page.began);
            for row in self.every(page).await? {
                if let Table::FeedItem { .. } = table {
                    posts.insert(text(&row, "Id").to_owned(), is_restricted(&row));
                }
                found.extend(comment(*table, &row, &ourselves, &posts, read_ms));
            }
        }
        Ok(found)
    }

    /// Writes comments about records; outcomes come in order.
    pub(crate) async fn add_comments(&self, talk: &Talk, copies: &[(String, &Copy)]) -> Vec<Result<String, CallError>> {
        let Some(table) = talk.written() else {
            let reason =
                "this object has neither comments of its own nor a feed that the integration user can see".to_owned();
            return copies.iter().map(|_| Err(CallError::Denied { reason: reason.clone() })).collect();
        };
        let new = |(record, copy): &(String, &Copy)| {
            let mut fields = said(table, copy);
            fields.insert(table.parent().to_owned(), json!(record));
            if copy.audience().includes_customers() {
                fields.extend(shown(table, true));
            }
            New { object: table.name().to_owned(), fields }
        };
        let saved = self.client.create_all(copies.iter().map(new).collect(), false, &WriteOptions::default()).await;
        match saved {
            Ok(rows) => rows.into_iter().map(|row| row.map(|saved| saved.id.as_str().to_owned())).collect(),
            Err(error) => copies.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    /// Writes notes of ours about records, for the staff; outcomes come in order.
    pub(crate) async fn add_notes(&self, talk: &Talk, notes: &[(String, String)]) -> Vec<Result<(), CallError>> {
        let Some(table) = talk.written() else { return notes.iter().map(|_| Ok(())).collect() };
        let new = |(record, text): &(String, String)| {
            let mut fields = worded(table, text);
            fields.insert(table.parent().to_owned(), json!(record));
            fields.extend(shown(table, false));
            New { object: table.name().to_owned(), fields }
        };
        let saved = self.client.create_all(notes.iter().map(new).collect(), false, &WriteOptions::default()).await;
        match saved {
            Ok(rows) => rows.into_iter().map(|row| row.map(drop)).collect(),
            Err(error) => notes.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    /// Gives a comment of ours another text, or takes it away from customers; a text of `None` stays. Refused when it has
    /// changed `since`.
    pub(crate) async fn edit_comment(
        &self,
        talk: &Talk,
        id: &str,
        copy: Option<&Copy>,
        narrows: bool,
        since: Option<Timestamp>,
    ) -> Result<(), CallError> {
        let Some(table) = talk.written() else { return Ok(()) };
        let id = RecordId::parse(id).map_err(|error| CallError::Broken { reason: error.to_string() })?;
        let mut fields = copy.map(|copy| said(table, copy)).unwrap_or_default();
        if narrows {
            fields.extend(shown(table, false));
        }
        let options = WriteOptions { if_unmodified_since: since, ..WriteOptions::default() };
        self.client.update(table.name(), &id, fields, &options).await
    }
}

/// The text, as a table takes it. A post keeps its form where it has one.
fn said(table: Table, copy: &Copy) -> Row {
    worded(table, copy.text().plain())
}

fn worded(table: Table, text: &str) -> Row {
    let field = match table {
        Table::CaseComment | Table::IdeaComment => "CommentBody",
        Table::FeedItem { .. } | Table::FeedComment => "Body",
    };
    Row::from_iter([(field.to_owned(), json!(text))])
}

/// Who may read it. A comment that says nothing of it is for the staff.
fn shown(table: Table, to_customers: bool) -> Row {
    match table {
        Table::CaseComment => Row::from_iter([("IsPublished".to_owned(), json!(to_customers))]),
        Table::FeedItem { has_visibility: true } => {
            let visibility = if to_customers { "AllUsers" } else { "InternalUsers" };
            Row::from_iter([("Visibility".to_owned(), json!(visibility))])
        }
        Table::IdeaComment | Table::FeedItem { has_visibility: false } | Table::FeedComment => Row::new(),
    }
}

fn text<'r>(row: &'r Row, field: &str) -> &'r str {
    row.get(field).and_then(|value| value.as_str()).unwrap_or_default()
}

/// Whether a post is for the users of the org alone; where nobody else can come in, that is no restriction.
fn is_restricted(row: &Row) -> bool {
    row.contains_key("Visibility") && text(row, "Visibility") != "AllUsers"
}

fn comment(
    table: Table,
    row: &Row,
    ourselves: &str,
    posts: &HashMap<String, bool>,
    read_ms: i64,
) -> Option<OrgComment> {
    let (body, audience, is_restricted, answers) = match table {
        Table::CaseComment => {
            let is_published = row.get("IsPublished").and_then(serde_json::Value::as_bool);
            (text(row, "CommentBody"), Audience::seen(is_published), false, None)
        }
        // Who may see an idea depends on its zone; what is not known is for the staff.
        Table::IdeaComment => (text(row, "CommentBody"), Audience::STAFF, false, None),
        Table::FeedItem { .. } => {
            let kind = text(row, "Type");
            POSTS.iter().find(|post| **post == kind)?;
            let to_all = row.get("Visibility").map(|visibility| visibility == "AllUsers");
            (text(row, "Body"), Audience::seen(to_all), is_restricted(row), None)
        }
        Table::FeedComment => {
            let post = text(row, "FeedItemId");
            // What belongs to a post that cannot be read is for few.
            let is_restricted = posts.get(post).copied().unwrap_or(true);
            (text(row, "CommentBody"), Audience::STAFF, is_restricted, Some(post.to_owned()))
        }
    };
    let is_html = ["IsRichText", "IsHtml"].iter().any(|field| row.get(*field).is_some_and(|html| *html == true));
    let author = row.get("CreatedBy").and_then(|by| by.as_object());
    let of_author = |field: &str| author.and_then(|by| by.get(field)?.as_str()).map(str::to_owned);
    let id = text(row, "Id").to_owned();
    let stamp = instant(text(row, "SystemModstamp"))?;
    Some(OrgComment {
        record: text(row, table.parent()).to_owned(),
        look: (id.clone(), stamp.to_string()),
        age_ms: read_ms - stamp.as_millisecond(),
        comment: Comment {
            id,
            answers,
            author: Author {
                id: text(row, "CreatedById").to_owned(),
                name: of_author("Name").unwrap_or_else(|| "Somebody".to_owned()),
                email: of_author("Email"),
            },
            written: instant(text(row, "CreatedDate"))?,
            version: Some(stamp),
            text: if is_html { html::read(body) } else { Document::of_plain(body) },
            audience,
            is_restricted,
            is_by_us: ourselves == text(row, "CreatedById"),
            is_touched: row.get("LastModifiedById").is_some_and(|by| *by != text(row, "CreatedById")),
            marker: None,
        },
    })
}
