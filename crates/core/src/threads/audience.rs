//! Who may read a comment. It begins with the staff and is only ever narrowed.

use serde::{Deserialize, Serialize};

/// Who may read a comment: the staff, or customers too.
///
/// There is no way to make one wider than something that customers were seen to read, or than what a person wrote into
/// the configuration; [`Audience::at_most`] is the only operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Audience(Level);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    #[default]
    Staff,
    Customer,
}

impl Audience {
    /// Salesforce users, agents, and those who browse the project.
    pub const STAFF: Self = Self(Level::Staff);

    /// Of a comment that its vendor shows to customers, or does not. What is not known is not shown.
    #[must_use]
    pub fn seen(shown_to_customers: Option<bool>) -> Self {
        match shown_to_customers {
            Some(true) => Self(Level::Customer),
            Some(false) | None => Self::STAFF,
        }
    }

    /// The narrower one.
    #[must_use]
    pub fn at_most(self, limit: Self) -> Self {
        self.min(limit)
    }

    /// Whether customers may read it.
    #[must_use]
    pub fn includes_customers(self) -> bool {
        self.0 == Level::Customer
    }

    /// The word used in stored rows and in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self.0 {
            Level::Staff => "staff",
            Level::Customer => "customer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_for_the_staff() {
        assert_eq!(Audience::seen(None), Audience::STAFF);
        assert_eq!(Audience::default(), Audience::STAFF);
        assert!(!Audience::seen(Some(false)).includes_customers());
    }

    #[test]
    fn the_narrower_audience_stands_in_every_combination() {
        let (staff, customer) = (Audience::STAFF, Audience::seen(Some(true)));
        for (source, limit, expected) in
            [(staff, staff, staff), (staff, customer, staff), (customer, staff, staff), (customer, customer, customer)]
        {
            assert_eq!(source.at_most(limit), expected, "{source:?} at most {limit:?}");
        }
    }
}
