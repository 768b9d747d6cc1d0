//! The sandbox over real HTTP, one binary.

mod jira;
