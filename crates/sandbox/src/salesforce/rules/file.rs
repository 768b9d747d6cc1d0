//! Files: a ContentVersion brings its document and its links along. Attachments: one file on one record.
//!
//! Vendor pages: Object Reference, "ContentVersion", "ContentDocumentLink", "Attachment".

use md5::{Digest as _, Md5};
use serde_json::json;

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::table::Row;
use super::super::write::{self, Caller, Draft};
use super::fields;

pub(super) fn complete_version(state: &State, caller: &Caller, draft: &mut Draft) -> Answered<()> {
    if !draft.is_new() {
        return Ok(());
    }
    let path = draft.get(state, "PathOnClient").as_str().unwrap_or_default().to_owned();
    let Some(blob) = draft.blob.clone() else {
        let missing = if path.is_empty() { "[VersionData, PathOnClient]" } else { "[VersionData]" };
        return Err(Refusal::of_fields(
            "REQUIRED_FIELD_MISSING",
            format!("Required fields are missing: {missing}"),
            &["VersionData"],
        ));
    };
    if path.is_empty() {
        return Err(Refusal::of_fields(
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [PathOnClient]",
            &["PathOnClient"],
        ));
    }
    if draft.is_given(state, "ContentDocumentId") && draft.is_given(state, "FirstPublishLocationId") {
        let message = "FirstPublishLocationId can be set only for the first version of a document.";
        return Err(Refusal::of_fields("INVALID_FIELD_FOR_INSERT_UPDATE", message, &["FirstPublishLocationId"]));
    }
    let file = path.rsplit(['/', '\\']).next().unwrap_or(&path);
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    if draft.get(state, "Title").is_null() {
        draft.set(state, "Title", Cell::text(stem));
    }
    let checksum: String = Md5::digest(&blob).iter().map(|byte| format!("{byte:02x}")).collect();
    let derived = [
        ("FileExtension", if extension.is_empty() { Cell::Null } else { Cell::text(extension) }),
        ("FileType", Cell::text(file_type(extension))),
        ("Checksum", Cell::text(&checksum)),
        ("ContentSize", size(blob.len())),
        ("IsLatest", Cell::Bool(true)),
        ("OwnerId", Cell::Text(caller.user.clone())),
    ];
    derived.into_iter().for_each(|(name, cell)| draft.set(state, name, cell));
    Ok(())
}

fn size(n_bytes: usize) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "no file is larger than 2^52 bytes")]
    Cell::Number(n_bytes as f64)
}

/// The vendor's name for files with this extension.
fn file_type(extension: &str) -> &'static str {
    match extension.to_ascii_lowercase().as_str() {
        "" => "UNKNOWN",
        "txt" => "TEXT",
        "log" => "LOG",
        "pdf" => "PDF",
        "png" => "PNG",
        "jpg" | "jpeg" => "JPG",
        "gif" => "GIF",
        "csv" => "CSV",
        "doc" => "WORD",
        "docx" => "WORD_X",
        "xls" => "EXCEL",
        "xlsx" => "EXCEL_X",
        "zip" => "ZIP",
        "xml" => "XML",
        "html" | "htm" => "HTML",
        "json" => "JSON",
        _ => "UNKNOWN",
    }
}

/// Makes the document of a first version, or moves the document on to this version; links it where it was published.
pub(super) fn follow_version(state: &mut State, caller: &Caller, draft: &Draft) -> Answered<()> {
    if !draft.is_new() {
        return Ok(());
    }
    let (Some(documents), Some(links)) =
        (state.schema.object_at("ContentDocument"), state.schema.object_at("ContentDocumentLink"))
    else {
        return Ok(());
    };
    let existing = draft.get(state, "ContentDocumentId").as_str().map(str::to_owned);
    let is_first = existing.is_none();
    let document = match existing {
        Some(document) => document,
        None => {
            let id = state.next_id(documents);
            state.insert(documents, Row { id: id.clone(), cells: vec![Cell::Text(id.clone())] });
            id.to_string()
        }
    };
    demote_older(state, draft, &document);
    place_version(state, draft, &document, is_first);
    describe_document(state, caller, draft, documents, &document, is_first);
    if !is_first {
        return Ok(());
    }
    let mut places = vec![(caller.user.to_string(), "I", "AllUsers")];
    if let Some(record) = draft.get(state, "FirstPublishLocationId").as_str().filter(|record| **record != *caller.user)
    {
        places.push((record.to_owned(), "V", "InternalUsers"));
    }
    for (place, share, visibility) in places {
        let link = fields([
            ("ContentDocumentId", json!(document)),
            ("LinkedEntityId", json!(place)),
            ("ShareType", json!(share)),
            ("Visibility", json!(visibility)),
        ]);
        write::create(state, caller, links, &link, None)?;
    }
    Ok(())
}

