//! The top of the document, and the parts that belong to no connection and no item.

use super::{
    Key, Kind, Shape,
    access::{ACCESS, MAIL},
    connections::CONNECTION,
    items::ITEM_SHAPE,
};

/// The whole document.
pub(crate) static DOCUMENT: Shape = Shape {
    name: "document",
    about: "Which Salesforce orgs and Jira sites there are, and what is kept in agreement between them.",
    keys: &[
        Key::required("version", Kind::Whole { min: 1, max: 1 }, "Version of this format."),
        Key::required(
            "connections",
            Kind::Named { what: "connection", of: &Kind::Map(&CONNECTION), min: 1 },
            "Orgs and sites by name; at least one of each.",
        ),
        Key::optional(
            "items",
            Kind::Named { what: "item", of: &Kind::Map(&ITEM_SHAPE), min: 0 },
            "Connected items by name. The order counts: the first item that fits takes a record.",
        ),
        Key::optional(
            "people",
            Kind::Named { what: "person", of: &Kind::Text, min: 1 },
            "Who is who: a Salesforce user or queue (e-mail, user name, name or id), or a role (name; the integration user has to see roles), to a Jira account (e-mail or id).",
        ),
        Key::optional("triggers", Kind::Map(&TRIGGERS), "When records are looked at."),
        Key::optional("journal", Kind::Map(&JOURNAL), "How long the journal is kept."),
        Key::optional("server", Kind::Map(&SERVER), "How this server is reached."),
        Key::optional("access", Kind::Map(&ACCESS), "Who is let into the customer portal."),
        Key::optional(
            "alerts",
            Kind::Map(&ALERTS),
            "How owners of items hear of what waits for them. Default: not at all.",
        ),
    ],
};

static ALERTS: Shape = Shape {
    name: "alerts",
    about: "Mails to the owners of items.",
    keys: &[Key::required("mail", Kind::Map(&MAIL), "By which server, and from whom.")],
};

static TRIGGERS: Shape = Shape {
    name: "triggers",
    about: "When records are looked at.",
    keys: &[
        Key::optional(
            "poll_seconds",
            Kind::Whole { min: 5, max: 86_400 },
            "How often both sides are asked what has changed. Default 60.",
        ),
        Key::optional(
            "reconcile",
            Kind::Word(&["never", "hourly", "daily", "weekly"]),
            "How often every link is read in full and compared. Default daily.",
        ),
        Key::optional("push", Kind::Flag, "Whether webhooks and outbound messages are taken. Default true."),
        Key::optional("change_events", Kind::Flag, "Salesforce change events. Not run by this version. Default false."),
    ],
};

static JOURNAL: Shape = Shape {
    name: "journal",
    about: "How long the journal is kept, and what it may hold.",
    keys: &[
        Key::optional(
            "keep_days",
            Kind::Whole { min: 1, max: 36_500 },
            "After so many days what happened is forgotten, and what was overwritten then cannot be restored any more.",
        ),
        Key::optional(
            "digest_only",
            Kind::List { of: &Kind::Text, min: 1, max: super::MANY },
            "Mapped fields, of either side, whose values are kept as digests only. Their writes cannot be taken back.",
        ),
    ],
};

static SERVER: Shape = Shape {
    name: "server",
    about: "How this server is reached.",
    keys: &[
        Key::optional("listen", Kind::Text, "Address and port to listen on: 127.0.0.1:7400."),
        Key::optional("public_url", Kind::Text, "The server's address as Salesforce and Jira reach it."),
        Key::optional(
            "api_tokens",
            Kind::List { of: &Kind::Secret, min: 0, max: super::MANY },
            "Bearer tokens that open the API; none: it stays closed.",
        ),
        Key::optional("forge", Kind::Map(&FORGE), "Your own Forge app, which shows links inside Jira."),
    ],
};

static FORGE: Shape = Shape {
    name: "forge",
    about: "Your own Forge app, which shows links inside Jira. Without it the doors under `/forge` are closed.",
    keys: &[
        Key::required("app_id", Kind::Text, "`app.id` of its manifest: calls for another app are refused."),
        Key::optional(
            "jwks_url",
            Kind::Text,
            "Where the keys are published that sign its calls. Default: Atlassian's.",
        ),
    ],
};
