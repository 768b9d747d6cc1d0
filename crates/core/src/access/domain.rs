//! The domain of an e-mail address, on which access depends.

use std::fmt;

/// A domain, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// Reads what a person wrote: `acme.example`, perhaps with an `@` before it.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let name = written.trim().trim_start_matches('@').to_lowercase();
        let label = |label: &str| {
            let inside = |letter: char| letter.is_alphanumeric() || letter == '-';
            !label.is_empty() && label.chars().all(inside) && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_one = name.contains('.') && name.len() <= 253 && name.split('.').all(label);
        is_one.then_some(Self(name))
    }

    /// The domain of an e-mail address; none if it is no address.
    #[must_use]
    pub fn of_email(email: &str) -> Option<Self> {
        let (name, domain) = email.trim().rsplit_once('@')?;
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace) && !name.contains('@');
        Self::parse(domain).filter(|_| is_name && !domain.starts_with('@'))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the list says of the domain that a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainRule {
    /// It is on the list.
    Allowed,
    /// It is not; perhaps somebody has been asked already.
    Missing(Option<super::DomainTask>),
}
