//! What can be read about the site itself: its configuration, its people, what may be created.

pub(crate) mod create;
pub(crate) mod field;
pub(crate) mod names;
pub(crate) mod part;
pub(crate) mod people;
pub(crate) mod permissions;
pub(crate) mod project;
pub(crate) mod role;
pub(crate) mod server;
pub(crate) mod workflow;
