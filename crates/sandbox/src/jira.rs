//! A Jira Cloud site with two service desks, made of memory.
//!
//! The vendor's API in the parts that integrations use, as strict as the vendor and in the vendor's own words: `answer` has
//! the error shapes, `auth` who is calling, `fields` and `adf` what a value may be, `jql` the search language, `issue` the
//! operations on issues, `meta` the configuration that can be read, `webhook` the notifications, `desk` service management.
//! [`Site`] holds it all behind one lock: a call is read, judged and answered as a whole, and nothing is half written.
//!
//! It never calls out; webhooks are put into the outbox of its [`Control`](crate::control::Control).

mod adf;
mod answer;
mod attachment;
mod auth;
mod catalogue;
mod contents;
mod desk;
mod door;
mod fields;
mod import;
mod issue;
mod jql;
mod limits;
mod meta;
mod oauth;
mod paging;
mod people;
mod permission;
mod rates;
mod render;
mod routes;
mod scope;
mod search;
mod seed;
mod session;
mod site;
mod time;
mod webhook;

pub use door::door;
pub use routes::{router, routes};
pub use seed::seed_demo;
pub use site::Site;
