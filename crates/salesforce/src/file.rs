//! Files, as streams: never wholly in memory.
//!
//! A file is a `ContentVersion`; making one that names a record puts the file there in the same call.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_insert_update_blob.htm>

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use entente_transport::{BoxFuture, ByteStream, Call, CallError, Opened};
use futures_util::StreamExt;
use futures_util::stream::iter;
use http::{HeaderValue, Method};
use serde_json::json;

use crate::RecordId;
use crate::client::{Client, WriteOptions, broken, with_headers};
use crate::collection::Saved;
use crate::limits::FILE_TIMEOUT_MS;

/// Separates the parts of an upload. Fixed: the vendor takes any up to 70 characters, and a file that contains this very
/// line is refused rather than cut.
const BOUNDARY: &str = "entente-5f0e2c9b7d1a4386-file-boundary";

/// A file to put on a record.
#[derive(Clone)]
pub struct NewFile {
    /// What people call it, at most 255 characters.
    pub title: String,
    /// Its name with the extension that says its type.
    pub file_name: String,
    /// What is said of it, at most 1,000 characters; nothing when empty.
    pub description: String,
    /// The record it is put on.
    pub linked_to: RecordId,
    /// Its bytes; the vendor wants to know beforehand. At most 2 GB.
    pub length: u64,
    /// Opens it, anew for each sending.
    pub open: Arc<dyn Fn() -> BoxFuture<'static, io::Result<ByteStream>> + Send + Sync>,
}

impl fmt::Debug for NewFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewFile")
            .field("file_name", &self.file_name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Puts a file on a record and answers with its version (068). Serialise uploads per record: parallel ones lock each
    /// other out.
    pub async fn upload(&self, file: &NewFile) -> Result<Saved, CallError> {
        let content_type = HeaderValue::try_from(["multipart/form-data; boundary=\"", BOUNDARY, "\""].concat());
        let content_type = content_type.map_err(|_| broken("a boundary is not text"))?;
        let call =
            Call::write(Method::POST, "/services/data/{v}/sobjects/{object}", self.path("/sobjects/ContentVersion"));
        let head = Bytes::from(head(file));
        let (open, length) = (Arc::clone(&file.open), file.length);
        let call = call.stream(content_type, move || {
            let (head, opened) = (head.clone(), open());
            Box::pin(async move { Ok(framed(head, opened.await?, length)) })
        });
        let call = with_headers(call.timeout_ms(FILE_TIMEOUT_MS), &self.write_headers(&WriteOptions::default()))?;
        let saved: Saved = self.send(call).await?.json()?;
        Ok(Saved { created: true, ..saved })
    }

    /// The bytes of a file's version (068), while they arrive.
    pub async fn download(&self, version: &RecordId) -> Result<Opened, CallError> {
        let target = self.path(&["/sobjects/ContentVersion/", version.as_str(), "/VersionData"].concat());
        let call = Call::get("/services/data/{v}/sobjects/ContentVersion/{id}/VersionData", target);
        let any = HeaderValue::from_static("*/*");
        self.transport().open(call.header(http::header::ACCEPT, any).timeout_ms(FILE_TIMEOUT_MS)).await
    }
}

fn head(file: &NewFile) -> String {
    let mut entity =
        json!({ "Title": file.title, "PathOnClient": file.file_name, "FirstPublishLocationId": file.linked_to });
    if !file.description.is_empty() {
        entity["Description"] = json!(file.description);
    }
    // A quote or line break in the name would end the header it stands in.
    let name: String =
        file.file_name.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { '_' } else { c }).collect();
    [
        "--",
        BOUNDARY,
        "\r\nContent-Disposition: form-data; name=\"entity_content\";\r\nContent-Type: application/json\r\n\r\n",
        &entity.to_string(),
        "\r\n--",
        BOUNDARY,
        "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"",
        &name,
        "\"\r\n\r\n",
    ]
    .concat()
}

fn framed(head: Bytes, file: ByteStream, length: u64) -> ByteStream {
    let tail = Bytes::from(["\r\n--", BOUNDARY, "--\r\n"].concat());
    let total = u64::try_from(head.len() + tail.len()).unwrap_or(0) + length;
    ByteStream::new(iter([Ok(head)]).chain(file.into_stream()).chain(iter([Ok(tail)])), Some(total))
}
