//! The shelf: where each durable record stands, and the newest bytes themselves.
//!
//! ```text
//!   segments   1 ─ filed ─┐   2 ─ filed ─┐   3 ─ known ─┐   4 ─ open, known ─┐
//!   rows         slot: first position, count, bytes      (in memory for every segment)
//!   places       in the index file        in memory: offset and length of every record
//!   tail                                        └── the last groups as written ──┘
//! ```
//!
//! Readers hold the lock only while they look places up; bytes are shared, not copied. It must not know
//! how bytes get to the disk.

use std::collections::VecDeque;

use bytes::Bytes;

/// Where one frame stands in its segment, without its padding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// First byte.
    pub offset: u32,
    /// Bytes.
    pub length: u32,
}

/// What one segment holds of one slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// Position of the first record; where none is, of the next to come.
    pub first: u64,
    /// Records.
    pub count: u64,
    /// Bytes of their frames.
    pub bytes: u64,
}

/// One segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Its number in the sequence, from 1.
    pub number: u64,
    /// By slot number.
    pub rows: Vec<Row>,
    /// By slot number; `None` once they are only in the index file.
    pub places: Option<Vec<Vec<Place>>>,
    /// The index file is there.
    pub is_filed: bool,
    /// First and last group; `None` while it is empty.
    pub groups: Option<(u64, u64)>,
    /// The last group is whole (its last frame says so).
    pub is_whole: bool,
    /// Stamp of the last record.
    pub last_stamp_ms: i64,
    /// Bytes from its start to the end of its last frame.
    pub used: u32,
}

impl Segment {
    /// An empty one whose slots go on at `positions`.
    pub fn empty(number: u64, positions: &[u64], used: u32) -> Self {
        Segment {
            number,
            rows: positions.iter().map(|&first| Row { first, ..Row::default() }).collect(),
            places: Some(vec![Vec::new(); positions.len()]),
            is_filed: false,
            groups: None,
            is_whole: true,
            last_stamp_ms: i64::MIN,
            used,
        }
    }

    /// Adds a record of a slot.
    pub fn add(&mut self, slot: usize, place: Place) {
        let row = &mut self.rows[slot];
        row.count += 1;
        row.bytes += u64::from(place.length);
        if let Some(places) = &mut self.places {
            places[slot].push(place);
        }
    }

    /// Notes a frame's group, records or not.
    pub fn note_group(&mut self, group: u64, is_whole: bool) {
        self.groups = Some((self.groups.map_or(group, |(first, _)| first), group));
        self.is_whole = is_whole;
    }

    fn is_dead(&self, low_waters: &[u64]) -> bool {
        self.rows.iter().zip(low_waters).all(|(row, &low)| row.count == 0 || row.first + row.count <= low)
    }

    fn held_bytes(&self, low_waters: &[u64]) -> u64 {
        let rows = self.rows.iter().zip(low_waters).filter(|(row, _)| row.count > 0);
        rows.map(|(row, &low)| row.bytes / row.count * low.saturating_sub(row.first).min(row.count)).sum()
    }
}

/// A group as it was written.
struct Chunk {
    segment: u64,
    offset: u32,
    bytes: Bytes,
    /// What it costs in memory.
    cost: usize,
}

/// What a reader found: neighbours of one slot in one segment.
pub enum Found {
    /// Places that are known, with the bytes if the tail has them.
    Known(u64, Vec<(Place, Option<Bytes>)>),
    /// Places `skip .. skip + count` of the slot in this segment's index file, whose rows lie before.
    Filed {
        /// The segment.
        segment: u64,
        /// How many places of other slots and of this one lie before, in the index file.
        skip: u64,
        /// How many follow.
        count: usize,
    },
}

/// See the module's essay.
pub struct Shelf {
    segments: VecDeque<Segment>,
    tail: VecDeque<Chunk>,
    tail_cost: usize,
    tail_bytes_max: usize,
    ends: Vec<u64>,
    low_waters: Vec<u64>,
    held_bytes: u64,
}

impl Shelf {
    /// Of segments in order, the last one open.
    pub fn new(segments: VecDeque<Segment>, ends: Vec<u64>, low_waters: Vec<u64>, tail_bytes_max: usize) -> Self {
        let mut shelf =
            Shelf { segments, tail: VecDeque::new(), tail_cost: 0, tail_bytes_max, ends, low_waters, held_bytes: 0 };
        shelf.count_held();
        shelf
    }

    /// The position after the last durable record, by slot number.
    pub fn ends(&self) -> &[u64] {
        &self.ends
    }

    /// The first position kept, by slot number.
    pub fn low_waters(&self) -> &[u64] {
        &self.low_waters
    }

