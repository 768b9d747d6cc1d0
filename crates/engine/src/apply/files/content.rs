//! The content of a file on its way from one side to the other: opened anew for each sending, never held as a whole.

use std::{io, sync::Arc};

use entente_core::{Side, files::FileKey};
use entente_jira::OpenFile;
use entente_transport::{BoxFuture, ByteStream};
use futures_util::{StreamExt, stream};

use crate::{outside::org::files, round::Scene};

/// How a file is opened on the side where it is.
pub(super) fn of(scene: &Scene<'_>, key: &FileKey, n_bytes: u64) -> OpenFile {
    let (org, site, key) = (scene.wired.org.client.clone(), scene.wired.site.client.clone(), key.clone());
    Arc::new(move || -> BoxFuture<'static, io::Result<ByteStream>> {
        let (org, site, key) = (org.clone(), site.clone(), key.clone());
        Box::pin(async move {
            let body = match key.origin {
                Side::Salesforce => files::open(org, key.file).await?,
                Side::Jira => site.download(&key.file).await.map_err(io::Error::other)?.body,
            };
            exactly(body, n_bytes)
        })
    })
}

/// A page that says something else, or a body that was cut short, must not become a file.
fn exactly(body: ByteStream, n_bytes: u64) -> io::Result<ByteStream> {
    if let Some(length) = body.length().filter(|length| *length != n_bytes) {
        return Err(io::Error::other(format!("it should have {n_bytes} bytes, and {length} were announced")));
    }
    let counted = stream::unfold((body.into_stream(), Some(n_bytes)), move |(mut body, left)| async move {
        let left = left?;
        let (piece, left) = match body.next().await {
            None if left == 0 => return None,
            None => (Err(io::Error::other(format!("it ended {left} bytes too early"))), None),
            Some(Err(error)) => (Err(error), None),
            Some(Ok(piece)) => match left.checked_sub(piece.len() as u64) {
                Some(left) => (Ok(piece), Some(left)),
                None => (Err(io::Error::other(format!("it has more than {n_bytes} bytes"))), None),
            },
        };
        Some((piece, (body, left)))
    });
    Ok(ByteStream::new(counted, Some(n_bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(pieces: &[&'static str], length: Option<u64>, n_bytes: u64) -> Result<String, String> {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok((*piece).into())).collect();
        let mut body = exactly(ByteStream::new(stream::iter(pieces), length), n_bytes).map_err(|e| e.to_string())?;
        let mut text = String::new();
        while let Some(piece) = body.next().await {
            text += std::str::from_utf8(&piece.map_err(|error| error.to_string())?).unwrap();
        }
        Ok(text)
    }

    #[tokio::test]
    async fn only_what_was_announced_goes_over() {
        assert_eq!(read(&["ab", "c"], None, 3).await.as_deref(), Ok("abc"));
        assert_eq!(read(&[], Some(0), 0).await.as_deref(), Ok(""));
        for (pieces, length, why) in [
            (["ab", "c"], Some(4), "4 were announced"),
            (["a", "b"], None, "1 bytes too early"),
            (["abc", "d"], None, "more than 3"),
        ] {
            let error = read(&pieces, length, 3).await.unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
