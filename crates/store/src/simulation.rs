//! What a simulation does to durable writes: it lets the machine die before or after one, refuses one, and goes back to
//! an older image of the database. Compiled only with the feature `simulation`, which no release is built with.

use std::cell::RefCell;

use sqlx::sqlite::{SqliteConnectOptions, SqliteOwnedBuf};
use tokio::sync::OnceCell;

use crate::{Store, StoreError, sql::Db};

/// Around a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// It is about to happen.
    Before,
    /// It has happened.
    After,
}

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Nothing special.
    Goes,
    /// The database is locked.
    Busy,
    /// The disk is full, or the process is dead: nothing is written any more.
    Fails,
}

type Probe = Box<dyn FnMut(Moment) -> Fate>;

thread_local! {
    static PROBE: RefCell<Option<Probe>> = const { RefCell::new(None) };
}

/// Asks `probe` about every commit of this thread from now on.
pub fn watch(probe: Option<Probe>) {
    PROBE.set(probe);
}

/// Whether this thread's commits are watched: then several machines work on its database.
pub(crate) fn is_watched() -> bool {
    PROBE.with_borrow(Option::is_some)
}

pub(crate) fn at(moment: Moment) -> Result<(), StoreError> {
    let fate = PROBE.with_borrow_mut(|probe| probe.as_mut().map_or(Fate::Goes, |probe| probe(moment)));
    match fate {
        Fate::Goes => Ok(()),
        Fate::Busy => Err(StoreError::Busy("the simulation says so".into())),
        Fate::Fails => Err(StoreError::Unreachable("the simulation says so".into())),
    }
}

/// A whole database, as it was.
#[derive(Debug)]
pub struct Image(SqliteOwnedBuf);

/// A database of the newest form that nobody has used. Migrating takes longer than what a day of a history writes.
static BLANK: OnceCell<Image> = OnceCell::const_new();

impl Store {
    /// A database in memory as [`Store::memory`] makes it, and far quicker.
    pub async fn blank() -> Result<Self, StoreError> {
        let blank = BLANK.get_or_try_init(async || Self::memory().await?.image().await).await?;
        Self::from_image(Image(SqliteOwnedBuf::try_from(blank.0.as_ref())?)).await
    }

    /// Whether no statement and no transaction is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let Db::Sqlite { write, .. } = self.db() else { return true };
        write.num_idle() == write.size() as usize
    }

    /// The database as it is now.
    pub async fn image(&self) -> Result<Image, StoreError> {
        let Db::Sqlite { write, .. } = self.db() else { return Err(not_here()) };
        Ok(Image(write.acquire().await?.serialize(None).await?))
    }

    /// A database in memory that begins as an image.
    pub async fn from_image(image: Image) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        let pool = crate::open::sqlite_pool(1).connect_with(options).await?;
        pool.acquire().await?.deserialize(None, image.0, false).await?;
        Self::start(Db::Sqlite { write: pool.clone(), read: pool }, None).await
    }
}

fn not_here() -> StoreError {
    StoreError::Refused("only SQLite has images".into())
}
