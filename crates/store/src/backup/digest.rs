//! The digest of a backup's bytes. It stands within them, as a note of the database, and is reckoned as if zeros stood
//! in its place.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use memchr::memmem;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Name, in `meta`, of the digest. SQLite keeps a row's columns side by side, so the digest follows it in the file.
pub(super) const NAME: &str = "backup digest";
/// What the digest is reckoned with in its own place.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const CHUNK_BYTES: usize = 1 << 20;

/// What stands in place of the digest until it is known: nothing that a record could show, whatever people write there.
pub(super) fn blank() -> String {
    [Uuid::now_v7(), Uuid::now_v7()].map(|half| half.simple().to_string()).concat()
}

/// Puts the digest in the place of the blank.
pub(super) fn seal(path: &Path, blank: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let missing = || io::Error::other("the place of its digest was not found");
    let at = place(&mut file, blank)?.ok_or_else(missing)?;
    let digest = reckon(&mut file, at)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(digest.as_bytes())
}

/// Whether the bytes are those that were sealed with this digest.
pub(super) fn is_whole(path: &Path, digest: &str) -> io::Result<bool> {
    let mut file = File::open(path)?;
    match place(&mut file, digest)? {
        Some(at) => Ok(reckon(&mut file, at)? == digest),
        None => Ok(false),
    }
}

/// Where the digest begins.
fn place(file: &mut File, digest: &str) -> io::Result<Option<u64>> {
    let needle = format!("{NAME}{digest}");
    file.rewind()?;
    let (mut window, mut window_at) = (Vec::new(), 0);
    loop {
        let n_read = Read::take(&mut *file, CHUNK_BYTES as u64).read_to_end(&mut window)?;
        if let Some(at) = memmem::find(&window, needle.as_bytes()) {
            return Ok(Some(window_at + (at + NAME.len()) as u64));
        }
        if n_read == 0 {
            return Ok(None);
        }
        let n_past = window.len().saturating_sub(needle.len());
        window.drain(..n_past);
        window_at += n_past as u64;
    }
}

fn reckon(file: &mut File, at: u64) -> io::Result<String> {
    file.rewind()?;
    let mut sum = Sha256::new();
    feed(Read::take(&mut *file, at), &mut sum)?;
    sum.update(ZEROS);
    file.seek(SeekFrom::Start(at + ZEROS.len() as u64))?;
    feed(file, &mut sum)?;
    Ok(sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn feed(mut bytes: impl Read, sum: &mut Sha256) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match bytes.read(&mut chunk)? {
            0 => return Ok(()),
            n => sum.update(&chunk[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_shows_is_not_taken_for_the_place_of_the_digest() {
        let dir = tempfile::tempdir().unwrap();
        let (file, blank, record) = (dir.path().join("backup"), blank(), format!("{NAME}{ZEROS}"));
        std::fs::write(&file, format!("{record}, {NAME}{blank}.")).unwrap();
        seal(&file, &blank).unwrap();
        let sealed = std::fs::read_to_string(&file).unwrap();
        let digest = sealed.strip_prefix(&format!("{record}, {NAME}")).unwrap().trim_end_matches('.');
        assert_eq!(digest.len(), ZEROS.len());
        assert!(is_whole(&file, digest).unwrap());
        std::fs::write(&file, sealed.replace(", ", "; ")).unwrap();
        assert!(!is_whole(&file, digest).unwrap());
    }
}
