//! The stepped clock's memory: a directory that was made with one keeps its time in a file.
//!
//! Replays and demonstrations live on a clock that stands still until it is told to move. Such a directory
//! never runs on the machine's clock again by accident, and no other directory can be stepped: the file
//! `clock` says which it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xh_journal::clock::{Clock, SteppedClock, SystemClock};

/// What is wrong with a clock's file.
#[derive(Debug, thiserror::Error)]
pub enum ClockFileFault {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds no instant.
    #[error("{0} holds no instant in milliseconds")]
    Form(PathBuf),
    /// The directory runs on the machine's clock.
    #[error("this directory was not made with a stepped clock; make a new one with --clock stepped")]
    NotMadeSo,
}

/// The file.
#[derive(Debug)]
pub struct ClockFile(PathBuf);

impl ClockFile {
    /// Where a new stepped clock stands until its first step: 2000-01-01 00:00 +08:00, before every source.
    pub const START_MS: i64 = 946_656_000_000;

    /// Of a directory.
    pub fn at(data: &Path) -> ClockFile {
        ClockFile(data.join("clock"))
    }

    /// The instant; `None` when the directory has no stepped clock.
    pub fn read(&self) -> Result<Option<i64>, ClockFileFault> {
        match fs::read_to_string(&self.0) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| ClockFileFault::Form(self.0.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ClockFileFault::Io { path: self.0.clone(), source }),
        }
    }

    /// Remembers an instant: written beside and renamed. Lost with the machine it is an earlier one, and the
    /// log's own stamps keep time from going back.
    pub fn write(&self, now_ms: i64) -> Result<(), ClockFileFault> {
        let beside = self.0.with_extension("new");
        let written = fs::write(&beside, now_ms.to_string()).and_then(|()| fs::rename(&beside, &self.0));
        written.map_err(|source| ClockFileFault::Io { path: self.0.clone(), source })
    }
}

/// Stepped time over the machine's own patience: what lanes and doors live on.
///
/// Deadlines of the office follow the steps. Waiting for an answer does not: an append that was under way at a
/// step of ten minutes is not ten minutes late, and a pause before the next try ends although the clock stands.
pub struct SteppedWall(pub Arc<SteppedClock>);

impl Clock for SteppedWall {
    fn wall_ms(&self) -> i64 {
        self.0.wall_ms()
    }

    fn boot_ms(&self) -> i64 {
        SystemClock.boot_ms()
    }

    fn is_in_sync(&self) -> bool {
        self.0.is_in_sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_moves_the_offices_time_and_leaves_patience_alone() {
        let stepped = Arc::new(SteppedClock::new(0));
        let clock = SteppedWall(Arc::clone(&stepped));
        let before_ms = clock.boot_ms();
        stepped.step_to(86_400_000);
        assert_eq!(clock.wall_ms(), 86_400_000);
        assert!(clock.boot_ms() - before_ms < 60_000);
    }

    #[test]
    fn a_start_long_after_the_last_record_is_no_doubt_on_a_clock_that_people_step() {
        const DAY_MS: i64 = 86_400_000;
        let stepped: Arc<dyn Clock> = Arc::new(SteppedClock::new(30 * DAY_MS));
        let mut keeper = xh_journal::timekeeper::Timekeeper::new(stepped, Some(DAY_MS));
        assert_eq!(keeper.stamp_ms(), 30 * DAY_MS);
        assert!(!keeper.is_suspect());
    }

    #[test]
    fn a_directory_remembers_its_stepped_clock() {
        let folder = tempfile::tempdir().unwrap();
        let file = ClockFile::at(folder.path());
        assert_eq!(file.read().unwrap(), None);
        file.write(1_788_192_000_000).unwrap();
        assert_eq!(ClockFile::at(folder.path()).read().unwrap(), Some(1_788_192_000_000));
        fs::write(folder.path().join("clock"), "soon").unwrap();
        assert!(file.read().is_err());
    }
}
