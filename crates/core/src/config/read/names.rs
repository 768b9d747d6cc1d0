//! Which names are possible: of connections and items, of Salesforce objects and fields, of Jira projects.

use std::sync::LazyLock;

use regex::Regex;

use super::Reader;
use crate::config::tree::{Node, Position};

/// Connection names stand in the addresses of webhooks, item names on command lines.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$").expect("a valid pattern"));
/// API names: <https://help.salesforce.com/s/articleView?id=platform.field_attributes.htm>.
static API_NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Za-z][A-Za-z0-9_]*$").expect("a valid pattern"));
/// <https://support.atlassian.com/jira-cloud-administration/docs/what-is-a-jira-project-key/>: upper case, then letters
/// and digits; sites that began on a server may have underscores.
static PROJECT_KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Z][A-Z0-9_]*$").expect("a valid pattern"));

impl Reader<'_> {
    /// Reports a name that cannot be one.
    pub(super) fn check_name(&mut self, name: &str, at: Position) {
        if !NAME.is_match(name) {
            let message = format!("`{name}` is no possible name");
            let remedy = "use up to 63 letters, digits, dots, dashes and underscores, a letter or digit first";
            self.report.error(at, "bad-name", message, remedy);
        }
    }

    /// A Salesforce object.
    pub(super) fn object(&mut self, node: &Node) -> String {
        let name = node.text_or_empty();
        if !name.is_empty() && !API_NAME.is_match(name) {
            let message = format!("`{}` is no API name of a Salesforce object", node.shown());
            self.report.error(node.at, "bad-object", message, "write its API name, e.g. `Case` or `Order_Item__c`");
        }
        name.to_owned()
    }

    /// A Salesforce field, perhaps of a related record.
    pub(super) fn salesforce_field(&mut self, node: &Node) -> String {
        let name = node.text_or_empty();
        self.check_salesforce_field(node, name);
        name.to_owned()
    }

    /// Reports a name, written in `node`, that no Salesforce field has.
    pub(super) fn check_salesforce_field(&mut self, node: &Node, name: &str) {
        if !name.is_empty() && !name.split('.').all(|part| API_NAME.is_match(part)) {
            let message = format!("`{}` is no API name of a Salesforce field", node.shown_part(name));
            let remedy = "write its API name, e.g. `Subject` or `Jira_Reference__c`";
            self.report.error(node.at, "bad-field", message, remedy);
        }
    }

    /// The key of a Jira project.
    pub(super) fn project(&mut self, node: &Node) -> String {
        let key = node.text_or_empty();
        if !key.is_empty() && !PROJECT_KEY.is_match(key) {
            let message = format!("`{}` is no key of a Jira project", node.shown());
            let remedy = "write the key as issues show it before the dash, e.g. `OPS` for `OPS-7`";
            self.report.error(node.at, "bad-project", message, remedy);
        }
        key.to_owned()
    }
}
