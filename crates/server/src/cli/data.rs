//! Where a command remembers: a directory with an SQLite database, or a PostgreSQL database.

use std::path::{Path, PathBuf};

use clap::Args;
use entente_store::{DATABASE_FILE, Store, StoreError};

use super::Failure;
use crate::screen::Screen;
use crate::secrets::Secrets;

/// The directory beside the configuration file that is used when nobody names one.
pub(crate) const USUAL_DIR: &str = "entente-data";

/// `--data-dir D | --database-url URL`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Data {
    /// Where the database lies; usually `entente-data` beside the configuration file, or with the file where one is there
    #[arg(long, value_name = "D")]
    pub(crate) data_dir: Option<PathBuf>,

    /// A PostgreSQL database instead: postgres://user:password@host/database
    #[arg(long, value_name = "URL", env = "ENTENTE_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Data {
    /// Opens the database that belongs to the configuration file at `configuration`.
    pub(crate) async fn open(&self, configuration: &Path) -> Result<Store, Failure> {
        match (&self.data_dir, &self.database_url) {
            (Some(_), Some(_)) => Err(Failure::misuse(
                "two-databases",
                "both --data-dir and --database-url (or ENTENTE_DATABASE_URL) are given",
                "give one of them",
            )),
            (None, Some(url)) => Ok(Store::connect(url).await?),
            (Some(dir), None) => Ok(Store::open(dir).await?),
            (None, None) => Ok(Store::open(&beside(configuration)).await?),
        }
    }

    /// The same only to be read: also while a server works in the directory.
    pub(crate) async fn open_beside_others(&self, configuration: &Path) -> Result<Store, Failure> {
        match (&self.data_dir, &self.database_url) {
            (dir, None) => {
                let dir = dir.clone().unwrap_or_else(|| beside(configuration));
                match Store::open(&dir).await {
                    Err(StoreError::InUse { .. }) => Ok(Store::peek(&dir).await?),
                    opened => Ok(opened?),
                }
            }
            _ => self.open(configuration).await,
        }
    }

    /// Where a configuration file, or whoever names a database without one, says that the database lies.
    pub(crate) fn place<'p>(&self, configuration: Option<&'p Path>) -> Result<&'p Path, Failure> {
        match configuration {
            Some(file) => Ok(file),
            None if self.is_named() => Ok(Path::new("")),
            None => Err(Failure::misuse(
                "no-database",
                "neither --config nor --data-dir is given",
                "give --config FILE, or --data-dir D where the database lies",
            )),
        }
    }

    /// Says that a directory which was named holds no database: its name may be misspelt.
    pub(crate) fn say_missing(&self, screen: &Screen) -> Result<(), Failure> {
        let Some(dir) = &self.data_dir else { return Ok(()) };
        if dir.is_file() {
            let message = format!("--data-dir names {}, which is a file", dir.display());
            return Err(Failure::misuse("data-directory", message, "give the directory in which the database lies"));
        }
        let dir = dir.display();
        screen.say(&format!("There is no database in {dir}; `entente sync` or `entente serve` makes it."));
        Ok(())
    }

    /// Whether anybody names a database, so that no configuration file is needed to find it.
    pub(crate) fn is_named(&self) -> bool {
        self.data_dir.is_some() || self.database_url.is_some()
    }

    /// Whether there is a database already, as far as a directory can tell.
    pub(crate) fn is_there(&self, configuration: &Path) -> bool {
        match &self.data_dir {
            None if self.database_url.is_some() => true,
            dir => dir.clone().unwrap_or_else(|| beside(configuration)).join(DATABASE_FILE).exists(),
        }
    }

    /// The directory of an SQLite database.
    pub(crate) fn dir(&self, configuration: &Path) -> Result<PathBuf, Failure> {
        if self.database_url.is_some() {
            return Err(Failure::misuse(
                "postgresql",
                "this is about a database in a directory, and --database-url (or ENTENTE_DATABASE_URL) names PostgreSQL",
                "use pg_dump and pg_restore, and after a restore `entente recover`",
            ));
        }
        Ok(self.data_dir.clone().unwrap_or_else(|| beside(configuration)))
    }

    /// The secrets of the configuration file at `configuration`: a file also where the database is PostgreSQL.
    pub(crate) fn secrets(&self, configuration: &Path) -> Secrets {
        Secrets::of(configuration, self.data_dir.as_deref())
    }
}

/// The usual directory for a configuration file. Where a database lies with the file itself, it is that one: a second one
/// would make everything twice.
pub(crate) fn beside(configuration: &Path) -> PathBuf {
    let dir = configuration.parent().unwrap_or(Path::new(""));
    if dir.join(DATABASE_FILE).exists() { dir.to_owned() } else { dir.join(USUAL_DIR) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_directory_is_beside_the_file() {
        assert_eq!(beside(Path::new("/etc/entente/acme.yaml")), Path::new("/etc/entente/entente-data"));
        assert_eq!(beside(Path::new("acme.yaml")), Path::new("entente-data"));
    }
}
