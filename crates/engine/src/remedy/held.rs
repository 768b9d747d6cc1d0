//! Items that a guard stopped.

use crate::{Engine, EngineError};

impl Engine {
    /// Lets a held item run again: what the guard stopped goes through, and the change budget is whole again.
    ///
    /// # Errors
    /// There is no such item, it is not held, or the store.
    pub async fn resume(&self, item: &str, by: &str) -> Result<(), EngineError> {
        let wiring = self.inner.wiring();
        let org = Some(wiring.configured(item)?.salesforce.connection.as_str());
        let (store, now_ms) = (&self.inner.store, self.inner.outside.now_ms());
        if !store.resume(item, org, by, now_ms).await? {
            return Err(EngineError::Declined(format!("{item} is not held; it runs as its state says.")));
        }
        if let Some(wired) = wiring.item(item) {
            self.inner.wake(&wired.org.name).notify_one();
        }
        Ok(())
    }
}
