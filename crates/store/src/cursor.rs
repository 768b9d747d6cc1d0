//! How far each poller has read. A cursor moves only together with the hints it covers.

use crate::{Fence, Hint, Store, StoreError};

impl Store {
    /// Where a poller of an org stands.
    pub async fn get_cursor(&self, org: &str, name: &str) -> Result<Option<String>, StoreError> {
        let _ = (org, name);
        todo!()
    }

    /// Moves a cursor and offers the hints that it covers, in one transaction. `fence.org` is the cursor's org.
    pub async fn advance(&self, fence: &Fence, name: &str, value: &str, hints: &[Hint], now_ms: i64) -> Result<(), StoreError> {
        let _ = (fence, name, value, hints, now_ms);
        todo!()
    }
}
