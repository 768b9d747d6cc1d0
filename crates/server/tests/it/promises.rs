//! What `docs/coverage.md` promises, seen as a user sees it: a configuration file, the binary, and what people then find
//! in the org and in the site. Each test names the behaviours that it shows.

/// The usual item, each Case with a Bug of its own, and the lines that a test adds.
macro_rules! cases {
    ($more:literal) => {
        concat!(
            "
  cases:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }",
            $more
        )
    };
}

mod access;
mod actions;
mod activation;
mod ages;
mod alerts;
mod backups;
mod beforehand;
mod catalogue;
mod clones;
mod comments;
mod company;
mod conflicts;
mod data;
mod deliveries;
mod drafts;
mod exports;
mod files;
mod filters;
mod forms;
mod inspections;
mod interruptions;
mod items;
mod left_out;
mod lifecycle;
mod links;
mod mappings;
mod matches;
mod matrix;
mod migrations;
mod modes;
mod objects;
mod obstacles;
mod outages;
mod owners;
mod pains;
mod pairs;
mod panel;
mod pickers;
mod record_types;
mod references;
mod refusals;
mod rehearsals;
mod remedies;
mod rhythms;
mod rich_text;
mod rights;
mod secrecy;
mod shapes;
mod siblings;
mod statuses;
mod steps;
mod successions;
mod templates;
mod trials;
mod types;
mod undos;
mod unexpected;
mod users;
