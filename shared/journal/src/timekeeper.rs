//! The timekeeper: which time a record is stamped with, when the clocks of the machine may lie.
//!
//! ```text
//!   wall clock ──┐   agree (within 60 s)      ──► stamp by the wall
//!                ├─?
//!   boot clock ──┘   disagree, or the wall       ──► stamp by the boot clock, "suspect":
//!    + anchor        started far from the log        escalation freezes, intake goes on
//! ```
//!
//! One wrong stamp would poison time for ever, for stamps never go back: a clock set to 2099 for a minute
//! would climb every ladder of the city. So the wall is believed only as long as it moves with the boot
//! clock, and at the start only if it stands near the last record. It is believed again once both agree,
//! once a time service vouches for it, or once an operator says yes.

use std::sync::Arc;

use crate::clock::Clock;

/// How far wall and boot clock may drift apart before the wall is suspect (`house.md` 4).
pub const DISAGREEMENT_MS_MAX: i64 = 60_000;
/// How long after its last record a log may start without a question (`house.md` 4).
pub const ABSENCE_MS_MAX: i64 = 24 * 3_600_000;

/// Hands out the stamps of one log: monotone, and by the clock that can be trusted.
pub struct Timekeeper {
    clock: Arc<dyn Clock>,
    /// The wall time that the boot clock was worth at `boot_anchor_ms`.
    wall_anchor_ms: i64,
    boot_anchor_ms: i64,
    last_stamp_ms: i64,
    is_suspect: bool,
    /// The doubt is about the start. Only this one a time service can end: what it left behind before a
    /// step vouches for the time before the step.
    doubts_start: bool,
}

impl Timekeeper {
    /// For a log whose last record carries `last_stamp_ms`; `None` when it has none.
    pub fn new(clock: Arc<dyn Clock>, last_stamp_ms: Option<i64>) -> Self {
        let (wall_ms, boot_ms) = (clock.wall_ms(), clock.boot_ms());
        let is_suspect = last_stamp_ms.is_some_and(|last_ms| {
            wall_ms > last_ms.saturating_add(ABSENCE_MS_MAX) || wall_ms < last_ms.saturating_sub(DISAGREEMENT_MS_MAX)
        });
        Timekeeper {
            wall_anchor_ms: if is_suspect { last_stamp_ms.unwrap_or(wall_ms) } else { wall_ms },
            boot_anchor_ms: boot_ms,
            last_stamp_ms: last_stamp_ms.unwrap_or(i64::MIN),
            is_suspect,
            doubts_start: is_suspect,
            clock,
        }
    }

    /// The stamp for what is written now; never below the one before.
    pub fn stamp_ms(&mut self) -> i64 {
        let now_ms = self.look();
        self.last_stamp_ms = self.last_stamp_ms.max(now_ms);
        self.last_stamp_ms
    }

    /// Whether the wall clock cannot be trusted now.
    pub fn is_suspect(&mut self) -> bool {
        self.look();
        self.is_suspect
    }

    /// An operator vouches for the wall clock.
    pub fn accept(&mut self) {
        self.wall_anchor_ms = self.clock.wall_ms();
        self.boot_anchor_ms = self.clock.boot_ms();
        self.is_suspect = false;
        self.doubts_start = false;
    }

    /// The time to go by, and whether the wall is still in doubt.
    fn look(&mut self) -> i64 {
        let wall_ms = self.clock.wall_ms();
        let by_boot_ms = self.wall_anchor_ms.saturating_add(self.clock.boot_ms() - self.boot_anchor_ms);
        if wall_ms.abs_diff(by_boot_ms) <= DISAGREEMENT_MS_MAX.unsigned_abs() {
            self.is_suspect = false;
            self.doubts_start = false;
            return wall_ms;
        }
        if self.doubts_start && self.clock.is_in_sync() {
            self.accept();
            return wall_ms;
        }
        self.is_suspect = true;
        by_boot_ms
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};

    use super::*;

    const NOON_MS: i64 = 1_790_000_000_000;
    const HOUR_MS: i64 = 3_600_000;

    #[derive(Default)]
    struct TwoClocks {
        wall_ms: AtomicI64,
        boot_ms: AtomicI64,
        in_sync: AtomicBool,
    }

