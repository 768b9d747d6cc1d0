//! The key that seals secrets: 32 bytes in base64, in the environment or in a file that the environment names.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::Zeroizing;

use super::SecretsError;
use crate::configuration::bounded;
use crate::limits::SECRET_BYTES_MAX;

/// Which key is meant; it is written as the variable that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyName {
    /// The one that the secrets are under.
    Present,
    /// The one that they shall be under.
    New,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Present => "ENTENTE_KEY",
            Self::New => "ENTENTE_NEW_KEY",
        })
    }
}

/// A key. It is wiped from memory when it is dropped.
pub(crate) struct Key {
    pub(super) cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl KeyName {
    /// The file that the environment names for it.
    pub(super) fn file(self) -> Option<PathBuf> {
        std::env::var_os(format!("{self}_FILE")).filter(|file| !file.is_empty()).map(PathBuf::from)
    }
}

/// The file of the key, if others than its owner may read it.
pub(crate) fn key_open_to_others() -> Option<PathBuf> {
    let file = KeyName::Present.file()?;
    let mode = file.metadata().ok()?.permissions().mode();
    (mode & 0o077 != 0).then_some(file)
}

impl Key {
    /// The key that the environment holds or names.
    pub(super) fn from_environment(name: KeyName) -> Result<Self, SecretsError> {
        let text = std::env::var_os(name.to_string()).filter(|text| !text.is_empty());
        match (text, name.file()) {
            (None, None) => Err(SecretsError::NoKey(name)),
            (Some(_), Some(_)) => Err(SecretsError::TwoKeys(name)),
            (Some(text), None) => {
                let text = Zeroizing::new(text.into_string().unwrap_or_default());
                Self::parse(&text, &name.to_string())
            }
            (None, Some(file)) => Self::from_file(name, &file),
        }
    }

    fn from_file(name: KeyName, file: &Path) -> Result<Self, SecretsError> {
        let unread = |source| SecretsError::KeyFile { name, file: file.to_owned(), source };
        let text = Zeroizing::new(bounded(file, SECRET_BYTES_MAX).map_err(unread)?);
        Self::parse(&text, &file.display().to_string())
    }

    /// Reads a key; `from` says where it was, for the sentence when it is none.
    pub(super) fn parse(text: &str, from: &str) -> Result<Self, SecretsError> {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.trim()).unwrap_or_default());
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| SecretsError::BadKey(from.to_owned()))?;
        Ok(Self { cipher })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        let good = BASE64_STANDARD.encode([7; 32]);
        assert!(Key::parse(&format!("{good}\n"), "x").is_ok());
        for none in ["", "hunter2", &BASE64_STANDARD.encode([7; 31]), &BASE64_STANDARD.encode([7; 33]), &"7".repeat(64)]
        {
            let refused = Key::parse(none, "ENTENTE_KEY").unwrap_err().to_string();
            assert_eq!(refused, "ENTENTE_KEY holds no key: a key is 32 bytes in base64", "{none}");
        }
        assert_eq!(format!("{:?}", Key::parse(&good, "x").unwrap()), "[key]");
    }
}
