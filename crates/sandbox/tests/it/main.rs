//! The sandbox over real HTTP, one binary.

mod control;
mod faults;
mod jira;
mod salesforce;
