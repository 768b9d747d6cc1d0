//! The vendor's limits, once and by name.

/// Characters of a single-line text field.
pub(crate) const TEXT_FIELD_CHARS: usize = 255;
pub(crate) const LABEL_CHARS: usize = 255;
pub(crate) const PROJECT_KEY_CHARS: usize = 10;
/// Characters of a rich text field or a comment.
pub(crate) const RICH_TEXT_CHARS: usize = 32_767;
/// Characters of an entity property's JSON, and of its key.
pub(crate) const PROPERTY_CHARS: usize = 32_768;
pub(crate) const PROPERTY_KEY_CHARS: usize = 255;
pub(crate) const REMOTE_GLOBAL_ID_CHARS: usize = 255;
/// Issues of one bulk create, and of one bulk fetch.
pub(crate) const BULK_CREATE_ISSUES: usize = 50;
pub(crate) const BULK_FETCH_ISSUES: usize = 100;
pub(crate) const PROPERTIES_PER_READ: usize = 5;
/// Issues and fields of one changelog bulk fetch, and histories of one page.
pub(crate) const CHANGELOG_BULK_ISSUES: usize = 1000;
pub(crate) const CHANGELOG_BULK_FIELDS: usize = 10;
pub(crate) const CHANGELOG_BULK_PAGE: usize = 10_000;
/// Rows of a search page when fields other than id and key are asked for; measured, not documented.
pub(crate) const SEARCH_PAGE_WITH_FIELDS: usize = 100;
pub(crate) const SEARCH_PAGE: usize = 5000;
pub(crate) const SEARCH_PAGE_DEFAULT: usize = 50;
pub(crate) const ORDER_BY_FIELDS: usize = 7;
pub(crate) const RECONCILE_ISSUES: usize = 50;
/// Rows of one page of the classic lists.
pub(crate) const PAGE: usize = 100;
pub(crate) const FIELD_PAGE: usize = 50;
/// What one issue can hold; beyond it the vendor answers 413.
pub(crate) const COMMENTS_PER_ISSUE: usize = 5000;
pub(crate) const ATTACHMENTS_PER_ISSUE: usize = 2000;
pub(crate) const LINKS_PER_ISSUE: usize = 2000;
pub(crate) const REMOTE_LINKS_PER_ISSUE: usize = 2000;
pub(crate) const WORKLOGS_PER_ISSUE: usize = 10_000;
/// Files of one upload, and bytes of one file.
pub(crate) const FILES_PER_UPLOAD: usize = 60;
pub(crate) const FILE_BYTES: u64 = 100 * 1024 * 1024;
/// Bytes of a request of any other kind.
pub(crate) const REQUEST_BYTES: usize = 128 * 1024 * 1024;
/// Nesting of a document.
pub(crate) const DOCUMENT_DEPTH: usize = 256;
/// Registrations of one dynamic webhook owner.
pub(crate) const DYNAMIC_WEBHOOKS: usize = 5;
