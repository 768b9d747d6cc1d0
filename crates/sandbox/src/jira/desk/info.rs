//! `GET /info`, open to everybody.

use serde_json::json;

use crate::jira::answer::{Answer, Reply};
use crate::jira::session::Session;

pub(crate) fn info(s: &mut Session<'_>) -> Answer {
    Ok(Reply::ok(json!({
        "version": "5.12.0-SNAPSHOT",
        "platformVersion": "1001.0.0-SNAPSHOT",
        "buildDate": s.view().desk_time(1_793_590_907_000),
        "buildChangeSet": "0000000000000000000000000000000000000000",
        "isLicensedForUse": true,
        "_links": { "self": s.view().desk_api("info") },
    })))
}
