//! Known-wrong variants of this program: the simulation must catch each of them, or it proves nothing. Compiled only
//! with the feature `simulation`, which no release is built with.

use std::cell::Cell;

/// One way to be wrong. The sentence says what the program then does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrong {
    /// Creates without announcing it durably first.
    NoIntent,
    /// Takes a write for achieved before the vendor has confirmed it.
    BaseBeforeConfirm,
    /// Looks for a lost creation by search only, whose index may lag.
    SearchOnlyProbe,
    /// Does not wait until a lost creation can no longer take effect.
    NoSettle,
    /// Stops a probe by key at the first gap.
    ProbeStopsEarly,
    /// Sends a creation again whose answer was lost.
    BlindRetry,
    /// Ignores a record that its own account changed last.
    EchoByActor,
    /// Drops a hint by an equal stamp, however young the stamp.
    EchoByStamp,
    /// Moves a cursor over a reading that failed.
    CursorEarly,
    /// Polls on from the last poll exactly.
    NoOverlap,
    /// Takes a record for deleted when it is missing once.
    GoneAtOnce,
    /// Ends a hint that was offered again meanwhile.
    HintWithoutSeq,
    /// Commits a round though the lease was lost.
    NoEpoch,
    /// Compares the clocks of two vendors as if they were one.
    CrossClock,
    /// Updates records in Salesforce though they changed since they were read.
    Unguarded,
    /// Overwrites without a word in the journal.
    SilentOverwrite,
    /// Takes what it has written without hearing of it for somebody's edit.
    EditByEcho,
    /// Does not ask Jira's changelog whose edit a write has overwritten.
    LostUnheard,
    /// Links a record again whose link was dissolved.
    NoTombstone,
    /// Takes a pair for settled without looking at what both sides show after the writes.
    RestUnproven,
    /// Counts what a round overwrites against the limit of an hour, and forgets it with the round.
    BudgetPerRound,
    /// Moves a cursor in a transaction of its own, before the hints that it covers.
    CursorApart,
    /// Shows a copy to customers, whoever may read its original.
    CopyForAll,
    /// Leaves a copy with customers whose original was taken away from them.
    CopyStaysShown,
    /// Gives a copy its new text before it takes the copy away from customers.
    TextBeforeReaders,
    /// Writes a copy again whose answer was lost, without looking for it.
    CopyUnprobed,
    /// Takes a copy for somebody's own words when somebody has changed it, or when it does not remember it.
    CopyCarriedBack,
    /// Sends a file again whose answer was lost, without looking for its copy.
    FileUnprobed,
    /// Does not wait until a file that was lost can no longer appear.
    FileUnsettled,
    /// Says that access was taken away, and does not take it away.
    RevokedInWordOnly,
    /// Takes an organization for a record's own by its name.
    OrganizationByName,
    /// Does not remember which organization it has announced.
    OrganizationForgotten,
    /// Lets people in though the lease was lost.
    AccessUnleased,
}

impl Wrong {
    /// All of them.
    pub const ALL: [Self; 33] = [
        Self::NoIntent,
        Self::BaseBeforeConfirm,
        Self::SearchOnlyProbe,
        Self::NoSettle,
        Self::ProbeStopsEarly,
        Self::BlindRetry,
        Self::EchoByActor,
        Self::EchoByStamp,
        Self::CursorEarly,
        Self::NoOverlap,
        Self::GoneAtOnce,
        Self::HintWithoutSeq,
        Self::NoEpoch,
        Self::CrossClock,
        Self::Unguarded,
        Self::SilentOverwrite,
        Self::EditByEcho,
        Self::LostUnheard,
        Self::NoTombstone,
        Self::RestUnproven,
        Self::BudgetPerRound,
        Self::CursorApart,
        Self::CopyForAll,
        Self::CopyStaysShown,
        Self::TextBeforeReaders,
        Self::CopyUnprobed,
        Self::CopyCarriedBack,
        Self::FileUnprobed,
        Self::FileUnsettled,
        Self::RevokedInWordOnly,
        Self::OrganizationByName,
        Self::OrganizationForgotten,
        Self::AccessUnleased,
    ];
}

thread_local! {
    static NOW: Cell<Option<Wrong>> = const { Cell::new(None) };
}

/// Makes this thread's program wrong from now on, or right again.
pub fn set(wrong: Option<Wrong>) {
    NOW.set(wrong);
}

/// Whether this thread's program is wrong in this way.
#[must_use]
pub fn is(wrong: Wrong) -> bool {
    NOW.get() == Some(wrong)
}
