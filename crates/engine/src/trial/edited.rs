//! Whether anybody has edited a twin since its test: what they wrote is not deleted unawares.

use entente_core::Side;
use entente_store::Link;

use super::{Chosen, target};
use crate::{
    EngineError,
    outside::{OrgRow, SiteIssue, issue_refs},
};

impl Chosen {
    /// What somebody has written into it is theirs.
    pub(super) async fn refuse_edited(&self, link: &Link, name: &str) -> Result<(), EngineError> {
        let towards = self.towards;
        let Some(then) = link.versions.get(towards) else { return Ok(()) };
        match self.version(target(link, towards)).await? {
            Some(now) if now != *then => Err(EngineError::Declined(format!(
                "{name} was edited in {towards} since it was tested, so it stays. Look at it first; `--yes` removes it all \
                 the same."
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// The version of the twin as it is now, if it is there.
    async fn version(&self, id: &str) -> Result<Option<String>, EngineError> {
        let (org, site, ids) = (&self.wired.org, &self.wired.site, [id.to_owned()]);
        match self.towards {
            Side::Salesforce => {
                let paths = ["Id", "SystemModstamp"].map(str::to_owned);
                let rows = org.read(&self.wired.item.salesforce.object, &paths, &ids).await;
                Ok(rows.map_err(EngineError::peer(&org.name))?.first().and_then(OrgRow::version))
            }
            Side::Jira => {
                let issues = site.read(issue_refs(&ids), &["updated".to_owned()]).await;
                Ok(issues.map_err(EngineError::peer(&site.name))?.first().and_then(SiteIssue::version))
            }
        }
    }
}
