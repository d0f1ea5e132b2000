//! The behavioural suite: what every provider of a contract is held to, whichever is behind.
//!
//! A provider's test file says how to make one and calls the macro; nothing in here names a provider. The
//! same files, unchanged, are run against memory, disk, and whatever comes later.

#![allow(dead_code, reason = "each test binary uses its part of the suite")]

pub mod attachments;
pub mod keys;
pub mod log;

use std::time::Duration;

/// How long anything in the suite may take before it counts as hanging.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a future, with a bound.
pub fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(PATIENCE, future).await.expect("no answer within the suite's patience")
    })
}