    impl TwoClocks {
        fn at(wall_ms: i64) -> Arc<Self> {
            let clock = TwoClocks::default();
            clock.wall_ms.store(wall_ms, SeqCst);
            Arc::new(clock)
        }

        fn pass(&self, ms: i64) {
            self.wall_ms.fetch_add(ms, SeqCst);
            self.boot_ms.fetch_add(ms, SeqCst);
        }
    }

    impl Clock for TwoClocks {
        fn wall_ms(&self) -> i64 {
            self.wall_ms.load(SeqCst)
        }
        fn boot_ms(&self) -> i64 {
            self.boot_ms.load(SeqCst)
        }
        fn is_in_sync(&self) -> bool {
            self.in_sync.load(SeqCst)
        }
    }

    #[test]
    fn stamps_follow_the_wall_and_never_go_back() {
        let clock = TwoClocks::at(NOON_MS);
        let mut keeper = Timekeeper::new(clock.clone(), Some(NOON_MS - 5));
        assert_eq!(keeper.stamp_ms(), NOON_MS);
        clock.wall_ms.store(NOON_MS - 30_000, SeqCst);
        assert_eq!(keeper.stamp_ms(), NOON_MS, "a small step back waits");
        assert!(!keeper.is_suspect());
    }

    #[test]
    fn a_step_of_over_a_minute_is_suspect_until_the_clocks_agree_again() {
        let clock = TwoClocks::at(NOON_MS);
        let mut keeper = Timekeeper::new(clock.clone(), None);
        clock.pass(1_000);
        clock.wall_ms.fetch_add(60_001, SeqCst);
        assert_eq!(keeper.stamp_ms(), NOON_MS + 1_000, "by the boot clock");
        assert!(keeper.is_suspect());
        clock.wall_ms.fetch_sub(60_001, SeqCst);
        assert!(!keeper.is_suspect());
        assert_eq!(keeper.stamp_ms(), NOON_MS + 1_000);
    }

    #[test]
    fn exactly_a_minute_is_still_believed() {
        let clock = TwoClocks::at(NOON_MS);
        let mut keeper = Timekeeper::new(clock.clone(), None);
        clock.wall_ms.fetch_add(60_000, SeqCst);
        assert_eq!(keeper.stamp_ms(), NOON_MS + 60_000);
        assert!(!keeper.is_suspect());
    }

    #[test]
    fn a_start_over_a_day_after_the_last_record_goes_on_from_that_record_until_accepted() {
        let clock = TwoClocks::at(NOON_MS + 25 * HOUR_MS);
        let mut keeper = Timekeeper::new(clock.clone(), Some(NOON_MS));
        assert!(keeper.is_suspect());
        clock.pass(500);
        assert_eq!(keeper.stamp_ms(), NOON_MS + 500);
        keeper.accept();
        assert!(!keeper.is_suspect());
        assert_eq!(keeper.stamp_ms(), NOON_MS + 25 * HOUR_MS + 500);
    }

    #[test]
    fn a_start_before_the_last_record_is_suspect_too() {
        let clock = TwoClocks::at(NOON_MS - HOUR_MS);
        let mut keeper = Timekeeper::new(clock.clone(), Some(NOON_MS));
        assert!(keeper.is_suspect());
        clock.pass(10);
        assert_eq!(keeper.stamp_ms(), NOON_MS + 10);
    }

    #[test]
    fn a_time_service_in_sync_ends_the_doubt_of_a_late_start() {
        let clock = TwoClocks::at(NOON_MS + 72 * HOUR_MS);
        let mut keeper = Timekeeper::new(clock.clone(), Some(NOON_MS));
        assert!(keeper.is_suspect());
        clock.in_sync.store(true, SeqCst);
        assert_eq!(keeper.stamp_ms(), NOON_MS + 72 * HOUR_MS);
        assert!(!keeper.is_suspect());
    }

    #[test]
    fn a_time_service_does_not_vouch_for_a_step() {
        let clock = TwoClocks::at(NOON_MS);
        clock.in_sync.store(true, SeqCst);
        let mut keeper = Timekeeper::new(clock.clone(), Some(NOON_MS));
        clock.wall_ms.fetch_add(HOUR_MS, SeqCst);
        assert_eq!((keeper.stamp_ms(), keeper.stamp_ms()), (NOON_MS, NOON_MS));
        assert!(keeper.is_suspect());
    }
}
