//! Clocks. Time enters the house here and nowhere else, as data.
//!
//! There are two clocks because either alone lies: the wall clock tells the time of day but may be set to
//! anything, the boot clock never steps but knows no date. Whoever stamps looks at both
//! ([`crate::timekeeper`]).

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use rustix::time::{ClockId, Timespec, clock_gettime};

/// What a part of the house may ask the time of.
pub trait Clock: Send + Sync + 'static {
    /// Wall clock, milliseconds since the Unix epoch. May step.
    fn wall_ms(&self) -> i64;

    /// Milliseconds since the machine started, sleep included. Never steps.
    fn boot_ms(&self) -> i64;

    /// Whether something outside vouches for the wall clock (a time service that says it is in sync).
    /// Asked only while the clock is suspect.
    fn is_in_sync(&self) -> bool {
        false
    }
}

/// What systemd's time service leaves behind once it has set the clock from the network.
const IN_SYNC_MARK: &str = "/run/systemd/timesync/synchronized";

/// The machine's clocks: `CLOCK_REALTIME` and `CLOCK_BOOTTIME`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall_ms(&self) -> i64 {
        milliseconds(clock_gettime(ClockId::Realtime))
    }

    fn boot_ms(&self) -> i64 {
        milliseconds(clock_gettime(ClockId::Boottime))
    }

    fn is_in_sync(&self) -> bool {
        Path::new(IN_SYNC_MARK).exists()
    }
}

fn milliseconds(t: Timespec) -> i64 {
    t.tv_sec * 1000 + t.tv_nsec / 1_000_000
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

    /// Whoever steps it vouches for it: no step is a lie, however long the log was silent before.
    fn is_in_sync(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clocks_move_and_the_wall_is_in_this_century() {
        let clock = SystemClock;
        let (wall_ms, boot_ms) = (clock.wall_ms(), clock.boot_ms());
        assert!(wall_ms > 1_700_000_000_000, "before 2023: {wall_ms}");
        assert!(boot_ms > 0 && clock.boot_ms() >= boot_ms);
    }

    #[test]
    fn a_stepped_clock_never_goes_back() {
        let clock = SteppedClock::new(100);
        clock.step_to(90);
        assert_eq!(clock.wall_ms(), 100);
        clock.step_to(250);
        assert_eq!((clock.wall_ms(), clock.boot_ms()), (250, 250));
    }
}
