//! The doors' way in: many callers, few transactions.
//!
//! One background task commits whatever has gathered while the previous commit was under way. Nobody waits for a timer,
//! yet under load a hundred pushes share one disk flush. Every caller returns only after its own hint is durable.

use crate::{Hint, Store, StoreError};

/// A handle through which doors offer hints one by one. Clones share one background task.
#[derive(Clone, Debug)]
pub struct Offers {}

impl Offers {
    /// Offers one hint; returns once it is durable.
    pub async fn offer(&self, hint: Hint, now_ms: i64) -> Result<(), StoreError> {
        let _ = (hint, now_ms);
        todo!()
    }
}

impl Store {
    /// The handle for doors. The first call starts the background task in the current tokio runtime; it ends when the
    /// store and all handles are gone.
    #[must_use]
    pub fn offers(&self) -> Offers {
        todo!()
    }
}
