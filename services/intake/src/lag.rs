//! How far are the ledgers behind the door? The measure behind 429 (`house.md` 6, "Full").
//!
//! Per partition of `reports` the door notes what it kept and when; the tail of `facts` says up to where the
//! ledgers have answered. Full is a partition whose oldest unanswered report is over [`LAG_MS_MAX`] old.
//!
//! Should a record ever have no fact of its own (one that was parked, one of an older release), a partition that
//! kept nothing else would look full for ever. Therefore one report a second is always let in: its fact moves
//! the mark past them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Age of the oldest unanswered report beyond which a partition is full.
pub const LAG_MS_MAX: i64 = 1_000;
/// What a refused sender is told to wait, seconds.
pub const RETRY_AFTER_S: u32 = 2;
/// Notes closer together than this are one note: 100 a second per partition are exact enough.
const NOTE_EVERY_MS: i64 = 10;
/// Most notes held; beyond it the oldest stand for all (10 minutes of a standstill).
const NOTES_MAX: usize = 60_000;

/// The lag of every partition of `reports`. Time is the boot clock's.
pub struct Lag {
    partitions: Vec<Partition>,
}

#[derive(Default)]
struct Partition {
    /// One past the highest position that a fact answers.
    answered_end: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// First position of every note, and when it was kept.
    notes: VecDeque<(u64, i64)>,
    /// When something was last let in.
    last_let_in_ms: i64,
}

impl Lag {
    /// For so many partitions of `reports`.
    pub fn new(partitions: u16) -> Lag {
        Lag { partitions: (0..partitions).map(|_| Partition::default()).collect() }
    }

    /// Whether a report for this partition may come in now.
    pub fn lets_in(&self, partition: u16, now_ms: i64) -> bool {
        let Some(of) = self.partitions.get(usize::from(partition)) else { return false };
        let mut kept = of.kept();
        kept.forget_answered(of.answered_end.load(Ordering::Acquire));
        let is_full = kept.oldest_ms().is_some_and(|oldest_ms| now_ms - oldest_ms > LAG_MS_MAX);
        if is_full && now_ms - kept.last_let_in_ms <= LAG_MS_MAX {
            return false;
        }
        kept.last_let_in_ms = now_ms;
        true
    }

    /// A report was kept at this position.
    pub fn kept(&self, partition: u16, position: u64, now_ms: i64) {
        if let Some(of) = self.partitions.get(usize::from(partition)) {
            of.kept().note(position, now_ms);
        }
    }

    /// A fact answers the report at this position.
    pub fn answered(&self, partition: u16, position: u64) {
        if let Some(of) = self.partitions.get(usize::from(partition)) {
            of.answered_end.fetch_max(position + 1, Ordering::AcqRel);
        }
    }

    /// Age of the oldest unanswered report of all partitions, milliseconds; 0 when there is none.
    pub fn oldest_ms(&self, now_ms: i64) -> i64 {
        let oldest = self.partitions.iter().filter_map(|of| {
            let mut kept = of.kept();
            kept.forget_answered(of.answered_end.load(Ordering::Acquire));
            kept.oldest_ms()
        });
        oldest.min().map_or(0, |oldest_ms| now_ms - oldest_ms)
    }
}

impl Partition {
    /// Every change below leaves the notes whole, so a panicked holder left nothing half done.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn note(&mut self, position: u64, now_ms: i64) {
        let is_near =
            self.notes.back().is_some_and(|(last, at_ms)| *last <= position && now_ms - at_ms < NOTE_EVERY_MS);
        if !is_near && self.notes.len() < NOTES_MAX {
            self.notes.push_back((position, now_ms));
        }
    }

    /// A note is answered once the report that it begins with is.
    fn forget_answered(&mut self, answered_end: u64) {
        while self.notes.front().is_some_and(|(position, _)| *position < answered_end) {
            self.notes.pop_front();
        }
    }

    fn oldest_ms(&self) -> Option<i64> {
        self.notes.front().map(|(_, at_ms)| *at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_or_quick_city_lets_everybody_in() {
        let lag = Lag::new(1);
        assert!(lag.lets_in(0, 0));
        lag.kept(0, 7, 100);
        lag.answered(0, 7);
        assert!(lag.lets_in(0, 50_000));
        assert_eq!(lag.oldest_ms(50_000), 0);
    }

    #[test]
    fn a_report_unanswered_for_over_a_second_closes_its_partition_and_no_other() {
        let lag = Lag::new(2);
        lag.kept(0, 7, 100);
        assert!(lag.lets_in(0, 1_100), "exactly a second is not over it");
        assert!(!lag.lets_in(0, 1_101));
        assert!(lag.lets_in(1, 1_101));
        assert_eq!(lag.oldest_ms(1_101), 1_001);
        lag.answered(0, 7);
        assert!(lag.lets_in(0, 1_102), "answered: open again");
    }

    #[test]
    fn a_closed_partition_lets_one_report_a_second_in_so_that_dropped_copies_cannot_lock_it() {
        let lag = Lag::new(1);
        lag.kept(0, 7, 0);
        assert!(lag.lets_in(0, 2_000), "the first after a long time");
        assert!(!lag.lets_in(0, 2_500));
        assert!(lag.lets_in(0, 3_001));
        lag.kept(0, 8, 3_002);
        lag.answered(0, 8);
        assert!(lag.lets_in(0, 3_003) && lag.lets_in(0, 3_004), "the mark passed the copy at 7");
    }

    #[test]
    fn reports_kept_together_are_one_note() {
        let lag = Lag::new(1);
        (0..1_000).for_each(|position| lag.kept(0, position, 5));
        lag.kept(0, 1_000, 50);
        assert_eq!(lag.partitions[0].kept().notes.len(), 2);
        lag.answered(0, 999);
        assert_eq!(lag.oldest_ms(60), 10, "the note at 1,000 remains");
    }

    #[test]
    fn a_partition_outside_the_layout_takes_nothing() {
        assert!(!Lag::new(1).lets_in(1, 0));
    }
}
