//! Has this input been answered already, and is one missing before it?
//!
//! A role that answers each input once and in order gives every record a cause and names in `prev` the cause
//! of the record it wrote before, from the same source to the same place. A reader keeps the highest cause
//! per source, drops what is not higher, and halts on a `prev` above its mark: a gap is seen at once, never
//! stepped over. One [`Marks`] is about one producing role.

use std::collections::BTreeMap;

use crate::cause::{Cause, Source};
use crate::halt::{Halt, HaltCode};

/// Where a record stands by its cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Above the mark: new.
    Next,
    /// At or below the mark: answered already.
    Old,
}

/// The highest cause applied, per source, of one producing role.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    highest: BTreeMap<Source, Cause>,
}

impl Marks {
    /// Judges a record by its cause and the one it says came before.
    pub fn judge(&self, cause: &Cause, prev: Option<&Cause>) -> Result<Place, Halt> {
        if self.covers(cause) {
            return Ok(Place::Old);
        }
        match prev {
            Some(prev) if !self.covers(prev) => Err(gap(cause, prev)),
            _ => Ok(Place::Next),
        }
    }

    /// Whether a cause lies at or below the mark of its source.
    pub fn covers(&self, cause: &Cause) -> bool {
        self.highest.get(&cause.source).is_some_and(|mark| mark.step() >= cause.step())
    }

    /// Raises the mark of the cause's source; never lowers it.
    pub fn raise(&mut self, cause: Cause) {
        let mark = self.highest.entry(cause.source).or_insert(cause);
        if mark.step() < cause.step() {
            *mark = cause;
        }
    }

    /// The mark of a source.
    pub fn of(&self, source: &Source) -> Option<Cause> {
        self.highest.get(source).copied()
    }

    /// All marks, in the order of their sources.
    pub fn iter(&self) -> impl Iterator<Item = &Cause> {
        self.highest.values()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.highest.clear();
    }
}

fn gap(cause: &Cause, prev: &Cause) -> Halt {
    let detail = format!(
        "{} {}.{} says that {}.{} came before, which was never seen",
        cause.source.slot, cause.offset, cause.index, prev.offset, prev.index
    );
    Halt::new(HaltCode::CauseGap, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::REPORTS;
    use xh_journal::contract::{LogId, Slot};

    fn cause(offset: u64, index: u32) -> Cause {
        let mut cause = Cause::first(LogId([7; 16]), Slot { topic: REPORTS, partition: 0 }, offset);
        cause.index = index;
        cause
    }

    #[test]
    fn what_is_not_higher_is_old_and_what_is_higher_is_next() {
        let mut marks = Marks::default();
        assert_eq!(marks.judge(&cause(5, 1), None), Ok(Place::Next));
        marks.raise(cause(5, 1));
        assert_eq!(marks.judge(&cause(5, 1), None), Ok(Place::Old));
        assert_eq!(marks.judge(&cause(5, 0), None), Ok(Place::Old));
        assert_eq!(marks.judge(&cause(5, 2), Some(&cause(5, 1))), Ok(Place::Next));
        assert_eq!(marks.judge(&cause(6, 0), Some(&cause(5, 1))), Ok(Place::Next));
    }

    #[test]
    fn a_predecessor_never_seen_is_a_gap() {
        let mut marks = Marks::default();
        assert_eq!(marks.judge(&cause(3, 0), Some(&cause(1, 0))).unwrap_err().code, HaltCode::CauseGap);
        marks.raise(cause(1, 0));
        assert_eq!(marks.judge(&cause(3, 0), Some(&cause(1, 0))), Ok(Place::Next));
        assert_eq!(marks.judge(&cause(5, 0), Some(&cause(3, 0))).unwrap_err().code, HaltCode::CauseGap);
    }

    #[test]
    fn another_incarnation_of_the_log_is_another_source() {
        let mut marks = Marks::default();
        marks.raise(cause(100, 0));
        let elsewhere = Cause { source: Source { log: LogId([8; 16]), ..cause(0, 0).source }, ..cause(2, 0) };
        assert_eq!(marks.judge(&elsewhere, None), Ok(Place::Next));
    }

    #[test]
    fn a_mark_is_never_lowered() {
        let mut marks = Marks::default();
        marks.raise(cause(9, 0));
        marks.raise(cause(2, 0));
        assert_eq!(marks.of(&cause(0, 0).source), Some(cause(9, 0)));
    }
}
