//! What a full look leaves with the vendor: unlinked records and issues that an item's filter keeps out.
//!
//! Records that name a counterpart are always asked for, linked or not: what left the filter must be seen, and so must
//! twins that are there already. A linked record whose correlation field somebody cleared is read by its id.

use entente_core::{FieldPath, Side, item::ConnectedItem};
use entente_jira::jql::Jql;
use entente_salesforce::Filter;
use jiff::Timestamp;

use crate::{round::Scene, scheme::Scheme, translate::asked};

/// The records that a look at an item needs; none means all.
pub(super) fn records(scene: &Scene<'_>, last: Option<Timestamp>) -> Option<Filter> {
    let fields = &scene.scheme.salesforce;
    let find = |path: &FieldPath| fields.get(path);
    let item = &scene.wired.item;
    let naming = find(&item.correlation.as_ref()?.salesforce).filter(|field| field.comparable.is_some())?;
    Some(Filter::any([filtered_records(item, scene.scheme, last)?, Filter::is_set(naming.query_path.clone()?)]))
}

/// The records that pass the item's filter, and perhaps others; none where the org cannot be asked.
pub(crate) fn filtered_records(item: &ConnectedItem, scheme: &Scheme, last: Option<Timestamp>) -> Option<Filter> {
    let find = |path: &FieldPath| scheme.salesforce.get(path);
    let asked = item.salesforce.filter.asked(last, &|path| find(path)?.comparable)?;
    asked::soql(&asked, &find)
}

/// The issues that a look at an item needs; none means all. Where issues are created, all are: an issue that we made may
/// be known by its marker alone, and no search finds that.
pub(super) fn issues(scene: &Scene<'_>, last: Option<Timestamp>) -> Option<Jql> {
    let fields = &scene.scheme.jira;
    let find = |path: &FieldPath| fields.get(path);
    let item: &ConnectedItem = &scene.wired.item;
    let naming = find(&item.correlation.as_ref()?.jira).filter(|field| field.comparable.is_some())?;
    if !item.creates_on(Side::Salesforce) || item.creates_on(Side::Jira) {
        return None;
    }
    Some(filtered_issues(item, scene.scheme, last)?.or(Jql::is_not_empty(naming.clause.clone()?)))
}

/// The issues that pass the item's filter, and perhaps others; none where the site cannot be asked.
pub(crate) fn filtered_issues(item: &ConnectedItem, scheme: &Scheme, last: Option<Timestamp>) -> Option<Jql> {
    let find = |path: &FieldPath| scheme.jira.get(path);
    let asked = item.jira.filter.asked(last, &|path| find(path)?.comparable)?;
    asked::jql(&asked, &find)
}
