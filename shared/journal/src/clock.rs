//! Clocks. Time enters the house here and nowhere else, as data.

use std::sync::atomic::{AtomicI64, Ordering};

/// What a part of the house may ask the time of.
pub trait Clock: Send + Sync + 'static {
    /// Wall clock, milliseconds since the Unix epoch. May step.
    fn wall_ms(&self) -> i64;
    /// Milliseconds since the machine started, sleep included. Never steps.
    fn boot_ms(&self) -> i64;
}

/// A clock that stands still until it is told to move: for tests, simulation and replays.
#[derive(Debug)]
pub struct SteppedClock {
    now_ms: AtomicI64,
}

impl SteppedClock {
    /// Stands at `now_ms`.
    pub fn new(now_ms: i64) -> Self {
        SteppedClock { now_ms: AtomicI64::new(now_ms) }
    }

    /// Moves to `to_ms`; a clock of ours never goes back, an earlier instant is ignored.
    pub fn step_to(&self, to_ms: i64) {
        self.now_ms.fetch_max(to_ms, Ordering::SeqCst);
    }
}

impl Clock for SteppedClock {
    fn wall_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn boot_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }
}
