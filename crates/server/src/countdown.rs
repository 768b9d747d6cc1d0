//! How fast something becomes less, and when nothing of it will be left: what people ask of long work.

use std::time::{Duration, Instant};

/// Watches how much is left.
#[derive(Debug, Default)]
pub(crate) struct Countdown {
    /// When most was left, and how much.
    most: Option<(Instant, u64)>,
}

impl Countdown {
    /// So much is left now: ` (53 a second, 12 s left)`, or nothing while it does not become less.
    pub(crate) fn tell(&mut self, left: u64, now: Instant) -> String {
        let (since, most) = *self.most.get_or_insert((now, left));
        if left >= most {
            self.most = Some((now, left));
            return String::new();
        }
        rate(most - left, left, now.duration_since(since))
    }
}

fn rate(done: u64, left: u64, within: Duration) -> String {
    let per_second = done as f64 / within.as_secs_f64().max(0.001);
    let seconds = (left as f64 / per_second).ceil();
    format!(" ({per_second:.0} a second, {seconds:.0} s left)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
    fn time_is_told_once_something_becomes_less() {
        let mut countdown = Countdown::default();
        let begin = Instant::now();
        let mut tell = |left, seconds| countdown.tell(left, begin + Duration::from_secs(seconds));
        assert_eq!(tell(300, 0), "");
        assert_eq!(tell(500, 2), "", "more was found");
        assert_eq!(tell(400, 4), " (50 a second, 8 s left)");
        assert_eq!(tell(0, 12), " (50 a second, 0 s left)");
    }
}
