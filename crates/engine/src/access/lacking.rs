//! Objects and fields that the configuration names under `access:` and the org does not show: `doctor` names them, and
//! what does not need them goes on.

use entente_core::config::{Access, AccessSource, Evaluations, nearest};

use super::{GRANT, grants};
use crate::{
    delivery,
    error::EngineError,
    outside::{Described, Org},
};

/// The object of evaluations' sources.
const LEAD: &str = "Lead";

/// Something that is named and not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lacking {
    /// Where the configuration names it: keys, from the root on.
    pub(crate) place: Vec<String>,
    /// Whether it is a field; otherwise it is an object.
    pub(crate) is_field: bool,
    /// `Lead.FirstName`, or an object.
    pub(crate) name: String,
    /// What was probably meant.
    near: Option<String>,
    /// Whether it comes with the package, and the configuration names only the object.
    pub(crate) is_ours: bool,
}

impl Lacking {
    /// What is missing, for whom.
    pub(crate) fn message(&self) -> String {
        let (name, owner) = (&self.name, self.owner());
        match self.is_field {
            true => format!("{owner} needs the field {name}, which the integration user cannot see"),
            false => format!("{owner} names the object {name}, which the integration user may not read"),
        }
    }

    /// What to do.
    pub(crate) fn remedy(&self) -> String {
        let (key, owner) = (self.place.last().map_or("", String::as_str), self.owner());
        match &self.near {
            Some(near) => format!("Did you mean {near}? Correct `{key}` of {owner}."),
            None if self.is_ours => {
                "Deploy apps/salesforce/access, or add the field as its README says, and let the user see it."
                    .to_owned()
            }
            None => format!(
                "Correct `{key}` of {owner}, or give the user Read access to {}; apps/salesforce/access has permission sets for what it brings.",
                self.name
            ),
        }
    }

    /// Both, for people who have not asked the doctor.
    pub(crate) fn sentence(&self) -> String {
        format!("{}. {}", self.message(), self.remedy())
    }

    fn owner(&self) -> String {
        match &self.place[..] {
            [_, sources, name, ..] if sources == "sources" => format!("the source {name}"),
            _ => "`evaluations`".to_owned(),
        }
    }
}

/// Everything that is missing.
pub(crate) async fn everything(org: &Org, access: &Access) -> Result<Vec<Lacking>, EngineError> {
    let mut found = Vec::new();
    for source in &access.sources {
        found.extend(of_source(org, source).await?);
    }
    if let Some(evaluations) = &access.evaluations {
        found.extend(of_letter(org, evaluations).await?);
    }
    Ok(found)
}

/// What a source names that is not there. An org without the object of the grants lacks more than a source can say.
pub(crate) async fn of_source(org: &Org, source: &AccessSource) -> Result<Vec<Lacking>, EngineError> {
    let place = |key: &str| ["access", "sources", &source.name, key].map(str::to_owned).to_vec();
    let mut found = Vec::new();
    if seen(org, GRANT).await?.is_some() {
        for (key, lookup) in [("grant_field", &source.grant_field), ("person", &source.person)] {
            found.extend(field(org, GRANT, lookup, place(key)).await?);
        }
    }
    if seen(org, &source.object).await?.is_none() {
        let objects = org.client.objects().await.map_err(EngineError::peer(&org.name))?;
        let near = nearest(&source.object, objects.iter().map(|object| object.name.as_str())).map(str::to_owned);
        let (place, name) = (place("object"), source.object.clone());
        found.push(Lacking { place, is_field: false, name, near, is_ours: false });
        return Ok(found);
    }
    for path in source.organization.fields() {
        found.extend(field(org, &source.object, path.as_str(), place("organization")).await?);
    }
    if let Some(account) = &source.account {
        found.extend(field(org, &source.object, account, place("account")).await?);
    }
    for shown in grants::SHOWN_ON_SOURCE {
        let lacking = field(org, &source.object, shown, place("object")).await?;
        found.extend(lacking.map(|lacking| Lacking { near: None, is_ours: true, ..lacking }));
    }
    found.dedup();
    Ok(found)
}

/// Fields of the Lead that a letter names and that are not there.
pub(crate) async fn of_letter(org: &Org, evaluations: &Evaluations) -> Result<Vec<Lacking>, EngineError> {
    let mut found = Vec::new();
    if seen(org, LEAD).await?.is_none() {
        return Ok(found);
    }
    for (key, template) in [("subject", &evaluations.subject), ("body", &evaluations.body)] {
        for path in delivery::letter_fields(template) {
            let place = ["access", "evaluations", key].map(str::to_owned).to_vec();
            let lacking = field(org, LEAD, &path, place).await?;
            // The words of ours may be what was meant, too.
            let word = nearest(&path, delivery::LETTER_WORDS).map(str::to_owned);
            found.extend(lacking.map(|lacking| Lacking { near: word.or(lacking.near.clone()), ..lacking }));
        }
    }
    found.dedup();
    Ok(found)
}

/// What was probably meant by a path, some part of which is not there.
pub(crate) async fn near(org: &Org, object: &str, path: &str) -> Result<Option<String>, EngineError> {
    Ok(field(org, object, path, Vec::new()).await?.and_then(|lacking| lacking.near))
}

/// A field that is not there, at the end of a path or on the way.
async fn field(org: &Org, object: &str, path: &str, place: Vec<String>) -> Result<Option<Lacking>, EngineError> {
    let mut object = object.to_owned();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some(described) = seen(org, &object).await? else { break };
        let fields = || described.object().fields.iter();
        let (is_there, near) = match parts.peek() {
            None => (described.field(part).is_some(), nearest(part, fields().map(|field| field.name.as_str()))),
            Some(_) => {
                let lookups = fields().filter_map(|field| field.relationship_name.as_deref());
                (described.relationship(part).is_some(), nearest(part, lookups))
            }
        };
        if !is_there {
            let (name, near) = (format!("{object}.{part}"), near.map(str::to_owned));
            return Ok(Some(Lacking { place, is_field: true, name, near, is_ours: false }));
        }
        let Some((_, target)) = described.relationship(part).and_then(Described::over) else { break };
        target.clone_into(&mut object);
    }
    Ok(None)
}

/// An object, if the integration user can see it.
async fn seen(org: &Org, object: &str) -> Result<Option<std::sync::Arc<Described>>, EngineError> {
    match org.describe(object).await {
        Ok(described) => Ok(Some(described)),
        Err(EngineError::Connection { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
