//! Where a demo lives: a temporary directory that goes at the end, or one that keeps world and database together.
//!
//! The world's file carries the database's incarnation and is away while the demo runs, so that a world never meets a
//! database that has seen another one.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use entente_sandbox::World;
use entente_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{Failure, USUAL_DIR};
use crate::ready::write_whole;
use crate::web::fresh_secret;

const CONFIGURATION: &str = "demo.yaml";
const WORLD: &str = "world.json";
const TEMPLATE: &str = include_str!("configuration.yaml");

/// Where everything of one demo is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Urls {
    /// The server.
    pub(crate) server: String,
    /// The org.
    pub(crate) salesforce: String,
    /// The site.
    pub(crate) jira: String,
}

/// A world as it was saved.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// The database that belongs to it.
    incarnation: String,
    /// Where it was reached.
    pub(crate) urls: Urls,
    /// Its content.
    world: String,
}

impl Saved {
    /// The world, with the addresses of today in whatever it says about its own parts and where it pushes to.
    pub(crate) fn world_at(&self, urls: &Urls) -> Value {
        // Text that is no JSON becomes null, which no world accepts.
        serde_json::from_str(&moved(&self.world, &self.urls, urls)).unwrap_or_default()
    }
}

/// The directory of one demo.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    data_dir: PathBuf,
    temporary: Option<TempDir>,
}

impl Home {
    /// At `dir`, or nowhere for long.
    pub(crate) fn at(dir: Option<PathBuf>) -> Result<Self, Failure> {
        if let Some(dir) = dir {
            // It will hold secrets.
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir);
            made.map_err(|error| Failure::file("create", &dir, &error))?;
            let dir = std::path::absolute(&dir).map_err(|error| Failure::file("find", &dir, &error))?;
            return Ok(Self { data_dir: dir.clone(), dir, temporary: None });
        }
        let temporary = tempfile::Builder::new().prefix("entente-demo-").tempdir();
        let temporary = temporary.map_err(|error| Failure::machine("cannot make a temporary directory", &error))?;
        let dir = temporary.path().to_owned();
        // As `serve` would choose it, so that `entente verify --config` finds it too.
        Ok(Self { data_dir: dir.join(USUAL_DIR), dir, temporary: Some(temporary) })
    }

    /// Where the database lies.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directory, if it outlives the demo.
    pub(crate) fn kept(&self) -> Option<&Path> {
        self.temporary.is_none().then_some(self.dir.as_path())
    }

    /// The world that was saved here with this database; none when both are new.
    pub(crate) async fn load(&self, store: &Store) -> Result<Option<Saved>, Failure> {
        let file = self.dir.join(WORLD);
        let text = match fs::read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return if store.journal_tail(0, 1).await?.is_empty() { Ok(None) } else { Err(self.without_world()) };
            }
            Err(error) => return Err(Failure::file("read", &file, &error)),
        };
        let saved: Saved = serde_json::from_slice(&text).map_err(|error| self.broken(&error.to_string()))?;
        if saved.incarnation == store.incarnation() {
            return Ok(Some(saved));
        }
        let message = format!("the world and the database in {} do not belong together", self.dir.display());
        Err(Failure::misuse("mismatch", message, "restore both from one backup, or choose another --data-dir"))
    }

    fn without_world(&self) -> Failure {
        let dir = self.dir.display();
        let message = format!("{dir} has a database and no world: it is not a demo's, or the demo there was killed");
        Failure::misuse("mismatch", message, "choose another --data-dir, or remove this one to begin anew")
    }

    /// The refusal of a world that cannot be read.
    pub(crate) fn broken(&self, reason: &str) -> Failure {
        let message = format!("{} is not a world: {reason}", self.dir.join(WORLD).display());
        Failure::misuse("not-a-world", message, "restore it from a backup, or choose another --data-dir")
    }

    /// Writes the configuration; one that a person may have changed keeps all but the addresses.
    pub(crate) fn write_configuration(&self, urls: &Urls, before: Option<&Urls>) -> Result<PathBuf, Failure> {
        let file = self.dir.join(CONFIGURATION);
        let text = match (before, fs::read_to_string(&file)) {
            (Some(before), Ok(text)) => moved(&text, before, urls),
            _ => self.configuration(urls)?,
        };
        write_whole(&file, &text).map_err(|error| Failure::file("write", &file, &error))?;
        Ok(file)
    }

    fn configuration(&self, urls: &Urls) -> Result<String, Failure> {
        let mut text = TEMPLATE
            .replace("@SERVER@", &urls.server)
            .replace("@SALESFORCE@", &urls.salesforce)
            .replace("@JIRA@", &urls.jira);
        for (mark, name) in [
            ("@API_TOKEN@", "api-token"),
            ("@SALESFORCE_WEBHOOK_SECRET@", "salesforce-webhook-secret"),
            ("@JIRA_WEBHOOK_SECRET@", "jira-webhook-secret"),
        ] {
            let file = self.dir.join(name);
            write_whole(&file, &format!("{}\n", fresh_secret()))
                .map_err(|error| Failure::file("write", &file, &error))?;
            // A JSON string is a YAML string, whatever the path holds.
            text = text.replace(mark, &Value::from(format!("file:{}", file.display())).to_string());
        }
        Ok(text)
    }

    /// Takes the saved world away: from here on the database goes ahead of it.
    pub(crate) fn forget_saved(&self) -> Result<(), Failure> {
        let file = self.dir.join(WORLD);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file("remove", &file, &error)),
            _ => Ok(()),
        }
    }

    /// Saves the world beside its database, if they are to be kept; the answer says so.
    pub(crate) fn save(&self, store: &Store, world: &World, urls: &Urls) -> Result<Option<String>, Failure> {
        let Some(dir) = self.kept() else { return Ok(None) };
        let saved =
            Saved { incarnation: store.incarnation().to_owned(), urls: urls.clone(), world: world.save().to_string() };
        let file = dir.join(WORLD);
        let text = serde_json::to_string(&saved).map_err(io::Error::other);
        text.and_then(|text| write_whole(&file, &text)).map_err(|error| Failure::file("write", &file, &error))?;
        Ok(Some(format!("World and database are kept in {}.", dir.display())))
    }
}

