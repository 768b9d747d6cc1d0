//! What stands against letting items run: nobody has tested them as they are, something that they name is missing, live
//! values do not survive their lines, or a dry run does not come to its end. Nothing is written.

use entente_core::{ConnectedItem, item::Mode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    Engine, EngineError, doctor,
    engine::SyncOptions,
    report::{DryRun, Finding},
    trial::to_the_end,
};

/// What was found before items run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Activation {
    /// What stands against it.
    pub obstacles: Vec<Finding>,
    /// What a first full look would write, one per field; only known where nothing stands against it.
    pub writes: usize,
    /// What a person would have to decide then.
    pub conflicts: usize,
}

impl Engine {
    /// Looks at items of the configuration before they run.
    ///
    /// # Errors
    /// The store. What a peer refuses is an obstacle.
    pub async fn activation(&self, items: Vec<String>) -> Result<Activation, EngineError> {
        let engine = self.clone();
        to_the_end(async move || engine.look_at(&items).await).await
    }

    /// What a run of one item would write now.
    ///
    /// # Errors
    /// As [`Engine::dry_run`].
    pub async fn preview(&self, item: String) -> Result<DryRun, EngineError> {
        let engine = self.clone();
        let options = SyncOptions { item: Some(item), ..SyncOptions::default() };
        to_the_end(async move || engine.dry_run(&options, &|_| {}).await).await
    }

    async fn look_at(&self, items: &[String]) -> Result<Activation, EngineError> {
        let mut found = Activation::default();
        for item in items {
            found.obstacles.extend(self.untested_item(item).await?);
        }
        let about = |finding: &Finding| finding.item.as_ref().is_none_or(|item| items.contains(item));
        let stands = |finding: &Finding| {
            finding.severity == doctor::ERROR || [doctor::ROUND_TRIP, doctor::PARTING].contains(&finding.code)
        };
        let findings = self.check_online().await.into_iter().filter(|finding| about(finding) && stands(finding));
        found.obstacles.extend(findings);
        if found.obstacles.iter().any(|finding| finding.code != UNTESTED && finding.severity == doctor::ERROR) {
            return Ok(found);
        }
        for item in items {
            let options = SyncOptions { item: Some(item.clone()), ..SyncOptions::default() };
            match self.dry_run(&options, &|_| {}).await {
                Ok(plan) => {
                    found.writes += plan.writes.len();
                    found.conflicts += plan.conflicts.len();
                }
                Err(EngineError::Store(error)) => return Err(error.into()),
                Err(error) => found.obstacles.push(Finding { item: Some(item.clone()), ..doctor::of_engine(error) }),
            }
        }
        Ok(found)
    }

    async fn untested_item(&self, name: &str) -> Result<Option<Finding>, EngineError> {
        let wiring = self.inner.wiring();
        let Some(item) = wiring.config.item(name).filter(|item| item.mode != Mode::DisplayOnly) else {
            return Ok(None);
        };
        if self.inner.store.is_tested(name, &digest(item)).await? {
            return Ok(None);
        }
        let message = format!("item {name} was never tested as it is here");
        let remedy = "Test it with one record: `entente test-record ITEM RECORD --draft FILE`.";
        Ok(Some(Finding { item: Some(name.to_owned()), ..doctor::error(UNTESTED, message, remedy) }))
    }
}

const UNTESTED: &str = "untested";

/// What an item says, whether it runs or not, in one word that stays the same from version to version.
pub(crate) fn digest(item: &ConnectedItem) -> String {
    Sha256::digest(&item.says).iter().map(|byte| format!("{byte:02x}")).collect()
}
