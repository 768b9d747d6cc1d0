//! The site itself: version and time, its cloud id, what attachments it takes.

use serde_json::json;

use crate::jira::answer::{Answer, Reply};
use crate::jira::limits::FILE_BYTES;
use crate::jira::session::Session;

/// Open to strangers; `serverTime` shows how far the clocks are apart.
pub(crate) fn info(s: &mut Session<'_>) -> Answer {
    let base = s.site.control().base_url();
    Ok(Reply::ok(json!({
        "baseUrl": base,
        "displayUrl": base,
        "displayUrlServicedeskHelpCenter": base,
        "displayUrlConfluence": base,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_300,
        "buildDate": "2026-11-02T03:41:47.000+0000",
        "serverTime": s.view().time(s.now),
        "serverTimeZone": "Etc/UTC",
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": "Jira",
        "defaultLocale": { "locale": "en_US" },
    })))
}

/// How a client learns the cloud id; not a part of the REST API.
pub(crate) fn tenant(s: &mut Session<'_>) -> Answer {
    Ok(Reply::ok(json!({ "cloudId": s.contents.cloud_id })))
}

pub(crate) fn attachments(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let limit = s.upload_bytes();
    Ok(Reply::ok(json!({ "enabled": limit.is_some(), "uploadLimit": limit.unwrap_or(FILE_BYTES) })))
}

/// The caller's language.
pub(crate) fn locale(s: &mut Session<'_>) -> Answer {
    s.me()?;
    Ok(Reply::ok(json!({ "locale": "en_US" })))
}

pub(crate) fn configuration(s: &mut Session<'_>) -> Answer {
    s.me()?;
    Ok(Reply::ok(json!({
        "votingEnabled": true,
        "watchingEnabled": true,
        "unassignedIssuesAllowed": true,
        "subTasksEnabled": true,
        "issueLinkingEnabled": true,
        "timeTrackingEnabled": true,
        "attachmentsEnabled": true,
        "timeTrackingConfiguration": { "workingHoursPerDay": 8.0, "workingDaysPerWeek": 5.0, "timeFormat": "pretty", "defaultUnit": "minute" },
    })))
}
