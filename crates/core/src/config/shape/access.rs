//! What stands under `access:`.

use super::{Key, Kind, Shape};

pub(super) static ACCESS: Shape = Shape {
    name: "access",
    about: "Portal access: from which Salesforce records people are let into a service desk of Jira.",
    keys: &[
        Key::required("salesforce", Kind::Text, "The connection of the org in which access is requested."),
        Key::required("jira", Kind::Text, "The connection of the site whose portal it is."),
        Key::required(
            "sources",
            Kind::Named { what: "source", of: &Kind::Map(&SOURCE), min: 1 },
            "The kinds of records from which access is granted, by name.",
        ),
        Key::required("domain_task", Kind::Map(&DOMAIN_TASK), "Who is asked to put a domain on the list."),
        Key::optional(
            "poll_seconds",
            Kind::Whole { min: 5, max: 86_400 },
            "How often the org is asked for open requests. Default: as in `triggers`.",
        ),
        Key::optional(
            "sweep_seconds",
            Kind::Whole { min: 5, max: 86_400 },
            "How often organizations and their members are read again. Default 3600.",
        ),
        Key::optional(
            "owner",
            Kind::Text,
            "Who answers for it, by e-mail address. With a mail server under `evaluations`, requests of the form are told there. Default: nobody.",
        ),
        Key::optional("texts", Kind::Map(&TEXTS), "The words that records show."),
        Key::optional(
            "request_form",
            Kind::Flag,
            "Whether the server has a form, `/access/request`, on which people ask for access without an account. Default false.",
        ),
        Key::optional("evaluations", Kind::Map(&EVALUATIONS), "Products that are sent to Leads. Default: none are."),
    ],
};

static SOURCE: Shape = Shape {
    name: "access-source",
    about: "One kind of records from which access is granted, each record with an organization of its own.",
    keys: &[
        Key::required("object", Kind::Text, "The object of the records: `Lead`."),
        Key::required("grant_field", Kind::Text, "The lookup of `Entente_Access__c` that names the record."),
        Key::required(
            "person",
            Kind::Text,
            "The lookup of `Entente_Access__c` that names the person; the same one where the record is the person.",
        ),
        Key::optional("account", Kind::Text, "The field of the record that names its Account. Default: none."),
        Key::required(
            "organization",
            Kind::Text,
            "What the organization of a record is called, with fields in braces.",
        ),
        Key::required("desk", Kind::Text, "The project of the service desk on which the organization is put."),
    ],
};

static DOMAIN_TASK: Shape = Shape {
    name: "domain-task",
    about: "Where the task for a domain is opened, and for whom.",
    keys: &[
        Key::optional("jira", Kind::Map(&JIRA_TASK), "An issue."),
        Key::optional("salesforce", Kind::Map(&SALESFORCE_TASK), "A Task."),
    ],
};

static JIRA_TASK: Shape = Shape {
    name: "jira-task",
    about: "An issue that asks for a domain.",
    keys: &[
        Key::required("project", Kind::Text, "The key of its project."),
        Key::required("issue_type", Kind::Text, "Its type."),
        Key::optional(
            "assignee",
            Kind::Text,
            "An account, by e-mail address or id. Default: whoever the project says.",
        ),
    ],
};

static SALESFORCE_TASK: Shape = Shape {
    name: "salesforce-task",
    about: "A Task that asks for a domain.",
    keys: &[Key::required("owner", Kind::Text, "A user or a queue, by e-mail address, user name, name or id.")],
};

static TEXTS: Shape = Shape {
    name: "access-texts",
    about: "The words that records show.",
    keys: &[
        Key::optional("requested", Kind::Text, "Status: somebody waits for it. Default Requested."),
        Key::optional("has_access", Kind::Text, "Status: the person was seen in the organization. Default Has Access."),
        Key::optional("error", Kind::Text, "Status: it failed, and the reason stands beside it. Default Error."),
        Key::optional("revoked", Kind::Text, "Status: the person was taken out. Default Revoked."),
        Key::optional("add_to_jsm", Kind::Text, "Button: there is no organization. Default Add to JSM."),
        Key::optional(
            "organization_in_jsm",
            Kind::Text,
            "Button: there is an organization with nobody in it. Default Organization in JSM.",
        ),
        Key::optional("jsm_access", Kind::Text, "Button: somebody is in the organization. Default JSM Access."),
    ],
};

static EVALUATIONS: Shape = Shape {
    name: "evaluations",
    about: "Products that are sent to a Lead for evaluation, together with access to the evaluation desk.",
    keys: &[
        Key::required("source", Kind::Text, "The access source whose records are the Leads."),
        Key::optional(
            "delivery",
            Kind::Word(&["direct", "support"]),
            "Whether the mail leaves at once, or when somebody of support has set the status to Approved. Default direct.",
        ),
        Key::required("queue_copy", Kind::Text, "Who is copied when a queue owns the Lead; else its owner is."),
        Key::required("subject", Kind::Text, "The mail's subject, with fields of the Lead and `{products}` in braces."),
        Key::required(
            "body",
            Kind::Text,
            "Its text, with the same and `{instructions}`, which says where each product is.",
        ),
        Key::required("mail", Kind::Map(&MAIL), "By which server, and from whom."),
        Key::optional("texts", Kind::Map(&DELIVERY_TEXTS), "The words for a delivery's status."),
    ],
};

pub(super) static MAIL: Shape = Shape {
    name: "mail",
    about: "A mail server.",
    keys: &[
        Key::required(
            "smtp_url",
            Kind::Setting,
            "Its address: `smtps://HOST`, or `smtp://HOST:PORT`, where the server must offer STARTTLS unless it is on this machine; `?tls=required` at the end asks that of any server.",
        ),
        Key::optional("user", Kind::Setting, "Who signs in. Default: nobody does."),
        Key::optional("password", Kind::Secret, "With what."),
        Key::required("from", Kind::Text, "The sender: `name@host.example`, perhaps with a name before it."),
    ],
};

static DELIVERY_TEXTS: Shape = Shape {
    name: "delivery-texts",
    about: "The words for a delivery's status. Any other word, such as Draft, waits.",
    keys: &[
        Key::optional("requested", Kind::Text, "Somebody waits for it. Default Requested."),
        Key::optional("with_support", Kind::Text, "Somebody of support has to have a look. Default With Support."),
        Key::optional("approved", Kind::Text, "Support lets it go. Default Approved."),
        Key::optional("delivered", Kind::Text, "The mail server took the mail. Default Delivered."),
        Key::optional("error", Kind::Text, "It failed, and the reason stands beside it. Default Error."),
    ],
};