/// `text` with other addresses.
fn moved(text: &str, before: &Urls, now: &Urls) -> String {
    // Two steps, because an old address of one may be the new address of another.
    [(&before.server, "@SERVER@"), (&before.salesforce, "@SALESFORCE@"), (&before.jira, "@JIRA@")]
        .into_iter()
        .fold(text.to_owned(), |text, (url, mark)| text.replace(url.as_str(), mark))
        .replace("@SERVER@", &now.server)
        .replace("@SALESFORCE@", &now.salesforce)
        .replace("@JIRA@", &now.jira)
}

#[cfg(test)]
mod tests {
    use entente_sandbox::{Clock, Options, control::fault::Call};

    use super::*;

    fn urls(server: u16, salesforce: u16, jira: u16) -> Urls {
        let url = |port| format!("http://127.0.0.1:{port}");
        Urls { server: url(server), salesforce: url(salesforce), jira: url(jira) }
    }

    #[test]
    fn addresses_move_even_when_they_change_places() {
        let text = "a: http://127.0.0.1:1\nb: http://127.0.0.1:2\nc: http://127.0.0.1:3\n";
        let moved = moved(text, &urls(1, 2, 3), &urls(3, 1, 4));
        assert_eq!(moved, "a: http://127.0.0.1:3\nb: http://127.0.0.1:1\nc: http://127.0.0.1:4\n");
    }

    #[test]
    fn what_commits_late_does_so_while_the_demo_still_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = Home::at(Some(dir.path().join("demo"))).unwrap().write_configuration(&urls(7400, 7401, 7402), None);
        let file = file.unwrap();
        let document = crate::configuration::Document::read(&file, &crate::secrets::Secrets::of(&file, None)).unwrap();
        let world = World::new(&Options::default(), &Clock::real());
        let (method, route, path) = ("POST", "/rest/api/3/issue", "/rest/api/3/issue");
        let call = Call { method, route, path, body: b"", in_composite: false };
        world.jira.control().add_fault(&serde_json::json!({ "name": "late_commit" })).unwrap();
        let delay_ms = world.jira.control().draw_fault(&call).unwrap().delay_ms;
        for connection in document.config.unwrap().connections.values() {
            assert!(delay_ms < u64::from(connection.settle_seconds) * 1_000, "{}: {delay_ms} ms", connection.name);
        }
    }

    #[test]
    fn the_template_is_a_valid_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(Some(dir.path().join("it's a \"demo\""))).unwrap();
        let file = home.write_configuration(&urls(7400, 7401, 7402), None).unwrap();
        let document = crate::configuration::Document::read(&file, &crate::secrets::Secrets::of(&file, None)).unwrap();
        assert_eq!(document.problems, []);
        let config = document.config.unwrap();
        assert_eq!(config.server.api_tokens[0].expose().len(), 64);
        assert!(config.item(super::super::ITEM).is_some());
        assert!(config.connections.contains_key(super::super::ORG));
    }

    #[tokio::test]
    async fn a_world_is_loaded_with_its_own_database_only() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(Some(dir.path().to_owned())).unwrap();
        let world = World::new(&entente_sandbox::Options::default(), &entente_sandbox::Clock::real());
        let (one, other) = (Store::memory().await.unwrap(), Store::memory().await.unwrap());
        assert!(home.load(&one).await.unwrap().is_none());
        home.save(&one, &world, &urls(1, 2, 3)).unwrap();
        assert_eq!(home.load(&one).await.unwrap().unwrap().urls, urls(1, 2, 3));
        let refusal = format!("{:?}", home.load(&other).await.unwrap_err());
        assert!(refusal.contains("do not belong together"), "{refusal}");
    }

    #[tokio::test]
    async fn a_database_that_lost_its_world_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(Some(dir.path().to_owned())).unwrap();
        let store = Store::memory().await.unwrap();
        store.journal(&[entente_store::NewEntry::default()], 1).await.unwrap();
        let refusal = format!("{:?}", home.load(&store).await.unwrap_err());
        assert!(refusal.contains("has a database and no world"), "{refusal}");
    }
}
