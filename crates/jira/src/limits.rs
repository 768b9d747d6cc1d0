//! Every limit of this client, in one place, with the vendor's page where there is one.
//!
//! Callers size their batches by these; a method that is given more refuses with `Invalid` before it sends anything,
//! or, where the call only reads, cuts the work into several calls (each method says which).

use std::time::Duration;

use entente_transport::{Pace, PaceLimits};

/// The pace of a new connection: half of the documented burst of each method, and ten calls at a time.
/// <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>
pub const PACE: Pace = Pace::Limits(PaceLimits {
    get_per_second: Some(50),
    post_per_second: Some(50),
    put_per_second: Some(25),
    in_flight: 10,
});

/// Issues in one bulk fetch. Newer vendor text allows 1,000 when fields are named; 100 holds everywhere.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post>
pub const BULK_FETCH_ISSUES_MAX: usize = 100;

/// Issues in one bulk create.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post>
pub const BULK_CREATE_ISSUES_MAX: usize = 50;

/// Issues in one bulk fetch of changelogs.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post>
pub const CHANGELOG_ISSUES_MAX: usize = 1_000;

/// Field ids by which one bulk fetch of changelogs can be narrowed.
pub const CHANGELOG_FIELDS_MAX: usize = 10;

/// Changelog entries in one page of a bulk fetch of changelogs.
pub const CHANGELOG_PAGE_ROWS: usize = 1_000;

/// Issue properties that one search or bulk fetch returns.
pub const PROPERTIES_PER_READ_MAX: usize = 5;

/// Characters in the value of one issue property.
/// <https://developer.atlassian.com/cloud/jira/platform/jira-entity-properties/>
pub const PROPERTY_CHARS_MAX: usize = 32_768;

/// Characters in the key of one issue property.
pub const PROPERTY_KEY_CHARS_MAX: usize = 255;

/// Ids that a search can force to be read from the primary store.
/// <https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/>
pub const RECONCILE_ISSUES_MAX: usize = 50;

/// Fields in the `ORDER BY` of a search.
pub const ORDER_FIELDS_MAX: usize = 7;

/// Rows asked of a search page; with fields the vendor gives at most 100 anyway.
pub const SEARCH_PAGE_ROWS: usize = 100;

/// Rows asked of a page of projects, comments or changelog entries.
pub const PAGE_ROWS: usize = 100;

/// Rows asked of a page of fields or of create metadata; the vendor clamps these to 50.
pub const META_PAGE_ROWS: usize = 50;

/// Account ids in one bulk read of users; more would make the URL longer than some proxies let through.
pub const USERS_BULK_MAX: usize = 50;

/// Rows asked of a page of all users; the vendor gives no more.
pub const USERS_PAGE_ROWS: usize = 1_000;

/// Rows asked of a page of the service desk's own listings; its default is 50.
/// <https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/#pagination>
pub const DESK_PAGE_ROWS: usize = 100;

/// Accounts that one call may add to an organization or a service desk, or take out of it.
pub const MEMBERS_PER_CALL_MAX: usize = 50;

/// Characters in the name of an organization.
pub const ORGANIZATION_NAME_CHARS_MAX: usize = 200;

/// Pages that one listing may have before this client stops and says so: a loop in the vendor's paging must not run forever.
pub const PAGES_MAX: usize = 2_000;

/// Characters of a remote link's global id.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-post>
pub const GLOBAL_ID_CHARS_MAX: usize = 255;

/// Bytes of a webhook body. <https://developer.atlassian.com/cloud/jira/platform/webhooks/>
pub const WEBHOOK_BODY_BYTES_MAX: usize = 25 * 1024 * 1024;

/// Characters of the vendor's own words that an error repeats.
pub const REASON_CHARS_MAX: usize = 500;

/// How long one call may take, all of its attempts together.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a bulk call may take: fifty creates or a hundred issues with every field.
pub const BULK_CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How long an upload may take: a gigabyte at a few megabytes a second.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// How long to wait after a 429 that does not say how long.
pub const THROTTLE_DEFAULT: Duration = Duration::from_secs(5);

/// The longest wait that a `Retry-After` may ask for; the hourly quota resets within this.
pub const THROTTLE_MAX: Duration = Duration::from_secs(3_600);
