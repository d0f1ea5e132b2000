//! The scan: what a segment's bytes say, and whether damage in them is a torn tail or corruption.
//!
//! ```text
//!   … │ group 6 ✓✓✓ │ group 7 ✓✗ ✓ │ zeros …             torn tail: cut from the ✗
//!   … │ group 6 ✓✗✓ │ group 7 ✓✓✓  │ zeros …             corruption: group 7 was begun after 6 was synced
//! ```
//!
//! A group is written only after the group before it was synced, so a record of a later group behind
//! damage proves that the damaged bytes had once been durable.

use super::frame::{self, ALIGNMENT, CUT, HEAD_BYTES, Head, LAST_OF_GROUP};
use super::segment::SEGMENT_HEAD_BYTES;
use super::shelf::{Place, Segment};

/// The order that frames must keep across segments.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The last group seen; `None` when the log's beginning was freed and nothing is seen yet.
    group: Option<u64>,
    is_whole: bool,
    /// The next position by slot number.
    positions: Vec<Next>,
}

/// The next position of a slot.
#[derive(Clone, Copy, Debug)]
struct Next {
    at_least: u64,
    /// Nothing was freed in between: it is exactly that one.
    is_exact: bool,
}

impl Next {
    fn allows(self, position: u64) -> bool {
        if self.is_exact { position == self.at_least } else { position >= self.at_least }
    }
}

/// The first thing amiss in a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// Where the first frame that is not good begins.
    pub offset: u32,
    /// What is wrong with it.
    pub why: String,
}

impl Chain {
    /// Before the first segment kept; `is_first` when that is the first there ever was.
    pub fn new(slots: usize, is_first: bool) -> Self {
        let next = Next { at_least: 0, is_exact: is_first };
        Chain { group: is_first.then_some(0), is_whole: true, positions: vec![next; slots] }
    }

    /// The chain that a segment known from its index follows.
    pub fn before(segment: &Segment) -> Self {
        let group = segment.groups.map(|(first, _)| first - 1);
        let next = |first| Next { at_least: first, is_exact: true };
        Chain { group, is_whole: true, positions: segment.rows.iter().map(|row| next(row.first)).collect() }
    }

    /// Segments were freed here: what comes next need not follow closely.
    pub fn step_over_freed(&mut self) {
        self.group = None;
        self.is_whole = true;
        self.positions.iter_mut().for_each(|next| next.is_exact = false);
    }

    /// The group that damage right behind the last good frame belongs to.
    pub fn damaged_group(&self) -> u64 {
        self.group.unwrap_or(0) + u64::from(self.is_whole)
    }

    /// The last group seen; 0 when there is none.
    pub fn last_group(&self) -> u64 {
        self.group.unwrap_or(0)
    }

    /// The last group is not whole: it was torn.
    pub fn is_torn(&self) -> bool {
        !self.is_whole
    }

    /// The next positions; none lies below its low-water mark, for records up to there may be freed.
    pub fn positions(&self, low_waters: &[u64]) -> Vec<u64> {
        self.positions.iter().zip(low_waters).map(|(next, &low)| next.at_least.max(low)).collect()
    }

    /// Takes the frame as the next one, or says why it cannot be.
    fn take(&mut self, head: &Head) -> Result<(), String> {
        let follows = match self.group {
            None => true,
            Some(group) if head.flags & CUT != 0 => head.group > group,
            Some(group) => head.group == group + u64::from(self.is_whole),
        };
        if !follows {
            return Err(format!("group {} follows group {}", head.group, self.last_group()));
        }
        if head.flags & CUT == 0 {
            let next = self.positions.get_mut(usize::from(head.slot));
            let next = next.ok_or_else(|| format!("slot number {} is not in the layout", head.slot))?;
            if !next.allows(head.position) {
                let (expected, slot) = (next.at_least, head.slot);
                return Err(format!("position {} stands where {expected} is due in slot number {slot}", head.position));
            }
            *next = Next { at_least: head.position + 1, is_exact: true };
        }
        self.group = Some(head.group);
        self.is_whole = head.flags & LAST_OF_GROUP != 0;
        Ok(())
    }

    /// Takes a whole indexed segment as the next one; `false`, and nothing taken, when it does not follow.
    pub fn take_segment(&mut self, segment: &Segment) -> bool {
        let Some((first, last)) = segment.groups else {
            return false;
        };
        let rows = &segment.rows;
        let follows = self.is_whole
            && self.group.is_none_or(|group| group + 1 == first)
            && self.positions.iter().zip(rows).all(|(next, row)| row.count == 0 || next.allows(row.first));
        if follows {
            self.group = Some(last);
            self.is_whole = segment.is_whole;
            for (next, row) in self.positions.iter_mut().zip(rows).filter(|(_, row)| row.count > 0) {
                *next = Next { at_least: row.first + row.count, is_exact: true };
            }
        }
        follows
    }
}

