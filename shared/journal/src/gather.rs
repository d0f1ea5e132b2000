//! When does a writer let a group gather before it takes it?
//!
//! A disk that syncs within a fraction of a millisecond would be asked thousands of times a second under load,
//! each time for a few records, and whoever reads them be woken as often: more of the processor than the records
//! themselves. So a writer that was busy pauses shortly, and one that was not takes what comes at once.

use std::time::Duration;

/// Appends of one group from which on its writer is busy.
const BUSY_APPENDS: usize = 4;
/// How long a busy writer lets the next group gather.
const GATHER: Duration = Duration::from_millis(1);

/// Called after a group of so many appends.
#[allow(clippy::disallowed_methods, reason = "it waits for nothing: the pause itself is what is wanted")]
pub fn gather(appends: usize) {
    if appends >= BUSY_APPENDS {
        std::thread::sleep(GATHER);
    }
}
