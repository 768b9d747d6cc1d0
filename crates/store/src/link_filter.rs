//! Links as people look for them, in pages.

use crate::{Link, LinkId, Store, StoreError};

/// Which links are wanted; what is not given does not matter. Tombstones are shown to who asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFilter {
    /// Under this item.
    pub item: Option<String>,
    /// In this state: `active`, `parked`, `detached` or `unlinked`.
    pub state: Option<String>,
    /// With this in the issue's key, or in the record's id.
    pub text: String,
    /// Behind this one.
    pub after: LinkId,
}

impl Store {
    /// One page of the links that a filter lets through, in the order of their ids.
    pub async fn links_filtered(&self, filter: &LinkFilter, limit: usize) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = r"
            SELECT * FROM linked WHERE id > $1 AND (item = $2 OR $2 IS NULL)
                AND (state = $3 OR ($3 IS NULL AND state <> 'unlinked'))
                AND (UPPER(jira_key) LIKE UPPER($4) ESCAPE '\' OR UPPER(salesforce_id) LIKE UPPER($4) ESCAPE '\')
            ORDER BY id LIMIT $5";
        let params = [
            filter.after.into(),
            filter.item.as_deref().into(),
            filter.state.as_deref().into(),
            containing(&filter.text).as_str().into(),
            limit.into(),
        ];
        self.db().rows(SQL, &params).await?.iter().map(crate::link::link).collect()
    }
}

/// A pattern for texts with this one anywhere in them.
fn containing(text: &str) -> String {
    let literal = text.trim().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{literal}%")
}
