//! Is an end still what was linked? A record leaves the filter, an issue its project and type; a record is merged into
//! another, a lead is converted. What becomes of the link is the item's choice.

use super::{Note, NoteCode, Plan, Write};
use crate::{
    filter::Verdict,
    item::{ConnectedItem, OnConvert, OnDelete, OnLeave, OnMerge},
    link::{Heir, LinkFacts, Succession},
    record::Record,
    side::Side,
};

/// Whether the record or the issue left the item, and the item says that the pair is then left alone.
pub(super) fn has_left(item: &ConnectedItem, link: &LinkFacts, salesforce: &Record, plan: &mut Plan) -> bool {
    if item.on_leave == OnLeave::Keep {
        return false;
    }
    let by_filter = item.salesforce.filter.judge(salesforce) == Verdict::Fails;
    let by_filter = by_filter.then(|| "The record no longer passes the filter".to_owned());
    let Some(left) = by_filter.or_else(|| link.out_of_scope.clone()) else { return false };
    match item.on_leave {
        OnLeave::Keep => {}
        OnLeave::Pause => {
            plan.notes.push(Note { code: NoteCode::Left, key: None, text: format!("{left}; the link rests") });
        }
        OnLeave::Unlink => plan.writes.push(Write::Unlink { reason: left }),
    }
    true
}

/// The link of which one side was deleted ends, or rests.
pub(super) fn deleted(item: &ConnectedItem, what: String, plan: &mut Plan) {
    match item.on_delete {
        OnDelete::Unlink => plan.writes.push(Write::Unlink { reason: what }),
        OnDelete::Pause => {
            let text = format!("{what}; the link rests until it is back, or somebody dissolves it");
            plan.notes.push(Note { code: NoteCode::Left, key: None, text });
        }
    }
}

/// Whether the lost record was merged into another; then the link follows it, or ends with a sentence that names it.
pub(super) fn merged(item: &ConnectedItem, link: &LinkFacts, plan: &mut Plan) -> bool {
    let Some(Succession::Merged(heir)) = &link.succession else { return false };
    let what = format!("The Salesforce record was merged into {}", heir.id);
    plan.writes.push(match item.on_merge {
        OnMerge::Follow => follow(heir, what),
        OnMerge::Unlink => Write::Unlink { reason: format!("{what}; the Jira record is kept") },
    });
    true
}

/// Whether the link of a converted lead goes on elsewhere, or ends.
pub(super) fn converted(item: &ConnectedItem, link: &LinkFacts, plan: &mut Plan) -> bool {
    let Some(Succession::Converted { heir, .. }) = &link.succession else { return false };
    let write = match (item.on_convert, heir) {
        (OnConvert::Keep, _) => return false,
        (OnConvert::Unlink, _) => {
            Write::Unlink { reason: "The lead was converted; the Jira record is kept".to_owned() }
        }
        (OnConvert::FollowAccount | OnConvert::FollowContact | OnConvert::FollowOpportunity, heir) => match heir {
            Some(heir) => follow(heir, format!("The lead was converted into {}", heir.id)),
            None => return false,
        },
    };
    plan.writes.push(write);
    true
}

/// The link goes on with the heir, unless that is linked already: one issue has to give way, and both are kept.
fn follow(heir: &Heir, what: String) -> Write {
    match &heir.issue {
        None => Write::Follow {
            item: heir.item.clone(),
            salesforce_id: heir.id.clone(),
            reason: format!("{what}; the link goes on with it"),
        },
        Some(issue) => {
            Write::Unlink { reason: format!("{what}, which is linked with {issue}; the Jira record is kept") }
        }
    }
}

/// A converted lead is read and no longer written: Salesforce answers CANNOT_UPDATE_CONVERTED_LEAD.
/// <https://help.salesforce.com/s/articleView?id=sales.leads_convert_considerations.htm>
pub(super) fn keep_converted(link: &LinkFacts, plan: &mut Plan) {
    let Some(Succession::Converted { lacking, .. }) = &link.succession else { return };
    let lacking = lacking.as_ref().map(|lacking| format!("; {lacking}")).unwrap_or_default();
    let text = format!("The lead was converted, and nothing can be written to it any more{lacking}");
    let of = |key| Note { code: NoteCode::Converted, key, text: text.clone() };
    let withheld: Vec<Write> = plan.writes.extract_if(.., |write| write.side() == Some(Side::Salesforce)).collect();
    plan.notes.push(of(None));
    plan.notes.extend(withheld.iter().flat_map(Write::fields).map(|field| of(Some(field.key.clone()))));
}
