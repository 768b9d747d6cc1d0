//! What the owner of an item is told by mail: that something waits for a person, and the command that shows it. Never a
//! value, nor a vendor's sentence, which may quote one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::delivery::Letter;

/// Nobody is told of an item more often than this.
const EVERY_MS: i64 = 60 * 60 * 1_000;

/// What waits for a person in one item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// A guard has stopped it.
    pub is_held: bool,
    /// Its connections that refuse us, or lead elsewhere.
    pub refused: BTreeSet<String>,
    /// Pieces of work that were refused.
    pub parked: u64,
    /// Conflicts that nobody has decided.
    pub conflicts: u64,
}

/// What the owner was told, as far as it still is so, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When the last mail was written, in epoch milliseconds.
    pub at_ms: i64,
    /// What of it still waits.
    pub trouble: Trouble,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Rest,
    /// Some of it is over: should it come back, that is news.
    Remember(Told),
    /// The owner is told; this is then what was told.
    Tell(Told),
}

impl Trouble {
    fn exceeds(&self, other: &Self) -> bool {
        self.is_held && !other.is_held
            || !self.refused.is_subset(&other.refused)
            || self.parked > other.parked
            || self.conflicts > other.conflicts
    }

    fn common(&self, other: &Self) -> Self {
        Self {
            is_held: self.is_held && other.is_held,
            refused: self.refused.intersection(&other.refused).cloned().collect(),
            parked: self.parked.min(other.parked),
            conflicts: self.conflicts.min(other.conflicts),
        }
    }

    /// The mail to the owner of an item.
    #[must_use]
    pub fn letter(&self, item: &str, owner: &str) -> Letter {
        let pieces = |n: u64, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
        let held = self.is_held.then(|| {
            format!(
                "- It is held: nothing is written. `entente status` says why, `entente resume {item}` lets it go on."
            )
        });
        let refused = self.refused.iter().map(|name| {
            format!(
                "- The connection {name} does not accept its credentials or lacks a right. `entente doctor` says which."
            )
        });
        let parked = (self.parked > 0).then(|| {
            let what = pieces(self.parked, "piece of work was refused", "pieces of work were refused");
            format!("- {what}. `entente parked --item {item}` lists them.")
        });
        let conflicts = (self.conflicts > 0).then(|| {
            let what = pieces(self.conflicts, "conflict waits", "conflicts wait");
            format!("- {what} for a decision. `entente conflicts list --item {item}` lists them.")
        });
        let lines: Vec<String> = held.into_iter().chain(refused).chain(parked).chain(conflicts).collect();
        Letter {
            to: owner.to_owned(),
            cc: None,
            subject: format!("Entente: item {item} waits for somebody"),
            body: format!(
                "You are the owner of the connected item {item}.\n\n{}\n\nYou hear of it again when there is more, at most once in an hour.\n",
                lines.join("\n")
            ),
        }
    }
}

/// Whether there is news for the owner.
#[must_use]
pub fn next(now: &Trouble, told: &Told, now_ms: i64) -> Next {
    let still = now.common(&told.trouble);
    if now.exceeds(&still) && now_ms >= told.at_ms.saturating_add(EVERY_MS) {
        Next::Tell(Told { at_ms: now_ms, trouble: now.clone() })
    } else if still != told.trouble {
        Next::Remember(Told { trouble: still, ..*told })
    } else {
        Next::Rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Trouble = Trouble { is_held: true, refused: BTreeSet::new(), parked: 0, conflicts: 0 };

    fn conflicts(n: u64) -> Trouble {
        Trouble { conflicts: n, ..Trouble::default() }
    }

    #[test]
    fn an_owner_hears_of_news_at_most_once_in_an_hour() {
        let hour = EVERY_MS;
        for (now, told, now_ms, tells, why) in [
            (Trouble::default(), Trouble::default(), hour, false, "all is well"),
            (conflicts(1), Trouble::default(), hour, true, "a first one"),
            (conflicts(1), conflicts(1), 9 * hour, false, "it is known"),
            (conflicts(2), conflicts(1), hour - 1, false, "too soon"),
            (conflicts(2), conflicts(1), hour, true, "one more"),
            (HELD, conflicts(1), hour, true, "another kind"),
            (conflicts(1), Trouble { conflicts: 1, ..HELD }, 9 * hour, false, "less than before"),
        ] {
            let told = Told { at_ms: 0, trouble: told };
            assert_eq!(matches!(next(&now, &told, now_ms), Next::Tell(_)), tells, "{why}");
        }
    }

    #[test]
    fn what_is_over_is_news_when_it_comes_back() {
        let told = Told { at_ms: 0, trouble: conflicts(3) };
        let Next::Remember(less) = next(&conflicts(0), &told, 1) else { panic!("it is over") };
        assert_eq!(less, Told::default());
        assert!(matches!(next(&conflicts(1), &less, EVERY_MS), Next::Tell(_)));
    }

    #[test]
    fn a_letter_names_the_item_and_what_shows_it() {
        let refused = ["acme-org".to_owned()].into();
        let letter = Trouble { is_held: true, refused, parked: 1, conflicts: 2 }.letter("bugs", "kim@acme.example");
        for said in ["`entente resume bugs`", "acme-org", "1 piece of work was refused", "2 conflicts wait"] {
            assert!(letter.body.contains(said), "{said}: {}", letter.body);
        }
        assert_eq!((letter.to.as_str(), letter.cc), ("kim@acme.example", None));
    }
}
