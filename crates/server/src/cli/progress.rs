//! How far long work has come: in place on a terminal; elsewhere a line per stage, and one now and then while it lasts.

use std::time::{Duration, Instant};

use entente_engine::Progress;
use parking_lot::Mutex;

use crate::countdown::Countdown;
use crate::screen::Screen;

/// How often a stage says how far it has come where lines cannot change in place.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// Shows progress.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    screen: &'a Screen,
    stage: Mutex<Stage>,
}

/// The stage that is under way.
#[derive(Debug, Default)]
struct Stage {
    name: &'static str,
    countdown: Countdown,
    /// When it last said something where lines cannot change in place.
    said: Option<Instant>,
}

impl Stage {
    /// What is said of it now where lines cannot change in place.
    fn tell(&mut self, progress: &Progress, now: Instant) -> Option<String> {
        let sentence = sentence(progress, &mut self.countdown, now);
        let said = match self.said {
            None => progress.stage.to_owned(),
            Some(said) if now.duration_since(said) >= SAY_EVERY => sentence,
            Some(_) => return None,
        };
        self.said = Some(now);
        Some(said)
    }
}

impl<'a> Shown<'a> {
    /// Shows it on this screen.
    pub(crate) fn on(screen: &'a Screen) -> Self {
        Self { screen, stage: Mutex::default() }
    }

    /// The next step was done.
    #[expect(clippy::disallowed_methods, reason = "how long it takes is told, never acted on")]
    pub(crate) fn step(&self, progress: &Progress) {
        let mut stage = self.stage.lock();
        if stage.name != progress.stage {
            *stage = Stage { name: progress.stage, ..Stage::default() };
        }
        let now = Instant::now();
        if self.screen.is_live() {
            self.screen.show(&sentence(progress, &mut stage.countdown, now));
        } else if let Some(said) = stage.tell(progress, now) {
            self.screen.say(&said);
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.screen.show("");
    }
}

fn sentence(progress: &Progress, countdown: &mut Countdown, now: Instant) -> String {
    match progress {
        Progress { stage, done, total: Some(total) } => {
            let pace = countdown.tell(total.saturating_sub(*done), now);
            format!("{stage}: {done} of {total}{pace}")
        }
        Progress { stage, done: 0, total: None } => (*stage).to_owned(),
        Progress { stage, done, total: None } => format!("{stage}: {done}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
    fn an_unknown_end_is_not_shown() {
        let begin = Instant::now();
        let mut countdown = Countdown::default();
        let mut tell = |done, total, seconds| {
            let progress = Progress { stage: "reading Salesforce", done, total };
            sentence(&progress, &mut countdown, begin + Duration::from_secs(seconds))
        };
        assert_eq!(tell(3, Some(9), 0), "reading Salesforce: 3 of 9");
        assert_eq!(tell(6, Some(9), 1), "reading Salesforce: 6 of 9 (3 a second, 1 s left)");
        assert_eq!(tell(3, None, 1), "reading Salesforce: 3");
        assert_eq!(tell(0, None, 1), "reading Salesforce");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
    fn without_a_terminal_a_stage_says_now_and_then_how_far_it_has_come() {
        let begin = Instant::now();
        let mut stage = Stage::default();
        let mut tell = |done, seconds| {
            let progress = Progress { stage: "agreeing", done, total: Some(5000) };
            stage.tell(&progress, begin + Duration::from_secs(seconds))
        };
        assert_eq!(tell(0, 0).as_deref(), Some("agreeing"));
        assert_eq!(tell(900, 9), None);
        assert_eq!(tell(1000, 10).as_deref(), Some("agreeing: 1000 of 5000 (100 a second, 40 s left)"));
        assert_eq!(tell(1900, 19), None);
        assert_eq!(tell(2000, 20).as_deref(), Some("agreeing: 2000 of 5000 (100 a second, 30 s left)"));
    }
}
