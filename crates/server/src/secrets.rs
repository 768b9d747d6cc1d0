//! The encrypted store behind `secret:NAME`: one file in the data directory, in which each secret is sealed by itself
//! with XChaCha20-Poly1305. The key comes from the environment and is never beside the file.
//!
//! A secret's name is sealed with it, so that entries cannot be swapped. What was put in comes out only where a
//! configuration names it; no command, page or route shows it.

mod error;
mod key;

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub(crate) use error::SecretsError;
pub(crate) use key::{Key, KeyName, key_open_to_others};

use crate::cli::beside;
use crate::limits::SECRETS_BYTES_MAX;
use crate::ready::write_whole;

const FILE: &str = "secrets.json";
const FORMAT: u32 = 1;

/// Where the secrets of a configuration lie. Nothing is read before a secret is asked for.
#[derive(Clone, Debug)]
pub struct Secrets {
    file: PathBuf,
}

/// What a secret may be called.
pub(crate) fn fits_as_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= 63 && text.chars().all(fits)
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    secrets: BTreeMap<String, Sealed>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    changed: Timestamp,
    nonce: String,
    text: String,
}

impl Secrets {
    /// The secrets in a data directory; if nobody names one, in the usual one beside the configuration file.
    #[must_use]
    pub fn of(configuration: &Path, data_dir: Option<&Path>) -> Self {
        Self { file: data_dir.map_or_else(|| beside(configuration), Path::to_owned).join(FILE) }
    }

    /// A key, which never lies with what it opens.
    pub(crate) fn key(&self, name: KeyName) -> Result<Key, SecretsError> {
        let key = Key::from_environment(name)?;
        let whole = |path: &Path| path.canonicalize().ok();
        match (name.file(), self.file.parent().and_then(whole)) {
            (Some(file), Some(dir)) if whole(&file).is_some_and(|file| file.starts_with(&dir)) => {
                Err(SecretsError::KeyInside { name, file, dir })
            }
            _ => Ok(key),
        }
    }

    /// The secret of this name.
    pub(crate) fn get(&self, name: &str, key: &Key) -> Result<Zeroizing<String>, SecretsError> {
        let content = self.read()?;
        let sealed = content.secrets.get(name).ok_or_else(|| self.no_such(name))?;
        self.unseal(name, sealed, key)
    }

    /// The names, and when each secret was last changed.
    pub(crate) fn list(&self) -> Result<Vec<(String, Timestamp)>, SecretsError> {
        Ok(self.read()?.secrets.into_iter().map(|(name, sealed)| (name, sealed.changed)).collect())
    }

    /// Puts a secret in, in place of the one that had its name. All secrets of a file are under one key.
    pub(crate) fn set(&self, name: &str, text: &str, key: &Key, now: Timestamp) -> Result<(), SecretsError> {
        let _turn = self.turn()?;
        let mut content = self.read()?;
        if let Some((other, sealed)) = content.secrets.iter().find(|(other, _)| *other != name) {
            self.unseal(other, sealed, key)?;
        }
        content.secrets.insert(name.to_owned(), seal(name, text, key, now));
        self.write(&content)
    }

    /// Takes a secret out.
    pub(crate) fn remove(&self, name: &str) -> Result<(), SecretsError> {
        let _turn = self.turn()?;
        let mut content = self.read()?;
        content.secrets.remove(name).ok_or_else(|| self.no_such(name))?;
        self.write(&content)
    }

    /// Seals every secret anew under another key: how many there are. If one does not open, nothing is changed.
    pub(crate) fn rotate(&self, key: &Key, new: &Key) -> Result<usize, SecretsError> {
        let _turn = self.turn()?;
        let mut content = self.read()?;
        for (name, sealed) in &mut content.secrets {
            let text = self.unseal(name, sealed, key)?;
            *sealed = seal(name, &text, new, sealed.changed);
        }
        self.write(&content)?;
        Ok(content.secrets.len())
    }

    /// The whole file, sealed as it is, if there is one.
    pub(crate) fn sealed(&self) -> Result<Option<String>, SecretsError> {
        if self.file.exists() { self.read().and_then(|content| self.text(&content)).map(Some) } else { Ok(None) }
    }

    /// Puts the file of a backup back; one that is there stays, unless it is to be replaced. Whether it was put back.
    pub(crate) fn put_back(&self, sealed: &str, replace: bool) -> Result<bool, SecretsError> {
        let _turn = self.turn()?;
        let content = self.parse(sealed)?;
        if self.file.exists() && !replace {
            return Ok(false);
        }
        self.write(&content).map(|()| true)
    }

