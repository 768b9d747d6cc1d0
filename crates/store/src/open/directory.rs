//! The data directory: private to its user, on a local disk, and used by one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

use crate::StoreError;

const LOCK_FILE: &str = "entente.lock";
/// How many creations were sent with the database beside it.
const CREATIONS_FILE: &str = "entente.creations";

/// A directory that is ours until this value is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
    /// The number that the file of creations has, once this process has written it.
    creations: Mutex<i64>,
}

impl Directory {
    pub(crate) fn lock(dir: &Path) -> Result<Self, StoreError> {
        create(dir).map_err(at(dir))?;
        let path = dir.canonicalize().map_err(at(dir))?;
        if let Some(kind) = network_kind(&path, &fs::read_to_string("/proc/self/mounts").unwrap_or_default()) {
            return Err(StoreError::NetworkDisk { dir: path, kind });
        }
        let lock_path = path.join(LOCK_FILE);
        let lock = private(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { pid: holder(lock), dir: path }),
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path: lock_path, source }),
        }
        sign(&lock).map_err(at(&lock_path))?;
        Ok(Self { path, _lock: lock, creations: Mutex::new(0) })
    }

    /// The path of a file in the directory, which is there and private from now on. SQLite gives its journals the same
    /// rights (https://www.sqlite.org/src/doc/trunk/src/os_unix.c, findCreateFileMode).
    pub(crate) fn private_file(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.path.join(name);
        private(&path).map_err(at(&path))?;
        Ok(path)
    }

    /// Notes how many creations were sent with the database of this id: never fewer than before, and whole.
    pub(crate) fn note_creations(&self, incarnation: &str, count: i64) -> Result<(), StoreError> {
        let mut noted = self.creations.lock();
        if *noted >= count {
            return Ok(());
        }
        let (path, part) = (self.path.join(CREATIONS_FILE), self.path.join(format!("{CREATIONS_FILE}.part")));
        let write = |mut file: File| {
            file.set_len(0)?;
            writeln!(file, "{incarnation} {count}")?;
            file.sync_all()?;
            fs::rename(&part, &path)
        };
        private(&part).and_then(write).map_err(at(&path))?;
        *noted = count;
        Ok(())
    }

    /// With which database creations were sent here, and how many, if that was noted.
    pub(crate) fn creations(&self) -> Result<Option<(String, i64)>, StoreError> {
        let path = self.path.join(CREATIONS_FILE);
        match fs::read_to_string(&path) {
            Ok(note) => {
                let noted = note.trim().split_once(' ');
                Ok(noted.and_then(|(of, count)| Some((of.to_owned(), count.parse().ok()?))))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

fn create(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// A file that only its owner may read.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes our process id into the lock, for the message that the next one prints.
fn sign(mut lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{}", std::process::id())?;
    lock.flush()
}

fn holder(mut lock: File) -> Option<u32> {
    let mut pid = String::new();
    lock.read_to_string(&mut pid).ok()?;
    pid.trim().parse().ok()
}

/// The network file system that a path lies on, if it does: SQLite's locks do not hold there
/// (https://www.sqlite.org/useovernet.html). Where there is no list of mounts, nothing is refused.
fn network_kind(path: &Path, mounts: &str) -> Option<String> {
    const KINDS: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs"];
    let (_, kind) = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some((words.next()?.replace("\\040", " "), words.next()?))
        })
        .filter(|(mount, _)| path.starts_with(mount))
        .max_by_key(|(mount, _)| mount.len())?;
    KINDS.contains(&kind).then(|| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_creations_never_falls() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::lock(dir.path()).unwrap();
        for count in [1, 5, 3] {
            directory.note_creations("this", count).unwrap();
        }
        assert_eq!(directory.creations().unwrap(), Some(("this".to_owned(), 5)), "rounds end in any order");
    }

    #[test]
    fn the_innermost_mount_decides() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\nnas:/v /srv/team\\040data nfs4 rw 0 0\n/dev/sdb1 /srv/team\\040data/fast xfs rw 0 0\n";
        for (path, kind) in [
            ("/var/lib/entente", None),
            ("/srv/team data/entente", Some("nfs4")),
            ("/srv/team data/fast/entente", None),
            ("/srv/team database", None),
        ] {
            assert_eq!(network_kind(Path::new(path), mounts).as_deref(), kind, "{path}");
        }
        assert_eq!(network_kind(Path::new("/srv"), ""), None);
    }
}
