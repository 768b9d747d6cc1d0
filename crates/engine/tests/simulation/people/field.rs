//! What people change, where, and the words for it on both sides.

/// One side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Salesforce,
    Jira,
}

/// A mapped field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    Subject,
    Description,
    Priority,
    Status,
}

const STATUSES: [(&str, &str); 5] = [
    ("New", "To Do"),
    ("Working", "In Progress"),
    ("Escalated", "In Progress"),
    ("On Hold", "Blocked"),
    ("Closed", "Done"),
];

impl Field {
    pub(crate) const ALL: [Self; 4] = [Self::Subject, Self::Description, Self::Priority, Self::Status];

    pub(crate) fn name(self, place: Place) -> &'static str {
        match (self, place) {
            (Self::Subject, Place::Salesforce) => "Subject",
            (Self::Subject, Place::Jira) => "summary",
            (Self::Description, Place::Salesforce) => "Description",
            (Self::Description, Place::Jira) => "description",
            (Self::Priority, Place::Salesforce) => "Priority",
            (Self::Priority, Place::Jira) => "priority",
            (Self::Status, Place::Salesforce) => "Status",
            (Self::Status, Place::Jira) => "status",
        }
    }

    /// What Jira shows when Salesforce shows `value`.
    pub(crate) fn in_jira(self, value: &str) -> &str {
        let named = STATUSES.iter().find(|(salesforce, _)| self == Self::Status && *salesforce == value);
        named.map_or(value, |(_, jira)| jira)
    }

    /// What a person at `place` may choose instead of `now`; `None` where everybody writes in words of their own.
    pub(crate) fn choices(self, place: Place, now: &str) -> Option<Vec<&'static str>> {
        let choices: Vec<&str> = match (self, place) {
            (Self::Subject | Self::Description, _) => return None,
            (Self::Priority, _) => vec!["High", "Medium", "Low"],
            (Self::Status, Place::Salesforce) => STATUSES.iter().map(|(salesforce, _)| *salesforce).collect(),
            (Self::Status, Place::Jira) => vec!["To Do", "In Progress", "Blocked", "Done"],
        };
        Some(choices.into_iter().filter(|choice| *choice != now).collect())
    }
}
