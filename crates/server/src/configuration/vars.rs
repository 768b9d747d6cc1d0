//! What stands behind `${NAME}`, `file:/path` and `secret:NAME`.

use std::env::VarError;
use std::path::Path;

use entente_core::config::{NoValue, Reference};

use super::bounded;
use crate::limits::SECRET_BYTES_MAX;
use crate::secrets::{KeyName, Secrets, SecretsError};

/// Looks a reference up.
pub(crate) fn look_up(reference: &Reference, secrets: &Secrets) -> Result<String, NoValue> {
    match reference {
        Reference::Env(name) => std::env::var(name).map_err(|error| match error {
            VarError::NotPresent => "it is not set".into(),
            VarError::NotUnicode(_) => "it is not UTF-8".into(),
        }),
        Reference::File(path) => secret_file(Path::new(path)).map_err(|error| error.to_string().as_str().into()),
        Reference::Stored(name) => stored(name, secrets).map_err(|error| not_to_be_had(&error)),
    }
}

fn stored(name: &str, secrets: &Secrets) -> Result<String, SecretsError> {
    let key = secrets.key(KeyName::Present)?;
    secrets.get(name, &key).map(|text| (*text).clone())
}

/// Where the key is at fault, storing the secret once more would mend nothing.
fn not_to_be_had(error: &SecretsError) -> NoValue {
    let remedy = match error {
        SecretsError::NoSuchSecret { .. } => None,
        error => Some(error.remedy()),
    };
    NoValue { why: error.to_string(), remedy }
}

fn secret_file(path: &Path) -> std::io::Result<String> {
    let text = bounded(path, SECRET_BYTES_MAX)?;
    let content = text.strip_suffix('\n').unwrap_or(&text);
    Ok(content.strip_suffix('\r').unwrap_or(content).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere() -> Secrets {
        Secrets::of(Path::new("/no/such/configuration"), None)
    }

    #[test]
    fn a_file_gives_its_content_without_the_line_break_at_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "one\ntwo\r\n").unwrap();
        assert_eq!(look_up(&Reference::File(path.display().to_string()), &nowhere()).unwrap(), "one\ntwo");
    }

    #[test]
    fn what_is_not_there_has_a_reason() {
        let reason = |reference| look_up(&reference, &nowhere()).unwrap_err().why;
        assert_eq!(reason(Reference::Env("ENTENTE_TEST_NEVER_SET".to_owned())), "it is not set");
        assert!(reason(Reference::File("/no/such/file".to_owned())).contains("No such file"));
    }
}
