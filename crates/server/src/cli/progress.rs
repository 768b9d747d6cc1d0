//! How far long work has come: in place on a terminal, a line per stage elsewhere.

use entente_engine::Progress;
use parking_lot::Mutex;

use crate::screen::Screen;

/// Shows progress.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    screen: &'a Screen,
    stage: Mutex<&'static str>,
}

impl<'a> Shown<'a> {
    /// Shows it on this screen.
    pub(crate) fn on(screen: &'a Screen) -> Self {
        Self { screen, stage: Mutex::default() }
    }

    /// The next step was done.
    pub(crate) fn step(&self, progress: &Progress) {
        if self.screen.is_live() {
            self.screen.show(&sentence(progress));
        } else if std::mem::replace(&mut *self.stage.lock(), progress.stage) != progress.stage {
            self.screen.say(progress.stage);
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.screen.show("");
    }
}

fn sentence(progress: &Progress) -> String {
    match progress {
        Progress { stage, done, total: Some(total) } => format!("{stage}: {done} of {total}"),
        Progress { stage, done: 0, total: None } => (*stage).to_owned(),
        Progress { stage, done, total: None } => format!("{stage}: {done}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_end_is_not_shown() {
        let progress = |done, total| Progress { stage: "reading Salesforce", done, total };
        assert_eq!(sentence(&progress(3, Some(9))), "reading Salesforce: 3 of 9");
        assert_eq!(sentence(&progress(3, None)), "reading Salesforce: 3");
        assert_eq!(sentence(&progress(0, None)), "reading Salesforce");
    }
}
