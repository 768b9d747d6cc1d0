//! The Salesforce org over HTTP: each module is a part of the REST API.

mod collections;
mod composite;
mod conditions;
mod describe;
mod files;
pub(crate) mod harness;
mod oauth;
mod objects;
mod push;
mod query;
mod records;
mod refusals;
mod replication;
mod rights;
mod search;
mod seed;
