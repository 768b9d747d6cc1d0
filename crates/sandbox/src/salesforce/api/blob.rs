//! Files: the multipart body of an upload, and the raw bytes of a download.
//!
//! Vendor page: REST API Developer Guide, "Insert or Update Blob Data".

use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::refusal::{Answered, Refusal};
use super::super::schema::Kind;
use super::super::state::State;
use super::answer::{Answer, Content};
use super::call::Payload;

/// The bytes of a record's blob field.
pub(super) fn download(state: &State, object: usize, id: &str, field: &str) -> Answered<Answer> {
    let is_blob = state.object(object).field(field).is_some_and(|field| field.kind == Kind::Base64);
    if !is_blob {
        return Err(Refusal::not_found());
    }
    let row = state.tables[object].by_id(id).ok_or_else(Refusal::not_found)?;
    if state.is_deleted(object, row) {
        return Err(Refusal::not_found());
    }
    let bytes = state.blobs.get(&row.id).cloned().unwrap_or_default();
    Ok(Answer { status: 200, headers: Vec::new(), body: Content::Bytes(bytes) })
}

/// A record in the first part, and the bytes in the part that has a file name.
pub(super) fn read(kind: &str, body: &Bytes) -> Answered<Payload> {
    let wrong =
        || Refusal::new(400, "INVALID_MULTIPART_REQUEST", "Multipart message must have a boundary and two parts.");
    let boundary = kind.split("boundary=").nth(1).map(|rest| rest.trim().trim_matches('"')).ok_or_else(wrong)?;
    let delimiter = format!("--{boundary}");
    let (mut fields, mut blob) = (None, None);
    for (start, end) in between(body, delimiter.as_bytes()) {
        let part = body.slice(start..end);
        let Some(head_end) = find(&part, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&part[..head_end]).to_ascii_lowercase();
        let content = part.slice(head_end + 4..part.len().saturating_sub(2).max(head_end + 4));
        if head.contains("filename=") {
            blob = Some(content);
        } else if fields.is_none() {
            let record: Map<String, Value> = serde_json::from_slice(&content).map_err(|_| wrong())?;
            fields = Some(record);
        }
    }
    Ok(Payload::Upload { fields: fields.ok_or_else(wrong)?, blob })
}

/// The stretches between delimiters.
fn between(body: &[u8], delimiter: &[u8]) -> Vec<(usize, usize)> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&body[at..], delimiter) {
        starts.push(at + found);
        at += found + delimiter.len();
    }
    starts.windows(2).map(|pair| (pair[0] + delimiter.len(), pair[1])).collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(offset) = haystack[from..].iter().position(|byte| *byte == first) {
        let at = from + offset;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_and_its_bytes() {
        let body = "--xyz\r\nContent-Disposition: form-data; name=\"entity_content\";\r\nContent-Type: application/json\r\n\r\n\
                    {\"Title\":\"log\"}\r\n--xyz\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; \
                    name=\"VersionData\"; filename=\"log.txt\"\r\n\r\n\r\n--line\r\n\r\n--xyz--";
        let payload = read("multipart/form-data; boundary=\"xyz\"", &Bytes::from(body)).expect("an upload");
        let Payload::Upload { fields, blob } = payload else { panic!("an upload") };
        assert_eq!(fields["Title"], "log");
        assert_eq!(blob.expect("bytes"), "\r\n--line\r\n");
    }
}
