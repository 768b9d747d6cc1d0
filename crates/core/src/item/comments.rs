//! Which comments of a pair are carried to the other side, and who may read them there.

use super::Direction;
use crate::{
    side::Side,
    threads::{Audience, Comment},
};

/// The line that says above a copy who wrote the original, and when.
pub const HEADER: &str = "{author} in {system}, {time}:";

/// What an item says about comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentRules {
    /// Which way they go.
    pub direction: Direction,
    /// Whether a person picks each comment, instead of all being carried.
    pub manual: bool,
    /// Who may read a copy at most.
    pub audience: Audience,
    /// Authors whose comments stay where they are: names, ids or e-mail addresses.
    pub exclude_authors: Vec<String>,
    /// Comments are carried only if they contain one of these texts; none: all are.
    pub include: Vec<String>,
    /// Whether a comment that is restricted to some may go to a project that is no service desk's.
    pub to_open_project: bool,
    /// The line above a copy.
    pub header: String,
}

impl Default for CommentRules {
    fn default() -> Self {
        Self {
            direction: Direction::Both,
            manual: false,
            audience: Audience::default(),
            exclude_authors: Vec::new(),
            include: Vec::new(),
            to_open_project: false,
            header: HEADER.to_owned(),
        }
    }
}

impl CommentRules {
    /// Whether the rules take a comment by itself: its author is none of those left out, and it says what is asked for.
    #[must_use]
    pub fn take(&self, comment: &Comment) -> bool {
        let is_left_out = self.exclude_authors.iter().any(|named| comment.author.is_called(named));
        let text = comment.text.plain();
        !is_left_out && (self.include.is_empty() || self.include.iter().any(|wanted| contains(text, wanted)))
    }

    /// Whether comments may be copied to a side.
    #[must_use]
    pub fn flow_to(&self, side: Side) -> bool {
        self.direction.allows(side)
    }
}

fn contains(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.to_lowercase())
}
