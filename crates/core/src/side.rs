//! Which of the two systems, and pairs of things in their fixed order: Salesforce, then Jira.

use serde::{Deserialize, Serialize};

/// One of the two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A Salesforce org.
    Salesforce,
    /// A Jira site.
    Jira,
}

impl Side {
    /// Both sides, in the order in which everything is shown.
    pub const BOTH: [Self; 2] = [Self::Salesforce, Self::Jira];

    /// The counterpart.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Salesforce => Self::Jira,
            Self::Jira => Self::Salesforce,
        }
    }

    /// The word used in stored rows and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Salesforce => "salesforce",
            Self::Jira => "jira",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Salesforce => "Salesforce",
            Self::Jira => "Jira",
        })
    }
}

/// One thing per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sides<T> {
    /// What belongs to Salesforce.
    pub salesforce: T,
    /// What belongs to Jira.
    pub jira: T,
}

impl<T> Sides<T> {
    /// Pairs two things, Salesforce first.
    pub fn new(salesforce: T, jira: T) -> Self {
        Self { salesforce, jira }
    }

    /// The thing of one side.
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Salesforce => &self.salesforce,
            Side::Jira => &self.jira,
        }
    }

    /// The thing of one side, to change it.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Salesforce => &mut self.salesforce,
            Side::Jira => &mut self.jira,
        }
    }

    /// The same pair, borrowed.
    pub fn as_ref(&self) -> Sides<&T> {
        Sides::new(&self.salesforce, &self.jira)
    }

    /// Changes both things alike.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sides<U> {
        Sides::new(f(self.salesforce), f(self.jira))
    }

    /// The pair, built from `mine` and `theirs` as seen from `side`.
    pub fn from_view(side: Side, mine: T, theirs: T) -> Self {
        match side {
            Side::Salesforce => Self::new(mine, theirs),
            Side::Jira => Self::new(theirs, mine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_has_its_place_and_its_names() {
        assert_eq!(Side::BOTH.map(Side::other), [Side::Jira, Side::Salesforce]);
        assert_eq!(Side::BOTH.map(Side::as_str), ["salesforce", "jira"]);
        assert_eq!(Side::BOTH.map(|side| side.to_string()), ["Salesforce", "Jira"]);
        let mut pair = Sides::from_view(Side::Jira, 2, 1);
        assert_eq!((pair, Side::BOTH.map(|side| *pair.get(side))), (Sides::new(1, 2), [1, 2]));
        *pair.get_mut(Side::Jira) = 3;
        assert_eq!(pair.map(|n| n * 2), Sides::new(2, 6));
    }
}
