//! Taking: from a slot and a position to records, out of the tail or out of a segment's file.
//!
//! What comes from the tail never left memory and is trusted. What comes from a file is verified, head
//! and body, slot and position, and is refused with its place when anything is amiss.

use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};

use super::scan::{Chain, scan};
use super::shelf::{Found, Place, Segment};
use super::{DiskLog, frame, index, segment};
use crate::contract::{ReadError, ReadLimit, Record, Slot};
use crate::files::{DiskFile, read_whole};

/// Places whose gap is at most this are read together.
const GAP_BYTES_MAX: u32 = 4 << 10;
/// Most bytes that are read together, unless one record is larger.
const RUN_BYTES_MAX: u32 = 256 << 10;

/// Records of a slot from a position on, out of one segment.
pub fn take(log: &DiskLog, slot: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError> {
    let number = log.number(slot)?;
    let shelf = log.shelf();
    let low_water = shelf.low_waters()[number];
    if position < low_water {
        return Err(ReadError::Trimmed { slot, position, low_water });
    }
    let found = shelf.find(number, position, limit.records.max(1));
    drop(shelf);
    let Some(found) = found else {
        return Ok(Vec::new());
    };
    let reading = Reading { log, number, position };
    reading.records(found, limit.bytes).map_err(|e| match log.shelf().low_waters()[number] {
        // The segment was freed while we looked.
        low_water if position < low_water => ReadError::Trimmed { slot, position, low_water },
        _ => e,
    })
}

/// One read on its way.
struct Reading<'a> {
    log: &'a DiskLog,
    number: usize,
    position: u64,
}

impl Reading<'_> {
    fn records(&self, found: Found, bytes_max: usize) -> Result<Vec<Record>, ReadError> {
        match found {
            Found::Known(segment, mut places) => {
                places.truncate(fitting(places.iter().map(|(place, _)| *place), bytes_max));
                if let Some(frames) = places.iter().map(|(_, frame)| frame.clone()).collect::<Option<Vec<Bytes>>>() {
                    let records = frames.into_iter().map(frame::record_in_memory).collect::<Option<_>>();
                    return records.ok_or_else(|| ReadError::Damaged("a record in memory".into()));
                }
                self.read_file(segment, &places.iter().map(|(place, _)| *place).collect::<Vec<_>>())
            }
            Found::Filed { segment, skip, count } => {
                let places = index::places(&*self.log.files, &self.log.folder, segment, skip, count);
                let mut places = places.map_err(|e| self.unreadable(segment, &e))?;
                places.truncate(fitting(places.iter().copied(), bytes_max));
                self.read_file(segment, &places)
            }
        }
    }

    fn unreadable(&self, segment: u64, e: &io::Error) -> ReadError {
        ReadError::Damaged(format!("segment {segment} of {}: {e}", self.log.folder.display()))
    }

    fn read_file(&self, segment: u64, places: &[Place]) -> Result<Vec<Record>, ReadError> {
        let path = segment::path(&self.log.folder, segment);
        let file = self.log.files.open(&path).map_err(|e| self.unreadable(segment, &e))?;
        let mut records = Vec::with_capacity(places.len());
        let mut rest = places;
        while let Some(run) = next_run(rest) {
            rest = &rest[run.len()..];
            let bytes = read_run(&*file, run).map_err(|e| self.unreadable(segment, &e))?;
            for place in run {
                let start = (place.offset - run[0].offset) as usize;
                let frame = bytes.slice(start..start + place.length as usize);
                let record = self.verified(frame, self.position + records.len() as u64);
                records.push(record.ok_or_else(|| damaged(&path, *place))?);
            }
        }
        Ok(records)
    }

    fn verified(&self, frame: Bytes, position: u64) -> Option<Record> {
        let head = frame::head(&frame, frame::salt(&self.log.identity.0))?;
        let is_it = usize::from(head.slot) == self.number && head.position == position;
        (is_it && head.body_verifies(&frame)).then(|| head.record(frame)).flatten()
    }
}

fn damaged(path: &Path, place: Place) -> ReadError {
    ReadError::Damaged(format!("{} at byte {}: the record there does not verify", path.display(), place.offset))
}

/// How many of the places fit in the limit; the first always does.
fn fitting(places: impl Iterator<Item = Place>, bytes_max: usize) -> usize {
    let mut bytes = 0;
    let fits = |place: &Place| {
        bytes += place.length as usize;
        bytes <= bytes_max
    };
    places.take_while(fits).count().max(1)
}

/// The places at the front that are worth one read.
fn next_run(places: &[Place]) -> Option<&[Place]> {
    let first = places.first()?;
    let end = |place: &Place| place.offset.saturating_add(place.length);
    let mut run = 1;
    while let Some(next) = places.get(run) {
        // A damaged index may lead anywhere: only what goes forward is read together.
        let gap = next.offset.checked_sub(end(&places[run - 1]));
        if gap.is_none_or(|gap| gap > GAP_BYTES_MAX) || end(next) - first.offset > RUN_BYTES_MAX {
            break;
        }
        run += 1;
    }
    Some(&places[..run])
}

fn read_run(file: &dyn DiskFile, run: &[Place]) -> io::Result<Bytes> {
    let (first, last) = (run[0], run[run.len() - 1]);
    let length = u64::from(last.offset - first.offset) + u64::from(last.length);
    if u64::from(first.offset) + length > file.length()? {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut bytes = BytesMut::zeroed(length as usize);
    file.read_at(&mut bytes, u64::from(first.offset))?;
    Ok(bytes.freeze())
}

/// See [`DiskLog::verify`].
pub fn verify(log: &DiskLog) -> Result<u64, ReadError> {
    let shelf = log.shelf();
    let segments: Vec<(u64, u32, u64)> = shelf.segments().map(|s| (s.number, s.used, records(s))).collect();
    let slots = shelf.ends().len();
    drop(shelf);
    let mut chain = Chain::new(slots, true);
    let mut total = 0;
    let mut before = 0;
    for (number, used, expected) in segments {
        if number > before + 1 {
            chain.step_over_freed();
        }
        before = number;
        let path = segment::path(&log.folder, number);
        let bytes = read_whole(&*log.files, &path).ok().flatten();
        let missing = || ReadError::Damaged(format!("{} cannot be read", path.display()));
        let mut bytes = bytes.ok_or_else(missing)?;
        // The open segment goes on being written behind what is counted here.
        bytes.truncate(used as usize);
        let (segment, damage) = scan(&bytes, number, frame::salt(&log.identity.0), &mut chain);
        if let Some(damage) = damage {
            let place = format!("{} at byte {}: {}", path.display(), damage.offset, damage.why);
            return Err(ReadError::Damaged(place));
        }
        if records(&segment) != expected {
            return Err(ReadError::Damaged(format!("{} ends before its last record", path.display())));
        }
        total += expected;
    }
    Ok(total)
}

fn records(segment: &Segment) -> u64 {
    segment.rows.iter().map(|r| r.count).sum()
}
