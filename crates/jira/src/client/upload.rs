//! Adding a file to an issue, streamed from wherever it comes.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use entente_transport::{BoxFuture, ByteStream, CallError};
use futures_util::stream::{self, StreamExt as _};
use http::{HeaderName, HeaderValue};

use super::Client;
use super::attachments::Attachment;
use crate::id::IssueRef;
use crate::limits::UPLOAD_TIMEOUT;
use crate::request::{Request, refused};

/// Without it Jira takes an upload for a forged one.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-issue-issueidorkey-attachments-post>
const XSRF_HEADER: HeaderName = HeaderName::from_static("x-atlassian-token");
const XSRF_OFF: HeaderValue = HeaderValue::from_static("no-check");

/// Opens the file's content; called anew for each sending.
pub type OpenFile = Arc<dyn Fn() -> BoxFuture<'static, io::Result<ByteStream>> + Send + Sync>;

/// A file to be.
#[derive(Clone)]
pub struct NewAttachment {
    /// Its name, as people will see it.
    pub filename: String,
    /// Its media type.
    pub mime_type: String,
    /// Its content.
    pub open: OpenFile,
}

impl std::fmt::Debug for NewAttachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAttachment").field("filename", &self.filename).finish_non_exhaustive()
    }
}

impl Client {
    /// Adds a file to an issue. Jira takes the same name twice and gives no marker: after `Ambiguous` compare the
    /// issue's files by name, size and time before you try again.
    ///
    /// # Errors
    /// `Invalid` for a file above [`AttachmentSettings::upload_limit`](crate::AttachmentSettings::upload_limit) or an
    /// issue with 2,000 files; `NotApplied` when the content cannot be opened; `Gone`; `Denied`.
    pub async fn upload(&self, issue: impl Into<IssueRef>, file: &NewAttachment) -> Result<Attachment, CallError> {
        let form = Form::new(file, self.boundary())?;
        let request = Request::write("POST /rest/api/3/issue/{issue}/attachments").segment(issue.into());
        let call = request.timeout(UPLOAD_TIMEOUT).into_call()?.header(XSRF_HEADER, XSRF_OFF);
        let content_type = form.content_type()?;
        let call = call.stream(content_type, move || form.clone().open());
        let mut stored: Vec<Attachment> = self.send_call(call).await?.json()?;
        stored
            .pop()
            .ok_or_else(|| CallError::Ambiguous { reason: "Jira took the file without saying what it became".into() })
    }

    /// A line that no file contains by chance.
    fn boundary(&self) -> String {
        let rng = &self.shared.rng;
        format!("entente-{:016x}{:016x}", rng.next_u64(), rng.next_u64())
    }
}

/// A form with one part, the file. <https://www.rfc-editor.org/rfc/rfc7578>
#[derive(Clone)]
struct Form {
    boundary: String,
    head: Bytes,
    tail: Bytes,
    open: OpenFile,
}

impl Form {
    fn new(file: &NewAttachment, boundary: String) -> Result<Self, CallError> {
        if file.mime_type.chars().any(char::is_control) {
            return Err(refused(format!("{:?} is no media type", file.mime_type)));
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(&file.filename),
            file.mime_type
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        Ok(Self { boundary, head: head.into(), tail: tail.into(), open: Arc::clone(&file.open) })
    }

    fn content_type(&self) -> Result<HeaderValue, CallError> {
        let value = format!("multipart/form-data; boundary={}", self.boundary);
        HeaderValue::from_str(&value)
            .map_err(|_| CallError::Broken { reason: "the form has no usable boundary".into() })
    }

    fn open(self) -> BoxFuture<'static, io::Result<ByteStream>> {
        Box::pin(async move {
            let content = (self.open)().await?;
            let frame = (self.head.len() + self.tail.len()) as u64;
            let length = content.length().map(|length| length + frame);
            let head = stream::iter([Ok(self.head)]);
            let tail = stream::iter([Ok(self.tail)]);
            Ok(ByteStream::new(head.chain(content.into_stream()).chain(tail), length))
        })
    }
}

/// A file name as browsers write it: UTF-8, with what would end the name encoded.
/// <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>
fn quoted(filename: &str) -> String {
    filename.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
