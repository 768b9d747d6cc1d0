//! What the demo company grants portal access from: paid deployments, and products to evaluate.

use std::sync::Arc;

use super::salesforce::{plant, text};
use crate::salesforce::seeding::{Cell, State};

/// Which account, name, number. Two have one name: they are two all the same.
const PROJECTS: &[(usize, &str, &str)] = &[
    (0, "Testing", "000922"),
    (0, "Edge Gateways", "000923"),
    (0, "Archive", "000940"),
    (1, "Testing", "000951"),
    (2, "Cold Storage", "000964"),
];

/// Name, version, whether it can be evaluated today.
const PRODUCTS: &[(&str, &str, bool)] = &[
    ("Fusion SMB Server", "3024.5", true),
    ("Embedded SMB Client", "2.1", false),
    ("Fusion NFS Server", "0.9", false),
];

/// Fills an org that has the objects for it.
pub(super) fn fill(state: &mut State, accounts: &[Arc<str>], by: &Arc<str>, at_ms: i64) {
    for (account, name, number) in PROJECTS {
        let Some(account) = accounts.get(*account) else { continue };
        let cells =
            [("Name", text(name)), ("Project_Number__c", text(number)), ("Account__c", Cell::Text(account.clone()))];
        plant(state, "Customer_Project__c", &owned(&cells, by), at_ms, by);
    }
    for (name, version, active) in PRODUCTS {
        let page = format!("https://downloads.example/{}", name.to_lowercase().replace(' ', "-"));
        let cells = [
            ("Name", text(name)),
            ("Version__c", text(version)),
            ("Active__c", Cell::Bool(*active)),
            ("Download_URL__c", text(&page)),
            ("Instructions__c", text("Unpack it on a Linux machine and run ./install as root.")),
        ];
        plant(state, "Evaluation_Product__c", &owned(&cells, by), at_ms, by);
    }
    queue(state, by, at_ms);
}

fn owned<'a>(cells: &[(&'a str, Cell)], by: &Arc<str>) -> Vec<(&'a str, Cell)> {
    cells.iter().cloned().chain([("OwnerId", Cell::Text(by.clone()))]).collect()
}

/// Leads that nobody has taken yet.
fn queue(state: &mut State, by: &Arc<str>, at_ms: i64) {
    let cells = [
        ("Name", text("New Leads")),
        ("DeveloperName", text("New_Leads")),
        ("Type", text("Queue")),
        ("DoesSendEmailToMembers", Cell::Bool(false)),
        ("DoesIncludeBosses", Cell::Bool(false)),
    ];
    let queue = plant(state, "Group", &cells, at_ms, by);
    plant(state, "QueueSobject", &[("QueueId", Cell::Text(queue)), ("SobjectType", text("Lead"))], at_ms, by);
}
