//! The Salesforce org over HTTP: each module is a part of the REST API.

mod captures;
mod collections;
mod composite;
mod conditions;
mod describe;
mod error_tables;
mod files;
pub(crate) mod harness;
mod oauth;
mod objects;
mod push;
mod query;
mod record_types;
mod records;
mod refusals;
mod replication;
mod rights;
mod search;
mod seed;
mod soap;
