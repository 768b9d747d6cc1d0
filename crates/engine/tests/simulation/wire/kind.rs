//! What kind of call a call is.

/// Kinds of calls that change records.
pub(crate) const WRITES: [&str; 5] = ["create issues", "edit issue", "move issue", "update records", "upsert records"];

/// Kinds of calls that write comments.
pub(crate) const TALK: [&str; 4] = ["add comment", "edit comment", "add case comments", "edit case comment"];

/// Kinds of calls that copy files.
pub(crate) const FILES: [&str; 2] = ["add attachment", "add file"];

/// Kinds of calls that change who may see what in the portal.
pub(crate) const PORTAL: [&str; 6] = [
    "create organization",
    "mark organization",
    "add organization to desk",
    "create customer",
    "add member",
    "remove member",
];

pub(super) fn is_write(kind: &str) -> bool {
    WRITES.contains(&kind) || TALK.contains(&kind) || FILES.contains(&kind) || PORTAL.contains(&kind)
}

/// Kinds of calls that answer with whole records.
pub(super) const READS: [&str; 4] = ["fetch issues", "query records", "search issues", "edit issue"];

/// What a call is, for people and for the accounts of what has happened.
pub(super) fn kind(method: &str, path: &str, body: &[u8]) -> &'static str {
    let updates = || body.windows(7).any(|window| window == b"\"PATCH\"");
    let ends = |with: &str| path.ends_with(with);
    let of_comments = || body.windows(11).any(|window| window == b"CaseComment");
    match method {
        // The identity of who signed in is part of it: nobody else goes on meanwhile.
        _ if path.contains("/oauth2/") || path.starts_with("/id/") => "sign in",
        "POST" if ends("/issue/bulk") => "create issues",
        "POST" if ends("/issue/bulkfetch") => "fetch issues",
        "POST" if ends("/search/jql") => "search issues",
        "POST" if ends("/transitions") => "move issue",
        "POST" if ends("/changelog/bulkfetch") => "fetch changelogs",
        "GET" if ends("/comment") => "read comments",
        "POST" if ends("/comment") => "add comment",
        "PUT" if path.contains("/comment/") => "edit comment",
        "POST" if ends("/attachments") => "add attachment",
        "POST" if ends("/sobjects/ContentVersion") => "add file",
        "POST" if ends("/composite/sobjects") && of_comments() => "add case comments",
        "PATCH" if path.contains("/sobjects/CaseComment/") => "edit case comment",
        "POST" if ends("/composite") && updates() => "update records",
        "POST" if ends("/composite") && of_comments() => "read comments",
        "PATCH" if path.contains("/composite/sobjects/") => "upsert records",
        "PATCH" if ends("/composite/sobjects") => "update records",
        "PUT" if path.contains("/issue/") => "edit issue",
        "POST" if ends("/servicedeskapi/organization") => "create organization",
        "PUT" if path.contains("/servicedeskapi/organization/") => "mark organization",
        "POST" if path.contains("/servicedesk/") && ends("/organization") => "add organization to desk",
        "POST" if ends("/servicedeskapi/customer") => "create customer",
        "POST" if path.contains("/servicedeskapi/organization/") => "add member",
        "DELETE" if path.contains("/servicedeskapi/organization/") => "remove member",
        "GET" if ends("/query") || path.contains("/query/") || ends("/queryAll") => "query records",
        "GET" if ends("/transitions") => "ask for transitions",
        _ => "other",
    }
}
