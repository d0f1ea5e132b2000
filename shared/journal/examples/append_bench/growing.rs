//! The machine's files, except that nothing is preallocated: zeros are not written, so that a segment grows
//! with every group and each sync has to write the file's new length and blocks too.

use std::io;
use std::path::Path;
use std::sync::Arc;

use xh_journal::files::{DiskFile, Files, Held, MachineFiles};

/// See the module's essay.
pub struct GrowingFiles;

struct GrowingFile {
    file: Arc<dyn DiskFile>,
    is_segment: bool,
}

/// What a segment claims to be long.
const SEGMENT_BYTES: u64 = xh_journal::disk::SEGMENT_BYTES_DEFAULT;

impl DiskFile for GrowingFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.is_segment && bytes.first() == Some(&0) {
            return Ok(());
        }
        self.file.write_at(bytes, offset)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        let there = self.file.length()?.saturating_sub(offset).min(into.len() as u64) as usize;
        into[there..].fill(0);
        self.file.read_at(&mut into[..there], offset)
    }

    fn length(&self) -> io::Result<u64> {
        if self.is_segment { Ok(SEGMENT_BYTES) } else { self.file.length() }
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

fn wrap(path: &Path, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
    Arc::new(GrowingFile { file, is_segment: path.to_string_lossy().contains(".seg") })
}

impl Files for GrowingFiles {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        MachineFiles.create_folder(folder)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(wrap(path, MachineFiles.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(wrap(path, MachineFiles.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        MachineFiles.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        MachineFiles.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        MachineFiles.sync_folder(folder)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        MachineFiles.list(folder)
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        MachineFiles.free_bytes(folder)
    }

    fn lock(&self, path: &Path) -> io::Result<Held> {
        MachineFiles.lock(path)
    }
}
