//! What a record, an item, a link and a base are, and what should be written: the pure heart of Entente.
//!
//! Everything here is a value or a total function over values. This crate never reads a clock, a socket, a file, an
//! environment variable or a random source; time and chance are arguments. Nothing in it can fail, except reading a
//! configuration, which answers with *all* its problems at once ([`config::parse`]).
//!
//! Start with [`plan::plan`]: what should happen to one link, given how both sides look now and how they looked when
//! they last agreed. Its neighbours are the nouns it speaks of: [`item::ConnectedItem`], [`record::Record`],
//! [`base::Base`], [`link::LinkFacts`].

pub mod access;
pub mod alert;
pub mod base;
pub mod codec;
pub mod config;
pub mod delivery;
pub mod field_type;
pub mod files;
pub mod filter;
pub mod item;
pub mod known;
pub mod likeness;
pub mod link;
pub mod plan;
pub mod record;
pub mod rich;
pub mod roll_up;
pub mod side;
pub mod threads;
pub mod transform;
pub mod value;
pub mod workflow;
#[cfg(feature = "simulation")]
pub mod wrong;

pub use base::Base;
pub use item::{ConnectedItem, FieldMapping, MappingKey};
pub use known::Known;
pub use link::LinkFacts;
pub use plan::{Plan, plan};
pub use record::{Field, FieldPath, Record, State};
pub use side::{Side, Sides};
pub use value::Value;
pub use workflow::Workflow;
