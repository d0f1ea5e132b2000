//! The log on disk: the suite on real files, with small segments so that everything crosses their borders.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod seam;
mod suite;

use std::sync::Arc;

use seam::HandFiles;
use suite::log::{Provider, layout};
use tempfile::TempDir;
use xh_journal::clock::SystemClock;
use xh_journal::contract::*;
use xh_journal::disk::{DiskLog, DiskSettings};

struct Disk {
    folder: TempDir,
    files: HandFiles,
    settings: DiskSettings,
    log: Option<Arc<DiskLog>>,
}

impl Disk {
    fn new(segment_bytes: u64, tail_bytes_max: usize) -> Self {
        let settings = DiskSettings { segment_bytes, tail_bytes_max, reserve_bytes: 0, ..DiskSettings::default() };
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk { folder, files: HandFiles::default(), settings, log: None };
        disk.reopen();
        disk
    }
}

impl Provider for Disk {
    fn log(&self) -> Arc<dyn Log> {
        self.log.clone().unwrap()
    }
    fn hold(&self) -> bool {
        self.files.hold(true);
        true
    }
    fn release(&self) {
        self.files.hold(false);
    }
    fn reopen(&mut self) {
        if let Some(log) = self.log.take() {
            Arc::into_inner(log).expect("the test let go of the log before it reopens");
        }
        let (files, folder) = (Arc::new(self.files.clone()), self.folder.path().join("log"));
        let clock = Arc::new(SystemClock);
        let log = DiskLog::open_on(files, &folder, &layout(), self.settings, clock, LogId([3; 16])).unwrap();
        self.log = Some(Arc::new(log));
    }
}

mod as_delivered {
    use super::*;
    log_suite!(Disk::new(4 << 20, 1 << 20));
}

mod with_nothing_in_memory {
    use super::*;
    log_suite!(Disk::new(2 << 20, 0));
}
