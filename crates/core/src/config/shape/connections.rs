//! What stands under `connections:`.

use super::{Key, Kind, MANY, SECRETS, Shape, TEXTS};

pub(super) static CONNECTION: Shape = Shape {
    name: "connection",
    about: "One Salesforce org or one Jira site, and how to reach it.",
    keys: &[
        Key::optional("salesforce", Kind::Map(&SALESFORCE), "This connection is a Salesforce org."),
        Key::optional("jira", Kind::Map(&JIRA), "This connection is a Jira site."),
        Key::optional("proxy", Kind::Map(&PROXY), "The proxy that all calls of this connection go through."),
        Key::optional(
            "pace",
            Kind::Either(&[Kind::Word(&["unlimited"]), Kind::Map(&PACE)]),
            "How fast it may be called. Default: as the vendor documents; unlimited for a sandbox.",
        ),
        Key::optional(
            "settle_seconds",
            Kind::Whole { min: 0, max: 3_600 },
            "How long after an ambiguous create its outcome counts as settled. Default 120.",
        ),
        Key::optional(
            "reserve_percent",
            Kind::Whole { min: 0, max: 90 },
            "The share of its daily or hourly calls that is kept for what must be finished. Default 10.",
        ),
        Key::optional(
            "sandbox",
            Kind::Flag,
            "A stand-in, not a vendor's system: only then http and loopback addresses are allowed. Default false.",
        ),
    ],
};

static SALESFORCE: Shape = Shape {
    name: "salesforce-org",
    about: "How to reach a Salesforce org. By client credentials, unless private_key (JWT bearer) or password is there.",
    keys: &[
        Key::required(
            "login_url",
            Kind::Setting,
            "The org's My Domain, https://NAME.my.salesforce.com; or login.salesforce.com, test.salesforce.com.",
        ),
        Key::required("client_id", Kind::Setting, "The app's client id (consumer key)."),
        Key::optional("client_secret", Kind::Secret, "The app's client secret (consumer secret)."),
        Key::optional("username", Kind::Setting, "The integration user, for JWT bearer and username-password."),
        Key::optional("private_key", Kind::Secret, "The private key in PEM form, for JWT bearer."),
        Key::optional("password", Kind::Secret, "The user's password. New orgs refuse this way of signing in."),
        Key::optional("security_token", Kind::Secret, "The security token that belongs to the password."),
        Key::optional("api_version", Kind::Text, "Version of the REST API: 64.0."),
        Key::optional("webhook_secret", SECRETS, "Secret that outbound messages carry; two while it is being changed."),
    ],
};

static JIRA: Shape = Shape {
    name: "jira-site",
    about: "How to reach a Jira site.",
    keys: &[
        Key::required("site_url", Kind::Setting, "The site's address: https://NAME.atlassian.net."),
        Key::required("email", Kind::Setting, "E-mail address of the integration account."),
        Key::required("api_token", Kind::Secret, "The account's API token."),
        Key::optional(
            "webhook_secret",
            SECRETS,
            "Secret that webhooks are signed with; two while it is being changed.",
        ),
        Key::optional(
            "projects",
            Kind::List { of: &Kind::Text, min: 1, max: MANY },
            "Keys of the projects that items may name. Default: any.",
        ),
    ],
};

static PROXY: Shape = Shape {
    name: "proxy",
    about: "The proxy of one connection.",
    keys: &[
        Key::required("url", Kind::Setting, "Its address: http://proxy.example:3128."),
        Key::optional("user", Kind::Setting, "User to sign in as."),
        Key::optional("password", Kind::Secret, "The user's password."),
        Key::optional("no_proxy", TEXTS, "Hosts that are called directly."),
    ],
};

static PACE: Shape = Shape {
    name: "pace",
    about: "How fast a connection may be called; what is left out stays as the vendor documents.",
    keys: &[
        Key::optional("per_second", Kind::Whole { min: 1, max: 1_000 }, "Calls per second."),
        Key::optional("in_flight", Kind::Whole { min: 1, max: 100 }, "Calls at the same time."),
    ],
};
