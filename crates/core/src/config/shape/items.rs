//! What stands under `items:`.

use super::{
    Key, Kind, MANY, Shape, TEXTS,
    fields::{CONFLICT_POLICIES, FIELD, FILTER},
};

const STATES: Kind = Kind::Word(&["draft", "active", "paused"]);

pub(super) static ITEM_SHAPE: Shape = Shape {
    name: "connected-item",
    about: "What pairs with what, and how.",
    keys: &[
        Key::optional("owner", Kind::Text, "The person who answers for it."),
        Key::optional("renamed_from", Kind::Text, "Its name before, so that its links follow."),
        Key::optional("state", STATES, "Whether it runs. Default active."),
        Key::optional("actions", Kind::Map(&ACTIONS), "What each of its two directions does by itself."),
        Key::optional(
            "mode",
            Kind::Word(&["display-only", "one-way", "two-way"]),
            "How much it may do: show, Salesforce to Jira, both ways. Default two-way.",
        ),
        Key::optional(
            "start",
            Kind::Text,
            "Which records get twins: everything, now (new ones), or those created since a date. Default everything.",
        ),
        Key::required("salesforce", Kind::Map(&SALESFORCE_END), "The Salesforce end."),
        Key::required("jira", Kind::Map(&JIRA_END), "The Jira end."),
        Key::optional(
            "on_leave",
            Kind::Word(&["keep", "pause", "unlink"]),
            "What becomes of a link whose record no longer passes the filter, or whose issue is no longer of the project and type. Default keep.",
        ),
        Key::optional(
            "on_delete",
            Kind::Word(&["unlink", "pause"]),
            "What becomes of a link of which one side was deleted. Default unlink.",
        ),
        Key::optional(
            "on_merge",
            Kind::Word(&["follow", "unlink"]),
            "What becomes of a link whose record was merged into another. Default follow.",
        ),
        Key::optional(
            "on_convert",
            Kind::Word(&["keep", "follow-account", "follow-contact", "follow-opportunity", "unlink"]),
            "What becomes of a link whose lead was converted. Default keep.",
        ),
        Key::optional(
            "auto_create",
            Kind::Word(&["none", "jira", "salesforce", "both"]),
            "On which side missing twins are made. Default none.",
        ),
        Key::optional(
            "match",
            Kind::List { of: &Kind::Either(&[Kind::Word(&["correlation"]), Kind::Map(&MATCH)]), min: 1, max: 10 },
            "How twins that exist already are found, in this order. Default [correlation].",
        ),
        Key::optional("correlation", Kind::Map(&CORRELATION), "The fields that show the counterpart."),
        Key::optional(
            "related",
            Kind::Named { what: "lookup", of: &Kind::Text, min: 0 },
            "Names for lookup fields, by which fields of related records are mapped: { account: AccountId }.",
        ),
        Key::optional("fields", Kind::List { of: &Kind::Map(&FIELD), min: 0, max: MANY }, "The mapped fields."),
        Key::optional("status", Kind::Map(&STATUS), "The status table."),
        Key::optional(
            "comments",
            Kind::Either(&[Kind::Word(&["manual"]), Kind::Map(&COMMENTS)]),
            "Which comments are carried; manual: those that a person picks. Default: none.",
        ),
        Key::optional(
            "attachments",
            Kind::Either(&[Kind::Word(&["manual"]), Kind::Map(&ATTACHMENTS)]),
            "Which files are carried; manual: only when a person links or refreshes a pair. Default: none.",
        ),
        Key::optional(
            "link_note",
            Kind::Flag,
            "Whether a note on the record says which issue it is linked with. Default false.",
        ),
        Key::optional("conflicts", CONFLICT_POLICIES, "Who wins when both sides changed. Default ask."),
        Key::optional(
            "drift",
            Kind::Word(&["restore", "keep"]),
            "What becomes of an edit on the target of a one-way field. Default restore.",
        ),
        Key::optional(
            "poll_seconds",
            Kind::Either(&[Kind::Word(&["connector"]), Kind::Whole { min: 5, max: 86_400 }]),
            "How often both sides are asked what has changed; connector is every five minutes. Default: as in triggers.",
        ),
        Key::optional("batch", Kind::Map(&BATCH), "Which records can wait, while a server runs. Default: none."),
        Key::optional(
            "cardinality",
            Kind::Word(&["one-to-one", "many-issues", "many-records"]),
            "Whether a record may have several issues, or an issue several records. Default one-to-one.",
        ),
        Key::optional(
            "base",
            Kind::Word(&["values", "hashes"]),
            "How agreed values are remembered: as they are, or as hashes. Default values.",
        ),
    ],
};

static ACTIONS: Shape = Shape {
    name: "actions",
    about: "What each direction does by itself, while the item is active.",
    keys: &[
        Key::optional("to_jira", STATES, "Whether anything is written to Jira. Default active."),
        Key::optional("to_salesforce", STATES, "Whether anything is written to Salesforce. Default active."),
    ],
};

