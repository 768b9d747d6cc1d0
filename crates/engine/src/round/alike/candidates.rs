//! Who shows the same: the vendors are asked by exact queries, many values at once, and what they find is read now.

use std::collections::{BTreeMap, BTreeSet};

use entente_core::{
    Record, Side, Sides,
    filter::Verdict,
    likeness::{Group, MatchRule, Member},
    plan::admits,
};
use entente_jira::jql::Jql;
use entente_salesforce::{Filter, Literal};
use entente_store::ParkedClass;
use entente_transport::CallError;

use super::{Reviews, group, names_nobody};
use crate::{
    error::EngineError,
    limits::{ALIKE_ISSUES_ASKED_MAX, ALIKE_RECORDS_ASKED_MAX},
    look::Earlier,
    outside::{SiteIssue, issue_refs},
    round::{Scene, meet, read},
    scheme::{JiraField, SalesforceField},
    translate::Kind,
    unit::Work,
};

/// A record without a twin that shows one of the values asked for.
struct Candidate {
    value: String,
    member: Member,
    record: Record,
}

/// Asks for candidates.
pub(super) struct Candidates<'a> {
    scene: &'a Scene<'a>,
    reviews: &'a Reviews,
    earlier: Earlier,
}

/// What is asked for under a rule: as it is compared, and as a query has it.
type Values = BTreeMap<String, String>;

impl<'a> Candidates<'a> {
    pub(super) async fn new(scene: &'a Scene<'a>, reviews: &'a Reviews) -> Self {
        Self { scene, reviews, earlier: Earlier::before(scene).await }
    }

    /// The groups of those that some units show the same as, by what they show.
    pub(super) async fn groups(
        &self,
        works: &[Work],
        open: &[(usize, Side)],
        n_rule: usize,
    ) -> Result<BTreeMap<String, Group>, EngineError> {
        let rule = &self.scene.wired.item.match_rules[n_rule];
        let of = |side: Side| -> Values {
            let units = open.iter().filter(|(_, at)| *at == side).map(|(n, _)| &works[*n]);
            units.filter_map(|work| shown(rule, side, work.seen.get(side).record()?)).collect()
        };
        let asked = Sides::new(of(Side::Salesforce), of(Side::Jira));
        let mut issues = self.nearest(Side::Jira, n_rule, self.issues(rule, &asked.salesforce).await?).await?;
        let mut records = self.nearest(Side::Salesforce, n_rule, self.records(rule, &asked.jira).await?).await?;
        // Whoever has found somebody may not be the only one who does.
        let rivals = values_of(rule, Side::Jira, &issues, &asked.jira);
        records.extend(self.records(rule, &rivals).await?);
        let rivals = values_of(rule, Side::Salesforce, &records, &asked.salesforce);
        issues.extend(self.issues(rule, &rivals).await?);
        let mut groups: BTreeMap<String, Sides<Vec<Member>>> = BTreeMap::new();
        for (side, found) in [(Side::Salesforce, records), (Side::Jira, issues)] {
            for one in found {
                groups
                    .entry(one.value)
                    .or_insert_with(|| Sides::new(Vec::new(), Vec::new()))
                    .get_mut(side)
                    .push(one.member);
            }
        }
        for (n, side) in open {
            let Some(record) = works[*n].seen.get(*side).record() else { continue };
            let own = rule.value(*side, record).and_then(|value| groups.get_mut(&value));
            own.into_iter().for_each(|members| members.get_mut(*side).push(member(&works[*n], *side)));
        }
        Ok(groups.into_iter().map(|(value, members)| (value.clone(), group(rule, &value, members))).collect())
    }

    /// Leaves out those who, by an earlier rule, belong to somebody else.
    async fn nearest(
        &self,
        side: Side,
        n_rule: usize,
        mut found: Vec<Candidate>,
    ) -> Result<Vec<Candidate>, EngineError> {
        for rule in &self.scene.wired.item.match_rules[..n_rule] {
            let values: Values = found.iter().filter_map(|one| shown(rule, side, &one.record)).collect();
            let nearer = match side {
                Side::Salesforce => self.issues(rule, &values).await?,
                Side::Jira => self.records(rule, &values).await?,
            };
            let nearer: BTreeSet<String> = nearer.into_iter().map(|one| one.value).collect();
            found.retain(|one| rule.value(side, &one.record).is_none_or(|value| !nearer.contains(&value)));
        }
        Ok(found)
    }

