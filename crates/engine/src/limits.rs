//! Every number that bounds the engine, in one place.

use entente_store::Budget;

/// Links in one round: one Salesforce collections call, two Jira bulk fetches, four Jira bulk creates.
pub(crate) const ROUND_LINKS_MAX: usize = 200;

/// Rounds between one org and one site under way at the same time. While all are busy, hints gather into larger rounds.
pub(crate) const ROUNDS_IN_FLIGHT_MAX: usize = 4;

/// While rounds are under way, the hints behind the first are looked through this often: a site that is slow must not
/// hide what is due for others.
pub(crate) const BEHIND_EVERY_MS: i64 = 1_000;

/// Records of each side whose values `check --online` carries over and back on paper.
pub(crate) const LIVE_VALUES_MAX: usize = 1_000;

/// The longest inspection.
pub(crate) const INSPECTION_SECS_MAX: u64 = 4 * 3_600;

/// How long after its end what an inspection saw is remembered.
pub(crate) const INSPECTION_KEPT_SECS: u64 = 3_600;

/// What an inspection remembers at most; the oldest goes first.
pub(crate) const INSPECTION_BYTES_MAX: usize = 16 * 1024 * 1024;

/// And how many pieces.
pub(crate) const INSPECTION_SIGHTINGS_MAX: usize = 5_000;

/// How much of a body an inspection remembers.
pub(crate) const INSPECTION_BODY_BYTES_MAX: usize = 64 * 1024;

/// Due hints taken from the store at once.
pub(crate) const DUE_HINTS_MAX: usize = 2_000;

/// A plan is made again with the facts it asked for at most this often; what is still missing becomes a note.
pub(crate) const PLANS_PER_ROUND_MAX: usize = 3;

/// Issues, the newest first, whose history is read to learn the ways of a workflow: one page of a search.
pub(crate) const WORKFLOW_ISSUES_MAX: usize = 100;

/// How far a Salesforce poll looks back: a transaction may last ten minutes and shows its stamps only at its end.
pub(crate) const SALESFORCE_OVERLAP_SECS: i64 = 15 * 60;

/// How far a Jira poll looks back: the search index may lag by minutes.
pub(crate) const JIRA_OVERLAP_SECS: i64 = 10 * 60;

/// A hint from Salesforce is our own echo only if our read began at least this long after the second of the hint's
/// version, because stamps there are whole seconds.
pub(crate) const ECHO_AGE_MS: i64 = 2_000;

/// What a sync of a person waits for in any case: a record that was read within the second of its last edit is written
/// up to two seconds later, and what came in between once more after that.
pub(crate) const SYNC_LINGERS_MS: i64 = 5_000;

/// A record is gone for certain when it was missed twice, this far apart, while others could be read.
pub(crate) const GONE_AFTER_MS: i64 = 10 * 60 * 1_000;

/// A batch writes nothing when at least this many of its expected records, and half of them, are missing.
pub(crate) const MASS_MISSING_MIN: usize = 5;

/// An item may do this much within the window that could be a mishap (separations, writes over edits), however few links
/// it has.
pub(crate) const CHANGE_BUDGET_MIN: u64 = 20;

/// Or this share of its links, in percent.
pub(crate) const CHANGE_BUDGET_PERCENT: u64 = 5;

/// Pairs of which so many, and half of the item's, would part at once because they left the item: a changed line of the
/// file does that, hardly ever people.
pub(crate) const MASS_PARTING_MIN: u64 = 3;

/// The window of the change budget.
const CHANGE_BUDGET_WINDOW_MS: i64 = 60 * 60 * 1_000;

/// What a person has confirmed may wait for so long: a nightly `sync` has its turn, and may miss one.
const CONFIRMED_FOR_MS: i64 = 48 * 60 * 60 * 1_000;

/// The change budget of an item that may do so much.
pub(crate) const fn change_budget(limit: u64) -> Budget {
    Budget { limit, window_ms: CHANGE_BUDGET_WINDOW_MS, confirmed_ms: CONFIRMED_FOR_MS }
}

/// Journal entries that one undo looks at.
pub(crate) const UNDO_ENTRIES_MAX: usize = 100_000;

/// Records that one question about changed files names: with them it stays well below the length of a query.
pub(crate) const FILE_POLL_RECORDS_MAX: usize = 1_000;

/// Files on their way at the same time: each takes no more memory than the pieces that are between two sockets.
pub(crate) const FILES_IN_FLIGHT_MAX: usize = 4;

/// Files of one link and direction in one round; the others follow in the next.
pub(crate) const FILES_PER_ROUND_MAX: usize = 10;

/// The slowest way that is reckoned with, in bytes per millisecond: so long may a file that was announced be under way.
pub(crate) const FILE_BYTES_PER_MS_MIN: u64 = 64;

