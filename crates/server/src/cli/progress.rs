//! How far long work has come: in place on a terminal, a line per stage elsewhere.

use std::time::Instant;

use entente_engine::Progress;
use parking_lot::Mutex;

use crate::countdown::Countdown;
use crate::screen::Screen;

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
        let is_new = stage.name != progress.stage;
        if is_new {
            *stage = Stage { name: progress.stage, countdown: Countdown::default() };
        }
        if self.screen.is_live() {
            self.screen.show(&sentence(progress, &mut stage.countdown, Instant::now()));
        } else if is_new {
            self.screen.say(progress.stage);
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
}
