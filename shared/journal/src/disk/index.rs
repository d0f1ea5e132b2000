//! The index file of a closed segment: its rows and the places of its records.
//!
//! ```text
//!   magic │ log │ segment │ slots │ used │ groups │ whole │ stamp │ per slot: first, count, bytes │ CRC │ places …
//!   places: offset u32, length u32, by slot, then by position
//! ```
//!
//! Opening reads only the part under the checksum; a read by position reads the places it needs and then
//! verifies the frames they lead to. The file is rebuilt from its segment whenever it is missing or
//! does not fit, so it may be deleted at any time while the log is closed.

use std::io;
use std::path::{Path, PathBuf};

use super::segment::SEGMENT_HEAD_BYTES;
use super::shelf::{Place, Row, Segment};
use crate::contract::LogId;
use crate::files::{Files, replace_durably};

const MAGIC: [u8; 16] = *b"xiaohao-segindx1";
const ENDING: &str = ".idx";
/// Bytes before the rows.
const HEAD_BYTES: usize = 80;
const ROW_BYTES: usize = 24;
const PLACE_BYTES: usize = 8;

/// The index file of a segment.
pub fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(name(number))
}

fn name(number: u64) -> String {
    format!("{number:016}{ENDING}")
}

/// The number in an index file's name.
pub fn number(name: &str) -> Option<u64> {
    name.strip_suffix(ENDING)?.parse().ok()
}

/// Where the places begin.
fn places_offset(slots: usize) -> usize {
    HEAD_BYTES + slots * ROW_BYTES + 8
}

/// Writes the index of a closed segment whose places are known.
pub fn store(files: &dyn Files, folder: &Path, identity: LogId, segment: &Segment) -> io::Result<()> {
    let (Some(places), Some((first, last))) = (&segment.places, segment.groups) else {
        return Ok(());
    };
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&identity.0);
    let (slots, is_whole) = (segment.rows.len() as u64, u64::from(segment.is_whole));
    let stamp = segment.last_stamp_ms as u64;
    for field in [segment.number, (u64::from(segment.used) << 32) | slots, first, last, is_whole, stamp] {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    for field in segment.rows.iter().flat_map(|r| [r.first, r.count, r.bytes]) {
        bytes.extend_from_slice(&field.to_le_bytes());
    }
    let crc = u64::from(crc32c::crc32c(&bytes));
    bytes.extend_from_slice(&crc.to_le_bytes());
    for place in places.iter().flatten() {
        bytes.extend_from_slice(&place.offset.to_le_bytes());
        bytes.extend_from_slice(&place.length.to_le_bytes());
    }
    replace_durably(files, folder, &name(segment.number), &bytes)
}

/// Reads the rows of a segment's index; `None` when it is missing or does not fit.
pub fn load(files: &dyn Files, folder: &Path, identity: LogId, number: u64, slots: usize) -> Option<Segment> {
    let file = files.open(&path(folder, number)).ok()?;
    let mut head = vec![0; HEAD_BYTES];
    file.read_at(&mut head, 0).ok()?;
    let stored_slots = usize::try_from(word(&head, 5) & 0xffff_ffff).ok()?;
    // Topics may have been added since; there is none of them in an older segment.
    if head[..16] != MAGIC || head[16..32] != identity.0 || word(&head, 4) != number || stored_slots > slots {
        return None;
    }
    let mut bytes = vec![0; places_offset(stored_slots)];
    file.read_at(&mut bytes, 0).ok()?;
    let (summed, crc) = bytes.split_at(bytes.len() - 8);
    if word(crc, 0) != u64::from(crc32c::crc32c(summed)) {
        return None;
    }
    let row = |at: usize| Row { first: word(summed, at), count: word(summed, at + 1), bytes: word(summed, at + 2) };
    let mut rows: Vec<Row> = (0..stored_slots).map(|slot| row(HEAD_BYTES / 8 + slot * ROW_BYTES / 8)).collect();
    let records: u64 = rows.iter().map(|r| r.count).sum();
    rows.resize(slots, Row::default());
    let is_complete = file.length().ok()? == bytes.len() as u64 + records * PLACE_BYTES as u64;
    is_complete.then(|| Segment {
        number,
        rows,
        places: None,
        is_filed: true,
        groups: Some((word(&head, 6), word(&head, 7))),
        is_whole: word(&head, 8) == 1,
        last_stamp_ms: word(&head, 9) as i64,
        used: u32::try_from(word(&head, 5) >> 32).unwrap_or(SEGMENT_HEAD_BYTES),
    })
}

/// Reads `count` places from the `skip`th on.
pub fn places(files: &dyn Files, folder: &Path, number: u64, skip: u64, count: usize) -> io::Result<Vec<Place>> {
    let file = files.open(&path(folder, number))?;
    let mut head = [0; HEAD_BYTES];
    file.read_at(&mut head, 0)?;
    let slots = (word(&head, 5) & 0xffff_ffff) as usize;
    let mut bytes = vec![0; count * PLACE_BYTES];
    file.read_at(&mut bytes, places_offset(slots) as u64 + skip * PLACE_BYTES as u64)?;
    let place = |at: usize| {
        let both = word(&bytes, at);
        Place { offset: both as u32, length: (both >> 32) as u32 }
    };
    Ok((0..count).map(place).collect())
}

/// The `at`th little-endian word of 8 bytes.
fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at * 8..at * 8 + 8].try_into().expect("eight bytes were taken"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MachineFiles;

    #[test]
    fn an_index_comes_back_and_a_damaged_or_strange_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut segment = Segment::empty(3, &[10, 20], 64);
        let place = |offset| Place { offset, length: 9 };
        segment.add(1, place(64));
        segment.add(0, place(80));
        segment.add(1, place(96));
        segment.note_group(5, true);
        let id = LogId([1; 16]);
        store(&MachineFiles, folder.path(), id, &segment).unwrap();
        let loaded = load(&MachineFiles, folder.path(), id, 3, 2).unwrap();
        assert_eq!((loaded.rows.clone(), loaded.groups), (segment.rows.clone(), segment.groups));
        assert_eq!(places(&MachineFiles, folder.path(), 3, 1, 2).unwrap(), [place(64), place(96)]);
        assert_eq!(load(&MachineFiles, folder.path(), LogId([2; 16]), 3, 2), None);
        assert_eq!(load(&MachineFiles, folder.path(), id, 4, 2), None);
        let file = path(folder.path(), 3);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(load(&MachineFiles, folder.path(), id, 3, 2), None);
        let mut changed = whole;
        changed[90] ^= 1;
        std::fs::write(&file, &changed).unwrap();
        assert_eq!(load(&MachineFiles, folder.path(), id, 3, 2), None);
    }
}
