//! May this be decided by the clock that we have?
//!
//! A stamp far ahead of our own clock stops an owner before it decides, until the clock is repaired or an
//! operator says yes. The yes comes from a part that the assembly gives; it lets a decision happen and
//! enters none. (Whether escalation freezes is the log's to say: `Health::is_clock_suspect`.)

use xh_journal::contract::Record;

use crate::halt::{Halt, HaltCode};
use crate::settings::STAMP_AHEAD_MS_MAX;

/// The operator's yes.
pub trait ClockGuard: Send + Sync + 'static {
    /// Whether an operator accepted stamps up to this one.
    fn accepts(&self, stamp_ms: i64) -> bool;
}

/// Nobody said yes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingAccepted;

impl ClockGuard for NothingAccepted {
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
