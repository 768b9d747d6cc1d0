//! Names that the configuration gets wrong: each is told where it stands, with the nearest right one, and stops nobody else.

use serde_json::Value;

use super::{ACCESS, Portal, rights::evaluations, text};
use crate::{process::run, promises::deliveries::sink::Sink};

/// `doctor` and `check --online` say what was probably meant, and where it is written.
#[test]
fn a_misspelt_name_is_told_with_the_nearest_one_where_it_stands() {
    let (mut portal, sink) = (Portal::new(), Sink::new());
    let whole = format!("{ACCESS}{}", evaluations(&sink));
    for (from, to, at, says) in [
        ("person: Contact__c", "person: Cntact__c", "person: Cntact__c", "Did you mean Contact__c? Correct `person`"),
        ("account: Account__c", "account: Acount__c", "account: Acount__c", "Did you mean Account__c?"),
        ("{Project_Number__c}", "{Project_Nmber__c}", "Project_Nmber__c", "Did you mean Project_Number__c?"),
        ("object: Customer_Project__c", "object: Customer_Projct__c", "object: Cust", "mean Customer_Project__c?"),
        ("{LastName}", "{LstName}", "body:", "Did you mean LastName? Correct `body` of `evaluations`."),
        ("{products}", "{prodcts}", "subject:", "Did you mean products?"),
        ("{LastName}", "{Ownr.Name}", "body:", "Did you mean Owner?"),
        ("{LastName}", "{Favourite_Colour__c}", "body:", "or give the user Read access to Lead.Favourite_Colour__c"),
        ("issue_type: Task", "issue_type: Tsk", "domain_task:", "Write one of: "),
    ] {
        portal.configure(&whole.replacen(from, to, 1));
        let written = std::fs::read_to_string(&portal.file).unwrap();
        let line = written.lines().position(|line| line.contains(at)).unwrap() + 1;
        for command in
            [&["doctor", "--config", &portal.file, "--json"][..], &["check", &portal.file, "--online", "--json"]]
        {
            let report = run(command);
            let problems = report.json()["problems"].as_array().unwrap().clone();
            let is_told = |row: &Value| text(&row["remedy"]).contains(says) && row["line"] == line;
            assert!(report.code == 1 && problems.iter().any(is_told), "{to}, line {line}: {report:?}");
        }
    }
}

/// A source that names a field which is not there waits and says so; those who come by another one are let in.
#[test]
fn a_misspelt_source_stops_nobody_else() {
    for (from, to, says) in [
        ("account: Account__c", "account: Acount__c", "Did you mean Account__c?"),
        ("person: Contact__c", "person: Cntact__c", "Did you mean Contact__c?"),
        ("grant_field: Customer_Project__c", "grant_field: Customer_Projct__c", "Did you mean Customer_Project__c?"),
    ] {
        let mut portal = Portal::new();
        portal.configure(&ACCESS.replacen(from, to, 1));
        let dana = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
        let kim = portal.click_lead(&portal.lead("Kim", "kim@acme.test"));
        portal.sync();
        assert_eq!(portal.status(&kim), "Has Access", "{to}");
        let listed = portal.entente(&["access", "list", "--json"]).json();
        let rows = listed["grants"].as_array().unwrap();
        let waits = rows.iter().find(|row| row["id"] == *dana).unwrap();
        assert!(text(&waits["reason"]).contains(says), "{to}: {waits}");
        portal.configure(ACCESS);
        portal.sync();
        assert_eq!([&dana, &kim].map(|grant| portal.status(grant)), ["Has Access", "Has Access"], "{to}");
    }
}