    /// Bytes that are trimmed and not freed.
    pub fn held_bytes(&self) -> u64 {
        self.held_bytes
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// A new segment becomes the open one.
    pub fn open_segment(&mut self, number: u64, used: u32) {
        self.segments.push_back(Segment::empty(number, &self.ends, used));
    }

    /// A group has become durable in the open segment: its records can be read from now on.
    pub fn publish(&mut self, group: u64, stamp_ms: i64, placed: &[(u16, Place)], bytes: Bytes, cost: usize) {
        let open = self.segments.back_mut().expect("a log always has an open segment");
        let chunk = Chunk { segment: open.number, offset: open.used, bytes, cost };
        for &(slot, place) in placed {
            open.add(usize::from(slot), place);
            self.ends[usize::from(slot)] += 1;
        }
        open.note_group(group, true);
        open.last_stamp_ms = stamp_ms;
        open.used += chunk.bytes.len() as u32;
        self.tail_cost += cost;
        self.tail.push_back(chunk);
        while self.tail_cost > self.tail_bytes_max
            && let Some(oldest) = self.tail.pop_front()
        {
            self.tail_cost -= oldest.cost;
        }
        self.forget_filed_places();
    }

    /// A mark without records was written to the open segment.
    pub fn note_cut(&mut self, group: u64, bytes: u32) {
        let open = self.segments.back_mut().expect("a log always has an open segment");
        open.note_group(group, true);
        open.used += bytes;
    }

    /// The index file of a segment is there.
    pub fn note_filed(&mut self, number: u64) {
        if let Some(segment) = self.segments.iter_mut().find(|s| s.number == number) {
            segment.is_filed = true;
        }
        self.forget_filed_places();
    }

    /// Drops from memory the places that are filed and whose bytes the tail no longer has.
    fn forget_filed_places(&mut self) {
        let oldest_in_tail = self.tail.front().map_or(u64::MAX, |chunk| chunk.segment);
        let closed = self.segments.len().saturating_sub(1);
        let known = self.segments.iter_mut().take(closed).rev().take_while(|s| s.places.is_some() || !s.is_filed);
        for segment in known.filter(|s| s.is_filed && s.number < oldest_in_tail) {
            segment.places = None;
        }
    }

    /// Where the records of a slot from `position` on stand, as far as one segment and `most` go. `None`
    /// when there are none.
    pub fn find(&self, slot: usize, position: u64, most: usize) -> Option<Found> {
        if position >= self.ends[slot] {
            return None;
        }
        let at = self.segments.partition_point(|s| s.rows[slot].first <= position).checked_sub(1)?;
        let segment = &self.segments[at];
        let row = segment.rows[slot];
        let skip = position - row.first;
        let count = usize::try_from(row.count.checked_sub(skip)?).ok()?.min(most);
        let Some(places) = &segment.places else {
            let before: u64 = segment.rows[..slot].iter().map(|r| r.count).sum();
            return Some(Found::Filed { segment: segment.number, skip: before + skip, count });
        };
        let skip = usize::try_from(skip).ok()?;
        let places = &places[slot][skip..skip + count];
        Some(Found::Known(segment.number, places.iter().map(|&p| (p, self.in_tail(segment.number, p))).collect()))
    }

    fn in_tail(&self, segment: u64, place: Place) -> Option<Bytes> {
        let after = self.tail.partition_point(|c| (c.segment, c.offset) <= (segment, place.offset));
        let chunk = &self.tail[after.checked_sub(1)?];
        let start = (place.offset - chunk.offset) as usize;
        let end = start + place.length as usize;
        (chunk.segment == segment && end <= chunk.bytes.len()).then(|| chunk.bytes.slice(start..end))
    }

    /// Moves a low-water mark; says which segments have nothing live any more. The newest segment with a
    /// record stays in any case: it carries the number of the last group.
    pub fn trim(&mut self, slot: usize, below: u64) -> Vec<u64> {
        self.low_waters[slot] = self.low_waters[slot].max(below.min(self.ends[slot]));
        let newest = self.segments.iter().rposition(|s| s.groups.is_some()).unwrap_or(0);
        let dead = self.segments.iter().take(newest).filter(|s| s.is_dead(&self.low_waters));
        let dead = dead.map(|s| s.number).collect();
        self.count_held();
        dead
    }

    /// Takes freed segments from the shelf.
    pub fn forget(&mut self, freed: &[u64]) {
        self.segments.retain(|s| !freed.contains(&s.number));
        self.count_held();
    }

    fn count_held(&mut self) {
        self.held_bytes = self.segments.iter().map(|s| s.held_bytes(&self.low_waters)).sum();
    }
}
