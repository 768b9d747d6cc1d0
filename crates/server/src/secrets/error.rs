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
    #[error("the key in {file}, which {name}_FILE names, cannot be read: {source}")]
    KeyFile {
        /// Which key.
        name: KeyName,
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key lies with what it opens: whoever has the one has the other.
    #[error("{name}_FILE names {file}, which lies in {dir} with the secrets")]
    KeyInside {
        /// Which key.
        name: KeyName,
        /// The file.
        file: PathBuf,
        /// The data directory.
        dir: PathBuf,
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

impl SecretsError {
    /// What to do, as the end of a sentence.
    pub(crate) fn remedy(&self) -> String {
        let remedy = match self {
            Self::NoKey(KeyName::Present) => {
                "name the file with your key in ENTENTE_KEY_FILE; where there is no key yet, make one with \
                 `openssl rand -base64 32`, and keep it apart from the data directory"
            }
            Self::NoKey(KeyName::New) => "give the new key there, beside the present one in ENTENTE_KEY",
            Self::TwoKeys(_) => "set one of them",
            Self::BadKey(_) => {
                "give the key that `openssl rand -base64 32` made, or the path of its file in ENTENTE_KEY_FILE"
            }
            Self::KeyFile { name, .. } => {
                return format!("correct {name}_FILE, or let the user that runs Entente read that file");
            }
            Self::KeyInside { name, .. } => {
                return format!("keep the key apart from the data directory, and correct {name}_FILE");
            }
            Self::File { .. } => "check the path and its permissions",
            Self::NoSuchSecret { .. } => "`entente secret list` names those that are there",
            Self::Locked { .. } => {
                "give the key that it was stored with in ENTENTE_KEY or ENTENTE_KEY_FILE; if that is lost, remove and set it anew"
            }
            Self::NoStore { .. } => "restore it from a backup, or remove it and set the secrets anew",
        };
        remedy.to_owned()
    }
}
