//! Rights: what the permission sets of the package give is enough, and what is missing is named before it is missed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCESS, GRANT, PROJECT, Portal, one, text};
use crate::promises::{company::ENTENTE, deliveries::sink::Sink};

pub(super) const EVALUATIONS: &str = r#"
  evaluations:
    source: evaluation
    queue_copy: sales@vendor.example
    subject: "Your evaluation of {products}"
    body: "Dear {LastName}, {instructions}"
    mail: { smtp_url: "smtp://127.0.0.1:@PORT@", from: "evaluations@vendor.example" }
"#;

/// Evaluations by a mail server that answers.
pub(super) fn evaluations(sink: &Sink) -> String {
    EVALUATIONS.replace("@PORT@", &sink.port.to_string())
}

/// What a permission set of the package allows: objects (read, create, edit), and fields (read, edit).
#[derive(Default)]
struct Allowed {
    objects: BTreeMap<String, [bool; 3]>,
    fields: BTreeMap<String, [bool; 2]>,
}

impl Allowed {
    /// All that the three sets for the integration user allow together.
    fn by_the_package() -> Self {
        let mut all = Self::default();
        for set in [
            "access/main/default/permissionsets/Entente_Access_Integration",
            "customer-project/main/default/permissionsets/Entente_Customer_Project_Integration",
            "evaluations/main/default/permissionsets/Entente_Evaluation_Integration",
        ] {
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../apps/salesforce/access");
            all.add(&std::fs::read_to_string(format!("{root}/{set}.permissionset-meta.xml")).unwrap());
        }
        all
    }

    fn add(&mut self, xml: &str) {
        let part = |xml: &str, tag: &str| {
            let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
            Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
        };
        let name = |xml: &str, tag: &str| part(xml, tag).unwrap_or_default().to_lowercase();
        let is_true = |xml: &str, tag: &str| part(xml, tag).is_some_and(|word| word == "true");
        for object in xml.split("<objectPermissions>").skip(1) {
            let rights = self.objects.entry(name(object, "object")).or_default();
            let given = ["allowRead", "allowCreate", "allowEdit"].map(|tag| is_true(object, tag));
            *rights = std::array::from_fn(|n| rights[n] || given[n]);
        }
        for field in xml.split("<fieldPermissions>").skip(1) {
            let rights = self.fields.entry(name(field, "field")).or_default();
            let given = ["readable", "editable"].map(|tag| is_true(field, tag));
            *rights = std::array::from_fn(|n| rights[n] || given[n]);
        }
    }
}

impl Portal {
    /// Leaves the integration user with what the permission sets allow, and the account with the right to make customers.
    fn restrict(&self) {
        let allowed = Allowed::by_the_package();
        for object in [
            GRANT,
            PROJECT,
            "Lead",
            "Contact",
            "Account",
            "Evaluation_List__c",
            "Target_Product__c",
            "Evaluation_Product__c",
        ] {
            let [read, create, update] = allowed.objects.get(&object.to_lowercase()).copied().unwrap_or_default();
            self.permit(&json!({ "object": object, "read": read, "create": create, "update": update }));
            for field in self.fields_under_security(object) {
                let path = format!("{object}.{field}").to_lowercase();
                let [read, update] = allowed.fields.get(&path).copied().unwrap_or_default();
                self.permit(&json!({ "object": object, "field": field, "read": read, "update": update }));
            }
        }
        self.allow_customers(true);
    }

    fn permit(&self, right: &Value) {
        let mut right = right.clone();
        right["user"] = json!(ENTENTE);
        self.company.org_door("rights", &right);
    }

    fn allow_customers(&self, granted: bool) {
        let right = json!({ "user": ENTENTE, "permission": "ADMINISTER", "granted": granted });
        self.company.site_door("rights", &right);
    }

    /// The fields that are hidden from whoever is not given them: all but what every record has and must have. Parts of
    /// names go with the name.
    fn fields_under_security(&self, object: &str) -> Vec<String> {
        let described = self.company.salesforce(Method::GET, &format!("sobjects/{object}/describe"), &Value::Null);
        let is_under = |field: &&Value| {
            let is_part_of_name = ["FirstName", "LastName"].contains(&text(&field["name"]));
            field["nillable"] == true && field["updateable"] == true && !is_part_of_name
        };
        let fields = described["fields"].as_array().unwrap().iter().filter(is_under);
        fields.map(|field| text(&field["name"]).to_owned()).collect()
    }

    /// The problems that a command names, as (code, message).
    fn problems(&self, arguments: &[&str]) -> Vec<(String, String)> {
        let report = crate::process::run(arguments).json();
        let problems = report["problems"].as_array().unwrap().iter();
        problems.map(|row| (text(&row["code"]).to_owned(), text(&row["message"]).to_owned())).collect()
    }

    fn doctor(&self) -> Vec<(String, String)> {
        self.problems(&["doctor", "--config", &self.file, "--json"])
    }
}

