//! What stands behind `${NAME}`, `file:/path` and `secret:NAME`.

use std::env::VarError;
use std::path::Path;

use entente_core::config::Reference;

use super::bounded;
use crate::limits::SECRET_BYTES_MAX;
use crate::secrets::{Key, KeyName, Secrets, SecretsError};

/// Looks a reference up. An error is the end of a sentence that names the reference.
pub(crate) fn look_up(reference: &Reference, secrets: &Secrets) -> Result<String, String> {
    match reference {
        Reference::Env(name) => std::env::var(name).map_err(|error| match error {
            VarError::NotPresent => "it is not set".to_owned(),
            VarError::NotUnicode(_) => "it is not UTF-8".to_owned(),
        }),
        Reference::File(path) => secret_file(Path::new(path)).map_err(|error| error.to_string()),
        Reference::Stored(name) => stored(name, secrets).map_err(|error| error.to_string()),
    }
}

fn stored(name: &str, secrets: &Secrets) -> Result<String, SecretsError> {
    let key = Key::from_environment(KeyName::Present)?;
    secrets.get(name, &key).map(|text| (*text).clone())
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
        let reason = |reference| look_up(&reference, &nowhere()).unwrap_err();
        assert_eq!(reason(Reference::Env("ENTENTE_TEST_NEVER_SET".to_owned())), "it is not set");
        assert!(reason(Reference::File("/no/such/file".to_owned())).contains("No such file"));
    }
}
