//! Recovery: from the files in the folder to a log that can be written on.
//!
//! ```text
//!   list ─► every number there or freed ─► index fits? rows : scan ─► damage? ─► judge ─► cut or refuse
//! ```
//!
//! Only two things are repaired without asking: what was never whole (unfinished files, the torn tail of
//! the last group) and what can be made again (index files). Everything else refuses to open and names
//! the place, because a guess here would lose an acknowledged record in silence. A closed segment whose
//! index fits is not read again at the start: its damage is found, with its place, by whoever reads it
//! and by `verify`.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scan::{Chain, Damage, later_frame, scan};
use super::segment::{self, SEGMENT_HEAD_BYTES};
use super::shelf::Segment;
use super::{OpenError, frame, index, marks::Marks};
use crate::contract::LogId;
use crate::files::{DiskFile, Files, UNFINISHED, read_whole, write_zeros};

/// What is to be recovered.
pub struct Recovery<'a> {
    /// Where the log lives.
    pub files: &'a dyn Files,
    /// In which folder.
    pub folder: &'a Path,
    /// Whose log it must be.
    pub identity: LogId,
    /// How far it is trimmed.
    pub marks: &'a Marks,
    /// Bytes of a new segment.
    pub segment_bytes: u64,
}

/// A log that can be written on.
pub struct Recovered {
    /// The segments, the open one last.
    pub segments: VecDeque<Segment>,
    /// The open one's file.
    pub open_file: Arc<dyn DiskFile>,
    /// The empty segment behind it, if there is one.
    pub spare: Option<Arc<dyn DiskFile>>,
    /// Number of the last group.
    pub group: u64,
    /// Next position by slot number.
    pub positions: Vec<u64>,
    /// Stamp of the last record.
    pub last_stamp_ms: Option<i64>,
    /// The last group was torn: a cut must be marked before the next group.
    pub is_torn: bool,
}

