//! The rounds under way, and their places: each site has its own, so that one that is slow does not keep the items of
//! others waiting.

use std::collections::HashMap;

use tokio::task::{Id, JoinError, JoinSet};

use crate::{error::EngineError, limits::ROUNDS_IN_FLIGHT_MAX};

/// Rounds under way, by site.
#[derive(Default)]
pub(super) struct Places {
    rounds: JoinSet<Result<(), EngineError>>,
    sites: HashMap<Id, String>,
}

impl Places {
    pub(super) fn is_empty(&self) -> bool {
        self.rounds.is_empty()
    }

    /// Whether so few rounds with a site are under way that more should be asked for. Waiting until half of the places are
    /// free lets hints gather into full rounds.
    pub(super) fn wants_more(&self, site: &str) -> bool {
        self.taken(site) <= ROUNDS_IN_FLIGHT_MAX / 2
    }

    /// Whether one more round with a site may begin.
    pub(super) fn has_room(&self, site: &str) -> bool {
        self.taken(site) < ROUNDS_IN_FLIGHT_MAX
    }

    fn taken(&self, site: &str) -> usize {
        self.sites.values().filter(|taken| *taken == site).count()
    }

    /// Begins a round. It is a task of its own: one that waits inside a transaction must go on while others wait for the
    /// store.
    pub(super) fn begin(&mut self, site: &str, round: impl Future<Output = Result<(), EngineError>> + Send + 'static) {
        let id = self.rounds.spawn(round).id();
        self.sites.insert(id, site.to_owned());
    }

    /// Waits for the end of a round: why it failed, if it did. For ever when none is under way.
    pub(super) async fn ended(&mut self) -> Option<EngineError> {
        let Some(ended) = self.rounds.join_next_with_id().await else { return std::future::pending().await };
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        self.sites.remove(&id);
        failure(ended.map(|(_, result)| result))
    }
}

/// A round that panicked is a defect of this program: it is told, and it is no reason to stop all others for good.
fn failure(ended: Result<Result<(), EngineError>, JoinError>) -> Option<EngineError> {
    match ended {
        Ok(result) => result.err(),
        Err(panicked) => {
            tracing::error!("A round broke off: {panicked}");
            Some(EngineError::Defect(panicked.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_round_that_panics_is_a_defect_and_gives_its_place_back() {
        let mut places = Places::default();
        places.begin("site", async { panic!("of a test") });
        let failed = places.ended().await;
        assert!(matches!(failed, Some(EngineError::Defect(what)) if what.contains("of a test")));
        assert_eq!(places.taken("site"), 0);
    }

    #[tokio::test]
    async fn each_site_has_its_own_places() {
        let mut places = Places::default();
        for n in 0..ROUNDS_IN_FLIGHT_MAX {
            assert!(places.has_room("slow"), "{n}");
            places.begin("slow", std::future::pending());
        }
        assert!(!places.has_room("slow") && !places.wants_more("slow"));
        assert!(places.has_room("other") && places.wants_more("other"));
        places.begin("other", async { Ok(()) });
        assert!(places.ended().await.is_none());
        assert!(!places.has_room("slow") && places.taken("other") == 0);
    }
}