    /// Records that may be taken: the item admits them and no earlier one does, they have no twin, name none, and nobody
    /// has put them aside.
    async fn records(&self, rule: &MatchRule, values: &Values) -> Result<Vec<Candidate>, EngineError> {
        let scene = self.scene;
        let peer = || EngineError::peer(&scene.wired.org.name);
        let Some(field) = scene.scheme.salesforce.get(&rule.paths.salesforce) else { return Ok(Vec::new()) };
        let Some(path) = field.query_path.as_deref().filter(|_| !values.is_empty()) else { return Ok(Vec::new()) };
        let literals: Vec<Literal> = values.values().filter_map(|text| literal(field, text)).collect();
        let (object, paths) = (&scene.wired.item.salesforce.object, self.earlier.salesforce_paths(scene));
        let mut rows = Vec::new();
        for asked in literals.chunks(ALIKE_RECORDS_ASKED_MAX) {
            let filter = Filter::is_in(path, asked.iter().cloned());
            rows.extend(scene.wired.org.find(object, &paths, filter).await.map_err(peer())?);
        }
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let taken = meet::taken(scene, Side::Salesforce, &ids).await?;
        let candidate = |row: &crate::outside::OrgRow| {
            let seen = read::salesforce_seen(scene, row);
            let record = seen.record()?;
            let value = rule.value(Side::Salesforce, record).filter(|value| values.contains_key(value))?;
            let said = self.reviews.get(&row.id).filter(|(_, group)| group.is_about(rule, &value));
            let is_aside = said.is_some_and(|(class, _)| matches!(class, ParkedClass::Ignored | ParkedClass::New));
            let is_free = !is_aside
                && !taken.contains_key(&row.id)
                && names_nobody(scene, Side::Salesforce, record)
                && scene.wired.claim(&row.id).is_none()
                && admits(&scene.scheme.item, Side::Salesforce, record) == Verdict::Passes
                && !self.earlier.take_record(scene, row, &[]);
            let member = Member { id: row.id.clone(), name: seen.name.clone().unwrap_or_else(|| row.id.clone()) };
            is_free.then(|| Candidate { value, member, record: record.clone() })
        };
        Ok(rows.iter().filter_map(candidate).collect())
    }

    /// Issues that may be taken: the item admits them, they have no twin, name none, and no record names them.
    async fn issues(&self, rule: &MatchRule, values: &Values) -> Result<Vec<Candidate>, EngineError> {
        let scene = self.scene;
        let Some(field) = scene.scheme.jira.get(&rule.paths.jira).filter(|_| !values.is_empty()) else {
            return Ok(Vec::new());
        };
        let found = issues_that_show(scene, field, values).await.map_err(EngineError::peer(&scene.wired.site.name))?;
        let ids: Vec<String> = found.iter().map(SiteIssue::id).collect();
        let taken = meet::taken(scene, Side::Jira, &ids).await?;
        let named = named_by_records(scene, &found).await.map_err(EngineError::peer(&scene.wired.org.name))?;
        let candidate = |issue: &SiteIssue| {
            let seen = read::jira_seen(scene, issue);
            let record = seen.record()?;
            let value = rule.value(Side::Jira, record).filter(|value| values.contains_key(value))?;
            let is_free = !taken.contains_key(&issue.id())
                && !named.contains(&issue.key())
                && seen.out_of_scope.is_none()
                && seen.marked.is_none()
                && names_nobody(scene, Side::Jira, record)
                && admits(&scene.scheme.item, Side::Jira, record) == Verdict::Passes;
            let member = Member { id: issue.id(), name: issue.key() };
            is_free.then(|| Candidate { value, member, record: record.clone() })
        };
        Ok(found.iter().filter_map(candidate).collect())
    }
}

