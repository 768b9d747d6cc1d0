//! What stands behind `${NAME}`, `file:/path` and `secret:NAME`.

use std::env::VarError;
use std::io::Read as _;

use entente_core::config::Reference;

/// The largest file that can hold a secret; a private key has about 3 kB.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// Looks a reference up. An error is the end of a sentence that names the reference.
pub(crate) fn look_up(reference: &Reference) -> Result<String, String> {
    match reference {
        Reference::Env(name) => std::env::var(name).map_err(|error| match error {
            VarError::NotPresent => "it is not set".to_owned(),
            VarError::NotUnicode(_) => "it is not UTF-8".to_owned(),
        }),
        Reference::File(path) => secret_file(path).map_err(|error| error.to_string()),
        Reference::Stored(_) => {
            Err("this version has no encrypted store yet; use ${NAME} or file:/path instead".to_owned())
        }
    }
}

fn secret_file(path: &str) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(SECRET_BYTES_MAX).read_to_string(&mut text)?;
    let content = text.strip_suffix('\n').unwrap_or(&text);
    Ok(content.strip_suffix('\r').unwrap_or(content).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_its_content_without_the_line_break_at_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "one\ntwo\r\n").unwrap();
        assert_eq!(look_up(&Reference::File(path.display().to_string())).unwrap(), "one\ntwo");
    }

    #[test]
    fn what_is_not_there_has_a_reason() {
        let reason = |reference| look_up(&reference).unwrap_err();
        assert_eq!(reason(Reference::Env("ENTENTE_TEST_NEVER_SET".to_owned())), "it is not set");
        assert!(reason(Reference::File("/no/such/file".to_owned())).contains("No such file"));
        assert!(reason(Reference::Stored("x".to_owned())).contains("no encrypted store yet"));
    }
}
