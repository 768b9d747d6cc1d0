//! A Salesforce org and a Jira site made of memory, for tests, the demo and users' rehearsals.
//!
//! Each side is a strict stand-in: what the vendor rejects is rejected here with the vendor's own words. Beside each
//! vendor's API stands a control door (`/__sandbox/*`, see [`control`]) that counts calls, keeps a log of every field
//! written, injects faults and moves the clock.
//!
//! This crate uses none of Entente's other crates, so that a client's mistake is not mirrored here, and it never calls
//! out except to deliver the webhooks and outbound messages that were registered with it (see [`delivery`]).
//!
//! Start with [`World`]; [`serve`] puts it on two sockets, [`salesforce_router`] and [`jira_router`] need none.

pub mod clock;
pub mod control;
pub mod credentials;
pub mod delivery;
pub mod jira;
pub mod salesforce;
pub mod seed;
mod serve;
mod world;

pub use clock::Clock;
pub use seed::{Dice, Seed};
pub use serve::{Served, serve};
pub use world::{Options, World, jira_router, salesforce_router};
