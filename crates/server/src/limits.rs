//! Every limit of the porch, in one place.

use std::time::Duration;

/// The largest configuration document that is read; far above anything a person writes.
pub const CONFIGURATION_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How often the configuration document is looked at for changes.
pub const CONFIGURATION_LOOK_EVERY: Duration = Duration::from_secs(2);

/// The largest secret, or file that holds one; a private key has about 3 kB.
pub const SECRET_BYTES_MAX: u64 = 64 * 1024;
/// The largest encrypted store; far above what one company's connections need.
pub const SECRETS_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The largest webhook body. Jira's own limit for a webhook is 25 MB, but a body only says which record to look at.
pub const HOOK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The largest body for the API: the longest text of a field, four bytes to a character, and what is around it.
pub const API_BYTES_MAX: usize = 256 * 1024;
/// The largest body with a configuration in it, whose every character may take two as JSON.
pub const CONFIGURATION_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The largest body of any other request.
pub const FORM_BYTES_MAX: usize = 16 * 1024;
/// How long a caller may take to send its body.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// By how much the clocks of Forge and of this machine may differ.
pub const FORGE_SKEW_MS: i64 = 10_000;
/// After so long the keys of Forge are asked for again.
pub const FORGE_KEYS_AGE_MS: i64 = 60 * 60 * 1_000;
/// How long the keys of Forge are not asked for again, whatever tokens name.
pub const FORGE_KEYS_WAIT_MS: i64 = 30_000;
/// How long the keys may take to come: Forge waits five seconds for an answer to an event.
pub const FORGE_KEYS_TIME: Duration = Duration::from_secs(3);
/// The longest id of a call that is repeated in an answer and in the log.
pub const TRACE_LETTERS_MAX: usize = 64;
/// The largest set of keys.
pub const FORGE_KEYS_BYTES_MAX: usize = 256 * 1024;

/// The largest answer that a command reads from the API.
pub const API_ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long a command waits for an answer of the API.
pub const API_ANSWER_TIME: Duration = Duration::from_secs(120);

/// Versions of the configuration in one answer of the API, at most.
pub const CONFIGURATIONS_ANSWER_MAX: usize = 100;
/// Entries of the journal in one answer of the API, at most.
pub const JOURNAL_ANSWER_MAX: usize = 1_000;
/// Entries of the journal in one answer of the API when nobody says how many.
pub const JOURNAL_ANSWER_USUAL: usize = 100;
/// Conflicts in one answer of the API, at most.
pub const CONFLICTS_ANSWER_MAX: usize = 1_000;
/// Conflicts in one answer of the API when nobody says how many.
pub const CONFLICTS_ANSWER_USUAL: usize = 100;
/// Entries of the journal that are counted for figures, at most.
pub const FIGURES_ENTRIES_MAX: usize = 200_000;
/// Hours of figures, at most.
pub const FIGURES_HOURS_MAX: i64 = 24 * 31;
/// Hours of figures when nobody says how many.
pub const FIGURES_HOURS_USUAL: i64 = 24;
/// Links in one answer of the API, at most.
pub const LINKS_ANSWER_MAX: usize = 1_000;
/// Links in one answer of the API when nobody says how many.
pub const LINKS_ANSWER_USUAL: usize = 100;
/// What an inspection saw, in one answer of the API, at most.
pub const SIGHTINGS_ANSWER_MAX: usize = 1_000;
/// The same when nobody says how many.
pub const SIGHTINGS_ANSWER_USUAL: usize = 200;
/// Letters of a user's name, at most.
pub const USER_NAME_LETTERS_MAX: usize = 64;
/// Entries of the journal on the plain page.
pub const JOURNAL_PAGE: usize = 50;

/// How long a login on the page lasts.
pub const LOGIN_TIME: Duration = Duration::from_secs(12 * 60 * 60);

/// Data is fresh while it is younger than so many polls.
pub const FRESH_POLLS: i64 = 3;
/// Data this young is fresh, however short the polls are.
pub const FRESH_SECONDS_MIN: i64 = 60;

/// How long open connections may go on after a stop was asked for.
pub const STOP_TIME: Duration = Duration::from_secs(10);
/// How long rounds that are under way may take to end after a stop was asked for.
pub const ROUNDS_STOP_TIME: Duration = Duration::from_secs(30);

/// Stack of each thread. A round is one long chain of calls that wait; where nothing is optimised, it takes most of the
/// usual 2 MiB.
pub const STACK_BYTES: usize = 4 * 1024 * 1024;
