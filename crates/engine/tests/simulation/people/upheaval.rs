//! What people do to a record beside editing it: they delete it and bring it back, merge it, move it, leave gaps.

use http::{Method, Request};
use serde_json::{Value, json};

use super::{People, Place, Record, text};
use crate::{chance::Dice, stage::ORG};

/// Where issues are moved to: another project that knows their type, their fields and, here, their statuses.
pub(super) const ELSEWHERE: &str = "SUP";

impl People {
    /// A project works as that of the item does from now on: what differs is a matter of other tests.
    pub(super) async fn draw_workflow(&self, project: &str) {
        let status = |name: &str, category: &str| json!({"name": name, "category": category});
        let way = |name: &str| json!({"name": name, "from": "any", "to": name});
        let names = ["To Do", "In Progress", "Blocked", "Done"];
        let categories = ["new", "indeterminate", "indeterminate", "done"];
        let statuses: Vec<Value> = names.iter().zip(categories).map(|(name, of)| status(name, of)).collect();
        let drawn = json!({
            "project": project, "issue_type": "Bug", "statuses": statuses,
            "transitions": names.map(way),
        });
        let (status, answer) = self.turn(Place::Jira, "workflow", drawn).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) async fn delete_case(&mut self, dice: &Dice) {
        let alive: Vec<String> = self.cases.iter().filter(|id| !self.deleted_cases.contains(id)).cloned().collect();
        if alive.len() < 3 {
            return;
        }
        let id = dice.pick(&alive).clone();
        let (status, answer) = self.in_salesforce(Method::DELETE, &format!("sobjects/Case/{id}"), Value::Null).await;
        assert_eq!(status, 204, "{answer}");
        self.deleted_cases.push(id);
    }

    pub(crate) async fn undelete_case(&mut self, dice: &Dice) {
        if self.deleted_cases.is_empty() {
            return;
        }
        let id = self.deleted_cases.swap_remove(dice.below(self.deleted_cases.len()));
        let (status, answer) = self.turn(Place::Salesforce, "undelete", json!({"ids": [id]})).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) async fn delete_issue(&mut self, key: &str) {
        // admin@sandbox.example:sandbox-api-token
        let admin = "Basic YWRtaW5Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtYXBpLXRva2Vu";
        let (status, _) = self.jira_as(admin, Method::DELETE, &format!("issue/{key}"), Value::Null).await;
        // Who does not see the project now cannot delete in it either.
        if status == 204 {
            let mut gone = Some(key.to_owned());
            while let Some(key) = gone {
                gone = self.moved.remove(&key);
                self.deleted_issues.push(key);
            }
        }
    }

    /// Issues of another kind come and go, and leave a gap in the numbers.
    pub(crate) async fn leave_a_gap(&mut self, dice: &Dice) {
        let mut keys = Vec::new();
        for _ in 0..1 + dice.below(9) {
            keys.push(self.open_task().await);
        }
        for key in keys {
            self.delete_issue(&key).await;
        }
    }

    async fn open_task(&mut self) -> String {
        let fields =
            json!({"project": {"key": "OPS"}, "issuetype": {"name": self.other_kind}, "summary": "Something else"});
        let (status, answer) = self.in_jira(Method::POST, "issue", json!({"fields": fields})).await;
        assert_eq!(status, 201, "{answer}");
        text(&answer["key"])
    }

    /// Moves an issue of the item's project elsewhere, or back.
    pub(crate) async fn move_elsewhere(&mut self, issue: &Record) {
        let key = issue.name.as_str();
        let project = if key.starts_with("OPS-") { ELSEWHERE } else { "OPS" };
        let (status, answer) = self.turn(Place::Jira, "move", json!({"issue": key, "project": project})).await;
        assert_eq!(status, 200, "{answer}");
        self.moved.insert(text(&answer["key"]), key.to_owned());
        self.ever_moved.insert(issue.id.clone());
    }

    /// Merges one case into another.
    pub(crate) async fn merge_cases(&mut self, master: &str, loser: &str) {
        // The session of before may have ended.
        self.sign_in().await;
        let envelope = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header \
             xmlns=\"urn:partner.soap.sforce.com\"><SessionHeader><sessionId>{}</sessionId></SessionHeader></s:Header>\
             <s:Body xmlns=\"urn:partner.soap.sforce.com\"><merge><mergeRequests><masterRecord><type>Case</type>\
             <Id>{master}</Id></masterRecord><recordToMergeIds>{loser}</recordToMergeIds></mergeRequests></merge></s:Body>\
             </s:Envelope>",
            self.token
        );
        self.hand.advance(super::A_MOMENT);
        let request = Request::builder().method(Method::POST).uri(format!("{ORG}/services/Soap/u/64.0"));
        let request = request.header("content-type", "text/xml").header("soapaction", "\"\"");
        let answer = super::send_text(&self.salesforce, request.body(envelope.into()).expect("a request")).await;
        assert!(answer.contains("<success>true</success>"), "{answer}");
        self.merged.insert(loser.to_owned(), master.to_owned());
        self.cases.retain(|case| case != loser);
    }
}