fn demote_older(state: &mut State, draft: &Draft, document: &str) {
    let object = draft.object;
    let (Some(by), Some(latest)) =
        (state.object(object).field_at("ContentDocumentId"), state.object(object).field_at("IsLatest"))
    else {
        return;
    };
    let older: Vec<_> = state.tables[object].having(by, document).into_iter().flatten().collect();
    for place in older {
        if let Some(mut row) = state.tables[object].row(place).cloned().filter(|row| row.id != draft.row.id) {
            row.set(latest, Cell::Bool(false));
            state.replace(object, place, Some(row));
        }
    }
}

fn place_version(state: &mut State, draft: &Draft, document: &str, is_first: bool) {
    let Some(place) = state.tables[draft.object].place(&draft.row.id) else { return };
    let Some(mut row) = state.tables[draft.object].row(place).cloned() else { return };
    let number = if is_first { 1 } else { versions(state, draft.object, document) };
    let url = format!("/sfc/servlet.shepherd/version/download/{}", draft.row.id);
    let cells = [
        ("ContentDocumentId", Cell::text(document)),
        ("VersionNumber", Cell::text(&number.to_string())),
        ("VersionDataUrl", Cell::text(&url)),
    ];
    for (name, cell) in cells {
        if let Some(at) = state.object(draft.object).field_at(name) {
            row.set(at, cell);
        }
    }
    state.replace(draft.object, place, Some(row));
}

fn versions(state: &State, object: usize, document: &str) -> usize {
    let by = state.object(object).field_at("ContentDocumentId");
    by.and_then(|by| state.tables[object].having(by, document)).map_or(1, |found| found.count().max(1))
}

fn describe_document(
    state: &mut State,
    caller: &Caller,
    draft: &Draft,
    documents: usize,
    document: &str,
    is_first: bool,
) {
    let Some(place) = state.tables[documents].place(document) else { return };
    let Some(mut row) = state.tables[documents].row(place).cloned() else { return };
    let me = Cell::Text(caller.user.clone());
    let now = Cell::Stamp(caller.stamp_ms);
    let from_version = |name: &str| draft.get(state, name).clone();
    let mut cells = vec![
        ("LatestPublishedVersionId", Cell::Text(draft.row.id.clone())),
        ("Title", from_version("Title")),
        ("Description", from_version("Description")),
        ("ContentSize", from_version("ContentSize")),
        ("FileType", from_version("FileType")),
        ("FileExtension", from_version("FileExtension")),
        ("ContentModifiedDate", now.clone()),
        ("LastModifiedDate", now.clone()),
        ("LastModifiedById", me.clone()),
        ("SystemModstamp", now.clone()),
    ];
    if is_first {
        cells.extend([
            ("IsDeleted", Cell::Bool(false)),
            ("IsArchived", Cell::Bool(false)),
            ("PublishStatus", Cell::text("P")),
            ("OwnerId", me.clone()),
            ("CreatedById", me),
            ("CreatedDate", now),
        ]);
    }
    for (name, cell) in cells {
        if let Some(at) = state.object(documents).field_at(name) {
            row.set(at, cell);
        }
    }
    state.replace(documents, place, Some(row));
}

/// A document hangs on a record once.
pub(super) fn complete_link(state: &State, draft: &Draft) -> Answered<()> {
    let Some(by) = state.object(draft.object).field_at("LinkedEntityId").filter(|_| draft.is_new()) else {
        return Ok(());
    };
    let record = draft.get(state, "LinkedEntityId").as_str().unwrap_or_default();
    let links = state.tables[draft.object].having(by, record).into_iter().flatten();
    let twin = links.filter_map(|place| state.tables[draft.object].row(place)).find(|link| {
        !state.is_deleted(draft.object, link)
            && state.get(draft.object, link, "ContentDocumentId") == draft.get(state, "ContentDocumentId")
    });
    match twin {
        None => Ok(()),
        Some(twin) => {
            let id = &twin.id;
            let message = format!("duplicate value found: LinkedEntityId duplicates value on record with id: {id}");
            Err(Refusal::of_fields("DUPLICATE_VALUE", message, &[]))
        }
    }
}

pub(super) fn complete_attachment(state: &State, draft: &mut Draft) {
    if let Some(blob) = &draft.blob {
        let n_bytes = blob.len();
        draft.set(state, "BodyLength", size(n_bytes));
    }
}
