//! Which files of a pair are copied to the other side.

use super::Direction;
use crate::{side::Side, threads::MARK};

/// The largest file that is carried: 10 MiB.
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// What an item says about files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRules {
    /// Which way they go.
    pub direction: Direction,
    /// Whether files are only carried when a person links or refreshes a pair.
    pub manual: bool,
    /// Larger files stay where they are.
    pub n_bytes_max: u64,
    /// How the notes about copies begin.
    pub mark: String,
}

impl Default for FileRules {
    fn default() -> Self {
        Self { direction: Direction::Both, manual: false, n_bytes_max: FILE_BYTES_MAX, mark: MARK.to_owned() }
    }
}

impl FileRules {
    /// Whether files may be copied to a side.
    #[must_use]
    pub fn flow_to(&self, side: Side) -> bool {
        self.direction.allows(side)
    }
}
