//! What can be read about the site itself: its configuration, its people, what may be created.

pub(crate) mod create;
pub(crate) mod field;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod project;
pub(crate) mod server;
