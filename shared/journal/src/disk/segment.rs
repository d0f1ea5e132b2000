//! The segment file: its name, its head, and how it is made.
//!
//! A segment gets its name only when it is whole: zero-filled to its full length, headed and synced. So a
//! file under a segment's name that is too short or has no good head was damaged, not unfinished.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::contract::LogId;
use crate::files::{DiskFile, Files, UNFINISHED, write_zeros};

/// Bytes before the first frame.
pub const SEGMENT_HEAD_BYTES: u32 = 64;
const MAGIC: [u8; 16] = *b"xiaohao-segment1";
const ENDING: &str = ".seg";

/// The file of a segment.
pub fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016}{ENDING}"))
}

/// The number in a segment's file name.
pub fn number(name: &str) -> Option<u64> {
    name.strip_suffix(ENDING)?.parse().ok()
}

/// The first bytes of a segment: magic, log, number, length, checksum.
fn head(identity: LogId, number: u64, length: u64) -> [u8; SEGMENT_HEAD_BYTES as usize] {
    let mut head = [0; SEGMENT_HEAD_BYTES as usize];
    head[..16].copy_from_slice(&MAGIC);
    head[16..32].copy_from_slice(&identity.0);
    head[32..40].copy_from_slice(&number.to_le_bytes());
    head[40..48].copy_from_slice(&length.to_le_bytes());
    let crc = crc32c::crc32c(&head[..48]);
    head[48..52].copy_from_slice(&crc.to_le_bytes());
    head
}

/// Whether these bytes are a whole segment of this log and number.
pub fn head_verifies(bytes: &[u8], identity: LogId, number: u64) -> bool {
    bytes.get(..SEGMENT_HEAD_BYTES as usize) == Some(&head(identity, number, bytes.len() as u64)[..])
}

/// Makes an empty segment, durably: aside, zero-filled, synced, renamed, folder synced.
pub fn make(files: &dyn Files, folder: &Path, id: LogId, number: u64, length: u64) -> io::Result<Arc<dyn DiskFile>> {
    let name = path(folder, number);
    let aside = name.with_extension(format!("seg{UNFINISHED}"));
    let made = fill(files, &aside, &head(id, number, length), length);
    if made.is_err() {
        // The disk may be full: give back what was taken. What cannot be removed is removed at the next start.
        let _ = files.remove(&aside);
    }
    let file = made?;
    files.rename(&aside, &name)?;
    files.sync_folder(folder)?;
    Ok(file)
}

fn fill(files: &dyn Files, path: &Path, head: &[u8], length: u64) -> io::Result<Arc<dyn DiskFile>> {
    let file = files.create(path)?;
    file.write_at(head, 0)?;
    write_zeros(&*file, head.len() as u64, length)?;
    file.sync()?;
    Ok(file)
}
