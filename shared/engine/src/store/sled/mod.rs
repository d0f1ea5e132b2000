//! The store on a disk: sled 0.34.7, hardened.
//!
//! What sled does not do by itself, and this file does (`reliability.md` 0, 1b, 2.1):
//!
//! - `flush` is no fsync on Linux: after it we sync the `db` file and the folders ourselves, and `conf` once;
//! - a leftover of an interrupted snapshot (`snap.*.generating`) makes it unopenable: removed before opening;
//! - large values go to blob files that are never synced: values are cut into pieces ([`pieces`]), and every
//!   sync asserts that the blob folder is empty;
//! - damage makes it panic: every call is guarded, a panic is [`StoreError::Damaged`];
//! - what does not open is moved aside, for a look, and an empty store takes its place: it is never the
//!   only copy.
//!
//! A failed sync is never tried again: the store stops.

mod pieces;

use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::{Changes, Store, StoreError};

/// Memory that sled may use for its page cache.
pub const CACHE_BYTES: u64 = 64 << 20;
/// sled's segment size, pinned: another one does not open. Its default.
const SEGMENT_BYTES: usize = 512 << 10;
/// How often sled's own thread collects garbage (and syncs, without telling anybody of errors).
const TIDY_MS: u64 = 1_000;

/// A store in a folder of its own.
pub struct SledStore {
    db: sled::Db,
    folder: PathBuf,
    file: File,
    folders: Vec<File>,
    has_stopped: AtomicBool,
}

/// A store, and what had to be moved aside for it.
pub struct Opened {
    /// The store.
    pub store: SledStore,
    /// Why an older one did not open; it now lies beside, in the folder's name with `.broken` behind.
    pub moved_aside: Option<String>,
}

impl SledStore {
    /// Opens the store in `folder`, or moves what does not open aside and begins an empty one.
    ///
    /// `Stopped` when another process has it open; `Refused` when the disk has no room to open it.
    pub fn open(folder: &Path) -> Result<Opened, StoreError> {
        match SledStore::open_as_is(folder) {
            Ok(store) => Ok(Opened { store, moved_aside: None }),
            Err(StoreError::Damaged(why)) => {
                move_aside(folder).map_err(|e| StoreError::Stopped(format!("moving the broken store aside: {e}")))?;
                let store = SledStore::open_as_is(folder)?;
                Ok(Opened { store, moved_aside: Some(why) })
            }
            Err(other) => Err(other),
        }
    }

    fn open_as_is(folder: &Path) -> Result<SledStore, StoreError> {
        prepare(folder).map_err(|e| failed("preparing the folder", &e))?;
        check_blobs(folder).map_err(StoreError::Damaged)?;
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .segment_size(SEGMENT_BYTES)
            .flush_every_ms(Some(TIDY_MS))
            .mode(sled::Mode::HighThroughput);
        let db = guarded(|| config.open())?;
        let open = |path: PathBuf| File::open(&path).map_err(|e| failed("opening the store's files", &e));
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let store = SledStore {
            db,
            folder: folder.to_owned(),
            file: open(folder.join("db"))?,
            folders: vec![open(folder.to_owned())?, open(parent.to_owned())?],
            has_stopped: AtomicBool::new(false),
        };
        open(folder.join("conf"))?.sync_all().map_err(|e| failed("syncing conf", &e))?;
        store.sync()?;
        Ok(store)
    }

    fn tree(&self, name: &str) -> Result<sled::Tree, StoreError> {
        self.check_running()?;
        guarded(|| self.db.open_tree(name))
    }

    fn check_running(&self) -> Result<(), StoreError> {
        match self.has_stopped.load(Ordering::Acquire) {
            true => Err(StoreError::Stopped("an earlier sync failed".to_owned())),
            false => Ok(()),
        }
    }

    fn sync_files(&self) -> Result<(), String> {
        guarded(|| self.db.flush()).map_err(|e| e.to_string())?;
        self.file.sync_all().map_err(|e| format!("fsync of db: {e}"))?;
        for folder in &self.folders {
            folder.sync_all().map_err(|e| format!("fsync of a folder: {e}"))?;
        }
        check_blobs(&self.folder)
    }
}

impl Store for SledStore {
    fn get(&self, tree: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let tree = self.tree(tree)?;
        pieces::get(&tree, key)
    }

    fn scan(
        &self,
        tree: &str,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let tree = self.tree(tree)?;
        pieces::scan(&tree, prefix, after, limit)
    }

    fn write(&self, tree: &str, changes: &Changes) -> Result<(), StoreError> {
        let tree = self.tree(tree)?;
        let batch = pieces::batch(&tree, changes)?;
        guarded(|| tree.apply_batch(batch))
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.check_running()?;
        self.sync_files().map_err(|why| {
            self.has_stopped.store(true, Ordering::Release);
            StoreError::Stopped(why)
        })
    }

    fn wipe(&self, tree: &str) -> Result<(), StoreError> {
        self.check_running()?;
        self.tree(tree)?; // a tree that is not open is not known to `drop_tree`
        guarded(|| self.db.drop_tree(tree)).map(|_| ())
    }
}

/// Runs a call into sled; its panics are damage, its I/O errors are told apart.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(e))) => Err(failed("sled", &e)),
        Ok(Err(e)) => Err(StoreError::Damaged(e.to_string())),
        Err(_) => Err(StoreError::Damaged("sled panicked".to_owned())),
    }
}

fn failed(doing: &str, error: &io::Error) -> StoreError {
    let text = format!("{doing}: {error}");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Refused(text),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::Stopped(text),
        _ if text.contains("could not acquire lock") => {
            StoreError::Stopped(format!("in use by another process ({text})"))
        }
        _ => StoreError::Damaged(text),
    }
}

/// Makes the folder and removes what an interrupted snapshot left there.
fn prepare(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn check_blobs(folder: &Path) -> Result<(), String> {
    let mut blobs = match fs::read_dir(folder.join("blobs")) {
        Ok(blobs) => blobs,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(format!("reading the blob folder: {e}")),
    };
    match blobs.next() {
        Some(_) => Err("the blob folder is not empty".to_owned()),
        None => Ok(()),
    }
}

/// Renames the folder; the one moved aside before is removed, so that damage does not fill the disk.
fn move_aside(folder: &Path) -> io::Result<()> {
    let mut name = folder.as_os_str().to_owned();
    name.push(".broken");
    let aside = PathBuf::from(name);
    match fs::remove_dir_all(&aside) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    fs::rename(folder, aside)
}
