//! What a file is called: one name that both sides take.

/// Characters of a title in Salesforce, and of a name in Jira.
const CHARS_MAX: usize = 255;

/// Characters of an extension; what is longer behind a last dot belongs to the name itself.
const EXTENSION_CHARS_MAX: usize = 40;

/// A file's name as every side takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The nearest name that both sides take: no separator of folders, no quote, no line break, not too long.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let plain = |c: char| if c.is_control() || matches!(c, '/' | '\\' | '"') { '_' } else { c };
        let name: String = name.trim().chars().map(plain).collect();
        let name = if name.is_empty() { "file".to_owned() } else { name };
        if name.chars().count() <= CHARS_MAX {
            return Self(name);
        }
        let (stem, extension) = split(&name);
        let kept = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
        let stem: String = stem.chars().take(CHARS_MAX - kept.chars().count()).collect();
        Self(stem + &kept)
    }

    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// It without its extension, as Salesforce titles a file.
    #[must_use]
    pub fn title(&self) -> &str {
        split(&self.0).0
    }
}

/// What stands in front of the last dot of a name and what behind, where that is an extension.
fn split(name: &str) -> (&str, Option<&str>) {
    let is_extension = |text: &str| (1..=EXTENSION_CHARS_MAX).contains(&text.chars().count());
    match name.rsplit_once('.').filter(|(stem, extension)| !stem.is_empty() && is_extension(extension)) {
        Some((stem, extension)) => (stem, Some(extension)),
        None => (name, None),
    }
}

/// The name of a file that has a title and an extension. People may have typed the extension into the title too.
#[must_use]
pub fn joined(title: &str, extension: &str) -> String {
    let typed = title.rsplit_once('.').is_some_and(|(_, typed)| typed.eq_ignore_ascii_case(extension));
    if extension.is_empty() || typed { title.to_owned() } else { format!("{title}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_both_sides_take() {
        for (name, expected, title) in [
            ("log.txt", "log.txt", "log"),
            ("Übersicht 1.tar.gz", "Übersicht 1.tar.gz", "Übersicht 1.tar"),
            ("a/b\\c\"d\r\ne.txt", "a_b_c_d__e.txt", "a_b_c_d__e"),
            (".profile", ".profile", ".profile"),
            ("README", "README", "README"),
            ("ends.", "ends.", "ends."),
            ("  ", "file", "file"),
        ] {
            let name = Name::of(name);
            assert_eq!((name.as_str(), name.title()), (expected, title));
        }
        let long = Name::of(&format!("{}.txt", "ä".repeat(300)));
        assert_eq!((long.as_str().chars().count(), long.as_str().ends_with("ä.txt")), (255, true));
    }

    #[test]
    fn an_extension_is_said_once() {
        for (title, extension, expected) in
            [("log", "txt", "log.txt"), ("log.TXT", "txt", "log.TXT"), ("log", "", "log"), ("v1.2", "pdf", "v1.2.pdf")]
        {
            assert_eq!(joined(title, extension), expected);
        }
    }
}
