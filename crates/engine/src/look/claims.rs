//! Issues without a link that name a Salesforce record, and which one is meant when several do.
//!
//! A clone of an issue copies its fields, so it names the record of the original; it does not copy the original's
//! properties: <https://support.atlassian.com/jira-software-cloud/docs/clone-an-issue/>

use std::collections::{HashMap, HashSet};

/// An issue that names a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) issue_id: String,
    pub(super) issue_key: String,
    /// By our own marker, not only by its correlation field.
    pub(super) marked: bool,
}

/// All of them, by the record.
#[derive(Debug, Default)]
pub(super) struct Claims {
    by_record: HashMap<String, Vec<Claim>>,
    issues: HashSet<String>,
}

impl Claims {
    pub(super) fn add(&mut self, salesforce_id: String, claim: Claim) {
        self.issues.insert(claim.issue_id.clone());
        self.by_record.entry(salesforce_id).or_default().push(claim);
    }

    /// The issue that a record belongs to, given the key that the record itself shows.
    pub(super) fn best(&self, salesforce_id: &str, shown_key: Option<&str>) -> Option<&Claim> {
        self.by_record.get(salesforce_id)?.iter().min_by_key(|claim| rank(claim, shown_key))
    }

    /// Every issue that names a record.
    pub(super) fn of(&self, salesforce_id: &str) -> impl Iterator<Item = &str> {
        self.by_record.get(salesforce_id).into_iter().flatten().map(|claim| claim.issue_id.as_str())
    }

    /// The record's own word has been heard: its best claim stands before the others for good.
    pub(super) fn settle(&mut self, salesforce_id: &str, shown_key: Option<&str>) {
        if let Some(claims) = self.by_record.get_mut(salesforce_id) {
            claims.sort_by_key(|claim| rank(claim, shown_key));
        }
    }

    /// Puts the best claim of each record first, as far as the issues themselves tell.
    pub(super) fn settle_all(&mut self) {
        for claims in self.by_record.values_mut() {
            claims.sort_by_key(|claim| rank(claim, None));
        }
    }

    /// Every issue that names a record, also those that lose against another.
    pub(super) fn issues(&self) -> &HashSet<String> {
        &self.issues
    }

    /// The first claim of each record.
    pub(super) fn into_firsts(self) -> HashMap<String, String> {
        let first = |(id, claims): (String, Vec<Claim>)| Some((id, claims.into_iter().next()?.issue_id));
        self.by_record.into_iter().filter_map(first).collect()
    }
}

/// The lower, the better: both name each other; our marker; the field. The lowest number is the oldest issue.
fn rank(claim: &Claim, shown_key: Option<&str>) -> (bool, bool, u64) {
    let number = claim.issue_key.rsplit('-').next().and_then(|number| number.parse().ok());
    (shown_key != Some(claim.issue_key.as_str()), !claim.marked, number.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issues that name the record, by key, and whether by our marker.
    type Named<'a> = &'a [(&'a str, bool)];

    fn claims(of: Named<'_>) -> Claims {
        let mut claims = Claims::default();
        for (key, marked) in of {
            let claim = Claim { issue_id: format!("id of {key}"), issue_key: (*key).to_owned(), marked: *marked };
            claims.add("500".to_owned(), claim);
        }
        claims
    }

    #[test]
    fn mutual_names_then_our_marker_then_the_oldest_field() {
        let table: [(&str, Named<'_>, Option<&str>, &str); 5] = [
            ("one", &[("OPS-7", false)], None, "OPS-7"),
            ("a clone is younger", &[("OPS-99", false), ("OPS-7", false)], None, "OPS-7"),
            ("a number is not a text", &[("OPS-10", false), ("OPS-9", false)], None, "OPS-9"),
            ("a clone has no marker", &[("OPS-7", false), ("OPS-99", true)], None, "OPS-99"),
            ("the record says which", &[("OPS-7", true), ("OPS-99", false)], Some("OPS-99"), "OPS-99"),
        ];
        for (what, of, shown, wanted) in table {
            let mut claims = claims(of);
            assert_eq!(claims.best("500", shown).map(|claim| claim.issue_key.as_str()), Some(wanted), "{what}");
            assert_eq!(claims.issues().len(), of.len(), "{what}: losers name it too");
            claims.settle("500", shown);
            assert_eq!(claims.into_firsts()["500"], format!("id of {wanted}"), "{what}");
        }
    }

    #[test]
    fn nobody_claims_an_unnamed_record() {
        assert_eq!(claims(&[("OPS-7", true)]).best("501", Some("OPS-7")), None);
    }
}
