//! The sandbox over real HTTP, one binary.

mod control;
mod jira;
mod salesforce;
