//! Reading the configuration through its front door: `parse` and `schema`.

mod changes;
mod documents;
mod laws;
mod meaning;
mod problems;

use entente_core::config::{Config, NoValue, Problem, Reference, parse};

/// A small document without a problem, which the tests break in one place at a time.
const PAIR: &str = include_str!("config/pair.yaml");

/// Every reference has the same value, which must never be seen.
const HIDDEN: &str = "hunter2-must-not-be-seen";

fn hidden(_: &Reference) -> Result<String, NoValue> {
    Ok(HIDDEN.to_owned())
}

fn parse_hidden(text: &str) -> (Option<Config>, Vec<Problem>) {
    parse(text, &hidden)
}

/// The configuration of a document without errors.
fn config(text: &str) -> Config {
    let (config, problems) = parse_hidden(text);
    config.unwrap_or_else(|| panic!("{problems:#?}"))
}

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}
