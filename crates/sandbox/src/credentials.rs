//! The identities that exist in every sandbox world.
//!
//! They are fixed and public on purpose: a sandbox holds nothing worth protecting, and every test and example may rely
//! on them. Each side has a full administrator (the default one) and a second identity with the least rights a
//! synchronisation needs, whose rights tests take away through the control door.

/// The OAuth client of the Salesforce org.
pub const SALESFORCE_CLIENT_ID: &str = "sandbox-client";
/// Its secret.
pub const SALESFORCE_CLIENT_SECRET: &str = "sandbox-secret";
/// The administrator's user name on the Salesforce org, which is also the client's run-as user.
pub const SALESFORCE_USERNAME: &str = "admin@sandbox.example";
/// The administrator's password.
pub const SALESFORCE_PASSWORD: &str = "sandbox-password";
/// The administrator's security token, appended to the password in the password grant.
pub const SALESFORCE_SECURITY_TOKEN: &str = "sandbox-token";
/// A second OAuth client whose run-as user has the least rights.
pub const SALESFORCE_LEAST_CLIENT_ID: &str = "sandbox-least-client";
/// Its secret.
pub const SALESFORCE_LEAST_CLIENT_SECRET: &str = "sandbox-least-secret";
/// The least-privileged user's name on the Salesforce org.
pub const SALESFORCE_LEAST_USERNAME: &str = "integration@sandbox.example";
/// The least-privileged user's password.
pub const SALESFORCE_LEAST_PASSWORD: &str = "sandbox-least-password";

/// The integration account's e-mail on the Jira site; it administers the site.
pub const JIRA_EMAIL: &str = "admin@sandbox.example";
/// Its API token.
pub const JIRA_API_TOKEN: &str = "sandbox-api-token";
/// The least-privileged account's e-mail on the Jira site.
pub const JIRA_LEAST_EMAIL: &str = "integration@sandbox.example";
/// Its API token.
pub const JIRA_LEAST_API_TOKEN: &str = "sandbox-least-api-token";
