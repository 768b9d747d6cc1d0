//! Items that a guard stopped.

use crate::{Engine, EngineError};

impl Engine {
    /// Lets a held item run again: what the guard stopped goes through, and the change budget is whole again.
    ///
    /// # Errors
    /// There is no such item, it is not held, or the store.
    pub async fn resume(&self, item: &str, by: &str) -> Result<(), EngineError> {
        let wiring = self.inner.wiring();
        if wiring.config.item(item).is_none() {
            let names: Vec<&str> = wiring.config.items.iter().map(|item| item.name.as_str()).collect();
            let sentence = format!("There is no item \"{item}\" in this configuration; it has: {}.", names.join(", "));
            return Err(EngineError::Missing(sentence));
        }
        let (store, now_ms) = (&self.inner.store, self.inner.outside.now_ms());
        let org = wiring.config.item(item).map(|item| item.salesforce.connection.as_str());
        if !store.resume(item, org, by, now_ms).await? {
            return Err(EngineError::Declined(format!("{item} is not held; it runs as its state says.")));
        }
        if let Some(wired) = wiring.item(item) {
            self.inner.wake(&wired.org.name).notify_one();
        }
        Ok(())
    }
}