/// With the package's permission sets, and an account that administers Jira, nothing is missing, and people come in from a
/// project and from a Lead.
#[test]
fn the_permission_sets_of_the_package_are_enough() {
    let (mut portal, sink) = (Portal::new(), Sink::new());
    portal.configure_least(&format!("{ACCESS}{}", evaluations(&sink)));
    portal.restrict();
    assert_eq!(portal.doctor(), []);
    assert_eq!(sink.mails().len(), 0, "the mail server is asked, and sent nothing");
    portal.configure_least(ACCESS);
    let dana = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
    let lead = portal.click_lead(&portal.lead("Kim", "kim@acme.test"));
    portal.sync();
    assert_eq!([&dana, &lead].map(|grant| portal.status(grant)), ["Has Access", "Has Access"]);
    let all = [one("Acme – Kim", &["kim@acme.test"]), one("Testing – CP#1", &["dana@acme.test"])];
    assert_eq!(portal.organizations(), all);
}

/// Each thing that portal access needs and that is missing is named by `doctor`, by its own name; what is simply not there
/// by `check --online` too.
#[test]
fn what_portal_access_lacks_is_named() {
    let hidden = |object: &str, field: &str| json!({ "object": object, "field": field, "read": false });
    let fixed = |object: &str, field: &str| json!({ "object": object, "field": field, "update": false });
    let rows = [
        (json!({ "object": GRANT, "read": false }), "access-object", GRANT, true),
        (json!({ "object": GRANT, "create": false }), "access-right", "create records of Entente_Access__c", false),
        (json!({ "object": "Lead", "update": false }), "access-right", "change records of Lead", false),
        (hidden(GRANT, "Reason__c"), "access-field", "Entente_Access__c.Reason__c", true),
        (fixed(GRANT, "Status__c"), "access-right", "Entente_Access__c.Status__c", false),
        (fixed(GRANT, "Contact__c"), "access-right", "set Entente_Access__c.Contact__c", false),
        (hidden("Contact", "Email"), "access-field", "Contact.Email", true),
        (hidden(PROJECT, "Project_Number__c"), "access-field", "Customer_Project__c.Project_Number__c", true),
        (fixed(PROJECT, "JSM_Access_State__c"), "access-right", "Customer_Project__c.JSM_Access_State__c", false),
        (json!({ "object": "Evaluation_Product__c", "read": false }), "access-object", "Evaluation_Product__c", true),
        (fixed("Evaluation_List__c", "Mail_Answer__c"), "access-right", "Evaluation_List__c.Mail_Answer__c", false),
    ];
    let (mut portal, sink) = (Portal::new(), Sink::new());
    portal.configure_least(&format!("{ACCESS}{}", evaluations(&sink)));
    for (right, code, name, is_online) in rows {
        portal.allow_customers(true);
        portal.permit(&right);
        let found = portal.doctor();
        let is_told = |found: &[(String, String)]| found.iter().any(|(c, message)| c == code && message.contains(name));
        assert!(is_told(&found) && found.iter().all(|(_, message)| message.contains(name)), "{right}: {found:?}");
        let online = portal.problems(&["check", &portal.file, "--online", "--json"]);
        assert_eq!(is_told(&online), is_online, "{right}: {online:?}");
        let mut back = right.clone();
        back.as_object_mut().unwrap().iter_mut().filter(|(_, v)| v.is_boolean()).for_each(|(_, v)| *v = json!(true));
        portal.permit(&back);
        assert_eq!(portal.doctor(), [], "{back}");
    }
}

/// So it is with the site: an account that makes no customers, is no agent, or meets an interface that is switched off; a
/// desk and a task that are not there; and a list of domains with nothing on it.
#[test]
fn what_the_site_lacks_for_portal_access_is_named() {
    let mut portal = Portal::with(ACCESS);
    assert_eq!(portal.doctor()[0].0, "access-domains");
    portal.entente(&["domains", "add", "acme.test"]);
    portal.configure_least(ACCESS);
    let [(code, message)] = &portal.doctor()[..] else { panic!("{:?}", portal.doctor()) };
    assert!(code == "access-administer" && message.contains("(ADMINISTER)"), "{message}");
    portal.allow_customers(true);
    let not_agent = json!({ "side_effect": "none", "answer": "status", "status": 403, "times": 2,
        "route": "GET /rest/servicedeskapi/servicedesk/{..}/organization", "body": { "errorMessage": "You are not an agent." } });
    let switched_off = json!({ "side_effect": "none", "answer": "status", "status": 412, "times": 2,
        "route": "GET /rest/servicedeskapi/servicedesk/{..}/customer", "body": { "errorMessage": "This API is experimental." } });
    for (fault, code, words) in
        [(not_agent, "access-agent", "no agent"), (switched_off, "access-experimental", "experimental")]
    {
        portal.company.site_door("faults", &fault);
        let found = portal.doctor();
        assert!(found.iter().all(|(c, message)| c == code && message.contains(words)) && found.len() == 2, "{found:?}");
        portal.company.heal();
    }
    for (from, to, code, name) in [
        ("desk: SUP", "desk: OPS", "access-desk", "OPS"),
        ("issue_type: Task", "issue_type: Beetle", "access-task", "Beetle"),
        ("assignee: admin@sandbox.example", "assignee: nobody@acme.test", "access-task", "nobody@acme.test"),
        ("grant_field: Customer_Project__c", "grant_field: Account__c", "access-field", "leads to Account"),
    ] {
        portal.configure_least(&ACCESS.replace(from, to));
        for found in [portal.doctor(), portal.problems(&["check", &portal.file, "--online", "--json"])] {
            assert!(found.iter().any(|(c, message)| c == code && message.contains(name)), "{to}: {found:?}");
        }
    }
}
