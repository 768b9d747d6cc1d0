//! A text that must not be seen: it prints as `[secret]` wherever it goes.

use std::fmt;

use serde::{Serialize, Serializer};

/// What stands in every message, log and export in place of a secret.
const SHOWN: &str = "[secret]";

/// A secret out of the configuration. Comparing two is not constant-time: doors compare with `subtle`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into hiding.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends or checks it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_of_printing_shows_it() {
        let secret = Secret::new("hunter2");
        let json = serde_json::to_string(&secret).unwrap();
        assert_eq!(
            (format!("{secret:?}"), format!("{secret}"), json.as_str()),
            (SHOWN.into(), SHOWN.into(), "\"[secret]\"")
        );
        assert_eq!(secret.expose(), "hunter2");
    }
}