/// Reads the frames of a segment in order until its clean end or the first damage.
pub fn scan(bytes: &[u8], number: u64, salt: u32, chain: &mut Chain) -> (Segment, Option<Damage>) {
    let mut segment = Segment::empty(number, &chain.positions(&vec![0; chain.positions.len()]), SEGMENT_HEAD_BYTES);
    let mut damage = None;
    while damage.is_none() && !is_clean_end(&bytes[segment.used as usize..]) {
        let frame = &bytes[segment.used as usize..];
        match next_frame(frame, salt).and_then(|head| chain.take(&head).map(|()| head)) {
            Ok(head) => add(&mut segment, &head),
            Err(why) => damage = Some(Damage { offset: segment.used, why }),
        }
    }
    (segment, damage)
}

fn next_frame(frame: &[u8], salt: u32) -> Result<Head, String> {
    let head = frame::head(frame, salt).ok_or("the head of a record does not verify")?;
    if frame.len() < head.padded_bytes() || !head.body_verifies(frame) {
        return Err(format!("the body of a record of group {} does not verify", head.group));
    }
    Ok(head)
}

fn add(segment: &mut Segment, head: &Head) {
    let place = Place { offset: segment.used, length: HEAD_BYTES as u32 + head.body_bytes };
    if head.flags & CUT == 0 {
        let slot = usize::from(head.slot);
        if segment.rows[slot].count == 0 {
            segment.rows[slot].first = head.position;
        }
        segment.add(slot, place);
        segment.last_stamp_ms = head.stamp_ms;
    }
    segment.note_group(head.group, head.flags & LAST_OF_GROUP != 0);
    segment.used += head.padded_bytes() as u32;
}

/// Nothing but zeros from here on. Looks at the whole rest only when the next head is zeros.
fn is_clean_end(rest: &[u8]) -> bool {
    let (head, behind) = rest.split_at(rest.len().min(HEAD_BYTES));
    head.iter().all(|b| *b == 0) && behind.chunks(4096).all(|c| c.iter().all(|b| *b == 0))
}

/// The offset of the first frame from `from` on whose head verifies and whose group is above `group`.
pub fn later_frame(bytes: &[u8], from: u32, group: u64, salt: u32) -> Option<usize> {
    let starts = (from as usize..bytes.len().saturating_sub(HEAD_BYTES - 1)).step_by(ALIGNMENT);
    starts.into_iter().find(|&at| frame::head(&bytes[at..], salt).is_some_and(|h| h.group > group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Draft;
    use crate::disk::frame::{Mark, encode, mark};

    /// A segment of frames (group, position, is last of its group), all in slot 0, and some zeros.
    fn segment(frames: &[(u64, u64, bool)]) -> Vec<u8> {
        let mut bytes = vec![1; SEGMENT_HEAD_BYTES as usize];
        for &(group, position, is_last) in frames {
            let start = bytes.len();
            encode(&mut bytes, 0, &Draft { value: vec![7; 20].into(), ..Draft::default() });
            let flags = if is_last { LAST_OF_GROUP } else { 0 };
            mark(&mut bytes[start..], Mark { group, position, stamp_ms: 5, flags }, 9);
        }
        bytes.resize(bytes.len() + 200, 0);
        bytes
    }

    fn why(bytes: &[u8]) -> Option<String> {
        scan(bytes, 1, 9, &mut Chain::new(1, true)).1.map(|d| d.why)
    }

    #[test]
    fn a_good_segment_is_read_to_its_end() {
        let bytes = segment(&[(1, 0, false), (1, 1, true), (2, 2, true)]);
        let mut chain = Chain::new(1, true);
        let (segment, damage) = scan(&bytes, 1, 9, &mut chain);
        assert_eq!(damage, None);
        assert_eq!((segment.rows[0].count, segment.groups, segment.is_whole), (3, Some((1, 2)), true));
        assert_eq!(chain.positions(&[0]), [3]);
    }

    #[test]
    fn a_missing_group_position_or_group_end_is_damage() {
        assert_eq!(why(&segment(&[(2, 0, true)])).unwrap(), "group 2 follows group 0");
        assert_eq!(why(&segment(&[(1, 0, true), (3, 1, true)])).unwrap(), "group 3 follows group 1");
        assert_eq!(why(&segment(&[(1, 0, false), (2, 1, true)])).unwrap(), "group 2 follows group 1");
        assert!(why(&segment(&[(1, 0, true), (2, 2, true)])).unwrap().starts_with("position 2 stands where 1 is due"));
    }

    #[test]
    fn a_hole_before_something_is_damage_and_zeros_to_the_end_are_not() {
        let mut bytes = segment(&[(1, 0, true)]);
        assert_eq!(why(&bytes), None);
        let last = bytes.len() - 1;
        bytes[last] = 1;
        assert!(why(&bytes).is_some());
    }
}
