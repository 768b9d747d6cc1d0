//! The configuration document on disk: read, parsed with what the environment holds, watched for changes.
//!
//! The file is the truth and is never written here.

mod vars;
pub mod watch;

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use entente_core::config::{self, Config, Problem};
use sha2::{Digest as _, Sha256};

use crate::limits::CONFIGURATION_BYTES_MAX;
use crate::secrets::Secrets;
pub(crate) use vars::look_up;

/// A document as it was read once.
#[derive(Debug)]
pub struct Document {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// What it says, as it is written.
    pub text: String,
    /// Tells one content from another.
    pub digest: Digest,
    /// What it says; there exactly if no problem is an error.
    pub config: Option<Config>,
    /// Everything wrong with it.
    pub problems: Vec<Problem>,
}

/// The SHA-256 of a document.
pub type Digest = [u8; 32];

impl Document {
    /// Reads and parses the document at `path`.
    ///
    /// # Errors
    /// When there is no such file, or it is no text, or far too large.
    pub fn read(path: &Path, secrets: &Secrets) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let text = bounded(&path, CONFIGURATION_BYTES_MAX)?;
        let (config, problems) = parse(&text, secrets);
        Ok(Self { digest: digest(&text), path, text, config, problems })
    }

    /// The first error in one line, for places that have room for one.
    #[must_use]
    pub fn first_error(&self) -> Option<String> {
        let first = self.problems.iter().find(|problem| problem.is_error())?;
        Some(format!("{}:{first} ({})", self.path.display(), first.remedy))
    }
}

/// What a text says, with what its references stand for.
pub(crate) fn parse(text: &str, secrets: &Secrets) -> (Option<Config>, Vec<Problem>) {
    config::parse(text, &|reference| look_up(reference, secrets))
}

/// Tells one text from another.
pub(crate) fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

/// What a configuration is read with: everything but the text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file that the command line names. As long as nothing was applied it is the truth; from then on it is a draft
    /// whenever it says something else.
    pub file: Option<PathBuf>,
    /// Where the secrets lie that a configuration names.
    pub secrets: Secrets,
    /// The `--public-url`, which wins over the document's.
    pub public_url: Option<String>,
}

impl Source {
    /// A configuration, with what the command line says.
    #[must_use]
    pub fn settle(&self, mut config: Config) -> Config {
        if let Some(url) = &self.public_url {
            config.server.public_url = Some(url.clone());
        }
        config
    }
}

/// The text of a file, if it has at most `bytes_max` bytes.
pub(crate) fn bounded(path: &Path, bytes_max: u64) -> io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(bytes_max + 1).read_to_string(&mut text);
    let read = read.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => io::Error::new(error.kind(), "it is no text in UTF-8"),
        _ => error,
    })?;
    if read as u64 > bytes_max {
        let message = format!("it has more than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_a_configuration_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.yaml");
        let secrets = Secrets::of(&path, None);
        assert_eq!(Document::read(&path, &secrets).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert_eq!(Document::read(&path, &secrets).unwrap_err().kind(), io::ErrorKind::InvalidData);
        std::fs::File::create(&path).unwrap().set_len(CONFIGURATION_BYTES_MAX + 1).unwrap();
        assert_eq!(Document::read(&path, &secrets).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
