//! Why a secret is not to be had.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::KeyName;

/// Why a secret is not to be had. Never holds one.
#[derive(Debug, Error)]
pub(crate) enum SecretsError {
    /// Nobody says what the key is.
    #[error("neither {0} nor {0}_FILE is set")]
    NoKey(KeyName),
    /// Two places say it.
    #[error("both {0} and {0}_FILE are set")]
    TwoKeys(KeyName),
    /// The file with the key cannot be read.
    #[error("the key in {file} cannot be read: {source}")]
    KeyFile {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is there is no key.
    #[error("{0} holds no key: a key is 32 bytes in base64")]
    BadKey(String),
    /// Nothing has this name.
    #[error("there is no secret `{name}` in {file}")]
    NoSuchSecret {
        /// The name.
        name: String,
        /// The store.
        file: PathBuf,
    },
    /// The key and what is stored do not fit.
    #[error("the key does not open `{name}` in {file}: it is another key, or the file was changed")]
    Locked {
        /// The secret's name.
        name: String,
        /// The store.
        file: PathBuf,
    },
    /// The file is something else.
    #[error("{file} is no store of secrets that this version can read")]
    NoStore {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{file} cannot be used: {source}")]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}