/// What a person asked for goes before what was pushed.
pub(crate) const PERSON_PRIORITY: i32 = 10;

/// What was pushed was edited a moment ago: it goes before what polls and looks have found.
pub(crate) const PUSH_PRIORITY: i32 = 1;

/// What has been due for so long goes as if it had been pushed, and before what was pushed since.
pub(crate) const AGED_AFTER_MS: i64 = 5 * 60 * 1_000;

/// How often hints are looked through for those that have been due for long.
pub(crate) const AGE_EVERY_MS: i64 = 60 * 1_000;

/// First wait of a hint that could not be handled; doubles with each attempt.
pub(crate) const BACKOFF_FIRST_MS: i64 = 1_000;

/// Longest wait of a hint that could not be handled.
pub(crate) const BACKOFF_MAX_MS: i64 = 300_000;

/// Pause before an ambiguous creation is probed for.
pub(crate) const PROBE_AFTER_MS: i64 = 1_000;

/// A probe by key range goes on until this many numbers in a row name no issue: deleted and moved issues leave gaps.
pub(crate) const PROBE_MISSES_MAX: u64 = 50;

/// Jira edits on their way at once from one round; the connection's pace limits them further.
pub(crate) const EDITS_IN_FLIGHT_MAX: usize = 16;

/// How long a worker owns an org without renewing.
pub(crate) const LEASE_TTL_MS: i64 = 20_000;

/// A write is only sent while so much of the lease is left: it may take some time to get there.
pub(crate) const LEASE_MARGIN_MS: i64 = 5_000;

/// How often it renews.
pub(crate) const LEASE_RENEW_MS: u64 = 5_000;

/// How long a command waits for a lease that is not its own: until that of a dead process has ended.
pub(crate) const LEASE_WAIT_MAX_MS: i64 = LEASE_TTL_MS + 1_000;

/// How often it asks meanwhile.
pub(crate) const LEASE_WAIT_STEP_MS: u64 = 250;

/// Queries that one composite call may carry.
pub(crate) const QUERIES_PER_CALL_MAX: usize = 5;

/// Values of a match rule that one Salesforce query asks for.
pub(crate) const ALIKE_RECORDS_ASKED_MAX: usize = 100;

/// Values of a match rule that one Jira search asks for: each is a clause of its own.
pub(crate) const ALIKE_ISSUES_ASKED_MAX: usize = 50;

/// Records and issues that a review names of each side: whoever must choose among more corrects the fields.
pub(crate) const ALIKE_TOLD_MAX: usize = 20;

/// Links read at once by a full look.
pub(crate) const LOOK_PAGE_LINKS: usize = 2_000;

/// First wait before an item is looked at again that could not be looked at; doubles with each failure.
pub(crate) const LOOK_RETRY_FIRST_MS: i64 = 2_000;

/// While something of an item is refused, its rights, fields and choices are read again every so many polls.
pub(crate) const REFUSALS_EVERY_POLLS: u64 = 5;

/// Pause between two tries of a worker whose peers or store cannot be reached.
pub(crate) const WORKER_RETRY_MS: u64 = 2_000;

/// An org's worker that has gone on for so long without a failure can write again, whether or not it had to.
pub(crate) const WRITTEN_AFTER_MS: u64 = 10_000;

/// Issues without a link whose comments a dry run reads, one call for each: what a first look would carry shows by then.
pub(crate) const FORESEEN_ISSUES_MAX: usize = 200;

/// Journal entries that an explanation tells.
pub(crate) const EXPLAINED_ENTRIES_MAX: usize = 20;

/// How long a refresh waits for a round that has the pair in its hands.
pub(crate) const REFRESH_WAIT_MS: u64 = 10_000;

/// How often it looks whether that round is over.
pub(crate) const REFRESH_STEP_MS: u64 = 50;

/// Characters of a Jira field of one line: <https://support.atlassian.com/jira-cloud-administration/docs/custom-fields-types-in-company-managed-projects/>
pub(crate) const LINE_CHARS_MAX: usize = 255;

/// How long a hint rests whose item has not been looked at yet.
pub(crate) const UNDISCOVERED_REST_MS: i64 = 100;

/// Requests by the form that wait for a decision at once; nobody decides about more.
pub(crate) const FORM_REQUESTS_OPEN_MAX: i64 = 200;
/// Requests by the form within an hour; more come from a machine.
pub(crate) const FORM_REQUESTS_HOURLY_MAX: i64 = 30;
/// Characters of a name, a company or an address on the form.
pub(crate) const FORM_LINE_CHARS_MAX: usize = 200;
/// Characters of a message on the form.
pub(crate) const FORM_MESSAGE_CHARS_MAX: usize = 2_000;
