//! What we have written: nothing but mapped fields, and nothing at all once everything agrees (I2).

use entente_sandbox::control::Write;

use crate::history::History;

/// How the write log names the account that the engine uses.
const OURSELVES: &str = "admin@sandbox.example";

/// Everything that the item of the histories may change in a record that is there; the vendors set some with it.
const OURS: [&str; 17] = [
    "Subject",
    "Description",
    "Priority",
    "Status",
    "Jira_Reference__c",
    "ClosedDate",
    "IsClosed",
    "summary",
    "description",
    "priority",
    "status",
    "resolution",
    "customfield_10030",
    "entente.origin",
    "comment",
    "CommentBody",
    "IsPublished",
];

/// What it may change of a request for access, of the record from which that comes, and of an organization.
const OF_ACCESS: [&str; 13] = [
    "Status__c",
    "Reason__c",
    "Account__c",
    "Organization__c",
    "Organization_Id__c",
    "Customer_Id__c",
    "Finished_At__c",
    "JSM_Organization_Id__c",
    "JSM_Validated_Customers__c",
    "JSM_Access_State__c",
    "property:entente.source",
    "members",
    "organizations",
];

pub(super) fn ours(history: &History) -> Vec<Write> {
    let world = &history.stage.world;
    let all = world.salesforce.control().writes().into_iter().chain(world.jira.control().writes());
    // The administrator also deletes on behalf of people.
    all.filter(|write| write.by == OURSELVES && !write.route.starts_with("DELETE")).collect()
}

/// Our writes that took away what somebody had written into that very record.
pub(crate) fn n_overwritten(history: &History) -> usize {
    let takes = |write: &&Write| {
        let (before, after) = (write.before.to_string(), write.after.to_string());
        let of_jira = write.route.contains("/rest/");
        let place = if of_jira { "by somebody in Jira" } else { "by somebody in Salesforce" };
        before.contains(place) && !after.contains(place)
    };
    ours(history).iter().filter(takes).count()
}

pub(super) fn only_mapped_fields(history: &History) -> Result<(), String> {
    let is_edit = |write: &Write| write.route.contains("PUT /rest") || !write.before.is_null();
    let is_ours = |field: &str| OURS.contains(&field) || history.configured.has_portal && OF_ACCESS.contains(&field);
    let is_strange = |write: &Write| is_edit(write) && !write.field.starts_with('(') && !is_ours(&write.field);
    let strange = ours(history).into_iter().find(|write| is_strange(write) && !write.route.contains("transitions"));
    strange.map_or(Ok(()), |write| Err(format!("a field that no item maps was written: {write:?}")))
}

/// Two further looks write nothing.
pub(super) async fn stop(history: &mut History) -> Result<(), String> {
    let before = ours(history);
    for _ in 0..2 {
        history.sweep().await?;
        history.rest(3_600_000).await;
    }
    let after = ours(history);
    let calls = history.stage.books.lock().n_writes;
    match after.get(before.len()..) {
        Some([]) | None => {}
        Some([first, ..]) => return Err(format!("it writes on though everything agrees: {first:?}")),
    }
    history.sweep().await?;
    match history.stage.books.lock().n_writes - calls {
        0 => Ok(()),
        n => Err(format!("{n} calls that write nothing, though everything agrees")),
    }
}
