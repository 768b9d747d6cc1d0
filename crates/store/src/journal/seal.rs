//! The chain of seals: each row's is the SHA-256 over the seal before it and its own content.

use sha2::{Digest as _, Sha256};

use super::Appended;
use crate::{
    Store, StoreError,
    sql::{Row, without_nul},
};

/// What the journal's verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every seal is right: this many rows, of which this many are from before there were seals.
    Intact {
        /// All rows.
        rows: u64,
        /// Rows without a seal, all at the beginning.
        unsealed: u64,
    },
    /// The first row that is not what was written, or before which one is missing.
    Broken {
        /// Its number; none when rows are missing at the end.
        id: Option<i64>,
    },
}

/// Name of the seal of the newest row, in `meta`.
pub(super) const HEAD: &str = "journal seal";
/// Name of the number of the last row that was let go, in `meta`.
const LET_GO: &str = "journal let go";
/// Name of that row's seal, in `meta`.
const LET_GO_SEAL: &str = "journal let go seal";
/// Rows read at once by a verification.
const VERIFIED_AT_ONCE: usize = 5_000;

impl Store {
    /// Whether the journal is what was written: nothing changed, nothing taken away.
    pub async fn verify_journal(&self) -> Result<Verified, StoreError> {
        let (mut after, mut rows, mut unsealed) = (0, 0, 0);
        let mut seal = self.meta(LET_GO_SEAL).await?.unwrap_or_default();
        loop {
            const SQL: &str = "SELECT * FROM journal WHERE id > $1 ORDER BY id LIMIT $2";
            let page = self.db().rows(SQL, &[after.into(), VERIFIED_AT_ONCE.into()]).await?;
            let Some(last) = page.last() else { break };
            after = last.int("id")?;
            for row in &page {
                rows += 1;
                match row.text_or_null("seal")? {
                    None if seal.is_empty() => unsealed += 1,
                    Some(own) if own == sealed(&seal, &content_of(row)?) => seal = own,
                    _ => return Ok(Verified::Broken { id: Some(row.int("id")?) }),
                }
            }
        }
        match self.meta(HEAD).await?.unwrap_or_default() == seal {
            true => Ok(Verified::Intact { rows, unsealed }),
            false => Ok(Verified::Broken { id: None }),
        }
    }

    /// Lets go of entries older than `before_ms`, oldest first; answers how many.
    pub async fn let_go(&self, before_ms: i64) -> Result<u64, StoreError> {
        const LAST: &str = "
            SELECT id, seal FROM journal WHERE id < COALESCE((SELECT MIN(id) FROM journal WHERE at_ms >= $1), $2)
            ORDER BY id DESC LIMIT 1";
        const NOTE: &str = "
            INSERT INTO meta (name, content) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET content = excluded.content";
        let mut tx = self.begin().await?;
        let Some(last) = tx.row(LAST, &[before_ms.into(), i64::MAX.into()]).await? else { return Ok(0) };
        let id = last.int("id")?;
        tx.run(NOTE, &[LET_GO.into(), (&id.to_string()).into()]).await?;
        tx.run(NOTE, &[LET_GO_SEAL.into(), (&last.text_or_null("seal")?.unwrap_or_default()).into()]).await?;
        let n = tx.run("DELETE FROM journal WHERE id <= $1", &[id.into()]).await?;
        tx.commit().await?;
        Ok(n)
    }

    /// When the oldest entry happened that is left, if older ones were let go.
    pub async fn journal_begins_ms(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT at_ms FROM journal ORDER BY id LIMIT 1";
        if self.meta(LET_GO).await?.is_none() {
            return Ok(None);
        }
        self.db().row(SQL, &[]).await?.map(|row| row.int("at_ms")).transpose()
    }

    async fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self.db().row("SELECT content FROM meta WHERE name = $1", &[name.into()]).await?;
        row.map(|row| row.text("content")).transpose()
    }
}

/// What a seal is about, in the order in which it is sealed.
pub(super) type Content = [Option<String>; 12];

pub(super) fn sealed(before: &str, content: &Content) -> String {
    let text = serde_json::to_string(content).unwrap_or_default();
    let digest = Sha256::new().chain_update(before).chain_update(text).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn content_of(row: &Row) -> Result<Content, StoreError> {
    let number = |column| Ok::<_, StoreError>(row.int_or_null(column)?.map(|number| number.to_string()));
    Ok([
        number("at_ms")?,
        row.text_or_null("kind")?,
        row.text_or_null("org")?,
        row.text_or_null("item")?,
        number("link_id")?,
        row.text_or_null("side")?,
        row.text_or_null("record_id")?,
        row.text_or_null("mapping")?,
        row.text_or_null("value_before")?,
        row.text_or_null("value_after")?,
        row.text_or_null("sentence")?,
        row.text_or_null("round")?,
    ])
}

impl Appended<'_> {
    /// As the row will be read, so that it can be sealed before it is written.
    pub(super) fn content(&self, now_ms: i64) -> Content {
        let text = |text: &str| Some(without_nul(text.to_owned()));
        let json = |value: &Option<String>| value.as_deref().and_then(text);
        [
            Some(now_ms.to_string()),
            text(self.kind),
            self.org.and_then(text),
            self.item.and_then(text),
            self.link_id.map(|id| id.to_string()),
            self.side.map(|side| side.as_str().to_owned()),
            self.record_id.and_then(text),
            self.mapping.and_then(|mapping| text(mapping.as_str())),
            json(&self.value_before),
            json(&self.value_after),
            text(self.sentence),
            self.round.and_then(text),
        ]
    }
}