static BATCH: Shape = Shape {
    name: "batch",
    about: "Records that a server gathers instead of following them at once.",
    keys: &[
        Key::required("unless", Kind::Map(&FILTER), "What cannot wait: Salesforce records that pass."),
        Key::required(
            "seconds",
            Kind::Whole { min: 1, max: 86_400 },
            "How long the others wait from their first change on.",
        ),
    ],
};

static SALESFORCE_END: Shape = Shape {
    name: "salesforce-end",
    about: "Which Salesforce records.",
    keys: &[
        Key::required("connection", Kind::Text, "Name of the connection."),
        Key::required("object", Kind::Text, "API name of the object: Case."),
        Key::optional("filter", Kind::Map(&FILTER), "Which records enter. Default: all."),
    ],
};

static JIRA_END: Shape = Shape {
    name: "jira-end",
    about: "Which Jira issues.",
    keys: &[
        Key::required("connection", Kind::Text, "Name of the connection."),
        Key::optional("project", Kind::Text, "Key of the project: OPS."),
        Key::optional(
            "projects",
            Kind::List { of: &Kind::Text, min: 1, max: MANY },
            "Keys of the projects of a display-only item.",
        ),
        Key::optional("issue_type", Kind::Text, "Name of the issue type; none in a display-only item."),
        Key::optional("request_type", Kind::Text, "Name of the request type. Not used by this version."),
        Key::optional("filter", Kind::Map(&FILTER), "Which issues enter. Default: all of the project and type."),
    ],
};

static CORRELATION: Shape = Shape {
    name: "correlation",
    about: "The fields that show the counterpart's id or key.",
    keys: &[
        Key::required("salesforce", Kind::Text, "The Salesforce field that holds the issue key."),
        Key::required("jira", Kind::Text, "The Jira field that holds the record id."),
    ],
};

static MATCH: Shape = Shape {
    name: "match-rule",
    about: "A field of each side that shows the same on twins.",
    keys: &[
        Key::required("salesforce", Kind::Text, "The Salesforce field: SerialNumber__c."),
        Key::required("jira", Kind::Text, "The Jira field: Serial Number."),
    ],
};

static STATUS: Shape = Shape {
    name: "status",
    about: "The status table.",
    keys: &[
        Key::required("field", Kind::Text, "The status-like field in Salesforce: Status."),
        Key::required(
            "values",
            STATUSES,
            "Salesforce value to Jira status, or to several: the first that exists counts.",
        ),
        Key::optional(
            "roll_up",
            Kind::Word(&["all", "any"]),
            "What the statuses of several records say together to the one that they share: what all have reached, or one has.",
        ),
        Key::optional(
            "on",
            ON,
            "Jira status to the fields that are filled in on the way into it: `Done: { resolution: Done }`.",
        ),
    ],
};

const STATUSES: Kind = Kind::Named {
    what: "value",
    of: &Kind::Either(&[Kind::Text, Kind::List { of: &Kind::Text, min: 1, max: MANY }]),
    min: 1,
};

const ON: Kind = Kind::Named { what: "status", of: &Kind::Named { what: "field", of: &Kind::Text, min: 1 }, min: 1 };

static COMMENTS: Shape = Shape {
    name: "comments",
    about: "Which comments are carried to the other side, and who may read them there.",
    keys: &[
        Key::optional(
            "direction",
            Kind::Word(&["both", "to-jira", "to-salesforce", "none"]),
            "Which way. Default: both; in a one-way item to-jira.",
        ),
        Key::optional("manual", Kind::Flag, "Whether a person picks each comment. Default false."),
        Key::optional("audience", Kind::Word(&["staff", "customer"]), "Who may read a copy at most. Default staff."),
        Key::optional("exclude_authors", TEXTS, "Authors whose comments stay: names, ids or e-mail addresses."),
        Key::optional("include", TEXTS, "Only comments that contain one of these texts are carried. Default: all."),
        Key::optional(
            "to_open_project",
            Kind::Flag,
            "Whether what only some of the staff may read is shown to all of it. Default false.",
        ),
        Key::optional(
            "header",
            Kind::Text,
            "The line above a copy, with {author}, {system} and {time}. Default: `{author} in {system}, {time}:`.",
        ),
    ],
};

static ATTACHMENTS: Shape = Shape {
    name: "attachments",
    about: "Which files are carried to the other side.",
    keys: &[
        Key::optional(
            "direction",
            Kind::Word(&["both", "to-jira", "to-salesforce", "none"]),
            "Which way. Default: both; in a one-way item to-jira.",
        ),
        Key::optional(
            "manual",
            Kind::Flag,
            "Whether files go only when a person links or refreshes a pair. Default false.",
        ),
        Key::optional(
            "max_bytes",
            Kind::Whole { min: 1, max: 2_147_483_648 },
            "Larger files stay where they are. Default 10485760.",
        ),
        Key::optional("mark", Kind::Text, "How the notes about copies begin. Default: `[Entente]`."),
    ],
};
