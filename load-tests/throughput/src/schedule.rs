//! The open loop: requests have intended times that do not wait for answers.
//!
//! Latency counts from the intended time. A server that stalls makes the next requests late, and their
//! lateness is in the figures, as it would be for people.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A rate that may change once, shared by all connections.
#[derive(Debug)]
pub struct Schedule {
    start: Instant,
    next: AtomicU64,
    phases: Vec<Phase>,
}

/// A stretch of constant rate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Phase {
    /// Requests per second.
    pub per_second: f64,
    /// For so long.
    pub length: Duration,
}

impl Phase {
    fn requests(&self) -> u64 {
        (self.per_second * self.length.as_secs_f64()).round() as u64
    }
}

/// One request's turn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Turn {
    /// Its number from 0.
    pub number: u64,
    /// When it should be sent.
    pub intended: Instant,
    /// In which phase.
    pub phase: usize,
}

impl Schedule {
    /// Starts now.
    #[allow(clippy::disallowed_methods, reason = "a load generator measures real time")]
    pub fn start(phases: Vec<Phase>) -> Schedule {
        Schedule { start: Instant::now(), next: AtomicU64::new(0), phases }
    }

    /// The next turn, or `None` when the schedule is through.
    pub fn turn(&self) -> Option<Turn> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (mut before, mut begin) = (0, Duration::ZERO);
        for (phase, stretch) in self.phases.iter().enumerate() {
            let within = number - before;
            if within < stretch.requests() {
                let intended = self.start + begin + Duration::from_secs_f64(within as f64 / stretch.per_second);
                return Some(Turn { number, intended, phase });
            }
            before += stretch.requests();
            begin += stretch.length;
        }
        None
    }

    /// All requests of the schedule.
    pub fn requests(&self) -> u64 {
        self.phases.iter().map(Phase::requests).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_follow_the_rate_of_their_phase() {
        let second = Duration::from_secs(1);
        let phases = vec![Phase { per_second: 10.0, length: second }, Phase { per_second: 100.0, length: second }];
        let schedule = Schedule::start(phases);
        let turns: Vec<_> = std::iter::from_fn(|| schedule.turn()).collect();
        assert_eq!(turns.len(), 110);
        assert_eq!(turns[5].intended - schedule.start, Duration::from_millis(500));
        assert_eq!(turns[10].intended - schedule.start, second);
        assert_eq!((turns[60].phase, turns[60].intended - schedule.start), (1, Duration::from_millis(1_500)));
    }
}
