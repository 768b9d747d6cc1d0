//! The ready file: where everything answers and with which credentials, written when it does.
//!
//! It holds credentials, so only its owner may read it; it appears whole or not at all.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use entente_sandbox::{Served, credentials};
use serde::Serialize;
use tempfile::NamedTempFile;

/// What a ready file says. What a command does not run is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The server's URL.
    pub server: Option<String>,
    /// How to call its API.
    pub server_auth: Option<ServerAuth>,
    /// The stand-in org.
    pub salesforce: Option<SalesforceReady>,
    /// The stand-in site.
    pub jira: Option<JiraReady>,
    /// The configuration in use.
    pub config: Option<PathBuf>,
}

/// How to call the server's API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerAuth {
    /// A bearer token.
    pub api_token: String,
}

/// Where the stand-in org is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SalesforceReady {
    /// Its URL.
    pub url: String,
    /// The OAuth client.
    pub client_id: &'static str,
    /// Its secret.
    pub client_secret: &'static str,
    /// The administrator.
    pub username: &'static str,
    /// Its password.
    pub password: &'static str,
    /// Its security token.
    pub security_token: &'static str,
}

/// Where the stand-in site is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JiraReady {
    /// Its URL.
    pub url: String,
    /// The integration account.
    pub email: &'static str,
    /// Its API token.
    pub api_token: &'static str,
}

impl Ready {
    /// The part about a served sandbox world.
    #[must_use]
    pub fn of_sandbox(served: &Served) -> Self {
        let salesforce = SalesforceReady {
            url: served.salesforce_url(),
            client_id: credentials::SALESFORCE_CLIENT_ID,
            client_secret: credentials::SALESFORCE_CLIENT_SECRET,
            username: credentials::SALESFORCE_USERNAME,
            password: credentials::SALESFORCE_PASSWORD,
            security_token: credentials::SALESFORCE_SECURITY_TOKEN,
        };
        let jira = JiraReady {
            url: served.jira_url(),
            email: credentials::JIRA_EMAIL,
            api_token: credentials::JIRA_API_TOKEN,
        };
        Self { salesforce: Some(salesforce), jira: Some(jira), ..Self::default() }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the directory is missing or may not be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        write_whole(path, &format!("{text}\n"))
    }
}

/// Writes a file that only its owner may read, so that nobody ever sees half of it.
///
/// # Errors
/// When the directory is missing or may not be written.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

/// Looks whether a file can be written at `path`, so that nothing is begun whose end nobody would learn of.
///
/// # Errors
/// When the directory is missing or may not be written, or there is a directory at `path` itself.
pub fn may_write(path: &Path) -> io::Result<()> {
    if path.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { beside(path).map(drop) }
}

/// A new file in the directory of `path`. It is made with mode 0600, and renaming within one directory is atomic.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    dir.metadata()?;
    // The error's own text ends with the made-up name, which says nothing to anyone.
    NamedTempFile::new_in(dir).map_err(|error| error.kind().into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn absent_parts_are_null_and_only_the_owner_may_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ready.json");
        let auth = ServerAuth { api_token: "t".to_owned() };
        let ready = Ready {
            server: Some("http://127.0.0.1:7400".to_owned()),
            server_auth: Some(auth),
            config: Some("/c.yaml".into()),
            ..Ready::default()
        };
        ready.write(&path).unwrap();
        insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap(), @r#"
        {
          "server": "http://127.0.0.1:7400",
          "server_auth": {
            "api_token": "t"
          },
          "salesforce": null,
          "jira": null,
          "config": "/c.yaml"
        }
        "#);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
