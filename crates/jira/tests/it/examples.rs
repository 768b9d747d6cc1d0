//! The vendor's published example answers: each is read by the call it belongs to.

use std::fs;
use std::sync::Arc;

use entente_jira::jql::Jql;
use entente_jira::{BulkFetch, CommentOrder, IssueId, NewComment, NewIssue, RemoteLink, Search};
use serde_json::Value;

use crate::shared;
use crate::stage::{Script, reply};

const ISSUE: IssueId = IssueId::new(10_000);

/// The examples, by method, path and status.
struct Examples(Value);

impl Examples {
    fn read() -> Option<Self> {
        let path = shared::folder("fixtures/openapi-example-responses.json")?;
        Some(Self(serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")))
    }

    /// A site that answers `route` with the example of `documented`.
    fn site(&self, documented: &str, route: &str) -> Arc<Script> {
        let status = documented.rsplit(' ').next().and_then(|status| status.parse().ok()).expect("a status");
        let example = self.0.get(documented).unwrap_or_else(|| panic!("no example of {documented}"));
        // Examples claim to be the first of several pages; what follows is empty.
        let mut last = example.clone();
        if let Some(last) = last.as_object_mut() {
            last.insert("isLast".into(), true.into());
            last.remove("nextPageToken");
        }
        let script = Script::signed_in();
        script.on(route, [reply(status, &last)]);
        script
    }
}

macro_rules! reads {
    ($name:ident, $documented:literal, $route:literal, |$client:ident| $call:expr, |$found:ident| $law:expr) => {
        #[tokio::test]
        async fn $name() {
            let Some(examples) = Examples::read() else { return };
            let script = examples.site($documented, $route);
            let $client = script.client();
            let $found = $call.await.expect("an answer that can be read");
            assert!($law, "{:?}", $found);
        }
    };
}

reads!(fields, "GET /rest/api/3/field 200", "GET /rest/api/3/field", |c| c.fields(), |f| f
    .iter()
    .any(|f| f.id == "summary"));
reads!(found_fields, "GET /rest/api/3/field/search 200", "GET /rest/api/3/field/search", |c| c.find_fields(""), |f| f
    [0]
.custom);
reads!(priorities, "GET /rest/api/3/priority 200", "GET /rest/api/3/priority", |c| c.priorities(), |p| p.len() > 1);
reads!(statuses, "GET /rest/api/3/status 200", "GET /rest/api/3/status", |c| c.statuses(), |s| !s.is_empty());
reads!(server, "GET /rest/api/3/serverInfo 200", "GET /rest/api/3/serverInfo", |c| c.server(), |s| s
    .server_time
    .is_some());
reads!(projects, "GET /rest/api/3/project/search 200", "GET /rest/api/3/project/search", |c| c.projects(), |p| p[0]
    .key
    == "EX");
reads!(
    project,
    "GET /rest/api/3/project/{projectIdOrKey} 200",
    "GET /rest/api/3/project/EX",
    |c| c.project("EX"),
    |p| !p.issue_types.is_empty()
);
reads!(users, "GET /rest/api/3/user/bulk 200", "GET /rest/api/3/user/bulk", |c| c.users(&["a"]), |u| u[0]
    .email
    .is_some());
reads!(found_users, "GET /rest/api/3/user/search 200", "GET /rest/api/3/user/search", |c| c.find_users("m"), |u| !u
    .is_empty());
reads!(user, "GET /rest/api/3/user 200", "GET /rest/api/3/user", |c| c.user("a"), |u| u.is_some());
reads!(
    settings,
    "GET /rest/api/3/attachment/meta 200",
    "GET /rest/api/3/attachment/meta",
    |c| c.attachment_settings(),
    |s| s.enabled
);
reads!(attachment, "GET /rest/api/3/attachment/{id} 200", "GET /rest/api/3/attachment/1", |c| c.attachment("1"), |a| a
    .size
    > 0
    && a.created.is_some());
reads!(
    count,
    "POST /rest/api/3/search/approximate-count 200",
    "POST /rest/api/3/search/approximate-count",
    |c| c.approximate_count(&Jql::project_in(["EX"])),
    |n| n > 0
);

reads!(
    project_statuses,
    "GET /rest/api/3/project/{projectIdOrKey}/statuses 200",
    "GET /rest/api/3/project/EX/statuses",
    |c| c.project_statuses("EX"),
    |s| !s[0].statuses.is_empty()
);
reads!(
    creatable_types,
    "GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes 200",
    "GET /rest/api/3/issue/createmeta/EX/issuetypes",
    |c| c.creatable_types("EX"),
    |t| t[0].name == "Bug"
);
reads!(
    create_meta,
    "GET /rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId} 200",
    "GET /rest/api/3/issue/createmeta/EX/issuetypes/1",
    |c| c.create_meta("EX", "1"),
    |f| f[0].required && f[0].field_id == "assignee"
);
reads!(
    edit_meta,
    "GET /rest/api/3/issue/{issueIdOrKey}/editmeta 200",
    "GET /rest/api/3/issue/10000/editmeta",
    |c| c.edit_meta(ISSUE),
    |f| f[0].field_id == "summary" && f[0].allowed_values.len() == 2
);
reads!(
    transitions,
    "GET /rest/api/3/issue/{issueIdOrKey}/transitions 200",
    "GET /rest/api/3/issue/10000/transitions",
    |c| c.transitions(ISSUE),
    |t| t[0].to.name == "In Progress"
);
reads!(
    issue,
    "GET /rest/api/3/issue/{issueIdOrKey} 200",
    "GET /rest/api/3/issue/10000",
    |c| c.issue(ISSUE, &["*all"], &[]),
    |read| !read.issue.fields.is_empty()
);
reads!(
    fetched,
    "POST /rest/api/3/issue/bulkfetch 200",
    "POST /rest/api/3/issue/bulkfetch",
    |c| c.bulk_fetch(&BulkFetch::new([ISSUE], ["summary"])),
    |f| f.issues.len() == 3
);
reads!(
    found,
    "POST /rest/api/3/search/jql 200",
    "POST /rest/api/3/search/jql",
    |c| c.search(Search::new(Jql::project_in(["EX"]), ["*all"])).all(),
    |issues| !issues.is_empty()
);
reads!(
    changelog,
    "GET /rest/api/3/issue/{issueIdOrKey}/changelog 200",
    "GET /rest/api/3/issue/10000/changelog",
    |c| c.changelog(ISSUE),
    |changes| changes[0].items[0].to_string.as_deref() == Some("label-1")
);
reads!(
    comments,
    "GET /rest/api/3/issue/{issueIdOrKey}/comment 200",
    "GET /rest/api/3/issue/10000/comment",
    |c| c.comments(ISSUE, CommentOrder::OldestFirst),
    |c| c[0].visibility.is_some() && c[0].updated > c[0].created
);
reads!(
    remote_links,
    "GET /rest/api/3/issue/{issueIdOrKey}/remotelink 200",
    "GET /rest/api/3/issue/10000/remotelink",
    |c| c.remote_links(ISSUE),
    |l| l.len() == 2
);
reads!(
    upserted,
    "POST /rest/api/3/issue/{issueIdOrKey}/remotelink 201",
    "POST /rest/api/3/issue/10000/remotelink",
    |c| c.upsert_remote_link(ISSUE, &RemoteLink::default()),
    |id| id == 10_000
);
reads!(
    created,
    "POST /rest/api/3/issue 201",
    "POST /rest/api/3/issue",
    |c| c.create(&NewIssue::default()),
    |created| created.key.project() == "ED"
);
reads!(
    bulk_created,
    "POST /rest/api/3/issue/bulk 201",
    "POST /rest/api/3/issue/bulk",
    |c| c.bulk_create(&[NewIssue::default(), NewIssue::default()]),
    |outcomes| outcomes.iter().all(Result::is_ok)
);
reads!(myself, "GET /rest/api/3/myself 200", "GET /rest/api/3/myself", |c| c.myself(), |me| !me.account_id.is_empty());
reads!(all_users, "GET /rest/api/3/users/search 200", "GET /rest/api/3/users/search", |c| c.all_users(), |u| u.len()
    > 1);
reads!(
    changelogs,
    "POST /rest/api/3/changelog/bulkfetch 200",
    "POST /rest/api/3/changelog/bulkfetch",
    |c| c.bulk_changelogs(&[IssueId::new(10_100)], &[]),
    |logs| !logs.is_empty() && !logs[0].changes.is_empty()
);
reads!(
    commented,
    "POST /rest/api/3/issue/{issueIdOrKey}/comment 201",
    "POST /rest/api/3/issue/10000/comment",
    |c| c.add_comment(ISSUE, &NewComment::default()),
    |comment| comment.visibility.is_some()
);
reads!(
    edited_comment,
    "PUT /rest/api/3/issue/{issueIdOrKey}/comment/{id} 200",
    "PUT /rest/api/3/issue/10000/comment/1",
    |c| c.edit_comment(ISSUE, "1", &Value::Null),
    |comment| comment.updated > comment.created
);
reads!(
    property,
    "GET /rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey} 200",
    "GET /rest/api/3/issue/10000/properties/p",
    |c| c.property(ISSUE, "p"),
    |value| value.as_ref().is_some_and(|value| value["system.support.time"] == "1m")
);
