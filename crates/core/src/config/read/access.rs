//! Reads `access:`.

use super::Reader;
use crate::{
    access::Domain,
    config::{
        Triggers,
        access::{Access, AccessSource, AccessTexts, DomainTaskRoute},
        tree::{Entry, Node},
    },
    side::Side,
    transform::Template,
};

/// How often what Jira shows is read again, unless the document says so.
const SWEEP_SECONDS: u32 = 3_600;

impl Reader<'_> {
    /// Portal access, if the document has any.
    pub(super) fn access(&mut self, node: &Node, triggers: &Triggers) -> Option<Access> {
        if node.entries().is_empty() {
            return None;
        }
        let salesforce = self.connection_named(node.get("salesforce"), Side::Salesforce);
        let jira = self.connection_named(node.get("jira"), Side::Jira);
        let sources: Vec<_> =
            node.get("sources").entries().iter().filter_map(|entry| self.access_source(entry)).collect();
        let evaluations = self.evaluations(node, &sources);
        Some(Access {
            salesforce,
            jira,
            poll_seconds: node.get("poll_seconds").whole().unwrap_or(triggers.poll_seconds),
            sweep_seconds: node.get("sweep_seconds").whole().unwrap_or(SWEEP_SECONDS),
            sources,
            domain_task: self.domain_task(node)?,
            owner: self.access_owner(node.get("owner")),
            texts: self.access_texts(node.get("texts")),
            request_form: node.get("request_form").flag().unwrap_or(false),
            evaluations,
        })
    }

    fn access_owner(&mut self, node: &Node) -> Option<String> {
        let owner = node.text()?.to_owned();
        if Domain::of_email(&owner).is_none() {
            self.no_address(node);
        }
        Some(owner)
    }

    fn access_source(&mut self, Entry { key, at, value: node }: &Entry) -> Option<AccessSource> {
        self.check_name(key, *at);
        let organization = node.get("organization");
        let template = Template::parse(organization.text_or_empty());
        if let Err(why) = &template {
            let message = format!("`{}` is no template: {why}", organization.shown());
            self.report.error(organization.at, "bad-template", message, "write each field as `{FIELD}`");
        }
        let template = template.ok()?;
        template.fields().for_each(|path| self.check_salesforce_field(organization, path.as_str()));
        if template.fields().next().is_none() && organization.text().is_some() {
            let message = "the same name for every record keeps their organizations apart by ids only";
            let remedy = "name a field of the record, e.g. `{Name}`";
            self.report.error(organization.at, "same-name", message, remedy);
        }
        Some(AccessSource {
            name: key.clone(),
            object: self.object(node.get("object")),
            grant_field: self.lookup(node.get("grant_field")),
            person: self.lookup(node.get("person")),
            account: node.has("account").then(|| self.salesforce_field(node.get("account"))),
            organization: template,
            desk: self.project(node.get("desk")),
        })
    }

    /// A lookup of the grant, whose other end is read through it. The package has only custom ones.
    fn lookup(&mut self, node: &Node) -> String {
        let name = self.salesforce_field(node);
        if !name.is_empty() && !name.ends_with("__c") {
            let message = format!("`{}` is no lookup of a grant", node.shown());
            let remedy = "write the API name of a lookup on Entente_Access__c, e.g. `Lead__c`";
            self.report.error(node.at, "bad-lookup", message, remedy);
        }
        name
    }

    fn domain_task(&mut self, access: &Node) -> Option<DomainTaskRoute> {
        let node = access.get("domain_task");
        match (node.has("salesforce"), node.has("jira")) {
            (true, false) => {
                let owner = node.get("salesforce").get("owner").text_or_empty().to_owned();
                Some(DomainTaskRoute::Salesforce { owner })
            }
            (false, true) => {
                let task = node.get("jira");
                Some(DomainTaskRoute::Jira {
                    project: self.project(task.get("project")),
                    issue_type: task.get("issue_type").text_or_empty().to_owned(),
                    assignee: task.get("assignee").text().map(str::to_owned),
                })
            }
            (both, _) => {
                if access.has("domain_task") {
                    let message = if both { "a task goes to one system" } else { "nobody is asked for a domain" };
                    let remedy = "write `salesforce:` with an owner, or `jira:` with a project and an issue type";
                    self.report.error(access.key_at("domain_task"), "one-task", message, remedy);
                }
                None
            }
        }
    }

    fn access_texts(&mut self, node: &Node) -> AccessTexts {
        let text = |key: &str, usual: String| node.get(key).text().map_or(usual, str::to_owned);
        let usual = AccessTexts::default();
        let texts = AccessTexts {
            requested: text("requested", usual.requested),
            has_access: text("has_access", usual.has_access),
            error: text("error", usual.error),
            revoked: text("revoked", usual.revoked),
            add_to_jsm: text("add_to_jsm", usual.add_to_jsm),
            organization_in_jsm: text("organization_in_jsm", usual.organization_in_jsm),
            jsm_access: text("jsm_access", usual.jsm_access),
        };
        let statuses = [&texts.requested, &texts.has_access, &texts.error, &texts.revoked];
        let states = [&texts.add_to_jsm, &texts.organization_in_jsm, &texts.jsm_access];
        self.differ(node, &statuses);
        self.differ(node, &states);
        texts
    }

    /// Words that stand for different things must differ.
    pub(super) fn differ(&mut self, node: &Node, words: &[&String]) {
        for (n, word) in words.iter().enumerate() {
            if words[..n].iter().any(|other| other.eq_ignore_ascii_case(word)) {
                let message = format!("`{word}` stands for two things");
                self.report.error(node.at, "same-text", message, "give each its own words");
            }
        }
    }
}
