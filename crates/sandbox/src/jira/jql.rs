//! JQL: the subset that integrations write, with the vendor's complaints.
//!
//! `parse` knows only the language; `resolve` turns names into ids and complains about what does not exist; `rule` judges
//! an issue; `order` sorts. Evaluation never fails.

pub(crate) mod lexer;
pub(crate) mod meaning;
pub(crate) mod moment;
pub(crate) mod order;
pub(crate) mod parser;
pub(crate) mod resolve;
pub(crate) mod rule;

use super::contents::Contents;
use super::issue::Issue;
use super::time;
use order::Order;
use parser::Query;
use rule::Rule;

/// Who asks, and when: dates are read in the asker's zone, and strangers get no complaints but nothing.
#[derive(Clone)]
pub(crate) struct Asker<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) zone: jiff::tz::TimeZone,
    pub(crate) now: i64,
}

/// A query whose names are known.
pub(crate) struct Search {
    pub(crate) rule: Option<Rule>,
    pub(crate) order: Order,
}

/// Reads the language only.
pub(crate) fn parse(text: &str) -> Result<Query, String> {
    parser::parse(text)
}

/// Reads a query and looks its names up; the complaints are the vendor's sentences.
pub(crate) fn compile(contents: &Contents, text: &str, asker: &Asker<'_>) -> Result<Search, Vec<String>> {
    let query = parse(text).map_err(|complaint| vec![complaint])?;
    resolve::resolve(contents, &query, asker)
}

/// Whether an issue fits a filter; a filter that cannot be read fits nothing.
pub(crate) fn matches(contents: &Contents, text: &str, issue: &Issue, account: Option<&str>, now: i64) -> bool {
    let zone =
        account.and_then(|id| contents.people.users.get(id)).map_or(jiff::tz::TimeZone::UTC, |u| time::zone(&u.zone));
    let asker = Asker { account, zone, now };
    match compile(contents, text, &asker) {
        Ok(search) => search.rule.is_none_or(|rule| rule.fits(issue, contents)),
        Err(_) => false,
    }
}
