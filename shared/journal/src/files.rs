//! Files: the seam between what is kept and the machine that keeps it.
//!
//! Everything that this room writes to disk goes through [`Files`] and [`DiskFile`], so that tests can
//! fail any call, and can take from a record of the calls the image that a power failure would leave.
//! It must not know what is in the files.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// A lock that lasts as long as it is held.
pub type Held = Box<dyn Send + Sync>;

/// A file that is open for reading and writing at any place.
pub trait DiskFile: Send + Sync {
    /// Writes all of it there. Durable only after [`DiskFile::sync`].
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Fills all of the buffer from there.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()>;
    /// How long it is.
    fn length(&self) -> io::Result<u64>;
    /// Makes everything written before durable, the length too.
    fn sync(&self) -> io::Result<()>;
}

/// A file system, as much of it as is needed.
pub trait Files: Send + Sync + 'static {
    /// Makes the folder and those above it, durably, where they are missing.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes an empty file, or empties the one there.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file that is there.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;
    /// Renames within one folder, over what is there. Durable only after [`Files::sync_folder`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. Durable only after [`Files::sync_folder`].
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in the folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// The names in the folder, sorted.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Bytes that may still be written to the file system of this folder.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;
    /// Takes the lock of this path for this process and handle; `WouldBlock` when somebody has it.
    fn lock(&self, path: &Path) -> io::Result<Held>;
}

/// The machine's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineFiles;

impl DiskFile for File {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_exact_at(into, offset)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Files for MachineFiles {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(above) = above {
            self.create_folder(above)?;
        }
        match fs::create_dir(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => self.sync_folder(above.unwrap_or(Path::new(".")))?,
        }
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        Ok(Arc::new(options.read(true).write(true).create(true).truncate(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(OpenOptions::new().read(true).write(true).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(folder)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn lock(&self, path: &Path) -> io::Result<Held> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(file)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }
}

/// The ending of a file that is being made; one that is found at the start is rubbish.
pub const UNFINISHED: &str = ".tmp";

/// Puts a whole small file in place durably: write aside, sync, rename, sync the folder. After a crash
/// the old or the new one is there, never a mixture.
pub fn replace_durably(files: &dyn Files, folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let aside = folder.join(format!("{name}{UNFINISHED}"));
    let file = files.create(&aside)?;
    file.write_at(bytes, 0)?;
    file.sync()?;
    files.rename(&aside, &folder.join(name))?;
    files.sync_folder(folder)
}

/// Reads a whole file; `None` when it is not there.
pub fn read_whole(files: &dyn Files, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match files.open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let length = usize::try_from(file.length()?).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; length];
    file.read_at(&mut bytes, 0)?;
    Ok(Some(bytes))
}

/// Writes zeros, in pieces, from `offset` to `end`: blocks that exist and are written need no allocation
/// at the next sync, which makes that sync several times cheaper.
pub fn write_zeros(file: &dyn DiskFile, mut offset: u64, end: u64) -> io::Result<()> {
    const PIECE: usize = 1 << 20;
    let zeros = vec![0; PIECE.min(usize::try_from(end.saturating_sub(offset)).unwrap_or(PIECE))];
    while offset < end {
        let length = zeros.len().min(usize::try_from(end - offset).unwrap_or(PIECE));
        file.write_at(&zeros[..length], offset)?;
        offset += length as u64;
    }
    Ok(())
}

/// Whether the error says that the disk has no room, rather than that it is broken.
pub fn is_full(e: &io::Error) -> bool {
    matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
