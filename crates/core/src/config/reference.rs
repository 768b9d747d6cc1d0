//! Values that are kept elsewhere: `${NAME}`, `file:/path`, `secret:NAME`.

use std::fmt;

/// Where a value of the document is really kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// `${NAME}`, anywhere in a value: a variable of the environment.
    Env(String),
    /// `file:/path`, in place of a credential: the content of a file, without the line break at its end.
    File(String),
    /// `secret:NAME`, in place of a credential: an entry of the encrypted store.
    Stored(String),
}

/// How the document writes it.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "${{{name}}}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Stored(name) => write!(f, "secret:{name}"),
        }
    }
}

/// Looks a reference up.
pub type Vars<'a> = dyn Fn(&Reference) -> Result<String, NoValue> + 'a;

/// Why a reference has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoValue {
    /// The end of a sentence: `it is not set`.
    pub why: String,
    /// What to do, where it is something else than to put the value there.
    pub remedy: Option<String>,
}

impl From<&str> for NoValue {
    fn from(why: &str) -> Self {
        Self { why: why.to_owned(), remedy: None }
    }
}
