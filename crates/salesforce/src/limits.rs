//! Every number of this crate, with the vendor's reason.
//!
//! Callers size their batches by the public ones; a method that is given more refuses with `Invalid` before it sends
//! anything.

use entente_transport::{Pace, PaceLimits};

/// The pace of a new connection. Salesforce has no limit per second, but long requests block each other and one record
/// is best written by one call at a time.
/// <https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm>
pub const PACE: Pace =
    Pace::Limits(PaceLimits { get_per_second: None, post_per_second: None, put_per_second: None, in_flight: 5 });

/// The API version that is asked for unless a connection names another; versions live three years and more.
pub const API_VERSION: &str = "v64.0";

/// Rows in one collections call.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm>
pub const COLLECTION_ROWS_MAX: usize = 200;

/// Ids in one collections retrieve by POST.
pub const RETRIEVE_IDS_MAX: usize = 2_000;

/// Subrequests in one composite call.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>
pub const COMPOSITE_PARTS_MAX: usize = 25;

/// Of those, how many may be queries.
pub const COMPOSITE_QUERIES_MAX: usize = 5;

/// Rows that one [`crate::Client::all_rows`] collects before it gives up: more belongs to pages or to the Bulk API.
pub const ROWS_MAX: usize = 200_000;

/// The longest outbound message that is read. A message carries at most 100 notifications; ours ask for ids only.
pub const OUTBOUND_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Notifications in one outbound message.
pub(crate) const OUTBOUND_NOTIFICATIONS_MAX: usize = 100;

/// How deep an outbound message may nest; the vendor's nests six deep.
pub(crate) const OUTBOUND_DEPTH_MAX: usize = 16;

/// Characters of one SOQL statement.
/// <https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm>
pub(crate) const SOQL_CHARS_MAX: usize = 100_000;

/// An encoded query longer than this does not fit the 16,384 bytes of URI and headers; it travels inside a composite.
pub(crate) const QUERY_URI_BYTES_MAX: usize = 12_000;

/// The life of a signed assertion; the vendor allows three minutes.
pub(crate) const ASSERTION_SECS: i64 = 180;

/// A sign-in that takes longer will not come.
pub(crate) const SIGN_IN_TIMEOUT_MS: u64 = 30_000;

/// A write may run long triggers; the vendor cuts a call after ten minutes.
pub(crate) const WRITE_TIMEOUT_MS: u64 = 120_000;

/// Uploads and downloads of files.
pub(crate) const FILE_TIMEOUT_MS: u64 = 600_000;

/// Pause after the daily request limit: it is a rolling 24 hours, so some requests return each minute.
pub(crate) const DAILY_LIMIT_PAUSE_SECS: u64 = 15 * 60;

/// Pause after too many long-running requests at once.
pub(crate) const CONCURRENT_LIMIT_PAUSE_SECS: u64 = 5;

/// Pause after a limit of the org's own code.
pub(crate) const APEX_LIMIT_PAUSE_SECS: u64 = 30;

/// Pause while an org is read-only or locked for maintenance.
pub(crate) const MAINTENANCE_PAUSE_SECS: u64 = 10 * 60;

/// Pause after too many sign-ins of one user.
pub(crate) const SIGN_IN_PAUSE_SECS: u64 = 15 * 60;
