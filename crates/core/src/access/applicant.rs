//! What is told to whoever answers for portal access, when somebody asks for it by the form.

use crate::delivery::Letter;

/// Somebody who asked by the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applicant<'a> {
    /// What the request is named by.
    pub request: &'a str,
    /// The name.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// For whom the person works.
    pub company: &'a str,
    /// What stands beside it; may be empty.
    pub message: &'a str,
}

impl Applicant<'_> {
    /// The mail. Nothing that a stranger wrote stands in a header.
    #[must_use]
    pub fn letter(&self, owner: &str) -> Letter {
        let Self { request, name, email, company, message } = self;
        let asks = format!("{name} <{email}>, {company}, asks for access to the customer portal.");
        let message = if message.is_empty() { String::new() } else { format!("\n\n{message}") };
        let body = format!(
            "{asks}{message}\n\nTo grant it: entente access approve {request} --source SOURCE --record ID\n\
             To say no: entente access deny {request}\n"
        );
        let subject = "Somebody asks for access to the customer portal".to_owned();
        Letter { to: owner.to_owned(), cc: None, subject, body }
    }
}