    fn unseal(&self, name: &str, sealed: &Sealed, key: &Key) -> Result<Zeroizing<String>, SecretsError> {
        let locked = || SecretsError::Locked { name: name.to_owned(), file: self.file.clone() };
        let bytes = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| locked());
        let nonce = XNonce::try_from(bytes(&sealed.nonce)?.as_slice()).map_err(|_| locked())?;
        let payload = Payload { msg: &bytes(&sealed.text)?, aad: name.as_bytes() };
        let opened = Zeroizing::new(key.cipher.decrypt(&nonce, payload).map_err(|_| locked())?);
        Ok(Zeroizing::new(std::str::from_utf8(&opened).map_err(|_| locked())?.to_owned()))
    }

    fn read(&self) -> Result<Content, SecretsError> {
        let text = match crate::configuration::bounded(&self.file, SECRETS_BYTES_MAX) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Content { version: FORMAT, secrets: BTreeMap::new() });
            }
            Err(source) => return Err(SecretsError::File { file: self.file.clone(), source }),
        };
        self.parse(&text)
    }

    fn write(&self, content: &Content) -> Result<(), SecretsError> {
        write_whole(&self.file, &self.text(content)?).map_err(self.trouble())
    }

    fn parse(&self, text: &str) -> Result<Content, SecretsError> {
        let content = serde_json::from_str(text).ok().filter(|content: &Content| content.version == FORMAT);
        content.ok_or_else(|| SecretsError::NoStore { file: self.file.clone() })
    }

    fn text(&self, content: &Content) -> Result<String, SecretsError> {
        let text = serde_json::to_string_pretty(content).map_err(std::io::Error::other).map_err(self.trouble())?;
        Ok(text + "\n")
    }

    /// Makes the directory if need be, and waits until nobody else changes the file.
    fn turn(&self) -> Result<File, SecretsError> {
        let dir = self.file.parent().unwrap_or(Path::new("."));
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        let locked = made.and_then(|()| File::open(dir)).and_then(|dir| dir.lock().map(|()| dir));
        locked.map_err(self.trouble())
    }

    fn trouble(&self) -> impl FnOnce(std::io::Error) -> SecretsError {
        let file = self.file.clone();
        move |source| SecretsError::File { file, source }
    }

    fn no_such(&self, name: &str) -> SecretsError {
        SecretsError::NoSuchSecret { name: name.to_owned(), file: self.file.clone() }
    }
}

fn seal(name: &str, text: &str, key: &Key, changed: Timestamp) -> Sealed {
    let nonce = XNonce::generate();
    let payload = Payload { msg: text.as_bytes(), aad: name.as_bytes() };
    // It could only fail for a text of 256 GB.
    let sealed = key.cipher.encrypt(&nonce, payload).expect("a secret is short");
    Sealed { changed, nonce: BASE64_STANDARD.encode(nonce), text: BASE64_STANDARD.encode(sealed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn key(byte: u8) -> Key {
        Key::parse(&BASE64_STANDARD.encode([byte; 32]), "the test").unwrap()
    }

    fn store() -> (tempfile::TempDir, Secrets) {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::of(&dir.path().join("acme.yaml"), None);
        secrets.set("jira", "canary-jira", &key(1), NOW).unwrap();
        secrets.set("org", "canary-ü\n-org", &key(1), NOW).unwrap();
        (dir, secrets)
    }

    #[test]
    fn what_was_put_in_comes_out_under_the_same_key_and_name_only() {
        let (_dir, secrets) = store();
        assert_eq!(*secrets.get("org", &key(1)).unwrap(), "canary-ü\n-org");
        let sentence = |key: &Key, name: &str| secrets.get(name, key).unwrap_err().to_string();
        assert!(sentence(&key(2), "org").starts_with("the key does not open `org` in "));
        assert!(sentence(&key(1), "salesforce").starts_with("there is no secret `salesforce` in "));
        assert_eq!(secrets.list().unwrap(), [("jira".to_owned(), NOW), ("org".to_owned(), NOW)]);
    }

    #[test]
    fn a_changed_file_opens_nothing() {
        let (_dir, secrets) = store();
        let untouched = std::fs::read_to_string(&secrets.file).unwrap();
        assert!(!untouched.contains("canary"));
        let swapped = untouched.replace("\"jira\"", "\"x\"").replace("\"org\"", "\"jira\"").replace("\"x\"", "\"org\"");
        let text = serde_json::from_str::<Content>(&untouched).unwrap().secrets["jira"].text.clone();
        let other = if text.starts_with('A') { "B" } else { "A" };
        let flipped = untouched.replace(&text, &format!("{other}{}", &text[1..]));
        let cut = untouched.replace(&text, &text[..4]);
        for changed in [swapped, flipped, cut] {
            std::fs::write(&secrets.file, changed).unwrap();
            assert!(matches!(secrets.get("jira", &key(1)), Err(SecretsError::Locked { .. })));
        }
        for none in ["", "{}", r#"{"version":2,"secrets":{}}"#, r#"{"version":1,"secrets":{"jira":"hunter2"}}"#] {
            std::fs::write(&secrets.file, none).unwrap();
            assert!(matches!(secrets.get("jira", &key(1)), Err(SecretsError::NoStore { .. })), "{none}");
        }
    }

    #[test]
    fn all_secrets_are_under_one_key_and_move_to_the_next_together() {
        let (_dir, secrets) = store();
        assert!(matches!(secrets.set("new", "x", &key(2), NOW), Err(SecretsError::Locked { .. })));
        assert!(matches!(secrets.rotate(&key(2), &key(3)), Err(SecretsError::Locked { .. })));
        assert_eq!(secrets.rotate(&key(1), &key(2)).unwrap(), 2);
        assert!(matches!(secrets.get("jira", &key(1)), Err(SecretsError::Locked { .. })));
        assert_eq!(*secrets.get("jira", &key(2)).unwrap(), "canary-jira");
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time() {
        let (_dir, secrets) = store();
        let text = || secrets.read().unwrap().secrets["jira"].text.clone();
        let before = text();
        secrets.set("jira", "canary-jira", &key(1), NOW).unwrap();
        assert_ne!(before, text());
    }

    #[test]
    fn only_its_owner_may_read_the_file_and_its_directory() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, secrets) = store();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&secrets.file), mode(secrets.file.parent().unwrap())), (0o600, 0o700));
    }
}
