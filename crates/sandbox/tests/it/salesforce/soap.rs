//! The SOAP API: conversion, merge, the recycle bin, and what ideas come to.

use reqwest::Method;
use serde_json::json;

use super::harness::{Reply, Sandbox};

async fn soap(sandbox: &Sandbox, call: &str) -> Reply {
    let header = format!("<SessionHeader><sessionId>{}</sessionId></SessionHeader>", sandbox.token());
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header xmlns=\"urn:partner.soap.sforce.com\">\
         {header}</s:Header><s:Body xmlns=\"urn:partner.soap.sforce.com\">{call}</s:Body></s:Envelope>"
    );
    let headers = [("Content-Type", "text/xml"), ("SOAPAction", "\"\""), ("Authorization", "")];
    sandbox.send(Method::POST, "/services/Soap/u/64.0", &headers, Some(body.into_bytes())).await.expect("an answer")
}

/// The text of the first element of this name.
fn text(reply: &Reply, name: &str) -> String {
    let rest = reply.text.split(&format!("<{name}>")).nth(1).unwrap_or_else(|| panic!("no {name}: {}", reply.text));
    rest.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_lead_is_converted_into_what_is_there_and_what_is_new() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "There", "Phone": "1"})).await;
    let lead = json!({"LastName": "Moss", "Company": "Moss & Co", "Phone": "2", "Website": "https://moss.example"});
    let lead = sandbox.create("Lead", lead).await;
    let task = sandbox.create("Task", json!({"Subject": "Call", "WhoId": lead})).await;
    let call = format!(
        "<convertLead><leadConverts><accountId>{account}</accountId><convertedStatus>Closed - Converted</convertedStatus>\
         <leadId>{lead}</leadId></leadConverts></convertLead>"
    );
    let reply = soap(&sandbox, &call).await;
    assert_eq!((reply.status, text(&reply, "success").as_str()), (200, "true"), "{}", reply.text);
    assert_eq!(text(&reply, "accountId"), account);
    let (contact, opportunity) = (text(&reply, "contactId"), text(&reply, "opportunityId"));
    let there = sandbox.get(&format!("/sobjects/Account/{account}")).await.body;
    assert_eq!(
        (&there["Name"], &there["Phone"], &there["Website"]),
        (&json!("There"), &json!("1"), &json!("https://moss.example"))
    );
    let made = sandbox.get(&format!("/sobjects/Opportunity/{opportunity}")).await.body;
    assert_eq!(
        (&made["Name"], &made["StageName"], &made["AccountId"]),
        (&json!("Moss & Co"), &json!("Prospecting"), &json!(account))
    );
    let who = sandbox.get(&format!("/sobjects/Task/{task}?fields=WhoId")).await.body["WhoId"].clone();
    assert_eq!(who, json!(contact), "what was planned goes on with the contact");
    let row = sandbox
        .query("SELECT IsConverted, ConvertedAccountId, ConvertedContact.LastName, ConvertedOpportunityId FROM Lead")
        .await
        .body["records"][0]
        .clone();
    assert_eq!((&row["IsConverted"], &row["ConvertedAccountId"]), (&json!(true), &json!(account)));
    assert_eq!(
        (&row["ConvertedContact"]["LastName"], &row["ConvertedOpportunityId"]),
        (&json!("Moss"), &json!(opportunity))
    );
    let again = soap(&sandbox, &call).await;
    assert_eq!(text(&again, "statusCode"), "CANNOT_UPDATE_CONVERTED_LEAD");
}

#[tokio::test]
async fn a_conversion_that_fails_makes_nothing() {
    let sandbox = Sandbox::empty().await;
    sandbox
        .door(
            Method::POST,
            "/rules",
            json!({"validation": {"object": "Contact", "error_when": "Email = null", "message": "Mail?"}}),
        )
        .await;
    let lead = sandbox.create("Lead", json!({"LastName": "Moss", "Company": "Moss"})).await;
    let call = format!(
        "<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus></leadConverts></convertLead>"
    );
    let reply = soap(&sandbox, &call).await;
    assert_eq!(
        (text(&reply, "statusCode").as_str(), text(&reply, "message").as_str()),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Mail?")
    );
    assert_eq!(sandbox.query("SELECT COUNT() FROM Account").await.body["totalSize"], 0);
    assert_eq!(sandbox.get(&format!("/sobjects/Lead/{lead}")).await.body["IsConverted"], false);
}