/// The records that may be taken and show one of these values: what a look that writes nothing still has to ask.
pub(crate) async fn of_records(
    scene: &Scene<'_>,
    rule: &MatchRule,
    values: &Values,
    reviews: &Reviews,
) -> Result<Vec<(String, Member)>, EngineError> {
    let found = Candidates::new(scene, reviews).await.records(rule, values).await?;
    Ok(found.into_iter().map(|one| (one.value, one.member)).collect())
}

fn member(work: &Work, side: Side) -> Member {
    let name = match side {
        Side::Salesforce => work.name(side),
        Side::Jira => work.seen.jira.key.as_deref().unwrap_or_else(|| work.id(side)),
    };
    Member { id: work.id(side).to_owned(), name: name.to_owned() }
}

/// What a record shows under a rule: as it is compared, and as it stands there.
fn shown(rule: &MatchRule, side: Side, record: &Record) -> Option<(String, String)> {
    Some((rule.value(side, record)?, record.value(rule.paths.get(side).as_str())?.to_string()))
}

/// What these show, but for what was asked for before.
fn values_of(rule: &MatchRule, side: Side, found: &[Candidate], before: &Values) -> Values {
    let values = found.iter().filter_map(|one| shown(rule, side, &one.record));
    values.filter(|(value, _)| !before.contains_key(value)).collect()
}

/// None where the field cannot hold such a value.
fn literal(field: &SalesforceField, text: &str) -> Option<Literal> {
    match field.kind {
        Kind::Number => text.parse().ok().map(Literal::Number),
        _ => Some(Literal::Text(text.to_owned())),
    }
}

/// Texts are searched by their words, and compared when they have been read; a URL field takes only the whole.
/// <https://support.atlassian.com/jira-software-cloud/docs/advanced-search-reference-jql-fields/>
fn clause(field: &JiraField, text: &str) -> Option<Jql> {
    let clause = field.clause.clone()?;
    match (&field.kind, field.field_type) {
        (Kind::Number, _) => Some(Jql::equals(clause, text.parse::<f64>().ok()?)),
        (_, entente_core::field_type::JiraType::Url) => Some(Jql::equals(clause, text)),
        _ => Some(Jql::contains(clause, text)),
    }
}

async fn issues_that_show(scene: &Scene<'_>, field: &JiraField, values: &Values) -> Result<Vec<SiteIssue>, CallError> {
    let (Some((_, project)), Some(issue_type)) = (&scene.scheme.project, &scene.scheme.issue_type) else {
        return Ok(Vec::new());
    };
    let clauses: Vec<Jql> = values.values().filter_map(|text| clause(field, text)).collect();
    let mut ids = BTreeSet::new();
    for asked in clauses.chunks(ALIKE_ISSUES_ASKED_MAX) {
        let Some(jql) = asked.iter().cloned().reduce(Jql::or) else { continue };
        let mut pages = scene.wired.site.scan(project, issue_type, Some(jql), &["updated".to_owned()]);
        while let Some(page) = pages.next().await? {
            ids.extend(page.issues.into_iter().map(|issue| issue.id.to_string()));
        }
    }
    scene.wired.site.read_marked(issue_refs(&ids), &scene.scheme.jira_ids).await
}

/// The keys of the issues that some record names.
async fn named_by_records(scene: &Scene<'_>, issues: &[SiteIssue]) -> Result<BTreeSet<String>, CallError> {
    let path = scene.wired.item.correlation.as_ref().map(|correlation| &correlation.salesforce);
    let field = path.and_then(|path| scene.scheme.salesforce.get(path)?.query_path.clone());
    let Some(field) = field.filter(|_| !issues.is_empty()) else { return Ok(BTreeSet::new()) };
    let keys = Filter::is_in(field.as_str(), issues.iter().map(SiteIssue::key));
    let paths = ["Id".to_owned(), field.clone()];
    let rows = scene.wired.org.find(&scene.wired.item.salesforce.object, &paths, keys).await?;
    Ok(rows.iter().filter_map(|row| row.text(&field).map(str::to_owned)).collect())
}