impl Recovery<'_> {
    /// Does all of the module's essay.
    pub fn run(&self) -> Result<Recovered, OpenError> {
        let mut numbers = self.tidy()?;
        if numbers.is_empty() {
            let first = self.marks.freed.last().map_or(1, |last| last + 1);
            segment::make(self.files, self.folder, self.identity, first, self.segment_bytes)?;
            numbers.push(first);
        }
        let slots = self.marks.low_waters.len();
        let mut chain = Chain::new(slots, numbers[0] == 1);
        let mut segments = VecDeque::new();
        let mut damage = None;
        for &number in &numbers {
            if damage.is_some() {
                break;
            }
            if segments.back().is_some_and(|s: &Segment| s.number + 1 < number) {
                chain.step_over_freed();
            }
            let segment = match self.indexed(number, numbers.last(), &mut chain) {
                Some(indexed) => indexed,
                None => {
                    let (segment, found) = self.scanned(number, &mut chain)?;
                    damage = found;
                    segment
                }
            };
            segments.push_back(segment);
        }
        let is_damaged = damage.is_some();
        if let (Some(damage), Some(last)) = (damage, segments.back()) {
            self.judge(last.number, damage, &chain, &numbers)?;
        }
        self.choose_open(segments, &numbers, is_damaged, &chain)
    }

    fn path(&self, number: u64) -> PathBuf {
        segment::path(self.folder, number)
    }

    /// Removes what was never whole or is freed; lists the segments and checks that none is missing.
    fn tidy(&self) -> Result<Vec<u64>, OpenError> {
        let names = self.files.list(self.folder)?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|n| segment::number(n)).collect();
        numbers.retain(|n| !self.marks.freed.contains(n));
        let is_rubbish = |name: &&String| {
            let segment = segment::number(name).or_else(|| index::number(name));
            name.ends_with(UNFINISHED) || segment.is_some_and(|n| !numbers.contains(&n))
        };
        for name in names.iter().filter(is_rubbish) {
            self.files.remove(&self.folder.join(name))?;
        }
        let last = numbers.last().copied().unwrap_or(0);
        let is_there = |n: &u64| self.marks.freed.contains(n) || numbers.binary_search(n).is_ok();
        match (1..=last).find(|n| !is_there(n)) {
            Some(missing) => Err(OpenError::Missing(self.path(missing))),
            None => Ok(numbers),
        }
    }

    /// The segment as its index gives it, if that fits. The last one may still be written: never.
    fn indexed(&self, number: u64, last: Option<&u64>, chain: &mut Chain) -> Option<Segment> {
        if last == Some(&number) {
            return None;
        }
        let slots = self.marks.low_waters.len();
        let segment = index::load(self.files, self.folder, self.identity, number, slots)?;
        chain.take_segment(&segment).then_some(segment)
    }

    fn bytes(&self, number: u64) -> Result<Vec<u8>, OpenError> {
        let missing = || OpenError::Missing(self.path(number));
        let bytes = read_whole(self.files, &self.path(number))?.ok_or_else(missing)?;
        if !segment::head_verifies(&bytes, self.identity, number) {
            let why = "the segment's head does not verify: cut short, of another log, or damaged".into();
            return Err(OpenError::Corrupt { file: self.path(number), offset: 0, why });
        }
        Ok(bytes)
    }

    fn scanned(&self, number: u64, chain: &mut Chain) -> Result<(Segment, Option<Damage>), OpenError> {
        Ok(scan(&self.bytes(number)?, number, frame::salt(&self.identity.0), chain))
    }

    /// Damage: cuts a torn tail, refuses corruption.
    fn judge(&self, number: u64, damage: Damage, chain: &Chain, numbers: &[u64]) -> Result<(), OpenError> {
        let salt = frame::salt(&self.identity.0);
        let refuse = |place: String| {
            let why = format!("{}; this is no torn tail, for a later group verifies {place}", damage.why);
            Err(OpenError::Corrupt { file: self.path(number), offset: u64::from(damage.offset), why })
        };
        let bytes = self.bytes(number)?;
        if let Some(at) = later_frame(&bytes, damage.offset, chain.damaged_group(), salt) {
            return refuse(format!("at byte {at}"));
        }
        for &later in numbers.iter().filter(|n| **n > number) {
            if let Some(at) = later_frame(&self.bytes(later)?, SEGMENT_HEAD_BYTES, 0, salt) {
                return refuse(format!("in segment {later} at byte {at}"));
            }
        }
        let file = self.files.open(&self.path(number))?;
        write_zeros(&*file, u64::from(damage.offset), bytes.len() as u64)?;
        file.sync()?;
        Ok(())
    }

    /// The open segment is the damaged one, else the last with a record. Behind it may be one spare.
    fn choose_open(
        &self,
        mut segments: VecDeque<Segment>,
        numbers: &[u64],
        is_damaged: bool,
        chain: &Chain,
    ) -> Result<Recovered, OpenError> {
        while !is_damaged && segments.len() > 1 && segments.back().is_some_and(|s| s.groups.is_none()) {
            segments.pop_back();
        }
        let mut open = segments.pop_back().expect("there is at least the segment that was found or made");
        // Its index is from before more was written to it, or will be.
        match self.files.remove(&index::path(self.folder, open.number)) {
            Ok(()) => self.files.sync_folder(self.folder)?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(e.into()),
        }
        if open.places.is_none() {
            (open, _) = self.scanned(open.number, &mut Chain::before(&open))?;
        }
        let last_stamp_ms = segments.iter().chain([&open]).map(|s| s.last_stamp_ms).max().filter(|ms| *ms > i64::MIN);
        let recovered = Recovered {
            open_file: self.files.open(&self.path(open.number))?,
            spare: self.spare_behind(open.number, numbers)?,
            group: chain.last_group(),
            positions: chain.positions(&self.marks.low_waters),
            last_stamp_ms,
            is_torn: is_damaged || chain.is_torn(),
            segments: segments.into_iter().chain([open]).collect(),
        };
        Ok(recovered)
    }

    /// The empty segment behind the open one, if it has the right size. Others are removed.
    fn spare_behind(&self, open: u64, numbers: &[u64]) -> Result<Option<Arc<dyn DiskFile>>, OpenError> {
        let mut spare = None;
        for &number in numbers.iter().filter(|n| **n > open).rev() {
            let file = self.files.open(&self.path(number))?;
            if number == open + 1 && file.length()? == self.segment_bytes {
                spare = Some(file);
            } else {
                self.files.remove(&self.path(number))?;
                self.files.sync_folder(self.folder)?;
            }
        }
        Ok(spare)
    }
}
