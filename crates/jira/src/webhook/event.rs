//! The events that matter to a sync, by the vendor's names.

/// What happened to an issue, as far as this client tells events apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookEvent {
    /// `jira:issue_created`
    IssueCreated,
    /// `jira:issue_updated`, which transitions, assignments and moves are too.
    IssueUpdated,
    /// `jira:issue_deleted`
    IssueDeleted,
    /// `comment_created`
    CommentCreated,
    /// `comment_updated`
    CommentUpdated,
    /// `comment_deleted`
    CommentDeleted,
    /// `attachment_created`
    AttachmentCreated,
    /// `attachment_deleted`
    AttachmentDeleted,
    /// `issuelink_created`
    IssueLinkCreated,
    /// `issuelink_deleted`
    IssueLinkDeleted,
    /// `worklog_created`
    WorklogCreated,
    /// `worklog_updated`
    WorklogUpdated,
    /// `worklog_deleted`
    WorklogDeleted,
    /// `issue_property_set`
    PropertySet,
    /// `issue_property_deleted`
    PropertyDeleted,
    /// Any other event: versions, projects, users, sprints, boards, options, and those still to be invented.
    Ignored,
}

impl WebhookEvent {
    /// The event of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        // Dynamic webhooks and some families write the name without its `jira:`.
        match name.strip_prefix("jira:").unwrap_or(name) {
            "issue_created" => Self::IssueCreated,
            "issue_updated" => Self::IssueUpdated,
            "issue_deleted" => Self::IssueDeleted,
            "comment_created" => Self::CommentCreated,
            "comment_updated" => Self::CommentUpdated,
            "comment_deleted" => Self::CommentDeleted,
            "attachment_created" => Self::AttachmentCreated,
            "attachment_deleted" => Self::AttachmentDeleted,
            "issuelink_created" => Self::IssueLinkCreated,
            "issuelink_deleted" => Self::IssueLinkDeleted,
            "worklog_created" => Self::WorklogCreated,
            "worklog_updated" => Self::WorklogUpdated,
            "worklog_deleted" => Self::WorklogDeleted,
            "issue_property_set" => Self::PropertySet,
            "issue_property_deleted" => Self::PropertyDeleted,
            _ => Self::Ignored,
        }
    }

    /// The events that [`Client::create_webhook`](crate::Client::create_webhook) is usually asked for: what moves
    /// fields, status, comments and files.
    pub const SYNC_NAMES: [&'static str; 8] = [
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "attachment_created",
        "attachment_deleted",
    ];
}
