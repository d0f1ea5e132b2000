//! May this be decided, or climbed, by the clock that we have?
//!
//! Two questions, both answered by a part that the assembly gives: is the clock suspect (then no observer
//! that freezes is woken), and may a stamp far ahead of our own clock be decided on after all (an
//! operator's yes). Neither answer enters a decision; they only let it happen later.

use xh_journal::contract::Record;

use crate::halt::{Halt, HaltCode};
use crate::settings::STAMP_AHEAD_MS_MAX;

/// What the assembly answers about time.
pub trait ClockGuard: Send + Sync + 'static {
    /// Whether the log's timekeeper distrusts the wall clock now: escalation freezes.
    fn is_suspect(&self) -> bool;
    /// Whether an operator accepted stamps up to this one.
    fn accepts(&self, stamp_ms: i64) -> bool;
}

/// A guard that trusts the clock and accepts nothing: for tests, and where the clock is stepped by hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockTrusted;

impl ClockGuard for ClockTrusted {
    fn is_suspect(&self) -> bool {
        false
    }

    fn accepts(&self, _stamp_ms: i64) -> bool {
        false
    }
}

/// Halts before a record whose stamp lies too far ahead is decided on.
pub(crate) fn check_stamp(record: &Record, wall_ms: i64, guard: &dyn ClockGuard) -> Result<(), Halt> {
    let ahead_ms = record.stamp_ms.saturating_sub(wall_ms);
    if ahead_ms <= STAMP_AHEAD_MS_MAX || guard.accepts(record.stamp_ms) {
        return Ok(());
    }
    Err(Halt::new(HaltCode::StampAhead, format!("position {} is stamped {ahead_ms} ms ahead", record.position)))
}