#[tokio::test]
async fn what_hangs_on_the_losers_moves_to_the_master() {
    let sandbox = Sandbox::empty().await;
    let master = sandbox.create("Account", json!({"Name": "Master"})).await;
    let loser = sandbox.create("Account", json!({"Name": "Loser"})).await;
    let case = sandbox.create("Case", json!({"Subject": "x", "AccountId": loser})).await;
    let call = format!(
        "<merge><mergeRequests><masterRecord><type>Account</type><Id>{master}</Id><Fax>9</Fax></masterRecord>\
         <recordToMergeIds>{loser}</recordToMergeIds></mergeRequests></merge>"
    );
    let reply = soap(&sandbox, &call).await;
    assert_eq!(text(&reply, "updatedRelatedIds"), case, "{}", reply.text);
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{case}")).await.body["AccountId"], json!(master));
    assert_eq!(sandbox.get(&format!("/sobjects/Account/{master}")).await.body["Fax"], "9");
    sandbox.get(&format!("/sobjects/Account/{loser}")).await.refused(404, "ENTITY_IS_DELETED", "entity is deleted");
    let all = sandbox.get("/queryAll?q=SELECT+MasterRecordId+FROM+Account+WHERE+IsDeleted+=+true").await.body;
    assert_eq!(all["records"][0]["MasterRecordId"], json!(master));
    let itself = call.replace(&loser, &master);
    assert_eq!(text(&soap(&sandbox, &itself).await, "success"), "false");
}

#[tokio::test]
async fn the_bin_gives_back_what_went_into_it_together() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let before = sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "deleted before"})).await;
    let along = sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "deleted along"})).await;
    sandbox.delete(&format!("/sobjects/CaseComment/{before}")).await;
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 5})).await;
    sandbox.delete(&format!("/sobjects/Case/{case}")).await;
    let back = soap(&sandbox, &format!("<undelete><ids>{case}</ids></undelete>")).await;
    assert_eq!(text(&back, "success"), "true", "{}", back.text);
    assert_eq!(sandbox.get(&format!("/sobjects/CaseComment/{along}")).await.status, 200);
    assert_eq!(sandbox.get(&format!("/sobjects/CaseComment/{before}")).await.status, 404);
    let twice = soap(&sandbox, &format!("<undelete><ids>{case}</ids></undelete>")).await;
    assert_eq!(text(&twice, "statusCode"), "UNDELETE_FAILED");
}

#[tokio::test]
async fn records_of_one_call_stand_alone_unless_they_may_not() {
    let sandbox = Sandbox::empty().await;
    let rows =
        "<sObjects><type>Contact</type><LastName>A</LastName></sObjects><sObjects><type>Contact</type></sObjects>";
    let reply = soap(&sandbox, &format!("<create>{rows}</create>")).await;
    assert_eq!(text(&reply, "statusCode"), "REQUIRED_FIELD_MISSING");
    assert_eq!(sandbox.query("SELECT COUNT() FROM Contact").await.body["totalSize"], 1);
    let fault = soap(&sandbox, "<describeTabs/>").await;
    assert_eq!((fault.status, text(&fault, "faultcode").as_str()), (500, "soapenv:Client"));
    let broken =
        sandbox.send(Method::POST, "/services/Soap/u/64.0", &[("Content-Type", "text/xml")], Some(b"<a>".to_vec()));
    assert_eq!(broken.await.expect("an answer").status, 500);
}

#[tokio::test]
async fn ideas_count_their_remarks_and_votes_and_stay_as_they_are() {
    let sandbox = Sandbox::empty().await;
    let idea = sandbox.create("Idea", json!({"Title": "Blue pumps"})).await;
    let path = format!("/sobjects/Idea/{idea}");
    let before = sandbox.get(&path).await.body["LastModifiedDate"].clone();
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 5})).await;
    sandbox.create("IdeaComment", json!({"IdeaId": idea, "CommentBody": "yes"})).await;
    for vote in ["Up", "Up", "Down"] {
        sandbox.create("Vote", json!({"ParentId": idea, "Type": vote})).await;
    }
    let after = sandbox.get(&path).await.body;
    assert_eq!((&after["NumComments"], &after["VoteTotal"]), (&json!(1), &json!(10.0)));
    assert_eq!(after["LastModifiedDate"], before, "children do not change their parent");
}
