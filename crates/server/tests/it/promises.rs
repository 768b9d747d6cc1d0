//! What `docs/coverage.md` promises, seen as a user sees it: a configuration file, the binary, and what people then find
//! in the org and in the site. Each test names the behaviours that it shows.

mod actions;
mod activation;
mod catalogue;
mod company;
mod conflicts;
mod data;
mod filters;
mod links;
mod modes;
mod pairs;
mod remedies;
mod rhythms;
mod secrecy;
mod shapes;
mod statuses;
mod steps;
mod templates;
mod trials;
mod types;
