//! `convertLead` and `merge`.

use super::super::refusal::Answered;
use super::super::state::State;
use super::super::write::{self, Caller, Conversion, Converted};
use super::answer::{element, errors, optional};
use super::records;
use super::xml::Element;

pub(super) fn convert(state: &mut State, caller: &Caller, call: &Element) -> Vec<String> {
    let asked: Vec<_> = call.all("leadConverts").collect();
    asked.into_iter().map(|asked| converted(asked, &convert_one(state, caller, asked))).collect()
}

fn convert_one(state: &mut State, caller: &Caller, asked: &Element) -> Answered<Converted> {
    let given = |name| asked.value(name).map(str::to_owned);
    let yes = |name| asked.value(name) == Some("true");
    let conversion = Conversion {
        lead: given("leadId").unwrap_or_default(),
        status: given("convertedStatus").unwrap_or_default(),
        account: given("accountId"),
        contact: given("contactId"),
        opportunity: given("opportunityId"),
        makes_opportunity: !yes("doNotCreateOpportunity"),
        opportunity_name: given("opportunityName"),
        owner: given("ownerId"),
        overwrites_source: yes("overwriteLeadSource"),
    };
    write::convert(state, caller, &conversion)
}

fn converted(asked: &Element, done: &Answered<Converted>) -> String {
    let lead = optional("leadId", asked.value("leadId"));
    match done {
        Ok(made) => {
            element("accountId", &made.account)
                + &element("contactId", &made.contact)
                + &lead
                + &optional("opportunityId", made.opportunity.as_deref())
                + &element("success", "true")
        }
        Err(refusal) => {
            optional("accountId", None)
                + &optional("contactId", None)
                + &errors(refusal)
                + &lead
                + &optional("opportunityId", None)
                + &element("success", "false")
        }
    }
}

pub(super) fn merge(state: &mut State, caller: &Caller, call: &Element) -> Vec<String> {
    // Older versions of the API call a request just that.
    let asked: Vec<_> = call.all("mergeRequests").chain(call.all("request")).collect();
    asked.into_iter().map(|asked| merged(asked, merge_one(state, caller, asked))).collect()
}

fn merge_one(state: &mut State, caller: &Caller, asked: &Element) -> Answered<(String, Vec<String>)> {
    let unsaid = Element::default();
    let master = records::read(state, caller, asked.child("masterRecord").unwrap_or(&unsaid))?;
    let id = master.id.unwrap_or_default();
    let losers: Vec<&str> = asked.all("recordToMergeIds").map(|loser| loser.text.as_str()).collect();
    let moved = write::merge(state, caller, master.object, &id, &master.fields, &losers)?;
    Ok((id, moved.iter().map(ToString::to_string).collect()))
}

fn merged(asked: &Element, done: Answered<(String, Vec<String>)>) -> String {
    match done {
        Ok((id, moved)) => {
            let losers = asked.all("recordToMergeIds").map(|loser| element("mergedRecordIds", &loser.text));
            let moved = moved.iter().map(|id| element("updatedRelatedIds", id));
            element("id", &id) + &losers.collect::<String>() + &element("success", "true") + &moved.collect::<String>()
        }
        Err(refusal) => errors(&refusal) + &optional("id", None) + &element("success", "false"),
    }
}
