//! Mails, announced before they are handed to the mail server: one for each request, whatever breaks in between.

use crate::{
    Fence, Store, StoreError,
    sql::{Row, damaged, texts},
};

/// What is known of a request's mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMail {
    /// The record that asks for it.
    pub request: String,
    /// What became of it.
    pub state: SentMail,
    /// What the server said last, or why it was not reached.
    pub answer: String,
    /// How often it was announced.
    pub n_tries: i64,
    /// Not before this time is it tried again.
    pub next_ms: i64,
}

/// What became of a mail that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentMail {
    /// It may have been handed over, and was not heard of.
    Unheard,
    /// It surely did not leave, and is tried again.
    PutOff,
    /// The server took it.
    Accepted,
    /// The server refused it for good.
    Refused,
}

impl SentMail {
    const ALL: [Self; 4] = [Self::Unheard, Self::PutOff, Self::Accepted, Self::Refused];

    fn as_str(self) -> &'static str {
        match self {
            Self::Unheard => "unheard",
            Self::PutOff => "put-off",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

impl Store {
    /// What is known of the mails of these requests.
    pub async fn mails(&self, org: &str, requests: &[String]) -> Result<Vec<KnownMail>, StoreError> {
        const SQL: &str = "
            SELECT * FROM mail WHERE org = $2 AND request IN (SELECT r.value->>'text' FROM json_each($1) AS r)";
        self.db().rows(SQL, &[texts(requests)?, org.into()]).await?.iter().map(read).collect()
    }

    /// Announces a request's mail; `false` when it must not leave, because it left before or may have. Must return before
    /// anything is said to the mail server.
    pub async fn announce_mail(&self, fence: &Fence, request: &str, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "
            INSERT INTO mail (org, request, state, answer, tries, next_ms, announced_ms)
            VALUES ($1, $2, 'unheard', '', 1, 0, $3)
            ON CONFLICT (org, request) DO UPDATE
            SET state = 'unheard', tries = mail.tries + 1, announced_ms = excluded.announced_ms
            WHERE mail.state = 'put-off'";
        let n_rows = self.change_mail(fence, SQL, &[(&fence.org).into(), request.into(), now_ms.into()]).await?;
        Ok(n_rows > 0)
    }

    /// Notes what became of a mail that was announced.
    pub async fn settle_mail(
        &self,
        fence: &Fence,
        request: &str,
        state: SentMail,
        answer: &str,
        next_ms: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE mail SET state = $3, answer = $4, next_ms = $5
            WHERE org = $1 AND request = $2 AND state = 'unheard'";
        let params = [(&fence.org).into(), request.into(), state.as_str().into(), answer.into(), next_ms.into()];
        self.change_mail(fence, SQL, &params).await.map(drop)
    }

    /// A person was told that a mail was refused or not heard of: if it is asked for again, it is sent again.
    pub async fn forget_mail(&self, fence: &Fence, request: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM mail WHERE org = $1 AND request = $2 AND state <> 'accepted'";
        self.change_mail(fence, SQL, &[(&fence.org).into(), request.into()]).await.map(drop)
    }

    async fn change_mail(
        &self,
        fence: &Fence,
        sql: &'static str,
        params: &[crate::sql::Param],
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let n_rows = tx.run(sql, params).await?;
        tx.commit().await?;
        Ok(n_rows)
    }
}

fn read(row: &Row) -> Result<KnownMail, StoreError> {
    let written = row.text("state")?;
    let state = SentMail::ALL.into_iter().find(|state| state.as_str() == written);
    Ok(KnownMail {
        request: row.text("request")?,
        state: state.ok_or_else(|| damaged("state", &format!("holds \"{written}\"")))?,
        answer: row.text("answer")?,
        n_tries: row.int("tries")?,
        next_ms: row.int("next_ms")?,
    })
}
