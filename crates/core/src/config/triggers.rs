//! When records are looked at: polling, reconciliation, pushes.

/// What is under `triggers:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triggers {
    /// How often both sides are asked what has changed.
    pub poll_seconds: u32,
    /// How often every link is read in full.
    pub reconcile: Reconcile,
    /// Whether webhooks and outbound messages are taken.
    pub push: bool,
    /// Whether Salesforce change events are subscribed to.
    pub change_events: bool,
}

impl Default for Triggers {
    fn default() -> Self {
        Self { poll_seconds: 60, reconcile: Reconcile::Daily, push: true, change_events: false }
    }
}

/// How often every link is read in full and compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reconcile {
    /// Not by itself.
    Never,
    /// Every hour.
    Hourly,
    /// Every day.
    #[default]
    Daily,
    /// Every week.
    Weekly,
}

impl Reconcile {
    /// The time between two reconciliations, if there is any.
    #[must_use]
    pub fn every_seconds(self) -> Option<u32> {
        match self {
            Self::Never => None,
            Self::Hourly => Some(3_600),
            Self::Daily => Some(86_400),
            Self::Weekly => Some(604_800),
        }
    }
}
