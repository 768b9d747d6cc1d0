//! Who asks for access to the portal and who takes it away, in Salesforce and in Jira, and a ledger of what they want.

use http::Method;
use serde_json::{Value, json};

use super::{A_MOMENT, People, Place, content, request, send, text};
use crate::{chance::Dice, stage::SITE};

/// `admin@sandbox.example:sandbox-api-token`: whoever administers customers.
const ADMINISTRATOR: &str = "Basic YWRtaW5Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtYXBpLXRva2Vu";
const GRANT: &str = "Entente_Access__c";
/// Two of them are called the same.
pub(crate) const N_PROJECTS: usize = 3;
const N_CONTACTS: usize = 3;
/// The one domain whose people are let in.
const DOMAIN: &str = "acme.test";

/// Records from which access is granted, and to whom: ids, and the people's addresses.
#[derive(Debug, Default)]
pub(super) struct Customers {
    projects: Vec<String>,
    contacts: Vec<(String, String)>,
}

/// A request for access, and what shall be.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) id: String,
    /// The project, whose organization is marked with it.
    pub(crate) project: String,
    pub(crate) email: String,
    pub(crate) is_wished: bool,
}

/// An organization of the site: its id, the project that it is marked with, if any, and the address and account of each member.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    id: String,
    pub(crate) project: String,
    pub(crate) members: Vec<(String, String)>,
}

impl People {
    /// A customer with some projects and some people.
    pub(crate) async fn prepare_portal(&mut self) {
        for object in ["Account", "Contact", "Customer_Project__c", GRANT] {
            let right = json!({"user": "integration@sandbox.example", "object": object, "modify_all": true});
            let (status, answer) = self.turn(Place::Salesforce, "rights", right).await;
            assert_eq!(status, 204, "{answer}");
        }
        let account = self.create("Account", json!({"Name": "Acme"})).await;
        for n in 0..N_PROJECTS {
            let name = format!("Project {}", n / 2);
            let id = self.create("Customer_Project__c", json!({"Name": name, "Account__c": account})).await;
            self.customers.projects.push(id);
        }
        for n in 0..N_CONTACTS {
            let email = format!("person{n}@{DOMAIN}");
            let contact = json!({"LastName": format!("Person {n}"), "Email": email, "AccountId": account});
            let id = self.create("Contact", contact).await;
            self.customers.contacts.push((id, email));
        }
    }

    async fn create(&mut self, object: &str, fields: Value) -> String {
        let (status, answer) = self.in_salesforce(Method::POST, &format!("sobjects/{object}"), fields).await;
        assert_eq!(status, 201, "{answer}");
        text(&answer["id"])
    }

    /// Somebody wants a person to have access through a project, whether that was asked for before or not.
    pub(crate) async fn ask_for_access(&mut self, dice: &Dice) {
        let project = dice.pick(&self.customers.projects).clone();
        let (contact, email) = dice.pick(&self.customers.contacts).clone();
        let known = self.grants.iter().position(|grant| grant.project == project && grant.email == email);
        match known {
            Some(at) => self.ask_again(at).await,
            None => {
                let key = format!("{project}-{contact}");
                let fields = json!({"Customer_Project__c": project, "Contact__c": contact, "Entente_Key__c": key});
                let id = self.create(GRANT, fields).await;
                self.grants.push(Grant { id, project, email, is_wished: true });
            }
        }
    }

    /// *Request again*, on a request that is there.
    pub(crate) async fn ask_again(&mut self, at: usize) {
        self.change_grant(at, json!({"Revoke__c": false, "Status__c": "Requested"})).await;
        self.grants[at].is_wished = true;
    }

    /// *Revoke*.
    pub(crate) async fn revoke(&mut self, at: usize) {
        self.change_grant(at, json!({"Revoke__c": true, "Status__c": "Requested"})).await;
        self.grants[at].is_wished = false;
    }

    async fn change_grant(&mut self, at: usize, fields: Value) {
        let path = format!("sobjects/{GRANT}/{}", self.grants[at].id);
        let (status, answer) = self.in_salesforce(Method::PATCH, &path, fields).await;
        assert_eq!(status, 204, "{answer}");
    }

    /// What a request shows: its status and its reason.
    pub(crate) async fn shown_of_grant(&mut self, at: usize) -> (String, String) {
        let path = format!("sobjects/{GRANT}/{}", self.grants[at].id);
        let (status, row) = self.in_salesforce(Method::GET, &path, Value::Null).await;
        assert_eq!(status, 200, "{row}");
        (text(&row["Status__c"]), text(&row["Reason__c"]))
    }

    /// All organizations, and who is in them.
    pub(crate) async fn organizations(&self) -> Vec<Organization> {
        let mut found = Vec::new();
        let all = self.at_the_desk(Method::GET, "organization", Value::Null).await.1;
        for row in all["values"].as_array().expect("organizations") {
            let id = text(&row["id"]);
            let mark = format!("organization/{id}/property/entente.source");
            let (_, mark) = self.at_the_desk(Method::GET, &mark, Value::Null).await;
            let (_, members) = self.at_the_desk(Method::GET, &format!("organization/{id}/user"), Value::Null).await;
            let member = |row: &Value| (text(&row["emailAddress"]), text(&row["accountId"]));
            let members = members["values"].as_array().expect("members").iter().map(member).collect();
            found.push(Organization { id, project: text(&mark["value"]["record"]), members });
        }
        found
    }

    /// Somebody takes a person out of an organization in Jira itself.
    pub(crate) async fn take_out(&self, dice: &Dice) {
        let organizations = self.organizations().await;
        let all: Vec<_> = organizations.iter().flat_map(|of| of.members.iter().map(move |who| (of, &who.1))).collect();
        if !all.is_empty() {
            let (of, account) = *dice.pick(&all);
            let body = json!({"accountIds": [account]});
            let path = format!("organization/{}/user", of.id);
            let (status, answer) = self.at_the_desk(Method::DELETE, &path, body).await;
            assert_eq!(status, 204, "{answer}");
        }
    }

    async fn at_the_desk(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.hand.advance(A_MOMENT);
        let request = request(&method, &format!("{SITE}/rest/servicedeskapi/{path}"), &body)
            .header("authorization", ADMINISTRATOR)
            .header("x-experimentalapi", "opt-in");
        send(&self.jira, request.body(content(&body)).expect("a request")).await
    }
}
