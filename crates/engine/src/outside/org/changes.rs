//! What has changed in an org since a time, and who changed which field last.

use std::collections::HashMap;

use entente_salesforce::{Filter, Literal, Order, Query, Row};
use entente_transport::CallError;
use jiff::Timestamp;

use super::{
    Org,
    reading::{IS_DELETED, OrgRow, record_ids},
};
use crate::{limits::QUERIES_PER_CALL_MAX, translate::instant};

/// The posts of all feeds.
const FEED: &str = "FeedItem";

/// What is asked of one object: which fields, of what changed since when.
#[derive(Clone, Debug)]
pub(crate) struct AskedObject {
    pub(crate) object: String,
    pub(crate) fields: Vec<String>,
    pub(crate) since: Timestamp,
}

/// What changed in an org.
pub(crate) struct Changes {
    pub(crate) found: Vec<Changed>,
    /// When the first question was asked, by the org's clock.
    pub(crate) began: Option<Timestamp>,
    /// Objects whose question is refused, for a reason that no other object shares.
    pub(crate) refused: Vec<(String, CallError)>,
}

/// A record that changed since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) object: String,
    pub(crate) id: String,
    pub(crate) version: Option<String>,
    /// It went to the recycle bin.
    pub(crate) is_deleted: bool,
    /// The further fields that were asked for.
    pub(crate) fields: Row,
}

impl Org {
    /// Records of these objects that changed, deletions among them: five objects per call.
    pub(crate) async fn changed(&self, asked: &[AskedObject]) -> Result<Changes, CallError> {
        let (mut found, mut began, mut refused) = (Vec::new(), None, Vec::new());
        for asked in asked.chunks(QUERIES_PER_CALL_MAX) {
            let mut queries = Vec::new();
            for AskedObject { object, fields, since } in asked {
                let can_be_deleted = self.has_field(object, IS_DELETED).await;
                let system = ["Id", "SystemModstamp"].into_iter().chain(can_be_deleted.then_some(IS_DELETED));
                let query = Query::select(system.chain(fields.iter().map(String::as_str)))
                    .from(object)
                    .filter(changed_since(object, *since))
                    .order_by(if object == FEED { "CreatedDate" } else { "SystemModstamp" }, Order::Ascending)
                    .order_by("Id", Order::Ascending);
                queries.push(if can_be_deleted { query.with_deleted() } else { query });
            }
            for (AskedObject { object, .. }, page) in asked.iter().zip(self.client.queries(&queries).await?) {
                let page = match page {
                    Ok(page) => page,
                    // Nobody else's question is wrong because of it.
                    Err(error @ (CallError::Invalid { .. } | CallError::Gone { .. } | CallError::Denied { .. })) => {
                        refused.push((object.clone(), error));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let read_ms = self.read_ms(page.date, page.began);
                began = began.or(Timestamp::from_millisecond(read_ms).ok());
                let rows = self.every(page).await?.into_iter().filter_map(|row| OrgRow::new(row, 0));
                found.extend(rows.map(|row| Changed {
                    object: object.clone(),
                    version: row.version(),
                    is_deleted: row.fields.get(IS_DELETED).is_some_and(|deleted| deleted == true),
                    id: row.id,
                    fields: row.fields,
                }));
            }
        }
        Ok(Changes { found, began, refused })
    }

    /// Who changed tracked fields, and when, by record and field; fields that are not tracked have no rows.
    pub(crate) async fn history(
        &self,
        object: &str,
        ids: &[String],
        fields: &[String],
    ) -> Result<HashMap<(String, String), Vec<FieldChange>>, CallError> {
        let (table, parent) = history_of(object);
        let filter =
            Filter::is_in(parent.as_str(), record_ids(ids)).and(Filter::is_in("Field", fields.iter().cloned()));
        let query = Query::select([parent.as_str(), "Field", "CreatedDate", "CreatedById", "OldValue", "NewValue"])
            .from(table)
            .filter(filter);
        let mut changes: HashMap<(String, String), Vec<FieldChange>> = HashMap::new();
        for row in self.client.all_rows(&query).await?.rows {
            let text = |field: &str| row.get(field).and_then(|value| value.as_str());
            let (Some(id), Some(field), Some(at)) =
                (text(&parent), text("Field"), text("CreatedDate").and_then(instant))
            else {
                continue;
            };
            let value = |field: &str| text(field).map(str::to_owned);
            let change = FieldChange { at, by: value("CreatedById"), from: value("OldValue"), to: value("NewValue") };
            changes.entry((id.to_owned(), field.to_owned())).or_default().push(change);
        }
        Ok(changes)
    }
}

/// Rows that are new or different since a time. A feed cannot be filtered by its version.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_feeditem.htm>
fn changed_since(object: &str, since: Timestamp) -> Filter {
    let after = |field: &str| Filter::at_least(field, Literal::DateTime(since));
    match object {
        FEED => Filter::Any(vec![after("CreatedDate"), after("LastEditDate")]),
        _ => after("SystemModstamp"),
    }
}

/// One change of a field.
#[derive(Clone, Debug)]
pub(crate) struct FieldChange {
    pub(crate) at: Timestamp,
    /// The user's id.
    pub(crate) by: Option<String>,
    /// What it replaced; none, as in `to`, for nothing, or where the org keeps only that there was a change.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

/// Who changed a field last; none when several did within the same second, and nobody knows whose the last word was.
pub(crate) fn last_author(changes: &[FieldChange]) -> Option<&str> {
    let newest = changes.iter().map(|change| change.at).max()?;
    let mut authors = changes.iter().filter(|change| change.at == newest).map(|change| change.by.as_deref());
    let first = authors.next().flatten();
    first.filter(|_| authors.all(|other| other == first))
}

/// Where an object keeps who changed which field when, and by which field a row names its record. What is called
/// OpportunityHistory are the stages of a deal.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunityfieldhistory.htm>
fn history_of(object: &str) -> (String, String) {
    match object.strip_suffix("__c") {
        Some(name) => (format!("{name}__History"), "ParentId".to_owned()),
        None if object.eq_ignore_ascii_case("Opportunity") => {
            ("OpportunityFieldHistory".to_owned(), "OpportunityId".to_owned())
        }
        None => (format!("{object}History"), format!("{object}Id")),
    }
}

#[cfg(test)]
mod tests {
    use super::history_of;

    #[test]
    fn each_object_keeps_its_history_under_its_own_name() {
        let of = |object| {
            let (table, parent) = history_of(object);
            format!("{table} by {parent}")
        };
        assert_eq!(of("Case"), "CaseHistory by CaseId");
        assert_eq!(of("Opportunity"), "OpportunityFieldHistory by OpportunityId");
        assert_eq!(of("Order_Line__c"), "Order_Line__History by ParentId");
    }
}
