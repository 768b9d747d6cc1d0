//! `entente secret`: puts secrets into the encrypted store, and never shows one.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use entente_transport::{Clock as _, SystemClock};
use serde_json::json;
use zeroize::Zeroizing;

use super::answer::counted;
use super::{Exit, Failure};
use crate::limits::SECRET_BYTES_MAX;
use crate::screen::Screen;
use crate::secrets::{KeyName, Secrets, SecretsError, fits_as_name};

/// Keep credentials encrypted, for `secret:NAME` in a configuration
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente secret set jira-token --config entente.yaml < token.txt\n\n\
    The key is 32 bytes in base64 (`openssl rand -base64 32`), in ENTENTE_KEY, or in a file that ENTENTE_KEY_FILE names.")]
pub(crate) struct Secret {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Store what comes on stdin; a line break at its end is not part of it
    #[command(after_help = "Example:\n  entente secret set jira-token --config entente.yaml < token.txt")]
    Set {
        /// What `secret:NAME` calls it
        #[arg(value_name = "NAME", value_parser = name)]
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Name the secrets and say when each was changed; needs no key
    #[command(after_help = "Example:\n  entente secret list --config entente.yaml")]
    List {
        #[command(flatten)]
        place: Place,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Forget a secret; needs no key
    #[command(after_help = "Example:\n  entente secret remove jira-token --config entente.yaml")]
    Remove {
        /// What `secret:NAME` calls it
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Encrypt every secret anew, under the key in `ENTENTE_NEW_KEY` or in the file that `ENTENTE_NEW_KEY_FILE` names
    #[command(after_help = "Example:\n  ENTENTE_KEY_FILE=old.key ENTENTE_NEW_KEY_FILE=new.key \
                            entente secret rotate --config entente.yaml")]
    Rotate {
        #[command(flatten)]
        place: Place,
    },
}

/// Whose secrets: those of a configuration, or those in a data directory.
#[derive(Debug, Args)]
struct Place {
    /// The configuration file
    #[arg(long, value_name = "FILE", required_unless_present = "data_dir")]
    config: Option<PathBuf>,

    /// Where the secrets lie; usually `entente-data` beside the configuration file
    #[arg(long, value_name = "D")]
    data_dir: Option<PathBuf>,
}

impl Place {
    fn secrets(&self) -> Secrets {
        Secrets::of(self.config.as_deref().unwrap_or(Path::new("")), self.data_dir.as_deref())
    }
}

impl Secret {
    /// Runs the command.
    pub(crate) fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let said = match self.act {
            Act::Set { name, place } => {
                let secrets = place.secrets();
                let key = secrets.key(KeyName::Present)?;
                let text = from_stdin(&name, screen)?;
                secrets.set(&name, &text, &key, SystemClock.now())?;
                format!("Stored {name}; a configuration names it as secret:{name}.")
            }
            Act::List { place, json } => listed(&place.secrets().list()?, json),
            Act::Remove { name, place } => {
                place.secrets().remove(&name)?;
                format!("Removed {name}.")
            }
            Act::Rotate { place } => {
                let secrets = place.secrets();
                let (key, new) = (secrets.key(KeyName::Present)?, secrets.key(KeyName::New)?);
                let n_secrets = secrets.rotate(&key, &new)?;
                format!("{} under the new key; start Entente with it from now on.", counted(n_secrets, "secret"))
            }
        };
        screen.result(&said).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.act, Act::List { json: true, .. })
    }
}

fn listed(secrets: &[(String, jiff::Timestamp)], as_json: bool) -> String {
    if as_json {
        let rows: Vec<_> = secrets.iter().map(|(name, at)| json!({ "name": name, "changed": at })).collect();
        return format!("{:#}", json!({ "secrets": rows }));
    }
    if secrets.is_empty() {
        return "There are no secrets.".to_owned();
    }
    let line = |(name, changed): &(String, jiff::Timestamp)| format!("{changed:.0}  {name}");
    secrets.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Never an argument: those are in the shell's history and in the list of processes.
fn from_stdin(name: &str, screen: &Screen) -> Result<Zeroizing<String>, Failure> {
    if std::io::stdin().is_terminal() {
        screen.say("Paste the secret, then press Enter and Ctrl-D. It shows on this screen; a file on stdin does not.");
    }
    let refused = |message: &str, remedy: &str| Failure::misuse("secret", format!("{message} for {name}"), remedy);
    let mut text = Zeroizing::new(String::new());
    let read = std::io::stdin().take(SECRET_BYTES_MAX + 1).read_to_string(&mut text);
    let n_bytes = read.map_err(|_| refused("what came on stdin is no text in UTF-8", "encode it, as base64 does"))?;
    if n_bytes as u64 > SECRET_BYTES_MAX {
        return Err(refused("what came on stdin is too long", "a secret has at most 65536 bytes"));
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let secret = Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned());
    if secret.trim().is_empty() {
        return Err(refused("nothing came on stdin", "send the secret there: `< file`, or a pipe"));
    }
    Ok(secret)
}

fn name(text: &str) -> Result<String, String> {
    let rule = || "use up to 63 letters, digits, dots, dashes and underscores".to_owned();
    fits_as_name(text).then(|| text.to_owned()).ok_or_else(rule)
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        let (message, remedy) = (error.to_string(), error.remedy());
        match error {
            SecretsError::NoKey(_) | SecretsError::BadKey(_) | SecretsError::TwoKeys(_) => {
                Self::misuse("key", message, remedy)
            }
            SecretsError::KeyFile { .. } | SecretsError::KeyInside { .. } | SecretsError::File { .. } => {
                Self::misuse("file", message, remedy)
            }
            SecretsError::Locked { .. } => Self::no("key", message, remedy),
            SecretsError::NoSuchSecret { .. } | SecretsError::NoStore { .. } => Self::misuse("secret", message, remedy),
        }
    }
}
