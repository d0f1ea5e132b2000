//! Attachments in a folder: one file each, in 256 sub-folders by the first two digits of the name.
//!
//! Written aside, synced, renamed, sub-folder synced: after a crash a file is there whole or not at all.
//! The name aside is numbered, so that two puts of one name do not write into each other.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use bytes::Bytes;

use super::{ATTACHMENT_BYTES_MAX, AttachmentError, AttachmentName, Attachments};
use crate::files::{Files, Held, MachineFiles, UNFINISHED, is_full, read_whole};

/// Digits of a name that choose the sub-folder.
const SHARD_DIGITS: usize = 2;

/// See the module's essay.
pub struct AttachmentFolder {
    files: Arc<dyn Files>,
    folder: PathBuf,
    /// Free bytes below which nothing is put any more.
    reserve_bytes: u64,
    puts: AtomicU64,
    is_stopped: AtomicBool,
    _lock: Held,
}

impl AttachmentFolder {
    /// Opens the folder, removes what was never finished.
    pub fn open(folder: &Path, reserve_bytes: u64) -> io::Result<Self> {
        Self::open_on(Arc::new(MachineFiles), folder, reserve_bytes)
    }

    /// Opens the folder on other files.
    pub fn open_on(files: Arc<dyn Files>, folder: &Path, reserve_bytes: u64) -> io::Result<Self> {
        files.create_folder(folder)?;
        let lock = files.lock(&folder.join("lock"))?;
        for shard in files.list(folder)?.iter().filter(|name| name.len() == SHARD_DIGITS) {
            let shard = folder.join(shard);
            for name in files.list(&shard)?.iter().filter(|n| n.ends_with(UNFINISHED)) {
                files.remove(&shard.join(name))?;
            }
        }
        let (puts, is_stopped) = (AtomicU64::new(0), AtomicBool::new(false));
        Ok(AttachmentFolder { files, folder: folder.to_owned(), reserve_bytes, puts, is_stopped, _lock: lock })
    }

    fn shard(&self, name: AttachmentName) -> PathBuf {
        self.folder.join(&name.to_string()[..SHARD_DIGITS])
    }

    fn path(&self, name: AttachmentName) -> PathBuf {
        self.shard(name).join(name.to_string())
    }

    fn write(&self, name: AttachmentName, bytes: &[u8]) -> Result<(), AttachmentError> {
        if self.files.free_bytes(&self.folder).map_err(failed)? < self.reserve_bytes + bytes.len() as u64 {
            return Err(AttachmentError::Full);
        }
        self.files.create_folder(&self.shard(name)).map_err(failed)?;
        let number = self.puts.fetch_add(1, SeqCst);
        let aside = self.shard(name).join(format!("{name}.{number}{UNFINISHED}"));
        let file = self.files.create(&aside).map_err(failed)?;
        if let Err(e) = file.write_at(bytes, 0) {
            // A part of it is no harm: it is aside, and what cannot be removed now is removed at the next start.
            let _ = self.files.remove(&aside);
            return Err(failed(e));
        }
        self.synced(file.sync())?;
        self.files.rename(&aside, &self.path(name)).map_err(failed)?;
        self.synced(self.files.sync_folder(&self.shard(name)))
    }

    /// After a failed sync nobody knows what the kernel has forgotten.
    fn synced(&self, sync: io::Result<()>) -> Result<(), AttachmentError> {
        sync.map_err(|_| {
            self.is_stopped.store(true, SeqCst);
            AttachmentError::Stopped
        })
    }

    fn check_going(&self) -> Result<(), AttachmentError> {
        if self.is_stopped.load(SeqCst) { Err(AttachmentError::Stopped) } else { Ok(()) }
    }
}

fn failed(e: io::Error) -> AttachmentError {
    if is_full(&e) { AttachmentError::Full } else { AttachmentError::Failed(e.to_string()) }
}

impl Attachments for AttachmentFolder {
    fn put(&self, name: AttachmentName, bytes: &[u8]) -> Result<(), AttachmentError> {
        if bytes.len() > ATTACHMENT_BYTES_MAX {
            return Err(AttachmentError::TooLarge);
        }
        self.check_going()?;
        if self.has(name)? {
            // It may have been renamed by a put that has not synced the folder yet, or whose process died.
            return self.synced(self.files.sync_folder(&self.shard(name)));
        }
        self.write(name, bytes)
    }

    fn get(&self, name: AttachmentName) -> Result<Option<Bytes>, AttachmentError> {
        Ok(read_whole(&*self.files, &self.path(name)).map_err(failed)?.map(Bytes::from))
    }

    fn has(&self, name: AttachmentName) -> Result<bool, AttachmentError> {
        match self.files.open(&self.path(name)) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(failed(e)),
        }
    }

    fn delete(&self, name: AttachmentName) -> Result<(), AttachmentError> {
        self.check_going()?;
        match self.files.remove(&self.path(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(e)),
            _ => match self.files.sync_folder(&self.shard(name)) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                synced => self.synced(synced),
            },
        }
    }
}
