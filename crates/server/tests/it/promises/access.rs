//! Portal access, as sales and support see it: grants in Salesforce, what the service desk then has, and what is said.

mod domains;
mod edges;
mod failures;
mod grants;
pub(super) mod kills;
mod misnamed;
mod people;
mod rights;

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, run};

/// Customer Projects lead to the desk SUP, Leads to ITS; whoever is asked for a domain works in OPS.
const ACCESS: &str = r#"
access:
  salesforce: acme-org
  jira: acme-site
  sources:
    customer-project:
      object: Customer_Project__c
      grant_field: Customer_Project__c
      person: Contact__c
      account: Account__c
      organization: "{Name} – CP#{Project_Number__c}"
      desk: SUP
    evaluation:
      object: Lead
      grant_field: Lead__c
      person: Lead__c
      organization: "{Company} – {Name}"
      desk: ITS
  domain_task:
    jira: { project: OPS, issue_type: Task, assignee: admin@sandbox.example }
"#;

const TOKEN: &str = "token-of-a-test";
const GRANT: &str = "Entente_Access__c";
const PROJECT: &str = "Customer_Project__c";

/// A company that lets people into its portal.
struct Portal {
    company: Company,
    file: String,
    account: String,
}

impl Portal {
    /// Where people of acme.test may come in.
    fn new() -> Self {
        let portal = Self::with(ACCESS);
        portal.entente(&["domains", "add", "acme.test"]);
        portal
    }

    /// With another `access:`, and no domain on the list.
    fn with(access: &str) -> Self {
        let company = Company::new();
        let account = company.create("Account", &json!({ "Name": "Acme" }));
        let mut portal = Self { company, file: String::new(), account };
        portal.configure(access);
        portal
    }

    /// Under Entente's own accounts, which have no more rights than they were given.
    fn configure_least(&mut self, access: &str) {
        let more =
            format!("  {{}}\n{access}\ntriggers: {{ poll_seconds: 5 }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
        self.file = self.company.configure("", &more);
    }

    /// Making a customer takes an administrator of Jira.
    fn configure(&mut self, access: &str) {
        self.configure_least(access);
        let written = std::fs::read_to_string(&self.file).unwrap();
        let written = written.replace("sandbox-least-api-token", "sandbox-api-token");
        let written = written.replace("integration@sandbox.example", "admin@sandbox.example");
        let written = written.replace("sandbox-least-", "sandbox-");
        self.file = self.company.desk.file("acme.yaml", &written);
    }

    /// A command with the configuration, which must end well.
    fn entente(&self, arguments: &[&str]) -> Ended {
        let ended = self.try_entente(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        ended
    }

    fn try_entente(&self, arguments: &[&str]) -> Ended {
        run(&[arguments, &["--config", &self.file]].concat())
    }

    fn sync(&self) {
        self.entente(&["sync", "--wait", "30"]);
    }

    fn project(&self, name: &str, number: &str) -> String {
        let fields = json!({ "Name": name, "Project_Number__c": number, "Account__c": self.account });
        self.company.create(PROJECT, &fields)
    }

    fn contact(&self, name: &str, email: &str) -> String {
        let fields = json!({ "FirstName": name, "LastName": "Doe", "Email": email, "AccountId": self.account });
        self.company.create("Contact", &fields)
    }

    fn lead(&self, name: &str, email: &str) -> String {
        self.company.create("Lead", &json!({ "LastName": name, "Company": "Acme", "Email": email }))
    }

    /// What the click makes.
    fn click(&self, project: &str, contact: &str) -> String {
        let key = format!("{project}-{contact}");
        let fields = json!({ "Customer_Project__c": project, "Contact__c": contact, "Entente_Key__c": key });
        self.company.create(GRANT, &fields)
    }

    fn click_lead(&self, lead: &str) -> String {
        self.company.create(GRANT, &json!({ "Lead__c": lead, "Entente_Key__c": format!("{lead}-{lead}") }))
    }

    fn grant(&self, id: &str) -> Value {
        self.company.record(GRANT, id)
    }

    fn status(&self, id: &str) -> String {
        text(&self.grant(id)["Status__c"]).to_owned()
    }

    fn reason(&self, id: &str) -> String {
        self.grant(id)["Reason__c"].as_str().unwrap_or_default().to_owned()
    }

    /// What the button on a source record shows.
    fn button(&self, object: &str, id: &str) -> Value {
        self.company.record(object, id)["JSM_Access_State__c"].take()
    }

    /// The organizations of the site, by name, each with the addresses of its members.
    fn organizations(&self) -> Vec<(String, Vec<String>)> {
        let rows = self.company.portal(Method::GET, "organization?limit=50", &Value::Null);
        let rows = rows["values"].as_array().unwrap().clone();
        let mut all: Vec<_> = rows.iter().map(|row| (text(&row["name"]).to_owned(), self.members(row))).collect();
        all.sort();
        all
    }

    fn members(&self, organization: &Value) -> Vec<String> {
        let path = format!("organization/{}/user", text(&organization["id"]));
        let rows = self.company.portal(Method::GET, &path, &Value::Null);
        let emails = rows["values"].as_array().unwrap().iter().map(|row| text(&row["emailAddress"]).to_owned());
        emails.collect()
    }

    /// The names of the organizations on a desk.
    fn on_desk(&self, desk: &str) -> Vec<String> {
        let rows = self.company.portal(Method::GET, &format!("servicedesk/{desk}/organization"), &Value::Null);
        rows["values"].as_array().unwrap().iter().map(|row| text(&row["name"]).to_owned()).collect()
    }

    /// Things that were made in Jira, as the site's own log names them: organizations, members, customers.
    fn made(&self, field: &str) -> usize {
        let log = self.company.log(Side::Jira);
        log.iter().filter(|entry| entry["field"] == field && entry["before"].is_null()).count()
    }
}

fn one(name: &str, members: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), members.iter().map(|&member| member.to_owned()).collect())
}
