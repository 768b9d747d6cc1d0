//! Secrets that a person types into a form: they stand for `secret:NAME` of the text that comes with them, and go into
//! the encrypted store once that text is taken. Nothing here shows one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use entente_core::config::{self, Config, Problem as Fault, Reference};
use entente_store::NewEntry;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::configuration::look_up;
use crate::limits::SECRET_BYTES_MAX;
use crate::secrets::{KeyName, Secrets, SecretsError, fits_as_name};
use crate::web::{App, Problem};

/// Secrets by name.
#[derive(Default, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub(crate) struct Typed(BTreeMap<String, Zeroizing<String>>);

impl From<BTreeMap<String, String>> for Typed {
    fn from(texts: BTreeMap<String, String>) -> Self {
        Self(texts.into_iter().map(|(name, text)| (name, Zeroizing::new(text))).collect())
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Typed {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a text says, with these in front of what is stored.
    pub(super) fn parse(&self, text: &str, secrets: &Secrets) -> (Option<Config>, Vec<Fault>) {
        let found = |reference: &Reference| match reference {
            Reference::Stored(name) if self.0.contains_key(name) => Ok(self.0[name].to_string()),
            Reference::Stored(_) | Reference::Env(_) | Reference::File(_) => look_up(reference, secrets),
        };
        config::parse(text, &found)
    }

    /// Puts them into the store.
    pub(super) fn store(&self, app: &App) -> Result<(), Problem> {
        if self.is_empty() {
            return Ok(());
        }
        let key = app.source().secrets.key(KeyName::Present)?;
        let now = Timestamp::from_millisecond(app.now_ms()).unwrap_or_default();
        for (name, text) in &self.0 {
            if !fits_as_name(name) || text.trim().is_empty() || text.len() as u64 > SECRET_BYTES_MAX {
                let sentence = format!(
                    "The secret {name:?} cannot be stored: its name has up to 63 letters, digits, dots, dashes and \
                     underscores, and it has 1 to {SECRET_BYTES_MAX} bytes."
                );
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, sentence));
            }
            app.source().secrets.set(name, text, &key, now)?;
        }
        Ok(())
    }
}

/// Says that secrets were replaced under a text that stays.
pub(super) async fn journal(app: &App, by: &str, typed: &Typed) -> Result<(), Problem> {
    let names: Vec<&str> = typed.0.keys().map(String::as_str).collect();
    let text = format!("{by} replaced in the store of secrets: {}", names.join(", "));
    let entry = NewEntry { kind: "configuration".to_owned(), text, ..NewEntry::default() };
    Ok(app.store().journal(&[entry], app.now_ms()).await?)
}

/// The stored secrets that one text names and another does not.
pub(super) fn only_before(before: &str, after: &str) -> Vec<String> {
    named(before).difference(&named(after)).cloned().collect()
}

fn named(text: &str) -> BTreeSet<String> {
    let names = RefCell::new(BTreeSet::new());
    let noted = |reference: &Reference| {
        if let Reference::Stored(name) = reference {
            names.borrow_mut().insert(name.clone());
        }
        Ok(String::new())
    };
    drop(config::parse(text, &noted));
    names.into_inner()
}

/// Takes secrets out of the store. One that is gone already is as it should be.
pub(super) fn forget(app: &App, names: &[String]) -> Result<(), Problem> {
    for name in names {
        match app.source().secrets.remove(name) {
            Ok(()) | Err(SecretsError::NoSuchSecret { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

impl From<SecretsError> for Problem {
    fn from(error: SecretsError) -> Self {
        let sentence = format!("The store of secrets cannot be used: {error}; {}.", error.remedy());
        Self::new(StatusCode::CONFLICT, sentence)
    }
}
